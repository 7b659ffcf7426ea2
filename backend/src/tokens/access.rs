//! Access tokens that come back.

use base64ct::{Base64UrlUnpadded, Encoding};
use cognate_core::secret::AccessToken;
use serde::Deserialize;

use crate::app::AppState;
use crate::error::ApiError;
use crate::keys::{KeyError, TokenUse};
use crate::pools::{self, Client, Pool};
use crate::scope::{Scope, Scopes};
use crate::users::{self, User};

/// What a good access token stands for.
#[derive(Debug)]
pub struct Access {
    /// The pool that issued it.
    pub pool: Pool,
    /// The app client it was issued to.
    pub client: Client,
    /// The user, as stored now.
    pub user: User,
    /// The sign-in it comes from.
    pub origin_jti: String,
    /// What it allows.
    pub scopes: Scopes,
    /// The device that the sign-in came from, confirmed or not.
    pub device_key: Option<String>,
    /// The generation (`second_factor::Generation`) of the second factor that the sign-in proved, if it did.
    pub second_factor: Option<Vec<u8>>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    token_use: String,
    exp: i64,
    client_id: String,
    username: String,
    sub: String,
    scope: String,
    /// Not for clients without token revocation.
    origin_jti: Option<String>,
    event_id: String,
    cnf: Option<Confirmation>,
}

/// The key that a token is bound to (RFC 7800, RFC 9449).
#[derive(Deserialize)]
struct Confirmation {
    jkt: String,
}

/// Checks an access token for an operation on the user's own account.
///
/// # Errors
/// `NotAuthorizedException` if it is not ours, expired, revoked, without the scope, bound to a key (the
/// JSON API takes no proofs), or the user is disabled; `UserNotFoundException` if the user was deleted.
pub async fn verify_access(state: &AppState, token: &AccessToken) -> Result<Access, ApiError> {
    verify_access_with(state, token, &Scope::Account, None).await
}

/// Checks an access token that must have this scope, and be bound to this key, or to none.
///
/// # Errors
/// As [`verify_access`].
pub async fn verify_access_with(
    state: &AppState,
    token: &AccessToken,
    scope: &Scope,
    key: Option<&str>,
) -> Result<Access, ApiError> {
    let token = token.secret();
    let pool_id = pool_of(state, token).ok_or_else(invalid)?;
    let claims: Claims = match state.keys.verify(&pool_id, TokenUse::Access, token).await {
        Ok(claims) => claims,
        Err(KeyError::NoPool | KeyError::Token) => return Err(invalid()),
        Err(error) => return Err(error.into()),
    };
    if claims.iss != state.issuer(&pool_id) || claims.token_use != TokenUse::Access.as_str() {
        return Err(invalid());
    }
    if claims.cnf.as_ref().map(|cnf| cnf.jkt.as_str()) != key {
        return Err(ApiError::not_authorized(
            "Access Token is bound to another key, or to none",
        ));
    }
    if claims.exp <= state.clock.now() {
        return Err(ApiError::not_authorized("Access Token has expired"));
    }
    let scopes = Scopes::known_among(&claims.scope);
    if !scopes.has(scope) {
        return Err(ApiError::not_authorized(
            "Access Token does not have required scopes",
        ));
    }
    let (pool, client) = pools::find_client_of(state, &pool_id, &claims.client_id).await?;
    let user = users::find_by_username(state, &pool, &claims.username).await?;
    let user = user
        .filter(|user| user.sub == claims.sub)
        .ok_or_else(users::not_found)?;
    let origin_jti = claims.origin_jti.unwrap_or(claims.event_id);
    let family = state.store.family(&origin_jti).await?;
    let family = family
        .filter(|family| family.revoked_at.is_none() && family.username == user.username)
        .ok_or_else(|| ApiError::not_authorized("Access Token has been revoked"))?;
    if !user.enabled {
        return Err(ApiError::not_authorized("User is disabled."));
    }
    Ok(Access {
        pool,
        client,
        user,
        origin_jti,
        scopes,
        device_key: family.device_key,
        second_factor: family.second_factor,
    })
}

/// The pool that a token claims to come from: which keys to check it with, nothing more.
fn pool_of(state: &AppState, token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Issuer {
        iss: String,
    }
    let payload = Base64UrlUnpadded::decode_vec(token.split('.').nth(1)?).ok()?;
    let Issuer { iss } = serde_json::from_slice(&payload).ok()?;
    let pool_id = iss.strip_prefix(&*state.public_url)?.strip_prefix('/')?;
    Some(pool_id.to_owned())
}

fn invalid() -> ApiError {
    ApiError::not_authorized("Invalid Access Token")
}
