//! What came by one way of signing in (another identity provider, or the pool itself), and its end.
//!
//! Rows of `sso_sessions`, `authorization_codes` and `token_families` say by which provider they came. Sign-ins under way do
//! not: what they remember is compared ([`VouchedBy::still`]) in the transaction that completes them.

use serde::{Deserialize, Serialize};

use super::{SamlSession, StoreError, Transaction};

/// Another provider that vouched for somebody, as it was when it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VouchedBy {
    /// Its name.
    pub provider: String,
    /// Its generation: one with another is another provider of the same name.
    pub generation: String,
    /// The keyed hash of the link that led to the user.
    pub link: [u8; 32],
    /// When the person proved it there, if the provider told, seconds since 1970.
    pub auth_time: Option<i64>,
    /// The session there, where the provider can end it.
    #[serde(default)]
    pub session: Option<Box<SamlSession>>,
    /// When the session there ends, if the provider told, seconds since 1970.
    #[serde(default)]
    pub ends_at: Option<i64>,
    /// A keyed hash of the e-mail address that it told, if it told one.
    #[serde(default)]
    pub email: Option<[u8; 32]>,
}

/// A way of signing in.
#[derive(Debug, Clone, Copy)]
pub enum Way<'a> {
    /// With the pool itself.
    Pool,
    /// With the provider of this name.
    Provider(&'a str),
}

impl VouchedBy {
    /// Whether the provider is the same, and its person still this user.
    pub(super) async fn still(
        &self,
        transaction: &mut Transaction,
        pool_id: &str,
        username: &str,
    ) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT 1 FROM identity_providers p JOIN user_lookups l ON l.pool_id = p.pool_id \
             WHERE p.pool_id = $1 AND p.name = $2 AND p.generation = $3 \
             AND l.kind = 'identity' AND l.hash = $4 AND l.username = $5",
        )
        .bind(pool_id)
        .bind(&self.provider)
        .bind(&self.generation)
        .bind(self.link.to_vec())
        .bind(username)
        .fetch_optional(&mut **transaction)
        .await?;
        Ok(row.is_some())
    }
}

/// Ends what a user has by one way: codes that were not used, sessions of browsers, sign-ins with their tokens.
pub(super) async fn end_of_user(
    transaction: &mut Transaction,
    (pool_id, username): (&str, &str),
    way: Way<'_>,
    now: i64,
) -> Result<(), StoreError> {
    let provider = match way {
        Way::Pool => "",
        Way::Provider(name) => name,
    };
    for statement in [
        "DELETE FROM authorization_codes WHERE pool_id = $1 AND username = $2 \
         AND COALESCE(provider, '') = $3 AND redeemed_at IS NULL",
        "DELETE FROM sso_sessions WHERE pool_id = $1 AND username = $2 \
         AND COALESCE(provider, '') = $3",
    ] {
        sqlx::query(statement)
            .bind(pool_id)
            .bind(username)
            .bind(provider)
            .execute(&mut **transaction)
            .await?;
    }
    sqlx::query(
        "UPDATE token_families SET revoked_at = $4 WHERE pool_id = $1 AND username = $2 \
         AND COALESCE(provider, '') = $3 AND revoked_at IS NULL",
    )
    .bind(pool_id)
    .bind(username)
    .bind(provider)
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The same for everybody who came by a provider.
pub(super) async fn end_of_provider(
    transaction: &mut Transaction,
    pool_id: &str,
    provider: &str,
    now: i64,
) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM authorization_codes \
         WHERE pool_id = $1 AND provider = $2 AND redeemed_at IS NULL",
        "DELETE FROM sso_sessions WHERE pool_id = $1 AND provider = $2",
    ] {
        sqlx::query(statement)
            .bind(pool_id)
            .bind(provider)
            .execute(&mut **transaction)
            .await?;
    }
    sqlx::query(
        "UPDATE token_families SET revoked_at = $3 \
         WHERE pool_id = $1 AND provider = $2 AND revoked_at IS NULL",
    )
    .bind(pool_id)
    .bind(provider)
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
