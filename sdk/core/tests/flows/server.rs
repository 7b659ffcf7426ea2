//! A small server, independent of the code under test: SRP by num-bigint and plain hashes.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use num_bigint::BigUint;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::ISSUER;

/// How long access and ID tokens live, in seconds.
pub(crate) const LIFETIME: u64 = 3600;

pub(crate) struct Server {
    pub users: BTreeMap<String, User>,
    /// Refresh tokens that are worth something, and whose they are.
    pub refresh_tokens: BTreeMap<String, String>,
    pub rotates: bool,
    /// Does not know `GetTokensFromRefreshToken`.
    pub is_old: bool,
    /// Milliseconds that its clock is ahead of the client's.
    pub ahead_ms: i64,
    /// Changes the claims of every token before it is signed.
    pub forge: Option<fn(&mut Value)>,
    /// The next sign-in meets this challenge.
    pub challenge: Option<Value>,
    /// Its `SRP_B`, if not an honest one.
    pub dishonest_b: Option<String>,
    /// Codes that are worth something: what was asked for them, and who signed in.
    pub codes: BTreeMap<String, (BTreeMap<String, String>, String)>,
    /// Changes the answer of the token endpoint.
    pub forge_answer: Option<fn(&mut Value)>,
    issued: u32,
    handshake: Option<(String, BigUint)>,
}

pub(crate) struct User {
    pub id: String,
    pub password: String,
    pub confirmed: bool,
    pub must_reset: bool,
    pub has_temporary_password: bool,
    pub attributes: BTreeMap<String, String>,
}

type Answer = (u16, Value);

impl Server {
    pub(crate) fn new() -> Self {
        Self {
            users: BTreeMap::new(),
            refresh_tokens: BTreeMap::new(),
            rotates: false,
            is_old: false,
            ahead_ms: 0,
            forge: None,
            challenge: None,
            dishonest_b: None,
            codes: BTreeMap::new(),
            forge_answer: None,
            issued: 0,
            handshake: None,
        }
    }

    pub(crate) fn add_user(&mut self, name: &str, password: &str) -> &mut User {
        let id = format!("{name}-3f1c2d4e");
        let user = User {
            id,
            password: password.into(),
            confirmed: true,
            must_reset: false,
            has_temporary_password: false,
            attributes: BTreeMap::new(),
        };
        self.users.entry(name.into()).insert_entry(user).into_mut()
    }

    pub(crate) fn now_ms(&self, client_ms: u64) -> u64 {
        client_ms.saturating_add_signed(self.ahead_ms)
    }

    pub(crate) fn answer(&mut self, operation: &str, body: &Value, now: u64) -> Answer {
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        match operation {
            "GET" => (200, jwks()),
            "POST /oauth2/token" => self.token_endpoint(body, now),
            "SignUp" if self.users.contains_key(&text("Username")) => {
                fault("UsernameExistsException", "User already exists")
            }
            "SignUp" => {
                let user = self.add_user(&text("Username"), &text("Password"));
                user.confirmed = false;
                (
                    200,
                    json!({"UserConfirmed": false, "UserSub": user.id,
                    "CodeDeliveryDetails": delivery()}),
                )
            }
            "ResendConfirmationCode" | "ForgotPassword" => {
                (200, json!({"CodeDeliveryDetails": delivery()}))
            }
            "ConfirmSignUp" | "ConfirmForgotPassword" => self.confirm(operation, body),
            "InitiateAuth" => match body["AuthFlow"].as_str().unwrap() {
                "USER_SRP_AUTH" => self.begin_srp(&body["AuthParameters"]),
                "CUSTOM_AUTH" | "USER_AUTH" if body["AuthParameters"]["SRP_A"].is_string() => {
                    self.begin_srp(&body["AuthParameters"])
                }
                "USER_PASSWORD_AUTH" => self.check_password(&body["AuthParameters"], now),
                "REFRESH_TOKEN_AUTH" => self.refresh(
                    body["AuthParameters"]["REFRESH_TOKEN"].as_str().unwrap(),
                    now,
                ),
                flow => fault("InvalidParameterException", flow),
            },
            "RespondToAuthChallenge" => self.respond(body, now),
            "GetTokensFromRefreshToken" if self.is_old => fault("UnknownOperationException", ""),
            "GetTokensFromRefreshToken" => self.refresh(&text("RefreshToken"), now),
            "RevokeToken" => {
                self.refresh_tokens.remove(&text("Token"));
                (200, json!({}))
            }
            _ => self.answer_about(operation, body),
        }
    }

    /// The operations that an access token opens.
    fn answer_about(&mut self, operation: &str, body: &Value) -> Answer {
        let token = body["AccessToken"].as_str().unwrap();
        let Some(name) = self.owner_of(token) else {
            return fault("NotAuthorizedException", "Access Token has been revoked");
        };
        let user = self.users.get_mut(&name).unwrap();
        match operation {
            "GetUser" => {
                let attribute =
                    |(name, value): (&String, &String)| json!({"Name": name, "Value": value});
                let attributes: Vec<Value> = user.attributes.iter().map(attribute).collect();
                (
                    200,
                    json!({"Username": user.id, "UserAttributes": attributes}),
                )
            }
            "UpdateUserAttributes" => {
                for attribute in body["UserAttributes"].as_array().unwrap() {
                    let field = |name: &str| attribute[name].as_str().unwrap().to_owned();
                    user.attributes.insert(field("Name"), field("Value"));
                }
                (200, json!({"CodeDeliveryDetailsList": [delivery()]}))
            }
            "ChangePassword" if body["PreviousPassword"] != user.password.as_str() => {
                fault("NotAuthorizedException", "Incorrect username or password.")
            }
            "ChangePassword" => {
                user.password = body["ProposedPassword"].as_str().unwrap().into();
                (200, json!({}))
            }
            "DeleteUser" => {
                self.users.remove(&name);
                (200, Value::Null)
            }
            "GlobalSignOut" => {
                self.refresh_tokens.retain(|_, owner| *owner != name);
                (200, json!({}))
            }
            _ => fault("UnknownOperationException", operation),
        }
    }

    fn confirm(&mut self, operation: &str, body: &Value) -> Answer {
        if body["ConfirmationCode"] != "123456" {
            return fault(
                "CodeMismatchException",
                "Invalid verification code provided",
            );
        }
        let user = self
            .users
            .get_mut(body["Username"].as_str().unwrap())
            .unwrap();
        user.confirmed = true;
        if operation == "ConfirmForgotPassword" {
            user.password = body["Password"].as_str().unwrap().into();
            user.must_reset = false;
        }
        (200, json!({}))
    }

    fn begin_srp(&mut self, parameters: &Value) -> Answer {
        let given = parameters["USERNAME"].as_str().unwrap();
        let is_given = |(name, user): &(&String, &User)| *name == given || user.id == given;
        let (name, user) = self.users.iter().find(is_given).unwrap();
        let v = big(2).modpow(&private_key(user), &n());
        let b_public = (k() * v + big(2).modpow(&secret_b(), &n())) % n();
        let a_public = hex_number(parameters["SRP_A"].as_str().unwrap());
        self.handshake = Some((name.clone(), a_public));
        let b = self
            .dishonest_b
            .clone()
            .unwrap_or_else(|| format!("{b_public:x}"));
        (
            200,
            json!({"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": {
                "SALT": "00af1ef7b1000ef70b82ce585c74f6ce", "SRP_B": b,
                "SECRET_BLOCK": Base64::encode_string(b"sealed"),
                "USERNAME": user.id, "USER_ID_FOR_SRP": user.id,
            }}),
        )
    }

    fn check_password(&mut self, parameters: &Value, now: u64) -> Answer {
        let name = parameters["USERNAME"].as_str().unwrap();
        match self.users.get(name) {
            Some(user) if parameters["PASSWORD"] == user.password.as_str() => {
                self.after_password(name.to_owned().as_str(), now)
            }
            _ => incorrect(),
        }
    }

    fn respond(&mut self, body: &Value, now: u64) -> Answer {
        let responses = &body["ChallengeResponses"];
        let text = |name: &str| responses[name].as_str().unwrap_or_default();
        match body["ChallengeName"].as_str().unwrap() {
            "PASSWORD_VERIFIER" => {
                let (name, a_public) = self.handshake.take().unwrap();
                let user = &self.users[&name];
                assert_eq!(text("USERNAME"), user.id);
                let expected = expected_claim(user, &a_public, text("TIMESTAMP"));
                let claim = Base64::decode_vec(text("PASSWORD_CLAIM_SIGNATURE")).unwrap();
                if claim == expected {
                    self.after_password(&name, now)
                } else {
                    incorrect()
                }
            }
            _ if responses["SRP_A"].is_string() => self.begin_srp(responses),
            "NEW_PASSWORD_REQUIRED" if body["Session"] != "session-of-new-password" => {
                fault("NotAuthorizedException", "Invalid session for the user.")
            }
            "NEW_PASSWORD_REQUIRED" if text("NEW_PASSWORD").len() < 8 => {
                fault("InvalidPasswordException", "Password not long enough")
            }
            "NEW_PASSWORD_REQUIRED" => {
                let (name, user) = self
                    .users
                    .iter_mut()
                    .find(|(_, user)| user.id == text("USERNAME"))
                    .unwrap();
                user.has_temporary_password = false;
                user.password = text("NEW_PASSWORD").into();
                let given = text("userAttributes.name").to_owned();
                user.attributes.insert("name".into(), given);
                let name = name.clone();
                self.tokens(&name, true, now)
            }
            "CUSTOM_CHALLENGE" | "ADMIN_NO_SRP_AUTH" if text("ANSWER") == "42" => {
                let owner = |user: &&User| user.id == text("USERNAME");
                assert!(self.users.values().any(|user| owner(&user)));
                self.tokens("ana", true, now)
            }
            "CUSTOM_CHALLENGE" => incorrect(),
            name => fault("InvalidParameterException", name),
        }
    }

    fn after_password(&mut self, name: &str, now: u64) -> Answer {
        let user = &self.users[name];
        if !user.confirmed {
            return fault("UserNotConfirmedException", "User is not confirmed.");
        }
        if user.must_reset {
            return fault("PasswordResetRequiredException", "Password reset required");
        }
        if user.has_temporary_password {
            return (
                200,
                json!({"ChallengeName": "NEW_PASSWORD_REQUIRED",
                "Session": "session-of-new-password", "ChallengeParameters": {
                "USER_ID_FOR_SRP": user.id, "userAttributes": "{}",
                "requiredAttributes": "[\"userAttributes.name\"]"}}),
            );
        }
        match self.challenge.take() {
            Some(challenge) => (200, challenge),
            None => self.tokens(name, true, now),
        }
    }

    pub(crate) fn refresh(&mut self, token: &str, now: u64) -> Answer {
        let Some(name) = self.refresh_tokens.get(token).cloned() else {
            return fault("NotAuthorizedException", "Refresh Token has been revoked");
        };
        if self.rotates {
            // A token counts until a later one has been used.
            let number = |token: &str| token.rsplit('-').next().unwrap().parse::<u32>().unwrap();
            let used = number(token);
            self.refresh_tokens.retain(|token, _| number(token) >= used);
        }
        self.tokens(&name, self.rotates, now)
    }

    fn tokens(&mut self, name: &str, with_refresh_token: bool, now: u64) -> Answer {
        self.tokens_for(name, with_refresh_token, None, now)
    }

    /// With a nonce they are the tokens of a code.
    pub(crate) fn tokens_for(
        &mut self,
        name: &str,
        with_refresh_token: bool,
        nonce: Option<&str>,
        now: u64,
    ) -> Answer {
        self.issued += 1;
        let user = &self.users[name];
        let common = json!({"iss": ISSUER, "sub": user.id, "iat": now, "exp": now + LIFETIME,
            "jti": format!("jti-{}", self.issued)});
        let with = |more: Value| {
            let mut claims = common.clone();
            let more = more.as_object().unwrap().clone();
            claims.as_object_mut().unwrap().extend(more);
            if let Some(forge) = self.forge {
                forge(&mut claims);
            }
            claims
        };
        let mut id = json!({"token_use": "id", "aud": "demowebclient",
            "cognito:username": user.id, "email": "ana@example.com"});
        if let Some(nonce) = nonce {
            id["nonce"] = json!(nonce);
        }
        let access = with(json!({"token_use": "access", "client_id": "demowebclient",
            "username": user.id, "scope": "aws.cognito.signin.user.admin"}));
        let access = sign("k2", &access);
        if nonce.is_some() {
            let half = &sha256(&[access.as_bytes()])[..16];
            id["at_hash"] = json!(Base64UrlUnpadded::encode_string(half));
        }
        let id = with(id);
        let mut result = json!({"IdToken": sign("k1", &id), "AccessToken": access,
            "ExpiresIn": LIFETIME, "TokenType": "Bearer"});
        if with_refresh_token {
            let token = format!("refresh-{}", self.issued);
            self.refresh_tokens.insert(token.clone(), name.into());
            result["RefreshToken"] = json!(token);
        }
        (
            200,
            json!({"AuthenticationResult": result, "ChallengeParameters": {}}),
        )
    }

    fn owner_of(&self, access_token: &str) -> Option<String> {
        let payload = access_token.split('.').nth(1)?;
        let claims = Base64UrlUnpadded::decode_vec(payload).ok()?;
        let claims: Value = serde_json::from_slice(&claims).ok()?;
        let owner = self
            .users
            .iter()
            .find(|(_, user)| claims["sub"] == user.id.as_str())?
            .0;
        self.refresh_tokens
            .values()
            .any(|name| name == owner)
            .then(|| owner.clone())
    }
}

/// A token signed by one of the pool's keys, `k1` or `k2`.
pub(crate) fn sign(kid: &str, claims: &Value) -> String {
    sign_with_header(&json!({"alg": "RS256", "kid": kid}), claims, kid)
}

pub(crate) fn sign_with_header(header: &Value, claims: &Value, kid: &str) -> String {
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(header), part(claims));
    let key = key(kid);
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature))
}

/// The public key's bytes, as an attacker knows them.
pub(crate) fn public_key_bytes(kid: &str) -> Vec<u8> {
    AsDer::as_der(key(kid).public_key())
        .unwrap()
        .as_ref()
        .to_vec()
}

pub(crate) fn jwks() -> Value {
    let jwk = |kid: &str| {
        let public = key(kid).public_key();
        let number = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
        json!({"kid": kid, "kty": "RSA", "alg": "RS256", "use": "sig",
            "n": number(public.modulus().big_endian_without_leading_zero()),
            "e": number(public.exponent().big_endian_without_leading_zero())})
    };
    json!({"keys": [jwk("k1"), jwk("k2")]})
}

fn key(kid: &str) -> &'static KeyPair {
    static KEYS: OnceLock<[KeyPair; 3]> = OnceLock::new();
    let keys = KEYS.get_or_init(|| [(); 3].map(|()| KeyPair::generate(KeySize::Rsa2048).unwrap()));
    match kid {
        "k1" => &keys[0],
        "k2" => &keys[1],
        _ => &keys[2],
    }
}

fn fault(name: &str, message: &str) -> Answer {
    (400, json!({"__type": name, "message": message}))
}

fn incorrect() -> Answer {
    fault("NotAuthorizedException", "Incorrect username or password.")
}

fn delivery() -> Value {
    json!({"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"})
}

fn expected_claim(user: &User, a_public: &BigUint, timestamp: &str) -> Vec<u8> {
    let v = big(2).modpow(&private_key(user), &n());
    let b_public = (k() * &v + big(2).modpow(&secret_b(), &n())) % n();
    let u = BigUint::from_bytes_be(&sha256(&[&signed(a_public), &signed(&b_public)]));
    let s = (a_public * v.modpow(&u, &n())).modpow(&secret_b(), &n());
    let extracted = hmac(&signed(&u), &[&signed(&s)]);
    let key = hmac(&extracted, &[b"Caldera Derived Key", &[1]]);
    hmac(
        &key[..16],
        &[b"demo", user.id.as_bytes(), b"sealed", timestamp.as_bytes()],
    )
}

fn private_key(user: &User) -> BigUint {
    let inner = sha256(&[format!("demo{}:{}", user.id, user.password).as_bytes()]);
    let salt = signed(&hex_number("00af1ef7b1000ef70b82ce585c74f6ce"));
    BigUint::from_bytes_be(&sha256(&[&salt, &inner]))
}

/// Java's `BigInteger.toByteArray` of a number that is not negative.
fn signed(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes[0] >= 0x80 {
        bytes.insert(0, 0);
    }
    bytes
}

fn n() -> BigUint {
    BigUint::from_bytes_be(&cognate_modexp::N)
}

fn k() -> BigUint {
    BigUint::from_bytes_be(&sha256(&[&signed(&n()), &[2]]))
}

fn secret_b() -> BigUint {
    BigUint::from_bytes_be(&[0xb7; 32])
}

fn big(small: u32) -> BigUint {
    BigUint::from(small)
}

fn hex_number(hex: &str) -> BigUint {
    BigUint::parse_bytes(hex.as_bytes(), 16).unwrap()
}

pub(crate) fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().to_vec()
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}
