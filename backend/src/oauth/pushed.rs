//! `POST /oauth2/par` (RFC 9126): an app hands its request for authorization over by itself, and the
//! browser carries a reference only.
//!
//! # Security model
//! The client proves who it is, as at the token endpoint, and the request is checked as it will be at
//! `/oauth2/authorize`. The reference is 256 random bits, good once, for a minute, for this client; the
//! database has its hash, and the request sealed to that.
//!
//! # Limits
//! A request of a client without a secret is a row that a stranger makes: how many an address can have
//! made is limited, with the sign-ins that begin at `/oauth2/authorize`.

use serde::Serialize;

use super::authorization_request::Asked;
use super::authorize::{Target, too_many};
use super::client_authentication::authenticate;
use super::resource::Allowed;
use super::{Credentials, OAuthError, OAuthErrorCode, Parameters, dpop};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::limits::{self, Hourly};
use crate::opaque_secret::{OpaqueSecret, row_name};
use crate::seal::Place;
use crate::store::PushedRequestRow;

/// How long a reference may be used, in seconds.
pub const PUSHED_SECONDS: i64 = 60;

/// What references begin with (RFC 9126, 2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// The answer.
#[derive(Debug, Serialize)]
pub struct Pushed {
    request_uri: String,
    expires_in: i64,
}

/// Stores a request and answers with its reference.
///
/// # Errors
/// As `/oauth2/authorize` would refuse it, and as the token endpoint refuses clients.
pub async fn push(
    state: &AppState,
    caller: &Caller,
    credentials: &Credentials,
    form: &Parameters,
) -> Result<Pushed, OAuthError> {
    let (pool, client) = authenticate(state, credentials.authorization.as_deref(), form).await?;
    if form.has("request_uri") {
        return Err(OAuthError::invalid_request(
            "A request that is handed over cannot refer to another.",
        ));
    }
    // The header may have named the client alone.
    let mut request = form.without("client_secret").with("client_id", &client.id);
    if let Some(proof) = &credentials.proof {
        let key = proof.key(state, None).await?;
        if form.get("dpop_jkt")?.is_some_and(|given| given != key) {
            return Err(dpop::refused());
        }
        request = request.with("dpop_jkt", &key);
    }
    let target = Target::of(pool, client, &request)
        .map_err(|error| OAuthError::invalid_request(error.description))?;
    let allowed = Allowed::read(state, &target.client, &request).await?;
    Asked::read(&request, &target.client, allowed, target.address())?;
    let client = &target.client;
    if client.secrets.is_empty() {
        limits::count(state, caller, Hourly::LoginTransaction, &client.pool_id, "")
            .await
            .map_err(too_many)?;
    }
    let secret = OpaqueSecret::draw().map_err(ApiError::from)?;
    let hash = secret.hash();
    let name = row_name(&hash);
    let place = place(&name, &client.pool_id);
    let content = state.sealer.seal(place, request.encoded().as_bytes());
    let row = PushedRequestRow {
        pool_id: client.pool_id.clone(),
        client_id: client.id.clone(),
        content: content.map_err(ApiError::from)?,
        expires_at: state.clock.now() + PUSHED_SECONDS,
        hash,
    };
    let stored = state.store.insert_pushed_request(&row).await;
    stored.map_err(ApiError::from)?;
    Ok(Pushed {
        request_uri: format!("{PREFIX}{}", secret.secret()),
        expires_in: PUSHED_SECONDS,
    })
}

/// The request that `/oauth2/authorize` was given a reference to; `None` if it was given the request
/// itself. What stands beside the reference counts for nothing.
///
/// # Errors
/// `invalid_request_uri`, in the same words whether the reference is unknown, used, expired or another
/// client's.
pub(super) async fn resolve(
    state: &AppState,
    given: &Parameters,
) -> Result<Option<Parameters>, OAuthError> {
    let Some(secret) = given
        .get("request_uri")?
        .and_then(|uri| uri.strip_prefix(PREFIX))
    else {
        return Ok(None);
    };
    let hash = OpaqueSecret::new(secret.to_owned()).hash();
    let client_id = given.required("client_id")?;
    let row = state.store.take_pushed_request(&hash, client_id).await;
    let row = row
        .map_err(ApiError::from)?
        .filter(|row| row.expires_at > state.clock.now())
        .ok_or_else(unknown)?;
    let name = row_name(&row.hash);
    let content = state
        .sealer
        .open(place(&name, &row.pool_id), &row.content)
        .map_err(ApiError::from)?;
    Ok(Some(Parameters::parse(&content)))
}

fn unknown() -> OAuthError {
    OAuthError::new(
        OAuthErrorCode::InvalidRequestUri,
        "The request is unknown, used, expired, or another client's.",
    )
}

fn place<'a>(row: &'a str, pool: &'a str) -> Place<'a> {
    Place {
        table: "pushed_requests",
        column: "content",
        row,
        pool,
    }
}
