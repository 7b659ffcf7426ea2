//! Requests for authorization that apps handed over.

use sqlx::Row;

use super::{Store, StoreError};

/// A request as stored.
#[derive(Debug, Clone)]
pub struct PushedRequestRow {
    /// The hash of the secret in its reference.
    pub hash: Vec<u8>,
    /// The pool's id.
    pub pool_id: String,
    /// The app client's id.
    pub client_id: String,
    /// Sealed: the request.
    pub content: Vec<u8>,
    /// Seconds since 1970.
    pub expires_at: i64,
}

impl Store {
    /// Adds a request.
    ///
    /// # Errors
    /// If the database fails, or the client was deleted meanwhile.
    pub async fn insert_pushed_request(&self, row: &PushedRequestRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO pushed_requests (hash, pool_id, client_id, content, expires_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(row.hash.clone())
        .bind(&row.pool_id)
        .bind(&row.client_id)
        .bind(row.content.clone())
        .bind(row.expires_at)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Takes a client's request out of the database: of any number of callers, one gets it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn take_pushed_request(
        &self,
        hash: &[u8],
        client_id: &str,
    ) -> Result<Option<PushedRequestRow>, StoreError> {
        let row = sqlx::query(
            "DELETE FROM pushed_requests WHERE hash = $1 AND client_id = $2 \
             RETURNING hash, pool_id, client_id, content, expires_at",
        )
        .bind(hash.to_vec())
        .bind(client_id)
        .fetch_optional(&self.writer)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(PushedRequestRow {
            hash: row.try_get(0)?,
            pool_id: row.try_get(1)?,
            client_id: row.try_get(2)?,
            content: row.try_get(3)?,
            expires_at: row.try_get(4)?,
        }))
    }
}
