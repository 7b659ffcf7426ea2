//! `GET` and `POST /{pool}/saml2/logout`: SAML providers end sessions, and answer when they were asked to.
//!
//! # Security model
//! No cookie is read and none is needed: the request's signature says whose sessions end. The path names the pool, as requests for
//! logout have no audience. The browser goes to the address in the provider's metadata only, and with an answer to where the
//! logout that it is for was to lead.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Request, Response, StatusCode, Uri};
use axum::response::IntoResponse;

use super::login_pages::{error_page, see_other};
use super::provider_answers::form;
use crate::app::AppState;
use crate::federation::{self, Failure};
use crate::oauth::{OAuthErrorCode, Parameters};
use crate::pools;
use crate::saml::LogoutMessage;

/// `GET`: HTTP-Redirect, whose signature is over the query's octets.
pub(super) async fn get(
    State(state): State<AppState>,
    Path(pool_id): Path<String>,
    uri: Uri,
) -> Response<Body> {
    let query = uri.query().unwrap_or_default();
    let is_answer = Parameters::parse(query.as_bytes()).has("SAMLResponse");
    log_out(&state, &pool_id, LogoutMessage::Redirect(query), is_answer).await
}

/// `POST`: a form.
pub(super) async fn post(
    State(state): State<AppState>,
    Path(pool_id): Path<String>,
    request: Request<Body>,
) -> Response<Body> {
    let form = match form(request).await {
        Ok(form) => form,
        Err(status) => return status.into_response(),
    };
    let is_answer = form.has("SAMLResponse");
    let name = if is_answer {
        "SAMLResponse"
    } else {
        "SAMLRequest"
    };
    let (Ok(message), Ok(relay_state)) = (form.required(name), form.get("RelayState")) else {
        return error_page(OAuthErrorCode::InvalidRequest, None);
    };
    let message = LogoutMessage::Form {
        message,
        relay_state,
    };
    log_out(&state, &pool_id, message, is_answer).await
}

async fn log_out(
    state: &AppState,
    pool_id: &str,
    message: LogoutMessage<'_>,
    is_answer: bool,
) -> Response<Body> {
    let Ok(pool) = pools::find_pool(state, pool_id).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let done = match is_answer {
        true => federation::left(state, &pool, message).await,
        false => federation::log_out(state, &pool, message).await,
    };
    match done {
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
