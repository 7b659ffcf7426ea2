//! Logins of Twitter: a server of ours plays it, which checks signatures by itself.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use base64ct::{Base64, Encoding};
use cognate_backend::config::Config;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::issuer::listen;
use crate::person::{POOL, get_id};
use crate::providers::{refused, update};
use crate::support::Backend;

const PATH: &str = "/1.1/account/verify_credentials.json";
const TWITTER: &str = "api.twitter.com";

/// Whether the header is what somebody with these secrets writes (RFC 5849, 3.4), with what is encoded written out.
fn is_signed(address: &str, header: &str) -> Option<String> {
    let parts = header.strip_prefix("OAuth ")?.split(", ");
    let mut parts: BTreeMap<&str, String> = parts
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| {
            let value = percent_decode_str(value.trim_matches('"'));
            (name, value.decode_utf8().unwrap().into_owned())
        })
        .collect();
    let signature = parts.remove("oauth_signature")?;
    let token_secret = match parts.get("oauth_token")?.as_str() {
        "to/ken" => "s%26%20cret",
        _ => return None,
    };
    let token = parts["oauth_token"].clone();
    let parts: Vec<String> = parts
        .iter()
        .map(|(name, value)| {
            let value = value.replace('/', "%252F");
            format!("{name}%3D{value}")
        })
        .collect();
    let address = format!("{address}{PATH}")
        .replace(':', "%3A")
        .replace('/', "%2F");
    let base = format!("GET&{address}&{}%26skip_status%3Dtrue", parts.join("%26"));
    let key = format!("app%2Fsecret&{token_secret}");
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    let expected = Base64::encode_string(hmac::sign(&key, base.as_bytes()).as_ref());
    (signature == expected).then_some(token)
}

async fn start_twitter() -> String {
    let (listeners, address) = listen().await;
    let own = address.clone();
    let answer = |State(own): State<String>, headers: HeaderMap| async move {
        let header = headers.get("authorization").and_then(|it| it.to_str().ok());
        match header.and_then(|header| is_signed(&own, header)) {
            Some(_) => Ok(Json(
                json!({ "id": 9_007_199_254_740_993_i64, "id_str": "9007199254740993" }),
            )),
            None => Err(StatusCode::UNAUTHORIZED),
        }
    };
    let router = Router::new().route(PATH, get(answer)).with_state(own);
    tokio::spawn(listeners.serve(router, std::future::pending()));
    address
}

#[tokio::test]
async fn twitter_is_asked_with_the_secrets_of_app_and_token() {
    let mut config = Config::demo();
    config.identity.endpoints.twitter = start_twitter().await;
    let backend = Backend::start_with(config).await;
    let providers = json!({ TWITTER: "app-key;app/secret" });
    update(&backend, json!({ "SupportedLoginProviders": providers })).await;
    let id = get_id(&backend, json!({ TWITTER: "to/ken;s& cret" })).await;
    assert_eq!(
        get_id(&backend, json!({ TWITTER: "to/ken;s& cret" })).await,
        id
    );
    for wrong in ["to/ken;other", "other;s& cret", "to/ken", ";", "to/ken;"] {
        let refused = refused(&backend, json!({ TWITTER: wrong })).await;
        assert_eq!(refused.error_type(), "NotAuthorizedException", "{wrong}");
    }
    let providers = json!({ TWITTER: "app-key;another-apps" });
    update(&backend, json!({ "SupportedLoginProviders": providers })).await;
    let refused = refused(&backend, json!({ TWITTER: "to/ken;s& cret" })).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
}

#[tokio::test]
async fn the_apps_secret_is_read_back_by_administrators_and_sealed_in_the_database() {
    let backend = Backend::start().await;
    let providers = json!({ TWITTER: "key;twitters-secret", "graph.facebook.com": "123" });
    let settings = json!({ "SupportedLoginProviders": providers });
    update(&backend, settings.clone()).await;
    let described = backend
        .admin_identity("DescribeIdentityPool", json!({ "IdentityPoolId": POOL }))
        .await
        .ok();
    assert_eq!(described["SupportedLoginProviders"], providers);
    let row = backend.state.store.identity_pool(POOL).await.unwrap();
    let row = row.unwrap();
    assert!(!row.settings.contains("secret"), "{}", row.settings);
    for app in ["key", "key;", ";secret", ""] {
        let request = json!({
            "IdentityPoolId": POOL, "IdentityPoolName": "Demo",
            "AllowUnauthenticatedIdentities": false, "SupportedLoginProviders": { TWITTER: app },
        });
        let refused: Value = json!(
            backend
                .admin_identity("UpdateIdentityPool", request)
                .await
                .error_type()
        );
        assert_eq!(refused, "InvalidParameterException", "{app}");
    }
}
