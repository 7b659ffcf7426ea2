//! Errors on their way to JavaScript.

use cognate_core::Error;
use cognate_core::json::Object;

/// The members of the JavaScript `AuthError`. Absent details are absent members.
pub(super) fn error_object(error: &Error) -> Object {
    let mut object = Object::new();
    object
        .text("code", error.code.as_str())
        .text("message", &error.message)
        .text("outcome", error.outcome.as_str())
        .boolean("retryable", error.retryable())
        .text("userAction", error.user_action().as_str());
    if let Some(ms) = error.retry_after_ms {
        object.whole("retryAfterMs", ms.into());
    }
    if let Some(answer) = &error.answer {
        object
            .whole("httpStatus", answer.http_status.into())
            .text_if("requestId", answer.request_id.as_deref())
            .text_if("serviceType", answer.service_type.as_deref());
    }
    object
}

#[cfg(test)]
mod tests {
    use alloc::borrow::Cow;
    use alloc::vec::Vec;

    use cognate_core::error::{Answer, Details, Outcome};
    use cognate_core::json::Value;
    use cognate_core::{Error, ErrorCode};
    use js_sys::JSON;
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::error_object;
    use crate::browser::JsJson;

    wasm_bindgen_test_configure!(run_in_browser);

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
            let text = error_object(&error).finish();
            let members = JsJson(JSON::parse(&text).unwrap());
            let text_of = |name| members.text_at(name).unwrap().unwrap();
            assert_eq!(text_of("code"), code.as_str());
            assert_eq!(text_of("message"), "why \"so\"");
            assert_eq!(text_of("outcome"), "notSent");
            assert_eq!(members.boolean_at("retryable"), Ok(Some(code.retryable())));
            assert_eq!(text_of("userAction"), code.user_action().as_str());
            assert!(members.member("retryAfterMs").is_none());
            assert!(members.member("httpStatus").is_none());
            assert!(
                !text.contains("null"),
                "absent members are left out: {}",
                *text
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
        let members = JsJson(JSON::parse(&error_object(&error).finish()).unwrap());
        assert_eq!(members.whole_at("retryAfterMs"), Ok(Some(2_000)));
        assert_eq!(members.whole_at("httpStatus"), Ok(Some(400)));
        assert_eq!(members.text_at("requestId"), Ok(Some("id".into())));
        assert_eq!(
            members.text_at("serviceType"),
            Ok(Some("TooManyRequestsException".into()))
        );
    }
}
