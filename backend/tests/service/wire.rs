//! The wire form of every answer: headers, refusals, CORS, and what a pool publishes.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::json;

use crate::support::{Backend, TARGET_PREFIX, request};

#[tokio::test]
async fn a_refusal_has_the_services_form_and_headers() {
    let backend = Backend::start().await;
    let answer = backend.call("MakeCoffee", json!({})).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.error_type(), "UnknownOperationException");
    assert_eq!(
        answer.header("content-type"),
        Some("application/x-amz-json-1.1")
    );
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("UnknownOperationException")
    );
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("origin-agent-cluster"), Some("?1"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(answer.header("x-amzn-requestid").map(str::len), Some(36));
}

#[tokio::test]
async fn a_target_of_another_service_and_no_target_are_unknown_operations() {
    let backend = Backend::start().await;
    for target in [
        "AWSCognitoSyncService.ListDatasets",
        "AWSCognitoIdentityService.SignUp",
        "SignUp",
        "",
    ] {
        let request = request("POST", "/")
            .header("x-amz-target", target)
            .body(Body::from("{}"))
            .unwrap();
        assert_eq!(
            backend.send(request).await.error_type(),
            "UnknownOperationException"
        );
    }
    let request = request("POST", "/").body(Body::from("{}")).unwrap();
    assert_eq!(
        backend.send(request).await.error_type(),
        "UnknownOperationException"
    );
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let backend = Backend::start().await;
    let request = request("POST", "/")
        .header("x-amz-target", format!("{TARGET_PREFIX}DescribeUserPool"))
        .body(Body::from(" ".repeat(256 * 1024 + 1)))
        .unwrap();
    let answer = backend.send(request).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.error_type(), "RequestEntityTooLargeException");
}

#[tokio::test]
async fn a_preflight_allows_what_clients_send_and_not_the_authorization_header() {
    let backend = Backend::start().await;
    let request = request("OPTIONS", "/")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "content-type,x-amz-target,authorization",
        )
        .body(Body::empty())
        .unwrap();
    let answer = backend.send(request).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
    let allowed = answer.header("access-control-allow-headers").unwrap();
    assert!(allowed.contains("x-amz-target") && allowed.contains("cache-control"));
    assert!(!allowed.contains("authorization") && !allowed.contains('*'));
}

#[tokio::test]
async fn health_answers_and_unknown_paths_do_not_exist() {
    let backend = Backend::start().await;
    assert_eq!(backend.get("/health").await.ok(), json!({ "status": "ok" }));
    assert_eq!(backend.get("/nowhere").await.status, StatusCode::NOT_FOUND);
    let put = request("PUT", "/").body(Body::empty()).unwrap();
    let answer = backend.send(put).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_pool_publishes_two_keys_and_its_issuer_to_every_origin() {
    let backend = Backend::start().await;
    let keys = backend.get("/local_demo/.well-known/jwks.json").await;
    assert_eq!(keys.header("access-control-allow-origin"), Some("*"));
    assert!(keys.header("cache-control").unwrap().contains("max-age="));
    let keys = keys.ok();
    let keys = keys["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0]["kid"], keys[1]["kid"]);
    for key in keys {
        assert_eq!((&key["kty"], &key["alg"]), (&json!("RSA"), &json!("RS256")));
        assert_eq!(key.as_object().unwrap().len(), 6, "no private part: {key}");
    }
    let document = backend
        .get("/local_demo/.well-known/openid-configuration")
        .await
        .ok();
    assert_eq!(document["issuer"], "http://localhost:4100/local_demo");
    assert_eq!(
        document["jwks_uri"],
        "http://localhost:4100/local_demo/.well-known/jwks.json"
    );
    for path in ["jwks.json", "openid-configuration"] {
        let answer = backend
            .get(&format!("/local_nowhere/.well-known/{path}"))
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_flow_that_the_contract_does_not_have_begins_nothing() {
    let backend = Backend::start().await;
    for flow in ["MAGIC", "", "user_srp_auth", "ADMIN_", "REFRESH_TOKEN_"] {
        let body = json!({
            "UserPoolId": "local_demo", "ClientId": "demowebclient", "AuthFlow": flow,
            "AuthParameters": { "USERNAME": "x", "PASSWORD": "y", "REFRESH_TOKEN": "z" },
        });
        let answers = [
            backend.call("InitiateAuth", body.clone()).await,
            backend.admin("AdminInitiateAuth", body).await,
        ];
        for answer in answers {
            let (code, message) = answer.error();
            assert_eq!(code, "InvalidParameterException", "{flow}");
            assert!(message.contains("authFlow"), "{flow}: {message}");
        }
    }
    for flow in ["ADMIN_NO_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH"] {
        let body = json!({
            "ClientId": "demowebclient", "AuthFlow": flow,
            "AuthParameters": { "USERNAME": "x", "PASSWORD": "y" },
        });
        let (code, message) = backend.call("InitiateAuth", body).await.error();
        let expected = (
            "InvalidParameterException",
            "Initiate Auth method not supported.",
        );
        assert_eq!((code.as_str(), message.as_str()), expected, "{flow}");
    }
}
