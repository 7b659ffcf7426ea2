//! The challenges that `USER_AUTH` lets choose from.

use crate::error::ApiError;
use crate::pools::FirstFactor;

/// A challenge that proves a first factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The password, sent.
    Password,
    /// The password, proved by SRP.
    PasswordSrp,
    /// A code by e-mail.
    EmailOtp,
    /// A code by text message.
    SmsOtp,
    /// A passkey.
    WebAuthn,
}

impl Choice {
    /// All, in the order of `AvailableChallenges`.
    pub(super) const ALL: [Self; 5] = [
        Self::Password,
        Self::PasswordSrp,
        Self::EmailOtp,
        Self::SmsOtp,
        Self::WebAuthn,
    ];

    /// The challenge's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PasswordSrp => "PASSWORD_SRP",
            other => other.factor().name(),
        }
    }

    /// What it proves.
    #[must_use]
    pub fn factor(self) -> FirstFactor {
        match self {
            Self::Password | Self::PasswordSrp => FirstFactor::Password,
            Self::EmailOtp => FirstFactor::EmailOtp,
            Self::SmsOtp => FirstFactor::SmsOtp,
            Self::WebAuthn => FirstFactor::WebAuthn,
        }
    }

    /// The choice of this name; `parameter` is where it was given.
    pub(super) fn of(parameter: &str, name: &str) -> Result<Self, ApiError> {
        Self::ALL
            .into_iter()
            .find(|choice| choice.name() == name)
            .ok_or_else(|| {
                ApiError::invalid_parameter(format!(
                    "{parameter} is not a challenge to begin with."
                ))
            })
    }
}
