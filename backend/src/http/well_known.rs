//! What a pool publishes: discovery (OpenID Connect Discovery 1.0) and JWKS (RFC 7517).

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::app::AppState;
use crate::keys::KeyError;

/// Keys change rarely, and a verifier that misses one asks again.
const CACHE: &str = "public, max-age=3600";

/// `GET /{pool}/.well-known/jwks.json`
pub(super) async fn jwks(State(state): State<AppState>, Path(pool_id): Path<String>) -> Response {
    match state.keys.jwks(&pool_id).await {
        Ok(keys) => ([(header::CACHE_CONTROL, CACHE)], Json(keys)).into_response(),
        Err(KeyError::NoPool) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failure(&error),
    }
}

/// `GET /{pool}/.well-known/openid-configuration`
///
/// Only what exists is listed: the authorization endpoints come with the hosted pages.
pub(super) async fn discovery(
    State(state): State<AppState>,
    Path(pool_id): Path<String>,
) -> Response {
    match state.store.pool(&pool_id).await {
        Ok(Some(_)) => {}
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return failure(&error),
    }
    let issuer = state.issuer(&pool_id);
    let document = json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
    });
    ([(header::CACHE_CONTROL, CACHE)], Json(document)).into_response()
}

fn failure(error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error, "a pool's documents cannot be answered");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
