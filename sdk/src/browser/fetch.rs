//! The network: `fetch` without cookies, cache, redirects or referrer.
//!
//! # Limits
//! A browser gives the same `TypeError` for a name that does not resolve, a refused connection, a
//! missing CORS header and a blocking policy: all are [`SendFailure::Unreachable`].

use cognate_core::ports::{Http, HttpRequest, HttpResponse, Limits, SendFailure};
use js_sys::{Array, Date, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Headers, ReferrerPolicy, Request, RequestCache, RequestCredentials, RequestInit,
    RequestRedirect, Response,
};

use super::Browser;
use super::scope::scope;

/// The caller's `AbortSignal`, if there is one.
#[derive(Debug, Clone, Default)]
pub struct Cancel(pub Option<AbortSignal>);

impl Cancel {
    fn fired(&self) -> bool {
        self.0.as_ref().is_some_and(AbortSignal::aborted)
    }

    /// A signal that fires with the caller's or after `ms`, whichever is first.
    fn or_after(&self, ms: u32) -> AbortSignal {
        let timeout = AbortSignal::timeout_with_u32(ms);
        match &self.0 {
            Some(signal) => AbortSignal::any(&Array::of2(signal, &timeout)),
            None => timeout,
        }
    }
}

impl Http for Browser {
    type Cancel = Cancel;

    async fn send(
        &self,
        request: &HttpRequest,
        limits: Limits<'_, Cancel>,
    ) -> Result<HttpResponse, SendFailure> {
        if limits.cancel.fired() {
            return Err(SendFailure::Aborted);
        }
        if !scope().navigator().on_line() && !is_this_machine(&request.url) {
            return Err(SendFailure::Offline);
        }
        let signal = limits.cancel.or_after(limits.timeout_ms);
        let why = |otherwise| match () {
            () if limits.cancel.fired() => SendFailure::Aborted,
            () if signal.aborted() => SendFailure::TimedOut,
            () => otherwise,
        };
        let built = build(request, &signal).map_err(|_| SendFailure::Blocked)?;
        let response: Response = JsFuture::from(scope().fetch(&built))
            .await
            .map_err(|_| why(SendFailure::Unreachable))?
            .unchecked_into();
        let body = response.text().map_err(|_| SendFailure::BodyLost)?;
        let body = JsFuture::from(body)
            .await
            .map_err(|_| why(SendFailure::BodyLost))?;
        let headers = response.headers();
        let header = |name| headers.get(name).ok().flatten();
        Ok(HttpResponse {
            status: response.status(),
            error_type: header("x-amzn-errortype"),
            request_id: header("x-amzn-requestid"),
            retry_after: header("retry-after"),
            date_ms: header("date").and_then(|date| milliseconds(Date::parse(&date))),
            body: body.as_string().unwrap_or_default(),
        })
    }

    async fn pause(&self, ms: u32, cancel: &Cancel) {
        if cancel.fired() {
            return;
        }
        let signal = cancel.or_after(ms);
        let over = Promise::new(&mut |resolve, _| signal.set_onabort(Some(&resolve)));
        // The promise never rejects; there is nothing to learn from its value.
        let _ = JsFuture::from(over).await;
    }
}

fn build(request: &HttpRequest, signal: &AbortSignal) -> Result<Request, JsValue> {
    let init = RequestInit::new();
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Error);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(signal));
    if let Some(body) = &request.body {
        init.set_method("POST");
        init.set_body(&JsValue::from_str(body));
    }
    if let Some(target) = &request.target {
        let headers = Headers::new()?;
        headers.set("content-type", "application/x-amz-json-1.1")?;
        headers.set("x-amz-target", target)?;
        init.set_headers(&headers);
    }
    Request::new_with_str_and_init(&request.url, &init)
}

/// A backend on the machine itself answers without a network.
fn is_this_machine(url: &str) -> bool {
    let host = url.strip_prefix("https://").or(url.strip_prefix("http://"));
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|local| host.is_some_and(|host| host.starts_with(local)))
}

fn milliseconds(date: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a number that is not negative; dates are whole milliseconds"
    )]
    (date >= 0.0).then_some(date as u64)
}
