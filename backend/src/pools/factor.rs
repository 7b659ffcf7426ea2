//! The second factors that a pool may offer.

use serde::{Deserialize, Serialize};

use super::pool::IdentifierAttribute;

/// A second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Factor {
    /// A code by text message.
    #[serde(rename = "SMS_MFA")]
    Sms,
    /// A code of an authenticator app (TOTP).
    #[serde(rename = "SOFTWARE_TOKEN_MFA")]
    SoftwareToken,
    /// A code by e-mail.
    #[serde(rename = "EMAIL_OTP")]
    Email,
}

impl Factor {
    /// All, in the order in which answers list them.
    pub const ALL: [Self; 3] = [Self::Sms, Self::SoftwareToken, Self::Email];

    /// The word on the wire: the challenge's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sms => "SMS_MFA",
            Self::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }

    /// The factor of a challenge's name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|factor| factor.name() == name)
    }

    /// Where its codes go, if they are sent.
    pub(crate) fn address(self) -> Option<IdentifierAttribute> {
        match self {
            Self::Sms => Some(IdentifierAttribute::PhoneNumber),
            Self::Email => Some(IdentifierAttribute::Email),
            Self::SoftwareToken => None,
        }
    }
}
