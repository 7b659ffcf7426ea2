//! Metadata at an address: keys that the provider changes, and an address that does not answer.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use cognate_backend::saml::entity_id;
use futures_util::future::join_all;
use serde_json::json;
use url::Url;

use super::logout::{ALICES, Asked, is_answered, xml};
use super::saml_provider::{ISSUER, Provider, Response, encode};
use super::{ADDRESS, ALICE, Saml, error, path};
use crate::browser::{Browser, location};
use crate::person::POOL;

const HOURS: i64 = 3600;

/// What the address answers, and how often it was asked.
#[derive(Clone, Default)]
struct Published(Arc<Mutex<(u16, String, usize)>>);

impl Published {
    async fn start(idp: &Provider) -> (Self, String) {
        let published = Self::default();
        published.says(200, idp);
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listener = listener.await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answering = published.clone();
        let answer = move || async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let mut it = answering.0.lock().unwrap();
            it.2 += 1;
            (StatusCode::from_u16(it.0).unwrap(), it.1.clone())
        };
        let router = Router::new().route("/metadata", get(answer));
        tokio::spawn(crate::trigger_flows::serve(listener, router));
        (published, format!("http://localhost:{port}/metadata"))
    }

    fn says(&self, status: u16, idp: &Provider) {
        let mut it = self.0.lock().unwrap();
        (it.0, it.1) = (status, idp.metadata_xml());
    }

    /// Its document is of an entity of this name.
    fn calls_itself(&self, name: &str) {
        let mut it = self.0.lock().unwrap();
        it.1 = it.1.replace(ISSUER, name);
    }

    fn asked(&self) -> usize {
        self.0.lock().unwrap().2
    }
}

impl Saml {
    async fn published() -> (Self, Published) {
        let (published, url) = Published::start(&Provider::new()).await;
        (Self::start(json!({ "MetadataURL": url })).await, published)
    }

    /// Somebody signs in anew, at this hour of the day on which the tests begin (at three).
    async fn comes(&mut self, id: &'static str, hour: u8) -> Url {
        self.federation.browser = Browser::default();
        let (request, relay_state) = self.leave().await;
        let time = |minute: u8| format!("2026-01-02T{hour:02}:{minute:02}:00Z");
        let (begins, ends) = (time(3), time(9));
        let response = Response {
            audience: entity_id(POOL),
            recipient: ADDRESS,
            destination: ADDRESS,
            in_response_to: Some(&request),
            not_before: &begins,
            not_on_or_after: &ends,
            issued: &begins,
            id,
            name_id: ALICE.name_id,
            attributes: ALICE.attributes,
            ..Response::default()
        };
        let response = encode(&self.idp.signed(&response));
        let kept = location(&self.post(&response, &relay_state).await);
        location(&self.federation.open(&path(&kept)).await)
    }

    async fn is_let_in(&mut self, id: &'static str, hour: u8) -> bool {
        let back = self.comes(id, hour).await;
        error(&back).is_none()
    }

    fn later(&self, seconds: i64) {
        self.federation.backend.clock.advance(seconds);
    }
}

#[tokio::test]
async fn a_key_that_the_provider_has_changed_counts_at_once_and_the_old_one_no_longer() {
    let (mut saml, published) = Saml::published().await;
    assert!(saml.is_let_in("_k1", 3).await);
    assert_eq!(published.asked(), 1);
    let (old, new) = (Provider::new(), Provider::stranger());
    published.says(200, &new);
    saml.idp = new;
    // A message by another key makes us look, but not as often as somebody likes.
    assert!(!saml.is_let_in("_k2", 3).await);
    assert_eq!(published.asked(), 1);
    saml.later(61);
    assert!(saml.is_let_in("_k3", 3).await);
    assert_eq!(published.asked(), 2);
    saml.idp = old;
    for asked in [2, 3] {
        assert!(!saml.is_let_in("_k4", 3).await);
        assert_eq!(published.asked(), asked);
        saml.later(61);
    }
}

#[tokio::test]
async fn a_logout_by_a_key_that_was_changed_counts_at_once() {
    let (published, url) = Published::start(&Provider::new()).await;
    let details = json!({ "MetadataURL": url, "IDPSignout": "true" });
    let mut saml = Saml::start(details).await;
    let tokens = saml.tokens(ALICE).await;
    let new = Provider::stranger();
    published.says(200, &new);
    saml.idp = new;
    saml.later(61);
    is_answered(&saml.by_redirect(&xml(ALICES)).await);
    assert!(!saml.refreshes(&tokens).await);
    assert_eq!(published.asked(), 2);
}

#[tokio::test]
async fn what_was_read_stays_good_while_it_cannot_be_read_again_and_the_key_of_six_hours_later_is_the_new_one()
 {
    let (mut saml, published) = Saml::published().await;
    let new = Provider::stranger();
    published.says(503, &new);
    saml.later(6 * HOURS);
    for (id, asked) in [("_d1", 2), ("_d2", 2)] {
        assert!(saml.is_let_in(id, 9).await, "{id}");
        assert_eq!(published.asked(), asked);
    }
    saml.later(60);
    assert!(saml.is_let_in("_d3", 9).await);
    assert_eq!(published.asked(), 3, "a minute later it is tried again");
    published.says(200, &new);
    saml.later(60);
    assert!(!saml.is_let_in("_d4", 9).await, "by the key of before");
    saml.idp = new;
    assert!(saml.is_let_in("_d5", 9).await);
    assert_eq!(published.asked(), 4);
}

#[tokio::test]
async fn many_who_come_at_once_wait_for_one_request() {
    let (saml, published) = Saml::published().await;
    saml.later(6 * HOURS);
    let address = saml
        .federation
        .app
        .clone()
        .with("identity_provider", "Corp");
    let address = address.authorize();
    let backend = &saml.federation.backend;
    let coming = (0..8).map(|_| async {
        let there = Browser::default().open(backend, &address).await;
        assert_eq!(location(&there).host_str(), Some("idp.example.com"));
    });
    join_all(coming).await;
    assert_eq!(published.asked(), 2);
    // An administrator has it read in any case.
    let url = saml.federation.backend.admin(
        "DescribeIdentityProvider",
        json!({ "UserPoolId": POOL, "ProviderName": "Corp" }),
    );
    let details = url.await.ok()["IdentityProvider"]["ProviderDetails"].clone();
    let url = json!({ "MetadataURL": details["MetadataURL"] });
    let update = json!({ "UserPoolId": POOL, "ProviderName": "Corp", "ProviderDetails": url });
    let backend = &saml.federation.backend;
    backend.admin("UpdateIdentityProvider", update).await.ok();
    assert_eq!(published.asked(), 3);
}

#[tokio::test]
async fn a_logout_asks_nobody_for_the_metadata_of_another_that_was_read_before() {
    let (published, url) = Published::start(&Provider::new()).await;
    let details = json!({ "MetadataURL": url, "IDPSignout": "true" });
    let mut saml = Saml::start(details).await;
    let (other, url) = Published::start(&Provider::new()).await;
    other.calls_itself("https://other.example.com/metadata");
    let made = json!({
        "UserPoolId": POOL, "ProviderName": "Other", "ProviderType": "SAML",
        "ProviderDetails": { "MetadataURL": url, "IDPSignout": "true" },
    });
    let backend = &saml.federation.backend;
    backend.admin("CreateIdentityProvider", made).await.ok();
    let tokens = saml.tokens(ALICE).await;
    let asked = [published.asked(), other.asked()];
    // Both documents are old, and the other's address is down.
    saml.later(7 * HOURS);
    other.says(503, &Provider::new());
    let late = Asked {
        issued: "2026-01-02T10:04:00Z",
        ends: "2026-01-02T10:09:00Z",
        ..ALICES
    };
    is_answered(&saml.by_redirect(&xml(late)).await);
    assert!(!saml.refreshes(&tokens).await);
    assert_eq!([published.asked(), other.asked()], [asked[0] + 1, asked[1]]);
}
