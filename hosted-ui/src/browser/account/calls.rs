//! Calls of the account page's operations: JSON with the app's id in a header, as whom the browser's cookie says.

use cognate::browser::LoginPage;
use cognate_core::json::{Object, Value};
use cognate_core::ports::Json;
use cognate_core::secret::Code;
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Headers, Request, RequestCache, RequestInit, RequestRedirect, Response,
};

use super::place::Place;
use crate::account::{Account, Call, Failure, Kind};
use crate::browser::field::value_of;

/// What the account is.
pub(super) async fn describe(place: &Place) -> Result<Account, Failure> {
    let answer = ask(place, "DescribeAccount", Object::new()).await?;
    Account::read(&answer).map_err(|_| Kind::Service.into())
}

/// Makes a change. A way to a provider answers where that is.
pub(super) async fn run(place: &Place, call: &Call) -> Result<Option<String>, Failure> {
    let mut body = Object::new();
    let operation = match call {
        Call::Link(name) => {
            body.text("Provider", name);
            "LinkProvider"
        }
        Call::Unlink(name, user_id) => {
            body.text("Provider", name).text("UserId", user_id);
            "UnlinkProvider"
        }
        Call::EndSession(id) => {
            body.text("Id", id);
            "EndSession"
        }
        Call::Withdraw(id) => {
            body.text("Id", id);
            "WithdrawConsent"
        }
        Call::SignOut => "SignOut",
        Call::SendProofCode => "SendProofCode",
        Call::ConfirmProof => {
            let code = code();
            body.text("Code", code.as_ref().map_or("", Code::secret));
            "ConfirmProof"
        }
    };
    let answer = ask(place, operation, body).await?;
    answer.text_at("Location").map_err(|_| Kind::Service.into())
}

/// What stands in the code's field, without what people and messages put between its digits; `None` if nothing does.
pub(super) fn code() -> Option<Code> {
    let typed = value_of("code")?;
    let code: String = typed.chars().filter(char::is_ascii_digit).collect();
    (!code.is_empty()).then(|| Code::new(code))
}

async fn ask(
    place: &Place,
    operation: &str,
    body: Object,
) -> Result<<LoginPage as Json>::Value, Failure> {
    let request = request(place, operation, body).map_err(|_| Kind::Service)?;
    let answer = JsFuture::from(window().fetch_with_request(&request)).await;
    let response: Response = match answer {
        Ok(response) => response.unchecked_into(),
        Err(_) if !window().navigator().on_line() => return Err(Kind::Offline.into()),
        Err(_) => return Err(Kind::NoAnswer.into()),
    };
    let text = match response.text() {
        Ok(text) => JsFuture::from(text).await.map_err(|_| Kind::NoAnswer)?,
        Err(_) => return Err(Kind::NoAnswer.into()),
    };
    if response.ok() {
        let parsed = LoginPage.parse(&text.as_string().unwrap_or_default());
        return parsed.map_err(|_| Kind::Service.into());
    }
    let header = |name| response.headers().get(name).ok().flatten();
    let error = header("x-amzn-errortype").unwrap_or_default();
    Err(Failure {
        kind: Kind::of_error(&error),
        retry_after_s: header("retry-after").and_then(|seconds| seconds.parse().ok()),
        request_id: header("x-amzn-requestid"),
    })
}

fn request(place: &Place, operation: &str, body: Object) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/json")?;
    headers.set("x-cognate-client", place.client_id())?;
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_headers(&headers);
    options.set_body(&JsValue::from_str(&body.finish()));
    options.set_cache(RequestCache::NoStore);
    options.set_redirect(RequestRedirect::Error);
    options.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    Request::new_with_str_and_init(&[PATH, operation].concat(), &options)
}

const PATH: &str = "/_cognate/account/";
/// Longer than a provider may take whom the service has to ask first.
const TIMEOUT_MS: u32 = 30_000;
