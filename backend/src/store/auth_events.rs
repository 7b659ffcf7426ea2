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
            "SELECT id, pool_id, username, kind, response, details, created_at FROM auth_events \
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
            })
        };
        rows.iter().map(read).collect()
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
