//! What is sealed opens for the same tab, namespace and purpose, unchanged, and for nothing else.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use cognate::browser::{IndexedDb, Seal};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::CryptoKey;

wasm_bindgen_test_configure!(run_in_browser);

const TEXT: &str = "{\"refreshToken\":\"s\u{e9}cret\"}";

async fn base_key() -> CryptoKey {
    IndexedDb::open("cognate-test-seal")
        .await
        .unwrap()
        .base_key()
        .await
        .unwrap()
}

async fn seal(secret: u8, namespace: &str) -> Seal {
    Seal::of_tab(&base_key().await, &[secret; 32], namespace.into())
        .await
        .unwrap()
}

#[wasm_bindgen_test]
async fn a_tab_opens_what_it_sealed_before_a_reload() {
    let sealed = seal(1, "pool|client|tab")
        .await
        .seal("session", TEXT)
        .await
        .unwrap();
    assert!(!sealed.contains("secret"));
    let opened = seal(1, "pool|client|tab")
        .await
        .open("session", &sealed)
        .await;
    assert_eq!(opened.as_deref().map(String::as_str), Some(TEXT));
}

#[wasm_bindgen_test]
async fn two_seals_of_one_text_differ() {
    let seal = seal(1, "n").await;
    assert_ne!(
        seal.seal("c", TEXT).await.unwrap(),
        seal.seal("c", TEXT).await.unwrap()
    );
}

#[wasm_bindgen_test]
async fn another_tab_namespace_or_purpose_does_not_open_it() {
    let sealed = seal(1, "pool|client|tab")
        .await
        .seal("session", TEXT)
        .await
        .unwrap();
    assert!(
        seal(2, "pool|client|tab")
            .await
            .open("session", &sealed)
            .await
            .is_none(),
        "tab secret"
    );
    assert!(
        seal(1, "pool|other|tab")
            .await
            .open("session", &sealed)
            .await
            .is_none(),
        "namespace"
    );
    assert!(
        seal(1, "pool|client|tab")
            .await
            .open("step", &sealed)
            .await
            .is_none(),
        "purpose"
    );
    let ephemeral = Seal::ephemeral("pool|client|tab".into()).await.unwrap();
    assert!(
        ephemeral.open("session", &sealed).await.is_none(),
        "another key"
    );
}

#[wasm_bindgen_test]
async fn a_changed_character_anywhere_keeps_it_shut() {
    let seal = seal(1, "n").await;
    let sealed = seal.seal("c", TEXT).await.unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(seal.open("c", &changed).await.is_none(), "character {at}");
        assert!(
            seal.open("c", sealed.get(..at).unwrap()).await.is_none(),
            "cut at {at}"
        );
    }
}

#[wasm_bindgen_test]
async fn the_base_key_is_one_per_origin_and_cannot_be_read_out() {
    let (first, second) = (base_key().await, base_key().await);
    assert!(!first.extractable());
    let subtle = web_sys::window().unwrap().crypto().unwrap().subtle();
    let exporting = subtle.export_key("raw", &first).unwrap();
    assert!(JsFuture::from(exporting).await.is_err());
    let sealed = Seal::of_tab(&first, &[7; 32], "n".into())
        .await
        .unwrap()
        .seal("c", TEXT)
        .await;
    let again = Seal::of_tab(&second, &[7; 32], "n".into()).await.unwrap();
    assert!(again.open("c", &sealed.unwrap()).await.is_some());
}
