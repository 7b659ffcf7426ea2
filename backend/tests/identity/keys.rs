//! The key of identities' tokens is replaced without a token ending.

use cognate_backend::keys::rotation::{ANNOUNCED_SECONDS, VERIFIES_SECONDS};
use serde_json::{Value, json};

use crate::support::Backend;

async fn published(backend: &Backend) -> Vec<String> {
    let keys = backend.get("/identity/.well-known/jwks.json").await.ok();
    let keys = keys["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

async fn sign(backend: &Backend) -> String {
    let keys = &backend.state.identity_keys;
    keys.sign(&json!({ "sub": "identity" })).await.unwrap()
}

async fn verifies(backend: &Backend, token: &str) -> bool {
    let keys = &backend.state.identity_keys;
    keys.verify::<Value>(token).await.is_ok()
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test]
async fn a_new_key_is_published_before_it_signs_and_the_old_one_verifies_to_the_end() {
    let backend = Backend::start().await;
    let keys = &backend.state.identity_keys;
    let before = sign(&backend).await;
    let starts_at = keys.rotate().await.unwrap();
    assert_eq!(starts_at, backend.clock.now() + ANNOUNCED_SECONDS);
    assert_eq!(keys.rotate().await.unwrap(), starts_at, "announced already");
    assert_eq!(published(&backend).await.len(), 2);
    backend.clock.advance(ANNOUNCED_SECONDS - 1);
    assert_eq!(kid(&sign(&backend).await), kid(&before));
    backend.clock.advance(1);
    let after = sign(&backend).await;
    assert_ne!(kid(&after), kid(&before));
    backend.clock.advance(VERIFIES_SECONDS - 1);
    keys.maintain(None).await.unwrap();
    assert!(verifies(&backend, &before).await);
    backend.clock.advance(1);
    keys.maintain(None).await.unwrap();
    assert!(!verifies(&backend, &before).await);
    assert!(verifies(&backend, &after).await);
    assert_eq!(published(&backend).await, [kid(&after)]);
}

#[tokio::test]
async fn the_period_of_the_configuration_is_the_identities_too() {
    let backend = Backend::start().await;
    let keys = &backend.state.identity_keys;
    // Where no token was ever needed there is no key to rotate.
    keys.maintain(Some(86400)).await.unwrap();
    assert_eq!(backend.state.store.identity_keys().await.unwrap().len(), 0);
    sign(&backend).await;
    backend.clock.advance(86399);
    keys.maintain(Some(86400)).await.unwrap();
    assert_eq!(published(&backend).await.len(), 1);
    backend.clock.advance(1);
    keys.maintain(Some(86400)).await.unwrap();
    keys.maintain(Some(86400)).await.unwrap();
    assert_eq!(published(&backend).await.len(), 2);
}

#[tokio::test]
async fn a_key_that_others_may_have_is_replaced_at_once() {
    let backend = Backend::start().await;
    let stolen = sign(&backend).await;
    backend.state.identity_keys.replace().await.unwrap();
    assert!(!verifies(&backend, &stolen).await);
    assert!(!published(&backend).await.contains(&kid(&stolen)));
    let new = sign(&backend).await;
    assert!(verifies(&backend, &new).await);
}
