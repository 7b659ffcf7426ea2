//! What a sign-in asks next. A step is plain data without any password, so that the platform can
//! seal it and resume it after a reload.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::challenge::Challenge;
use crate::config::Username;
use crate::error::{Error, ErrorCode};
use crate::secret::{ChallengeSession, Code, Password};
use crate::session::User;
use crate::wire::{Attribute, StringMap};

/// How the password is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// `USER_SRP_AUTH`: the password does not leave the device.
    #[default]
    Srp,
    /// `USER_PASSWORD_AUTH`: the password is sent, for pools that migrate users.
    Password,
}

impl Flow {
    /// Parses the name that JavaScript uses: `srp` or `password`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidParameter`].
    pub fn parse(name: &str) -> Result<Self, Error> {
        match name {
            "srp" => Ok(Self::Srp),
            "password" => Ok(Self::Password),
            _ => Err(Error::not_sent(
                ErrorCode::InvalidParameter,
                "flow must be 'srp' or 'password'",
            )),
        }
    }
}

/// The end of a sign-in, or what it asks next.
#[derive(Debug, Clone)]
pub enum SignInStep {
    /// Signed in: the session is stored.
    Done(User),
    /// Something is asked.
    Next(Step),
}

/// Something that a sign-in asks. Serialisable; holds no password.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What is asked.
    pub kind: StepKind,
    /// When the service forgets about it: milliseconds since 1970 by this device's clock, and an
    /// estimate, since the pool decides (3 to 15 minutes; this assumes 3).
    pub expires_at_ms: u64,
    /// What the person typed.
    pub(crate) username: String,
    /// The flow to start again with.
    pub(crate) flow: Flow,
    /// The name that the service wants in answers: the real user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<ChallengeSession>,
}

impl Step {
    /// Who is signing in, as typed.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidParameter`] when a resumed step was not written by this library.
    pub fn username(&self) -> Result<Username, Error> {
        Username::parse(&self.username)
    }

    /// The challenge of this name that the step stands for.
    pub(super) fn challenge<'a>(&'a self, name: &'a str) -> Challenge<'a> {
        let user_id = self.user_id.as_deref().unwrap_or(&self.username);
        Challenge {
            name,
            session: self.session.as_ref(),
            user_id,
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StepKind {
    /// A new password instead of a temporary one (`NEW_PASSWORD_REQUIRED`).
    NewPassword {
        /// Attributes that the pool requires and the user lacks, such as `name`.
        missing: Vec<String>,
    },
    /// The password, once more: after a sign-up was confirmed, because nothing was remembered.
    Password,
    /// The code of the sign-up, which has not been confirmed.
    ConfirmSignUp,
    /// A code and a new password: an administrator reset the password.
    ResetPassword,
    /// A challenge that this version does not know, as data.
    Unknown {
        /// The service's name for it.
        name: String,
        /// What came with it.
        parameters: StringMap,
    },
}

impl StepKind {
    /// The `kind` in JavaScript.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NewPassword { .. } => "newPassword",
            Self::Password => "password",
            Self::ConfirmSignUp => "confirmSignUp",
            Self::ResetPassword => "resetPassword",
            Self::Unknown { .. } => "unknown",
        }
    }
}

/// The answer to a step. Whatever it holds is secret: its `Debug` says nothing.
#[derive(Clone)]
pub enum Answer {
    /// To [`StepKind::NewPassword`].
    NewPassword {
        /// The new password.
        password: Password,
        /// The missing attributes, and others that the client may write.
        attributes: Vec<Attribute>,
    },
    /// To [`StepKind::Password`].
    Password(Password),
    /// To [`StepKind::ConfirmSignUp`]. The next step is [`StepKind::Password`].
    ConfirmSignUp(Code),
    /// To [`StepKind::ResetPassword`]. Signs in with the new password.
    ResetPassword {
        /// From the message.
        code: Code,
        /// The new password.
        password: Password,
    },
    /// To [`StepKind::Unknown`]: `ChallengeResponses`, `USERNAME` is added.
    Unknown(StringMap),
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer([redacted])")
    }
}
