//! People who choose how to sign in.

use cognate_core::srp::Handshake;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::mfa::person::{Member, with};
use crate::person::{Person, Started, new_client, new_pool};
use crate::support::{Answer, Backend};

/// A pool with these first factors whose people choose a user name, and a client with `USER_AUTH`.
pub(crate) async fn pool_with(backend: &Backend, factors: &[&str]) -> (String, String) {
    pool_of(backend, factors, json!({})).await
}

/// The same with more settings of the pool.
pub(crate) async fn pool_of(
    backend: &Backend,
    factors: &[&str],
    settings: Value,
) -> (String, String) {
    let policies = json!({
        "AutoVerifiedAttributes": ["email"],
        "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": factors } },
    });
    let pool = new_pool(backend, with(policies, settings)).await;
    let client = user_auth_client(backend, &pool).await;
    (pool, client)
}

pub(crate) async fn user_auth_client(backend: &Backend, pool: &str) -> String {
    let settings = json!({
        "PreventUserExistenceErrors": "ENABLED",
        "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    new_client(backend, pool, settings).await
}

/// An e-mail address that was verified.
pub(crate) fn verified_email(address: &str) -> Value {
    json!({ "email": address, "email_verified": "true" })
}

/// Somebody in a new pool with these first factors and a verified e-mail address.
pub(crate) async fn member(backend: &Backend, factors: &[&str]) -> Member {
    let (pool, client) = pool_with(backend, factors).await;
    let attributes = verified_email("ada@example.com");
    Member::of(backend, &pool, &client, "ada", attributes).await
}

impl Person {
    /// `InitiateAuth` with `USER_AUTH`.
    pub(crate) async fn begin(&self, backend: &Backend, parameters: Value) -> Answer {
        self.begin_with(backend, parameters, Value::Null).await
    }

    pub(crate) async fn begin_with(
        &self,
        backend: &Backend,
        parameters: Value,
        session: Value,
    ) -> Answer {
        let body = json!({
            "AuthFlow": "USER_AUTH", "ClientId": self.client, "Session": session,
            "AuthParameters": with(json!({ "USERNAME": self.email }), parameters),
        });
        backend.call("InitiateAuth", body).await
    }

    /// The same with a preferred challenge.
    pub(crate) async fn prefer(&self, backend: &Backend, challenge: &str) -> Value {
        let preferred = json!({ "PREFERRED_CHALLENGE": challenge });
        self.begin(backend, preferred).await.ok()
    }

    /// Answers a challenge.
    pub(crate) async fn respond(
        &self,
        backend: &Backend,
        challenge: &Value,
        responses: Value,
    ) -> Answer {
        let body = json!({
            "ClientId": self.client, "ChallengeName": challenge["ChallengeName"],
            "Session": challenge["Session"],
            "ChallengeResponses": with(json!({ "USERNAME": self.email }), responses),
        });
        backend.call("RespondToAuthChallenge", body).await
    }

    /// Chooses at `SELECT_CHALLENGE`.
    pub(crate) async fn choose(&self, backend: &Backend, challenge: &Value, answer: &str) -> Value {
        let responses = json!({ "ANSWER": answer });
        self.respond(backend, challenge, responses).await.ok()
    }
}

/// A secret and `SRP_A` of a client that begins SRP.
pub(crate) fn srp_a() -> (Vec<u8>, String) {
    let secret: Vec<u8> = [Uuid::new_v4(), Uuid::new_v4()]
        .iter()
        .flat_map(|id| *id.as_bytes())
        .collect();
    let public = Handshake::dangerous_with_secret(&secret).unwrap();
    let public = public.public_hex().to_owned();
    (secret, public)
}

/// The answer to `PASSWORD_VERIFIER` of a pool that was made by a test.
pub(crate) fn proof(
    backend: &Backend,
    pool: &str,
    challenge: &Value,
    secret: Vec<u8>,
    password: &str,
) -> Value {
    assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
    let started = Started {
        parameters: challenge["ChallengeParameters"].clone(),
        secret,
    };
    let (_, short_pool) = pool.split_once('_').unwrap();
    started.responses_in(short_pool, password, &crate::person::now(backend))
}

/// Whether somebody has tokens.
pub(crate) fn is_signed_in(answer: &Value) -> bool {
    answer["AuthenticationResult"]["AccessToken"].is_string()
}
