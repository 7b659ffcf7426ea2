//! What the service's own error names mean.

use super::{ErrorCode, ErrorCode as Code};
use crate::text::contains;

/// The code for a service error, by its name and, where one name means several things, its message.
///
/// Messages are not part of the service's contract; these are long-lived ones that other clients
/// match too. A message that is not known leaves the broader code. A name that is not known gives
/// `None`.
pub(crate) fn code_of(name: &str, message: &str) -> Option<ErrorCode> {
    // The same families of names exist with and without this ending.
    let name = name.strip_suffix("Exception").unwrap_or(name);
    if asks_for_a_secret(name, message) {
        return Some(Code::InvalidConfiguration);
    }
    if name == "NotAuthorized" {
        return Some(not_authorized(message));
    }
    let mut names = NAMES.iter().chain(OF_THE_ACCOUNT);
    let known = names.find(|(known, _)| *known == name);
    known.map(|(_, code)| *code)
}

/// Whether the app client has a secret, and wants a proof of it: an app in a browser cannot keep one.
pub(crate) fn asks_for_a_secret(name: &str, message: &str) -> bool {
    matches!(name, "NotAuthorized" | "NotAuthorizedException")
        && (contains(message, "with secret") || contains(message, "secret hash"))
}

/// A table and not a `match`: compared name by name in a loop, it takes a tenth of the code.
static NAMES: [(&str, ErrorCode); 44] = [
    ("AliasExists", Code::AliasExists),
    ("CodeDeliveryFailure", Code::CodeDeliveryFailed),
    ("CodeMismatch", Code::CodeMismatch),
    ("EnableSoftwareTokenMFA", Code::CodeMismatch),
    ("ExpiredCode", Code::CodeExpired),
    ("InternalError", Code::ServiceUnavailable),
    ("InternalServer", Code::ServiceUnavailable),
    ("InternalFailure", Code::ServiceUnavailable),
    ("ServiceUnavailable", Code::ServiceUnavailable),
    ("InvalidParameter", Code::InvalidParameter),
    ("Serialization", Code::InvalidParameter),
    ("Validation", Code::InvalidParameter),
    ("InvalidPassword", Code::InvalidPassword),
    ("PasswordHistoryPolicyViolation", Code::PasswordHistory),
    ("PasswordResetRequired", Code::PasswordResetRequired),
    ("LimitExceeded", Code::AttemptsExceeded),
    ("TooManyFailedAttempts", Code::AttemptsExceeded),
    ("TooManyRequests", Code::RateLimited),
    ("Throttling", Code::RateLimited),
    ("RequestLimitExceeded", Code::RateLimited),
    ("UsernameExists", Code::UsernameExists),
    ("UserNotConfirmed", Code::UserNotConfirmed),
    ("UserNotFound", Code::UserNotFound),
    ("RefreshTokenReuse", Code::SessionLost),
    ("UnexpectedLambda", Code::TriggerFailed),
    ("UserLambdaValidation", Code::TriggerFailed),
    ("InvalidLambdaResponse", Code::TriggerFailed),
    ("ResourceNotFound", Code::InvalidConfiguration),
    ("InvalidUserPoolConfiguration", Code::InvalidConfiguration),
    ("InvalidSmsRoleAccessPolicy", Code::InvalidConfiguration),
    (
        "InvalidSmsRoleTrustRelationship",
        Code::InvalidConfiguration,
    ),
    ("InvalidEmailRoleAccessPolicy", Code::InvalidConfiguration),
    ("DeviceKeyExists", Code::InvalidParameter),
    ("FeatureUnavailableInTier", Code::Unsupported),
    ("MFAMethodNotFound", Code::Unsupported),
    ("OperationNotEnabled", Code::Unsupported),
    ("SoftwareTokenMFANotFound", Code::Unsupported),
    ("UnsupportedOperation", Code::Unsupported),
    ("UnsupportedTokenType", Code::Unsupported),
    ("Forbidden", Code::NotAuthorized),
    ("Unauthorized", Code::NotAuthorized),
    ("AccessDenied", Code::NotAuthorized),
    // The emulator cognito-local says `CognitoLocal#Unsupported`, with status 500.
    ("UnknownOperation", Code::UnknownOperation),
    ("Unsupported", Code::UnknownOperation),
];

/// What only operations on the account answer, and those that this crate does not call.
#[cfg(feature = "account")]
static OF_THE_ACCOUNT: &[(&str, ErrorCode)] = &[
    ("ConcurrentModification", Code::RateLimited),
    ("UserPoolAddOnNotEnabled", Code::Unsupported),
    ("WebAuthnNotEnabled", Code::Unsupported),
    ("WebAuthnConfigurationMissing", Code::InvalidConfiguration),
    ("WebAuthnChallengeNotFound", Code::ChallengeExpired),
    ("WebAuthnClientMismatch", Code::InvalidParameter),
    ("WebAuthnCredentialNotSupported", Code::PasskeyUnsupported),
    (
        "WebAuthnRelyingPartyMismatch",
        Code::PasskeyRelyingPartyMismatch,
    ),
    (
        "WebAuthnOriginNotAllowed",
        Code::PasskeyRelyingPartyMismatch,
    ),
];
#[cfg(not(feature = "account"))]
static OF_THE_ACCOUNT: &[(&str, ErrorCode)] = &[];

fn not_authorized(message: &str) -> ErrorCode {
    let says = |part: &str| contains(message, part);
    if says("Incorrect username or password") {
        ErrorCode::IncorrectCredentials
    } else if says("attempts exceeded") {
        ErrorCode::AttemptsExceeded
    } else if says("Invalid session") {
        ErrorCode::ChallengeExpired
    } else if says("required scopes") {
        ErrorCode::MissingScope
    } else if says("Refresh Token") || says("Access Token") {
        ErrorCode::SessionLost
    } else {
        ErrorCode::NotAuthorized
    }
}
