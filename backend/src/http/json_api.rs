//! `POST /`: the operation is named in `X-Amz-Target`, the body is its request.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{Request, Response};
use serde_json::Value;

use super::local::{self, OriginRule};
use super::observe::RequestId;
use super::peer::Peer;
use super::{answer, proxy, sigv4};
use crate::api::{Auth, Operation};
use crate::app::{AppState, Caller};
use crate::config::AccessKey;
use crate::contract::Service;
use crate::error::ApiError;

/// Requests larger than this are refused. The largest members of the contract have 131,072
/// characters.
const BODY_LIMIT: usize = 256 * 1024;

/// Known to everybody, so good for programs on this machine only (`local::allows`).
const DEMO_KEY: &str = "test";
const DEMO_SECRET: &str = "test";

pub(super) async fn call(State(state): State<AppState>, request: Request<Body>) -> Response<Body> {
    let request_id = RequestId::of(&request).0;
    let result = match operation(&request) {
        Some(operation) => answer_to(&state, operation, request, &request_id).await,
        None => Err(ApiError::unknown_operation(
            "This operation is not known here.",
        )),
    };
    answer::of(result, &request_id)
}

async fn answer_to(
    state: &AppState,
    operation: &Operation,
    request: Request<Body>,
    request_id: &str,
) -> Result<Vec<u8>, ApiError> {
    let (head, body) = request.into_parts();
    let body = body_of(operation, body).await?;
    let peer = head
        .extensions
        .get::<Peer>()
        .map_or(Peer::UNKNOWN, |peer| *peer);
    let access_key_id = match operation.auth {
        Auth::Public => None,
        Auth::SigV4 => Some(check_signature(
            state,
            operation.service,
            &head,
            peer,
            &body,
        )?),
    };
    let caller = Caller {
        access_key_id,
        peer: proxy::caller(&state.config.proxies, peer, &head.headers),
        request_id: request_id.to_owned(),
    };
    let body: Value = serde_json::from_slice(&body)
        .map_err(|_| ApiError::serialization("The request is not JSON."))?;
    operation.call(state, &caller, body).await
}

/// A branding has pictures; published for it: 2 MB.
const BRANDING_LIMIT: usize = 2 * 1024 * 1024;

async fn body_of(operation: &Operation, body: Body) -> Result<Bytes, ApiError> {
    let limit = if operation.name.ends_with("ManagedLoginBranding") {
        BRANDING_LIMIT
    } else {
        BODY_LIMIT
    };
    within(limit, body).await
}

/// All of a request's body.
///
/// # Errors
/// `RequestEntityTooLargeException`
pub(super) async fn body(body: Body) -> Result<Bytes, ApiError> {
    within(BODY_LIMIT, body).await
}

async fn within(limit: usize, body: Body) -> Result<Bytes, ApiError> {
    axum::body::to_bytes(body, limit)
        .await
        .map_err(|_| ApiError::request_too_large("The request is too large."))
}

/// The operation that a request names.
pub(super) fn operation(request: &Request<Body>) -> Option<&'static Operation> {
    let target = request.headers().get("x-amz-target")?.to_str().ok()?;
    Operation::of_target(target)
}

/// Administrators sign with a configured key. Without configured keys, programs on this machine may
/// use the demo key. Answers the key's id.
pub(super) fn check_signature(
    state: &AppState,
    service: Service,
    head: &Parts,
    peer: Peer,
    body: &[u8],
) -> Result<String, ApiError> {
    let keys = &state.config.keys.sigv4;
    let is_demo = keys.is_empty() && local::allows(state, peer, &head.headers, OriginRule::None);
    let name = service.signing_name();
    sigv4::verify(name, head, body, state.clock.now(), |id| {
        let configured = keys
            .iter()
            .find(|key| key.access_key_id == id)
            .map(AccessKey::secret);
        configured.or_else(|| (is_demo && id == DEMO_KEY).then_some(DEMO_SECRET))
    })
}
