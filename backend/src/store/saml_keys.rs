//! The pools' keys as SAML service providers.

use sqlx::Row;

use super::{Store, StoreError};

/// A pool's key, as stored.
#[derive(Debug, Clone)]
pub struct SamlKeyRow {
    /// The user pool.
    pub pool_id: String,
    /// The private key, PKCS #8 in PEM, sealed.
    pub private_key: Vec<u8>,
    /// The certificate that is published, X.509 in PEM.
    pub certificate: String,
    /// Seconds since 1970.
    pub created_at: i64,
}

impl Store {
    /// The key of a pool.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn saml_key(&self, pool_id: &str) -> Result<Option<SamlKeyRow>, StoreError> {
        let row = sqlx::query(
            "SELECT pool_id, private_key, certificate, created_at FROM saml_keys WHERE pool_id = $1",
        )
        .bind(pool_id)
        .fetch_optional(&self.pool)
        .await?;
        let read = |row: sqlx::any::AnyRow| {
            Ok::<_, sqlx::Error>(SamlKeyRow {
                pool_id: row.try_get(0)?,
                private_key: row.try_get(1)?,
                certificate: row.try_get(2)?,
                created_at: row.try_get(3)?,
            })
        };
        Ok(row.map(read).transpose()?)
    }

    /// Gives a pool a key if it has none.
    ///
    /// # Errors
    /// If the database fails, or there is no such pool.
    pub async fn insert_first_saml_key(&self, row: &SamlKeyRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO saml_keys (pool_id, private_key, certificate, created_at) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (pool_id) DO NOTHING",
        )
        .bind(&row.pool_id)
        .bind(row.private_key.clone())
        .bind(&row.certificate)
        .bind(row.created_at)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
