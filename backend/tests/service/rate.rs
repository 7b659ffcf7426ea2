//! How many requests an address may send a second.

use axum::body::Body;
use axum::http::StatusCode;
use cognate_backend::config::Config;
use serde_json::json;

use crate::support::{Backend, request};

#[tokio::test]
async fn an_address_that_sends_too_many_is_refused_and_others_are_not() {
    let text = "[limits]\nrequests_per_second = 3\n[[pools]]\nid = \"local_demo\"";
    let backend = Backend::start_with(Config::parse(text).unwrap()).await;
    let here = "192.0.2.1:5000".parse().unwrap();
    let discovery = "/local_demo/.well-known/openid-configuration";
    let get = async |path: &str| {
        let request = request("GET", path).body(Body::empty()).unwrap();
        backend.send_from(here, request).await
    };
    get(discovery).await.ok();
    // However slow the machine is: some of so many are within one second.
    let mut refused = get(discovery).await;
    for _ in 0..50 {
        if refused.status == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        refused = get(discovery).await;
    }
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
    let mut pages = Vec::new();
    let mut errors = Vec::new();
    for _ in 0..20 {
        pages.push(get("/oauth2/authorize?client_id=x").await.status);
        let answer = backend.call_from(here.ip(), "GetUser", json!({})).await;
        errors.push(answer.error_type());
    }
    assert!(pages.contains(&StatusCode::TOO_MANY_REQUESTS));
    assert!(errors.contains(&"TooManyRequestsException".to_owned()));
    assert_eq!(get("/health").await.status, StatusCode::OK);
    backend.get(discovery).await.ok();
}
