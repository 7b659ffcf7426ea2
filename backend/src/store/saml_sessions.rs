//! Sessions at SAML providers, and what came by them: single logout.
//!
//! The browser's session has the same id for all its life, and the sign-ins that it led to name it. So one row says by which
//! session at the provider all of them came. It stays while any of them may be there.

use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::user_sessions::revoke_families_of_sso;
use super::{Store, StoreError, Transaction};

/// A session at a SAML provider, as it is found again. Keyed hashes: what the provider calls the person is not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamlSession {
    /// Of the provider and its name of the person.
    pub name: [u8; 32],
    /// Of the session's index there too, if the provider gave one.
    pub index: Option<[u8; 32]>,
    /// The provider's name in the pool.
    #[serde(default)]
    pub provider: String,
    /// Sealed: what the provider is to be told when the person leaves.
    #[serde(default)]
    pub subject: Vec<u8>,
}

/// The session at a provider that a browser's session came by.
#[derive(Debug, Clone)]
pub struct SamlOrigin {
    /// The provider's name in the pool.
    pub provider: String,
    /// [`SamlSession::name`]
    pub name: Vec<u8>,
    /// [`SamlSession::subject`]
    pub subject: Vec<u8>,
}

/// A logout that a provider was asked for.
#[derive(Debug, Clone)]
pub struct SamlLogoutRow {
    /// Keyed hash of the pool and the request's id.
    pub id: Vec<u8>,
    /// The pool's id.
    pub pool_id: String,
    /// The provider's name in the pool.
    pub provider: String,
    /// Where the browser goes then.
    pub next: String,
    /// Seconds since 1970.
    pub expires_at: i64,
}

impl SamlSession {
    /// Adds it for the browser's session with this id.
    pub(super) async fn insert(
        &self,
        transaction: &mut Transaction,
        sso_id: &str,
        (pool_id, username): (&str, &str),
        expires_at: i64,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO saml_sessions \
             (sso_id, pool_id, username, name, session_index, expires_at, provider, subject) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(sso_id)
        .bind(pool_id)
        .bind(username)
        .bind(self.name.to_vec())
        .bind(self.index.map(|index| index.to_vec()))
        .bind(expires_at)
        .bind(&self.provider)
        .bind(self.subject.clone())
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

impl Store {
    /// The session at a provider that the browser's session with this id came by.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn saml_origin(&self, sso_id: &str) -> Result<Option<SamlOrigin>, StoreError> {
        let row = sqlx::query(
            "SELECT provider, name, subject FROM saml_sessions \
             WHERE sso_id = $1 AND provider IS NOT NULL AND subject IS NOT NULL",
        )
        .bind(sso_id)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(SamlOrigin {
            provider: row.try_get(0)?,
            name: row.try_get(1)?,
            subject: row.try_get(2)?,
        }))
    }

    /// Remembers a logout that a provider is asked for.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_saml_logout(&self, row: &SamlLogoutRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO saml_logouts (id, pool_id, provider, next, expires_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(row.id.clone())
        .bind(&row.pool_id)
        .bind(&row.provider)
        .bind(&row.next)
        .bind(row.expires_at)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Takes it out: of any number of answers one gets it, in time.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn take_saml_logout(
        &self,
        id: &[u8],
        now: i64,
    ) -> Result<Option<SamlLogoutRow>, StoreError> {
        let row = sqlx::query(
            "DELETE FROM saml_logouts WHERE id = $1 AND expires_at > $2 \
             RETURNING id, pool_id, provider, next, expires_at",
        )
        .bind(id.to_vec())
        .bind(now)
        .fetch_optional(&self.writer)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(SamlLogoutRow {
            id: row.try_get(0)?,
            pool_id: row.try_get(1)?,
            provider: row.try_get(2)?,
            next: row.try_get(3)?,
            expires_at: row.try_get(4)?,
        }))
    }

    /// Ends what came by a person's sessions at a provider: all, or those with one of these indexes and those that came
    /// without any. Browsers' sessions, codes that were not used (of any session: nobody can say whose they are), sign-ins with
    /// their tokens. How many sessions there were.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_saml_sessions(
        &self,
        pool_id: &str,
        name: &[u8; 32],
        indexes: &[[u8; 32]],
        now: i64,
    ) -> Result<usize, StoreError> {
        let mut transaction = self.begin().await?;
        let rows = sqlx::query(
            "SELECT sso_id, username, session_index FROM saml_sessions WHERE pool_id = $1 AND name = $2",
        )
        .bind(pool_id)
        .bind(name.to_vec())
        .fetch_all(&mut *transaction)
        .await?;
        let mut ended = 0;
        for row in rows {
            let (sso_id, username): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let index: Option<Vec<u8>> = row.try_get(2)?;
            let is_meant = indexes.is_empty()
                || index.is_none_or(|index| indexes.iter().any(|one| one[..] == index[..]));
            if is_meant {
                end(&mut transaction, (pool_id, &username), &sso_id, now).await?;
                ended += 1;
            }
        }
        transaction.commit().await?;
        Ok(ended)
    }
}

async fn end(
    transaction: &mut Transaction,
    (pool_id, username): (&str, &str),
    sso_id: &str,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM authorization_codes \
         WHERE pool_id = $1 AND username = $2 AND provider IS NOT NULL AND redeemed_at IS NULL",
    )
    .bind(pool_id)
    .bind(username)
    .execute(&mut **transaction)
    .await?;
    revoke_families_of_sso(transaction, (pool_id, username), sso_id, now).await?;
    for statement in [
        "DELETE FROM sso_sessions WHERE id = $1",
        "DELETE FROM saml_sessions WHERE sso_id = $1",
    ] {
        sqlx::query(statement)
            .bind(sso_id)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}
