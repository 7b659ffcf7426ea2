//! What JavaScript passes in. One loose shape for all operations: a type for each would cost a
//! third of a kilobyte apiece in the browser, and every value is parsed by the core anyway.

use alloc::string::String;
use alloc::vec::Vec;

use cognate_core::config::{Config, Username};
use cognate_core::secret::{Code, Password};
use cognate_core::sign_in::{Answer, Flow, StepKind};
use cognate_core::wire::{Attribute, StringMap};
use cognate_core::{CallOptions, Error, ErrorCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use web_sys::AbortSignal;

use crate::browser::Cancel;
use crate::json;

/// The arguments and options of any call.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Arguments {
    username: String,
    password: Option<Password>,
    flow: Option<String>,
    code: Option<Code>,
    attributes: Option<StringMap>,
    current_password: Option<Password>,
    new_password: Option<Password>,
    responses: Option<StringMap>,
    pub(super) sealed: String,
    pub(super) everywhere: bool,
    timeout_ms: Option<u32>,
    client_metadata: Option<StringMap>,
}

/// The configuration as the worker gets it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Settings {
    user_pool_id: String,
    client_id: String,
    #[serde(default)]
    endpoints: Vec<String>,
    issuer: Option<String>,
    pub(super) tab_id: Option<String>,
    pub(super) tab_secret: Option<String>,
}

impl Settings {
    pub(super) fn config(&self) -> Result<Config, Error> {
        let endpoints: Vec<&str> = self.endpoints.iter().map(String::as_str).collect();
        Config::parse(
            &self.user_pool_id,
            &self.client_id,
            &endpoints,
            self.issuer.as_deref(),
        )
    }
}

impl Arguments {
    pub(super) fn username(&self) -> Result<Username, Error> {
        Username::parse(&self.username)
    }

    pub(super) fn password(&mut self) -> Result<Password, Error> {
        self.password
            .take()
            .ok_or_else(|| missing("password must be a string"))
    }

    pub(super) fn current_password(&mut self) -> Result<Password, Error> {
        self.current_password
            .take()
            .ok_or_else(|| missing("currentPassword must be a string"))
    }

    pub(super) fn new_password(&mut self) -> Result<Password, Error> {
        self.new_password
            .take()
            .ok_or_else(|| missing("newPassword must be a string"))
    }

    pub(super) fn code(&mut self) -> Result<Code, Error> {
        self.code
            .take()
            .ok_or_else(|| missing("code must be a string"))
    }

    pub(super) fn flow(&self) -> Result<Flow, Error> {
        self.flow
            .as_deref()
            .map_or_else(|| Ok(Flow::default()), Flow::parse)
    }

    pub(super) fn attributes(&mut self) -> Vec<Attribute> {
        let attributes = self.attributes.take().unwrap_or_default();
        attributes
            .into_iter()
            .map(|(name, value)| Attribute {
                name,
                value: Some(value),
            })
            .collect()
    }

    /// The answer that a step of this kind wants.
    pub(super) fn answer(&mut self, kind: &StepKind) -> Result<Answer, Error> {
        Ok(match kind {
            StepKind::NewPassword { .. } => Answer::NewPassword {
                password: self.password()?,
                attributes: self.attributes(),
            },
            StepKind::Password => Answer::Password(self.password()?),
            StepKind::ConfirmSignUp => Answer::ConfirmSignUp(self.code()?),
            StepKind::ResetPassword => Answer::ResetPassword {
                code: self.code()?,
                password: self.password()?,
            },
            StepKind::Unknown { .. } => {
                let responses = self.responses.take();
                Answer::Unknown(responses.ok_or_else(|| missing("responses must be an object"))?)
            }
        })
    }

    pub(super) fn options(&mut self, signal: Option<AbortSignal>) -> CallOptions<Cancel> {
        let defaults = CallOptions::<Cancel>::default();
        CallOptions {
            timeout_ms: self.timeout_ms.unwrap_or(defaults.timeout_ms),
            cancel: Cancel(signal),
            client_metadata: self.client_metadata.take().unwrap_or_default(),
        }
    }
}

pub(super) fn parse<T: DeserializeOwned>(text: &str, code: ErrorCode) -> Result<T, Error> {
    json::from_str(text)
        .map_err(|_| Error::not_sent(code, "an argument is missing or not of its type"))
}

fn missing(message: &'static str) -> Error {
    Error::not_sent(ErrorCode::InvalidParameter, message)
}
