//! Documents of pools and their clients.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, Row};

use super::{Store, StoreError};

/// A document as stored.
#[derive(Debug, Clone)]
pub struct PoolRecordRow {
    /// The pool's id.
    pub pool_id: String,
    /// What the document is.
    pub kind: &'static str,
    /// Its id, unique among those of its kind in the pool.
    pub id: String,
    /// The client that it is for; `None` for the whole pool.
    pub client_id: Option<String>,
    /// Tells those of a kind and client apart; may be empty.
    pub name: String,
    /// JSON.
    pub document: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
}

const INSERT: &str = "INSERT INTO pool_records \
                      (pool_id, kind, id, client_id, name, document, created_at, updated_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

macro_rules! columns {
    () => {
        "pool_id, id, client_id, name, document, created_at, updated_at"
    };
}

impl Store {
    /// Adds a document.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the client has one of this kind and name.
    pub async fn insert_pool_record(&self, row: &PoolRecordRow) -> Result<(), StoreError> {
        self.write_pool_record(row, INSERT).await.map(drop)
    }

    /// Adds a document, or puts it in the place of the one with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn put_pool_record(&self, row: &PoolRecordRow) -> Result<(), StoreError> {
        self.write_pool_record(
            row,
            "INSERT INTO pool_records \
             (pool_id, kind, id, client_id, name, document, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (pool_id, kind, id) DO UPDATE SET document = $6, updated_at = $8",
        )
        .await
        .map(drop)
    }

    /// Replaces a document and its name. Answers whether there is such a one.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the client has another one of this kind and name.
    pub async fn update_pool_record(&self, row: &PoolRecordRow) -> Result<bool, StoreError> {
        let sql = "UPDATE pool_records SET name = $5, document = $6, updated_at = $8 \
                   WHERE pool_id = $1 AND kind = $2 AND id = $3 \
                   AND COALESCE(client_id, '') = COALESCE($4, '') AND created_at = $7";
        Ok(self.write_pool_record(row, sql).await? == 1)
    }

    /// The document with this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn pool_record(
        &self,
        pool_id: &str,
        kind: &'static str,
        id: &str,
    ) -> Result<Option<PoolRecordRow>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM pool_records WHERE pool_id = $1 AND kind = $2 AND id = $3"
        ))
        .bind(pool_id)
        .bind(kind)
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| read(&row, kind)).transpose()?)
    }

    /// The documents of a kind that are for this client; with `None`, for the whole pool.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn pool_records_of(
        &self,
        pool_id: &str,
        kind: &'static str,
        client_id: Option<&str>,
    ) -> Result<Vec<PoolRecordRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM pool_records WHERE pool_id = $1 AND kind = $2 \
             AND COALESCE(client_id, '') = $3 ORDER BY name"
        ))
        .bind(pool_id)
        .bind(kind)
        .bind(client_id.unwrap_or_default())
        .fetch_all(&self.pool)
        .await?;
        let rows = rows.iter().map(|row| read(row, kind));
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Up to `limit` documents of a kind with ids after `after`, in their order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn pool_records_after(
        &self,
        pool_id: &str,
        kind: &'static str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<PoolRecordRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM pool_records WHERE pool_id = $1 AND kind = $2 AND id > $3 ORDER BY id LIMIT $4"
        ))
        .bind(pool_id)
        .bind(kind)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let rows = rows.iter().map(|row| read(row, kind));
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Deletes a document. Answers whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_pool_record(
        &self,
        pool_id: &str,
        kind: &'static str,
        id: &str,
    ) -> Result<bool, StoreError> {
        let deleted =
            sqlx::query("DELETE FROM pool_records WHERE pool_id = $1 AND kind = $2 AND id = $3")
                .bind(pool_id)
                .bind(kind)
                .bind(id)
                .execute(&self.writer)
                .await?;
        Ok(deleted.rows_affected() == 1)
    }

    /// Puts these in the place of all documents of these kinds that are for this client; with `None`, for the whole
    /// pool: all or nothing.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if two are of one kind and name.
    pub async fn replace_pool_records(
        &self,
        pool_id: &str,
        client_id: Option<&str>,
        kinds: &[&'static str],
        rows: &[PoolRecordRow],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for kind in kinds {
            sqlx::query(
                "DELETE FROM pool_records WHERE pool_id = $1 AND kind = $2 \
                 AND COALESCE(client_id, '') = $3",
            )
            .bind(pool_id)
            .bind(*kind)
            .bind(client_id.unwrap_or_default())
            .execute(&mut *transaction)
            .await?;
        }
        for row in rows {
            row.written_by(INSERT).execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn write_pool_record(
        &self,
        row: &PoolRecordRow,
        sql: &'static str,
    ) -> Result<u64, StoreError> {
        let written = row.written_by(sql).execute(&self.writer).await?;
        Ok(written.rows_affected())
    }
}

impl PoolRecordRow {
    fn written_by(&self, sql: &'static str) -> Query<'_, Any, AnyArguments> {
        sqlx::query(sql)
            .bind(&self.pool_id)
            .bind(self.kind)
            .bind(&self.id)
            .bind(self.client_id.clone())
            .bind(&self.name)
            .bind(&self.document)
            .bind(self.created_at)
            .bind(self.updated_at)
    }
}

fn read(row: &AnyRow, kind: &'static str) -> Result<PoolRecordRow, sqlx::Error> {
    Ok(PoolRecordRow {
        kind,
        pool_id: row.try_get(0)?,
        id: row.try_get(1)?,
        client_id: row.try_get(2)?,
        name: row.try_get(3)?,
        document: row.try_get(4)?,
        created_at: row.try_get(5)?,
        updated_at: row.try_get(6)?,
    })
}
