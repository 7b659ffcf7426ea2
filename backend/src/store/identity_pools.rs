//! Identity pools, and the keys that their tokens are signed with.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Added, Store, StoreError};

/// An identity pool as stored.
#[derive(Debug, Clone)]
pub struct IdentityPoolRow {
    /// The pool's id, `<region>:<uuid>`.
    pub id: String,
    /// Its name, which need not be unique.
    pub name: String,
    /// Its settings, JSON.
    pub settings: String,
    /// `Roles` and `RoleMappings`, JSON.
    pub roles: String,
    /// For each provider how claims become principal tags, JSON.
    pub tag_maps: String,
    /// How often it was changed.
    pub version: i64,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
}

/// A key that tokens of identities are signed with.
#[derive(Debug, Clone)]
pub struct IdentityKeyRow {
    /// The key's id, as in `kid`.
    pub kid: String,
    /// The private key, PKCS #8, sealed.
    pub private_key: Vec<u8>,
    /// Seconds since 1970.
    pub created_at: i64,
    /// When it begins to sign, seconds since 1970.
    pub starts_at: i64,
}

macro_rules! columns {
    () => {
        "id, name, settings, roles, tag_maps, version, created_at, updated_at"
    };
}

impl Store {
    /// Adds a pool, unless there are `most` already.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the id is taken.
    pub async fn insert_identity_pool(
        &self,
        pool: &IdentityPoolRow,
        most: i64,
    ) -> Result<Added, StoreError> {
        let mut transaction = self.begin().await?;
        let count = sqlx::query("SELECT CAST(count(*) AS BIGINT) FROM identity_pools")
            .fetch_one(&mut *transaction)
            .await?;
        if count.try_get::<i64, _>(0)? >= most {
            return Ok(Added::TooMany);
        }
        sqlx::query(concat!(
            "INSERT INTO identity_pools (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ))
        .bind(&pool.id)
        .bind(&pool.name)
        .bind(&pool.settings)
        .bind(&pool.roles)
        .bind(&pool.tag_maps)
        .bind(pool.version)
        .bind(pool.created_at)
        .bind(pool.updated_at)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Added::Done)
    }

    /// Gives a pool this row's content, and the next version, if its version is still this row's. Answers
    /// whether it was.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn replace_identity_pool(&self, pool: &IdentityPoolRow) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE identity_pools SET name = $3, settings = $4, roles = $5, tag_maps = $6, \
             updated_at = $7, version = version + 1 WHERE id = $1 AND version = $2",
        )
        .bind(&pool.id)
        .bind(pool.version)
        .bind(&pool.name)
        .bind(&pool.settings)
        .bind(&pool.roles)
        .bind(&pool.tag_maps)
        .bind(pool.updated_at)
        .execute(&self.writer)
        .await?
        .rows_affected();
        Ok(updated > 0)
    }

    /// The pool with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identity_pool(&self, id: &str) -> Result<Option<IdentityPoolRow>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM identity_pools WHERE id = $1"
        ))
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| IdentityPoolRow::read(&row)).transpose()?)
    }

    /// Up to `limit` pools with ids after `after`, in the order of their ids.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identity_pools_after(
        &self,
        after: &str,
        limit: i64,
    ) -> Result<Vec<IdentityPoolRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM identity_pools WHERE id > $1 ORDER BY id LIMIT $2"
        ))
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let rows = rows.iter().map(IdentityPoolRow::read);
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Deletes a pool with its identities. Answers whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_identity_pool(&self, id: &str) -> Result<bool, StoreError> {
        let deleted = sqlx::query("DELETE FROM identity_pools WHERE id = $1")
            .bind(id)
            .execute(&self.writer)
            .await?
            .rows_affected();
        Ok(deleted > 0)
    }

    /// The keys that tokens of identities are signed with, the first to sign first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identity_keys(&self) -> Result<Vec<IdentityKeyRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT kid, private_key, created_at, starts_at FROM identity_signing_keys \
             ORDER BY starts_at, kid",
        )
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &AnyRow| {
            Ok(IdentityKeyRow {
                kid: row.try_get(0)?,
                private_key: row.try_get(1)?,
                created_at: row.try_get(2)?,
                starts_at: row.try_get(3)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Adds a key if there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_first_identity_key(&self, key: &IdentityKeyRow) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO identity_signing_keys (kid, private_key, created_at, starts_at) \
             SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT 1 FROM identity_signing_keys)",
        )
        .bind(&key.kid)
        .bind(key.private_key.clone())
        .bind(key.created_at)
        .bind(key.starts_at)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// Adds a key, and deletes others.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn replace_identity_keys(
        &self,
        new: Option<&IdentityKeyRow>,
        old: &[&str],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        if let Some(key) = new {
            sqlx::query(
                "INSERT INTO identity_signing_keys (kid, private_key, created_at, starts_at) \
                 VALUES ($1, $2, $3, $4)",
            )
            .bind(&key.kid)
            .bind(key.private_key.clone())
            .bind(key.created_at)
            .bind(key.starts_at)
            .execute(&mut *transaction)
            .await?;
        }
        for kid in old {
            sqlx::query("DELETE FROM identity_signing_keys WHERE kid = $1")
                .bind((*kid).to_owned())
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }
}

impl IdentityPoolRow {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            settings: row.try_get(2)?,
            roles: row.try_get(3)?,
            tag_maps: row.try_get(4)?,
            version: row.try_get(5)?,
            created_at: row.try_get(6)?,
            updated_at: row.try_get(7)?,
        })
    }
}
