//! One-time codes: at most one per user and purpose.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError, Transaction};

/// A code as stored: never the code itself.
#[derive(Debug, Clone)]
pub struct CodeRow {
    /// The pool's id.
    pub pool_id: String,
    /// The real user name, or the decoy's.
    pub username: String,
    /// What the code is for.
    pub purpose: String,
    /// The keyed hash of the code.
    pub hmac: Vec<u8>,
    /// Sealed: the attribute and the address the code was sent to.
    pub destination: Option<Vec<u8>>,
    /// How often a code was tried against this one.
    pub attempts: i64,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub expires_at: i64,
}

impl Store {
    /// Stores a code in the place of the one before.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn replace_code(&self, code: &CodeRow) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        code.replace(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Counts an attempt and gives the code it is made against.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn try_code(
        &self,
        pool_id: &str,
        username: &str,
        purpose: &str,
    ) -> Result<Option<CodeRow>, StoreError> {
        let row = sqlx::query(
            "UPDATE codes SET attempts = attempts + 1 \
             WHERE pool_id = $1 AND username = $2 AND purpose = $3 \
             RETURNING pool_id, username, purpose, hmac, destination, attempts, created_at, expires_at",
        )
        .bind(pool_id)
        .bind(username)
        .bind(purpose)
        .fetch_optional(&self.writer)
        .await?;
        Ok(row.map(|row| CodeRow::read(&row)).transpose()?)
    }

    /// Deletes a code, if there is one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_code(
        &self,
        pool_id: &str,
        username: &str,
        purpose: &str,
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM codes WHERE pool_id = $1 AND username = $2 AND purpose = $3")
            .bind(pool_id)
            .bind(username)
            .bind(purpose)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

impl CodeRow {
    pub(super) async fn replace(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO codes \
             (pool_id, username, purpose, hmac, destination, attempts, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, 0, $6, $7) \
             ON CONFLICT (pool_id, username, purpose) DO UPDATE SET hmac = $4, destination = $5, \
             attempts = 0, created_at = $6, expires_at = $7",
        )
        .bind(self.pool_id.clone())
        .bind(self.username.clone())
        .bind(self.purpose.clone())
        .bind(self.hmac.clone())
        .bind(self.destination.clone())
        .bind(self.created_at)
        .bind(self.expires_at)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }

    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            pool_id: row.try_get(0)?,
            username: row.try_get(1)?,
            purpose: row.try_get(2)?,
            hmac: row.try_get(3)?,
            destination: row.try_get(4)?,
            attempts: row.try_get(5)?,
            created_at: row.try_get(6)?,
            expires_at: row.try_get(7)?,
        })
    }
}
