//! Which answers pages of other origins may read, and which headers they may send.
//!
//! The JSON API, the token, revocation, pushed-request and userInfo endpoints, discovery and JWKS read no cookie, so
//! every origin may call them, without credentials. `authorization` is among the headers a page may
//! send to userInfo only: administrators' signatures and clients' secrets do not come from browsers.
//! What reads cookies (`authorize`, `login`, the hosted pages) has no CORS.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const ALLOWED_HEADERS: &str = "content-type, x-amz-target, x-amz-user-agent, cache-control, \
                               amz-sdk-invocation-id, amz-sdk-request";
const EXPOSED_HEADERS: &str =
    "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,WWW-Authenticate,DPoP-Nonce,Date";
const TWO_DAYS: &str = "172800";

/// The answer to a browser's question before a call of the JSON API.
pub(super) async fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, TWO_DAYS),
    ];
    (StatusCode::OK, headers).into_response()
}

/// The same before a call of the token, revocation or pushed-request endpoint.
pub(super) async fn preflight_form() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "content-type, dpop, x-amz-user-agent, cache-control",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, TWO_DAYS),
    ];
    (StatusCode::OK, headers).into_response()
}

/// The same before a call of userInfo.
pub(super) async fn preflight_bearer() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, dpop, x-amz-user-agent, cache-control",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, TWO_DAYS),
    ];
    (StatusCode::OK, headers).into_response()
}

/// Lets every origin read the answer.
pub(super) async fn readable_by_all(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED_HEADERS),
    );
    response
}
