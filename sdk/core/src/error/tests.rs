use super::service::code_of;
use super::*;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    operations: BTreeMap<String, Vec<String>>,
}

#[test]
fn every_code_has_a_name_of_its_own() {
    let names: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), ErrorCode::ALL.len());
    assert!(
        names
            .iter()
            .all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
    );
}

#[test]
fn every_error_of_our_operations_has_the_code_of_the_table() {
    use ErrorCode as Code;
    let table = BTreeMap::from([
        ("AliasExistsException", Code::AliasExists),
        ("CodeDeliveryFailureException", Code::CodeDeliveryFailed),
        ("CodeMismatchException", Code::CodeMismatch),
        ("ConcurrentModificationException", Code::RateLimited),
        ("EnableSoftwareTokenMFAException", Code::CodeMismatch),
        ("ExpiredCodeException", Code::CodeExpired),
        ("FeatureUnavailableInTierException", Code::Unsupported),
        ("ForbiddenException", Code::NotAuthorized),
        ("InternalErrorException", Code::ServiceUnavailable),
        (
            "InvalidEmailRoleAccessPolicyException",
            Code::InvalidConfiguration,
        ),
        ("InvalidLambdaResponseException", Code::TriggerFailed),
        ("InvalidParameterException", Code::InvalidParameter),
        ("InvalidPasswordException", Code::InvalidPassword),
        (
            "InvalidSmsRoleAccessPolicyException",
            Code::InvalidConfiguration,
        ),
        (
            "InvalidSmsRoleTrustRelationshipException",
            Code::InvalidConfiguration,
        ),
        (
            "InvalidUserPoolConfigurationException",
            Code::InvalidConfiguration,
        ),
        ("LimitExceededException", Code::AttemptsExceeded),
        ("MFAMethodNotFoundException", Code::Unsupported),
        ("NotAuthorizedException", Code::NotAuthorized),
        ("OperationNotEnabledException", Code::Unsupported),
        (
            "PasswordHistoryPolicyViolationException",
            Code::PasswordHistory,
        ),
        (
            "PasswordResetRequiredException",
            Code::PasswordResetRequired,
        ),
        ("RefreshTokenReuseException", Code::SessionLost),
        ("ResourceNotFoundException", Code::InvalidConfiguration),
        ("SoftwareTokenMFANotFoundException", Code::Unsupported),
        ("TooManyFailedAttemptsException", Code::AttemptsExceeded),
        ("TooManyRequestsException", Code::RateLimited),
        ("UnauthorizedException", Code::NotAuthorized),
        ("UnexpectedLambdaException", Code::TriggerFailed),
        ("UnsupportedOperationException", Code::Unsupported),
        ("UnsupportedTokenTypeException", Code::Unsupported),
        ("UserLambdaValidationException", Code::TriggerFailed),
        ("UserNotConfirmedException", Code::UserNotConfirmed),
        ("UserNotFoundException", Code::UserNotFound),
        ("UsernameExistsException", Code::UsernameExists),
        ("WebAuthnChallengeNotFoundException", Code::ChallengeExpired),
        ("WebAuthnClientMismatchException", Code::InvalidParameter),
        (
            "WebAuthnConfigurationMissingException",
            Code::InvalidConfiguration,
        ),
        (
            "WebAuthnCredentialNotSupportedException",
            Code::PasskeyUnsupported,
        ),
        ("WebAuthnNotEnabledException", Code::Unsupported),
        (
            "WebAuthnOriginNotAllowedException",
            Code::PasskeyRelyingPartyMismatch,
        ),
        (
            "WebAuthnRelyingPartyMismatchException",
            Code::PasskeyRelyingPartyMismatch,
        ),
    ]);
    let recorded: Recorded =
        serde_json::from_str(include_str!("../../tests/vectors/errors.json")).unwrap();
    let named: BTreeSet<&str> = recorded
        .operations
        .values()
        .flatten()
        .map(String::as_str)
        .collect();
    assert_eq!(
        named,
        table.keys().copied().collect(),
        "the table is complete and has no other"
    );
    for (name, code) in table {
        assert_eq!(code_of(name, ""), Some(code), "{name}");
    }
}

/// The contract that the backend is held to, too.
const SHAPES: &str = include_str!("../../../../backend/contract/api-shapes-idp.json");

#[test]
fn every_error_of_every_operation_that_takes_no_signature_has_a_code_of_its_own() {
    let shapes: serde_json::Value = serde_json::from_str(SHAPES).unwrap();
    let mut seen = BTreeSet::new();
    for operation in shapes["operations"].as_object().unwrap().values() {
        if operation["auth"] == "none" {
            let errors = operation["errors"].as_array().unwrap();
            seen.extend(errors.iter().map(|name| name.as_str().unwrap()));
        }
    }
    assert!(seen.len() > 40, "{}", seen.len());
    let catch_all = [ErrorCode::InvalidResponse, ErrorCode::Internal];
    for name in seen {
        let code = code_of(name, "");
        assert!(
            code.is_some_and(|code| !catch_all.contains(&code)),
            "{name}: {code:?}"
        );
    }
}

#[test]
fn a_client_with_a_secret_is_a_mistake_of_the_configuration() {
    for message in [
        "Client abc is configured with secret but SECRET_HASH was not received",
        "Unable to verify secret hash for client abc",
    ] {
        let code = code_of("NotAuthorizedException", message);
        assert_eq!(code, Some(ErrorCode::InvalidConfiguration));
    }
    let other = code_of("InvalidParameterException", "with secret");
    assert_eq!(other, Some(ErrorCode::InvalidParameter));
}

#[test]
fn messages_tell_the_reasons_for_not_authorized_apart() {
    let cases = [
        (
            "Incorrect username or password.",
            ErrorCode::IncorrectCredentials,
        ),
        ("Password attempts exceeded", ErrorCode::AttemptsExceeded),
        (
            "Invalid session for the user, session is expired.",
            ErrorCode::ChallengeExpired,
        ),
        (
            "Access Token does not have required scopes",
            ErrorCode::MissingScope,
        ),
        ("Access Token has been revoked", ErrorCode::SessionLost),
        ("Refresh Token has expired", ErrorCode::SessionLost),
        ("User is disabled.", ErrorCode::NotAuthorized),
    ];
    for (message, code) in cases {
        assert_eq!(
            code_of("NotAuthorizedException", message),
            Some(code),
            "{message}"
        );
    }
}

#[test]
fn an_unknown_name_has_no_code() {
    assert_eq!(code_of("TeapotException", ""), None);
    assert_eq!(code_of("", "Incorrect username or password."), None);
}

#[test]
fn what_a_person_can_do_follows_from_the_code() {
    assert_eq!(ErrorCode::SessionLost.user_action(), UserAction::SignIn);
    assert_eq!(ErrorCode::Network.user_action(), UserAction::Retry);
    assert_eq!(ErrorCode::CodeMismatch.user_action(), UserAction::None);
    let retryable = ErrorCode::ALL.iter().filter(|code| code.retryable());
    assert!(
        retryable
            .clone()
            .all(|code| code.user_action() == UserAction::Retry)
    );
    assert_eq!(retryable.count(), 6);
}
