//! What identity providers let browsers post, until the browser comes again with its cookie.

use sqlx::Row;

use super::{Store, StoreError};

/// A posted answer, as stored. A login transaction has one at most: the newest.
#[derive(Debug, Clone)]
pub struct ProviderAnswerRow {
    /// The login transaction it is for. Ends with it.
    pub transaction_id: String,
    /// The hash of the handle that takes it.
    pub hash: Vec<u8>,
    /// Sealed: the form.
    pub content: Vec<u8>,
    /// Seconds since 1970.
    pub expires_at: i64,
}

impl Store {
    /// Keeps an answer, in the place of an older one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn keep_provider_answer(&self, row: &ProviderAnswerRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO provider_answers (transaction_id, hash, content, expires_at) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (transaction_id) \
             DO UPDATE SET hash = $2, content = $3, expires_at = $4",
        )
        .bind(&row.transaction_id)
        .bind(row.hash.clone())
        .bind(row.content.clone())
        .bind(row.expires_at)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Takes an answer, once. The sealed form.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn take_provider_answer(
        &self,
        transaction_id: &str,
        hash: &[u8],
        now: i64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sqlx::query(
            "DELETE FROM provider_answers \
             WHERE transaction_id = $1 AND hash = $2 AND expires_at > $3 RETURNING content",
        )
        .bind(transaction_id)
        .bind(hash.to_vec())
        .bind(now)
        .fetch_optional(&self.writer)
        .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }
}
