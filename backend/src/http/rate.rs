//! Refuses an address that sends more requests a second than the configuration lets it.
//!
//! `/health` is not counted: who asks it is on this machine, or the proxy.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::observe::RequestId;
use super::peer::Peer;
use super::{answer, proxy};
use crate::app::AppState;
use crate::error::ApiError;

/// Lets a request pass, or answers it with 429; the JSON API with its own error.
pub(super) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>();
    let peer = peer.map_or(Peer::UNKNOWN, |peer| *peer);
    let address = proxy::caller(&state.config.proxies, peer, request.headers());
    if state.rate.allows(address) {
        return next.run(request).await;
    }
    let mut response = if request.uri().path() == "/" {
        let refused = ApiError::too_many_requests("Rate exceeded");
        answer::of(Err(refused), &RequestId::of(&request).0)
    } else {
        StatusCode::TOO_MANY_REQUESTS.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
