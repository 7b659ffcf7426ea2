//! Resource servers.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError};

/// A resource server as stored.
#[derive(Debug, Clone)]
pub struct ResourceServerRow {
    /// The pool's id.
    pub pool_id: String,
    /// What its scopes begin with, unique in the pool.
    pub identifier: String,
    /// Its name, for people.
    pub name: String,
    /// Its scopes, JSON.
    pub scopes: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
}

impl Store {
    /// Adds a resource server, unless the pool has `most` of them already. Answers whether it did.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the pool has one with this identifier.
    pub async fn insert_resource_server(
        &self,
        row: &ResourceServerRow,
        most: i64,
    ) -> Result<bool, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO resource_servers \
             (pool_id, identifier, name, scopes, created_at, updated_at) \
             SELECT $1, $2, $3, $4, $5, $6 \
             WHERE (SELECT count(*) FROM resource_servers WHERE pool_id = $1) < $7",
        )
        .bind(&row.pool_id)
        .bind(&row.identifier)
        .bind(&row.name)
        .bind(&row.scopes)
        .bind(row.created_at)
        .bind(row.updated_at)
        .bind(most)
        .execute(&self.writer)
        .await?
        .rows_affected();
        Ok(inserted > 0)
    }

    /// Gives a resource server this name and these scopes. Answers whether there is such a one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn update_resource_server(
        &self,
        row: &ResourceServerRow,
    ) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE resource_servers SET name = $3, scopes = $4, updated_at = $5 \
             WHERE pool_id = $1 AND identifier = $2",
        )
        .bind(&row.pool_id)
        .bind(&row.identifier)
        .bind(&row.name)
        .bind(&row.scopes)
        .bind(row.updated_at)
        .execute(&self.writer)
        .await?
        .rows_affected();
        Ok(updated > 0)
    }

    /// Deletes a resource server. Answers whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_resource_server(
        &self,
        pool_id: &str,
        identifier: &str,
    ) -> Result<bool, StoreError> {
        let deleted =
            sqlx::query("DELETE FROM resource_servers WHERE pool_id = $1 AND identifier = $2")
                .bind(pool_id)
                .bind(identifier)
                .execute(&self.writer)
                .await?
                .rows_affected();
        Ok(deleted > 0)
    }

    /// The resource server with this identifier.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn resource_server(
        &self,
        pool_id: &str,
        identifier: &str,
    ) -> Result<Option<ResourceServerRow>, StoreError> {
        let row = sqlx::query(
            "SELECT pool_id, identifier, name, scopes, created_at, updated_at FROM resource_servers \
             WHERE pool_id = $1 AND identifier = $2",
        )
        .bind(pool_id)
        .bind(identifier)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| read(&row)).transpose()?)
    }

    /// Up to `limit` resource servers of a pool with identifiers after `after`, in their order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn resource_servers_after(
        &self,
        pool_id: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<ResourceServerRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT pool_id, identifier, name, scopes, created_at, updated_at FROM resource_servers \
             WHERE pool_id = $1 AND identifier > $2 ORDER BY identifier LIMIT $3",
        )
        .bind(pool_id)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }
}

fn read(row: &AnyRow) -> Result<ResourceServerRow, sqlx::Error> {
    Ok(ResourceServerRow {
        pool_id: row.try_get(0)?,
        identifier: row.try_get(1)?,
        name: row.try_get(2)?,
        scopes: row.try_get(3)?,
        created_at: row.try_get(4)?,
        updated_at: row.try_get(5)?,
    })
}
