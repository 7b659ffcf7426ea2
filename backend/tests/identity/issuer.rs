//! Providers of others, each a small HTTP server on this machine: an OpenID Connect issuer that signs whatever a
//! test wants, and APIs that say whose an access token is.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use base64ct::{Base64UrlUnpadded, Encoding};
use cognate_backend::serve::Listeners;
use serde_json::{Value, json};

/// An issuer with one published key, and another one that it never published.
pub(crate) struct Issuer {
    /// `http://127.0.0.1:PORT`
    pub(crate) address: String,
    /// How often its keys were read.
    pub(crate) reads: Arc<AtomicUsize>,
    published: KeyPair,
    other: KeyPair,
}

impl Issuer {
    pub(crate) async fn start() -> Self {
        let published = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let reads = Arc::new(AtomicUsize::new(0));
        let (listeners, address) = listen().await;
        let discovery = json!({ "issuer": address, "jwks_uri": format!("{address}/keys") });
        let public = published.public_key();
        let keys = json!({ "keys": [{
            "kid": "one", "kty": "RSA", "use": "sig",
            "n": Base64UrlUnpadded::encode_string(public.modulus().big_endian_without_leading_zero()),
            "e": Base64UrlUnpadded::encode_string(public.exponent().big_endian_without_leading_zero()),
        }] });
        let counted = Arc::clone(&reads);
        let keys = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            async move { Json(keys) }
        };
        let router = Router::new()
            .route(
                "/.well-known/openid-configuration",
                get(move || async move { Json(discovery) }),
            )
            .route("/keys", get(keys));
        tokio::spawn(listeners.serve(router, std::future::pending()));
        Self {
            address,
            reads,
            published,
            other: KeyPair::generate(KeySize::Rsa2048).unwrap(),
        }
    }

    /// A token that it signed.
    pub(crate) fn token(&self, claims: &Value) -> String {
        sign(
            &self.published,
            &json!({ "alg": "RS256", "kid": "one" }),
            claims,
        )
    }

    /// A token of somebody who says to be it.
    pub(crate) fn forged(&self, claims: &Value) -> String {
        sign(
            &self.other,
            &json!({ "alg": "RS256", "kid": "one" }),
            claims,
        )
    }

    /// A token that is signed with the published key as if it were a secret (HS256).
    pub(crate) fn confused(&self, claims: &Value) -> String {
        let der = self.published.public_key().as_der().unwrap();
        let signed = unsigned(&json!({ "alg": "HS256", "kid": "one" }), claims);
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, der.as_ref());
        let mac = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
        format!(
            "{signed}.{}",
            Base64UrlUnpadded::encode_string(mac.as_ref())
        )
    }
}

/// Header and claims, without a signature.
pub(crate) fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}

fn sign(key: &KeyPair, header: &Value, claims: &Value) -> String {
    let signed = unsigned(header, claims);
    let mut signature = vec![0; key.public_modulus_len()];
    let random = aws_lc_rs::rand::SystemRandom::new();
    key.sign(
        &RSA_PKCS1_SHA256,
        &random,
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature))
}

/// Facebook and Amazon in one: the tokens `good` and `of-another-app` are somebody's, others nobody's.
pub(crate) async fn start_social() -> String {
    let facebook = |headers: HeaderMap, ours: &'static str| {
        let token = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        match token {
            Some("Bearer good") => Ok(Json(json!({ "id": ours }))),
            Some("Bearer of-another-app") => Ok(Json(json!({ "id": "666" }))),
            _ => Err(StatusCode::BAD_REQUEST),
        }
    };
    let amazon = |Query(query): Query<std::collections::HashMap<String, String>>| async move {
        match query.get("access_token").map(String::as_str) {
            Some("good") => Ok(Json(
                json!({ "aud": "amzn1.app", "user_id": "u", "exp": 100 }),
            )),
            Some("of-another-app") => Ok(Json(json!({ "aud": "x", "user_id": "u", "exp": 100 }))),
            Some("old") => Ok(Json(
                json!({ "aud": "amzn1.app", "user_id": "u", "exp": 0 }),
            )),
            Some("broken") => Err(StatusCode::INTERNAL_SERVER_ERROR),
            _ => Err(StatusCode::BAD_REQUEST),
        }
    };
    let router = Router::new()
        .route(
            "/app",
            get(move |headers: HeaderMap| async move { facebook(headers, "123") }),
        )
        .route(
            "/me",
            get(move |headers: HeaderMap| async move { facebook(headers, "person") }),
        )
        .route("/auth/o2/tokeninfo", get(amazon));
    let (listeners, address) = listen().await;
    tokio::spawn(listeners.serve(router, std::future::pending()));
    address
}

pub(crate) async fn listen() -> (Listeners, String) {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listeners = Listeners::bind(any).await.unwrap();
    let address = format!("http://{}", listeners.address());
    (listeners, address)
}
