//! The comforts of the developer's own machine: the inbox and the demo keys, and whom they refuse.

use std::net::SocketAddr;

use axum::body::Body;
use axum::http::StatusCode;
use cognate_backend::config::Config;
use serde_json::json;

use crate::support::signature::Signer;
use crate::support::{Backend, START, request};

const CODE: &str = "907351";

/// Two people are invited, with a text that is HTML.
async fn backend_with_a_message() -> Backend {
    let mut config = Config::demo();
    let text = json!({ "EmailMessage": "<b>Your code</b> is {####}", "EmailSubject": "Your verification code" });
    let policy = json!({
        "MinimumLength": 6, "RequireUppercase": false, "RequireLowercase": false, "RequireNumbers": true,
        "RequireSymbols": false,
    });
    for (member, value) in [
        (
            "AdminCreateUserConfig",
            json!({ "InviteMessageTemplate": text }),
        ),
        ("Policies", json!({ "PasswordPolicy": policy })),
    ] {
        config.pools[0].settings.insert(member.to_owned(), value);
    }
    let backend = Backend::start_with(config).await;
    for to in ["Ada@example.com", "grace@example.com"] {
        let body = json!({
            "UserPoolId": "local_demo", "Username": to, "TemporaryPassword": CODE,
            "UserAttributes": [{ "Name": "email", "Value": to }],
        });
        backend.admin("AdminCreateUser", body).await.ok();
    }
    backend
}

const HOSTILE: [(&str, &str); 10] = [
    ("origin", "https://evil.example"),
    ("origin", "null"),
    ("origin", "http://localhost:4200"),
    ("host", "evil.example"),
    ("host", "localhost.evil.example"),
    ("host", "127.0.0.1.evil.example:4100"),
    ("sec-fetch-site", "cross-site"),
    ("x-forwarded-for", "203.0.113.9"),
    ("x-forwarded-proto", "https"),
    ("forwarded", "for=203.0.113.9"),
];

#[tokio::test]
async fn the_inbox_shows_messages_newest_first_and_filters_by_address() {
    let backend = backend_with_a_message().await;
    let all = backend.get("/_cognate/inbox.json").await.ok();
    let all = all["messages"].as_array().unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(all[0]["to"], "grace@example.com");
    assert!(all.iter().all(|message| message["code"] == CODE));
    assert_eq!(all[0]["sent_at"], "2026-01-02T03:04:05Z");
    let one = backend
        .get("/_cognate/inbox.json?to=ada@example.com")
        .await
        .ok();
    assert_eq!(one["messages"].as_array().unwrap().len(), 1);
    assert_eq!(one["messages"][0]["to"], "Ada@example.com");
    assert_eq!(one["messages"][0]["subject"], "Your verification code");
}

#[tokio::test]
async fn the_inbox_page_shows_text_with_no_script_but_its_own_and_cannot_be_framed() {
    let backend = backend_with_a_message().await;
    let page = backend.get("/_cognate/inbox").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("&lt;b&gt;Your code&lt;/b&gt;"));
    assert!(page.text.contains(&format!("<code>{CODE}</code>")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(policy.contains("script-src 'self';"));
    assert_eq!(page.text.matches("<script").count(), 1);
    assert_eq!(
        page.header("cross-origin-resource-policy"),
        Some("same-origin")
    );
    assert_eq!(page.header("access-control-allow-origin"), None);
    assert_eq!(page.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_person_on_this_machine_comes_directly_or_by_a_link() {
    let backend = backend_with_a_message().await;
    for (name, value) in [
        ("sec-fetch-site", "none"),
        ("sec-fetch-site", "same-site"),
        ("host", "127.0.0.1:4100"),
        ("host", "[::1]:4100"),
        ("host", "LOCALHOST"),
        ("origin", "http://localhost:4100"),
    ] {
        let mut request = request("GET", "/_cognate/inbox")
            .body(Body::empty())
            .unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
        assert_eq!(
            backend.send(request).await.status,
            StatusCode::OK,
            "{name}: {value}"
        );
    }
}

#[tokio::test]
async fn the_inbox_does_not_exist_for_strangers() {
    let backend = backend_with_a_message().await;
    for path in [
        "/_cognate/inbox",
        "/_cognate/inbox.js",
        "/_cognate/inbox.json",
    ] {
        for (name, value) in HOSTILE {
            let mut request = request("GET", path).body(Body::empty()).unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
            let answer = backend.send(request).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}: {value}");
            assert!(!answer.text.contains(CODE));
        }
        let far = SocketAddr::from(([203, 0, 113, 9], 50_000));
        let request = request("GET", path).body(Body::empty()).unwrap();
        assert_eq!(
            backend.send_from(far, request).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn the_demo_keys_do_not_open_for_strangers_however_well_signed() {
    let backend = Backend::start().await;
    let body = r#"{"MaxResults":10}"#;
    for (name, value) in HOSTILE {
        let mut signer = Signer::demo(START);
        if name == "host" {
            signer.host = value.to_owned();
        } else {
            signer.more.push((name.to_owned(), value.to_owned()));
        }
        let request = signer
            .sign("ListUserPools", body)
            .body(Body::from(body))
            .unwrap();
        let answer = backend.send(request).await;
        assert_eq!(
            answer.error_type(),
            "UnrecognizedClientException",
            "{name}: {value}"
        );
    }
    let own = Signer::demo(START).sign("ListUserPools", body);
    let own = own
        .header("origin", "http://localhost:4100")
        .body(Body::from(body))
        .unwrap();
    assert_eq!(
        backend.send(own).await.error_type(),
        "UnrecognizedClientException"
    );
    let far = SocketAddr::from(([203, 0, 113, 9], 50_000));
    let request = Signer::demo(START)
        .sign("ListUserPools", body)
        .body(Body::from(body))
        .unwrap();
    let answer = backend.send_from(far, request).await;
    assert_eq!(answer.error_type(), "UnrecognizedClientException");
}

#[tokio::test]
async fn a_public_url_elsewhere_ends_the_comforts_since_a_proxy_may_rewrite_the_host() {
    let backend = Backend::start_with(Config {
        public_url: Some("https://auth.example.com".to_owned()),
        ..Config::demo()
    })
    .await;
    let inbox = backend.get("/_cognate/inbox.json").await;
    assert_eq!(inbox.status, StatusCode::NOT_FOUND);
    let pools = backend
        .admin("ListUserPools", json!({ "MaxResults": 1 }))
        .await;
    assert_eq!(pools.error_type(), "UnrecognizedClientException");
}

#[tokio::test]
async fn the_front_door_says_what_this_is_and_names_the_inbox_at_home_only() {
    let backend = backend_with_a_message().await;
    let home = backend.get("/").await.ok();
    assert!(home["service"].as_str().unwrap().contains("Cognito"));
    assert_eq!(home["inbox"], "/_cognate/inbox");
    assert_eq!(home["health"], "/health");
    for (header, value) in HOSTILE {
        let mut asked = request("GET", "/").body(Body::empty()).unwrap();
        asked.headers_mut().insert(header, value.parse().unwrap());
        let away = backend.send(asked).await.ok();
        assert_eq!(away.get("inbox"), None, "{header}: {value}");
        assert_eq!(away["health"], "/health");
    }
}
