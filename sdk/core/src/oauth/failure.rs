//! Errors as OAuth has them: a name and perhaps a description, in an address or as JSON.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::error::{Answer, Details, Error, ErrorCode, ErrorCode as Code, Outcome};
use crate::text::contains;
use crate::transport::shortened;

/// The error of this name ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749), sections 4.1.2.1 and 5.2; OpenID
/// Connect Core 1.0, section 3.1.2.6). `http_status` is 0 for one that came in an address.
pub(super) fn error(name: String, description: Option<String>, http_status: u16) -> Error {
    let message = match shortened(description.unwrap_or_default()) {
        description if description.is_empty() => {
            Cow::Borrowed("the login domain gave no description")
        }
        description => Cow::Owned(description),
    };
    Error::from(Details {
        code: code_of(&name, &message),
        outcome: Outcome::Answered,
        message,
        retry_after_ms: None,
        answer: Some(Answer {
            http_status,
            request_id: None,
            service_type: Some(name),
        }),
    })
}

fn code_of(name: &str, message: &str) -> ErrorCode {
    // Whatever the name: the domain has one description for all of the pool's triggers.
    if contains(message, " failed with error ") {
        return Code::TriggerFailed;
    }
    let known = NAMES.iter().find(|(known, _)| *known == name);
    known.map_or(Code::NotAuthorized, |(_, code)| *code)
}

static NAMES: [(&str, ErrorCode); 14] = [
    ("access_denied", Code::AccessDenied),
    ("account_selection_required", Code::LoginRequired),
    ("consent_required", Code::LoginRequired),
    ("interaction_required", Code::LoginRequired),
    ("login_required", Code::LoginRequired),
    ("invalid_grant", Code::NotAuthorized),
    ("invalid_client", Code::InvalidConfiguration),
    ("invalid_request", Code::InvalidConfiguration),
    ("invalid_scope", Code::InvalidConfiguration),
    ("unauthorized_client", Code::InvalidConfiguration),
    ("unsupported_grant_type", Code::InvalidConfiguration),
    ("unsupported_response_type", Code::InvalidConfiguration),
    ("server_error", Code::ServiceUnavailable),
    ("temporarily_unavailable", Code::ServiceUnavailable),
];

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 6749, sections 4.1.2.1 and 5.2; OpenID Connect Core 1.0, section 3.1.2.6 (but for those about request objects, which are
    // never sent).
    const PUBLISHED: [(&str, ErrorCode); 14] = [
        ("invalid_request", Code::InvalidConfiguration),
        ("invalid_client", Code::InvalidConfiguration),
        ("invalid_grant", Code::NotAuthorized),
        ("unauthorized_client", Code::InvalidConfiguration),
        ("unsupported_grant_type", Code::InvalidConfiguration),
        ("invalid_scope", Code::InvalidConfiguration),
        ("access_denied", Code::AccessDenied),
        ("unsupported_response_type", Code::InvalidConfiguration),
        ("server_error", Code::ServiceUnavailable),
        ("temporarily_unavailable", Code::ServiceUnavailable),
        ("interaction_required", Code::LoginRequired),
        ("login_required", Code::LoginRequired),
        ("account_selection_required", Code::LoginRequired),
        ("consent_required", Code::LoginRequired),
    ];

    #[test]
    fn every_published_error_of_authorization_and_token_requests_has_its_code() {
        for (name, code) in PUBLISHED {
            let known = NAMES.iter().find(|(known, _)| *known == name);
            assert_eq!(known.map(|(_, code)| *code), Some(code), "{name}");
            for status in [0, 400, 401, 500] {
                let error = error(name.into(), None, status);
                assert_eq!(error.code, code, "{name}");
                let answer = error.answer.as_ref().unwrap();
                assert_eq!(answer.service_type.as_deref(), Some(name));
            }
        }
        assert_eq!(NAMES.len(), PUBLISHED.len());
    }
}
