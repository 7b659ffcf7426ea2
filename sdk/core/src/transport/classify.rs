//! What an answer means: a reply, an error of the service, or the page of something in between.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};

use crate::error::{Answer, Details, Error, ErrorCode, Outcome, service};
use crate::json::Value;
use crate::ports::{HttpResponse, Json, SendFailure};
use crate::wire::Reply;

/// The longest message of the service that is passed on, in bytes.
const MAXIMUM_MESSAGE: usize = 512;

/// In the place of the service's words, which ask for the secret.
const SECRET_CLIENT: &str =
    "the app client has a secret, which an app in a browser cannot keep: use one without";

/// The reply, or the error that the answer is. Operations without output answer an empty body or
/// `{}`: both are a reply without members.
pub(crate) fn reply<J: Json>(json: &J, response: &HttpResponse) -> Result<Reply<J::Value>, Error> {
    let body = match &*response.body {
        "" => "{}",
        body => body,
    };
    let value = json.parse(body).ok().filter(Value::is_object);
    match value {
        value if !(200..300).contains(&response.status) => Err(error(value.as_ref(), response)),
        Some(value) => Ok(Reply(value)),
        None => Err(unintelligible(response)),
    }
}

/// The error that the platform's failure is.
pub(super) fn failure(failure: SendFailure) -> Error {
    let (code, outcome, message) = match failure {
        SendFailure::Aborted => (ErrorCode::Aborted, Outcome::Unknown, "the caller gave up"),
        SendFailure::TimedOut => (
            ErrorCode::Timeout,
            Outcome::Unknown,
            "the call's time is up",
        ),
        SendFailure::Offline => (ErrorCode::Offline, Outcome::NotSent, "there is no network"),
        SendFailure::Blocked => (
            ErrorCode::InvalidConfiguration,
            Outcome::NotSent,
            "the request was blocked: does connect-src of the page's policy allow the endpoint?",
        ),
        SendFailure::Unreachable => (
            ErrorCode::Network,
            Outcome::Unknown,
            "no answer from the endpoint: its name, the connection, TLS or CORS",
        ),
        SendFailure::BodyLost => (ErrorCode::Network, Outcome::Unknown, "the answer broke off"),
    };
    Error::not_sent(code, message).at(outcome)
}

fn error(body: Option<&impl Value>, response: &HttpResponse) -> Error {
    let member = |name| body?.member(name)?.text();
    let name = response
        .error_type
        .as_deref()
        .and_then(bare_name)
        .or_else(|| bare_name(&member("__type")?))
        .or_else(|| bare_name(&member("code")?));
    let name = name.as_deref();
    let message = member("message").or_else(|| member("Message"));
    let mut message = message.unwrap_or_default();
    let known = name.and_then(|name| service::code_of(name, &message));
    let code = known.unwrap_or(match (response.status, name) {
        (429, _) => ErrorCode::RateLimited,
        (501, _) => ErrorCode::UnknownOperation,
        (500.., _) => ErrorCode::ServiceUnavailable,
        _ => ErrorCode::InvalidResponse,
    });
    // Without a name it was not the service that spoke; a gateway does not know what happened.
    let outcome = match (name, response.status) {
        (Some(_), _) | (None, 429) => Outcome::Answered,
        (None, _) => Outcome::Unknown,
    };
    if name.is_some_and(|name| service::asks_for_a_secret(name, &message)) {
        message = SECRET_CLIENT.to_string();
    }
    let message = match (shortened(message), name) {
        (message, Some(_)) if !message.is_empty() => Cow::Owned(message),
        (_, Some(_)) => Cow::Borrowed("the service gave no reason"),
        (_, None) => Cow::Borrowed(describe(&response.body)),
    };
    Error::from(Details {
        code,
        outcome,
        message,
        retry_after_ms: response.retry_after.as_deref().and_then(retry_after_ms),
        answer: Some(answer(response, name)),
    })
}

/// An answer that says 200 and is not what the protocol says.
fn unintelligible(response: &HttpResponse) -> Error {
    let message = describe(&response.body);
    let mut error = Error::not_sent(ErrorCode::InvalidResponse, message).at(Outcome::Unknown);
    error.answer = Some(answer(response, None));
    error
}

fn answer(response: &HttpResponse, name: Option<&str>) -> Answer {
    Answer {
        http_status: response.status,
        request_id: response.request_id.clone(),
        service_type: name.map(ToString::to_string),
    }
}

fn describe(body: &str) -> &'static str {
    match body.trim_ascii_start().as_bytes().first() {
        None => "an empty answer where JSON should be: something in front of the service?",
        Some(b'<') => "HTML where JSON should be: a proxy, a captive portal or a wrong endpoint?",
        Some(_) => "the answer is not what the protocol says: a wrong endpoint?",
    }
}

/// `com.amazonaws#NameException:http://..` is `NameException`.
fn bare_name(text: &str) -> Option<String> {
    let mut name = String::new();
    for c in text.chars() {
        match c {
            ':' | ',' => break,
            '#' => name.clear(),
            ' ' => {}
            c => name.push(c),
        }
    }
    (!name.is_empty()).then_some(name)
}

/// Whole seconds; the other form, a date, is not used by this service.
fn retry_after_ms(text: &str) -> Option<u32> {
    let mut ms: u32 = 0;
    for digit in text.trim_ascii().chars() {
        let digit = digit.to_digit(10)?.checked_mul(1000)?;
        ms = ms.checked_mul(10)?.checked_add(digit)?;
    }
    Some(ms)
}

pub(crate) fn shortened(mut message: String) -> String {
    if message.len() > MAXIMUM_MESSAGE {
        message.truncate(message.floor_char_boundary(MAXIMUM_MESSAGE));
    }
    message
}
