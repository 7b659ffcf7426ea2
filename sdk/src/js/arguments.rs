//! What JavaScript passes in: plain objects, read member by member. Every value is parsed by the core.

use alloc::string::String;
use alloc::vec::Vec;

use cognate_core::config::Config;
#[cfg(any(feature = "js", feature = "account"))]
use cognate_core::config::Username;
use cognate_core::json::{StringMap, Value};
#[cfg(any(feature = "js", feature = "account"))]
use cognate_core::secret::{Code, Password};
#[cfg(feature = "js")]
use cognate_core::secret::{CustomAnswer, DevicePassword, PasskeyCredential};
#[cfg(feature = "js")]
use cognate_core::sign_in::{Answer, Factor, Flow, LeftDevice, StepKind};
use cognate_core::text::joined;
#[cfg(any(feature = "js", feature = "account"))]
use cognate_core::wire::Attribute;
use cognate_core::{CallOptions, Error, ErrorCode};
use web_sys::AbortSignal;

use crate::browser::{Cancel, JsJson};

/// The arguments and options of any call.
pub(super) struct Arguments(pub(super) JsJson);

/// The configuration as the worker gets it.
pub(super) struct Settings(pub(super) JsJson);

impl Settings {
    pub(super) fn config(&self) -> Result<Config, Error> {
        let endpoints = self.given("endpoints", |list| list.list(Value::text))?;
        let endpoints = endpoints.unwrap_or_default();
        let endpoints: Vec<&str> = endpoints.iter().map(String::as_str).collect();
        let pool = self.text("userPoolId")?.unwrap_or_default();
        let client = self.text("clientId")?.unwrap_or_default();
        let issuer = self.text("issuer")?;
        Config::parse(&pool, &client, &endpoints, issuer.as_deref())
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Error> {
        self.given(name, Value::text)
    }

    pub(super) fn given<T>(
        &self,
        name: &str,
        read: fn(&JsJson) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let given = self.0.at(name, read);
        given.map_err(|_| Error::not_sent(ErrorCode::InvalidConfiguration, WRONG_TYPE))
    }
}

impl Arguments {
    pub(super) fn flag(&self, name: &str) -> Result<bool, Error> {
        self.given(name, Value::boolean)
            .map(Option::unwrap_or_default)
    }

    pub(super) fn options(
        &self,
        signal: Option<AbortSignal>,
    ) -> Result<CallOptions<Cancel>, Error> {
        // Amplify's inputs have it: dropping what is in it would lose attributes without a word.
        if self.0.member("options").is_some() {
            return Err(missing(
                "there is no argument options: give what is in it beside the others",
            ));
        }
        let defaults = CallOptions::<Cancel>::default();
        let timeout_ms = self.given("timeoutMs", |ms| ms.whole()?.try_into().ok())?;
        Ok(CallOptions {
            timeout_ms: timeout_ms.unwrap_or(defaults.timeout_ms),
            cancel: Cancel(signal),
            client_metadata: self.strings("clientMetadata")?.unwrap_or_default(),
            sub: self.text("sub")?,
        })
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Error> {
        self.given(name, Value::text)
    }

    fn strings(&self, name: &str) -> Result<Option<StringMap>, Error> {
        self.given(name, Value::strings)
    }

    pub(super) fn required(&self, name: &str) -> Result<String, Error> {
        let text = self.0.member(name).and_then(|value| value.text());
        text.ok_or_else(|| {
            let mut error = missing(WRONG_TYPE);
            error.message = joined(&[name, " must be a string"]).into();
            error
        })
    }

    pub(super) fn given<T>(
        &self,
        name: &str,
        read: fn(&JsJson) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        self.0.at(name, read).map_err(|_| missing(WRONG_TYPE))
    }
}

/// What signing in takes, and the account.
#[cfg(any(feature = "js", feature = "account"))]
impl Arguments {
    pub(super) fn username(&self) -> Result<Username, Error> {
        Username::parse(&self.text("username")?.unwrap_or_default())
    }

    pub(super) fn password(&self) -> Result<Password, Error> {
        self.required("password").map(Password::new)
    }

    pub(super) fn code(&self) -> Result<Code, Error> {
        self.required("code").map(Code::new)
    }

    pub(super) fn attributes(&self, name: &str) -> Result<Vec<Attribute>, Error> {
        let mut attributes = Vec::new();
        for (name, value) in self.strings(name)?.unwrap_or_default() {
            attributes.push(Attribute {
                name,
                value: Some(value),
            });
        }
        Ok(attributes)
    }
}

/// What only signing in takes.
#[cfg(feature = "js")]
impl Arguments {
    /// What another client has kept of the device: all three, or nothing.
    pub(super) fn left_device(&self) -> Result<Option<LeftDevice>, Error> {
        let (key, group) = (self.text("deviceKey")?, self.text("deviceGroup")?);
        Ok(match (key, group, self.text("devicePassword")?) {
            (Some(key), Some(group), Some(password)) => Some(LeftDevice {
                key,
                group,
                password: DevicePassword::new(password),
            }),
            _ => None,
        })
    }

    pub(super) fn sealed(&self) -> Result<String, Error> {
        self.text("sealed").map(Option::unwrap_or_default)
    }

    /// Seconds.
    pub(super) fn minimum_ttl(&self) -> Result<Option<u32>, Error> {
        self.given("minTtl", |seconds| seconds.whole()?.try_into().ok())
    }

    pub(super) fn flow(&self) -> Result<Flow, Error> {
        let flow = self.text("flow")?;
        let preferred = self.text("preferred")?;
        Flow::parse(flow.as_deref().unwrap_or("srp"), preferred.as_deref())
    }

    /// The answer that a step of this kind wants.
    pub(super) fn answer(&self, kind: &StepKind) -> Result<Answer, Error> {
        Ok(match kind {
            StepKind::Code { .. } => Answer::Code {
                code: self.code()?,
                remember_device: self.flag("rememberDevice")?,
            },
            StepKind::SelectFactor { .. } => Answer::SelectFactor(
                Factor::parse(&self.required("factor")?)
                    .ok_or_else(|| missing("factor must be one of the step's options"))?,
            ),
            StepKind::SetUpTotp { .. } => Answer::SetUpTotp {
                code: self.code()?,
                device_name: self.text("deviceName")?,
            },
            StepKind::SetUpEmail => Answer::SetUpEmail(self.required("email")?),
            StepKind::Passkey { .. } => {
                Answer::Passkey(PasskeyCredential::new(self.required("credential")?))
            }
            StepKind::Custom { .. } => Answer::Custom(CustomAnswer::new(self.required("answer")?)),
            StepKind::NewPassword { .. } => Answer::NewPassword {
                password: self.password()?,
                attributes: self.attributes("attributes")?,
            },
            StepKind::Password => Answer::Password(self.password()?),
            StepKind::ConfirmSignUp => Answer::ConfirmSignUp(self.code()?),
            StepKind::ResetPassword => Answer::ResetPassword {
                code: self.code()?,
                password: self.password()?,
            },
            StepKind::Unknown { .. } => {
                let responses = self.strings("responses")?;
                Answer::Unknown(responses.ok_or_else(|| missing(WRONG_TYPE))?)
            }
        })
    }
}

fn missing(message: &'static str) -> Error {
    Error::not_sent(ErrorCode::InvalidParameter, message)
}

const WRONG_TYPE: &str = "an argument is missing or not of its type";
