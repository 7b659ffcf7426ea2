//! Flows: how a sign-in begins.

use super::Factor;
use crate::error::{Error, ErrorCode};

/// How a sign-in begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    /// `USER_SRP_AUTH`: the password does not leave the device.
    #[default]
    Srp,
    /// `USER_PASSWORD_AUTH`: the password is sent, for pools that migrate users.
    Password,
    /// `CUSTOM_AUTH`: the pool's triggers ask. With a password it is proved first, by SRP.
    Custom,
    /// `USER_AUTH`: the person chooses among what the pool allows, or the app prefers something.
    UserAuth(Option<Factor>),
}

impl Flow {
    /// The name that JavaScript uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Srp => "srp",
            Self::Password => "password",
            Self::Custom => "custom",
            Self::UserAuth(_) => "userAuth",
        }
    }

    /// Parses the name that JavaScript uses: `srp`, `password`, `custom` or `userAuth`. A preference is
    /// for `userAuth` only.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidParameter`], also for a preference that no sign-in can begin with.
    pub fn parse(name: &str, preferred: Option<&str>) -> Result<Self, Error> {
        let flow = match (name, preferred.map(Factor::parse)) {
            ("srp", None) => Self::Srp,
            ("password", None) => Self::Password,
            ("custom", None) => Self::Custom,
            ("userAuth", None) => Self::UserAuth(None),
            ("userAuth", Some(Some(factor))) if factor != Factor::Totp => {
                Self::UserAuth(Some(factor))
            }
            _ => {
                return Err(Error::not_sent(
                    ErrorCode::InvalidParameter,
                    "flow must be srp, password, custom or userAuth, and preferred what userAuth can begin with",
                ));
            }
        };
        Ok(flow)
    }

    pub(super) fn preferred(self) -> Option<Factor> {
        match self {
            Self::UserAuth(preferred) => preferred,
            _ => None,
        }
    }

    /// Whether nothing can be sent without a password.
    pub(super) fn needs_password(self) -> bool {
        use Flow::{Password, Srp, UserAuth};
        matches!(self, Srp | Password | UserAuth(Some(Factor::Password)))
    }
}
