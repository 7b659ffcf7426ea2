//! What the people of a pool may begin a sign-in with (`SignInPolicy.AllowedFirstAuthFactors`).

use serde_json::{Map, Value};

use super::pool::IdentifierAttribute;
use crate::error::ApiError;

/// A first factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstFactor {
    /// A password, sent or proved by SRP.
    Password,
    /// A code by e-mail.
    EmailOtp,
    /// A code by text message.
    SmsOtp,
    /// A passkey.
    WebAuthn,
}

impl FirstFactor {
    /// All, in the order in which answers list them.
    pub const ALL: [Self; 4] = [Self::Password, Self::EmailOtp, Self::SmsOtp, Self::WebAuthn];

    /// The word on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "PASSWORD",
            Self::EmailOtp => "EMAIL_OTP",
            Self::SmsOtp => "SMS_OTP",
            Self::WebAuthn => "WEB_AUTHN",
        }
    }

    /// Where its codes go, if they are sent.
    #[must_use]
    pub fn address(self) -> Option<IdentifierAttribute> {
        match self {
            Self::EmailOtp => Some(IdentifierAttribute::Email),
            Self::SmsOtp => Some(IdentifierAttribute::PhoneNumber),
            Self::Password | Self::WebAuthn => None,
        }
    }
}

/// Checks the policy in a new pool's settings.
pub(super) fn check(settings: &Map<String, Value>) -> Result<(), ApiError> {
    let factors = settings
        .get("Policies")
        .and_then(|policies| policies.get("SignInPolicy"))
        .and_then(|policy| policy.get("AllowedFirstAuthFactors"))
        .and_then(Value::as_array);
    let Some(factors) = factors else {
        return Ok(());
    };
    let is_known = |name: &Value| FirstFactor::ALL.iter().any(|factor| name == factor.name());
    if !factors.iter().all(is_known) {
        return Err(ApiError::invalid_parameter(
            "AllowedFirstAuthFactors: an authenticator app is no first factor.",
        ));
    }
    if !factors.iter().any(|name| name == "PASSWORD") {
        return Err(ApiError::invalid_parameter(
            "AllowedFirstAuthFactors must have PASSWORD.",
        ));
    }
    Ok(())
}
