//! Answers of the JSON API: `application/x-amz-json-1.1` with the service's headers; and of what pages of ours ask.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::json;

use super::observe::Refused;
use crate::error::{ApiError, ErrorType};

pub(super) const JSON_1_1: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-amzn-errormessage");

/// The operation's answer, or its refusal.
pub(super) fn of(result: Result<Vec<u8>, ApiError>, request_id: &str) -> Response<Body> {
    let mut response = match result {
        Ok(json) => Response::new(Body::from(json)),
        Err(error) => refusal(&error),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON_1_1);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// The same for a page of ours: JSON, with lines about cookies.
pub(super) fn for_page(
    result: Result<(Vec<u8>, Vec<HeaderValue>), ApiError>,
    request_id: &str,
) -> Response<Body> {
    let (result, lines) = match result {
        Ok((body, lines)) => (Ok(body), lines),
        Err(error) => (Err(error), Vec::new()),
    };
    let mut response = of(result, request_id);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    for line in lines {
        headers.append(header::SET_COOKIE, line);
    }
    response
}

fn refusal(error: &ApiError) -> Response<Body> {
    let mut body = json!({ "__type": error.code.name(), "message": error.message });
    if let (Some(reason), Some(members)) = (error.reason_code, body.as_object_mut()) {
        members.insert("reasonCode".to_owned(), reason.into());
    }
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status(error.code);
    response.extensions_mut().insert(Refused(error.code.name()));
    let headers = response.headers_mut();
    headers.insert(ERROR_TYPE, HeaderValue::from_static(error.code.name()));
    // A header cannot carry every text: what does not fit is in the body anyway.
    if let Ok(message) = HeaderValue::from_str(&error.message) {
        headers.insert(ERROR_MESSAGE, message);
    }
    response
}

fn status(code: ErrorType) -> StatusCode {
    match code {
        ErrorType::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorType::Forbidden => StatusCode::FORBIDDEN,
        ErrorType::RequestTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::BAD_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_error_has_its_name_in_header_and_body_and_a_client_status() {
        for code in ErrorType::ALL {
            let response = of(Err(ApiError::new(*code, "why")), "id");
            assert_eq!(response.headers()[ERROR_TYPE], code.name());
            assert_eq!(response.headers()[ERROR_MESSAGE], "why");
            assert_eq!(response.headers()[REQUEST_ID], "id");
            assert_eq!(
                response.status().is_server_error(),
                *code == ErrorType::InternalError
            );
            let body = axum::body::to_bytes(response.into_body(), 1024)
                .await
                .unwrap();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body, json!({ "__type": code.name(), "message": "why" }));
        }
    }

    #[tokio::test]
    async fn a_reason_code_is_a_member_and_a_message_that_fits_no_header_stays_in_the_body() {
        let error = ApiError {
            reason_code: Some("REASON"),
            ..ApiError::invalid_parameter("line\nbreak")
        };
        let response = of(Err(error), "id");
        assert!(!response.headers().contains_key(ERROR_MESSAGE));
        let body = axum::body::to_bytes(response.into_body(), 1024)
            .await
            .unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["reasonCode"], "REASON");
        assert_eq!(body["message"], "line\nbreak");
    }
}
