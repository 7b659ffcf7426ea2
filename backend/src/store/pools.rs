//! User pools.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{SigningKeyRow, Store, StoreError};

/// A user pool as stored.
#[derive(Debug, Clone)]
pub struct PoolRow {
    /// The pool's id.
    pub id: String,
    /// Its name, which need not be unique.
    pub name: String,
    /// Its settings, JSON.
    pub settings: String,
    /// Its settings of second factors, JSON.
    pub mfa: String,
    /// Its settings of sessions, JSON.
    pub sessions: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
}

impl Store {
    /// Adds a pool together with its signing keys.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the id is taken.
    pub async fn insert_pool(
        &self,
        pool: &PoolRow,
        keys: &[SigningKeyRow],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO pools (id, name, settings, mfa, sessions, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&pool.id)
        .bind(&pool.name)
        .bind(&pool.settings)
        .bind(&pool.mfa)
        .bind(&pool.sessions)
        .bind(pool.created_at)
        .bind(pool.updated_at)
        .execute(&mut *transaction)
        .await?;
        for key in keys {
            key.insert(&mut transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Gives a pool this row's name and settings, but not those of second factors, which
    /// [`Store::set_pool_mfa`] changes. Answers whether there is such a pool.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn update_pool(&self, pool: &PoolRow) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE pools SET name = $2, settings = $3, \
             updated_at = CASE WHEN name = $2 AND settings = $3 THEN updated_at ELSE $4 END \
             WHERE id = $1",
        )
        .bind(&pool.id)
        .bind(&pool.name)
        .bind(&pool.settings)
        .bind(pool.updated_at)
        .execute(&self.writer)
        .await?
        .rows_affected();
        Ok(updated > 0)
    }

    /// Gives a pool this row's name and settings, those of second factors included, if its settings are
    /// still `old`. Answers whether they were.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn replace_pool(&self, pool: &PoolRow, old: &str) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE pools SET name = $2, settings = $3, mfa = $4, updated_at = $5 \
             WHERE id = $1 AND settings = $6",
        )
        .bind(&pool.id)
        .bind(&pool.name)
        .bind(&pool.settings)
        .bind(&pool.mfa)
        .bind(pool.updated_at)
        .bind(old)
        .execute(&self.writer)
        .await?
        .rows_affected();
        Ok(updated > 0)
    }

    /// Gives a pool these settings of sessions.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_pool_sessions(&self, id: &str, sessions: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE pools SET sessions = $2 WHERE id = $1")
            .bind(id)
            .bind(sessions)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// How many pools there are.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_pools(&self) -> Result<i64, StoreError> {
        let row = sqlx::query("SELECT CAST(count(*) AS BIGINT) FROM pools")
            .fetch_one(&self.pool)
            .await?;
        Ok(row.try_get(0)?)
    }

    /// The pool with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn pool(&self, id: &str) -> Result<Option<PoolRow>, StoreError> {
        let row = sqlx::query(
            "SELECT id, name, settings, mfa, sessions, created_at, updated_at FROM pools WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| PoolRow::read(&row)).transpose()?)
    }

    /// Up to `limit` pools with ids after `after`, in the order of their ids.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn pools_after(&self, after: &str, limit: i64) -> Result<Vec<PoolRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, name, settings, mfa, sessions, created_at, updated_at FROM pools WHERE id > $1 \
             ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(PoolRow::read).collect::<Result<_, _>>()?)
    }

    /// Deletes a pool with everything in it. Answers whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_pool(&self, id: &str) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        for statement in [
            // What has no foreign key to the pool.
            "DELETE FROM codes WHERE pool_id = $1",
            "DELETE FROM challenges WHERE pool_id = $1",
            "DELETE FROM inbox WHERE pool_id = $1",
        ] {
            sqlx::query(statement)
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        let deleted = sqlx::query("DELETE FROM pools WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        transaction.commit().await?;
        Ok(deleted > 0)
    }

    /// How many users a pool has.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_users(&self, pool_id: &str) -> Result<i64, StoreError> {
        let row = sqlx::query("SELECT CAST(count(*) AS BIGINT) FROM users WHERE pool_id = $1")
            .bind(pool_id)
            .fetch_one(&self.pool)
            .await?;
        Ok(row.try_get(0)?)
    }
}

impl PoolRow {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            settings: row.try_get(2)?,
            mfa: row.try_get(3)?,
            sessions: row.try_get(4)?,
            created_at: row.try_get(5)?,
            updated_at: row.try_get(6)?,
        })
    }
}
