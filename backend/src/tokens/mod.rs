//! ID and access tokens: RS256 JWTs, made for a sign-in and checked when an access token comes
//! back.
//!
//! # Security model
//! Both uses have keys of their own, so one token cannot pass for the other. An access token that
//! comes back is checked for signature, issuer, `token_use`, expiry, client, scope, its sign-in
//! (not revoked) and its user (there and enabled). Tokens always carry `origin_jti` and `jti`, also
//! for clients without token revocation: global sign-out needs the former.

mod access;

use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub use access::{Access, verify_access};

use crate::app::AppState;
use crate::error::ApiError;
use crate::keys::TokenUse;
use crate::pools::{Client, Pool};
use crate::users::{self, User};

/// The scope of every access token that the JSON API gives: the account's own operations.
pub const ACCOUNT_SCOPE: &str = "aws.cognito.signin.user.admin";

/// The sign-in that tokens are made for.
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    /// The same in all tokens of one sign-in.
    pub origin_jti: &'a str,
    /// When the person signed in, seconds since 1970; a refresh does not change it.
    pub auth_time: i64,
}

/// A pair of tokens.
#[derive(Clone)]
pub struct TokenPair {
    /// Who signed in.
    pub id: String,
    /// What it allows to call.
    pub access: String,
    /// Seconds the access token lives.
    pub expires_in: i64,
}

impl std::fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenPair")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// Makes an ID token and an access token.
///
/// # Errors
/// For no fault of the caller's.
pub async fn issue(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    user: &User,
    sign_in: SignIn<'_>,
) -> Result<TokenPair, ApiError> {
    let now = state.clock.now();
    let issuer = state.issuer(&pool.id);
    let event_id = Uuid::new_v4().to_string();
    let common = |token_use: TokenUse, lifetime: i64| {
        json!({
            "sub": user.sub,
            "iss": issuer,
            "token_use": token_use.as_str(),
            "origin_jti": sign_in.origin_jti,
            "jti": Uuid::new_v4().to_string(),
            "event_id": event_id,
            "auth_time": sign_in.auth_time,
            "iat": now,
            "exp": now.saturating_add(lifetime),
        })
    };
    let expires_in = client.settings.access_token_seconds();
    let mut access = common(TokenUse::Access, expires_in);
    merge(
        &mut access,
        json!({
            "client_id": client.id, "username": user.username, "scope": ACCOUNT_SCOPE,
        }),
    );
    let mut id = common(TokenUse::Id, client.settings.id_token_seconds());
    merge(
        &mut id,
        json!({ "aud": client.id, "cognito:username": user.username }),
    );
    merge(&mut id, Value::Object(profile(client, user)));
    Ok(TokenPair {
        id: state.keys.sign(&pool.id, TokenUse::Id, &id).await?,
        access: state.keys.sign(&pool.id, TokenUse::Access, &access).await?,
        expires_in,
    })
}

/// The user's attributes that the client may read, as claims: flags as booleans, the address as an
/// object, all others as text.
fn profile(client: &Client, user: &User) -> Map<String, Value> {
    let readable = user
        .attributes
        .iter()
        .filter(|(name, _)| users::readable(client, name));
    readable
        .map(|(name, value)| {
            let claim = match name {
                "email_verified" | "phone_number_verified" => json!(value == "true"),
                "address" => json!({ "formatted": value }),
                _ => json!(value),
            };
            (name.to_owned(), claim)
        })
        .collect()
}

/// Adds claims that are not there yet: an attribute never replaces a claim of ours.
fn merge(claims: &mut Value, more: impl Serialize) {
    if let (Value::Object(claims), Ok(Value::Object(more))) = (claims, serde_json::to_value(more)) {
        for (name, value) in more {
            claims.entry(name).or_insert(value);
        }
    }
}
