//! A sign-in by redirect is remembered for its own tab, and taken once.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use cognate::browser::{Browser, IndexedDb, Persistence, Storage, Tab};
use cognate_core::Config;
use cognate_core::ports::{FlowStore, SessionStore, StoreBlocked};
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const SECRET: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const OTHER_SECRET: &str = "BBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const RECORD: &str = "{\"verifier\":\"hidden\"}";

/// A page of a tab. Its sessions end with it; what it remembers does not.
async fn page(tab: &str, secret: &str) -> Browser {
    let config = Config::parse("eu-west-1_Flows", "client", &[], None).unwrap();
    let storage = Storage::open(&config, Persistence::Memory).await.unwrap();
    Browser::new(storage).with_tab(Some(Tab::parse(&config, tab, secret).unwrap()))
}

async fn taken(page: &Browser, id: &str) -> Option<String> {
    let record = page.take_flow(id).await.unwrap();
    record.map(|record| record.to_string())
}

#[wasm_bindgen_test]
async fn another_page_of_the_tab_takes_the_record_once() {
    page("once", SECRET)
        .await
        .save_flow("a", RECORD)
        .await
        .unwrap();
    let back = page("once", SECRET).await;
    assert_eq!(taken(&back, "b").await, None, "another sign-in's");
    assert_eq!(taken(&back, "a").await.as_deref(), Some(RECORD));
    assert_eq!(taken(&back, "a").await, None, "taken");
    assert_eq!(taken(&page("once", SECRET).await, "a").await, None);
}

#[wasm_bindgen_test]
async fn of_many_that_take_at_once_one_gets_the_record() {
    let browser = page("race", SECRET).await;
    browser.save_flow("a", RECORD).await.unwrap();
    let pages = [page("race", SECRET).await, page("race", SECRET).await];
    let taking = pages.map(beginning_to_take);
    let mut got = 0;
    for taken in taking {
        got += u32::from(JsFuture::from(taken).await.unwrap().is_string());
    }
    assert_eq!(got, 1);
}

/// Takes `a` without being waited for.
fn beginning_to_take(page: Browser) -> Promise {
    future_to_promise(async move { Ok(taken(&page, "a").await.map_or(JsValue::NULL, Into::into)) })
}

#[wasm_bindgen_test]
async fn several_are_kept_at_once() {
    let browser = page("several", SECRET).await;
    browser.save_flow("a", "1").await.unwrap();
    browser.save_flow("b", "2").await.unwrap();
    assert_eq!(taken(&browser, "b").await.as_deref(), Some("2"));
    assert_eq!(taken(&browser, "a").await.as_deref(), Some("1"));
}

#[wasm_bindgen_test]
async fn another_tab_finds_nothing_and_a_wrong_secret_opens_nothing() {
    page("mine", SECRET)
        .await
        .save_flow("a", RECORD)
        .await
        .unwrap();
    assert_eq!(taken(&page("theirs", SECRET).await, "a").await, None);
    assert_eq!(taken(&page("mine", OTHER_SECRET).await, "a").await, None);
}

#[wasm_bindgen_test]
async fn what_is_stored_does_not_show_the_verifier_and_opens_for_its_sign_in_only() {
    let browser = page("sealed", SECRET).await;
    browser.save_flow("a", RECORD).await.unwrap();
    let database = IndexedDb::open("cognate-auth").await.unwrap();
    let name = "eu-west-1_Flows|client|sealed|";
    let sealed = database.get(&[name, "a"].concat()).await.unwrap().unwrap();
    assert!(!sealed.contains("verifier") && !sealed.contains("hidden"));
    // Another sign-in's record under this one's name.
    database
        .put(&[name, "b"].concat(), &sealed, js_sys::Date::now(), None)
        .await
        .unwrap();
    assert_eq!(taken(&browser, "b").await, None);
    assert_eq!(taken(&browser, "a").await.as_deref(), Some(RECORD));
}

#[wasm_bindgen_test]
async fn the_persistence_memory_keeps_no_session_beside_it() {
    let browser = page("memory", SECRET).await;
    assert_eq!(browser.save("{}", None).await, Err(StoreBlocked));
    assert!(browser.load().await.unwrap().is_none());
}

#[wasm_bindgen_test]
async fn without_a_tab_nothing_is_remembered() {
    let config = Config::parse("eu-west-1_Flows", "client", &[], None).unwrap();
    let browser = Browser::new(Storage::open(&config, Persistence::Memory).await.unwrap());
    assert_eq!(browser.save_flow("a", RECORD).await, Err(StoreBlocked));
}
