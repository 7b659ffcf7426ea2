//! What the OAuth endpoints refuse with: the codes of RFC 6749, RFC 8707, RFC 9126, RFC 9449 and OpenID Connect.

use std::borrow::Cow;
use std::fmt;

use crate::error::{ApiError, ErrorType};

/// A refusal: a code, and a sentence for whoever builds the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthError {
    /// The code on the wire (`error`).
    pub code: OAuthErrorCode,
    /// The sentence (`error_description`); never a secret or a value of the request.
    pub description: Cow<'static, str>,
}

impl OAuthError {
    /// A refusal with this code.
    pub fn new(code: OAuthErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            description: description.into(),
        }
    }

    /// `invalid_request`
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(OAuthErrorCode::InvalidRequest, description)
    }

    /// `invalid_grant`, in the same words for every reason: which one it was is nobody's business.
    #[must_use]
    pub fn invalid_grant() -> Self {
        Self::new(
            OAuthErrorCode::InvalidGrant,
            "The code or token is unknown, used, expired, or not for this request.",
        )
    }

    /// `invalid_client`, in the same words for an unknown client and a wrong secret.
    #[must_use]
    pub fn invalid_client() -> Self {
        Self::new(
            OAuthErrorCode::InvalidClient,
            "The client is unknown or its secret is wrong.",
        )
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.description)
    }
}

impl std::error::Error for OAuthError {}

/// A fault of ours, or a trigger's word; what a request can do wrong is told apart where it is found.
impl From<ApiError> for OAuthError {
    fn from(error: ApiError) -> Self {
        if error.code == ErrorType::UserLambdaValidation {
            return Self::new(OAuthErrorCode::InvalidRequest, described(&error.message));
        }
        if error.code == ErrorType::TooManyRequests {
            return Self::new(OAuthErrorCode::TemporarilyUnavailable, error.message);
        }
        if error.code != ErrorType::InternalError {
            tracing::error!(cause = %error, "an operation refused what OAuth allowed");
        }
        Self::new(OAuthErrorCode::ServerError, "The service failed.")
    }
}

/// A text as `error_description` may have it (RFC 6749, 5.2).
pub(super) fn described(text: &str) -> String {
    let is_allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
    text.chars()
        .map(|c| if is_allowed(c) { c } else { '?' })
        .collect()
}

macro_rules! error_codes {
    ($($variant:ident $name:literal,)*) => {
        /// The codes of all endpoints.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum OAuthErrorCode {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl OAuthErrorCode {
            /// The word on the wire.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

error_codes! {
    AccessDenied "access_denied",
    ConsentRequired "consent_required",
    InvalidClient "invalid_client",
    InvalidDpopProof "invalid_dpop_proof",
    InvalidGrant "invalid_grant",
    InvalidRequest "invalid_request",
    InvalidRequestUri "invalid_request_uri",
    InvalidScope "invalid_scope",
    InvalidTarget "invalid_target",
    InvalidToken "invalid_token",
    LoginRequired "login_required",
    RedirectMismatch "redirect_mismatch",
    RequestNotSupported "request_not_supported",
    RequestUriNotSupported "request_uri_not_supported",
    ServerError "server_error",
    TemporarilyUnavailable "temporarily_unavailable",
    UnauthorizedClient "unauthorized_client",
    UnsupportedGrantType "unsupported_grant_type",
    UnsupportedResponseType "unsupported_response_type",
    UnsupportedTokenType "unsupported_token_type",
    UseDpopNonce "use_dpop_nonce",
}
