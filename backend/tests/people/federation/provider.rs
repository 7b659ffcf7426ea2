//! A provider that speaks OpenID Connect, as a test wants it: right unless told otherwise.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value, json};
use url::Url;

use crate::browser::parameter;

/// What the provider says, and what it was asked.
#[derive(Default)]
pub(crate) struct Script {
    /// Members of the discovery document to set; `null` takes one away.
    pub(crate) discovery: Value,
    /// Claims of the ID token to set; `null` takes one away.
    pub(crate) claims: Value,
    /// What `userinfo` tells besides `sub`.
    pub(crate) profile: Value,
    /// The header of the ID token, instead of the right one.
    pub(crate) header: Option<Value>,
    /// Another key is published, and signs, under the same id.
    pub(crate) rotated: bool,
    /// The ID token has no signature.
    pub(crate) unsigned: bool,
    /// The token endpoint answers with this status.
    pub(crate) status: Option<u16>,
    /// Of the newest authorization request.
    pub(crate) asked: Map<String, Value>,
    /// Of the token endpoint, each request's form.
    pub(crate) redeemed: Vec<Map<String, Value>>,
    /// Of the token endpoint, each request's `Authorization`.
    pub(crate) proved: Vec<Option<String>>,
    /// How often the keys were read.
    pub(crate) keys_read: usize,
    /// Of `userinfo`, the method of each request.
    pub(crate) told: Vec<&'static str>,
    /// Of `userinfo`, the newest query.
    pub(crate) me_query: String,
    /// Now, for the tokens.
    pub(crate) now: i64,
}

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) issuer: String,
    script: Arc<Mutex<Script>>,
    keys: Arc<[EcdsaKeyPair; 2]>,
}

impl Provider {
    pub(crate) async fn start(now: i64) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let issuer = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let keys = [(); 2].map(|()| {
            let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
            EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref()).unwrap()
        });
        let provider = Self {
            issuer,
            script: Arc::new(Mutex::new(Script {
                now,
                ..Script::default()
            })),
            keys: Arc::new(keys),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/token", axum::routing::post(token))
            .route("/me", get(told_by_get).post(told_by_post))
            .with_state(provider.clone());
        tokio::spawn(crate::trigger_flows::serve(listener, router));
        provider
    }

    pub(crate) fn script<R>(&self, change: impl FnOnce(&mut Script) -> R) -> R {
        change(&mut self.script.lock().unwrap())
    }

    /// The person signs in at the provider: the address that the browser is sent back to.
    pub(crate) fn answer(&self, location: &Url) -> String {
        assert!(location.as_str().starts_with(&self.issuer), "{location}");
        let asked = location.query_pairs();
        let asked = asked.map(|(name, value)| (name.into_owned(), json!(value)));
        self.script(|script| script.asked = asked.collect());
        let state = parameter(location, "state").unwrap();
        format!(
            "/oauth2/idpresponse?code=the-code&state={state}&iss={}",
            self.issuer
        )
    }

    fn id_token(&self, script: &Script) -> String {
        let mut claims = json!({
            "iss": self.issuer, "sub": "ada-7", "aud": "us", "nonce": script.asked.get("nonce"),
            "iat": script.now, "exp": script.now + 300, "email": "ada@acme.example",
        });
        set(&mut claims, &script.claims);
        let header = json!({ "alg": "ES256", "kid": "k1" });
        let header = script.header.as_ref().unwrap_or(&header);
        let part = |json: &Value| Base64UrlUnpadded::encode_string(json.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(&claims));
        if script.unsigned {
            return format!("{signed}.");
        }
        let key = &self.keys[usize::from(script.rotated)];
        let signature = key.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = Base64UrlUnpadded::encode_string(signature.unwrap().as_ref());
        format!("{signed}.{signature}")
    }
}

async fn discovery(State(provider): State<Provider>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", provider.issuer);
    let mut document = json!({
        "issuer": provider.issuer,
        "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/me"), "jwks_uri": at("/jwks"),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "id_token_signing_alg_values_supported": ["ES256"],
    });
    provider.script(|script| set(&mut document, &script.discovery));
    Json(document)
}

async fn jwks(State(provider): State<Provider>) -> Json<Value> {
    let key = provider.script(|script| {
        script.keys_read += 1;
        usize::from(script.rotated)
    });
    let point = provider.keys[key].public_key().as_ref();
    let half = |from: usize| Base64UrlUnpadded::encode_string(&point[from..from + 32]);
    Json(json!({ "keys": [
        { "kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "x": half(1), "y": half(33) },
    ] }))
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, form: String) -> Response {
    let form = form_urlencoded::parse(form.as_bytes()).into_owned();
    let form = form.map(|(name, value)| (name, json!(value))).collect();
    let proof = headers.get("authorization");
    let proof = proof.map(|value| value.to_str().unwrap().to_owned());
    provider.script(|script| {
        script.redeemed.push(form);
        script.proved.push(proof);
        if let Some(status) = script.status {
            return StatusCode::from_u16(status).unwrap().into_response();
        }
        let id_token = provider.id_token(script);
        Json(json!({ "access_token": "at-1", "token_type": "Bearer", "id_token": id_token }))
            .into_response()
    })
}

async fn told_by_get(
    State(provider): State<Provider>,
    uri: axum::http::Uri,
    headers: HeaderMap,
) -> Response {
    let query = uri.query().unwrap_or_default().to_owned();
    provider.script(|script| script.me_query = query);
    profile(&provider, "GET", &headers)
}

async fn told_by_post(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    profile(&provider, "POST", &headers)
}

fn profile(provider: &Provider, method: &'static str, headers: &HeaderMap) -> Response {
    if headers
        .get("authorization")
        .is_none_or(|value| value != "Bearer at-1")
    {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    provider.script(|script| {
        script.told.push(method);
        let mut profile = json!({ "sub": "ada-7", "name": "Ada" });
        set(&mut profile, &script.profile);
        Json(profile).into_response()
    })
}

fn set(json: &mut Value, changes: &Value) {
    let members = json.as_object_mut().unwrap();
    for (name, value) in changes.as_object().into_iter().flatten() {
        match value {
            Value::Null => drop(members.remove(name)),
            value => drop(members.insert(name.clone(), value.clone())),
        }
    }
}
