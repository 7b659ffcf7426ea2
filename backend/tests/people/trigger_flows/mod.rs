//! Triggers that decide in flows: before and after a sign-in, about tokens, about people of another
//! directory.

mod authentication;
mod migration;
mod runners;
pub(crate) mod tokens;

pub(crate) use runners::serve;
use serde_json::{Value, json};

use crate::person::Person;
use crate::support::{Answer, Backend};
use crate::triggers::Handlers;

/// The demo pool with one handler.
pub(crate) async fn with(trigger: &str, source: &str) -> Backend {
    Handlers::new(&[(trigger, "handler.mjs", source)])
        .start()
        .await
}

/// Signs in with the password and what the app sends along.
pub(crate) async fn sign_in_with(backend: &Backend, person: &Person, metadata: Value) -> Answer {
    let mut body = person.password_request(&person.password);
    body["ClientMetadata"] = metadata;
    backend.call("InitiateAuth", body).await
}

/// What becomes of handlers that refuse, never end, and answer rubbish: each says no.
pub(crate) const REFUSALS: [(&str, &str); 4] = [
    (
        "export const handler = async () => { throw new Error('Not today'); };",
        "UserLambdaValidationException",
    ),
    (
        "export const handler = async () => { for (;;) {} };",
        "UnexpectedLambdaException",
    ),
    (
        "export const handler = async () => 'yes';",
        "InvalidLambdaResponseException",
    ),
    (
        "export const handler = async (event) => ({ ...event, response: [] });",
        "InvalidLambdaResponseException",
    ),
];

pub(crate) fn user_in(pool: &str, name: &str) -> Value {
    json!({ "UserPoolId": pool, "Username": name })
}
