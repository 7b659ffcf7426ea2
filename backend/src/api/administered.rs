//! What the audit is told of an administrator's operation that changes something: which, with which key, in which pool,
//! about whom, and how it ended. Never a value: names are looked up, and what nobody has is left out.

use serde_json::Value;

use super::{Auth, Operation};
use crate::app::{AppState, Caller};
use crate::audit::{self, AdminEvent};
use crate::contract::Service;
use crate::error::ApiError;
use crate::identity::{self, pool::IdentityPool};
use crate::pools::{Pool, find_pool};
use crate::users;

/// The identity pool that a request is about, and the identity.
#[derive(Default)]
struct About {
    pool_id: Option<String>,
    identity_id: Option<String>,
}

/// What was asked.
pub(super) struct Administered {
    operation: &'static str,
    access_key_id: String,
    /// As it was before: the operation may delete it.
    pool: Option<Pool>,
    /// Of the identity service.
    about: Option<About>,
    sub: Option<String>,
    username: Option<String>,
}

impl Administered {
    /// What a request asks; `None` if it changes nothing, or nobody signed it.
    pub(super) async fn of(
        operation: &Operation,
        state: &AppState,
        caller: &Caller,
        body: &Value,
    ) -> Option<Self> {
        let access_key_id = caller.access_key_id.clone()?;
        let is_about_pools = operation.service == Service::UserPools;
        if operation.auth != Auth::SigV4 || !changes(operation.name) {
            return None;
        }
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let of_arn = || {
            text("ResourceArn")?
                .rsplit_once("userpool/")
                .map(|(_, id)| id)
        };
        let id = text("UserPoolId")
            .or_else(of_arn)
            .filter(|_| is_about_pools);
        let pool = match id {
            Some(id) => find_pool(state, id).await.ok(),
            None => None,
        };
        let about = match is_about_pools {
            true => None,
            false => Some(About::of(state, body).await),
        };
        let mut asked = Self {
            operation: operation.name,
            access_key_id,
            pool,
            about,
            sub: None,
            username: text("Username").or_else(|| linked(body)).map(str::to_owned),
        };
        asked.sub = asked.sub(state).await;
        Some(asked)
    }

    /// Hands it over with how it ended.
    pub(super) async fn record(mut self, state: &AppState, answer: Result<&[u8], &ApiError>) {
        if let (None, Ok(body)) = (&self.pool, answer) {
            self.pool = made(state, body).await;
        }
        if self.sub.is_none() && answer.is_ok() {
            // It may have been made just now.
            self.sub = self.sub(state).await;
        }
        let mut about = About::default();
        if let Some(asked) = self.about.take() {
            about = asked.with_answer(answer);
        }
        let is_kept = self.pool.as_ref().map(audit::asks_for_events);
        let event = AdminEvent {
            operation: self.operation,
            access_key_id: self.access_key_id,
            pool_id: self.pool.map(|pool| pool.id).or(about.pool_id),
            identity_id: about.identity_id,
            sub: self.sub,
            outcome: answer.map_or_else(|error| error.code.name(), |_| "ok"),
        };
        let is_kept = is_kept.is_some_and(|kept| kept.unwrap_or_default());
        state.audit.record_change(event, is_kept, state.clock.now());
    }

    async fn sub(&self, state: &AppState) -> Option<String> {
        let (pool, name) = (self.pool.as_ref()?, self.username.as_ref()?);
        let user = users::find(state, pool, name).await.ok()??;
        Some(user.sub)
    }
}

/// The user of our own whom a link is about (`AdminLinkProviderForUser`), or whoever has the one that is taken away
/// (`AdminDisableProviderForUser`), if that is a user's name.
fn linked(body: &Value) -> Option<&str> {
    let user = body.get("DestinationUser").or_else(|| body.get("User"))?;
    user.get("ProviderAttributeValue")?.as_str()
}

impl About {
    /// What is there of what a request names: what is not there is a value, and not kept.
    async fn of(state: &AppState, body: &Value) -> Self {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let of_arn = || IdentityPool::id_of_arn(text("ResourceArn")?);
        let pool = match text("IdentityPoolId").or_else(of_arn) {
            Some(id) => IdentityPool::find(state, id).await.ok(),
            None => None,
        };
        let identity = match text("IdentityId") {
            Some(id) => identity::find(state, id).await.ok(),
            None => None,
        };
        Self {
            pool_id: pool.map(|pool| pool.id),
            identity_id: identity.map(|identity| identity.id),
        }
    }

    /// The same with what the operation made.
    fn with_answer(self, answer: Result<&[u8], &ApiError>) -> Self {
        let body = answer.ok().map(serde_json::from_slice::<Value>);
        let body = body.and_then(Result::ok).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            pool_id: self.pool_id.or_else(|| text("IdentityPoolId")),
            identity_id: self.identity_id.or_else(|| text("IdentityId")),
        }
    }
}

/// Whether an operation of this name changes something. A token for a developer's user does: it may make an identity, and
/// whoever has it is that user.
fn changes(operation: &str) -> bool {
    if operation == "GetOpenIdTokenForDeveloperIdentity" {
        return true;
    }
    let operation = operation.strip_prefix("Admin").unwrap_or(operation);
    !["Get", "List", "Describe", "Lookup"]
        .iter()
        .any(|read| operation.starts_with(read))
}

/// The pool that an operation made.
async fn made(state: &AppState, body: &[u8]) -> Option<Pool> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let id = body.pointer("/UserPool/Id")?.as_str()?;
    find_pool(state, id).await.ok()
}
