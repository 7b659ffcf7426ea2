//! Signed-in sessions: one family of tokens per sign-in, kept alive by refresh tokens.
//!
//! # Steps
//! 1. [`start`] makes a family with its first refresh token, and the first pair of tokens; [`open`]
//!    makes the same for a code, whose redemption stores it.
//! 2. [`refresh`] gives a new pair. If the client rotates, it also replaces the refresh token; the
//!    old one works on for the grace period, so that an answer that got lost can be asked for
//!    again: as long as the token of that answer was not used, which ends with it.
//! 3. [`revoke`] ends one family, [`revoke_all`] all of a user's, with codes, browsers' sessions and
//!    sign-ins under way: refresh and access tokens stop working here.
//!
//! People see their sessions and end them one by one by [`list`] and [`revoke_one`].
//!
//! # Devices
//! A session may have come from a device. Once that is confirmed, and as long as the pool tracks devices,
//! the refresh token works together with the device's key only. A device that is forgotten takes the
//! refresh tokens along.
//!
//! # Keys
//! A session of the code flow may be bound to a key of the app's (`oauth::dpop`). Its refresh token is refused
//! without a proof of that key, and the JSON API, which takes no proofs, refuses it always.
//!
//! # Security model
//! A refresh token is an `OpaqueSecret`; the database has its hash. It works for the client it was
//! issued to only. A token that was rotated away and comes back after the grace period, or after its
//! successor was used, has been stolen or copied: the whole family is revoked. So of a family that rotates
//! one token lives, whoever holds copies. Rotation does not prolong a sign-in.

mod id;
mod listed;

use std::net::IpAddr;

use cognate_core::secret::RefreshToken;
use uuid::Uuid;

pub use id::SessionId;
pub use listed::{Associated, Page, Session, end_browsers, list, revoke_one};

use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::devices::{self, NewDevice};
use crate::error::ApiError;
use crate::opaque_secret::{self, OpaqueSecret};
use crate::pools::{Client, Pool};
use crate::scope::Scopes;
use crate::second_factor::Generation;
use crate::store::{FamilyRow, NewFamily};
use crate::tokens::{self, Reason, SignIn, TokenPair};
use crate::triggers::TokenOccasion;
use crate::users::{self, User};

/// What a sign-in or a refresh gives.
#[derive(Debug)]
pub struct Tokens {
    /// ID and access token.
    pub pair: TokenPair,
    /// A new refresh token, or `None` if the old one stays.
    pub refresh: Option<RefreshToken>,
    /// A device that the client may confirm now.
    pub new_device: Option<NewDevice>,
}

/// A session that is not stored yet.
#[derive(Debug)]
pub struct NewSession {
    /// What is stored.
    pub family: NewFamily,
    /// What the client gets.
    pub tokens: Tokens,
}

/// What comes with a refresh token, for what the session may be bound to.
#[derive(Clone, Copy, Default)]
pub struct Presented<'a> {
    /// The key of the device.
    pub device_key: Option<&'a str>,
    /// The thumbprint of the key whose possession the request proves.
    pub key: Option<&'a str>,
    /// The resource server that is named once more.
    pub resource: Option<&'a str>,
    /// What the app sent along for the trigger `PreTokenGeneration`.
    pub client_metadata: Option<&'a ClientMetadata>,
    /// The address that asks.
    pub address: Option<IpAddr>,
}

/// Where a session begins.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'a> {
    /// The address that asks.
    pub address: Option<IpAddr>,
    /// The browser's session that it comes from.
    pub sso_id: Option<&'a str>,
    /// The other provider that vouched for the person.
    pub provider: Option<&'a str>,
}

impl std::fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presented")
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

/// The device that a session comes from.
#[derive(Debug)]
pub enum SessionDevice {
    /// One that was confirmed, by its key.
    Known(String),
    /// One that may be confirmed by a token of the session.
    New(NewDevice),
}

/// What somebody has proved to the JSON API, and where.
#[derive(Debug)]
pub struct Proved<'a> {
    /// Who it is, as they were when they did.
    pub user: &'a User,
    /// The second factor, if one was proved.
    pub second_factor: Option<Generation>,
    /// The device, in pools that track them.
    pub device: Option<SessionDevice>,
    /// Why tokens are made.
    pub reason: Reason<'a>,
    /// The address that asks.
    pub address: IpAddr,
}

/// Begins a session for somebody who has proved everything to the JSON API.
///
/// # Errors
/// What the trigger `PreTokenGeneration` throws.
pub async fn start(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    proved: Proved<'_>,
) -> Result<Tokens, ApiError> {
    let now = state.clock.now();
    let (user, reason) = (proved.user, proved.reason);
    let device_key = proved.device.as_ref().map(|device| match device {
        SessionDevice::Known(key) => key.as_str(),
        SessionDevice::New(device) => device.key.as_str(),
    });
    let sign_in = SignIn {
        auth_time: now,
        scopes: None,
        nonce: None,
        device_key,
        resource: None,
        key: None,
        reason,
    };
    let beginning = Beginning {
        address: Some(proved.address),
        sso_id: None,
        provider: None,
    };
    let mut session = open(state, pool, client, user, sign_in, beginning).await?;
    let second_factor = proved.second_factor;
    session.family.row.second_factor = second_factor.map(|generation| generation.to_bytes());
    if let Some(SessionDevice::New(device)) = proved.device {
        session.tokens.new_device = Some(device);
    }
    let version = user.verifier_version;
    if !state
        .store
        .insert_family(&session.family, version, now)
        .await?
    {
        // What was proved a moment ago is not true any more.
        return Err(ApiError::not_authorized("Incorrect username or password."));
    }
    Ok(session.tokens)
}

/// Makes a session with its first tokens, for the caller to store.
///
/// # Errors
/// What the trigger `PreTokenGeneration` throws.
pub async fn open(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    user: &User,
    sign_in: SignIn<'_>,
    beginning: Beginning<'_>,
) -> Result<NewSession, ApiError> {
    let now = state.clock.now();
    let token = new_token()?;
    let origin_jti = Uuid::new_v4().to_string();
    let family = FamilyRow {
        last_address: listed::seal_address(state, pool, &origin_jti, beginning.address)?,
        origin_jti,
        pool_id: pool.id.clone(),
        client_id: client.id.clone(),
        username: user.username.clone(),
        auth_time: sign_in.auth_time,
        expires_at: now.saturating_add(client.settings.refresh_token_seconds()),
        revoked_at: None,
        scopes: sign_in.scopes.map(Scopes::to_string),
        device_key: sign_in.device_key.map(str::to_owned),
        second_factor: None,
        resource: sign_in.resource.map(str::to_owned),
        key_thumbprint: sign_in.key.map(str::to_owned),
        started_at: now,
        last_active_at: now,
        sso_id: beginning.sso_id.map(str::to_owned),
        provider: beginning.provider.map(str::to_owned),
    };
    let pair = tokens::issue(state, pool, client, user, &family.origin_jti, sign_in).await?;
    Ok(NewSession {
        family: NewFamily {
            row: family,
            token_hash: hash(&token),
            most_of_user: pool.sessions.most_per_user(),
        },
        tokens: Tokens {
            pair,
            refresh: Some(token),
            new_device: None,
        },
    })
}

/// Gives new tokens for a refresh token.
///
/// # Errors
/// `NotAuthorizedException` if the token is unknown, another client's, expired or revoked, comes without
/// the key of its device or without a proof of the key it is bound to, or the user is disabled;
/// `RefreshTokenReuseException` if it was rotated away; `InvalidParameterException` for another resource
/// server than the session's; what the trigger `PreTokenGeneration` throws.
pub async fn refresh(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    token: &RefreshToken,
    presented: Presented<'_>,
) -> Result<Tokens, ApiError> {
    let now = state.clock.now();
    let (pair, old) = pair_for(state, pool, client, token, presented).await?;
    let Some(grace) = client.settings.refresh_token_rotation() else {
        return Ok(Tokens {
            pair,
            refresh: None,
            new_device: None,
        });
    };
    let new = new_token()?;
    if !state
        .store
        .rotate_refresh_token(&hash(token), &hash(&new), now, now - grace)
        .await?
    {
        state.store.revoke_family(&old, now).await?;
        return Err(reused());
    }
    Ok(Tokens {
        pair,
        refresh: Some(new),
        new_device: None,
    })
}

/// The user that a refresh token belongs to, for checks before [`refresh`]; `None` if it is no
/// token of this client.
///
/// # Errors
/// For no fault of the caller's.
pub async fn owner(
    state: &AppState,
    client: &Client,
    token: &RefreshToken,
) -> Result<Option<String>, ApiError> {
    let row = state.store.refresh_token(&hash(token)).await?;
    Ok(row
        .filter(|row| row.family.client_id == client.id)
        .map(|row| row.family.username))
}

/// Ends the session of a refresh token, and those linked to it if they are to go along. A token nobody knows is fine: it does not work.
///
/// # Errors
/// `UnsupportedTokenTypeException` for an ID or access token, `UnauthorizedException` for another
/// client's token.
pub async fn revoke(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    token: &RefreshToken,
    associated: Associated,
) -> Result<(), ApiError> {
    if token.secret().split('.').count() == 3 {
        return Err(ApiError::unsupported_token_type(
            "Only refresh tokens can be revoked.",
        ));
    }
    let Some(row) = state.store.refresh_token(&hash(token)).await? else {
        return Ok(());
    };
    if row.family.client_id != client.id {
        return Err(ApiError::unauthorized(
            "The token was issued to another client.",
        ));
    }
    let family = row.family;
    state
        .store
        .revoke_family(&family.origin_jti, state.clock.now())
        .await?;
    listed::end_parent(state, pool, &family, associated).await
}

/// Ends every session of a user.
///
/// # Errors
/// For no fault of the caller's.
pub async fn revoke_all(state: &AppState, user: &User) -> Result<(), ApiError> {
    let now = state.clock.now();
    Ok(state
        .store
        .revoke_families_of(&user.pool_id, &user.username, now)
        .await?)
}

async fn pair_for(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    token: &RefreshToken,
    presented: Presented<'_>,
) -> Result<(TokenPair, String), ApiError> {
    let now = state.clock.now();
    let row = state.store.refresh_token(&hash(token)).await?;
    let row = row
        .filter(|row| row.family.client_id == client.id)
        .ok_or_else(invalid)?;
    if row.family.revoked_at.is_some() {
        return Err(ApiError::not_authorized("Refresh Token has been revoked"));
    }
    if row.expires_at <= now {
        return Err(ApiError::not_authorized("Refresh Token has expired"));
    }
    check_device(state, pool, &row.family, presented.device_key).await?;
    check_key(client, &row.family, presented.key)?;
    let resource = row.family.resource.as_deref();
    if presented.resource.is_some() && presented.resource != resource {
        return Err(ApiError::invalid_parameter(
            "The session is for another resource server.",
        ));
    }
    if let Some(retired_at) = row.retired_at {
        // A client that stopped rotating has no grace either: what was replaced stays replaced.
        let grace = client.settings.refresh_token_rotation().unwrap_or(0);
        if retired_at <= now - grace {
            state
                .store
                .revoke_family(&row.family.origin_jti, now)
                .await?;
            return Err(reused());
        }
    }
    let user = users::find_by_username(state, pool, &row.family.username).await?;
    let user = user.ok_or_else(invalid)?;
    if !user.enabled {
        return Err(ApiError::not_authorized("User is disabled."));
    }
    let scopes = match &row.family.scopes {
        None => None,
        // Stored by us: what cannot be read allows nothing.
        Some(text) => Some(Scopes::parse(text).ok_or_else(invalid)?),
    };
    let sign_in = SignIn {
        auth_time: row.family.auth_time,
        scopes: scopes.as_ref(),
        // OpenID Connect Core, 12.2: a refreshed ID token should have none.
        nonce: None,
        device_key: row.family.device_key.as_deref(),
        resource,
        key: presented.key,
        reason: Reason {
            occasion: TokenOccasion::RefreshTokens,
            client_metadata: presented.client_metadata,
        },
    };
    let origin_jti = &row.family.origin_jti;
    let pair = tokens::issue(state, pool, client, &user, origin_jti, sign_in).await?;
    listed::touch(state, pool, &row.family, presented.address).await?;
    Ok((pair, row.family.origin_jti))
}

/// A session of a confirmed device is refreshed with the key of that device.
async fn check_device(
    state: &AppState,
    pool: &Pool,
    family: &FamilyRow,
    given: Option<&str>,
) -> Result<(), ApiError> {
    let Some(own) = family
        .device_key
        .as_deref()
        .filter(|own| given != Some(*own))
    else {
        return Ok(());
    };
    let is_tracked = pool.settings.device_configuration().is_some();
    if is_tracked && devices::is_confirmed(state, &pool.id, &family.username, own).await? {
        return Err(invalid());
    }
    Ok(())
}

/// A session that began with a proof of possession goes on with one: of the same key, or, where the client
/// proves a secret, which binds it already, of any (RFC 9449, 5).
fn check_key(client: &Client, family: &FamilyRow, given: Option<&str>) -> Result<(), ApiError> {
    match (&family.key_thumbprint, given) {
        (None, _) => Ok(()),
        (Some(_), Some(_)) if !client.secrets.is_empty() => Ok(()),
        (Some(own), Some(given)) if own == given => Ok(()),
        _ => Err(invalid()),
    }
}

fn new_token() -> Result<RefreshToken, ApiError> {
    Ok(RefreshToken::new(OpaqueSecret::draw()?.secret().to_owned()))
}

fn hash(token: &RefreshToken) -> Vec<u8> {
    opaque_secret::hash(token.secret())
}

fn invalid() -> ApiError {
    ApiError::not_authorized("Invalid Refresh Token.")
}

fn reused() -> ApiError {
    ApiError::refresh_token_reuse(
        "The refresh token was replaced by another one and cannot be used again.",
    )
}
