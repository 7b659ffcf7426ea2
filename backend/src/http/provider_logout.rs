//! `GET` and `POST /{pool}/saml2/logout`: SAML providers end sessions.
//!
//! # Security model
//! No cookie is read and none is needed: the request's signature says whose sessions end. The path names the pool, as requests for
//! logout have no audience. The browser goes to the address in the provider's metadata only.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Request, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;

use super::login_pages::{error_page, see_other};
use crate::app::AppState;
use crate::federation::{self, Failure};
use crate::oauth::{self, OAuthErrorCode, Parameters};
use crate::pools;
use crate::saml::LogoutMessage;

/// `GET`: HTTP-Redirect, whose signature is over the query's octets.
pub(super) async fn get(
    State(state): State<AppState>,
    Path(pool_id): Path<String>,
    uri: Uri,
) -> Response<Body> {
    let message = LogoutMessage::Redirect(uri.query().unwrap_or_default());
    log_out(&state, &pool_id, message).await
}

/// `POST`: a form.
pub(super) async fn post(
    State(state): State<AppState>,
    Path(pool_id): Path<String>,
    request: Request<Body>,
) -> Response<Body> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let is_form = kind
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let Ok(body) = axum::body::to_bytes(request.into_body(), oauth::LONGEST_FORM).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let form = Parameters::parse(&body);
    let (Ok(request), Ok(relay_state)) = (form.required("SAMLRequest"), form.get("RelayState"))
    else {
        return error_page(OAuthErrorCode::InvalidRequest, None);
    };
    let message = LogoutMessage::Form {
        request,
        relay_state,
    };
    log_out(&state, &pool_id, message).await
}

async fn log_out(state: &AppState, pool_id: &str, message: LogoutMessage<'_>) -> Response<Body> {
    let Ok(pool) = pools::find_pool(state, pool_id).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match federation::log_out(state, &pool, message).await {
        Ok(location) => see_other(&location),
        Err(failure) => {
            tracing::warn!(%failure, "a SAML logout came to nothing");
            let code = match failure {
                Failure::Internal(_) => OAuthErrorCode::ServerError,
                _ => OAuthErrorCode::InvalidRequest,
            };
            error_page(code, None)
        }
    }
}
