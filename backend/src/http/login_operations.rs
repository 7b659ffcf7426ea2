//! `POST /_cognate/login/{operation}`: what the hosted pages ask, within a login transaction.
//!
//! # Security model
//! Four things have to come together, before a body is read: JSON (which no form sends), our own
//! origin in `Origin`, `Sec-Fetch-Site: same-origin`, and the header `X-Cognate-Transaction`, which no
//! other origin can send because there is no CORS here. Then the transaction's cookie. Our origin is
//! the configured one; `Host` decides nothing.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Request, Response};
use serde_json::Value;

use super::cookies::{self, Cookies};
use super::observe::RequestId;
use super::peer::Peer;
use super::{answer, json_api, proxy};
use crate::api::login::{self, Login, LoginOperation};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::oauth::LoginTransaction;

/// The path of all of them.
pub(super) const PATH: &str = "/_cognate/login/{operation}";

/// The name of the operation that a path of theirs asks for, if there is one.
pub(super) fn operation(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next()?;
    LoginOperation::find(name).map(LoginOperation::name)
}

pub(super) async fn call(
    State(state): State<AppState>,
    Path(operation): Path<String>,
    request: Request<Body>,
) -> Response<Body> {
    let request_id = RequestId::of(&request).0;
    let operation = LoginOperation::find(&operation);
    let result = answer_to(&state, operation, request, &request_id).await;
    answer::for_page(result, &request_id)
}

async fn answer_to(
    state: &AppState,
    operation: Option<LoginOperation>,
    request: Request<Body>,
    request_id: &str,
) -> Result<(Vec<u8>, Vec<HeaderValue>), ApiError> {
    let (head, body) = request.into_parts();
    let id = from_our_page(state, &head.headers, "x-cognate-transaction")?;
    let body = json_api::body(body).await?;
    let cookies = Cookies::read(state, &head.headers);
    let transaction = LoginTransaction::find(state, id, cookies.transaction(id)).await?;
    let peer = head
        .extensions
        .get::<Peer>()
        .map_or(Peer::UNKNOWN, |peer| *peer);
    let caller = Caller {
        peer: proxy::caller(&state.config.proxies, peer, &head.headers),
        access_key_id: None,
        request_id: request_id.to_owned(),
    };
    let operation = operation.ok_or_else(|| {
        ApiError::unknown_operation("The login domain does not have this operation.")
    })?;
    let body = json(&body)?;
    let login = Login {
        transaction: &transaction,
        sso: cookies.session(&transaction.pool.id),
    };
    let answered = login::call(state, &caller, login, operation, body).await?;
    let lines = match &answered.completed {
        Some(session) => [
            cookies::set_session(state, session),
            cookies::forget_transaction(state, id),
        ]
        .into_iter()
        .flatten()
        .collect(),
        None => Vec::new(),
    };
    Ok((answered.body, lines))
}

/// What a page of ours asks.
pub(super) fn json(body: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(body).map_err(|_| ApiError::serialization("The request is not JSON."))
}

/// The value of this header, if the request comes from a page of ours.
pub(super) fn from_our_page<'a>(
    state: &AppState,
    headers: &'a HeaderMap,
    header: &str,
) -> Result<&'a str, ApiError> {
    let is_json = one(headers, "content-type").is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json")
    });
    let is_own = one(headers, "origin").is_some_and(|origin| origin == &*state.origin);
    let is_same_origin = one(headers, "sec-fetch-site") == Some("same-origin");
    one(headers, header)
        .filter(|_| is_json && is_own && is_same_origin)
        .ok_or_else(|| ApiError::forbidden("The login domain answers to its own pages only."))
}

/// The value of a header that is there once.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}
