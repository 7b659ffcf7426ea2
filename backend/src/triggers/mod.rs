//! Triggers: what an operator's own code decides. In Amazon Cognito they are Lambda functions; here
//! a handler file runs in the embedded engine, and other runners fit behind the same port.
//!
//! # Steps
//! 1. The configuration names a file per trigger of a pool. [`Triggers::load`] loads each, and gives
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
//! One try per call: a handler without network does not fare better a second time.

pub mod custom_challenge;
pub mod engine;
mod event;
mod name;
pub mod post_confirmation;
pub mod pre_sign_up;
pub mod runner;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

pub use event::{ClientMetadata, NO_CLIENT, Occasion};
pub use name::{Source, Trigger};

use crate::config::Config;
use crate::error::ApiError;
use engine::{AT_ONCE, Engine, LoadError};
use runner::Runner;

/// The handlers there are, by their ARN. Cloning it is cheap.
#[derive(Debug, Clone, Default)]
pub struct Triggers {
    runners: Arc<BTreeMap<String, Arc<dyn Runner>>>,
}

/// Why the handlers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TriggersError {
    /// A file is missing or has a mistake.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Names of handlers are made from names of files.
    #[error("two handler files are called {0}: give one of them another name")]
    SameName(String),
}

impl Triggers {
    /// Loads every handler file of the configuration.
    ///
    /// # Errors
    /// [`TriggersError`] for the first that cannot be used.
    pub async fn load(config: &Config) -> Result<Self, TriggersError> {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut files: BTreeMap<String, &Path> = BTreeMap::new();
        let mut runners: BTreeMap<String, Arc<dyn Runner>> = BTreeMap::new();
        for path in config.pools.iter().flat_map(|pool| pool.triggers.values()) {
            let arn = arn(path);
            match files.insert(arn.clone(), path) {
                Some(other) if other == path.as_path() => continue,
                Some(_) => return Err(TriggersError::SameName(file_name(path))),
                None => {}
            }
            let engine = Engine::load(path, places.clone()).await?;
            runners.insert(arn, Arc::new(engine));
        }
        Ok(Self {
            runners: Arc::new(runners),
        })
    }

    /// Checks a `LambdaConfig`: every member must be a trigger that this version fires, and name a
    /// handler of the configuration.
    ///
    /// # Errors
    /// `InvalidParameterException`
    pub fn check(&self, lambda_config: &Map<String, Value>) -> Result<(), ApiError> {
        for (member, value) in lambda_config {
            if Trigger::ALL.iter().all(|trigger| trigger.key() != member) {
                return Err(ApiError::invalid_parameter(format!(
                    "LambdaConfig: this version does not run {member}, so it cannot be kept."
                )));
            }
            let is_known = value
                .as_str()
                .is_some_and(|arn| self.runners.contains_key(arn));
            if !is_known {
                return Err(ApiError::invalid_parameter(format!(
                    "LambdaConfig: {member} names no handler of the backend's configuration. \
                     Handlers there are: {}.",
                    self.names()
                )));
            }
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

    fn runner(&self, arn: &str) -> Option<Arc<dyn Runner>> {
        self.runners.get(arn).cloned()
    }
}

/// The `LambdaConfig` of a pool with these handler files.
#[must_use]
pub fn lambda_config<P: AsRef<Path>>(files: &BTreeMap<Trigger, P>) -> Map<String, Value> {
    files
        .iter()
        .map(|(trigger, path)| (trigger.key().to_owned(), json!(arn(path.as_ref()))))
        .collect()
}

/// What a handler file is called in a `LambdaConfig`.
fn arn(path: &Path) -> String {
    let name: String = file_name(path)
        .chars()
        .map(|c| {
            let is_allowed = c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
            if is_allowed { c } else { '-' }
        })
        .collect();
    format!("arn:aws:lambda:local:000000000000:function:{name}")
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
