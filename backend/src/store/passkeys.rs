//! Passkeys of users.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError, Transaction};

/// A passkey as stored.
#[derive(Debug, Clone)]
pub struct PasskeyRow {
    /// The pool's id.
    pub pool_id: String,
    /// The keyed hash of the credential id.
    pub id: Vec<u8>,
    /// The real user name.
    pub username: String,
    /// Sealed JSON.
    pub data: Vec<u8>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Goes up with every use.
    pub revision: i64,
}

impl Store {
    /// A user's passkeys, the oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn passkeys(
        &self,
        pool_id: &str,
        username: &str,
    ) -> Result<Vec<PasskeyRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT pool_id, id, username, data, created_at, revision FROM passkeys \
             WHERE pool_id = $1 AND username = $2 ORDER BY created_at, id",
        )
        .bind(pool_id)
        .bind(username)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// A user's newest passkey.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn newest_passkey(
        &self,
        pool_id: &str,
        username: &str,
    ) -> Result<Option<PasskeyRow>, StoreError> {
        let row = sqlx::query(
            "SELECT pool_id, id, username, data, created_at, revision FROM passkeys \
             WHERE pool_id = $1 AND username = $2 ORDER BY created_at DESC, id DESC LIMIT 1",
        )
        .bind(pool_id)
        .bind(username)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// Adds a passkey if its user has fewer than `most`. Answers whether they had.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if somebody of the pool has it already.
    pub async fn insert_passkey(&self, row: &PasskeyRow, most: i64) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let inserted = sqlx::query(
            "INSERT INTO passkeys (pool_id, id, username, data, created_at, revision) \
             SELECT $1, $2, $3, $4, $5, $6 WHERE \
             (SELECT CAST(count(*) AS BIGINT) FROM passkeys WHERE pool_id = $1 AND username = $3) < $7",
        )
        .bind(&row.pool_id)
        .bind(row.id.clone())
        .bind(&row.username)
        .bind(row.data.clone())
        .bind(row.created_at)
        .bind(row.revision)
        .bind(most)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        transaction.commit().await?;
        Ok(inserted == 1)
    }

    /// Stores what changed by a use, over the revision it was read at. Answers whether nobody else
    /// used or deleted it meanwhile.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn update_passkey(&self, row: &PasskeyRow) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE passkeys SET data = $1, revision = revision + 1 \
             WHERE pool_id = $2 AND id = $3 AND username = $4 AND revision = $5",
        )
        .bind(row.data.clone())
        .bind(&row.pool_id)
        .bind(row.id.clone())
        .bind(&row.username)
        .bind(row.revision)
        .execute(&self.writer)
        .await?;
        Ok(updated.rows_affected() == 1)
    }

    /// Deletes all of a user's.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_passkeys(&self, pool_id: &str, username: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM passkeys WHERE pool_id = $1 AND username = $2")
            .bind(pool_id)
            .bind(username)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Deletes one. Answers whether the user had it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_passkey(
        &self,
        pool_id: &str,
        username: &str,
        id: &[u8],
    ) -> Result<bool, StoreError> {
        let deleted =
            sqlx::query("DELETE FROM passkeys WHERE pool_id = $1 AND username = $2 AND id = $3")
                .bind(pool_id)
                .bind(username)
                .bind(id.to_vec())
                .execute(&self.writer)
                .await?;
        Ok(deleted.rows_affected() == 1)
    }
}

impl PasskeyRow {
    /// Whether nobody of the pool has it.
    pub(super) async fn is_free(&self, transaction: &mut Transaction) -> Result<bool, StoreError> {
        let found = sqlx::query("SELECT 1 FROM passkeys WHERE pool_id = $1 AND id = $2")
            .bind(&self.pool_id)
            .bind(self.id.clone())
            .fetch_optional(&mut **transaction)
            .await?;
        Ok(found.is_none())
    }

    /// Adds it, whatever the user has. Answers whether nobody of the pool had it.
    pub(super) async fn insert(&self, transaction: &mut Transaction) -> Result<bool, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO passkeys (pool_id, id, username, data, created_at, revision) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .bind(&self.pool_id)
        .bind(self.id.clone())
        .bind(&self.username)
        .bind(self.data.clone())
        .bind(self.created_at)
        .bind(self.revision)
        .execute(&mut **transaction)
        .await?;
        Ok(inserted.rows_affected() == 1)
    }
}

fn read(row: &AnyRow) -> Result<PasskeyRow, sqlx::Error> {
    Ok(PasskeyRow {
        pool_id: row.try_get(0)?,
        id: row.try_get(1)?,
        username: row.try_get(2)?,
        data: row.try_get(3)?,
        created_at: row.try_get(4)?,
        revision: row.try_get(5)?,
    })
}
