//! A client with a device: it keeps what such a client keeps, and proves it by the core's SRP.

use base64ct::{Base64, Encoding};
use cognate_core::srp::{Handshake, Identity, ServerValues};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::mfa::person::{Member, configure, with};
use crate::person::{PASSWORD, new_client, new_pool, now};
use crate::support::{Answer, Backend};

/// What a client stores of its device.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub(crate) key: String,
    pub(crate) group: String,
    pub(crate) password: String,
}

pub(crate) fn tracking(challenges: bool, asks: bool) -> Value {
    json!({ "DeviceConfiguration": {
        "ChallengeRequiredOnNewDevice": challenges, "DeviceOnlyRememberedOnUserPrompt": asks,
    }})
}

/// A pool that tracks devices, and its client.
pub(crate) async fn tracking_pool(
    backend: &Backend,
    devices: Value,
    mfa: Option<Value>,
) -> (String, String) {
    let settings = with(json!({ "AliasAttributes": ["email"] }), devices);
    let pool = new_pool(backend, settings).await;
    if let Some(mfa) = mfa {
        configure(backend, &pool, mfa).await.ok();
    }
    let hides = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let client = new_client(backend, &pool, hides).await;
    (pool, client)
}

/// Somebody in such a pool.
pub(crate) async fn member(backend: &Backend, devices: Value, mfa: Option<Value>) -> Member {
    let (pool, client) = tracking_pool(backend, devices, mfa).await;
    let address = json!({ "email": "ada@example.com", "email_verified": "true" });
    Member::of(backend, &pool, &client, "ada", address).await
}

impl Device {
    /// What the tokens say of a new device.
    pub(crate) fn of(tokens: &Value) -> Self {
        let metadata = &tokens["NewDeviceMetadata"];
        let text = |name: &str| metadata[name].as_str().unwrap().to_owned();
        Self {
            key: text("DeviceKey"),
            group: text("DeviceGroupKey"),
            password: format!("{}{}", Uuid::new_v4(), Uuid::new_v4()),
        }
    }

    /// Signs in by password and confirms the device: it, the tokens, and the answer.
    pub(crate) async fn confirmed(backend: &Backend, person: &Member) -> (Self, Value) {
        let answer = person.sign_in(backend).await;
        let tokens = answer["AuthenticationResult"].clone();
        let device = Self::of(&tokens);
        device.confirm(backend, &tokens).await.ok();
        (device, tokens)
    }

    pub(crate) async fn confirm(&self, backend: &Backend, tokens: &Value) -> Answer {
        backend
            .call("ConfirmDevice", self.confirmation(tokens))
            .await
    }

    pub(crate) fn confirmation(&self, tokens: &Value) -> Value {
        let salt = [7; 16];
        // A pool called by the group key has the group key for its name in SRP.
        let verifier =
            cognate_backend::srp::verifier(&self.group, &self.key, &self.password, &salt).unwrap();
        let mut padded = vec![0];
        padded.extend(verifier.as_bytes());
        json!({
            "AccessToken": tokens["AccessToken"], "DeviceKey": self.key, "DeviceName": "Lovelace's laptop",
            "DeviceSecretVerifierConfig": {
                "Salt": Base64::encode_string(&salt),
                "PasswordVerifier": Base64::encode_string(&padded),
            },
        })
    }

    /// The password and this device's key; what comes next.
    pub(crate) async fn sign_in(&self, backend: &Backend, person: &Member) -> Value {
        self.try_sign_in(backend, person, PASSWORD).await.ok()
    }

    pub(crate) async fn try_sign_in(
        &self,
        backend: &Backend,
        person: &Member,
        password: &str,
    ) -> Answer {
        let mut body = person.person.password_request(password);
        body["AuthParameters"]["DEVICE_KEY"] = json!(self.key);
        backend.call("InitiateAuth", body).await
    }

    /// The same up to the tokens, with the proof in between.
    pub(crate) async fn tokens(&self, backend: &Backend, person: &Member) -> Value {
        let asked = self.sign_in(backend, person).await;
        assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH", "{asked}");
        let answer = self.prove(backend, person, &asked["Session"]).await.ok();
        answer["AuthenticationResult"].clone()
    }

    /// Answers `DEVICE_SRP_AUTH` and then `DEVICE_PASSWORD_VERIFIER`.
    pub(crate) async fn prove(
        &self,
        backend: &Backend,
        person: &Member,
        session: &Value,
    ) -> Answer {
        let (secret, asked) = self.begin(backend, person, session).await;
        let responses = self.responses(backend, &secret, &asked.ok());
        let (name, session) = ("DEVICE_PASSWORD_VERIFIER", &asked.ok()["Session"]);
        self.respond(backend, person, name, session, responses)
            .await
    }

    /// Answers `DEVICE_SRP_AUTH`; the secret of the handshake, and what comes next.
    pub(crate) async fn begin(
        &self,
        backend: &Backend,
        person: &Member,
        session: &Value,
    ) -> (Vec<u8>, Answer) {
        let secret: Vec<u8> = [Uuid::new_v4(), Uuid::new_v4()]
            .iter()
            .flat_map(|id| *id.as_bytes())
            .collect();
        let handshake = Handshake::dangerous_with_secret(&secret).unwrap();
        let responses = json!({ "SRP_A": handshake.public_hex() });
        let answer = self.respond(backend, person, "DEVICE_SRP_AUTH", session, responses);
        (secret, answer.await)
    }

    /// What a device answers that believes in its password.
    pub(crate) fn responses(&self, backend: &Backend, secret: &[u8], asked: &Value) -> Value {
        let text = |name: &str| {
            asked["ChallengeParameters"][name]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let (salt, public, block) = (text("SALT"), text("SRP_B"), text("SECRET_BLOCK"));
        let values = ServerValues {
            salt: &salt,
            public: &public,
            secret_block: &block,
        };
        let identity = Identity {
            pool: &self.group,
            user: &self.key,
        };
        let handshake = Handshake::dangerous_with_secret(secret).unwrap();
        let time = now(backend);
        let signature = handshake.prove(values, identity, &self.password, &time);
        json!({
            "PASSWORD_CLAIM_SECRET_BLOCK": block, "TIMESTAMP": time,
            "PASSWORD_CLAIM_SIGNATURE": signature.unwrap(),
        })
    }

    /// Answers any challenge with this device's key.
    pub(crate) async fn respond(
        &self,
        backend: &Backend,
        person: &Member,
        name: &str,
        session: &Value,
        responses: Value,
    ) -> Answer {
        let names = json!({ "USERNAME": person.person.email, "DEVICE_KEY": self.key });
        let body = json!({
            "ClientId": person.person.client, "ChallengeName": name, "Session": session,
            "ChallengeResponses": with(names, responses),
        });
        backend.call("RespondToAuthChallenge", body).await
    }
}

/// An operation on a device by access token.
pub(crate) async fn own(backend: &Backend, operation: &str, tokens: &Value, more: Value) -> Answer {
    let body = with(json!({ "AccessToken": tokens["AccessToken"] }), more);
    backend.call(operation, body).await
}

/// The same by an administrator.
pub(crate) async fn by_admin(
    backend: &Backend,
    operation: &str,
    person: &Member,
    more: Value,
) -> Answer {
    let names = json!({ "UserPoolId": person.pool, "Username": person.person.email });
    backend.admin(operation, with(names, more)).await
}

pub(crate) async fn refresh(
    backend: &Backend,
    person: &Member,
    tokens: &Value,
    key: Option<&str>,
) -> Answer {
    let body = json!({
        "ClientId": person.person.client, "RefreshToken": tokens["RefreshToken"], "DeviceKey": key,
    });
    backend.call("GetTokensFromRefreshToken", body).await
}

pub(crate) fn unknown_device() -> (String, String) {
    (
        "ResourceNotFoundException".to_owned(),
        "Device does not exist.".to_owned(),
    )
}

/// A pool's name in SRP.
pub(crate) fn name_of(pool: &str) -> &str {
    pool.split_once('_').unwrap().1
}
