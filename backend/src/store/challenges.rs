//! Steps of sign-ins that wait for an answer, one-time ids that were spent, and the sweep of what
//! has expired.

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, Row};

use super::{Store, StoreError};

/// A step of a sign-in as stored.
#[derive(Debug, Clone)]
pub struct ChallengeRow {
    /// The hash of the handle that the client holds (`Session`).
    pub id: Vec<u8>,
    /// The pool's id.
    pub pool_id: String,
    /// The app client's id.
    pub client_id: String,
    /// The real user name.
    pub username: String,
    /// The challenge's name.
    pub name: String,
    /// Sealed: what the step must remember.
    pub payload: Vec<u8>,
    /// Seconds since 1970.
    pub expires_at: i64,
    /// Seconds since 1970, once it was answered.
    pub spent_at: Option<i64>,
}

impl Store {
    /// Adds a step.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_challenge(&self, challenge: &ChallengeRow) -> Result<(), StoreError> {
        challenge.insert().execute(&self.writer).await?;
        Ok(())
    }

    /// Spends a step and adds the one that follows it. Answers whether the first one was open; if it
    /// was not, nothing is added.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn replace_challenge(
        &self,
        id: &[u8],
        next: &ChallengeRow,
        now: i64,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let spent = spend(id, now).execute(&mut *transaction).await?;
        if spent.rows_affected() == 0 {
            return Ok(false);
        }
        next.insert().execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Opens a step again that was spent, as another one of the same user and client. Answers whether there
    /// was such a step.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn reopen_challenge(&self, next: &ChallengeRow) -> Result<bool, StoreError> {
        let reopened = sqlx::query(
            "UPDATE challenges SET name = $1, payload = $2, spent_at = NULL, tries = 0 \
             WHERE id = $3 AND pool_id = $4 AND client_id = $5 AND username = $6 \
             AND spent_at IS NOT NULL",
        )
        .bind(&next.name)
        .bind(next.payload.clone())
        .bind(next.id.clone())
        .bind(&next.pool_id)
        .bind(&next.client_id)
        .bind(&next.username)
        .execute(&self.writer)
        .await?;
        Ok(reopened.rows_affected() == 1)
    }

    /// Spends a step. Of any number of callers, one is told `true`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn spend_challenge(&self, id: &[u8], now: i64) -> Result<bool, StoreError> {
        let spent = spend(id, now).execute(&self.writer).await?;
        Ok(spent.rows_affected() == 1)
    }

    /// Counts a try of an answer to an open step. Answers whether there were fewer than `most`
    /// before.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn try_challenge(&self, id: &[u8], most: i64) -> Result<bool, StoreError> {
        let tried = sqlx::query(
            "UPDATE challenges SET tries = tries + 1 \
             WHERE id = $1 AND spent_at IS NULL AND tries < $2",
        )
        .bind(id.to_vec())
        .bind(most)
        .execute(&self.writer)
        .await?;
        Ok(tried.rows_affected() == 1)
    }

    /// The step with this hash of its handle.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn challenge(&self, id: &[u8]) -> Result<Option<ChallengeRow>, StoreError> {
        let row = sqlx::query(
            "SELECT id, pool_id, client_id, username, name, payload, expires_at, spent_at \
             FROM challenges WHERE id = $1",
        )
        .bind(id.to_vec())
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(ChallengeRow {
            id: row.try_get(0)?,
            pool_id: row.try_get(1)?,
            client_id: row.try_get(2)?,
            username: row.try_get(3)?,
            name: row.try_get(4)?,
            payload: row.try_get(5)?,
            expires_at: row.try_get(6)?,
            spent_at: row.try_get(7)?,
        }))
    }

    /// Spends a one-time id. Of any number of callers, one is told `true`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn spend_id(&self, id: &[u8], expires_at: i64) -> Result<bool, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO spent_ids (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
        )
        .bind(id.to_vec())
        .bind(expires_at)
        .execute(&self.writer)
        .await?
        .rows_affected();
        Ok(inserted == 1)
    }

    /// Deletes what can no longer matter: expired ids, steps, codes, counters and sign-ins.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sweep(&self, now: i64) -> Result<(), StoreError> {
        for statement in [
            "DELETE FROM spent_ids WHERE expires_at < $1",
            "DELETE FROM challenges WHERE expires_at < $1",
            "DELETE FROM codes WHERE expires_at < $1",
            "DELETE FROM login_transactions WHERE expires_at < $1",
            "DELETE FROM pushed_requests WHERE expires_at < $1",
            "DELETE FROM sso_sessions WHERE expires_at < $1",
            "DELETE FROM saml_logouts WHERE expires_at < $1",
            // Kept for a day, because a second use says that somebody else has the code.
            "DELETE FROM authorization_codes WHERE expires_at < $1 - 86400",
            "DELETE FROM token_families WHERE expires_at < $1 - 86400", // the longest life of an access token
            "DELETE FROM saml_sessions WHERE expires_at < $1 - 86400 AND NOT EXISTS \
             (SELECT 1 FROM token_families f WHERE f.pool_id = saml_sessions.pool_id \
             AND f.username = saml_sessions.username AND f.sso_id = saml_sessions.sso_id)",
        ] {
            sqlx::query(statement)
                .bind(now)
                .execute(&self.writer)
                .await?;
        }
        self.sweep_attempts(now.saturating_mul(1000)).await
    }
}

impl ChallengeRow {
    fn insert(&self) -> Query<'_, Any, AnyArguments> {
        sqlx::query(
            "INSERT INTO challenges \
             (id, pool_id, client_id, username, name, payload, expires_at, spent_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)",
        )
        .bind(self.id.clone())
        .bind(&self.pool_id)
        .bind(&self.client_id)
        .bind(&self.username)
        .bind(&self.name)
        .bind(self.payload.clone())
        .bind(self.expires_at)
    }
}

pub(super) fn spend(id: &[u8], now: i64) -> Query<'static, Any, AnyArguments> {
    sqlx::query("UPDATE challenges SET spent_at = $1 WHERE id = $2 AND spent_at IS NULL")
        .bind(now)
        .bind(id.to_vec())
}
