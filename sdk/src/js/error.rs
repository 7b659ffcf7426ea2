//! Errors on their way to JavaScript.

use cognate_core::Error;
use serde::Serialize;

/// The members of the JavaScript `AuthError`. Absent details are absent members.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ErrorRecord<'a> {
    code: &'static str,
    message: &'a str,
    outcome: &'static str,
    retryable: bool,
    user_action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_type: Option<&'a str>,
}

impl<'a> From<&'a Error> for ErrorRecord<'a> {
    fn from(error: &'a Error) -> Self {
        let answer = error.answer.as_deref();
        Self {
            code: error.code.as_str(),
            message: &error.message,
            outcome: error.outcome.as_str(),
            retryable: error.retryable(),
            user_action: error.user_action().as_str(),
            retry_after_ms: error.retry_after_ms,
            http_status: answer.map(|answer| answer.http_status),
            request_id: answer.and_then(|answer| answer.request_id.as_deref()),
            service_type: answer.and_then(|answer| answer.service_type.as_deref()),
        }
    }
}
