//! The pools' signing keys.

use sqlx::Row;

use super::{Store, StoreError, Transaction};

/// A signing key as stored.
#[derive(Debug, Clone)]
pub struct SigningKeyRow {
    /// The key's id, as in `kid`.
    pub kid: String,
    /// The pool whose tokens it signs.
    pub pool_id: String,
    /// `id` or `access`.
    pub token_use: String,
    /// The private key, PKCS #8, sealed.
    pub private_key: Vec<u8>,
    /// Seconds since 1970.
    pub created_at: i64,
    /// When it begins to sign, seconds since 1970.
    pub starts_at: i64,
}

impl Store {
    /// A pool's keys, those that signed first first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn signing_keys(&self, pool_id: &str) -> Result<Vec<SigningKeyRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT kid, pool_id, token_use, private_key, created_at, starts_at FROM signing_keys \
             WHERE pool_id = $1 ORDER BY starts_at, created_at, kid",
        )
        .bind(pool_id)
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &sqlx::any::AnyRow| {
            Ok(SigningKeyRow {
                kid: row.try_get(0)?,
                pool_id: row.try_get(1)?,
                token_use: row.try_get(2)?,
                private_key: row.try_get(3)?,
                created_at: row.try_get(4)?,
                starts_at: row.try_get(5)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Adds keys and deletes others, by their ids: all or nothing.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn replace_signing_keys(
        &self,
        new: &[SigningKeyRow],
        old: &[&str],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for row in new {
            row.insert(&mut transaction).await?;
        }
        for kid in old {
            sqlx::query("DELETE FROM signing_keys WHERE kid = $1")
                .bind((*kid).to_owned())
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }
}

impl SigningKeyRow {
    pub(super) async fn insert(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO signing_keys (kid, pool_id, token_use, private_key, created_at, starts_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&self.kid)
        .bind(&self.pool_id)
        .bind(&self.token_use)
        .bind(self.private_key.clone())
        .bind(self.created_at)
        .bind(self.starts_at)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}
