//! A session outlives a reload of its tab, and nothing else.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use cognate::browser::{Browser, Cancel, IndexedDb, Persistence, Storage, Tab};
use cognate_core::Config;
use cognate_core::error::ErrorCode;
use cognate_core::ports::{Limits, Lock, SessionStore, StoreBlocked};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// 32 bytes of zero, and the same with another first byte.
const SECRET: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const OTHER_SECRET: &str = "BBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn config() -> Config {
    Config::parse("eu-west-1_Store", "client", &[], None).unwrap()
}

async fn tab(id: &str, secret: &str) -> Browser {
    let tab = Tab::parse(&config(), id, secret).unwrap();
    let storage = Storage::open(&config(), Persistence::Session(&tab)).await;
    Browser::new(storage.unwrap())
}

async fn loaded(browser: &Browser) -> Option<String> {
    browser
        .load()
        .await
        .unwrap()
        .map(|stored| stored.record.to_string())
}

#[wasm_bindgen_test]
async fn a_reloaded_tab_finds_its_record_and_another_tab_does_not() {
    tab("one", SECRET)
        .await
        .save("{\"a\":1}", None)
        .await
        .unwrap();
    assert_eq!(
        loaded(&tab("one", SECRET).await).await.as_deref(),
        Some("{\"a\":1}")
    );
    assert_eq!(loaded(&tab("two", SECRET).await).await, None);
}

#[wasm_bindgen_test]
async fn a_cleared_record_is_gone_and_clearing_twice_is_fine() {
    let browser = tab("clear", SECRET).await;
    browser.save("{}", None).await.unwrap();
    browser.take(None).await.unwrap().unwrap();
    assert!(browser.take(None).await.unwrap().is_none());
    assert_eq!(loaded(&tab("clear", SECRET).await).await, None);
}

#[wasm_bindgen_test]
async fn what_is_stored_does_not_show_what_it_holds() {
    tab("sealed", SECRET)
        .await
        .save("{\"refreshToken\":\"hidden\"}", None)
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
async fn a_record_that_does_not_open_is_none_and_is_replaced_by_the_next() {
    tab("lost", SECRET).await.save("{}", None).await.unwrap();
    assert_eq!(
        loaded(&tab("lost", OTHER_SECRET).await).await,
        None,
        "of a tab that is gone"
    );

    let database = IndexedDb::open("cognate-auth").await.unwrap();
    let now = js_sys::Date::now();
    database
        .put("eu-west-1_Store|client|lost", "tampered with!", now, None)
        .await
        .unwrap();
    let browser = tab("lost", SECRET).await;
    assert_eq!(loaded(&browser).await, None);
    browser.save("{}", None).await.unwrap();
    assert_eq!(loaded(&browser).await.as_deref(), Some("{}"));
}

#[wasm_bindgen_test]
async fn a_later_start_sweeps_records_that_nobody_can_open() {
    let database = IndexedDb::open("cognate-auth").await.unwrap();
    let day = 24.0 * 3_600_000.0;
    database
        .put(
            "closed long ago",
            "x",
            js_sys::Date::now() - 31.0 * day,
            None,
        )
        .await
        .unwrap();
    database
        .put("closed lately", "x", js_sys::Date::now() - 29.0 * day, None)
        .await
        .unwrap();
    tab("sweeper", SECRET).await;
    assert_eq!(database.get("closed long ago").await, Ok(None));
    assert!(database.get("closed lately").await.unwrap().is_some());
}

#[wasm_bindgen_test]
async fn only_the_version_that_was_read_is_replaced_or_removed() {
    let (one, other) = (tab("versions", SECRET).await, tab("versions", SECRET).await);
    let first = one.save("1", None).await.unwrap().unwrap();
    assert_eq!(other.load().await.unwrap().unwrap().version, first);
    let second = other.save("2", Some(&first)).await.unwrap().unwrap();
    assert_ne!(first, second);
    assert_eq!(one.save("late", Some(&first)).await, Ok(None));
    assert!(one.take(Some(&first)).await.unwrap().is_none());
    assert_eq!(loaded(&one).await.as_deref(), Some("2"));
    let taken = one.take(Some(&second)).await.unwrap().unwrap();
    assert_eq!(taken.as_str(), "2");
    assert_eq!(other.save("late", Some(&second)).await, Ok(None));
    assert_eq!(loaded(&one).await, None, "removed is removed");
}

#[wasm_bindgen_test]
async fn a_record_of_the_device_is_every_tabs_and_no_other_namespaces_and_is_not_swept() {
    let device = async |name: &str| {
        let storage = Storage::open(&config(), Persistence::Device(name)).await;
        Browser::new(storage.unwrap())
    };
    device("").await.save("1", None).await.unwrap();
    device("work").await.save("2", None).await.unwrap();
    assert_eq!(loaded(&device("").await).await.as_deref(), Some("1"));
    assert_eq!(loaded(&device("work").await).await.as_deref(), Some("2"));
    assert_eq!(loaded(&tab("", SECRET).await).await, None);
    let database = IndexedDb::open("cognate-auth").await.unwrap();
    let name = "device|eu-west-1_Store|client|";
    let sealed = database.get(name).await.unwrap().unwrap();
    database.put(name, &sealed, 0.0, None).await.unwrap();
    assert_eq!(loaded(&device("").await).await.as_deref(), Some("1"));
}

#[wasm_bindgen_test]
async fn one_client_at_a_time_holds_the_lock_of_a_record() {
    let cancel = Cancel::default();
    let limits = |timeout_ms| Limits {
        timeout_ms,
        cancel: &cancel,
    };
    let (one, other) = (tab("lock", SECRET).await, tab("lock", SECRET).await);
    let held = one.lock(limits(1_000)).await.unwrap();
    assert!(other.lock(limits(50)).await.is_none(), "the time is up");
    let elsewhere = tab("lock elsewhere", SECRET).await;
    assert!(elsewhere.lock(limits(1_000)).await.is_some());
    drop(held);
    assert!(other.lock(limits(5_000)).await.is_some());
}

#[wasm_bindgen_test]
async fn persistence_memory_keeps_nothing() {
    let browser = Browser::new(Storage::open(&config(), Persistence::Memory).await.unwrap());
    assert_eq!(
        browser.save("{}", None).await,
        Err(StoreBlocked),
        "and says so"
    );
    assert!(!browser.keeps());
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
        let error = Tab::parse(&config(), "t", secret).unwrap_err();
        assert_eq!(error.code, ErrorCode::Internal, "{secret:?}");
    }
}
