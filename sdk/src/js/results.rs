//! What goes out to JavaScript, as JSON text: claims, steps, results. No token, no password.

use alloc::string::String;
use alloc::vec::Vec;

use cognate_core::account::Account;
use cognate_core::ports::Json;
use cognate_core::session::{SignedOut, State, User};
use cognate_core::sign_in::{SignInStep, Step, StepKind};
use cognate_core::sign_up::SignUp;
use cognate_core::wire::{CodeDelivery, Members, StringMap};
use cognate_core::{Client, Error, ErrorCode};
use serde::Serialize;

use super::error::ErrorRecord;
use crate::browser::Browser;

/// Where a code went.
#[derive(Serialize)]
struct Delivery<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    medium: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute: Option<&'a str>,
}

#[derive(Serialize)]
struct SignUpResult<'a> {
    confirmed: bool,
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<Delivery<'a>>,
}

#[derive(Serialize)]
struct SignOutResult<'a> {
    revoked: bool,
    everywhere: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorRecord<'a>>,
}

#[derive(Serialize)]
struct Profile<'a> {
    username: &'a str,
    attributes: Members<&'a str, &'a str>,
}

/// A step, or with `user` the end of a sign-in.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct StepRecord<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a User>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<&'a StringMap>,
}

/// Writes results with the client's own JSON.
pub(super) struct Results<'c>(pub(super) &'c Client<Browser>);

impl Results<'_> {
    /// `null` when nobody is signed in.
    pub(super) fn state(&self) -> Result<String, Error> {
        match &self.0.state() {
            State::SignedIn(user) => self.user(user),
            State::SignedOut => self.nothing(),
        }
    }

    pub(super) fn nothing(&self) -> Result<String, Error> {
        self.write(&())
    }

    pub(super) fn user(&self, user: &User) -> Result<String, Error> {
        self.write(user)
    }

    pub(super) async fn step(&self, step: &SignInStep) -> Result<String, Error> {
        match step {
            SignInStep::Done(user) => self.write(&StepRecord {
                kind: "done",
                user: Some(user),
                ..StepRecord::default()
            }),
            SignInStep::Next(step) => {
                let text = self.write(step)?;
                let sealed = self.0.ports().seal().seal(STEP_CONTEXT, &text).await?;
                self.sealed_step(step, &sealed)
            }
        }
    }

    pub(super) fn sealed_step(&self, step: &Step, sealed: &str) -> Result<String, Error> {
        let mut record = StepRecord {
            kind: step.kind.name(),
            // A seal begins with its random IV: 16 characters that no other step has.
            id: sealed.get(..16),
            expires_at: Some(step.expires_at_ms),
            sealed: Some(sealed),
            ..StepRecord::default()
        };
        match &step.kind {
            StepKind::NewPassword { missing } => record.missing = Some(missing),
            StepKind::Unknown { name, parameters } => {
                record.name = Some(name);
                record.parameters = Some(parameters);
            }
            StepKind::Password | StepKind::ConfirmSignUp | StepKind::ResetPassword => {}
        }
        self.write(&record)
    }

    /// Opens a sealed step of this tab.
    pub(super) async fn open_step(&self, sealed: &str) -> Result<Step, Error> {
        let message = "this step belongs to another tab or version: sign in again";
        let gone = || Error::not_sent(ErrorCode::ChallengeExpired, message);
        let text = self
            .0
            .ports()
            .seal()
            .open(STEP_CONTEXT, sealed)
            .await
            .ok_or_else(gone)?;
        self.0.ports().read(&text).map_err(|_| gone())
    }

    pub(super) fn sign_up(&self, result: &SignUp) -> Result<String, Error> {
        self.write(&SignUpResult {
            confirmed: result.confirmed,
            sub: &result.user_id,
            delivery: result.delivery.as_ref().map(Delivery::from),
        })
    }

    pub(super) fn delivery(&self, delivery: &CodeDelivery) -> Result<String, Error> {
        self.write(&Delivery::from(delivery))
    }

    pub(super) fn deliveries(&self, deliveries: &[CodeDelivery]) -> Result<String, Error> {
        self.write(&deliveries.iter().map(Delivery::from).collect::<Vec<_>>())
    }

    pub(super) fn account(&self, account: &Account) -> Result<String, Error> {
        let attributes = account.attributes.iter();
        let attributes = attributes.map(|attribute| {
            (
                attribute.name.as_str(),
                attribute.value.as_deref().unwrap_or(""),
            )
        });
        self.write(&Profile {
            username: &account.username,
            attributes: attributes.collect(),
        })
    }

    pub(super) fn signed_out(&self, result: &SignedOut) -> Result<String, Error> {
        self.write(&SignOutResult {
            revoked: result.revoked,
            everywhere: result.everywhere,
            error: result.error.as_ref().map(ErrorRecord::from),
        })
    }

    fn write<T: Serialize>(&self, value: &T) -> Result<String, Error> {
        Ok(self.0.ports().write(value)?)
    }
}

impl<'a> From<&'a CodeDelivery> for Delivery<'a> {
    fn from(delivery: &'a CodeDelivery) -> Self {
        Self {
            destination: delivery.destination.as_deref(),
            medium: delivery.delivery_medium.as_deref(),
            attribute: delivery.attribute_name.as_deref(),
        }
    }
}

const STEP_CONTEXT: &str = "step/1";
