//! Signing in with a SAML provider, from the app's link to its tokens.

mod leaving;
mod logout;
mod metadata;
#[allow(dead_code, reason = "the forger's part of it is for other tests")]
#[path = "../../../support/saml_provider.rs"]
mod saml_provider;
mod unsolicited;

use axum::body::Body;
use cognate_backend::saml::entity_id;
use serde_json::{Value, json};
use url::Url;

use super::Federation;
use crate::browser::{App, Browser, CALLBACK, location};
use crate::person::POOL;
use crate::support::{Answer, Backend};
use saml_provider::{Provider, Response, encode};

const ADDRESS: &str = "http://localhost:4100/saml2/idpresponse";

/// The demo pool with the SAML provider `Corp`, and an app whose people may come from there.
struct Saml {
    federation: Federation,
    idp: Provider,
}

/// What a test says of an answer.
#[derive(Clone, Copy)]
struct Said {
    id: &'static str,
    name_id: &'static str,
    attributes: &'static str,
}

const ALICE: Said = Said {
    id: "_a1",
    name_id: "alice",
    attributes: r#"<saml:Attribute Name="mail"><saml:AttributeValue>alice@corp.example</saml:AttributeValue></saml:Attribute><saml:Attribute Name="groups"><saml:AttributeValue>a</saml:AttributeValue><saml:AttributeValue>b c</saml:AttributeValue></saml:Attribute>"#,
};

impl Saml {
    async fn start(details: Value) -> Self {
        let backend = Backend::start().await;
        let idp = Provider::new();
        let mut all = match details.get("MetadataURL") {
            Some(_) => json!({}),
            None => json!({ "MetadataFile": idp.metadata_xml() }),
        };
        for (name, value) in details.as_object().unwrap() {
            all[name] = value.clone();
        }
        let created = json!({
            "UserPoolId": POOL, "ProviderName": "Corp", "ProviderType": "SAML",
            "ProviderDetails": all,
            "AttributeMapping": { "email": "mail", "name": "groups" },
            "IdpIdentifiers": ["corp.example"],
        });
        backend.admin("CreateIdentityProvider", created).await.ok();
        let client = json!({
            "UserPoolId": POOL, "ClientName": "saml", "SupportedIdentityProviders": ["COGNITO", "Corp"],
            "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email", "profile"],
            "AllowedOAuthFlowsUserPoolClient": true, "CallbackURLs": [CALLBACK],
        });
        let client = backend.admin("CreateUserPoolClient", client).await.ok();
        let app = App::of(client["UserPoolClient"]["ClientId"].as_str().unwrap());
        Self {
            federation: Federation {
                provider: super::provider::Provider::start(backend.clock.now()).await,
                backend,
                app,
                browser: Browser::default(),
            },
            idp,
        }
    }

    /// The app sends the person to the provider: the request's id and what has to come back.
    async fn leave(&mut self) -> (String, String) {
        let (xml, relay_state) = self.leave_with(&[]).await;
        let (_, id) = xml.split_once(" ID=\"").unwrap();
        (id.split('"').next().unwrap().to_owned(), relay_state)
    }

    /// The same with more parameters of the app's: the request, and what has to come back.
    async fn leave_with(&mut self, more: &[(&'static str, &'static str)]) -> (String, String) {
        let federation = &mut self.federation;
        let mut app = federation.app.clone().with("identity_provider", "Corp");
        for (name, value) in more {
            app = app.with(name, value);
        }
        let address = app.authorize();
        let there = federation.browser.open(&federation.backend, &address);
        let there = location(&there.await);
        assert_eq!(there.host_str(), Some("idp.example.com"), "{there}");
        let query: std::collections::HashMap<_, _> = there.query_pairs().into_owned().collect();
        assert!(query["RelayState"].len() <= 80, "SAML bindings, 3.4.3");
        (request(&query["SAMLRequest"]), query["RelayState"].clone())
    }

    fn response(&self, request: &str, said: Said) -> String {
        self.response_to(Some(request), said)
    }

    fn response_to(&self, in_response_to: Option<&str>, said: Said) -> String {
        let response = Response {
            audience: entity_id(POOL),
            recipient: ADDRESS,
            destination: ADDRESS,
            in_response_to,
            not_before: "2026-01-02T03:03:00Z",
            not_on_or_after: "2026-01-02T03:09:00Z",
            issued: "2026-01-02T03:04:00Z",
            id: said.id,
            name_id: said.name_id,
            attributes: said.attributes,
            ..Response::default()
        };
        encode(&self.idp.signed(&response))
    }

    /// Another site lets the browser post: it brings no cookie.
    async fn post(&self, response: &str, relay_state: &str) -> Answer {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLResponse", response)
            .append_pair("RelayState", relay_state)
            .finish();
        let request = crate::support::request("POST", "/saml2/idpresponse")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "https://idp.example.com")
            .header("sec-fetch-site", "cross-site");
        let request = request.body(Body::from(form)).unwrap();
        self.federation.backend.send(request).await
    }

    /// The whole way, up to where the browser goes.
    async fn sign_in(&mut self, said: Said) -> Url {
        let (request, relay_state) = self.leave().await;
        let response = self.response(&request, said);
        let kept = location(&self.post(&response, &relay_state).await);
        location(&self.federation.open(&path(&kept)).await)
    }
}

fn path(url: &Url) -> String {
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

/// A request, as the provider reads it: base64, DEFLATE, XML.
fn request(encoded: &str) -> String {
    use std::io::Read;
    let bytes = <base64ct::Base64 as base64ct::Encoding>::decode_vec(encoded).unwrap();
    let mut xml = String::new();
    flate2::read::DeflateDecoder::new(&bytes[..])
        .read_to_string(&mut xml)
        .unwrap();
    assert!(
        xml.contains(&entity_id(POOL)) && xml.contains(ADDRESS),
        "{xml}"
    );
    xml
}

fn error(url: &Url) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs
        .find(|(name, _)| name == "error")
        .map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn somebody_of_a_saml_provider_becomes_a_user_and_comes_again_as_that_one() {
    let mut saml = Saml::start(json!({})).await;
    let back = saml.sign_in(ALICE).await;
    let claims = saml.federation.id_claims(&back).await;
    assert_eq!(claims["cognito:username"], "Corp_alice");
    assert_eq!(claims["email"], "alice@corp.example");
    assert_eq!(claims["identities"][0]["providerType"], "SAML");
    assert_eq!(claims["identities"][0]["issuer"], saml_provider::ISSUER);
    let user = saml.federation.user("Corp_alice").await;
    assert_eq!(user["UserStatus"], "EXTERNAL_PROVIDER");
    let mut attributes = user["UserAttributes"].as_array().unwrap().iter();
    let name = attributes.find(|attribute| attribute["Name"] == "name");
    assert_eq!(
        name.unwrap()["Value"],
        "[a,b+c]",
        "several values are a list"
    );
    saml.federation.browser = Browser::default();
    let again = Said { id: "_a2", ..ALICE };
    let back = saml.sign_in(again).await;
    assert_eq!(saml.federation.id_claims(&back).await["sub"], claims["sub"]);
}

#[tokio::test]
async fn an_assertion_counts_once_and_a_response_only_for_its_request() {
    let mut saml = Saml::start(json!({})).await;
    let (first, _) = saml.leave().await;
    let stolen = saml.response(&first, ALICE);
    // The response to another request of the same browser.
    let (second, relay_state) = saml.leave().await;
    let kept = location(&saml.post(&stolen, &relay_state).await);
    let refused = location(&saml.federation.open(&path(&kept)).await);
    assert_eq!(error(&refused).as_deref(), Some("invalid_request"));
    drop(second);
    let back = saml.sign_in(ALICE).await;
    assert_eq!(error(&back), None);
    // The same assertion id once more, though it answers a new request.
    saml.federation.browser = Browser::default();
    let replayed = saml.sign_in(ALICE).await;
    assert_eq!(
        error(&replayed).as_deref(),
        Some("invalid_request"),
        "{replayed}"
    );
}

#[tokio::test]
async fn another_browser_gets_nothing_for_somebodys_response() {
    let mut saml = Saml::start(json!({})).await;
    let (request, relay_state) = saml.leave().await;
    let response = saml.response(&request, ALICE);
    let kept = location(&saml.post(&response, &relay_state).await);
    let mut stranger = Browser::default();
    let answer = stranger.open(&saml.federation.backend, &path(&kept)).await;
    assert_eq!(location(&answer).path(), "/error");
    // The handle counts in the browser that asked, still.
    let back = location(&saml.federation.open(&path(&kept)).await);
    assert_eq!(error(&back), None);
    // And once.
    let again = saml.federation.open(&path(&kept)).await;
    assert_eq!(location(&again).path(), "/error");
    for relay_state in ["", "nobody.nothing", &format!("{relay_state}x")] {
        let refused = saml.post(&response, relay_state).await;
        assert_eq!(location(&refused).path(), "/error", "{relay_state}");
    }
}

#[tokio::test]
async fn a_strangers_signature_and_a_refusal_sign_nobody_in() {
    let mut saml = Saml::start(json!({})).await;
    saml.idp = Provider::stranger();
    let refused = saml.sign_in(ALICE).await;
    assert_eq!(error(&refused).as_deref(), Some("invalid_request"));
    let user = json!({ "UserPoolId": POOL, "Username": "Corp_alice" });
    let user = saml.federation.backend.admin("AdminGetUser", user).await;
    assert_eq!(user.error_type(), "UserNotFoundException");
}

#[tokio::test]
async fn who_has_to_prove_anew_who_they_are_is_asked_to() {
    let mut saml = Saml::start(json!({})).await;
    for (parameters, is_fresh) in [
        (&[][..], false),
        (&[("prompt", "login")][..], true),
        (&[("max_age", "60")][..], true),
    ] {
        let (xml, _) = saml.leave_with(parameters).await;
        let asks = xml.contains("ForceAuthn=\"true\"");
        assert_eq!(asks, is_fresh, "{parameters:?} {xml}");
    }
}

/// What an app gets that wants a proof of the last minute, when the answer comes so much later, in seconds.
async fn proved(saml: &mut Saml, id: &'static str, later: i64) -> Url {
    saml.federation.browser = Browser::default();
    let (xml, relay_state) = saml.leave_with(&[("max_age", "60")]).await;
    let (_, request) = xml.split_once(" ID=\"").unwrap();
    let request = request.split('"').next().unwrap();
    let response = saml.response(request, Said { id, ..ALICE });
    saml.federation.backend.clock.advance(later);
    let kept = location(&saml.post(&response, &relay_state).await);
    location(&saml.federation.open(&path(&kept)).await)
}

#[tokio::test]
async fn when_somebody_proved_it_counts_where_a_proof_was_asked_for_and_must_be_as_new() {
    let mut saml = Saml::start(json!({ "RefusesUnsignedRequests": "true" })).await;
    saml.sign_in(ALICE).await;
    // The response had a time, but nobody asked for a proof: that session is none for this app.
    let (xml, _) = saml.leave_with(&[("max_age", "60")]).await;
    assert!(xml.contains("ForceAuthn=\"true\""), "{xml}");
    let new = proved(&mut saml, "_a2", 0).await;
    assert_eq!(error(&new), None, "{new}");
    let old = proved(&mut saml, "_a3", 125).await;
    assert_eq!(error(&old).as_deref(), Some("invalid_request"));
    let why = crate::browser::parameter(&old, "error_description").unwrap();
    assert!(why.contains("no proof as new"), "{why}");
}

#[tokio::test]
async fn a_provider_whose_metadata_wants_signed_requests_proves_when_somebody_proved_it() {
    let mut idp = Provider::new();
    idp.wants_signed_requests = true;
    let mut saml = Saml::start(json!({ "MetadataFile": idp.metadata_xml() })).await;
    let answer = proved(&mut saml, "_a2", 0).await;
    assert_eq!(error(&answer), None, "{answer}");
}

#[tokio::test]
async fn a_provider_that_takes_unsigned_requests_proves_nothing_as_the_question_can_be_taken_out() {
    for details in [
        json!({}),
        json!({ "RequestSigningAlgorithm": "rsa-sha256" }),
        json!({ "RefusesUnsignedRequests": "false" }),
    ] {
        let mut saml = Saml::start(details.clone()).await;
        let answer = proved(&mut saml, "_a2", 0).await;
        let why = crate::browser::parameter(&answer, "error_description");
        let why = why.unwrap_or_default();
        assert!(why.contains("no proof as new"), "{details}: {answer}");
    }
}

#[tokio::test]
async fn who_asks_for_encrypted_responses_gets_no_other() {
    let mut saml = Saml::start(json!({ "EncryptedResponses": "true" })).await;
    let refused = saml.sign_in(ALICE).await;
    assert_eq!(error(&refused).as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn administrators_read_back_addresses_and_certificates() {
    let saml = Saml::start(json!({
        "EncryptedResponses": "true", "RequestSigningAlgorithm": "rsa-sha256",
    }))
    .await;
    let backend = &saml.federation.backend;
    let named = json!({ "UserPoolId": POOL, "ProviderName": "Corp" });
    let described = backend.admin("DescribeIdentityProvider", named).await.ok();
    let details = &described["IdentityProvider"]["ProviderDetails"];
    assert_eq!(
        details["SSORedirectBindingURI"],
        "https://idp.example.com/sso"
    );
    assert_eq!(
        details["SLORedirectBindingURI"],
        "https://idp.example.com/slo"
    );
    let pool = json!({ "UserPoolId": POOL });
    let certificate = backend.admin("GetSigningCertificate", pool).await.ok();
    let certificate = certificate["Certificate"].as_str().unwrap();
    assert_eq!(details["ActiveEncryptionCertificate"], certificate);
    let path = format!("/{POOL}/saml2/metadata");
    let metadata = backend.get(&path).await;
    assert!(metadata.text.contains(certificate), "{}", metadata.text);
    assert!(metadata.text.contains(&entity_id(POOL)));
    let nowhere = backend.get("/local_nowhere/saml2/metadata").await;
    assert_eq!(nowhere.status, 404);
}

#[tokio::test]
async fn metadata_that_cannot_be_used_makes_no_provider() {
    let saml = Saml::start(json!({})).await;
    let backend = &saml.federation.backend;
    for details in [
        json!({ "MetadataFile": "<nothing/>" }),
        json!({ "MetadataURL": "http://127.0.0.1:9/metadata" }),
        json!({ "MetadataURL": "https://idp.example.com", "MetadataFile": saml.idp.metadata_xml() }),
        json!({}),
    ] {
        let update = json!({
            "UserPoolId": POOL, "ProviderName": "Corp", "ProviderDetails": details,
        });
        let refused = backend.admin("UpdateIdentityProvider", update).await;
        assert_eq!(
            refused.error_type(),
            "InvalidParameterException",
            "{details}"
        );
    }
}
