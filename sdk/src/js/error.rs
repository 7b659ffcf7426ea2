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
        let answer = error.answer.as_ref();
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

#[cfg(test)]
mod tests {
    use alloc::borrow::Cow;
    use alloc::string::String;
    use alloc::vec::Vec;

    use cognate_core::error::{Answer, Details, Outcome};
    use cognate_core::{Error, ErrorCode};
    use serde::Deserialize;
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::ErrorRecord;
    use crate::json;

    wasm_bindgen_test_configure!(run_in_browser);

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Members {
        code: String,
        message: String,
        outcome: String,
        retryable: bool,
        user_action: String,
        retry_after_ms: Option<u32>,
        http_status: Option<u16>,
        request_id: Option<String>,
        service_type: Option<String>,
    }

    #[wasm_bindgen_test]
    fn the_codes_are_those_of_the_typescript_union_in_its_order() {
        let declared = include_str!("../../../pkg/src/errors.ts");
        let union = declared
            .split("AuthErrorCode =")
            .nth(1)
            .unwrap()
            .split(';')
            .next()
            .unwrap();
        let declared: Vec<&str> = union.split('\'').skip(1).step_by(2).collect();
        let known: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(declared, known);
    }

    #[wasm_bindgen_test]
    fn every_code_crosses_with_its_stage_and_advice() {
        for code in ErrorCode::ALL {
            let error = Error::not_sent(code, "why \"so\"");
            let text = json::to_string(&ErrorRecord::from(&error)).unwrap();
            let members: Members = json::from_str(&text).unwrap();
            assert_eq!(members.code, code.as_str());
            assert_eq!(members.message, "why \"so\"");
            assert_eq!(members.outcome, "notSent");
            assert_eq!(members.retryable, code.retryable());
            assert_eq!(members.user_action, code.user_action().as_str());
            assert!(members.retry_after_ms.is_none() && members.http_status.is_none());
            assert!(
                !text.contains("null"),
                "absent members are left out: {text}"
            );
        }
    }

    #[wasm_bindgen_test]
    fn what_the_service_said_crosses_beside_the_code() {
        let error = Error::from(Details {
            code: ErrorCode::RateLimited,
            outcome: Outcome::Answered,
            message: Cow::Borrowed("slow down"),
            retry_after_ms: Some(2_000),
            answer: Some(Answer {
                http_status: 400,
                request_id: Some("id".into()),
                service_type: Some("TooManyRequestsException".into()),
            }),
        });
        let text = json::to_string(&ErrorRecord::from(&error)).unwrap();
        let members: Members = json::from_str(&text).unwrap();
        assert_eq!(members.retry_after_ms, Some(2_000));
        assert_eq!(members.http_status, Some(400));
        assert_eq!(members.request_id.as_deref(), Some("id"));
        assert_eq!(
            members.service_type.as_deref(),
            Some("TooManyRequestsException")
        );
    }
}
