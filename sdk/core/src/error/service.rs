//! What the service's own error names mean.

use super::{ErrorCode, ErrorCode as Code};
use crate::text::{contains, line};

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
    let index = (0..CODES.len()).find(|index| line(NAMES, *index) == name);
    let of_a_module = |names: &[(&str, ErrorCode)]| {
        let found = names.iter().find(|(known, _)| *known == name);
        found.map(|(_, code)| *code)
    };
    index
        .and_then(|index| CODES.get(index).copied())
        .or_else(|| of_a_module(OF_THE_ACCOUNT))
        .or_else(|| of_a_module(OF_IDENTITY_POOLS))
}

/// Whether the app client has a secret, and wants a proof of it: an app in a browser cannot keep one.
pub(crate) fn asks_for_a_secret(name: &str, message: &str) -> bool {
    matches!(name, "NotAuthorized" | "NotAuthorizedException")
        && (contains(message, "with secret") || contains(message, "secret hash"))
}

/// The names, one a line, and their codes in the same order: as a table of texts each name would take a place there, too.
static NAMES: &str = "\
AliasExists\n\
CodeDeliveryFailure\n\
CodeMismatch\n\
EnableSoftwareTokenMFA\n\
ExpiredCode\n\
InternalError\n\
InternalServer\n\
InternalFailure\n\
ServiceUnavailable\n\
InvalidParameter\n\
Serialization\n\
Validation\n\
InvalidPassword\n\
PasswordHistoryPolicyViolation\n\
PasswordResetRequired\n\
LimitExceeded\n\
TooManyFailedAttempts\n\
TooManyRequests\n\
Throttling\n\
RequestLimitExceeded\n\
UsernameExists\n\
UserNotConfirmed\n\
UserNotFound\n\
RefreshTokenReuse\n\
UnexpectedLambda\n\
UserLambdaValidation\n\
InvalidLambdaResponse\n\
ResourceNotFound\n\
InvalidUserPoolConfiguration\n\
InvalidSmsRoleAccessPolicy\n\
InvalidSmsRoleTrustRelationship\n\
InvalidEmailRoleAccessPolicy\n\
DeviceKeyExists\n\
FeatureUnavailableInTier\n\
MFAMethodNotFound\n\
OperationNotEnabled\n\
SoftwareTokenMFANotFound\n\
UnsupportedOperation\n\
UnsupportedTokenType\n\
Forbidden\n\
Unauthorized\n\
AccessDenied\n\
UnknownOperation\n\
Unsupported";

// The emulator cognito-local says `CognitoLocal#Unsupported`, with status 500.
static CODES: [ErrorCode; 44] = [
    Code::AliasExists,
    Code::CodeDeliveryFailed,
    Code::CodeMismatch,
    Code::CodeMismatch,
    Code::CodeExpired,
    Code::ServiceUnavailable,
    Code::ServiceUnavailable,
    Code::ServiceUnavailable,
    Code::ServiceUnavailable,
    Code::InvalidParameter,
    Code::InvalidParameter,
    Code::InvalidParameter,
    Code::InvalidPassword,
    Code::PasswordHistory,
    Code::PasswordResetRequired,
    Code::AttemptsExceeded,
    Code::AttemptsExceeded,
    Code::RateLimited,
    Code::RateLimited,
    Code::RateLimited,
    Code::UsernameExists,
    Code::UserNotConfirmed,
    Code::UserNotFound,
    Code::SessionLost,
    Code::TriggerFailed,
    Code::TriggerFailed,
    Code::TriggerFailed,
    Code::InvalidConfiguration,
    Code::InvalidConfiguration,
    Code::InvalidConfiguration,
    Code::InvalidConfiguration,
    Code::InvalidConfiguration,
    Code::InvalidParameter,
    Code::Unsupported,
    Code::Unsupported,
    Code::Unsupported,
    Code::Unsupported,
    Code::Unsupported,
    Code::Unsupported,
    Code::NotAuthorized,
    Code::NotAuthorized,
    Code::NotAuthorized,
    Code::UnknownOperation,
    Code::UnknownOperation,
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

/// What only identity pools answer, and the STS.
#[cfg(feature = "identity")]
static OF_IDENTITY_POOLS: &[(&str, ErrorCode)] = &[
    (
        "InvalidIdentityPoolConfiguration",
        Code::InvalidConfiguration,
    ),
    ("ResourceConflict", Code::AliasExists),
    ("DeveloperUserAlreadyRegistered", Code::AliasExists),
    ("ConcurrentModification", Code::RateLimited),
    ("ExternalService", Code::ServiceUnavailable),
    ("ExpiredToken", Code::NotAuthorized),
    ("InvalidIdentityToken", Code::NotAuthorized),
    ("IDPRejectedClaim", Code::NotAuthorized),
    ("IDPCommunicationError", Code::ServiceUnavailable),
    ("RegionDisabled", Code::InvalidConfiguration),
    ("ValidationError", Code::InvalidParameter),
];
#[cfg(not(feature = "identity"))]
static OF_IDENTITY_POOLS: &[(&str, ErrorCode)] = &[];

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
