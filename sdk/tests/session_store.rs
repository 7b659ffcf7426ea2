//! A session outlives a reload of its tab, and nothing else.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use cognate::browser::{Browser, IndexedDb, Storage};
use cognate_core::Config;
use cognate_core::error::ErrorCode;
use cognate_core::ports::SessionStore;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// 32 bytes of zero, and the same with another first byte.
const SECRET: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const OTHER_SECRET: &str = "BBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn config() -> Config {
    Config::parse("eu-west-1_Store", "client", &[], None).unwrap()
}

async fn tab(id: &str, secret: &str) -> Browser {
    Browser::new(Storage::session(&config(), id, secret).await.unwrap())
}

async fn loaded(browser: &Browser) -> Option<String> {
    browser
        .load()
        .await
        .unwrap()
        .map(|record| record.to_string())
}

#[wasm_bindgen_test]
async fn a_reloaded_tab_finds_its_record_and_another_tab_does_not() {
    tab("one", SECRET).await.save("{\"a\":1}").await.unwrap();
    assert_eq!(
        loaded(&tab("one", SECRET).await).await.as_deref(),
        Some("{\"a\":1}")
    );
    assert_eq!(loaded(&tab("two", SECRET).await).await, None);
}

#[wasm_bindgen_test]
async fn a_cleared_record_is_gone_and_clearing_twice_is_fine() {
    let browser = tab("clear", SECRET).await;
    browser.save("{}").await.unwrap();
    browser.clear().await.unwrap();
    browser.clear().await.unwrap();
    assert_eq!(loaded(&tab("clear", SECRET).await).await, None);
}

#[wasm_bindgen_test]
async fn what_is_stored_does_not_show_what_it_holds() {
    tab("sealed", SECRET)
        .await
        .save("{\"refreshToken\":\"hidden\"}")
        .await
        .unwrap();
    let database = IndexedDb::open("cognate-auth").await.unwrap();
    let stored = database
        .get("eu-west-1_Store|client|sealed")
        .await
        .unwrap()
        .unwrap();
    assert!(!stored.contains("hidden") && !stored.contains("refresh"));
}

#[wasm_bindgen_test]
async fn a_record_that_does_not_open_is_dropped() {
    tab("lost", SECRET).await.save("{}").await.unwrap();
    assert_eq!(
        loaded(&tab("lost", OTHER_SECRET).await).await,
        None,
        "of a tab that is gone"
    );
    assert_eq!(
        loaded(&tab("lost", SECRET).await).await,
        None,
        "it was dropped"
    );

    let database = IndexedDb::open("cognate-auth").await.unwrap();
    let now = js_sys::Date::now();
    database
        .put("eu-west-1_Store|client|lost", "tampered with!", now)
        .await
        .unwrap();
    assert_eq!(loaded(&tab("lost", SECRET).await).await, None);
    assert_eq!(database.get("eu-west-1_Store|client|lost").await, Ok(None));
}

#[wasm_bindgen_test]
async fn a_later_start_sweeps_records_that_nobody_can_open() {
    let database = IndexedDb::open("cognate-auth").await.unwrap();
    let day = 24.0 * 3_600_000.0;
    database
        .put("closed long ago", "x", js_sys::Date::now() - 31.0 * day)
        .await
        .unwrap();
    database
        .put("closed lately", "x", js_sys::Date::now() - 29.0 * day)
        .await
        .unwrap();
    tab("sweeper", SECRET).await;
    assert_eq!(database.get("closed long ago").await, Ok(None));
    assert!(database.get("closed lately").await.unwrap().is_some());
}

#[wasm_bindgen_test]
async fn persistence_memory_keeps_nothing() {
    let browser = Browser::new(Storage::memory(&config()).await.unwrap());
    browser.save("{}").await.unwrap();
    assert_eq!(loaded(&browser).await, None);
}

#[wasm_bindgen_test]
async fn a_malformed_tab_secret_is_refused() {
    for secret in [
        "",
        "AAAA",
        "not base64url!",
        SECRET.trim_start_matches("AAA"),
    ] {
        let error = Storage::session(&config(), "t", secret).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Internal, "{secret:?}");
    }
}
