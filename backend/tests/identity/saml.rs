//! Logins of SAML providers.

#[allow(dead_code, reason = "the forger's part of it is for other tests")]
#[path = "../support/saml_provider.rs"]
mod saml_provider;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use cognate_backend::config::{Config, SamlProviderConfig};
use serde_json::{Value, json};
use url::Url;

use crate::issuer::listen;
use crate::person::{POOL, get_id};
use crate::providers::{refused, update};
use crate::support::Backend;
use saml_provider::{Provider, Response, encode};

const ARN: &str = "arn:aws:iam::000000000000:saml-provider/Corp";
const RECIPIENT: &str = "https://signin.aws.amazon.com/saml";

fn unsolicited() -> Response<'static> {
    Response {
        audience: "urn:amazon:webservices".to_owned(),
        recipient: RECIPIENT,
        destination: RECIPIENT,
        in_response_to: None,
        not_before: "2026-01-02T03:03:00Z",
        not_on_or_after: "2026-01-02T03:09:00Z",
        issued: "2026-01-02T03:04:00Z",
        ..Response::default()
    }
}

async fn start(idp: &Provider) -> Backend {
    start_with(Some(idp.metadata_xml()), None).await
}

async fn start_with(metadata: Option<String>, metadata_url: Option<Url>) -> Backend {
    let mut config = Config::demo();
    config.identity.saml = vec![SamlProviderConfig {
        arn: ARN.to_owned(),
        metadata,
        metadata_url,
        audience: None,
        recipient: None,
    }];
    let backend = Backend::start_with(config).await;
    update(&backend, json!({ "SamlProviderARNs": [ARN] })).await;
    backend
}

fn login(idp: &Provider, response: &Response<'_>) -> Value {
    json!({ ARN: encode(&idp.signed(response)) })
}

#[tokio::test]
async fn a_provider_that_is_down_is_not_asked_by_each_who_comes() {
    let (listeners, address) = listen().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let down = Router::new().fallback(move || async move {
        counted.fetch_add(1, Ordering::SeqCst);
        StatusCode::SERVICE_UNAVAILABLE
    });
    tokio::spawn(listeners.serve(down, std::future::pending()));
    let address = Url::parse(&format!("{address}/metadata")).unwrap();
    let backend = start_with(None, Some(address)).await;
    for expected in [1, 2] {
        for _ in 0..3 {
            let refused = refused(&backend, json!({ ARN: "invented" })).await;
            assert_eq!(refused.error_type(), "ExternalServiceException");
        }
        assert_eq!(asked.load(Ordering::SeqCst), expected);
        backend.clock.advance(60);
    }
}

#[tokio::test]
async fn a_response_leads_to_an_identity_and_its_attributes_to_a_role() {
    let idp = Provider::new();
    let backend = start(&idp).await;
    let logins = login(&idp, &unsolicited());
    let id = get_id(&backend, logins.clone()).await;
    assert_eq!(get_id(&backend, logins.clone()).await, id);
    let role = "arn:aws:iam::000000000000:role/group-b";
    let roles = json!({
        "IdentityPoolId": POOL, "Roles": {},
        "RoleMappings": { ARN: {
            "Type": "Rules", "AmbiguousRoleResolution": "Deny",
            "RulesConfiguration": { "Rules": [
                { "Claim": "groups", "MatchType": "Equals", "Value": "b", "RoleARN": role },
            ] },
        } },
    });
    backend
        .admin_identity("SetIdentityPoolRoles", roles)
        .await
        .ok();
    let request = json!({ "IdentityId": id, "Logins": logins });
    let answer = backend
        .call_identity("GetCredentialsForIdentity", request)
        .await
        .ok();
    assert_eq!(answer["IdentityId"], json!(id));
    let someone = Response {
        name_id: "bob",
        ..unsolicited()
    };
    assert_ne!(get_id(&backend, login(&idp, &someone)).await, id);
    backend.clock.advance(3600);
    let old = refused(&backend, logins).await;
    assert_eq!(old.error_type(), "NotAuthorizedException");
}

#[tokio::test]
async fn responses_that_are_for_others_of_others_or_changed_are_refused() {
    let idp = Provider::new();
    let backend = start(&idp).await;
    let good = unsolicited();
    get_id(&backend, login(&idp, &good)).await;
    let changed = encode(&idp.signed(&good).replace("alice", "admin"));
    for (what, logins) in [
        ("another signer", login(&Provider::stranger(), &good)),
        (
            "another audience",
            login(
                &idp,
                &Response {
                    audience: "urn:amazon:cognito:sp:local_demo".to_owned(),
                    ..good.clone()
                },
            ),
        ),
        (
            "another recipient",
            login(
                &idp,
                &Response {
                    recipient: "https://evil.example/saml",
                    ..good.clone()
                },
            ),
        ),
        (
            "an answer to a request",
            login(
                &idp,
                &Response {
                    in_response_to: Some("_request1"),
                    ..good.clone()
                },
            ),
        ),
        ("not signed", json!({ ARN: encode(&good.xml()) })),
        ("changed", json!({ ARN: changed })),
        ("junk", json!({ ARN: "junk" })),
    ] {
        let refused = refused(&backend, logins).await;
        assert_eq!(refused.error_type(), "NotAuthorizedException", "{what}");
    }
}

#[tokio::test]
async fn a_provider_without_metadata_is_a_fault_of_the_configuration() {
    let idp = Provider::new();
    let backend = Backend::start().await;
    update(&backend, json!({ "SamlProviderARNs": [ARN] })).await;
    let refused = refused(&backend, login(&idp, &unsolicited())).await;
    assert_eq!(
        refused.error_type(),
        "InvalidIdentityPoolConfigurationException"
    );
}
