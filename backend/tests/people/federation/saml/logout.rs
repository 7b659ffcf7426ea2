//! A SAML provider ends what came by a person's session there.

use std::io::Write;

use axum::body::Body;
use base64ct::{Base64, Encoding};
use cognate_backend::saml::entity_id;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use saml_rs::crypto::construct_message_signature;
use saml_rs::crypto::keys::load_private_key;
use serde_json::{Value, json};

use super::saml_provider::{self, Provider, RSA_SHA256, Response, encode};
use super::{ALICE, Said, Saml, error};
use crate::browser::{Browser, location, parameter};
use crate::person::POOL;
use crate::support::{Answer, request};

pub(super) const PATH: &str = "/local_demo/saml2/logout";

/// What a request for logout says.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) id: &'static str,
    pub(super) issuer: &'static str,
    pub(super) destination: &'static str,
    pub(super) issued: &'static str,
    pub(super) ends: &'static str,
    pub(super) name_id: &'static str,
    pub(super) rest: &'static str,
}

pub(super) const ALICES: Asked = Asked {
    id: "_l1",
    issuer: saml_provider::ISSUER,
    destination: "http://localhost:4100/local_demo/saml2/logout",
    issued: "2026-01-02T03:04:00Z",
    ends: "2026-01-02T03:09:00Z",
    name_id: "alice",
    rest: "",
};

pub(super) fn xml(asked: Asked) -> String {
    format!(
        r#"<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{}" Version="2.0" IssueInstant="{}" NotOnOrAfter="{}" Destination="{}"><saml:Issuer>{}</saml:Issuer><saml:NameID>{}</saml:NameID>{}</samlp:LogoutRequest>"#,
        asked.id,
        asked.issued,
        asked.ends,
        asked.destination,
        asked.issuer,
        asked.name_id,
        asked.rest
    )
}

/// The query of a redirect, signed over its octets.
pub(super) fn redirect(idp: &Provider, xml: &str) -> String {
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
    deflated.write_all(xml.as_bytes()).unwrap();
    let message = Base64::encode_string(&deflated.finish().unwrap());
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("SAMLRequest", &message)
        .append_pair("RelayState", "theirs")
        .append_pair("SigAlg", RSA_SHA256)
        .finish();
    let key = load_private_key(&idp.keys.key, None).unwrap();
    let signature = construct_message_signature(&query, &key, RSA_SHA256).unwrap();
    let signature: String = form_urlencoded::byte_serialize(signature.as_bytes()).collect();
    format!("{query}&Signature={signature}")
}

impl Saml {
    pub(super) async fn with_logout() -> Self {
        Self::start(json!({ "IDPSignout": "true" })).await
    }

    /// Tokens that the app got, and a browser with a session.
    pub(super) async fn tokens(&mut self, said: Said) -> Value {
        let back = self.sign_in(said).await;
        let federation = &self.federation;
        federation.app.redeem(&federation.backend, &back).await.ok()
    }

    pub(super) async fn refreshes(&self, tokens: &Value) -> bool {
        let federation = &self.federation;
        let token = &tokens["refresh_token"];
        let refreshed = federation.app.refresh(&federation.backend, token).await;
        refreshed.status == 200
    }

    pub(super) async fn has_session(&mut self) -> bool {
        let federation = &mut self.federation;
        let address = federation.app.authorize();
        let next = federation.browser.open(&federation.backend, &address).await;
        parameter(&location(&next), "code").is_some()
    }

    pub(super) async fn by_redirect(&self, xml: &str) -> Answer {
        let address = format!("{PATH}?{}", redirect(&self.idp, xml));
        self.federation.backend.get(&address).await
    }

    async fn by_form(&self, xml: &str) -> Answer {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLRequest", &encode(xml))
            .append_pair("RelayState", "theirs")
            .finish();
        let request = request("POST", PATH)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "https://idp.example.com")
            .header("sec-fetch-site", "cross-site");
        let request = request.body(Body::from(form)).unwrap();
        self.federation.backend.send(request).await
    }
}

pub(super) fn is_answered(answer: &Answer) {
    let there = location(answer);
    assert_eq!(there.host_str(), Some("idp.example.com"), "{there}");
    assert_eq!(there.path(), "/slo");
    assert_eq!(parameter(&there, "RelayState").as_deref(), Some("theirs"));
    assert!(parameter(&there, "Signature").is_some(), "{there}");
    assert!(parameter(&there, "SAMLResponse").is_some(), "{there}");
}

pub(super) fn is_refused(name: &str, answer: &Answer) {
    let page = location(answer);
    assert_eq!(page.path(), "/error", "{name}: {page}");
    assert_eq!(error(&page).as_deref(), Some("invalid_request"), "{name}");
}

#[tokio::test]
async fn a_providers_logout_by_redirect_ends_the_session_and_the_tokens() {
    let mut saml = Saml::with_logout().await;
    let tokens = saml.tokens(ALICE).await;
    assert!(saml.refreshes(&tokens).await && saml.has_session().await);
    is_answered(&saml.by_redirect(&xml(ALICES)).await);
    assert!(!saml.refreshes(&tokens).await);
    assert!(!saml.has_session().await);
}

#[tokio::test]
async fn a_providers_logout_in_a_form_ends_the_named_session_and_no_other_persons() {
    let mut saml = Saml::with_logout().await;
    let alices = saml.tokens(ALICE).await;
    saml.federation.browser = Browser::default();
    let bob = Said {
        id: "_b1",
        name_id: "bob",
        ..ALICE
    };
    let bobs = saml.tokens(bob).await;
    let asked = |id, index| Asked {
        id,
        rest: index,
        ..ALICES
    };
    // Of another session of the same person: nothing is hers.
    let other = xml(asked(
        "_l1",
        "<samlp:SessionIndex>_other</samlp:SessionIndex>",
    ));
    is_answered(&saml.by_form(&saml.idp.sign(&other, true, RSA_SHA256)).await);
    assert!(saml.refreshes(&alices).await);
    let hers = xml(asked(
        "_l2",
        "<samlp:SessionIndex>_session1</samlp:SessionIndex>",
    ));
    is_answered(&saml.by_form(&saml.idp.sign(&hers, true, RSA_SHA256)).await);
    assert!(!saml.refreshes(&alices).await);
    assert!(saml.refreshes(&bobs).await && saml.has_session().await);
}

#[tokio::test]
async fn a_logout_that_does_not_hold_ends_nothing() {
    let mut saml = Saml::with_logout().await;
    let tokens = saml.tokens(ALICE).await;
    let genuine = xml(ALICES);
    is_refused("unsigned form", &saml.by_form(&genuine).await);
    let signed = redirect(&saml.idp, &genuine);
    let (unsigned, _) = signed.split_once("&SigAlg=").unwrap();
    let backend = &saml.federation.backend;
    for (name, query) in [
        ("unsigned redirect", unsigned.to_owned()),
        (
            "another RelayState",
            signed.replace("=theirs", "=https%3A%2F%2Fevil.example"),
        ),
        ("a second request", format!("{signed}&SAMLRequest=x")),
        ("SHA-1", signed.replace("rsa-sha256", "rsa-sha1")),
        ("a strangers key", redirect(&Provider::stranger(), &genuine)),
        (
            "a response to nothing",
            signed.replace("SAMLRequest=", "SAMLResponse="),
        ),
        ("nothing", String::new()),
    ] {
        let answer = backend.get(&format!("{PATH}?{query}")).await;
        is_refused(name, &answer);
    }
    let strangers = Provider::stranger().sign(&genuine, true, RSA_SHA256);
    is_refused("a strangers form", &saml.by_form(&strangers).await);
    for (name, asked) in [
        (
            "another issuer",
            Asked {
                issuer: "https://other.example",
                ..ALICES
            },
        ),
        (
            "another pool",
            Asked {
                destination: "http://localhost:4100/local_other/saml2/logout",
                ..ALICES
            },
        ),
        (
            "without a destination",
            Asked {
                destination: "",
                ..ALICES
            },
        ),
        (
            "expired",
            Asked {
                ends: "2026-01-02T03:00:00Z",
                ..ALICES
            },
        ),
        (
            "old",
            Asked {
                issued: "2026-01-02T02:50:00Z",
                ..ALICES
            },
        ),
        (
            "from the future",
            Asked {
                issued: "2026-01-02T03:30:00Z",
                ends: "2026-01-02T03:40:00Z",
                ..ALICES
            },
        ),
        (
            "no time",
            Asked {
                issued: "2026-01-02T03:0x:00Z",
                ..ALICES
            },
        ),
        (
            "nobody",
            Asked {
                name_id: "",
                ..ALICES
            },
        ),
        (
            "two names",
            Asked {
                rest: "<saml:NameID>bob</saml:NameID>",
                ..ALICES
            },
        ),
        (
            "an extension",
            Asked {
                rest: "<samlp:Extensions/>",
                ..ALICES
            },
        ),
    ] {
        is_refused(name, &saml.by_redirect(&xml(asked)).await);
        let signed = saml.idp.sign(&xml(asked), true, RSA_SHA256);
        is_refused(name, &saml.by_form(&signed).await);
    }
    // Wrapped: the signed one within another.
    let signed = saml.idp.sign(&genuine, true, RSA_SHA256);
    let outer = xml(Asked {
        id: "_evil",
        name_id: "bob",
        ..ALICES
    });
    let wrapped = outer.replace(
        "</samlp:LogoutRequest>",
        &format!("{signed}</samlp:LogoutRequest>"),
    );
    is_refused("wrapped", &saml.by_form(&wrapped).await);
    let changed = signed.replace(">alice<", ">bob<");
    is_refused("changed", &saml.by_form(&changed).await);
    assert!(saml.refreshes(&tokens).await && saml.has_session().await);
}

#[tokio::test]
async fn two_ways_in_to_one_organisation_are_both_left() {
    let mut saml = Saml::with_logout().await;
    let backend = &saml.federation.backend;
    // It sorts before the one that people come by, and calls itself the same; a second one has another key.
    for (name, idp) in [("Branch", Provider::new()), ("Annex", Provider::stranger())] {
        let details = json!({ "MetadataFile": idp.metadata_xml(), "IDPSignout": "true" });
        let created = json!({
            "UserPoolId": POOL, "ProviderName": name, "ProviderType": "SAML", "ProviderDetails": details,
        });
        backend.admin("CreateIdentityProvider", created).await.ok();
    }
    let tokens = saml.tokens(ALICE).await;
    is_answered(&saml.by_redirect(&xml(ALICES)).await);
    assert!(!saml.refreshes(&tokens).await);
}

#[tokio::test]
async fn a_logout_counts_once() {
    let mut saml = Saml::with_logout().await;
    is_answered(&saml.by_redirect(&xml(ALICES)).await);
    let tokens = saml.tokens(ALICE).await;
    is_refused("again", &saml.by_redirect(&xml(ALICES)).await);
    assert!(saml.refreshes(&tokens).await);
}

#[tokio::test]
async fn a_provider_without_idp_signout_and_an_unknown_pool_are_not_listened_to() {
    let mut saml = Saml::start(json!({})).await;
    let tokens = saml.tokens(ALICE).await;
    is_refused("IDPSignout", &saml.by_redirect(&xml(ALICES)).await);
    assert!(saml.refreshes(&tokens).await);
    let nowhere = saml
        .federation
        .backend
        .get("/local_nowhere/saml2/logout")
        .await;
    assert_eq!(nowhere.status, 404);
    let metadata = format!("/{POOL}/saml2/metadata");
    let metadata = saml.federation.backend.get(&metadata).await.text;
    assert_eq!(
        metadata.matches("SingleLogoutService").count(),
        2,
        "{metadata}"
    );
    assert!(metadata.contains(ALICES.destination), "{metadata}");
}

#[tokio::test]
async fn a_browsers_session_does_not_outlive_the_providers() {
    let mut saml = Saml::with_logout().await;
    for (end, stays) in [
        ("2026-01-02T03:10:00Z", false),
        ("2026-01-02T09:00:00Z", true),
    ] {
        saml.federation.browser = Browser::default();
        let (request, relay_state) = saml.leave().await;
        let response = Response {
            audience: entity_id(POOL),
            recipient: super::ADDRESS,
            destination: super::ADDRESS,
            in_response_to: Some(&request),
            not_before: "2026-01-02T03:03:00Z",
            not_on_or_after: "2026-01-02T03:19:00Z",
            issued: "2026-01-02T03:04:00Z",
            id: if stays { "_s2" } else { "_s1" },
            attributes: ALICE.attributes,
            ..Response::default()
        };
        let index = "SessionIndex=\"_session1\"";
        let said = format!("{index} SessionNotOnOrAfter=\"{end}\"");
        let xml = response.xml().replace(index, &said);
        let signed = encode(&saml.idp.sign(&xml, false, RSA_SHA256));
        let kept = location(&saml.post(&signed, &relay_state).await);
        let back = location(&saml.federation.open(&super::path(&kept)).await);
        assert!(parameter(&back, "code").is_some(), "{back}");
        assert!(saml.has_session().await);
        saml.federation.backend.clock.advance(420);
        assert_eq!(saml.has_session().await, stays, "{end}");
    }
}
