//! What a pool publishes: discovery (OpenID Connect Discovery 1.0, RFC 8414) and JWKS (RFC 7517).

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::app::AppState;
use crate::federation::saml_parties::service_provider;
use crate::identity::open_id_token;
use crate::keys::KeyError;
use crate::oauth::dpop;

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

/// `GET /{pool}/saml2/metadata`: what administrators of SAML providers are given.
pub(super) async fn saml_metadata(
    State(state): State<AppState>,
    Path(pool_id): Path<String>,
) -> Response {
    if let Some(refusal) = without_pool(&state, &pool_id).await {
        return refusal;
    }
    match service_provider(&state, &pool_id).await {
        Ok(pool) => {
            let kind = "application/samlmetadata+xml";
            ([(header::CONTENT_TYPE, kind)], pool.metadata().to_owned()).into_response()
        }
        Err(error) => failure(&error),
    }
}

/// `GET /identity/.well-known/jwks.json`: what tokens of identities are verified with.
pub(super) async fn identity_jwks(State(state): State<AppState>) -> Response {
    match state.identity_keys.jwks().await {
        Ok(keys) => ([(header::CACHE_CONTROL, CACHE)], Json(keys)).into_response(),
        Err(error) => failure(&error),
    }
}

/// `GET /identity/.well-known/openid-configuration`: what an STS reads before it takes such tokens.
pub(super) async fn identity_discovery(State(state): State<AppState>) -> Response {
    let document = json!({
        "issuer": open_id_token::issuer(&state),
        "jwks_uri": format!("{}{}/.well-known/jwks.json", state.public_url, open_id_token::PATH),
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS512"],
    });
    ([(header::CACHE_CONTROL, CACHE)], Json(document)).into_response()
}

/// `GET /{pool}/.well-known/openid-configuration`, and the same at the path of RFC 8414.
pub(super) async fn discovery(
    State(state): State<AppState>,
    Path(pool_id): Path<String>,
) -> Response {
    if let Some(refusal) = without_pool(&state, &pool_id).await {
        return refusal;
    }
    let issuer = state.issuer(&pool_id);
    let endpoint = |path: &str| format!("{}{path}", state.public_url);
    let document = json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "authorization_endpoint": endpoint("/oauth2/authorize"),
        "token_endpoint": endpoint("/oauth2/token"),
        "userinfo_endpoint": endpoint("/oauth2/userInfo"),
        "revocation_endpoint": endpoint("/oauth2/revoke"),
        "pushed_authorization_request_endpoint": endpoint("/oauth2/par"),
        "require_pushed_authorization_requests": false,
        "dpop_signing_alg_values_supported": dpop::ALGORITHMS,
        "end_session_endpoint": endpoint("/logout"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported":
            ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "select_account", "consent"],
        "token_endpoint_auth_methods_supported":
            ["none", "client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported":
            ["none", "client_secret_basic", "client_secret_post"],
        "authorization_response_iss_parameter_supported": true,
        "request_uri_parameter_supported": false,
        "claims_parameter_supported": false,
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"],
    });
    ([(header::CACHE_CONTROL, CACHE)], Json(document)).into_response()
}

/// What is answered where the pool is not there.
async fn without_pool(state: &AppState, pool_id: &str) -> Option<Response> {
    match state.store.pool(pool_id).await {
        Ok(Some(_)) => None,
        Ok(None) => Some(StatusCode::NOT_FOUND.into_response()),
        Err(error) => Some(failure(&error)),
    }
}

fn failure(error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error, "a pool's documents cannot be answered");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
