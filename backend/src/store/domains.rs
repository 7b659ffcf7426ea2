//! Domains of pools.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError};

/// A domain as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainRow {
    /// The name: a prefix, or a whole host name of the operator's own.
    pub domain: String,
    /// The pool it belongs to.
    pub pool_id: String,
    /// Whether it is a host name of the operator's own.
    pub is_custom: bool,
    /// Its settings, JSON.
    pub settings: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
}

impl Store {
    /// Adds a domain.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the name is taken, or the pool has one of this kind.
    pub async fn insert_domain(&self, domain: &DomainRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO domains (domain, pool_id, is_custom, settings, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&domain.domain)
        .bind(&domain.pool_id)
        .bind(i64::from(domain.is_custom))
        .bind(&domain.settings)
        .bind(domain.created_at)
        .bind(domain.updated_at)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Gives a pool's domain this row's settings. Answers whether there is such a domain.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn update_domain(&self, domain: &DomainRow) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE domains SET settings = $3, updated_at = $4 WHERE domain = $1 AND pool_id = $2",
        )
        .bind(&domain.domain)
        .bind(&domain.pool_id)
        .bind(&domain.settings)
        .bind(domain.updated_at)
        .execute(&self.writer)
        .await?
        .rows_affected();
        Ok(updated > 0)
    }

    /// The domain with this name, of whatever pool.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn domain(&self, domain: &str) -> Result<Option<DomainRow>, StoreError> {
        let row = sqlx::query(
            "SELECT domain, pool_id, is_custom, settings, created_at, updated_at FROM domains \
             WHERE domain = $1",
        )
        .bind(domain)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| DomainRow::read(&row)).transpose()?)
    }

    /// A pool's domains: at most two, the prefix first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn domains_of_pool(&self, pool_id: &str) -> Result<Vec<DomainRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT domain, pool_id, is_custom, settings, created_at, updated_at FROM domains \
             WHERE pool_id = $1 ORDER BY is_custom",
        )
        .bind(pool_id)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(DomainRow::read).collect::<Result<_, _>>()?)
    }

    /// Deletes a pool's domain. Answers whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_domain(&self, pool_id: &str, domain: &str) -> Result<bool, StoreError> {
        let deleted = sqlx::query("DELETE FROM domains WHERE domain = $1 AND pool_id = $2")
            .bind(domain)
            .bind(pool_id)
            .execute(&self.writer)
            .await?
            .rows_affected();
        Ok(deleted > 0)
    }
}

impl DomainRow {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            domain: row.try_get(0)?,
            pool_id: row.try_get(1)?,
            is_custom: row.try_get::<i64, _>(2)? != 0,
            settings: row.try_get(3)?,
            created_at: row.try_get(4)?,
            updated_at: row.try_get(5)?,
        })
    }
}
