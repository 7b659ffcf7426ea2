//! Who leaves here leaves the SAML provider, too.

use std::io::Read;

use base64ct::{Base64, Encoding};
use cognate_backend::saml::entity_id;
use flate2::read::DeflateDecoder;
use serde_json::{Value, json};
use url::Url;

use super::logout::{ALICES, PATH, is_refused, redirect, xml};
use super::saml_provider;
use super::{ALICE, Said, Saml};
use crate::browser::{Browser, CALLBACK, location, parameter};
use crate::person::POOL;
use crate::support::Answer;

/// What a provider says to a request of ours.
#[derive(Clone, Copy)]
struct Answered<'a> {
    in_response_to: &'a str,
    issuer: &'a str,
    status: &'a str,
}

fn response(answered: Answered<'_>) -> String {
    format!(
        r#"<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r1" Version="2.0" IssueInstant="2026-01-02T03:04:00Z" Destination="{}" InResponseTo="{}"><saml:Issuer>{}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{}"/></samlp:Status></samlp:LogoutResponse>"#,
        ALICES.destination, answered.in_response_to, answered.issuer, answered.status
    )
}

const BYE: &str = "https://app.example.com/bye";

impl Saml {
    /// Signed in, and at an app that may send people to [`BYE`].
    async fn leaving(details: Value) -> Self {
        let mut saml = Self::start(details).await;
        let federation = &saml.federation;
        let change = json!({
            "UserPoolId": POOL, "ClientId": federation.app.client, "LogoutURLs": [BYE],
            "SupportedIdentityProviders": ["COGNITO", "Corp"], "CallbackURLs": [CALLBACK],
            "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email", "profile"],
            "AllowedOAuthFlowsUserPoolClient": true,
        });
        let backend = &federation.backend;
        backend.admin("UpdateUserPoolClient", change).await.ok();
        saml.tokens(ALICE).await;
        saml
    }

    async fn log_out(&mut self) -> Url {
        let federation = &mut self.federation;
        let address = format!(
            "/logout?client_id={}&logout_uri={}",
            federation.app.client,
            form_urlencoded::byte_serialize(BYE.as_bytes()).collect::<String>()
        );
        location(&federation.browser.open(&federation.backend, &address).await)
    }

    async fn comes_back(&self, message: &str) -> Answer {
        let query = redirect(&self.idp, message).replacen("SAMLRequest=", "SAMLResponse=", 1);
        let address = format!("{PATH}?{query}");
        self.federation.backend.get(&address).await
    }
}

/// The request in an address at the provider.
fn asked_for(there: &Url) -> String {
    let message = Base64::decode_vec(&parameter(there, "SAMLRequest").unwrap()).unwrap();
    let mut xml = String::new();
    DeflateDecoder::new(&message[..])
        .read_to_string(&mut xml)
        .unwrap();
    xml
}

fn id_of(xml: &str) -> String {
    let (_, id) = xml.split_once(" ID=\"").unwrap();
    id.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn who_leaves_here_leaves_the_provider_too_and_comes_back_to_the_app() {
    let mut saml = Saml::leaving(json!({ "IDPSignout": "true" })).await;
    let there = saml.log_out().await;
    assert_eq!(there.host_str(), Some("idp.example.com"), "{there}");
    assert_eq!(there.path(), "/slo");
    for name in ["SigAlg", "Signature"] {
        assert!(parameter(&there, name).is_some(), "{name}: {there}");
    }
    let request = asked_for(&there);
    for part in [
        ">alice<",
        ">_session1<",
        &entity_id(POOL),
        "https://idp.example.com/slo",
    ] {
        assert!(request.contains(part), "{part}: {request}");
    }
    assert!(!saml.has_session().await, "ours ends first");
    let id = id_of(&request);
    let answer = response(Answered {
        in_response_to: &id,
        issuer: saml_provider::ISSUER,
        status: "Success",
    });
    assert_eq!(location(&saml.comes_back(&answer).await).as_str(), BYE);
    is_refused("again", &saml.comes_back(&answer).await);
}

#[tokio::test]
async fn an_answer_leads_only_where_the_logout_was_to_lead() {
    let mut saml = Saml::leaving(json!({ "IDPSignout": "true" })).await;
    let known = |id| Answered {
        in_response_to: id,
        issuer: saml_provider::ISSUER,
        status: "Success",
    };
    for (name, message) in [
        ("to nothing", response(known("_nothing"))),
        ("a request", xml(ALICES)),
        ("no XML", "<".to_owned()),
    ] {
        is_refused(name, &saml.comes_back(&message).await);
    }
    // Nothing of ours depends on what the provider says: a refusal, and one that does not hold, do not keep anybody.
    for (status, issuer, next) in [
        ("Responder", saml_provider::ISSUER, "_a2"),
        ("Success", "https://other.example", "_a3"),
    ] {
        let there = saml.log_out().await;
        let id = id_of(&asked_for(&there));
        let answer = response(Answered {
            in_response_to: &id,
            issuer,
            status,
        });
        let query = redirect(&saml.idp, &answer).replacen("SAMLRequest=", "SAMLResponse=", 1);
        let elsewhere = query.replace("=theirs", "=https%3A%2F%2Fevil.example");
        let other_pool = format!("/local_other/saml2/logout?{elsewhere}");
        let backend = &saml.federation.backend;
        assert_eq!(backend.get(&other_pool).await.status, 404);
        let back = backend.get(&format!("{PATH}?{elsewhere}")).await;
        assert_eq!(location(&back).as_str(), BYE, "{status} {issuer}");
        saml.tokens(Said { id: next, ..ALICE }).await;
    }
    // Too late.
    let there = saml.log_out().await;
    saml.federation.backend.clock.advance(601);
    let id = id_of(&asked_for(&there));
    is_refused("late", &saml.comes_back(&response(known(&id))).await);
}

#[tokio::test]
async fn who_came_otherwise_or_whose_provider_is_not_to_be_told_goes_straight_to_the_app() {
    let mut saml = Saml::leaving(json!({})).await;
    assert_eq!(saml.log_out().await.as_str(), BYE, "without IDPSignout");
    let mut saml = Saml::leaving(json!({ "IDPSignout": "true" })).await;
    saml.federation.browser = Browser::default();
    assert_eq!(saml.log_out().await.as_str(), BYE, "without a session");
    let federation = &mut saml.federation;
    let address = format!(
        "/logout?client_id={}&logout_uri=https%3A%2F%2Fevil.example",
        federation.app.client
    );
    let page = location(&federation.browser.open(&federation.backend, &address).await);
    assert_eq!(page.path(), "/error", "{page}");
}
