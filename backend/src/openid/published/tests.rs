use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;

use super::*;
use crate::serve::Listeners;

/// An issuer that publishes whatever a test wants, slowly enough for others to come meanwhile.
struct Issuer {
    address: Url,
    says: Arc<Mutex<(StatusCode, String)>>,
    reads: Arc<AtomicUsize>,
}

impl Issuer {
    async fn start(text: &str) -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listeners = Listeners::bind(any).await.unwrap();
        let address = format!("http://{}/", listeners.address());
        let says = Arc::new(Mutex::new((StatusCode::OK, text.to_owned())));
        let reads = Arc::new(AtomicUsize::new(0));
        let (said, counted) = (Arc::clone(&says), Arc::clone(&reads));
        let answer = get(move || async move {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(50)).await;
            said.lock().unwrap().clone()
        });
        let router = Router::new().route("/", answer);
        tokio::spawn(listeners.serve(router, std::future::pending()));
        Self {
            address: Url::parse(&address).unwrap(),
            says,
            reads,
        }
    }

    fn says(&self, status: StatusCode, text: &str) {
        *self.says.lock().unwrap() = (status, text.to_owned());
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

fn published() -> (Published, Clock) {
    let clock = Clock::frozen_at(1_767_323_045);
    let outgoing = Outgoing::new(&[], true).unwrap();
    (Published::new(outgoing, clock.clone()), clock)
}

async fn has(published: &Published, issuer: &Issuer, name: &str) -> Result<bool, OpenIdError> {
    let find = |json: &Value| json.get(name).map(drop);
    let found = published.find(Document::Keys, &issuer.address, find).await;
    found.map(|found| found.is_some())
}

#[tokio::test]
async fn a_document_is_good_for_an_hour_and_no_longer() {
    let issuer = Issuer::start(r#"{"a":1}"#).await;
    let (published, clock) = published();
    assert_eq!(has(&published, &issuer, "a").await, Ok(true));
    issuer.says(StatusCode::OK, "{}");
    clock.advance(KEPT - 1);
    assert_eq!(has(&published, &issuer, "a").await, Ok(true));
    assert_eq!(issuer.reads(), 1);
    clock.advance(1);
    assert_eq!(has(&published, &issuer, "a").await, Ok(false));
    assert_eq!(issuer.reads(), 2);
}

#[tokio::test]
async fn what_is_missing_is_looked_for_again_but_not_at_once() {
    let issuer = Issuer::start(r#"{"a":1}"#).await;
    let (published, clock) = published();
    for _ in 0..3 {
        assert_eq!(has(&published, &issuer, "b").await, Ok(false));
    }
    issuer.says(StatusCode::OK, r#"{"b":1}"#);
    clock.advance(AGAIN - 1);
    assert_eq!(has(&published, &issuer, "b").await, Ok(false));
    assert_eq!(issuer.reads(), 1);
    clock.advance(1);
    assert_eq!(has(&published, &issuer, "b").await, Ok(true));
    assert_eq!(issuer.reads(), 2);
}

#[tokio::test]
async fn many_who_need_a_document_at_once_make_one_request() {
    let issuer = Issuer::start(r#"{"a":1}"#).await;
    let (published, _) = published();
    let ask = || has(&published, &issuer, "a");
    let all = tokio::join!(ask(), ask(), ask(), ask());
    assert_eq!(all, (Ok(true), Ok(true), Ok(true), Ok(true)));
    assert_eq!(issuer.reads(), 1);
}

#[tokio::test]
async fn a_failure_is_remembered_for_seconds_and_takes_nothing_away_that_was_read() {
    let issuer = Issuer::start(r#"{"a":1}"#).await;
    let (published, clock) = published();
    assert_eq!(has(&published, &issuer, "a").await, Ok(true));
    issuer.says(StatusCode::BAD_GATEWAY, "");
    clock.advance(AGAIN);
    let refused = Err(OpenIdError::Refused(Document::Keys, 502));
    for _ in 0..3 {
        assert_eq!(has(&published, &issuer, "b").await, refused);
        assert_eq!(has(&published, &issuer, "a").await, Ok(true));
    }
    assert_eq!(issuer.reads(), 2);
    issuer.says(StatusCode::OK, r#"{"b":1}"#);
    clock.advance(FAILED);
    assert_eq!(has(&published, &issuer, "b").await, Ok(true));
    assert_eq!(issuer.reads(), 3);
}

#[tokio::test]
async fn what_is_no_json_or_too_long_is_not_believed() {
    let (published, clock) = published();
    let issuer = Issuer::start("<html>").await;
    for text in ["<html>".to_owned(), format!("\"{}\"", "x".repeat(LONGEST))] {
        issuer.says(StatusCode::OK, &text);
        let refused = has(&published, &issuer, "a").await;
        assert!(matches!(refused, Err(OpenIdError::Unbelievable(_))));
        clock.advance(FAILED);
    }
    assert_eq!(issuer.reads(), 2);
}

#[tokio::test]
async fn a_new_document_takes_the_place_of_the_oldest() {
    let issuer = Issuer::start(r#"{"a":1}"#).await;
    let (published, clock) = published();
    let at = |n: usize| issuer.address.join(&format!("?{n}")).unwrap();
    let find = |json: &Value| json.get("a").map(drop);
    let (first, last) = (at(0), at(MOST));
    published.find(Document::Keys, &first, find).await.unwrap();
    clock.advance(1);
    for n in 1..MOST {
        published.slot(&at(n)).last().document = Some((Arc::default(), clock.now()));
    }
    published.find(Document::Keys, &last, find).await.unwrap();
    let slots = published.slots.lock().unwrap();
    assert_eq!(slots.len(), MOST);
    assert!(!slots.contains_key(&first) && slots.contains_key(&last));
}
