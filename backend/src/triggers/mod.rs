//! Triggers: what an operator's own code decides. In Amazon Cognito they are Lambda functions; here a handler is
//! a file that the embedded engine or a Node process runs, or a function behind an endpoint (`runner`).
//!
//! # Steps
//! 1. The configuration names a handler per trigger of a pool. [`Triggers::load`] loads each, and gives
//!    it a name in the form of an ARN; the pool's `LambdaConfig` has these names.
//! 2. An operation asks for a trigger (`pre_sign_up`, ...). Without one in the pool's
//!    `LambdaConfig` nothing happens; else the handler gets the published event, and of the event
//!    it gives back the `response` counts.
//! 3. What the handler throws is `UserLambdaValidationException`, what breaks it
//!    `UnexpectedLambdaException`, what cannot be understood `InvalidLambdaResponseException`.
//!
//! # Security model
//! A trigger decides who gets in, so there is no way around one: a pool whose handler is not there
//! any more (its file was taken out of the configuration) refuses. Handlers run outside of database
//! transactions, on threads of their own, a bounded number at once, within limits (`engine`).
//! Their events hold what they need and no secrets of ours; of what they log, the answers and
//! private parameters of their event are taken out.
//!
//! # Limits
//! One try per call, but for endpoints that cannot be reached (`invoke`).

mod console;
pub mod custom_challenge;
pub mod custom_message;
pub mod custom_sender;
pub mod engine;
mod event;
pub mod inbound_federation;
pub mod invoke;
pub mod node;
pub mod post_authentication;
pub mod post_confirmation;
pub mod pre_authentication;
pub mod pre_sign_up;
pub mod pre_token_generation;
pub mod runner;
mod sealed_code;
mod source;
pub mod user_migration;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

pub use event::{NO_CLIENT, Occasion};
pub use sealed_code::SenderKey;
pub use source::{Sending, Source, TokenOccasion};

use crate::clock::Clock;
use crate::config::{Config, HandlerConfig, Runs};
use crate::error::ApiError;
use crate::lambda_config::{Trigger, Version, Versioned};
use crate::outgoing::Outgoing;
use engine::{AT_ONCE, Engine};
use invoke::{Endpoint, Function};
use node::Node;
use runner::{LoadError, Runner};

/// The handlers there are, by their ARN. Cloning it is cheap.
#[derive(Debug, Clone, Default)]
pub struct Triggers {
    runners: Arc<BTreeMap<String, Arc<dyn Runner>>>,
    functions: Option<Arc<Endpoint>>,
    sender_key: Option<Arc<SenderKey>>,
}

/// The member of `LambdaConfig` that names the key for senders.
const KEY_MEMBER: &str = "KMSKeyID";

/// What the key of `keys.sender_key_file` is called in a `LambdaConfig`.
const SENDER_KEY: &str = "arn:aws:kms:local:000000000000:key/sender";

/// Why the handlers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TriggersError {
    /// A file is missing or has a mistake.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Names of handlers are made from names of files.
    #[error("two handlers are called {0}: give one of the files another name")]
    SameName(String),
    /// The key for senders cannot be read.
    #[error("the key for senders, {}, cannot be used: {source}", path.display())]
    SenderKey {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no endpoint, or the name is no function's.
    #[error("the function {0} cannot be called: set functions.endpoint, and name a function")]
    NoFunction(String),
}

impl Triggers {
    /// Loads every handler of the configuration.
    ///
    /// # Errors
    /// [`TriggersError`] for the first that cannot be used.
    pub async fn load(
        config: &Config,
        outgoing: &Outgoing,
        clock: &Clock,
    ) -> Result<Self, TriggersError> {
        let functions = config.functions.as_ref().map(|functions| {
            Arc::new(Endpoint {
                config: functions.clone(),
                outgoing: outgoing.clone(),
                clock: clock.clone(),
                places: Semaphore::new(invoke::AT_ONCE),
            })
        });
        let key = config.keys.sender_key_file.as_ref().map(|path| {
            let key = SenderKey::read(path).map(Arc::new);
            key.map_err(|source| TriggersError::SenderKey {
                path: path.clone(),
                source,
            })
        });
        let sender_key = key.transpose()?;
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut known: BTreeMap<String, &Runs> = BTreeMap::new();
        let mut runners: BTreeMap<String, Arc<dyn Runner>> = BTreeMap::new();
        for handler in config.pools.iter().flat_map(|pool| pool.triggers.values()) {
            let arn = arn(&handler.runs);
            match known.insert(arn.clone(), &handler.runs) {
                Some(other) if *other == handler.runs => continue,
                Some(_) => return Err(TriggersError::SameName(name_of(&handler.runs))),
                None => {}
            }
            let runner: Arc<dyn Runner> = match &handler.runs {
                Runs::Embedded(file) => Arc::new(Engine::load(file, places.clone()).await?),
                Runs::Node(file, environment) => {
                    let program = config.node.clone().unwrap_or_else(|| "node".into());
                    let start = node::Start {
                        program,
                        file: file.clone(),
                        environment: environment.clone(),
                    };
                    Arc::new(Node::load(start).await?)
                }
                Runs::Function(name) => {
                    let function = functions
                        .as_ref()
                        .and_then(|endpoint| Function::of(endpoint, &arn));
                    Arc::new(function.ok_or_else(|| TriggersError::NoFunction(name.clone()))?)
                }
            };
            runners.insert(arn, runner);
        }
        Ok(Self {
            runners: Arc::new(runners),
            functions,
            sender_key,
        })
    }

    fn sender_key(&self) -> Option<&SenderKey> {
        self.sender_key.as_deref()
    }

    /// Checks a `LambdaConfig`: every member must be a trigger that this version fires, and name a
    /// handler of the configuration.
    ///
    /// # Errors
    /// `InvalidParameterException`
    pub fn check(&self, lambda_config: &Map<String, Value>) -> Result<(), ApiError> {
        self.check_key(lambda_config)?;
        for (member, value) in lambda_config {
            if member == KEY_MEMBER {
                continue;
            }
            let arn = named(member, value).ok_or_else(|| {
                ApiError::invalid_parameter(format!(
                    "LambdaConfig: this version does not run {member}, so it cannot be kept."
                ))
            })?;
            if self.runner(&arn).is_none() {
                return Err(ApiError::invalid_parameter(format!(
                    "LambdaConfig: {member} names no handler of the backend's configuration. \
                     Handlers there are: {}.",
                    self.names()
                )));
            }
        }
        check_agreement(lambda_config)
    }

    /// Senders get codes sealed: there must be a key, which the handler has, too.
    fn check_key(&self, lambda_config: &Map<String, Value>) -> Result<(), ApiError> {
        let key = lambda_config.get(KEY_MEMBER);
        let mut triggers = Trigger::ALL.iter();
        let has_sender = triggers
            .any(|trigger| trigger.is_sender() && lambda_config.contains_key(trigger.key()));
        if key.is_none() && !has_sender {
            return Ok(());
        }
        if self.sender_key.is_none() || key.and_then(Value::as_str) != Some(SENDER_KEY) {
            return Err(ApiError::invalid_parameter(format!(
                "LambdaConfig: senders need keys.sender_key_file in the backend's configuration and {KEY_MEMBER} {SENDER_KEY}."
            )));
        }
        Ok(())
    }

    fn names(&self) -> String {
        if self.runners.is_empty() {
            return "none".to_owned();
        }
        let names: Vec<&str> = self.runners.keys().map(String::as_str).collect();
        names.join(", ")
    }

    /// A handler of the configuration, or any function where there is an endpoint for them.
    fn runner(&self, arn: &str) -> Option<Arc<dyn Runner>> {
        if let Some(runner) = self.runners.get(arn) {
            return Some(runner.clone());
        }
        let function = Function::of(self.functions.as_ref()?, arn)?;
        Some(Arc::new(function))
    }
}

/// The `LambdaConfig` of a pool with these handlers.
///
/// # Errors
/// `InvalidParameterException` for a version that a trigger does not have.
pub fn lambda_config(
    handlers: &BTreeMap<Trigger, HandlerConfig>,
) -> Result<Map<String, Value>, ApiError> {
    let mut config = Map::new();
    for (trigger, handler) in handlers {
        let (arn, version) = (arn(&handler.runs), handler.version);
        if version > trigger.newest_version() {
            return Err(ApiError::invalid_parameter(format!(
                "{} has no such version.",
                trigger.key()
            )));
        }
        match trigger.versioned_key() {
            Some(key) if version > Version::V1 || key == trigger.key() => {
                if trigger.is_sender() {
                    config.insert(KEY_MEMBER.to_owned(), json!(SENDER_KEY));
                }
                let versioned = Versioned { arn, version };
                config.insert(key.to_owned(), json!(versioned));
            }
            _ => {
                config.insert(trigger.key().to_owned(), json!(arn));
            }
        }
    }
    Ok(config)
}

/// The ARN in a member of a `LambdaConfig`; `None` if this version does not fire that trigger.
fn named(member: &str, value: &Value) -> Option<String> {
    let is_plain = Trigger::ALL
        .iter()
        .any(|trigger| trigger.key() == member && trigger.versioned_key() != Some(member));
    if is_plain {
        return value.as_str().map(str::to_owned);
    }
    let mut triggers = Trigger::ALL.iter();
    let trigger = triggers.find(|trigger| trigger.versioned_key() == Some(member))?;
    let versioned = Versioned::deserialize(value).ok()?;
    (versioned.version <= trigger.newest_version()).then_some(versioned.arn)
}

/// A trigger that is there twice, with and without a version, must be the same handler.
fn check_agreement(lambda_config: &Map<String, Value>) -> Result<(), ApiError> {
    for trigger in Trigger::ALL {
        let with_version = trigger.versioned_key().and_then(|key| {
            let value = lambda_config.get(key)?;
            named(key, value)
        });
        let without = lambda_config.get(trigger.key()).and_then(Value::as_str);
        if let (Some(one), Some(other)) = (with_version, without)
            && one != other
        {
            return Err(ApiError::invalid_parameter(format!(
                "LambdaConfig: {} is there twice, with different handlers.",
                trigger.key()
            )));
        }
    }
    Ok(())
}

/// What a handler is called in a `LambdaConfig`.
fn arn(runs: &Runs) -> String {
    let name: String = name_of(runs)
        .chars()
        .map(|c| {
            let is_allowed = c.is_ascii_alphanumeric() || "_+=,.@-$:".contains(c);
            if is_allowed { c } else { '-' }
        })
        .collect();
    format!("arn:aws:lambda:local:000000000000:function:{name}")
}

fn name_of(runs: &Runs) -> String {
    match runs {
        Runs::Embedded(file) | Runs::Node(file, _) => {
            let name = file.file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        }
        Runs::Function(name) => name.clone(),
    }
}
