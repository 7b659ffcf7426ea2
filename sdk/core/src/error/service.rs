//! What the service's own error names mean.

use super::ErrorCode;

/// The code for a service error, by its name and, where one name means several things, its message.
///
/// Messages are not part of the service's contract; these are long-lived ones that other clients
/// match too. A message that is not known leaves the broader code. A name that is not known gives
/// `None`.
pub(crate) fn code_of(name: &str, message: &str) -> Option<ErrorCode> {
    use ErrorCode as Code;
    // The same families of names exist with and without this ending.
    let name = name.strip_suffix("Exception").unwrap_or(name);
    Some(match name {
        "NotAuthorized" => not_authorized(message),
        "AliasExists" => Code::AliasExists,
        "CodeDeliveryFailure" => Code::CodeDeliveryFailed,
        "CodeMismatch" | "EnableSoftwareTokenMFA" => Code::CodeMismatch,
        "ExpiredCode" => Code::CodeExpired,
        "InternalError" | "InternalServer" | "InternalFailure" | "ServiceUnavailable" => {
            Code::ServiceUnavailable
        }
        "InvalidParameter" | "Serialization" | "Validation" => Code::InvalidParameter,
        "InvalidPassword" => Code::InvalidPassword,
        "PasswordHistoryPolicyViolation" => Code::PasswordHistory,
        "PasswordResetRequired" => Code::PasswordResetRequired,
        "LimitExceeded" | "TooManyFailedAttempts" => Code::AttemptsExceeded,
        "TooManyRequests" | "Throttling" | "RequestLimitExceeded" => Code::RateLimited,
        "UsernameExists" => Code::UsernameExists,
        "UserNotConfirmed" => Code::UserNotConfirmed,
        "UserNotFound" => Code::UserNotFound,
        "RefreshTokenReuse" => Code::SessionLost,
        "UnexpectedLambda" | "UserLambdaValidation" | "InvalidLambdaResponse" => {
            Code::TriggerFailed
        }
        "ResourceNotFound"
        | "InvalidUserPoolConfiguration"
        | "InvalidSmsRoleAccessPolicy"
        | "InvalidSmsRoleTrustRelationship"
        | "InvalidEmailRoleAccessPolicy" => Code::InvalidConfiguration,
        "FeatureUnavailableInTier"
        | "MFAMethodNotFound"
        | "OperationNotEnabled"
        | "SoftwareTokenMFANotFound"
        | "UnsupportedOperation"
        | "UnsupportedTokenType" => Code::Unsupported,
        "Forbidden" | "Unauthorized" | "AccessDenied" => Code::NotAuthorized,
        // The emulator cognito-local says `CognitoLocal#Unsupported`, with status 500.
        "UnknownOperation" | "Unsupported" => Code::UnknownOperation,
        _ => return None,
    })
}

fn not_authorized(message: &str) -> ErrorCode {
    let says = |part: &str| message.contains(part);
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
