//! What a sign-in asks next. A step is plain data without any password, so that the platform can
//! seal it and resume it after a reload.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::challenge::Challenge;
use crate::config::Username;
use crate::error::{Error, ErrorCode};
use crate::json::{Array, NotJson, Object, StringMap, Value};
use crate::ports::Json;
#[cfg(feature = "login")]
use crate::secret::Location;
use crate::secret::{ChallengeSession, Code, Password};
use crate::session::User;
use crate::wire::Attribute;

/// How the password is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    /// `USER_SRP_AUTH`: the password does not leave the device.
    #[default]
    Srp,
    /// `USER_PASSWORD_AUTH`: the password is sent, for pools that migrate users.
    Password,
}

impl Flow {
    /// The name that JavaScript uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Srp => "srp",
            Self::Password => "password",
        }
    }

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
    /// Signed in at the login domain: the browser goes on to the app.
    #[cfg(feature = "login")]
    Redirect(Location),
    /// Something is asked.
    Next(Step),
}

/// Something that a sign-in asks. Has a JSON form; holds no password.
#[derive(Debug, Clone)]
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
    pub(crate) user_id: Option<String>,
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

    /// The step as JSON text. It holds the session of the challenge: seal it.
    #[must_use]
    pub fn to_json(&self) -> Zeroizing<String> {
        let mut step = Object::new();
        self.kind.write(&mut step);
        step.whole("expiresAtMs", self.expires_at_ms)
            .text("username", &self.username)
            .text("flow", self.flow.name())
            .text_if("userId", self.user_id.as_deref())
            .text_if(
                "session",
                self.session.as_ref().map(ChallengeSession::secret),
            );
        step.finish()
    }

    /// A step from the text that [`Self::to_json`] gave.
    ///
    /// # Errors
    /// [`NotJson`] for any other text.
    pub fn from_json(json: &impl Json, text: &str) -> Result<Self, NotJson> {
        let step = json.parse(text)?;
        let flow = step.text_at("flow")?.ok_or(NotJson)?;
        Ok(Self {
            kind: StepKind::read(&step)?,
            expires_at_ms: step.whole_at("expiresAtMs")?.ok_or(NotJson)?,
            username: step.text_at("username")?.ok_or(NotJson)?,
            flow: Flow::parse(&flow).map_err(|_| NotJson)?,
            user_id: step.text_at("userId")?,
            session: step.text_at("session")?.map(ChallengeSession::new),
        })
    }

    #[cfg(feature = "login")]
    pub(crate) fn session(&self) -> Option<&str> {
        self.session.as_ref().map(ChallengeSession::secret)
    }

    /// The same step with the session that replaces its own.
    #[cfg(feature = "login")]
    pub(crate) fn with_session(&self, session: Option<ChallengeSession>) -> Self {
        Self {
            session,
            ..self.clone()
        }
    }

    /// The challenge of this name that the step stands for.
    pub(super) fn challenge<'a>(&'a self, name: &'a str) -> Challenge<'a> {
        let user_id = self.user_id.as_deref().unwrap_or(&self.username);
        Challenge {
            name,
            session: self.session.clone(),
            user_id,
            is_named: false,
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// Adds `kind` and what belongs to it: `missing`, or `name` and `parameters`.
    pub fn write(&self, to: &mut Object) {
        to.text("kind", self.name());
        match self {
            Self::NewPassword { missing } => {
                let mut names = Array::new();
                for name in missing {
                    names.text(name);
                }
                to.array("missing", &names);
            }
            Self::Unknown { name, parameters } => {
                to.text("name", name).strings("parameters", parameters);
            }
            Self::Password | Self::ConfirmSignUp | Self::ResetPassword => {}
        }
    }

    fn read(step: &impl Value) -> Result<Self, NotJson> {
        let kind = step.text_at("kind")?.ok_or(NotJson)?;
        Ok(match &*kind {
            "newPassword" => {
                let missing = step.at("missing", |names| names.list(Value::text))?;
                Self::NewPassword {
                    missing: missing.ok_or(NotJson)?,
                }
            }
            "password" => Self::Password,
            "confirmSignUp" => Self::ConfirmSignUp,
            "resetPassword" => Self::ResetPassword,
            "unknown" => Self::Unknown {
                name: step.text_at("name")?.ok_or(NotJson)?,
                parameters: step.strings_at("parameters")?.ok_or(NotJson)?,
            },
            _ => return Err(NotJson),
        })
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
