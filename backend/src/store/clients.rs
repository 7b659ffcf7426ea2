//! App clients.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError};

/// An app client as stored.
#[derive(Debug, Clone)]
pub struct ClientRow {
    /// The client's id, unique among all pools.
    pub id: String,
    /// The pool it belongs to.
    pub pool_id: String,
    /// Its name.
    pub name: String,
    /// Its settings, JSON, without the secret.
    pub settings: String,
    /// Its secret, sealed; `None` for a public client.
    pub secret: Option<Vec<u8>>,
    /// Its settings of browsers' sessions, JSON.
    pub sessions: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
}

impl Store {
    /// Adds a client.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the id is taken.
    pub async fn insert_client(&self, client: &ClientRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO clients \
             (id, pool_id, name, settings, secret, created_at, updated_at, sessions) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&client.id)
        .bind(&client.pool_id)
        .bind(&client.name)
        .bind(&client.settings)
        .bind(client.secret.clone())
        .bind(client.created_at)
        .bind(client.updated_at)
        .bind(&client.sessions)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Gives a client of a pool this row's name, settings and secret. Answers whether there is such
    /// a client.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn update_client(&self, client: &ClientRow) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE clients SET name = $3, settings = $4, secret = $5, \
             updated_at = CASE WHEN name = $3 AND settings = $4 THEN updated_at ELSE $6 END \
             WHERE id = $1 AND pool_id = $2",
        )
        .bind(&client.id)
        .bind(&client.pool_id)
        .bind(&client.name)
        .bind(&client.settings)
        .bind(client.secret.clone())
        .bind(client.updated_at)
        .execute(&self.writer)
        .await?
        .rows_affected();
        Ok(updated > 0)
    }

    /// Gives a client of a pool this name and these settings. Answers whether there is such a client.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_client_settings(
        &self,
        pool_id: &str,
        id: &str,
        name: &str,
        settings: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE clients SET name = $3, settings = $4, updated_at = $5 \
             WHERE id = $1 AND pool_id = $2",
        )
        .bind(id)
        .bind(pool_id)
        .bind(name)
        .bind(settings)
        .bind(now)
        .execute(&self.writer)
        .await?
        .rows_affected();
        Ok(updated > 0)
    }

    /// Gives a client of a pool these settings of browsers' sessions.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_client_sessions(
        &self,
        pool_id: &str,
        id: &str,
        sessions: &str,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE clients SET sessions = $3 WHERE id = $1 AND pool_id = $2")
            .bind(id)
            .bind(pool_id)
            .bind(sessions)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// The settings of browsers' sessions that clients of a pool have, each once; none for the default.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn client_sessions_of(&self, pool_id: &str) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT sessions FROM clients WHERE pool_id = $1 AND sessions <> '{}'",
        )
        .bind(pool_id)
        .fetch_all(&self.pool)
        .await?;
        let rows = rows.iter().map(|row| row.try_get(0));
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Gives a client these sealed secrets, if those it has are still `old`. Answers whether they were.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn replace_client_secret(
        &self,
        pool_id: &str,
        id: &str,
        old: Option<Vec<u8>>,
        new: Option<Vec<u8>>,
        now: i64,
    ) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE clients SET secret = $3, updated_at = $4 \
             WHERE id = $1 AND pool_id = $2 AND secret IS NOT DISTINCT FROM $5",
        )
        .bind(id)
        .bind(pool_id)
        .bind(new)
        .bind(now)
        .bind(old)
        .execute(&self.writer)
        .await?
        .rows_affected();
        Ok(updated > 0)
    }

    /// How many clients a pool has.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_clients(&self, pool_id: &str) -> Result<i64, StoreError> {
        let row = sqlx::query("SELECT CAST(count(*) AS BIGINT) FROM clients WHERE pool_id = $1")
            .bind(pool_id)
            .fetch_one(&self.pool)
            .await?;
        Ok(row.try_get(0)?)
    }

    /// The client with this id, of whatever pool.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn client(&self, id: &str) -> Result<Option<ClientRow>, StoreError> {
        let row = sqlx::query(
            "SELECT id, pool_id, name, settings, secret, created_at, updated_at, sessions FROM clients \
             WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| ClientRow::read(&row)).transpose()?)
    }

    /// Up to `limit` clients of a pool with ids after `after`, in the order of their ids.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn clients_after(
        &self,
        pool_id: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<ClientRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, pool_id, name, settings, secret, created_at, updated_at, sessions FROM clients \
             WHERE pool_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(pool_id)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(ClientRow::read).collect::<Result<_, _>>()?)
    }

    /// Deletes a client of a pool. Answers whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_client(&self, pool_id: &str, id: &str) -> Result<bool, StoreError> {
        let deleted = sqlx::query("DELETE FROM clients WHERE pool_id = $1 AND id = $2")
            .bind(pool_id)
            .bind(id)
            .execute(&self.writer)
            .await?
            .rows_affected();
        Ok(deleted > 0)
    }
}

impl ClientRow {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            pool_id: row.try_get(1)?,
            name: row.try_get(2)?,
            settings: row.try_get(3)?,
            secret: row.try_get(4)?,
            created_at: row.try_get(5)?,
            updated_at: row.try_get(6)?,
            sessions: row.try_get(7)?,
        })
    }
}
