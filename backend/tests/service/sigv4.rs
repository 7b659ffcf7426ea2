//! Administrators' signatures: what opens, and what was tampered with.

use axum::body::Body;
use cognate_backend::config::Config;
use serde_json::json;

use crate::support::signature::Signer;
use crate::support::{Answer, Backend, START, TARGET_PREFIX, request};

const LIST: &str = r#"{"MaxResults":10}"#;

async fn list(backend: &Backend, signer: &Signer) -> Answer {
    backend
        .send(
            signer
                .sign("ListUserPools", LIST)
                .body(Body::from(LIST))
                .unwrap(),
        )
        .await
}

#[tokio::test]
async fn the_right_key_opens_for_whatever_region() {
    let backend = Backend::start().await;
    for region in ["us-east-1", "eu-central-1", "local"] {
        let signer = Signer {
            region: region.to_owned(),
            ..Signer::demo(START)
        };
        assert_eq!(
            list(&backend, &signer).await.ok()["UserPools"][0]["Id"],
            "local_demo"
        );
    }
}

#[tokio::test]
async fn no_signature_is_a_missing_one() {
    let backend = Backend::start().await;
    let answer = backend
        .call("ListUserPools", json!({ "MaxResults": 10 }))
        .await;
    assert_eq!(answer.error_type(), "MissingAuthenticationTokenException");
}

#[tokio::test]
async fn a_wrong_secret_key_or_service_is_refused() {
    let backend = Backend::start().await;
    let right = Signer::demo(START);
    let secret = Signer {
        secret: "tesT".to_owned(),
        ..right.clone()
    };
    assert_eq!(
        list(&backend, &secret).await.error_type(),
        "InvalidSignatureException"
    );
    let key = Signer {
        key: "AKIAUNKNOWN".to_owned(),
        ..right.clone()
    };
    assert_eq!(
        list(&backend, &key).await.error_type(),
        "UnrecognizedClientException"
    );
    let service = Signer {
        service: "s3".to_owned(),
        ..right.clone()
    };
    assert_eq!(
        list(&backend, &service).await.error_type(),
        "InvalidSignatureException"
    );
    let token = ("x-amz-security-token".to_owned(), "t".to_owned());
    let temporary = Signer {
        more: vec![token],
        ..right
    };
    assert_eq!(
        list(&backend, &temporary).await.error_type(),
        "UnrecognizedClientException"
    );
}

#[tokio::test]
async fn a_signature_counts_for_fifteen_minutes_either_way() {
    let backend = Backend::start().await;
    for (offset, is_good) in [(-900, true), (900, true), (-901, false), (901, false)] {
        let answer = list(&backend, &Signer::demo(START + offset)).await;
        if is_good {
            answer.ok();
        } else {
            assert_eq!(answer.error_type(), "InvalidSignatureException", "{offset}");
        }
    }
}

#[tokio::test]
async fn what_was_signed_cannot_be_exchanged() {
    let backend = Backend::start().await;
    let signer = Signer::demo(START);
    let body = signer
        .sign("ListUserPools", LIST)
        .body(Body::from(r#"{"MaxResults":11}"#))
        .unwrap();
    assert_eq!(
        backend.send(body).await.error_type(),
        "InvalidSignatureException"
    );

    let mut target = signer
        .sign("ListUserPools", LIST)
        .body(Body::from(LIST))
        .unwrap();
    let other = format!("{TARGET_PREFIX}DescribeUserPool").parse().unwrap();
    target.headers_mut().insert("x-amz-target", other);
    assert_eq!(
        backend.send(target).await.error_type(),
        "InvalidSignatureException"
    );

    let mut query = signer
        .sign("ListUserPools", LIST)
        .body(Body::from(LIST))
        .unwrap();
    *query.uri_mut() = "/?a=b".parse().unwrap();
    assert_eq!(
        backend.send(query).await.error_type(),
        "InvalidSignatureException"
    );
}

#[tokio::test]
async fn target_date_and_host_must_be_signed() {
    let backend = Backend::start().await;
    for name in ["x-amz-target", "x-amz-date", "host"] {
        let signer = Signer {
            unsigned: vec![name],
            ..Signer::demo(START)
        };
        let (code, message) = list(&backend, &signer).await.error();
        assert_eq!(code, "InvalidSignatureException");
        assert!(message.contains(name), "{message}");
    }
    let signer = Signer {
        unsigned: vec!["host"],
        ..Signer::demo(START)
    };
    let config = "[[keys.sigv4]]\naccess_key_id = \"test\"\nsecret_access_key = \"test\"\n";
    let backend = Backend::start_with(Config::parse(config).unwrap()).await;
    let mut without = signer
        .sign("ListUserPools", LIST)
        .body(Body::from(LIST))
        .unwrap();
    without.headers_mut().remove("host");
    let answer = backend.send(without).await;
    assert_eq!(answer.error_type(), "InvalidSignatureException");
}

#[tokio::test]
async fn a_signed_header_that_is_there_twice_is_refused() {
    let backend = Backend::start().await;
    let mut request = Signer::demo(START)
        .sign("ListUserPools", LIST)
        .body(Body::from(LIST))
        .unwrap();
    request
        .headers_mut()
        .append("content-type", "text/plain".parse().unwrap());
    assert_eq!(
        backend.send(request).await.error_type(),
        "InvalidSignatureException"
    );
}

#[tokio::test]
async fn an_authorization_that_is_not_whole_is_incomplete() {
    let backend = Backend::start().await;
    let whole = "AWS4-HMAC-SHA256 Credential=test/20260102/us-east-1/cognito-idp/aws4_request, \
                 SignedHeaders=host, Signature=00";
    for broken in [
        "Bearer abc".to_owned(),
        "AWS4-HMAC-SHA256".to_owned(),
        whole.replace("Credential", "Kredential"),
        whole.replace(", Signature=00", ""),
        whole.replace("Signature=00", "Signature=00, Signature=00"),
        whole.replace("/aws4_request", ""),
    ] {
        let request = request("POST", "/")
            .header("x-amz-target", format!("{TARGET_PREFIX}ListUserPools"))
            .header("authorization", &broken)
            .body(Body::from(LIST))
            .unwrap();
        assert_eq!(
            backend.send(request).await.error_type(),
            "IncompleteSignatureException",
            "{broken}"
        );
    }
}

#[tokio::test]
async fn configured_keys_replace_the_demo_key_and_work_behind_a_proxy() {
    let config = Config::parse(
        "[[keys.sigv4]]\naccess_key_id = \"AKIAOPS\"\nsecret_access_key = \"ops-secret\"\n\
         [[pools]]\nid = \"local_ops\"\n",
    );
    let backend = Backend::start_with(config.unwrap()).await;
    let demo = list(&backend, &Signer::demo(START)).await;
    assert_eq!(demo.error_type(), "UnrecognizedClientException");
    let own = Signer {
        key: "AKIAOPS".to_owned(),
        secret: "ops-secret".to_owned(),
        host: "auth.example.com".to_owned(),
        ..Signer::demo(START)
    };
    let proxied = own
        .sign("ListUserPools", LIST)
        .header("x-forwarded-for", "203.0.113.9")
        .body(Body::from(LIST))
        .unwrap();
    assert_eq!(
        backend.send(proxied).await.ok()["UserPools"][0]["Id"],
        "local_ops"
    );
}
