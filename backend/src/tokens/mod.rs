//! ID and access tokens: RS256 JWTs, made for a sign-in and checked when an access token comes
//! back.
//!
//! # Security model
//! Both uses have keys of their own, so one token cannot pass for the other. An access token that
//! comes back is checked for signature, issuer, `token_use`, expiry, client, scope, its sign-in
//! (not revoked) and its user (there and enabled). Tokens of clients without token revocation have no
//! `origin_jti`; which sign-in they come from, which `GlobalSignOut` needs, their `event_id` says.
//!
//! # Scopes
//! Tokens of the JSON API have one scope, the account's own operations, and an ID token with all that
//! the client may read. Tokens of the code flow have the scopes that were asked for; `openid` decides
//! whether there is an ID token, and `email`, `phone`, `profile` what it tells. The trigger `PreTokenGeneration`
//! may change claims and scopes (`changes`).

mod access;
mod changes;
mod memberships;

use aws_lc_rs::digest;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub use access::{Access, verify_access, verify_access_with};

use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::keys::TokenUse;
use crate::pools::{Client, Pool};
use crate::scope::{Scope, Scopes};
use crate::triggers::TokenOccasion;
use crate::triggers::pre_token_generation::{Groups, Making, pre_token_generation};
use crate::users::{self, User, identities};

/// The sign-in that tokens are made for.
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    /// When the person signed in, seconds since 1970; a refresh does not change it.
    pub auth_time: i64,
    /// What the tokens allow; `None` for a sign-in through the JSON API.
    pub scopes: Option<&'a Scopes>,
    /// What the app sent to find in the ID token.
    pub nonce: Option<&'a str>,
    /// The device that the person signed in from.
    pub device_key: Option<&'a str>,
    /// The resource server that the access token is for (`aud`).
    pub resource: Option<&'a str>,
    /// The thumbprint of the key that the access token is bound to (`cnf`).
    pub key: Option<&'a str>,
    /// Why the tokens are made.
    pub reason: Reason<'a>,
}

/// What a program's token is made for.
#[derive(Clone, Copy)]
pub struct Program<'a> {
    /// What it allows.
    pub scopes: &'a Scopes,
    /// The resource server that it is for (`aud`).
    pub resource: Option<&'a str>,
    /// The thumbprint of the key that it is bound to (`cnf`).
    pub key: Option<&'a str>,
    /// What it sent along for the trigger `PreTokenGeneration`.
    pub client_metadata: Option<&'a ClientMetadata>,
}

impl std::fmt::Debug for Program<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program")
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// Why tokens are made, for the trigger that may change them.
#[derive(Clone, Copy)]
pub struct Reason<'a> {
    /// What happened.
    pub occasion: TokenOccasion,
    /// What the app sent along.
    pub client_metadata: Option<&'a ClientMetadata>,
}

impl std::fmt::Debug for Reason<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.occasion.fmt(f)
    }
}

/// A pair of tokens.
#[derive(Clone)]
pub struct TokenPair {
    /// Who signed in; `None` without the scope `openid`, and for a program.
    pub id: Option<String>,
    /// What it allows to call.
    pub access: String,
    /// Its scopes, separated by spaces.
    pub scope: String,
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

/// Makes an access token, and an ID token where there is to be one. `origin_jti` is the same in all
/// tokens of one sign-in.
///
/// # Errors
/// What the trigger `PreTokenGeneration` throws.
pub async fn issue(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    user: &User,
    origin_jti: &str,
    sign_in: SignIn<'_>,
) -> Result<TokenPair, ApiError> {
    let now = state.clock.now();
    let issuer = state.issuer(&pool.id);
    let is_revocable = client.settings.enables_token_revocation();
    let event_id = match is_revocable {
        true => Uuid::new_v4().to_string(),
        false => origin_jti.to_owned(),
    };
    let common = |token_use: TokenUse, lifetime: i64| {
        let mut claims = json!({
            "sub": user.sub,
            "iss": issuer,
            "token_use": token_use.as_str(),
            "jti": Uuid::new_v4().to_string(),
            "event_id": event_id,
            "auth_time": sign_in.auth_time,
            "iat": now,
            "exp": now.saturating_add(lifetime),
        });
        if is_revocable {
            merge(&mut claims, json!({ "origin_jti": origin_jti }));
        }
        claims
    };
    let expires_in = client.settings.access_token_seconds();
    let scope = sign_in
        .scopes
        .map_or_else(|| Scope::Account.name().to_owned(), Scopes::to_string);
    let mut groups = memberships::of_user(state, user).await?;
    let changes = pre_token_generation(
        state,
        Making {
            pool,
            client_id: &client.id,
            user: Some(user),
            occasion: sign_in.reason.occasion,
            groups: &groups,
            scopes: &scope.split(' ').collect::<Vec<_>>(),
            client_metadata: sign_in.reason.client_metadata,
        },
    )
    .await?;
    if let Some(others) = &changes.groups {
        groups.clone_from(others);
    }
    let scope = changes::of_scopes(&scope, &changes);
    let mut access = common(TokenUse::Access, expires_in);
    merge(
        &mut access,
        json!({ "client_id": client.id, "username": user.username, "scope": scope }),
    );
    if let Some(key) = sign_in.device_key {
        merge(&mut access, json!({ "device_key": key }));
    }
    if sign_in.scopes.is_some() {
        merge(&mut access, json!({ "version": 2 }));
    }
    merge(&mut access, bound_to(sign_in.resource, sign_in.key));
    merge(&mut access, changes::groups(&groups, false));
    changes::of_access(&mut access, &changes);
    let access = state.keys.sign(&pool.id, TokenUse::Access, &access).await?;
    let has_id = sign_in
        .scopes
        .is_none_or(|scopes| scopes.has(&Scope::OpenId));
    let id = if has_id {
        let mut id = common(TokenUse::Id, client.settings.id_token_seconds());
        merge(
            &mut id,
            json!({ "aud": client.id, "cognito:username": user.username }),
        );
        if sign_in.scopes.is_some() {
            merge(&mut id, json!({ "at_hash": at_hash(&access) }));
        }
        if let Some(nonce) = sign_in.nonce {
            merge(&mut id, json!({ "nonce": nonce }));
        }
        let mut told = profile(client, user, sign_in.scopes);
        if let Some(links) = told.get_mut("identities") {
            *links = identities::claim(links.as_str().unwrap_or_default());
        }
        merge(&mut id, Value::Object(told));
        merge(&mut id, changes::groups(&groups, true));
        changes::of_id(&mut id, &changes);
        Some(state.keys.sign(&pool.id, TokenUse::Id, &id).await?)
    } else {
        None
    };
    Ok(TokenPair {
        id,
        access,
        scope,
        expires_in,
    })
}

/// Makes an access token for a program: its subject is the client, and no sign-in is behind it.
///
/// # Errors
/// What the trigger `PreTokenGeneration` throws.
pub async fn issue_to_program(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    program: Program<'_>,
) -> Result<TokenPair, ApiError> {
    let now = state.clock.now();
    let expires_in = client.settings.access_token_seconds();
    let scope = program.scopes.to_string();
    let making = Making {
        pool,
        client_id: &client.id,
        user: None,
        occasion: TokenOccasion::ClientCredentials,
        groups: &Groups::default(),
        scopes: &scope.split(' ').collect::<Vec<_>>(),
        client_metadata: program.client_metadata,
    };
    let changes = pre_token_generation(state, making).await?;
    let scope = changes::of_scopes(&scope, &changes);
    let mut claims = json!({
        "sub": client.id,
        "iss": state.issuer(&pool.id),
        "token_use": TokenUse::Access.as_str(),
        "client_id": client.id,
        "scope": scope,
        "version": 2,
        "jti": Uuid::new_v4().to_string(),
        "auth_time": now,
        "iat": now,
        "exp": now.saturating_add(expires_in),
    });
    merge(&mut claims, bound_to(program.resource, program.key));
    changes::of_access(&mut claims, &changes);
    let access = state.keys.sign(&pool.id, TokenUse::Access, &claims).await?;
    Ok(TokenPair {
        id: None,
        access,
        scope,
        expires_in,
    })
}

/// The user's attributes that the client may read and the scopes tell, as claims: flags as booleans,
/// the address as an object, all others as text. Without scopes, the JSON API's: all of them.
pub(crate) fn profile(client: &Client, user: &User, scopes: Option<&Scopes>) -> Map<String, Value> {
    let told = user.attributes.iter().filter(|(name, _)| {
        users::readable(client, name) && scopes.is_none_or(|scopes| scopes.tell(name))
    });
    told.map(|(name, value)| {
        let claim = match name {
            "email_verified" | "phone_number_verified" => json!(value == "true"),
            "address" => json!({ "formatted": value }),
            _ => json!(value),
        };
        (name.to_owned(), claim)
    })
    .collect()
}

/// The claims of an access token that not everybody can use everywhere.
fn bound_to(resource: Option<&str>, key: Option<&str>) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.extend(resource.map(|resource| ("aud".to_owned(), json!(resource))));
    claims.extend(key.map(|key| ("cnf".to_owned(), json!({ "jkt": key }))));
    claims
}

/// The left half of the access token's hash (OpenID Connect Core, 3.1.3.6): the ID token and it
/// belong together.
fn at_hash(access: &str) -> String {
    let hash = digest::digest(&digest::SHA256, access.as_bytes());
    let (half, _) = hash.as_ref().split_at(16);
    Base64UrlUnpadded::encode_string(half)
}

/// Adds claims that are not there yet: an attribute never replaces a claim of ours.
fn merge(claims: &mut Value, more: impl Serialize) {
    if let (Value::Object(claims), Ok(Value::Object(more))) = (claims, serde_json::to_value(more)) {
        for (name, value) in more {
            claims.entry(name).or_insert(value);
        }
    }
}
