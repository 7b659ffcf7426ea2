//! What administrators changed.

use serde::Serialize;
use sqlx::Row;

use super::{Store, StoreError};

/// A change as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AdminEventRow {
    /// Its id; later ones sort behind earlier ones.
    pub id: String,
    /// The pool's id.
    pub pool_id: String,
    /// The operation's name.
    pub operation: String,
    /// The id of the key that signed the request.
    pub access_key_id: String,
    /// The `sub` of the user it was about.
    pub sub: Option<String>,
    /// `ok`, or the name of the error.
    pub outcome: String,
    /// Seconds since 1970.
    pub created_at: i64,
}

impl Store {
    /// Adds a change.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_admin_event(&self, row: &AdminEventRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO admin_events \
             (id, pool_id, operation, access_key_id, sub, outcome, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&row.id)
        .bind(&row.pool_id)
        .bind(&row.operation)
        .bind(&row.access_key_id)
        .bind(row.sub.clone())
        .bind(&row.outcome)
        .bind(row.created_at)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Up to `limit` changes of a pool behind the one with the id `after` (empty: any), the oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn admin_events_after(
        &self,
        pool_id: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<AdminEventRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, pool_id, operation, access_key_id, sub, outcome, created_at \
             FROM admin_events WHERE pool_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(pool_id)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let rows = rows.iter().map(|row| {
            Ok(AdminEventRow {
                id: row.try_get(0)?,
                pool_id: row.try_get(1)?,
                operation: row.try_get(2)?,
                access_key_id: row.try_get(3)?,
                sub: row.try_get(4)?,
                outcome: row.try_get(5)?,
                created_at: row.try_get(6)?,
            })
        });
        Ok(rows.collect::<Result<_, sqlx::Error>>()?)
    }

    /// Deletes the changes from before this time, in seconds since 1970.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_admin_events_before(&self, time: i64) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM admin_events WHERE created_at < $1")
            .bind(time)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
