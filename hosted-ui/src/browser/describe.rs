//! `DescribeLogin`: what kind of login this is. Sends nothing of the person.

use cognate_core::ErrorCode;
use cognate_core::login::{PATH, TransactionId};
use gloo_net::http::{Request, Response};
use js_sys::JSON;
use leptos::prelude::window;
use web_sys::{AbortSignal, RequestCache, RequestCredentials};

use crate::flow::{Failure, Login};

const TIMEOUT_MS: u32 = 15_000;

pub(super) async fn login(origin: &str, transaction: &TransactionId) -> Result<Login, Failure> {
    let url = [origin, PATH, "DescribeLogin"].concat();
    let request = Request::post(&url)
        .header("content-type", "application/json")
        .header("x-cognate-transaction", transaction.as_str())
        .credentials(RequestCredentials::SameOrigin)
        .cache(RequestCache::NoStore)
        .abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)))
        .body("{}")
        .map_err(|_| Failure::of(ErrorCode::Internal))?;
    let response = request.send().await.map_err(|_| no_answer())?;
    if !response.ok() {
        return Err(refused(&response));
    }
    let text = response.text().await.map_err(|_| no_answer())?;
    let value = JSON::parse(&text).map_err(|_| Failure::of(ErrorCode::InvalidResponse))?;
    serde_wasm_bindgen::from_value(value).map_err(|_| Failure::of(ErrorCode::InvalidResponse))
}

fn no_answer() -> Failure {
    Failure::of(match window().navigator().on_line() {
        true => ErrorCode::Network,
        false => ErrorCode::Offline,
    })
}

fn refused(response: &Response) -> Failure {
    let header = |name| response.headers().get(name);
    let name = header("x-amzn-errortype").unwrap_or_default();
    if name.starts_with("LoginTransactionNotFound") {
        return Failure::transaction_gone();
    }
    let code = match response.status() {
        429 => ErrorCode::RateLimited,
        500.. => ErrorCode::ServiceUnavailable,
        _ => ErrorCode::InvalidResponse,
    };
    Failure {
        request_id: header("x-amzn-requestid"),
        ..Failure::of(code)
    }
}
