//! New signing keys in place of old ones: who signs, who verifies, what is published, and when.

use std::collections::BTreeSet;

use cognate_backend::keys::rotation::{ANNOUNCED_SECONDS, VERIFIES_SECONDS};
use cognate_backend::keys::{KeyError, TokenUse};
use serde_json::{Value, json};

use crate::support::Backend;

const POOL: &str = "local_demo";

async fn published(backend: &Backend) -> BTreeSet<String> {
    let keys = backend.get("/local_demo/.well-known/jwks.json").await.ok();
    let keys = keys["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

async fn sign(backend: &Backend) -> String {
    let claims = json!({ "sub": "ada" });
    let keys = &backend.state.keys;
    keys.sign(POOL, TokenUse::Access, &claims).await.unwrap()
}

async fn verifies(backend: &Backend, token: &str) -> bool {
    let keys = &backend.state.keys;
    let read = keys.verify::<Value>(POOL, TokenUse::Access, token).await;
    read.is_ok()
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test]
async fn new_keys_are_published_before_they_sign_and_old_ones_verify_to_the_end() {
    let backend = Backend::start().await;
    let keys = &backend.state.keys;
    let old_keys = published(&backend).await;
    let before = sign(&backend).await;

    keys.rotate(POOL).await.unwrap();
    let both = published(&backend).await;
    assert_eq!(both.len(), 4);
    assert!(both.is_superset(&old_keys));
    assert_eq!(kid(&sign(&backend).await), kid(&before), "announced only");
    backend.clock.advance(ANNOUNCED_SECONDS - 1);
    let last = sign(&backend).await;
    assert_eq!(kid(&last), kid(&before));

    backend.clock.advance(1);
    let after = sign(&backend).await;
    assert!(!old_keys.contains(&kid(&after)) && both.contains(&kid(&after)));
    backend.clock.advance(VERIFIES_SECONDS - 1);
    assert!(verifies(&backend, &last).await);
    keys.maintain(None).await.unwrap();
    keys.forget(POOL);
    assert_eq!(published(&backend).await, both);

    backend.clock.advance(1);
    keys.maintain(None).await.unwrap();
    assert_eq!(published(&backend).await, &both - &old_keys);
    assert!(!verifies(&backend, &last).await);
    assert!(verifies(&backend, &after).await);
    let rows = backend.state.store.signing_keys(POOL).await.unwrap();
    assert_eq!(rows.len(), 2, "the old keys are deleted");
}

#[tokio::test]
async fn keys_that_are_announced_are_not_announced_again() {
    let backend = Backend::start().await;
    let starts_at = backend.state.keys.rotate(POOL).await.unwrap();
    backend.clock.advance(60);
    assert_eq!(backend.state.keys.rotate(POOL).await.unwrap(), starts_at);
    assert_eq!(published(&backend).await.len(), 4);
}

#[tokio::test]
async fn a_period_rotates_the_keys_when_they_have_signed_for_so_long() {
    let backend = Backend::start().await;
    let keys = &backend.state.keys;
    let period = 30 * 86400;
    backend.clock.advance(period - 1);
    keys.maintain(Some(period)).await.unwrap();
    assert_eq!(published(&backend).await.len(), 2);
    backend.clock.advance(1);
    keys.maintain(Some(period)).await.unwrap();
    assert_eq!(published(&backend).await.len(), 4);
    backend.clock.advance(ANNOUNCED_SECONDS + VERIFIES_SECONDS);
    keys.maintain(Some(period)).await.unwrap();
    assert_eq!(published(&backend).await.len(), 2);
}

#[tokio::test]
async fn replaced_keys_are_gone_at_once_with_the_tokens_they_signed() {
    let backend = Backend::start().await;
    let old_keys = published(&backend).await;
    let before = sign(&backend).await;
    backend.state.keys.replace(POOL).await.unwrap();
    let new_keys = published(&backend).await;
    assert_eq!(new_keys.len(), 2);
    assert!(new_keys.is_disjoint(&old_keys));
    assert!(!verifies(&backend, &before).await);
    assert!(new_keys.contains(&kid(&sign(&backend).await)));
}

#[tokio::test]
async fn a_pool_that_is_not_there_has_no_keys_to_rotate() {
    let backend = Backend::start().await;
    let keys = &backend.state.keys;
    let refused = keys.rotate("local_nowhere").await;
    assert!(matches!(refused, Err(KeyError::NoPool)));
    let refused = keys.replace("local_nowhere").await;
    assert!(matches!(refused, Err(KeyError::NoPool)));
}
