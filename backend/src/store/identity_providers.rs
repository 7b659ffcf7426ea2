//! Identity providers of pools.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::provider_sessions::end_of_provider;
use super::{Added, Store, StoreError, Transaction};

/// An identity provider as stored.
#[derive(Debug, Clone)]
pub struct IdentityProviderRow {
    /// The pool it belongs to.
    pub pool_id: String,
    /// Its name, unique in the pool.
    pub name: String,
    /// Its type, for example `OIDC`.
    pub kind: String,
    /// `ProviderDetails`, sealed.
    pub details: Vec<u8>,
    /// The other settings, JSON.
    pub settings: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
    /// Another one for whoever answers for the same people from now on.
    pub generation: String,
}

macro_rules! columns {
    () => {
        "p.pool_id, p.name, p.kind, p.details, p.settings, p.created_at, p.updated_at, \
         p.generation"
    };
}

impl Store {
    /// Adds a provider with its other names, unless the pool has `most` already.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the name is taken, [`StoreError::Taken`] if another name is.
    pub async fn insert_identity_provider(
        &self,
        provider: &IdentityProviderRow,
        identifiers: &[String],
        most: i64,
    ) -> Result<Added, StoreError> {
        let mut transaction = self.begin().await?;
        let count = sqlx::query(
            "SELECT CAST(count(*) AS BIGINT) FROM identity_providers WHERE pool_id = $1",
        )
        .bind(&provider.pool_id)
        .fetch_one(&mut *transaction)
        .await?;
        if count.try_get::<i64, _>(0)? >= most {
            return Ok(Added::TooMany);
        }
        sqlx::query(
            "INSERT INTO identity_providers \
             (pool_id, name, kind, details, settings, created_at, updated_at, generation) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&provider.pool_id)
        .bind(&provider.name)
        .bind(&provider.kind)
        .bind(provider.details.clone())
        .bind(&provider.settings)
        .bind(provider.created_at)
        .bind(provider.updated_at)
        .bind(&provider.generation)
        .execute(&mut *transaction)
        .await?;
        provider.name_also(&mut transaction, identifiers).await?;
        transaction.commit().await?;
        Ok(Added::Done)
    }

    /// Gives a provider this row's details and settings, and these other names. If its generation is new, everything
    /// ends that came by the older one. Answers whether there is such a provider.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if another name is taken.
    pub async fn update_identity_provider(
        &self,
        provider: &IdentityProviderRow,
        identifiers: &[String],
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let older = sqlx::query(
            "SELECT generation FROM identity_providers WHERE pool_id = $1 AND name = $2",
        )
        .bind(&provider.pool_id)
        .bind(&provider.name)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(older) = older else { return Ok(false) };
        if older.try_get::<String, _>(0)? != provider.generation {
            let (pool_id, name) = (&provider.pool_id, &provider.name);
            end_of_provider(&mut transaction, pool_id, name, provider.updated_at).await?;
        }
        sqlx::query(
            "UPDATE identity_providers SET details = $3, settings = $4, updated_at = $5, generation = $6 \
             WHERE pool_id = $1 AND name = $2",
        )
        .bind(&provider.pool_id)
        .bind(&provider.name)
        .bind(provider.details.clone())
        .bind(&provider.settings)
        .bind(provider.updated_at)
        .bind(&provider.generation)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM identity_provider_identifiers WHERE pool_id = $1 AND name = $2")
            .bind(&provider.pool_id)
            .bind(&provider.name)
            .execute(&mut *transaction)
            .await?;
        provider.name_also(&mut transaction, identifiers).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The provider with this name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identity_provider(
        &self,
        pool_id: &str,
        name: &str,
    ) -> Result<Option<IdentityProviderRow>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM identity_providers p WHERE p.pool_id = $1 AND p.name = $2"
        ))
        .bind(pool_id)
        .bind(name)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| IdentityProviderRow::read(&row)).transpose()?)
    }

    /// The provider with this other name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identity_provider_by_identifier(
        &self,
        pool_id: &str,
        identifier: &str,
    ) -> Result<Option<IdentityProviderRow>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM identity_provider_identifiers i \
             JOIN identity_providers p ON p.pool_id = i.pool_id AND p.name = i.name \
             WHERE i.pool_id = $1 AND i.identifier = $2"
        ))
        .bind(pool_id)
        .bind(identifier)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| IdentityProviderRow::read(&row)).transpose()?)
    }

    /// Up to `limit` providers of a pool with names after `after`, in the order of their names.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identity_providers_after(
        &self,
        pool_id: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<IdentityProviderRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM identity_providers p WHERE p.pool_id = $1 AND p.name > $2 \
             ORDER BY p.name LIMIT $3"
        ))
        .bind(pool_id)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let rows = rows.iter().map(IdentityProviderRow::read);
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The names of a pool's providers.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identity_provider_names(&self, pool_id: &str) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("SELECT name FROM identity_providers WHERE pool_id = $1")
            .bind(pool_id)
            .fetch_all(&self.pool)
            .await?;
        let names = rows.iter().map(|row| row.try_get(0));
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// Deletes a provider and ends everything that came by it. Answers whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_identity_provider(
        &self,
        pool_id: &str,
        name: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        end_of_provider(&mut transaction, pool_id, name, now).await?;
        let deleted =
            sqlx::query("DELETE FROM identity_providers WHERE pool_id = $1 AND name = $2")
                .bind(pool_id)
                .bind(name)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
        transaction.commit().await?;
        Ok(deleted > 0)
    }
}

impl IdentityProviderRow {
    async fn name_also(
        &self,
        transaction: &mut Transaction,
        identifiers: &[String],
    ) -> Result<(), StoreError> {
        for identifier in identifiers {
            sqlx::query(
                "INSERT INTO identity_provider_identifiers (pool_id, identifier, name) \
                 VALUES ($1, $2, $3)",
            )
            .bind(&self.pool_id)
            .bind(identifier)
            .bind(&self.name)
            .execute(&mut **transaction)
            .await
            .map_err(|error| match error.into() {
                StoreError::Exists(_) => StoreError::Taken,
                other => other,
            })?;
        }
        Ok(())
    }

    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            pool_id: row.try_get(0)?,
            name: row.try_get(1)?,
            kind: row.try_get(2)?,
            details: row.try_get(3)?,
            settings: row.try_get(4)?,
            created_at: row.try_get(5)?,
            updated_at: row.try_get(6)?,
            generation: row.try_get(7)?,
        })
    }
}
