//! Challenges and what they ask: the service's names, and one kind of step for each.
//!
//! A kind is read from the challenge's name and parameters each time, from an answer as from a stored
//! step: there is no second form of it that could differ.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{ATTRIBUTE, Factor};
use crate::json::{Array, NotJson, Object, StringMap, Value};
use crate::ports::Json;
use crate::secret::TotpSecret;

/// What is asked.
#[derive(Debug, Clone)]
pub enum StepKind {
    /// A one-time code (`SMS_MFA`, `SMS_OTP`, `EMAIL_OTP`, `SOFTWARE_TOKEN_MFA`). Of 6 or 8 digits: no
    /// length is promised.
    Code {
        /// How the person gets it.
        factor: Factor,
        /// What it is for.
        purpose: Purpose,
        /// Where it went, masked by the service; of an authenticator app, the name that it was given.
        destination: Option<String>,
    },
    /// A choice (`SELECT_CHALLENGE`, `SELECT_MFA_TYPE`, and `MFA_SETUP` with several).
    SelectFactor {
        /// What is chosen.
        stage: Stage,
        /// What there is to choose from.
        options: Vec<Factor>,
    },
    /// An authenticator app is to be set up (`MFA_SETUP`), and proved by a code of it.
    SetUpTotp {
        /// What the app needs to know. Absent from a step that was read back, until
        /// [`Client::resume_step`](crate::Client::resume_step) has asked for a new one.
        secret: Option<TotpSecret>,
    },
    /// An e-mail address is to be set up as the second factor (`MFA_SETUP`).
    SetUpEmail,
    /// A passkey (`WEB_AUTHN`).
    Passkey {
        /// `PublicKeyCredentialRequestOptionsJSON` as text.
        options: String,
    },
    /// Whatever the pool's triggers ask (`CUSTOM_CHALLENGE`). A wrong answer leads to the next
    /// challenge, or to an error, as the triggers decide.
    Custom {
        /// The public parameters.
        parameters: StringMap,
    },
    /// A new password instead of a temporary one (`NEW_PASSWORD_REQUIRED`).
    NewPassword {
        /// Attributes that the pool requires and the user lacks, such as `name`.
        missing: Vec<String>,
    },
    /// The password: chosen as the factor, or once more, because nothing was remembered.
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

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Proves a second thing.
    Mfa,
    /// Is the first thing that is proved, instead of a password.
    FirstFactor,
}

/// What is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// How to sign in.
    First,
    /// The second factor, among those that the person has.
    Mfa,
    /// The second factor to set up.
    SetUp,
}

/// A table and not a `match`, like that of the service's errors, for the same reason.
static CHALLENGES: [(&str, Form); 15] = [
    ("SMS_MFA", Form::Code),
    ("SMS_OTP", Form::Code),
    ("EMAIL_OTP", Form::Code),
    ("SOFTWARE_TOKEN_MFA", Form::Code),
    (SELECT_CHALLENGE, Form::Select(Stage::First)),
    ("SELECT_MFA_TYPE", Form::Select(Stage::Mfa)),
    (MFA_SETUP, Form::Select(Stage::SetUp)),
    ("WEB_AUTHN", Form::Passkey),
    ("CUSTOM_CHALLENGE", Form::Custom),
    ("NEW_PASSWORD_REQUIRED", Form::NewPassword),
    (START_AGAIN, Form::Password),
    (PASSWORD, Form::Password),
    ("PASSWORD_SRP", Form::Password),
    (NOT_CONFIRMED, Form::ConfirmSignUp),
    (MUST_RESET, Form::ResetPassword),
];

#[derive(Clone, Copy)]
enum Form {
    Code,
    Select(Stage),
    Passkey,
    Custom,
    NewPassword,
    Password,
    ConfirmSignUp,
    ResetPassword,
}

/// First factors to choose from. Its list is no parameter, and is kept as one.
pub(super) const SELECT_CHALLENGE: &str = "SELECT_CHALLENGE";
pub(super) const MFA_SETUP: &str = "MFA_SETUP";
/// The sign-in starts again, with a password: no challenge of the service is behind it.
pub(super) const START_AGAIN: &str = "";
/// A password as it is; other ways to ask for one want it proved by SRP.
pub(super) const PASSWORD: &str = "PASSWORD";
/// Two errors of the service that a person can answer, as if they were challenges.
pub(super) const NOT_CONFIRMED: &str = "UserNotConfirmedException";
pub(super) const MUST_RESET: &str = "PasswordResetRequiredException";
/// The member of an answer that has the factors.
pub(super) const AVAILABLE: &str = "AvailableChallenges";

impl Stage {
    /// The parameter that has the list.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::First => AVAILABLE,
            Self::Mfa => "MFAS_CAN_CHOOSE",
            Self::SetUp => "MFAS_CAN_SETUP",
        }
    }
}

impl StepKind {
    /// What a challenge asks. `is_first`: nothing has been proved before it.
    pub(super) fn of(
        json: &impl Json,
        name: &str,
        parameters: &StringMap,
        is_first: bool,
    ) -> Result<Self, NotJson> {
        let parameter = |name| parameters.get(name).map(ToString::to_string);
        let known = CHALLENGES.iter().find(|(known, _)| *known == name);
        let kind = match known.map(|(_, form)| *form) {
            Some(Form::Code) => Factor::of(name.as_bytes()).map(|factor| Self::Code {
                factor,
                purpose: match is_first || name == "SMS_OTP" {
                    true => Purpose::FirstFactor,
                    false => Purpose::Mfa,
                },
                destination: parameter("CODE_DELIVERY_DESTINATION")
                    .or_else(|| parameter("FRIENDLY_DEVICE_NAME")),
            }),
            Some(Form::Select(stage)) => {
                Self::selection(stage, parameters.get(stage.list()).unwrap_or_default())
            }
            Some(Form::Passkey) => {
                parameter("CREDENTIAL_REQUEST_OPTIONS").map(|options| Self::Passkey { options })
            }
            Some(Form::Custom) => Some(Self::Custom {
                parameters: parameters.clone(),
            }),
            Some(Form::NewPassword) => Some(Self::NewPassword {
                missing: missing_attributes(json, parameters)?,
            }),
            Some(Form::Password) => Some(Self::Password),
            Some(Form::ConfirmSignUp) => Some(Self::ConfirmSignUp),
            Some(Form::ResetPassword) => Some(Self::ResetPassword),
            None => None,
        };
        Ok(kind.unwrap_or_else(|| Self::Unknown {
            name: name.to_string(),
            parameters: parameters.clone(),
        }))
    }

    /// A choice; with one thing to set up, or only the password to choose, what the choice leads to.
    fn selection(stage: Stage, list: &str) -> Option<Self> {
        let mut options = Factor::listed(list);
        if stage == Stage::SetUp {
            // A phone number cannot be added in the middle of a sign-in.
            options.retain(|factor| matches!(factor, Factor::Totp | Factor::Email));
        }
        Some(match (stage, &*options) {
            (_, []) => return None,
            (Stage::SetUp, [Factor::Totp]) => Self::SetUpTotp { secret: None },
            (Stage::SetUp, [_]) => Self::SetUpEmail,
            (Stage::First, [Factor::Password]) => Self::Password,
            _ => Self::SelectFactor { stage, options },
        })
    }

    /// The `kind` in JavaScript.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Code { .. } => "code",
            Self::SelectFactor { .. } => "selectFactor",
            Self::SetUpTotp { .. } => "setUpTotp",
            Self::SetUpEmail => "setUpEmail",
            Self::Passkey { .. } => "passkey",
            Self::Custom { .. } => "custom",
            Self::NewPassword { .. } => "newPassword",
            Self::Password => "password",
            Self::ConfirmSignUp => "confirmSignUp",
            Self::ResetPassword => "resetPassword",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// Adds `kind` and what belongs to it, for the page.
    pub fn write(&self, to: &mut Object) {
        to.text("kind", self.name());
        match self {
            Self::Code {
                factor,
                purpose,
                destination,
            } => {
                let purpose = match purpose {
                    Purpose::Mfa => "mfa",
                    Purpose::FirstFactor => "firstFactor",
                };
                to.text("factor", factor.name())
                    .text("purpose", purpose)
                    .text_if("destination", destination.as_deref());
            }
            Self::SelectFactor { stage, options } => {
                let stage = match stage {
                    Stage::First => "first",
                    Stage::Mfa => "mfa",
                    Stage::SetUp => "setUp",
                };
                to.text("stage", stage);
                names(to, "options", options.iter().map(|factor| factor.name()));
            }
            Self::SetUpTotp { secret } => {
                to.text_if("secret", secret.as_ref().map(TotpSecret::secret));
            }
            Self::Passkey { options } => {
                to.text("options", options);
            }
            Self::NewPassword { missing } => {
                names(to, "missing", missing.iter().map(String::as_str));
            }
            Self::Custom { parameters } => {
                to.strings("parameters", parameters);
            }
            Self::Unknown { name, parameters } => {
                to.text("name", name).strings("parameters", parameters);
            }
            Self::SetUpEmail | Self::Password | Self::ConfirmSignUp | Self::ResetPassword => {}
        }
    }
}

fn names<'a>(to: &mut Object, member: &str, names: impl Iterator<Item = &'a str>) {
    let mut array = Array::new();
    for name in names {
        array.text(name);
    }
    to.array(member, &array);
}

/// `requiredAttributes` is a JSON array in a string: `["userAttributes.name"]`.
fn missing_attributes(json: &impl Json, parameters: &StringMap) -> Result<Vec<String>, NotJson> {
    let Some(text) = parameters.get("requiredAttributes") else {
        return Ok(Vec::new());
    };
    let names = json.parse(text)?.list(Value::text).ok_or(NotJson)?;
    let bare = |name: String| name.strip_prefix(ATTRIBUTE).unwrap_or(&name).to_string();
    Ok(names.into_iter().map(bare).collect())
}
