//! The event: what every trigger gets, and what comes back of it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::Source;
use super::runner::{Invocation, RunError};
use crate::app::AppState;
use crate::error::ApiError;
use crate::lambda_config::{Hook, Trigger};
use crate::pools::Pool;
use crate::users::User;

/// The client id of events that no app client is part of.
pub const NO_CLIENT: &str = "CLIENT_ID_NOT_APPLICABLE";

/// What happened that a trigger may fire for.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// Where.
    pub pool: &'a Pool,
    /// Through which client, or [`NO_CLIENT`].
    pub client_id: &'a str,
    /// The real user name, or the decoy's.
    pub username: &'a str,
    /// What.
    pub source: Source,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a, Q> {
    version: &'static str,
    region: &'a str,
    user_pool_id: &'a str,
    user_name: &'a str,
    caller_context: CallerContext<'a>,
    trigger_source: &'a str,
    request: &'a Q,
    response: &'a Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallerContext<'a> {
    aws_sdk_version: &'static str,
    client_id: &'a str,
}

impl Occasion<'_> {
    /// Fires the pool's trigger and gives the `response`; `None` if the pool has none. `empty` is
    /// the response as the handler finds it. No line it logs shows one of `secrets`.
    ///
    /// # Errors
    /// `UserLambdaValidationException`, `UnexpectedLambdaException`,
    /// `InvalidLambdaResponseException`, or `TooManyRequestsException` if too many are at work.
    pub(super) async fn fire<R: DeserializeOwned>(
        &self,
        state: &AppState,
        request: &impl Serialize,
        empty: &Value,
        secrets: Vec<Zeroizing<String>>,
    ) -> Result<Option<R>, ApiError> {
        let Some((arn, answer)) = self.ask(state, request, empty, secrets).await? else {
            return Ok(None);
        };
        match response(&answer) {
            Some(response) => Ok(Some(response)),
            None => Err(unreadable(
                self.source.trigger(),
                &arn,
                "it has no response of the right form",
            )),
        }
    }

    /// Fires the pool's trigger, if it has one, and takes whatever it answers.
    ///
    /// # Errors
    /// `UserLambdaValidationException`, `UnexpectedLambdaException`, or `TooManyRequestsException` if too
    /// many are at work.
    pub(super) async fn tell(
        &self,
        state: &AppState,
        request: &impl Serialize,
    ) -> Result<(), ApiError> {
        let empty = Value::Object(Map::new());
        self.ask(state, request, &empty, Vec::new()).await.map(drop)
    }

    /// The handler's name and its answer; `None` if the pool has no such trigger.
    async fn ask(
        &self,
        state: &AppState,
        request: &impl Serialize,
        empty: &Value,
        secrets: Vec<Zeroizing<String>>,
    ) -> Result<Option<(String, Zeroizing<String>)>, ApiError> {
        let trigger = self.source.trigger();
        let Some(Hook { arn, version }) = self.pool.settings.hook(trigger) else {
            return Ok(None);
        };
        let Some(runner) = state.triggers.runner(&arn) else {
            tracing::error!(pool = %self.pool.id, arn, "the handler of a trigger is not configured");
            return Err(unexpected(trigger, "its handler is not there"));
        };
        let event = Event {
            version: version.in_event(),
            region: self.pool.id.split('_').next().unwrap_or_default(),
            user_pool_id: &self.pool.id,
            user_name: self.username,
            caller_context: CallerContext {
                aws_sdk_version: "aws-sdk-unknown-unknown",
                client_id: self.client_id,
            },
            trigger_source: &self.source.as_text(),
            request,
            response: empty,
        };
        let event = serde_json::to_string(&event).map_err(|error| ApiError::internal(&error))?;
        let invocation = Invocation {
            event: Zeroizing::new(event),
            id: uuid::Uuid::new_v4().to_string(),
            secrets,
        };
        let answer = runner.run(invocation).await;
        let answer = answer.map_err(|error| refused(trigger, &arn, error))?;
        Ok(Some((arn, answer)))
    }
}

/// The attributes of a user as events have them.
pub(super) fn user_attributes(user: &User) -> BTreeMap<&str, &str> {
    let mut attributes: BTreeMap<&str, &str> = user.attributes.iter().collect();
    attributes.insert("sub", &user.sub);
    attributes.insert("cognito:user_status", user.status.as_str());
    attributes
}

/// The member `response` of an answer: an object, or nothing of the answer counts.
fn response<R: DeserializeOwned>(answer: &str) -> Option<R> {
    let answer: Map<String, Value> = serde_json::from_str(answer).ok()?;
    let response = answer.get("response")?;
    // A list would pass as a struct by position.
    response.as_object()?;
    R::deserialize(response).ok()
}

fn refused(trigger: Trigger, arn: &str, error: RunError) -> ApiError {
    let key = trigger.key();
    match error {
        RunError::Thrown(message) => {
            let message = message.trim_end_matches('.');
            ApiError::user_lambda_validation(format!("{key} failed with error {message}."))
        }
        RunError::Busy => {
            ApiError::too_many_requests(format!("{key}: too many triggers are at work."))
        }
        RunError::Unreadable(why) => unreadable(trigger, arn, &why),
        RunError::TimedOut => {
            tracing::warn!(arn, "a trigger took too long");
            unexpected(trigger, "it took longer than 5 seconds")
        }
        RunError::Crashed(why) => {
            tracing::warn!(arn, ?why, "a trigger broke");
            unexpected(trigger, "its handler broke")
        }
    }
}

fn unexpected(trigger: Trigger, why: &str) -> ApiError {
    ApiError::unexpected_lambda(format!("{} invocation failed: {why}.", trigger.key()))
}

pub(super) fn unreadable(trigger: Trigger, arn: &str, why: &str) -> ApiError {
    tracing::warn!(arn, ?why, "a trigger's answer cannot be used");
    ApiError::invalid_lambda_response(format!("{}: Unrecognizable lambda output", trigger.key()))
}
