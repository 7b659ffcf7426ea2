//! Browsers' sessions on the login domain (single sign-on).

use sqlx::Row;

use super::{Spend, Store, StoreError, Transaction};

/// One value of a browser's session cookie, as stored: never the value itself.
#[derive(Debug, Clone)]
pub struct SsoRow {
    /// The hash of the cookie's value.
    pub hash: Vec<u8>,
    /// The session's UUID, shared by all values it had.
    pub id: String,
    /// The pool's id.
    pub pool_id: String,
    /// The real user name.
    pub username: String,
    /// Sealed: who signed in, when, with which password.
    pub content: Vec<u8>,
    /// Seconds since 1970.
    pub expires_at: i64,
    /// When the session began, seconds since 1970.
    pub started_at: i64,
    /// When this value was given, seconds since 1970.
    pub used_at: i64,
    /// When another value took its place, seconds since 1970.
    pub replaced_at: Option<i64>,
    /// The other provider that vouched for the person.
    pub provider: Option<String>,
}

impl Store {
    /// The session with this hash of the cookie's value.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sso_session(&self, hash: &[u8]) -> Result<Option<SsoRow>, StoreError> {
        let row = sqlx::query(
            "SELECT hash, id, pool_id, username, content, expires_at, replaced_at, started_at, used_at, \
             provider FROM sso_sessions WHERE hash = $1",
        )
        .bind(hash.to_vec())
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(SsoRow {
            hash: row.try_get(0)?,
            id: row.try_get(1)?,
            pool_id: row.try_get(2)?,
            username: row.try_get(3)?,
            content: row.try_get(4)?,
            expires_at: row.try_get(5)?,
            replaced_at: row.try_get(6)?,
            started_at: row.try_get(7)?,
            used_at: row.try_get(8)?,
            provider: row.try_get(9)?,
        }))
    }

    /// A user's sessions of browsers, the newest first: id, when it began, when it was last used.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sso_sessions_of(
        &self,
        pool_id: &str,
        username: &str,
        now: i64,
    ) -> Result<Vec<(String, i64, i64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, started_at, used_at FROM sso_sessions \
             WHERE pool_id = $1 AND username = $2 AND expires_at > $3 AND replaced_at IS NULL \
             ORDER BY used_at DESC, id",
        )
        .bind(pool_id)
        .bind(username)
        .bind(now)
        .fetch_all(&self.pool)
        .await?;
        let read = |row: sqlx::any::AnyRow| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
        rows.into_iter().map(read).collect()
    }

    /// Writes anew what is known of a session, and makes use of what it came of. Answers whether both were there still: a session
    /// whose value was replaced meanwhile is left alone, and nothing is spent.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn prove_sso_session(
        &self,
        whose: (&str, &str),
        (hash, content): (&[u8], Vec<u8>),
        spend: Spend<'_>,
        now: i64,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let written = sqlx::query(
            "UPDATE sso_sessions SET content = $1 WHERE hash = $2 AND replaced_at IS NULL",
        )
        .bind(content)
        .bind(hash.to_vec())
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        let is_done = written == 1 && spend.take(&mut transaction, whose, now).await?;
        if is_done {
            transaction.commit().await?;
        }
        Ok(is_done)
    }

    /// Ends the session that has or had the value with this hash.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_sso_session(&self, pool_id: &str, hash: &[u8]) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM sso_sessions WHERE id IN \
             (SELECT id FROM sso_sessions WHERE hash = $2 AND pool_id = $1)",
        )
        .bind(pool_id)
        .bind(hash.to_vec())
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}

impl SsoRow {
    pub(super) async fn insert(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO sso_sessions \
             (hash, id, pool_id, username, content, expires_at, replaced_at, started_at, used_at, \
             provider) VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, $8, $9)",
        )
        .bind(self.hash.clone())
        .bind(&self.id)
        .bind(&self.pool_id)
        .bind(&self.username)
        .bind(self.content.clone())
        .bind(self.expires_at)
        .bind(self.started_at)
        .bind(self.used_at)
        .bind(self.provider.clone())
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}
