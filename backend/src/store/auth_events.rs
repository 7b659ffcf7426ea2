//! What happened at sign-ins, sign-ups and changes of passwords.

use sqlx::Row;

use super::{Store, StoreError};

/// An event as stored.
#[derive(Debug, Clone)]
pub struct AuthEventRow {
    /// Its id; later ones sort behind earlier ones.
    pub id: String,
    /// The pool's id.
    pub pool_id: String,
    /// The real user name.
    pub username: String,
    /// `EventType`
    pub kind: String,
    /// `EventResponse`
    pub response: String,
    /// Sealed: address, client, challenges.
    pub details: Vec<u8>,
    /// Seconds since 1970.
    pub created_at: i64,
    /// `Valid` or `Invalid`, once somebody said so.
    pub feedback: Option<String>,
    /// Who said so.
    pub feedback_by: Option<String>,
    /// When, seconds since 1970.
    pub feedback_at: Option<i64>,
}

impl Store {
    /// Adds an event, unless its user was deleted meanwhile.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_auth_event(&self, row: &AuthEventRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO auth_events (pool_id, username, id, kind, response, details, created_at) \
             SELECT $1, $2, $3, $4, $5, $6, $7 \
             WHERE EXISTS (SELECT 1 FROM users WHERE pool_id = $1 AND username = $2)",
        )
        .bind(&row.pool_id)
        .bind(&row.username)
        .bind(&row.id)
        .bind(&row.kind)
        .bind(&row.response)
        .bind(row.details.clone())
        .bind(row.created_at)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Up to `limit` events of a user, the newest first; those before the one with the id `before`, if
    /// one is given.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn auth_events_before(
        &self,
        pool_id: &str,
        username: &str,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<AuthEventRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, pool_id, username, kind, response, details, created_at, feedback, feedback_by, \
             feedback_at FROM auth_events \
             WHERE pool_id = $1 AND username = $2 AND ($3 IS NULL OR id < $3) \
             ORDER BY id DESC LIMIT $4",
        )
        .bind(pool_id)
        .bind(username)
        .bind(before.map(str::to_owned))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &sqlx::any::AnyRow| {
            Ok(AuthEventRow {
                id: row.try_get(0)?,
                pool_id: row.try_get(1)?,
                username: row.try_get(2)?,
                kind: row.try_get(3)?,
                response: row.try_get(4)?,
                details: row.try_get(5)?,
                created_at: row.try_get(6)?,
                feedback: row.try_get(7)?,
                feedback_by: row.try_get(8)?,
                feedback_at: row.try_get(9)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Stores what somebody says of an event of a user. Answers whether there is such an event.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_auth_event_feedback(
        &self,
        pool_id: &str,
        username: &str,
        id: &str,
        value: &str,
        by: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE auth_events SET feedback = $4, feedback_by = $5, feedback_at = $6 \
             WHERE pool_id = $1 AND username = $2 AND id = $3",
        )
        .bind(pool_id)
        .bind(username)
        .bind(id)
        .bind(value)
        .bind(by)
        .bind(now)
        .execute(&self.writer)
        .await?
        .rows_affected();
        Ok(updated > 0)
    }

    /// Deletes the events from before this time, in seconds since 1970.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_auth_events_before(&self, time: i64) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM auth_events WHERE created_at < $1")
            .bind(time)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
