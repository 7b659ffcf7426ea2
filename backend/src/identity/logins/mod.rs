//! Logins: what clients bring to say who somebody is, each verified with whoever gave it.
//!
//! | in `Logins` | what it is | verified |
//! |---|---|---|
//! | a user pool of ours | ID token | with the pool's keys; on wish the user and the sign-in, too |
//! | another user pool, an OpenID Connect provider, Google, Apple | ID token | with the issuer's published keys |
//! | Facebook, Amazon, Twitter | access token | by asking who and which app it is for |
//! | a SAML provider | response | with the certificates of its metadata |
//! | `cognito-identity.amazonaws.com` | a token of ours | [`super::open_id_token`] |
//!
//! # Security model
//! The pool says which providers count, and which app a token must be for; nobody is asked about a token of
//! any other. A refusal names what is wrong with a token, never the token. Where only the provider knows whether a token is
//! good, one address asks so often: invented tokens must not make this service ask on a stranger's behalf without end.

mod issuers;
mod name;
mod saml;
mod social;
mod twitter;
mod user_pool;

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::claims::Claims;
use super::pool::IdentityPool;
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::limits::{self, Hourly};
use crate::opaque_secret::{hash, row_name};

pub use name::canonical;

/// What a provider gave somebody. Wiped when dropped, never printed.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct LoginToken(Zeroizing<String>);

impl LoginToken {
    /// The token itself.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LoginToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginToken(..)")
    }
}

/// Logins by the names of their providers, as a request has them.
pub type Logins = BTreeMap<String, LoginToken>;

/// A login that was verified.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedLogin {
    /// Who vouches, by the name that identities have it under.
    pub provider: String,
    /// Who it is, as the provider says; for a developer's user the developer's id.
    pub subject: String,
    /// The app that the login is for.
    pub client: String,
    /// What else the provider says.
    pub claims: Claims,
    /// Whether a developer's backend vouches.
    pub is_developer: bool,
}

/// It names a person and is not printed.
impl fmt::Debug for VerifiedLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifiedLogin({})", self.provider)
    }
}

impl VerifiedLogin {
    /// What the database has of the person.
    #[must_use]
    pub fn subject_hash(&self, state: &AppState, pool_id: &str) -> Vec<u8> {
        let parts = [pool_id, &self.provider, &self.subject].map(str::as_bytes);
        state.sealer.derive("identity login", &parts).to_vec()
    }
}

/// Verifies all of the logins.
///
/// # Errors
/// `NotAuthorizedException` if one is not good or of no provider of the pool, `ExternalServiceException` if
/// a provider does not answer, `LimitExceededException` if this caller has had providers asked in vain as often as one address may.
pub async fn verify(
    state: &AppState,
    caller: &Caller,
    pool: &IdentityPool,
    logins: &Logins,
) -> Result<Vec<VerifiedLogin>, ApiError> {
    let mut verified: Vec<VerifiedLogin> = Vec::with_capacity(logins.len());
    for (name, token) in logins {
        let login = verify_one(state, caller, pool, &canonical(state, name), token).await?;
        if verified
            .iter()
            .any(|other| other.provider == login.provider)
        {
            return Err(ApiError::invalid_parameter("A provider is there twice."));
        }
        verified.push(login);
    }
    Ok(verified)
}

async fn verify_one(
    state: &AppState,
    caller: &Caller,
    pool: &IdentityPool,
    name: &str,
    token: &LoginToken,
) -> Result<VerifiedLogin, ApiError> {
    let settings = &pool.settings;
    let clients: Vec<_> = settings
        .cognito_identity_providers
        .iter()
        .filter(|provider| canonical(state, &provider.provider_name) == name)
        .collect();
    if !clients.is_empty() {
        return user_pool::verify(state, name, &clients, token).await;
    }
    if let Some(app_id) = settings.supported_login_providers.app(name) {
        if !social::is_asked(name) {
            return social::verify(state, name, app_id, token).await;
        }
        // Counted first, so that many at once are, too; the people of a company, who share an address, use up nothing.
        limits::count(state, caller, Hourly::AskedLogin, &pool.id, "").await?;
        let same = row_name(&hash(token.secret()));
        limits::count(state, caller, Hourly::SameLogin, &pool.id, &same).await?;
        let login = social::verify(state, name, app_id, token).await?;
        limits::take_back(state, caller, Hourly::AskedLogin, &pool.id, "").await?;
        return Ok(login);
    }
    let arns = settings.open_id_connect_provider_arns.iter();
    let mut named = arns.filter(|arn| {
        arn.split_once(":oidc-provider/")
            .is_some_and(|(_, of)| of == name)
    });
    if let Some(arn) = named.next() {
        return issuers::verify_configured(state, name, arn, token).await;
    }
    if settings.saml_provider_arns.iter().any(|arn| arn == name) {
        return saml::verify(state, name, token).await;
    }
    Err(ApiError::not_authorized(
        "Token is not from a supported provider of this identity pool.",
    ))
}

/// A token that is not good, and why.
fn invalid(why: &str) -> ApiError {
    ApiError::not_authorized(format!("Invalid login token. {why}"))
}

fn expired(exp: i64, now: i64) -> ApiError {
    invalid(&format!("Token expired: {exp} >= {now}"))
}
