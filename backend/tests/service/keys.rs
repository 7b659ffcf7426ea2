//! The pools' signing keys: what they accept, and whether others accept what they signed.

use cognate_backend::keys::{KeyError, TokenUse};
use serde_json::{Value, json};

use crate::support::Backend;

#[tokio::test]
async fn a_token_is_accepted_only_in_its_pool_and_for_its_use() {
    let backend = Backend::start().await;
    let other = backend
        .admin("CreateUserPool", json!({ "PoolName": "other" }))
        .await
        .ok();
    let other = other["UserPool"]["Id"].as_str().unwrap();
    let keys = &backend.state.keys;
    let claims = json!({ "sub": "ada", "token_use": "access" });
    let token = keys
        .sign("local_demo", TokenUse::Access, &claims)
        .await
        .unwrap();
    let read: Value = keys
        .verify("local_demo", TokenUse::Access, &token)
        .await
        .unwrap();
    assert_eq!(read, claims);
    for (pool, token_use) in [("local_demo", TokenUse::Id), (other, TokenUse::Access)] {
        let refused = keys.verify::<Value>(pool, token_use, &token).await;
        assert!(matches!(refused, Err(KeyError::Token)));
    }
    let refused = keys
        .verify::<Value>("local_nowhere", TokenUse::Access, &token)
        .await;
    assert!(matches!(refused, Err(KeyError::NoPool)));
}

#[tokio::test]
async fn a_changed_token_is_refused_wherever_it_was_changed() {
    let backend = Backend::start().await;
    let keys = &backend.state.keys;
    let claims = json!({ "sub": "ada" });
    let token = keys
        .sign("local_demo", TokenUse::Id, &claims)
        .await
        .unwrap();
    for at in (0..token.len()).step_by(7) {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let refused = keys
            .verify::<Value>("local_demo", TokenUse::Id, &changed)
            .await;
        assert!(matches!(refused, Err(KeyError::Token)), "character {at}");
    }
    for broken in ["", ".", "..", "a.b", "a.b.c.d", &token[..token.len() - 1]] {
        let refused = keys
            .verify::<Value>("local_demo", TokenUse::Id, broken)
            .await;
        assert!(matches!(refused, Err(KeyError::Token)), "{broken}");
    }
}

#[tokio::test]
async fn another_library_accepts_the_signature_with_the_published_key() {
    let backend = Backend::start().await;
    let claims = json!({ "sub": "ada", "exp": 4_000_000_000_i64 });
    let token = backend
        .state
        .keys
        .sign("local_demo", TokenUse::Access, &claims)
        .await
        .unwrap();
    let header = jsonwebtoken::decode_header(&token).unwrap();
    let keys = backend.get("/local_demo/.well-known/jwks.json").await;
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&keys.text).unwrap();
    let key = keys.find(&header.kid.unwrap()).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(key).unwrap();
    let rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    let read = jsonwebtoken::decode::<Value>(&token, &key, &rules).unwrap();
    assert_eq!(read.claims, claims);
}

#[tokio::test]
async fn keys_and_data_survive_a_restart() {
    let backend = Backend::start().await;
    let path = "/local_demo/.well-known/jwks.json";
    let before = backend.get(path).await.ok();
    let claims = json!({ "sub": "ada" });
    let token = backend
        .state
        .keys
        .sign("local_demo", TokenUse::Id, &claims)
        .await
        .unwrap();
    let backend = backend
        .restart_with(cognate_backend::config::Config::demo())
        .await;
    assert_eq!(backend.get(path).await.ok(), before);
    let read: Value = backend
        .state
        .keys
        .verify("local_demo", TokenUse::Id, &token)
        .await
        .unwrap();
    assert_eq!(read, claims);
}
