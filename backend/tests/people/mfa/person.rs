//! People with second factors, and an authenticator app that shares no code with the backend.

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use crate::person::{PASSWORD, Person, get_user, new_client, new_pool};
use crate::support::{Answer, Backend};

/// A pool with second factors, its client, and somebody in it.
pub(crate) struct Member {
    pub(crate) pool: String,
    pub(crate) person: Person,
}

/// Text messages, TOTP and e-mail.
pub(crate) fn all_factors(requirement: &str) -> Value {
    json!({
        "MfaConfiguration": requirement, "SmsMfaConfiguration": {},
        "SoftwareTokenMfaConfiguration": { "Enabled": true }, "EmailMfaConfiguration": {},
    })
}

pub(crate) fn totp_only(requirement: &str) -> Value {
    json!({ "MfaConfiguration": requirement, "SoftwareTokenMfaConfiguration": { "Enabled": true } })
}

/// A pool whose people choose a user name, with these settings of second factors.
pub(crate) async fn pool_with(backend: &Backend, mfa: Value) -> (String, String) {
    let pool = new_pool(backend, json!({ "AutoVerifiedAttributes": ["email"] })).await;
    configure(backend, &pool, mfa).await.ok();
    let client = new_client(
        backend,
        &pool,
        json!({ "PreventUserExistenceErrors": "ENABLED" }),
    )
    .await;
    (pool, client)
}

pub(crate) async fn configure(backend: &Backend, pool: &str, mfa: Value) -> Answer {
    let body = with(json!({ "UserPoolId": pool }), mfa);
    backend.admin("SetUserPoolMfaConfig", body).await
}

pub(crate) fn with(mut body: Value, more: Value) -> Value {
    let members = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(members);
    body
}

impl Member {
    /// Somebody in a new pool, with these attributes.
    pub(crate) async fn new(backend: &Backend, mfa: Value, attributes: Value) -> Self {
        let (pool, client) = pool_with(backend, mfa).await;
        Self::of(backend, &pool, &client, "ada", attributes).await
    }

    /// Somebody in an existing pool.
    pub(crate) async fn of(
        backend: &Backend,
        pool: &str,
        client: &str,
        name: &str,
        attributes: Value,
    ) -> Self {
        let attributes: Vec<Value> = attributes
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| json!({ "Name": name, "Value": value }))
            .collect();
        let names = json!({ "UserPoolId": pool, "Username": name });
        let create = with(
            names.clone(),
            json!({ "MessageAction": "SUPPRESS", "UserAttributes": attributes }),
        );
        backend.admin("AdminCreateUser", create).await.ok();
        let set = with(names, json!({ "Password": PASSWORD, "Permanent": true }));
        backend.admin("AdminSetUserPassword", set).await.ok();
        let person = Person {
            email: name.to_owned(),
            password: PASSWORD.to_owned(),
            client: client.to_owned(),
        };
        Self {
            pool: pool.to_owned(),
            person,
        }
    }

    /// The answer to the right password.
    pub(crate) async fn sign_in(&self, backend: &Backend) -> Value {
        self.person.password_sign_in(backend, PASSWORD).await.ok()
    }

    /// The challenge after the right password, which must be this one.
    pub(crate) async fn challenge(&self, backend: &Backend, name: &str) -> Value {
        let answer = self.sign_in(backend).await;
        assert_eq!(answer["ChallengeName"], name, "{answer}");
        answer
    }

    pub(crate) async fn answer(
        &self,
        backend: &Backend,
        challenge: &Value,
        responses: Value,
    ) -> Answer {
        let body = json!({
            "ClientId": self.person.client, "ChallengeName": challenge["ChallengeName"],
            "Session": challenge["Session"],
            "ChallengeResponses": with(json!({ "USERNAME": self.person.email }), responses),
        });
        backend.call("RespondToAuthChallenge", body).await
    }

    /// Turns factors on or off as an administrator.
    pub(crate) async fn prefer(&self, backend: &Backend, settings: Value) -> Answer {
        let names = json!({ "UserPoolId": self.pool, "Username": self.person.email });
        let body = with(names, settings);
        backend.admin("AdminSetUserMFAPreference", body).await
    }

    /// Enrols an authenticator app with an access token; the app's secret.
    pub(crate) async fn enrol(&self, backend: &Backend, tokens: &Value) -> String {
        let secret = associate(backend, tokens).await;
        verify(backend, tokens, &totp(&secret, backend.clock.now()))
            .await
            .ok();
        secret
    }

    /// The same, turned on and ready for the next code.
    pub(crate) async fn with_totp(&self, backend: &Backend) -> String {
        let tokens = self.sign_in(backend).await["AuthenticationResult"].clone();
        let secret = self.enrol(backend, &tokens).await;
        let on = json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
        self.prefer(backend, on).await.ok();
        backend.clock.advance(30);
        secret
    }
}

pub(crate) async fn associate(backend: &Backend, tokens: &Value) -> String {
    let body = json!({ "AccessToken": tokens["AccessToken"] });
    let answer = backend.call("AssociateSoftwareToken", body).await.ok();
    assert_eq!(answer.get("Session"), None);
    answer["SecretCode"].as_str().unwrap().to_owned()
}

pub(crate) async fn verify(backend: &Backend, tokens: &Value, code: &str) -> Answer {
    let body = json!({ "AccessToken": tokens["AccessToken"], "UserCode": code });
    backend.call("VerifySoftwareToken", body).await
}

/// `UserMFASettingList` and `PreferredMfaSetting`.
pub(crate) async fn settings(backend: &Backend, tokens: &Value) -> (Value, Value) {
    let user = get_user(backend, tokens).await.ok();
    (
        user["UserMFASettingList"].clone(),
        user["PreferredMfaSetting"].clone(),
    )
}

/// What an authenticator app shows at this time.
pub(crate) fn totp(base32: &str, time: i64) -> String {
    let bits: String = base32
        .bytes()
        .map(|letter| {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'2'..=b'7' => letter - b'2' + 26,
                _ => panic!("not base32: {base32}"),
            };
            format!("{value:05b}")
        })
        .collect();
    let key: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = hmac::sign(&key, &(time / 30).to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[19] & 15);
    let word = u32::from_be_bytes(tag[offset..offset + 4].try_into().unwrap());
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// Another code than this one.
pub(crate) fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}
