//! Google and Apple (ID tokens), Facebook and Login with Amazon (access tokens, about which they are asked); Twitter is
//! in a file of its own.
//!
//! # Security model
//! An access token tells nobody which app it was given to, so the provider is asked: a token of another
//! app's is a login there, not here.

use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use url::Url;

use super::{LoginToken, VerifiedLogin, expired, invalid, issuers, twitter};
use crate::app::AppState;
use crate::error::ApiError;
use crate::identity::claims::Claims;
use crate::identity::login_providers::TWITTER;

/// Verifies a login of the provider with this name for this app.
pub(super) async fn verify(
    state: &AppState,
    name: &str,
    app_id: &str,
    token: &LoginToken,
) -> Result<VerifiedLogin, ApiError> {
    let endpoints = &state.config.identity.endpoints;
    match name {
        "accounts.google.com" => {
            let issuer = endpoints.google.as_str();
            issuers::verify_for(state, name, issuer, Some(name), &[app_id], token).await
        }
        "appleid.apple.com" => {
            let issuer = endpoints.apple.as_str();
            issuers::verify_for(state, name, issuer, None, &[app_id], token).await
        }
        "graph.facebook.com" => facebook(state, name, app_id, token).await,
        "www.amazon.com" => amazon(state, name, app_id, token).await,
        TWITTER => twitter::verify(state, name, app_id, token).await,
        _ => Err(ApiError::not_authorized(
            "Logins of this provider are not accepted here.",
        )),
    }
}

/// Whether only the provider itself knows whether a token of its is good.
pub(super) fn is_asked(name: &str) -> bool {
    matches!(name, "graph.facebook.com" | "www.amazon.com" | TWITTER)
}

async fn facebook(
    state: &AppState,
    name: &str,
    app_id: &str,
    token: &LoginToken,
) -> Result<VerifiedLogin, ApiError> {
    #[derive(Deserialize)]
    struct Id {
        id: String,
    }
    let base = &state.config.identity.endpoints.facebook;
    let read = |path: &str| address(&format!("{base}{path}"));
    let app: Id = ask(state, &read("/app?fields=id")?, Some(bearer(token)?)).await?;
    if app.id != app_id {
        return Err(invalid("Incorrect token audience."));
    }
    let me: Id = ask(state, &read("/me?fields=id")?, Some(bearer(token)?)).await?;
    Ok(login(name, app.id, me.id))
}

async fn amazon(
    state: &AppState,
    name: &str,
    app_id: &str,
    token: &LoginToken,
) -> Result<VerifiedLogin, ApiError> {
    #[derive(Deserialize)]
    struct TokenInfo {
        aud: String,
        user_id: String,
        /// Seconds until it ends.
        exp: i64,
    }
    let base = &state.config.identity.endpoints.amazon;
    // Amazon's protocol has the token in the address.
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("access_token", token.secret())
        .finish();
    let address = address(&format!("{base}/auth/o2/tokeninfo?{query}"))?;
    let info: TokenInfo = ask(state, &address, None).await?;
    if info.aud != app_id {
        return Err(invalid("Incorrect token audience."));
    }
    if info.exp <= 0 {
        let now = state.clock.now();
        return Err(expired(now.saturating_add(info.exp), now));
    }
    Ok(login(name, info.aud, info.user_id))
}

fn address(text: &str) -> Result<Url, ApiError> {
    Url::parse(text).map_err(|_| unavailable())
}

fn bearer(token: &LoginToken) -> Result<(HeaderName, HeaderValue), ApiError> {
    let value = HeaderValue::from_str(&format!("Bearer {}", token.secret()));
    let value = value.map_err(|_| invalid("Not a valid access token."))?;
    Ok((AUTHORIZATION, value))
}

/// What a provider says of a token.
pub(super) async fn ask<T: DeserializeOwned>(
    state: &AppState,
    address: &Url,
    authorization: Option<(HeaderName, HeaderValue)>,
) -> Result<T, ApiError> {
    let mut headers: Vec<_> = authorization.into_iter().collect();
    for (_, value) in &mut headers {
        value.set_sensitive(true);
    }
    let answer = state
        .outgoing
        .get(address, &headers)
        .await
        .map_err(|error| {
            tracing::warn!(%error, "a provider of an identity pool does not answer");
            unavailable()
        })?;
    if answer.status.is_client_error() {
        return Err(invalid("The provider does not accept it."));
    }
    if !answer.status.is_success() {
        return Err(unavailable());
    }
    serde_json::from_slice(&answer.body).map_err(|_| unavailable())
}

fn unavailable() -> ApiError {
    ApiError::external_service("The identity provider does not answer as it should.")
}

/// What these say: the app and the person.
pub(super) fn login(name: &str, client: String, subject: String) -> VerifiedLogin {
    let mut claims = Claims::new();
    claims.insert("aud".to_owned(), json!(client));
    claims.insert("sub".to_owned(), json!(subject));
    claims.insert("user_id".to_owned(), json!(subject));
    VerifiedLogin {
        provider: name.to_owned(),
        subject,
        client,
        claims,
        is_developer: false,
    }
}
