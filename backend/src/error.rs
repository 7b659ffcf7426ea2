//! What an operation answers when it refuses: the service's exception names and a message.
//!
//! The set is closed: those exceptions of the contracts (`backend/contract`) that
//! some operation here answers, plus the names every service of this protocol has (unknown
//! operation, malformed body, request signatures), and one of the login domain, which the contract does
//! not have.
//! This module knows no HTTP: `http::answer` turns an [`ApiError`] into a response.
//! Messages reach the client: they never repeat a secret, and say nothing the caller may not know.

use std::borrow::Cow;
use std::fmt;

/// A refused operation: an exception name and what the client may read about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The exception's name on the wire.
    pub code: ErrorType,
    /// The text for people; clients in the field match some of these texts.
    pub message: Cow<'static, str>,
    /// `reasonCode` of an `InvalidParameterException`, absent by default.
    pub reason_code: Option<&'static str>,
}

impl ApiError {
    /// An error of the named type.
    pub fn new(code: ErrorType, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            reason_code: None,
        }
    }

    /// The answer to any fault of ours. The cause is logged here and never sent.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        let mut chain = cause.to_string();
        let mut next = cause.source();
        while let Some(inner) = next {
            chain.push_str(": ");
            chain.push_str(&inner.to_string());
            next = inner.source();
        }
        tracing::error!(cause = %chain, "internal error");
        Self::new(
            ErrorType::InternalError,
            "The service failed. Its log has the cause.",
        )
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)
    }
}

impl std::error::Error for ApiError {}

/// Declares the exceptions once: variant, constructor, name on the wire.
macro_rules! error_types {
    ($($variant:ident $constructor:ident $name:literal,)*) => {
        /// Every exception this backend can answer with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ErrorType {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl ErrorType {
            /// All of them, for tests that go through the whole table.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name on the wire (`__type`, `x-amzn-ErrorType`).
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        impl ApiError {
            $(
                #[doc = concat!("A `", $name, "` with this message.")]
                pub fn $constructor(message: impl Into<Cow<'static, str>>) -> Self {
                    Self::new(ErrorType::$variant, message)
                }
            )*
        }
    };
}

error_types! {
    AliasExists alias_exists "AliasExistsException",
    CodeMismatch code_mismatch "CodeMismatchException",
    ConcurrentModification concurrent_modification "ConcurrentModificationException",
    DeviceKeyExists device_key_exists "DeviceKeyExistsException",
    DeveloperUserAlreadyRegistered developer_user_already_registered "DeveloperUserAlreadyRegisteredException",
    DuplicateProvider duplicate_provider "DuplicateProviderException",
    EnableSoftwareTokenMfa enable_software_token_mfa "EnableSoftwareTokenMFAException",
    ExpiredCode expired_code "ExpiredCodeException",
    ExternalService external_service "ExternalServiceException",
    FeatureUnavailableInTier feature_unavailable_in_tier "FeatureUnavailableInTierException",
    Forbidden forbidden "ForbiddenException",
    GroupExists group_exists "GroupExistsException",
    IncompleteSignature incomplete_signature "IncompleteSignatureException",
    InternalError internal_error "InternalErrorException",
    InvalidIdentityPoolConfiguration invalid_identity_pool_configuration "InvalidIdentityPoolConfigurationException",
    InvalidLambdaResponse invalid_lambda_response "InvalidLambdaResponseException",
    InvalidOAuthFlow invalid_oauth_flow "InvalidOAuthFlowException",
    InvalidParameter invalid_parameter "InvalidParameterException",
    InvalidPassword invalid_password "InvalidPasswordException",
    InvalidSignature invalid_signature "InvalidSignatureException",
    InvalidUserPoolConfiguration invalid_user_pool_configuration "InvalidUserPoolConfigurationException",
    LimitExceeded limit_exceeded "LimitExceededException",
    LoginTransactionNotFound login_transaction_not_found "LoginTransactionNotFoundException",
    ManagedLoginBrandingExists managed_login_branding_exists "ManagedLoginBrandingExistsException",
    MfaMethodNotFound mfa_method_not_found "MFAMethodNotFoundException",
    MissingAuthenticationToken missing_authentication_token "MissingAuthenticationTokenException",
    NotAuthorized not_authorized "NotAuthorizedException",
    OperationNotEnabled operation_not_enabled "OperationNotEnabledException",
    PasswordHistoryPolicyViolation password_history_policy_violation "PasswordHistoryPolicyViolationException",
    PasswordResetRequired password_reset_required "PasswordResetRequiredException",
    PreconditionNotMet precondition_not_met "PreconditionNotMetException",
    RefreshTokenReuse refresh_token_reuse "RefreshTokenReuseException",
    RequestTooLarge request_too_large "RequestEntityTooLargeException",
    ResourceConflict resource_conflict "ResourceConflictException",
    ResourceNotFound resource_not_found "ResourceNotFoundException",
    ScopeDoesNotExist scope_does_not_exist "ScopeDoesNotExistException",
    Serialization serialization "SerializationException",
    SoftwareTokenMfaNotFound software_token_mfa_not_found "SoftwareTokenMFANotFoundException",
    TermsExists terms_exists "TermsExistsException",
    TooManyRequests too_many_requests "TooManyRequestsException",
    Unauthorized unauthorized "UnauthorizedException",
    UnexpectedLambda unexpected_lambda "UnexpectedLambdaException",
    UnknownOperation unknown_operation "UnknownOperationException",
    UnrecognizedClient unrecognized_client "UnrecognizedClientException",
    UnsupportedOperation unsupported_operation "UnsupportedOperationException",
    UnsupportedTokenType unsupported_token_type "UnsupportedTokenTypeException",
    UnsupportedUserState unsupported_user_state "UnsupportedUserStateException",
    UserLambdaValidation user_lambda_validation "UserLambdaValidationException",
    UserNotConfirmed user_not_confirmed "UserNotConfirmedException",
    UserNotFound user_not_found "UserNotFoundException",
    UserPoolAddOnNotEnabled user_pool_add_on_not_enabled "UserPoolAddOnNotEnabledException",
    UsernameExists username_exists "UsernameExistsException",
    WebAuthnChallengeNotFound web_authn_challenge_not_found "WebAuthnChallengeNotFoundException",
    WebAuthnClientMismatch web_authn_client_mismatch "WebAuthnClientMismatchException",
    WebAuthnConfigurationMissing web_authn_configuration_missing "WebAuthnConfigurationMissingException",
    WebAuthnCredentialNotSupported web_authn_credential_not_supported "WebAuthnCredentialNotSupportedException",
    WebAuthnNotEnabled web_authn_not_enabled "WebAuthnNotEnabledException",
    WebAuthnOriginNotAllowed web_authn_origin_not_allowed "WebAuthnOriginNotAllowedException",
    WebAuthnRelyingPartyMismatch web_authn_relying_party_mismatch "WebAuthnRelyingPartyMismatchException",
}

/// Faults of ours that an operation cannot do anything about become `InternalErrorException`.
macro_rules! internal {
    ($($error:ty,)*) => {
        $(impl From<$error> for ApiError {
            fn from(error: $error) -> Self {
                Self::internal(&error)
            }
        })*
    };
}

internal! {
    crate::keys::KeyError,
    crate::random::NoRandomness,
    crate::seal::SealError,
    crate::store::StoreError,
}
