//! ID tokens of others: what [`crate::openid`] believes, and for which client a token is.
//!
//! # Security model
//! The audience is `azp` where there is one, else `aud`; the clock of the issuer may be [`SKEW`] off.

use serde_json::Value;

use super::{LoginToken, VerifiedLogin, expired, invalid};
use crate::app::AppState;
use crate::error::ApiError;
use crate::identity::claims::Claims;
use crate::openid::{IdToken, Issuer, Metadata, OpenIdError, TokenFault};

/// Seconds that clocks may differ (the developer guide, "Open ID Connect providers").
const SKEW: i64 = 300;

/// Verifies an ID token of this issuer. `also` is another form in which it may name itself.
pub(super) async fn verify(
    state: &AppState,
    issuer: &str,
    also: Option<&str>,
    token: &LoginToken,
) -> Result<Claims, ApiError> {
    let now = state.clock.now();
    believed(state, Issuer { name: issuer, also }, token, now)
        .await
        .map_err(|error| refused(error, now))
}

async fn believed(
    state: &AppState,
    issuer: Issuer<'_>,
    token: &LoginToken,
    now: i64,
) -> Result<Claims, OpenIdError> {
    // Before anybody is asked: a token of somebody else costs nothing.
    let token = IdToken::read(token.secret(), issuer)?;
    let found = Metadata::of(&state.published, issuer.name).await?;
    let keys = found.jwks_uri.ok_or(OpenIdError::Unbelievable(
        "the provider's document names no keys",
    ))?;
    let algorithms = found.id_token_signing_alg_values_supported;
    let time = (now, SKEW);
    token
        .verified(&state.published, &keys, algorithms.as_deref(), time)
        .await
}

/// Verifies an ID token for one of these clients.
pub(super) async fn verify_for(
    state: &AppState,
    provider: &str,
    issuer: &str,
    also: Option<&str>,
    clients: &[&str],
    token: &LoginToken,
) -> Result<VerifiedLogin, ApiError> {
    let claims = verify(state, issuer, also, token).await?;
    let audience = match (claims.get("azp"), claims.get("aud")) {
        (Some(Value::String(azp)), _) => Some(azp.as_str()),
        (None, Some(Value::String(aud))) => Some(aud.as_str()),
        (None, Some(Value::Array(all))) => all
            .iter()
            .filter_map(Value::as_str)
            .find(|aud| clients.contains(aud)),
        _ => None,
    };
    let client = audience
        .filter(|client| clients.contains(client))
        .ok_or_else(|| invalid("Incorrect token audience."))?
        .to_owned();
    let subject = claims
        .get("sub")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Ok(VerifiedLogin {
        provider: provider.to_owned(),
        subject: subject.to_owned(),
        client,
        claims,
        is_developer: false,
    })
}

/// Verifies an ID token of a provider that IAM would know, by what the configuration says of it.
pub(super) async fn verify_configured(
    state: &AppState,
    name: &str,
    arn: &str,
    token: &LoginToken,
) -> Result<VerifiedLogin, ApiError> {
    let mut providers = state.config.identity.oidc.iter();
    let Some(provider) = providers.find(|provider| provider.arn == arn) else {
        tracing::warn!(
            arn,
            "an identity pool has a provider that [[identity.oidc]] does not"
        );
        return Err(super::super::roles::unconfigured());
    };
    let issuer = match &provider.issuer {
        Some(issuer) => issuer.clone(),
        None => format!("https://{name}"),
    };
    let clients: Vec<_> = provider.client_ids.iter().map(String::as_str).collect();
    verify_for(state, name, &issuer, None, &clients, token).await
}

/// The failure in the service's words.
fn refused(error: OpenIdError, now: i64) -> ApiError {
    match error {
        OpenIdError::Token(fault) => match fault {
            TokenFault::Malformed | TokenFault::Algorithm | TokenFault::Nobody => {
                invalid("Not a valid OpenId Connect identity token.")
            }
            TokenFault::Issuer => invalid("Issuer doesn't match providerName"),
            TokenFault::Key | TokenFault::Signature => invalid("Couldn't verify signed token."),
            TokenFault::Expired(at) => expired(at, now),
            TokenFault::Early => invalid("Token is not yet valid."),
        },
        OpenIdError::Unreachable(_) | OpenIdError::Refused(..) | OpenIdError::Unbelievable(_) => {
            tracing::warn!(%error, "a provider of an identity pool does not answer as it should");
            ApiError::external_service("The identity provider does not answer as it should.")
        }
    }
}
