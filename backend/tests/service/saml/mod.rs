//! SAML responses, genuine and forged, against `cognate_backend::saml`.
//!
//! The provider here signs with a key of its own whatever a test wants signed, so that each check is met by a message
//! whose signature holds. Each refusal stands beside the genuine message that it was made from.

mod corpus;
mod encrypted;
mod logout_corpus;
mod mutations;
#[path = "../../support/saml_provider.rs"]
mod provider;
mod refused;
mod requests;
mod signatures;
mod wrapping;

use cognate_backend::saml::{Assertion, Expected, SamlError};
use provider::{NOW, Provider, REQUEST, Response, service};

/// What our side makes of a document of this provider.
fn verify(provider: &Provider, xml: &str) -> Result<Assertion, SamlError> {
    verify_at(provider, xml, NOW)
}

fn verify_at(provider: &Provider, xml: &str, now: i64) -> Result<Assertion, SamlError> {
    let response = provider::encode(xml);
    let expected = Expected::Request(REQUEST);
    service().verify(&provider.metadata(), &response, expected, now)
}

/// The genuine response is believed: what a test then refuses is refused for what it changed.
fn genuine(provider: &Provider) -> String {
    let xml = provider.signed(&Response::default());
    assert_eq!(verify(provider, &xml).unwrap().subject, "alice");
    xml
}

#[test]
fn a_signed_assertion_says_who_it_is() {
    let provider = Provider::new();
    let assertion = verify(&provider, &genuine(&provider)).unwrap();
    assert_eq!(assertion.id, "_assertion1");
    assert_eq!(assertion.issuer, provider::ISSUER);
    assert_eq!(assertion.attributes["email"], ["alice@example.com"]);
    assert_eq!(assertion.attributes["groups"], ["a", "b"]);
    assert_eq!(assertion.session_index.as_deref(), Some("_session1"));
    assert_eq!(assertion.in_response_to.as_deref(), Some(REQUEST));
    // Five minutes, and the skew.
    assert_eq!(assertion.expires_at, NOW + 300 + 180);
}

#[test]
fn a_response_that_is_signed_as_a_whole_says_who_it_is() {
    let provider = Provider::new();
    let xml = provider.signed_whole(&Response::default());
    assert_eq!(verify(&provider, &xml).unwrap().subject, "alice");
}

#[test]
fn both_signed_is_believed_as_well() {
    let provider = Provider::new();
    let xml = provider.signed(&Response::default());
    let xml = provider.sign(&xml, true, provider::RSA_SHA256);
    assert_eq!(verify(&provider, &xml).unwrap().subject, "alice");
}

#[test]
fn a_response_that_answers_nothing_is_believed_only_where_nothing_was_asked() {
    let provider = Provider::new();
    let unasked = provider.signed(&Response {
        in_response_to: None,
        ..Response::default()
    });
    let asked = genuine(&provider);
    let take = |xml: &str| {
        let response = provider::encode(xml);
        service().verify(&provider.metadata(), &response, Expected::Nothing, NOW)
    };
    assert_eq!(take(&unasked).unwrap().subject, "alice");
    assert_eq!(take(&asked), Err(SamlError::InResponseTo));
    assert!(verify(&provider, &unasked).is_err());
}
