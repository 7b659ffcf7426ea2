//! Counters of attempts. Times in this table are milliseconds since 1970.

use sqlx::Row;

use super::{Store, StoreError};

/// No counter matters longer than this after it was last written or its block ended.
const LONGEST_MEMORY_MILLIS: i64 = 3_600_000;

impl Store {
    /// Counts one attempt in a window that begins with the first attempt, and answers how many
    /// there were.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_attempt(
        &self,
        key: &[u8; 32],
        now: i64,
        window: i64,
    ) -> Result<i64, StoreError> {
        let row = sqlx::query(
            "INSERT INTO attempts (key_hash, count, window_started_at, blocked_until) \
             VALUES ($1, 1, $2, 0) ON CONFLICT (key_hash) DO UPDATE SET \
             count = CASE WHEN attempts.window_started_at <= $3 THEN 1 ELSE attempts.count + 1 END, \
             window_started_at = CASE WHEN attempts.window_started_at <= $3 THEN $2 \
             ELSE attempts.window_started_at END \
             RETURNING count",
        )
        .bind(key.to_vec())
        .bind(now)
        .bind(now.saturating_sub(window))
        .fetch_one(&self.writer)
        .await?;
        Ok(row.try_get(0)?)
    }

    /// Until when a key is blocked; `None` if nothing is counted for it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn blocked_until(&self, key: &[u8; 32]) -> Result<Option<i64>, StoreError> {
        let row = sqlx::query("SELECT blocked_until FROM attempts WHERE key_hash = $1")
            .bind(key.to_vec())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Counts a failure and blocks the key for `block(failures so far)` milliseconds. The count
    /// begins anew when the key was quiet for `quiet` milliseconds after the last failure and
    /// block.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_failure(
        &self,
        key: &[u8; 32],
        now: i64,
        quiet: i64,
        block: fn(i64) -> i64,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query(
            "INSERT INTO attempts (key_hash, count, window_started_at, blocked_until) \
             VALUES ($1, 1, $2, 0) ON CONFLICT (key_hash) DO UPDATE SET \
             count = CASE WHEN attempts.window_started_at <= $3 AND attempts.blocked_until <= $3 \
             THEN 1 ELSE attempts.count + 1 END, window_started_at = $2 \
             RETURNING count",
        )
        .bind(key.to_vec())
        .bind(now)
        .bind(now.saturating_sub(quiet))
        .fetch_one(&mut *transaction)
        .await?;
        let failures: i64 = row.try_get(0)?;
        sqlx::query("UPDATE attempts SET blocked_until = $1 WHERE key_hash = $2")
            .bind(now.saturating_add(block(failures)))
            .bind(key.to_vec())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Forgets what was counted for a key.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget_attempts(&self, key: &[u8; 32]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM attempts WHERE key_hash = $1")
            .bind(key.to_vec())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Takes one attempt back.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn take_back_attempt(&self, key: &[u8; 32]) -> Result<(), StoreError> {
        sqlx::query("UPDATE attempts SET count = count - 1 WHERE key_hash = $1 AND count > 0")
            .bind(key.to_vec())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(super) async fn sweep_attempts(&self, now: i64) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM attempts WHERE window_started_at < $1 AND blocked_until < $1")
            .bind(now.saturating_sub(LONGEST_MEMORY_MILLIS))
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
