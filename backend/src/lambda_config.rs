//! What `LambdaConfig` says about triggers: their names, as the configuration, events and errors say them too, and
//! the versions of their events.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A trigger that this version fires. Others are refused by name, so that nobody believes in a
/// check that never happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// May refuse, confirm or verify somebody who signs up.
    PreSignUp,
    /// Is told that somebody confirmed a sign-up or a new password.
    PostConfirmation,
    /// May refuse a sign-in before anything is proved.
    PreAuthentication,
    /// Is told that somebody has proved everything, and may still refuse.
    PostAuthentication,
    /// Changes what tokens say.
    PreTokenGeneration,
    /// Decides what comes next in a custom sign-in.
    DefineAuthChallenge,
    /// Makes a challenge of a custom sign-in.
    CreateAuthChallenge,
    /// Judges the answer to one.
    VerifyAuthChallengeResponse,
    /// Knows people of another directory.
    UserMigration,
    /// Words messages.
    CustomMessage,
    /// Delivers e-mails.
    CustomEmailSender,
    /// Delivers text messages.
    CustomSmsSender,
    /// Changes what another provider says of a person.
    InboundFederation,
}

/// The version of a trigger's event, where there are several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Version {
    /// `V1_0`
    #[default]
    #[serde(rename = "V1_0")]
    V1,
    /// `V2_0`
    #[serde(rename = "V2_0")]
    V2,
    /// `V3_0`
    #[serde(rename = "V3_0")]
    V3,
}

/// What a pool's `LambdaConfig` says about a trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Whom to ask.
    pub arn: String,
    /// With which event.
    pub version: Version,
}

impl Trigger {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::PreSignUp,
        Self::PostConfirmation,
        Self::PreAuthentication,
        Self::PostAuthentication,
        Self::PreTokenGeneration,
        Self::DefineAuthChallenge,
        Self::CreateAuthChallenge,
        Self::VerifyAuthChallengeResponse,
        Self::UserMigration,
        Self::CustomMessage,
        Self::CustomEmailSender,
        Self::CustomSmsSender,
        Self::InboundFederation,
    ];

    /// The member of `LambdaConfig`, and the word in errors.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::PreSignUp => "PreSignUp",
            Self::PostConfirmation => "PostConfirmation",
            Self::PreAuthentication => "PreAuthentication",
            Self::PostAuthentication => "PostAuthentication",
            Self::PreTokenGeneration => "PreTokenGeneration",
            Self::DefineAuthChallenge => "DefineAuthChallenge",
            Self::CreateAuthChallenge => "CreateAuthChallenge",
            Self::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse",
            Self::UserMigration => "UserMigration",
            Self::CustomMessage => "CustomMessage",
            Self::CustomEmailSender => "CustomEmailSender",
            Self::CustomSmsSender => "CustomSMSSender",
            Self::InboundFederation => "InboundFederation",
        }
    }

    /// The member of `LambdaConfig` that has an ARN with a version, if the trigger has one.
    #[must_use]
    pub fn versioned_key(self) -> Option<&'static str> {
        match self {
            Self::PreTokenGeneration => Some("PreTokenGenerationConfig"),
            Self::CustomEmailSender | Self::CustomSmsSender | Self::InboundFederation => {
                Some(self.key())
            }
            _ => None,
        }
    }

    /// Whether codes reach it sealed, so that `LambdaConfig` must name a key.
    #[must_use]
    pub fn is_sender(self) -> bool {
        matches!(self, Self::CustomEmailSender | Self::CustomSmsSender)
    }

    /// The newest version of the event.
    #[must_use]
    pub fn newest_version(self) -> Version {
        match self {
            Self::PreTokenGeneration => Version::V3,
            _ => Version::V1,
        }
    }

    /// What a `LambdaConfig` says about this trigger. The member with a version wins.
    #[must_use]
    pub fn hook(self, lambda_config: &BTreeMap<String, Value>) -> Option<Hook> {
        let versioned = self
            .versioned_key()
            .and_then(|key| lambda_config.get(key))
            .and_then(|value| Versioned::deserialize(value).ok());
        if let Some(Versioned { arn, version }) = versioned {
            return Some(Hook { arn, version });
        }
        let arn = lambda_config.get(self.key())?.as_str()?.to_owned();
        let version = Version::V1;
        Some(Hook { arn, version })
    }
}

impl Version {
    /// The word in the event.
    #[must_use]
    pub fn in_event(self) -> &'static str {
        match self {
            Self::V1 => "1",
            Self::V2 => "2",
            Self::V3 => "3",
        }
    }
}

/// An ARN with a version, as `LambdaConfig` has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Versioned {
    #[serde(rename = "LambdaArn")]
    pub(crate) arn: String,
    #[serde(rename = "LambdaVersion")]
    pub(crate) version: Version,
}
