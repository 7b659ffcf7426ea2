//! Messages on their way out.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{InboxRow, Store, StoreError};

/// A message that was not delivered yet.
#[derive(Debug, Clone)]
pub struct OutboxRow {
    /// The message's id; ids are in the order of time.
    pub id: String,
    /// The pool it is sent for.
    pub pool_id: String,
    /// What is sent to whom, sealed.
    pub content: Vec<u8>,
    /// Tries so far.
    pub attempts: i64,
    /// When it may be tried, milliseconds since 1970.
    pub due_at: i64,
    /// When it is of no use any more, seconds since 1970.
    pub expires_at: i64,
}

impl Store {
    /// Adds a message.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_outbox(&self, row: &OutboxRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO outbox (id, pool_id, content, attempts, due_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&row.id)
        .bind(&row.pool_id)
        .bind(row.content.clone())
        .bind(row.attempts)
        .bind(row.due_at)
        .bind(row.expires_at)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Up to `limit` pools that have messages that may be tried now; that of the oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn outbox_pools_due(&self, now: i64, limit: i64) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(
            "SELECT pool_id FROM outbox WHERE due_at <= $1 \
             GROUP BY pool_id ORDER BY MIN(due_at), pool_id LIMIT $2",
        )
        .bind(now)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let ids = rows.iter().map(|row| row.try_get(0));
        Ok(ids.collect::<Result<_, sqlx::Error>>()?)
    }

    /// The oldest messages of a pool that may be tried now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn outbox_due(
        &self,
        pool_id: &str,
        now: i64,
        limit: i64,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, pool_id, content, attempts, due_at, expires_at FROM outbox \
             WHERE pool_id = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT $3",
        )
        .bind(pool_id)
        .bind(now)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(OutboxRow::read).collect::<Result<_, _>>()?)
    }

    /// When the next message may be tried that may not be tried now, milliseconds since 1970; `None` if there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn next_in_outbox(&self, now: i64) -> Result<Option<i64>, StoreError> {
        let next = "SELECT due_at FROM outbox WHERE due_at > $1 ORDER BY due_at LIMIT 1";
        let row = sqlx::query(next)
            .bind(now)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Takes a message for one try: nobody else tries it before `due_at`, when it may be tried again. Whether
    /// it was there as it was read.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn claim_outbox(&self, row: &OutboxRow, due_at: i64) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE outbox SET attempts = attempts + 1, due_at = $1 \
             WHERE id = $2 AND attempts = $3 AND due_at = $4",
        )
        .bind(due_at)
        .bind(&row.id)
        .bind(row.attempts)
        .bind(row.due_at)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Has a message that was taken tried again at another time, if nobody else took it since.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn put_off_outbox(&self, row: &OutboxRow, due_at: i64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE outbox SET due_at = $1 WHERE id = $2 AND attempts = $3 AND due_at = $4",
        )
        .bind(due_at)
        .bind(&row.id)
        .bind(row.attempts)
        .bind(row.due_at)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Forgets a message.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_outbox(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM outbox WHERE id = $1")
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Moves a message to the inbox, if it was not moved yet.
    ///
    /// # Errors
    /// If the database fails: it is where it was then.
    pub async fn move_to_inbox(&self, message: &InboxRow) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let deleted = sqlx::query("DELETE FROM outbox WHERE id = $1")
            .bind(&message.id)
            .execute(&mut *transaction)
            .await?;
        if deleted.rows_affected() == 1 {
            message.insert(&mut transaction).await?;
        }
        Ok(transaction.commit().await?)
    }
}

impl OutboxRow {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            pool_id: row.try_get(1)?,
            content: row.try_get(2)?,
            attempts: row.try_get(3)?,
            due_at: row.try_get(4)?,
            expires_at: row.try_get(5)?,
        })
    }
}
