//! Somebody who signs up and in, as every test needs.

use cognate_core::srp::timestamp;
use cognate_core::srp::{Handshake, Identity, ServerValues};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Backend};

pub(crate) const CLIENT: &str = "demowebclient";
pub(crate) const POOL: &str = "local_demo";
pub(crate) const PASSWORD: &str = "Correct-Horse9!";

/// A person of a pool, with the client they come through.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) client: String,
}

/// A challenge under way: what the client holds.
pub(crate) struct Started {
    pub(crate) parameters: Value,
    pub(crate) secret: Vec<u8>,
}

impl Person {
    /// Nobody yet.
    pub(crate) fn stranger() -> Self {
        Self {
            email: format!("p{}@example.com", Uuid::new_v4().simple()),
            password: PASSWORD.to_owned(),
            client: CLIENT.to_owned(),
        }
    }

    /// Signed up in the demo pool, not confirmed.
    pub(crate) async fn signed_up(backend: &Backend) -> Self {
        let person = Self::stranger();
        person.sign_up(backend).await.ok();
        person
    }

    /// Signed up and confirmed in the demo pool.
    pub(crate) async fn confirmed(backend: &Backend) -> Self {
        let person = Self::signed_up(backend).await;
        let code = backend.code(&person.email).await;
        person.confirm(backend, &code).await.ok();
        person
    }

    pub(crate) async fn sign_up(&self, backend: &Backend) -> Answer {
        let body = json!({
            "ClientId": self.client, "Username": self.email, "Password": self.password,
            "UserAttributes": [{ "Name": "email", "Value": self.email }],
        });
        backend.call("SignUp", body).await
    }

    pub(crate) async fn confirm(&self, backend: &Backend, code: &str) -> Answer {
        backend
            .call(
                "ConfirmSignUp",
                self.naming(json!({ "ConfirmationCode": code })),
            )
            .await
    }

    /// A request that names the client and the user, with more members.
    pub(crate) fn naming(&self, more: Value) -> Value {
        let mut body = json!({ "ClientId": self.client, "Username": self.email });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    }

    pub(crate) async fn password_sign_in(&self, backend: &Backend, password: &str) -> Answer {
        backend
            .call("InitiateAuth", self.password_request(password))
            .await
    }

    pub(crate) fn password_request(&self, password: &str) -> Value {
        json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": self.client,
            "AuthParameters": { "USERNAME": self.email, "PASSWORD": password },
        })
    }

    /// Tokens, by sending the password.
    pub(crate) async fn tokens(&self, backend: &Backend) -> Value {
        let answer = self.password_sign_in(backend, &self.password).await.ok();
        answer["AuthenticationResult"].clone()
    }

    pub(crate) async fn begin_srp(&self, backend: &Backend) -> Started {
        begin_srp(backend, &self.client, &self.email).await
    }

    pub(crate) async fn srp_sign_in(&self, backend: &Backend, password: &str) -> Answer {
        let started = self.begin_srp(backend).await;
        let responses = started.responses(password, &now(backend));
        self.answer(backend, responses).await
    }

    /// Answers `PASSWORD_VERIFIER`.
    pub(crate) async fn answer(&self, backend: &Backend, responses: Value) -> Answer {
        let body = json!({
            "ClientId": self.client, "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeResponses": responses,
        });
        backend.call("RespondToAuthChallenge", body).await
    }
}

pub(crate) async fn begin_srp(backend: &Backend, client: &str, name: &str) -> Started {
    begin_srp_of(backend, client, name, "USER_SRP_AUTH", &[])
        .await
        .0
}

/// The same in any flow that has SRP; with the handle of the step, `null` if there is none.
pub(crate) async fn begin_srp_of(
    backend: &Backend,
    client: &str,
    name: &str,
    flow: &str,
    more: &[(&str, &str)],
) -> (Started, Value) {
    let secret: Vec<u8> = [Uuid::new_v4(), Uuid::new_v4()]
        .iter()
        .flat_map(|id| *id.as_bytes())
        .collect();
    let handshake = Handshake::dangerous_with_secret(&secret).unwrap();
    let mut parameters = json!({ "USERNAME": name, "SRP_A": handshake.public_hex() });
    for (name, value) in more {
        parameters[*name] = json!(value);
    }
    let body = json!({ "AuthFlow": flow, "ClientId": client, "AuthParameters": parameters });
    let answer = backend.call("InitiateAuth", body).await.ok();
    assert_eq!(answer["ChallengeName"], "PASSWORD_VERIFIER");
    let started = Started {
        parameters: answer["ChallengeParameters"].clone(),
        secret,
    };
    (started, answer["Session"].clone())
}

impl Started {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.parameters[name].as_str().unwrap()
    }

    /// What a client answers that believes in this password.
    pub(crate) fn responses(&self, password: &str, timestamp: &str) -> Value {
        self.responses_in("demo", password, timestamp)
    }

    /// The same in another pool than the demo's; `pool` is what follows `_` in its id.
    pub(crate) fn responses_in(&self, pool: &str, password: &str, timestamp: &str) -> Value {
        let secret_block = self.text("SECRET_BLOCK").to_owned();
        let user = self.text("USER_ID_FOR_SRP");
        let values = ServerValues {
            salt: self.text("SALT"),
            public: self.text("SRP_B"),
            secret_block: &secret_block,
        };
        let identity = Identity { pool, user };
        let handshake = Handshake::dangerous_with_secret(&self.secret).unwrap();
        let signature = handshake
            .prove(values, identity, password, timestamp)
            .unwrap();
        json!({
            "USERNAME": user, "PASSWORD_CLAIM_SECRET_BLOCK": secret_block,
            "TIMESTAMP": timestamp, "PASSWORD_CLAIM_SIGNATURE": signature,
        })
    }
}

/// The backend's time in the form of the protocol.
pub(crate) fn now(backend: &Backend) -> String {
    timestamp(u64::try_from(backend.clock.now()).unwrap())
}

/// A client of the demo pool with these settings.
pub(crate) async fn new_client(backend: &Backend, pool: &str, settings: Value) -> String {
    let mut body = json!({
        "UserPoolId": pool, "ClientName": "another",
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    body.as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    let answer = backend.admin("CreateUserPoolClient", body).await.ok();
    answer["UserPoolClient"]["ClientId"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A pool with these settings.
pub(crate) async fn new_pool(backend: &Backend, settings: Value) -> String {
    let mut body = json!({ "PoolName": "another" });
    body.as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    let answer = backend.admin("CreateUserPool", body).await.ok();
    answer["UserPool"]["Id"].as_str().unwrap().to_owned()
}

/// The claims of a token, unchecked.
pub(crate) fn claims(token: &Value) -> Value {
    use base64ct::Encoding;
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&base64ct::Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

pub(crate) async fn get_user(backend: &Backend, tokens: &Value) -> Answer {
    backend
        .call("GetUser", json!({ "AccessToken": tokens["AccessToken"] }))
        .await
}
