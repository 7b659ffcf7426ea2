//! The network: `fetch` without cache, redirects or referrer, and without cookies unless a request is
//! one of the login domain's own pages.
//!
//! # Limits
//! A browser gives the same `TypeError` for a name that does not resolve, a refused connection, a
//! missing CORS header and a blocking policy: all are [`SendFailure::Unreachable`].

use cognate_core::json::Value;
use cognate_core::ports::{Content, HttpRequest, HttpResponse, Limits, SendFailure};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::JsJson;
use super::task::settled;

#[wasm_bindgen(module = "/src/browser/fetch.js")]
extern "C" {
    fn send(
        url: &str,
        body: Option<&str>,
        media_type: &str,
        name: &str,
        value: &str,
        ms: u32,
        cancel: Option<&AbortSignal>,
    ) -> Promise;

    fn pause(ms: u32, cancel: Option<&AbortSignal>) -> Promise;
}

/// The caller's `AbortSignal`, if there is one.
#[derive(Debug, Clone, Default)]
pub struct Cancel(pub Option<AbortSignal>);

pub(super) async fn fetched(
    request: &HttpRequest,
    limits: Limits<'_, Cancel>,
) -> Result<HttpResponse, SendFailure> {
    let (media_type, name, value) = match &request.content {
        Content::None => ("", "", ""),
        Content::Operation(target) => (
            "application/x-amz-json-1.1",
            "x-amz-target",
            target.as_str(),
        ),
        Content::Form => ("application/x-www-form-urlencoded", "", ""),
        Content::Login { transaction } => (
            "application/json",
            "x-cognate-transaction",
            transaction.as_str(),
        ),
    };
    let sending = send(
        &request.url,
        (request.content != Content::None).then(|| request.body.as_str()),
        media_type,
        name,
        value,
        limits.timeout_ms,
        limits.cancel.0.as_ref(),
    );
    match settled(sending).await {
        Ok(answer) => read(&JsJson(answer)),
        Err(_) => Err(SendFailure::Unreachable),
    }
}

pub(super) async fn paused(ms: u32, cancel: &Cancel) {
    // The promise never rejects; there is nothing to learn from its value.
    let _ = settled(pause(ms, cancel.0.as_ref())).await;
}

fn read(answer: &JsJson) -> Result<HttpResponse, SendFailure> {
    if let Some(failure) = answer.text() {
        return Err(match &*failure {
            "aborted" => SendFailure::Aborted,
            "timedOut" => SendFailure::TimedOut,
            "offline" => SendFailure::Offline,
            "blocked" => SendFailure::Blocked,
            "bodyLost" => SendFailure::BodyLost,
            _ => SendFailure::Unreachable,
        });
    }
    let text = |name| answer.member(name).and_then(|value| value.text());
    let whole = |name| answer.member(name).and_then(|value| value.whole());
    Ok(HttpResponse {
        status: whole("status").unwrap_or_default() as u16,
        error_type: text("errorType"),
        request_id: text("requestId"),
        retry_after: text("retryAfter"),
        date_ms: whole("dateMs"),
        body: text("body").unwrap_or_default(),
    })
}
