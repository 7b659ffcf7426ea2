//! Requests that apps hand over by themselves, and tokens for one resource server.

use serde_json::{Value, json};

use crate::browser::{
    App, Browser, CALLBACK, location, oauth_error, parameter, post_form, transaction,
};
use crate::person::{CLIENT, POOL, Person, claims, new_client};
use crate::support::{Answer, Backend};

const SECRET: &str = "a_secret_of_24_letters_or_more";

async fn push(backend: &Backend, app: &App) -> Answer {
    let mut form: Vec<(&'static str, String)> = app.parameters.clone().into_iter().collect();
    form.extend(app.secret.clone().map(|secret| ("client_secret", secret)));
    post_form(backend, "/oauth2/par", &form).await
}

fn reference(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["request_uri"].as_str().unwrap().to_owned()
}

fn link(client: &str, request_uri: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", client)
        .append_pair("request_uri", request_uri)
        .finish();
    format!("/oauth2/authorize?{query}")
}

fn error_page(answer: &Answer) -> String {
    let location = location(answer);
    assert_eq!(location.path(), "/error", "{location}");
    parameter(&location, "error").unwrap()
}

#[tokio::test]
async fn a_pushed_request_leads_to_tokens_as_if_the_browser_had_carried_it() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let (app, mut browser) = (App::demo(), Browser::default());
    let answer = push(&backend, &app).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.json()["expires_in"], 60);
    let link = link(CLIENT, &reference(&answer));
    let opened = browser.open(&backend, &link).await;
    let proved = browser
        .prove(&backend, &transaction(&opened), &person)
        .await;
    let back = url::Url::parse(proved.ok()["Location"].as_str().unwrap()).unwrap();
    assert_eq!(
        parameter(&back, "state").as_ref(),
        app.parameters.get("state")
    );
    let tokens = app.redeem(&backend, &back).await.ok();
    assert_eq!(claims(&tokens["id_token"])["nonce"], "n-0S6");
}

#[tokio::test]
async fn a_reference_is_good_once_for_a_minute_for_its_client() {
    let backend = Backend::start().await;
    let settings = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"], "CallbackURLs": [CALLBACK],
    });
    let other = new_client(&backend, POOL, settings).await;
    let app = App::demo();
    let refused = "invalid_request_uri";
    let mut browser = Browser::default();

    let uri = reference(&push(&backend, &app).await);
    let answer = browser.open(&backend, &link(&other, &uri)).await;
    assert_eq!(error_page(&answer), refused);
    transaction(&browser.open(&backend, &link(CLIENT, &uri)).await);
    let answer = browser.open(&backend, &link(CLIENT, &uri)).await;
    assert_eq!(error_page(&answer), refused, "used");

    let uri = reference(&push(&backend, &app).await);
    backend.clock.advance(60);
    let answer = browser.open(&backend, &link(CLIENT, &uri)).await;
    assert_eq!(error_page(&answer), refused, "expired");

    let made_up = format!("urn:ietf:params:oauth:request_uri:{}", "A".repeat(43));
    let answer = browser.open(&backend, &link(CLIENT, &made_up)).await;
    assert_eq!(error_page(&answer), refused);
}

#[tokio::test]
async fn what_stands_beside_a_reference_counts_for_nothing() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let (app, mut browser) = (App::demo(), Browser::default());
    let uri = reference(&push(&backend, &app).await);
    let link = format!(
        "{}&state=evil&redirect_uri=https%3A%2F%2Fevil.example%2F&scope=openid",
        link(CLIENT, &uri)
    );
    let opened = browser.open(&backend, &link).await;
    let proved = browser
        .prove(&backend, &transaction(&opened), &person)
        .await;
    let back = url::Url::parse(proved.ok()["Location"].as_str().unwrap()).unwrap();
    assert!(back.as_str().starts_with(CALLBACK));
    assert_eq!(
        parameter(&back, "state").as_ref(),
        app.parameters.get("state")
    );
    let tokens = app.redeem(&backend, &back).await.ok();
    assert_eq!(tokens["scope"], "openid email");
}

#[tokio::test]
async fn what_would_be_refused_at_authorize_is_refused_when_it_is_pushed() {
    let backend = Backend::start().await;
    for (app, error) in [
        (
            App::demo().with("redirect_uri", "https://evil.example/"),
            "invalid_request",
        ),
        (App::demo().with("scope", "openid phone"), "invalid_scope"),
        (App::demo().without("code_challenge"), "invalid_request"),
        (
            App::demo().with("response_type", "token"),
            "unsupported_response_type",
        ),
        (
            App::demo().with("request_uri", "urn:ietf:params:oauth:request_uri:x"),
            "invalid_request",
        ),
        (App::demo().with("client_id", "nobody"), "invalid_client"),
        (App::demo().with("dpop_jkt", "short"), "invalid_request"),
        (
            App::demo().with("resource", "https://nowhere.example"),
            "invalid_target",
        ),
    ] {
        assert_eq!(oauth_error(&push(&backend, &app).await), error);
    }
}

#[tokio::test]
async fn a_client_with_a_secret_proves_it_when_it_pushes() {
    let backend = Backend::start().await;
    let settings = json!({
        "ClientSecret": SECRET, "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email"],
        "CallbackURLs": [CALLBACK],
    });
    let client = new_client(&backend, POOL, settings).await;
    let without = App::of(&client);
    assert_eq!(
        oauth_error(&push(&backend, &without).await),
        "invalid_client"
    );
    let app = App {
        secret: Some(SECRET.to_owned()),
        ..without
    };
    let uri = reference(&push(&backend, &app).await);
    let opened = Browser::default()
        .open(&backend, &link(&client, &uri))
        .await;
    assert!(!location(&opened).as_str().contains(SECRET));
    transaction(&opened);
}

async fn shop(backend: &Backend) -> App {
    for identifier in ["https://shop.example", "https://bank.example"] {
        let server = json!({
            "UserPoolId": POOL, "Identifier": identifier, "Name": "API",
            "Scopes": [{ "ScopeName": "read", "ScopeDescription": "Read" }],
        });
        backend.admin("CreateResourceServer", server).await.ok();
    }
    let settings = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "https://shop.example/read", "https://bank.example/read"],
        "CallbackURLs": [CALLBACK],
    });
    App::of(&new_client(backend, POOL, settings).await)
}

#[tokio::test]
async fn a_token_for_one_resource_server_names_it_and_has_no_scope_of_another() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let app = shop(&backend).await.without("scope");
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    let tokens = app.redeem(&backend, &back).await.ok();
    let all = "openid https://shop.example/read https://bank.example/read";
    assert_eq!(tokens["scope"], all);
    assert_eq!(claims(&tokens["access_token"]).get("aud"), None);

    let app = app.with("resource", "https://shop.example");
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    let tokens = app.redeem(&backend, &back).await.ok();
    assert_eq!(tokens["scope"], "openid https://shop.example/read");
    let refreshed = app.refresh(&backend, &tokens["refresh_token"]).await.ok();
    for tokens in [&tokens, &refreshed] {
        let access: Value = claims(&tokens["access_token"]);
        assert_eq!(access["aud"], "https://shop.example");
        assert_eq!(claims(&tokens["id_token"])["aud"], app.client);
    }
    for (resource, is_right) in [
        ("https://bank.example", false),
        ("https://shop.example", true),
    ] {
        let form = [
            ("grant_type", "refresh_token".to_owned()),
            ("client_id", app.client.clone()),
            (
                "refresh_token",
                tokens["refresh_token"].as_str().unwrap().to_owned(),
            ),
            ("resource", resource.to_owned()),
        ];
        let answer = post_form(&backend, "/oauth2/token", &form).await;
        if is_right {
            answer.ok();
        } else {
            assert_eq!(oauth_error(&answer), "invalid_target");
        }
    }
}

#[tokio::test]
async fn resources_that_do_not_fit_are_refused() {
    let backend = Backend::start().await;
    let app = shop(&backend).await.without("scope");
    let refusal = async |app: &App| {
        let answer = Browser::default().open(&backend, &app.authorize()).await;
        parameter(&location(&answer), "error").unwrap()
    };
    for resource in ["https://other.example", "shop", "https://shop.example#x"] {
        let app = app.clone().with("resource", resource);
        assert_eq!(refusal(&app).await, "invalid_target", "{resource}");
    }
    let other = app
        .clone()
        .with("resource", "https://shop.example")
        .with("scope", "openid https://bank.example/read");
    assert_eq!(refusal(&other).await, "invalid_scope");
}
