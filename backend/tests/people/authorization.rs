//! What `/oauth2/authorize` takes, and where it says no.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use axum::body::Body;
use serde_json::json;

use crate::browser::{App, Browser, CALLBACK, ISSUER, location, parameter, transaction};
use crate::person::{CLIENT, POOL, Person, new_client};
use crate::support::{Backend, request};

#[tokio::test]
async fn without_a_sure_client_and_address_nobody_is_sent_to_the_address() {
    let backend = Backend::start().await;
    let foreign = [
        "https://evil.example/",
        "http://localhost:4200",
        "http://localhost:4200/?",
        "http://localhost:4200/x",
        "http://LOCALHOST:4200/",
        "http://localhost:4200/#fragment",
        "http://localhost:4200/../",
        "http://localhost:42000/",
        "http://localhost:4200@evil.example/",
        "javascript:alert(1)",
        "data:text/html,x",
    ];
    for address in foreign {
        let app = App::demo().with("redirect_uri", address);
        let answer = Browser::default().open(&backend, &app.authorize()).await;
        let page = location(&answer);
        assert_eq!(
            page.as_str(),
            format!("http://localhost:4100/error?error=redirect_mismatch&client_id={CLIENT}"),
            "{address}"
        );
        assert_eq!(answer.header("set-cookie"), None);
    }
    let twice = format!(
        "{}&redirect_uri=https://evil.example/",
        App::demo().authorize()
    );
    let plain = App::demo().authorize();
    let missing = App::demo().without("redirect_uri").authorize();
    let unknown = App::demo().with("client_id", "unknown").authorize();
    let anonymous = App::demo().without("client_id").authorize();
    let two_clients = format!("{plain}&client_id=unknown");
    for (path, error) in [
        (twice, "redirect_mismatch"),
        (missing, "redirect_mismatch"),
        (unknown, "invalid_client"),
        (anonymous, "invalid_client"),
        (two_clients, "invalid_client"),
    ] {
        let page = location(&Browser::default().open(&backend, &path).await);
        assert_eq!(page.path(), "/error", "{path}");
        assert_eq!(parameter(&page, "error").as_deref(), Some(error), "{path}");
    }
}

#[tokio::test]
async fn a_client_without_the_pool_as_its_provider_signs_nobody_in() {
    let backend = Backend::start().await;
    let settings = |providers: serde_json::Value| {
        json!({
            "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "email"], "CallbackURLs": [CALLBACK],
            "SupportedIdentityProviders": providers,
        })
    };
    let none = App::of(&new_client(&backend, POOL, settings(json!([]))).await);
    let mut browser = Browser::default();
    let back = location(&browser.open(&backend, &none.authorize()).await);
    assert!(back.as_str().starts_with(CALLBACK));
    let error = parameter(&back, "error");
    assert_eq!(error.as_deref(), Some("unauthorized_client"));
    let pool = App::of(&new_client(&backend, POOL, settings(json!(["COGNITO"]))).await);
    browser.begin(&backend, &pool).await;
}

#[tokio::test]
async fn other_mistakes_are_told_to_the_app_with_its_state_and_our_name() {
    let backend = Backend::start().await;
    let app = App::demo;
    for (request, error) in [
        (app().without("response_type"), "invalid_request"),
        (
            app().with("response_type", "token"),
            "unsupported_response_type",
        ),
        (
            app().with("response_type", "code id_token"),
            "unsupported_response_type",
        ),
        (app().with("scope", "openid unknown"), "invalid_scope"),
        (app().with("scope", "openid phone"), "invalid_scope"),
        (app().with("scope", "email"), "invalid_scope"),
        (app().without("code_challenge"), "invalid_request"),
        (app().without("code_challenge_method"), "invalid_request"),
        (
            app()
                .without("code_challenge")
                .without("code_challenge_method"),
            "invalid_request",
        ),
        (
            app().with("code_challenge_method", "plain"),
            "invalid_request",
        ),
        (app().with("code_challenge", "short"), "invalid_request"),
        (app().with("prompt", "none login"), "invalid_request"),
        (app().with("prompt", "something"), "invalid_request"),
        (app().with("max_age", "soon"), "invalid_request"),
        (app().with("max_age", "-1"), "invalid_request"),
        (app().with("response_mode", "fragment"), "invalid_request"),
        (app().with("identity_provider", "Google"), "invalid_request"),
        (
            app().with("resource", "https://api.example.com"),
            "invalid_target",
        ),
        (app().with("request", "eyJ"), "request_not_supported"),
        (
            app().with("request_uri", "https://x.example"),
            "request_uri_not_supported",
        ),
        (app().with("nonce", &"n".repeat(1025)), "invalid_request"),
        (app().with("prompt", "none"), "login_required"),
    ] {
        let answer = Browser::default()
            .open(&backend, &request.authorize())
            .await;
        let back = location(&answer);
        let path = request.authorize();
        assert!(back.as_str().starts_with(CALLBACK), "{path}: {back}");
        assert_eq!(parameter(&back, "error").as_deref(), Some(error), "{path}");
        assert_eq!(
            parameter(&back, "state").as_ref(),
            request.parameters.get("state")
        );
        assert_eq!(parameter(&back, "iss").as_deref(), Some(ISSUER));
        assert_eq!(parameter(&back, "code"), None);
        assert_eq!(answer.header("set-cookie"), None, "{path}");
    }
    let two_states = format!("{}&state=another", App::demo().authorize());
    let back = location(&Browser::default().open(&backend, &two_states).await);
    assert_eq!(
        parameter(&back, "error").as_deref(),
        Some("invalid_request")
    );
    assert_eq!(parameter(&back, "state"), None);
    let long_state = App::demo().with("state", &"x".repeat(4097)).authorize();
    let back = location(&Browser::default().open(&backend, &long_state).await);
    assert_eq!(
        parameter(&back, "error").as_deref(),
        Some("invalid_request")
    );
    assert_eq!(parameter(&back, "iss").as_deref(), Some(ISSUER));
    assert_eq!(parameter(&back, "state"), None);
}

#[tokio::test]
async fn a_client_without_the_code_flow_gets_none() {
    let backend = Backend::start().await;
    let settings = json!({ "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"], "CallbackURLs": [CALLBACK] });
    let client = new_client(&backend, POOL, settings).await;
    let app = App::of(&client).with("scope", "openid");
    let back = location(&Browser::default().open(&backend, &app.authorize()).await);
    assert_eq!(
        parameter(&back, "error").as_deref(),
        Some("unauthorized_client")
    );
}

#[tokio::test]
async fn a_client_with_a_default_address_need_not_name_one() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let settings = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"], "DefaultRedirectURI": "myapp://signed-in",
        "CallbackURLs": ["https://app.example.com/cb?tenant=1", "myapp://signed-in"],
    });
    let client = new_client(&backend, POOL, settings).await;
    let app = App::of(&client)
        .with("scope", "openid")
        .without("redirect_uri");
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    assert!(back.as_str().starts_with("myapp://signed-in?code="));
    let mut form = app.redemption(&back);
    form.retain(|(name, _)| *name != "redirect_uri");
    crate::browser::post_form(&backend, "/oauth2/token", &form)
        .await
        .ok();

    let app = app.with("redirect_uri", "https://app.example.com/cb?tenant=1");
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    assert!(
        back.as_str()
            .starts_with("https://app.example.com/cb?tenant=1&code=")
    );
}

#[tokio::test]
async fn pages_opened_with_a_request_begin_a_sign_in_and_come_back_to_themselves() {
    let backend = Backend::start().await;
    let query = App::demo()
        .with("login_hint", "ada@example.com")
        .with("lang", "de")
        .query();
    for page in ["/login", "/signup", "/forgotPassword"] {
        let mut browser = Browser::default();
        let answer = browser.open(&backend, &format!("{page}?{query}")).await;
        let there = location(&answer);
        assert_eq!(there.path(), page);
        assert_eq!(
            parameter(&there, "lang").as_deref(),
            Some("de"),
            "for display"
        );
        let described = browser
            .ask(&backend, &transaction(&answer), "DescribeLogin", json!({}))
            .await
            .ok();
        assert_eq!(described["LoginHint"], "ada@example.com");
        assert_eq!(described["Lang"], "de");
        let bad = App::demo()
            .with("redirect_uri", "https://evil.example/")
            .query();
        let answer = browser.open(&backend, &format!("{page}?{bad}")).await;
        assert_eq!(location(&answer).path(), "/error");
    }
}

#[tokio::test]
async fn several_tabs_sign_in_at_once_and_old_ones_are_forgotten() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    let mut tabs = Vec::new();
    for _ in 0..3 {
        tabs.push(browser.begin(&backend, &App::demo()).await);
    }
    assert_eq!(tabs.iter().collect::<BTreeSet<_>>().len(), 3);
    browser.prove(&backend, &tabs[1], &person).await.ok();
    browser.prove(&backend, &tabs[0], &person).await.ok();
    let app = App::demo().with("prompt", "login");
    for _ in 0..25 {
        browser.begin(&backend, &app).await;
    }
    let kept = browser.cookies.keys().filter(|name| name.contains("-txn-"));
    assert_eq!(kept.count(), 20);
    let answer = browser.prove(&backend, &tabs[2], &person).await;
    assert_eq!(answer.error_type(), "LoginTransactionNotFoundException");
}

#[tokio::test]
async fn an_address_begins_a_thousand_sign_ins_an_hour_and_others_go_on() {
    let backend = Backend::start().await;
    let from = async |last: u8| {
        let asked = request("GET", &App::demo().authorize()).body(Body::empty());
        let peer = SocketAddr::from(([192, 0, 2, last], 50_000));
        location(&backend.send_from(peer, asked.unwrap()).await)
    };
    for _ in 0..1000 {
        assert_eq!(from(1).await.path(), "/login");
    }
    let refused = from(1).await;
    assert!(refused.as_str().starts_with(CALLBACK), "{refused}");
    let error = parameter(&refused, "error");
    assert_eq!(error.as_deref(), Some("temporarily_unavailable"));
    assert_eq!(parameter(&refused, "iss").as_deref(), Some(ISSUER));
    assert_eq!(from(2).await.path(), "/login");
    backend.clock.advance(3600);
    assert_eq!(from(1).await.path(), "/login");
}
