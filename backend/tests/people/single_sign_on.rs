//! A browser that signed in once signs in to the pool's apps without being asked, until it must not.

use axum::body::Body;
use serde_json::{Value, json};

use crate::browser::{App, Browser, CALLBACK, location, parameter, transaction};
use crate::person::{CLIENT, POOL, Person, claims, new_client};
use crate::support::{Backend, START};

const COOKIE: &str = "cognate-sso-local_demo";

/// Where a browser with this session is sent: to the app with a code, or to the page.
async fn is_known(browser: &mut Browser, backend: &Backend, app: &App) -> bool {
    let there = location(&browser.open(backend, &app.authorize()).await);
    let is_known = parameter(&there, "code").is_some();
    assert_eq!(is_known, there.as_str().starts_with(CALLBACK), "{there}");
    is_known
}

#[tokio::test]
async fn the_next_app_needs_no_password_and_tells_when_it_was_proved() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let settings = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email"], "CallbackURLs": [CALLBACK],
    });
    let other = App::of(&new_client(&backend, POOL, settings).await);
    let mut browser = Browser::default();
    browser.sign_in(&backend, &App::demo(), &person).await;
    let first = browser.cookies[COOKIE].clone();
    assert_eq!(first.len(), 43, "256 bits");
    backend.clock.advance(600);
    let answer = browser
        .open(&backend, &other.with("prompt", "none").authorize())
        .await;
    let line = answer.header("set-cookie").unwrap();
    assert!(
        line.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=3000"),
        "{line}"
    );
    assert_ne!(browser.cookies[COOKIE], first, "every use rotates");
    let back = location(&answer);
    let client = answer.header("location").unwrap().to_owned();
    assert!(client.starts_with(CALLBACK));
    let app = App::demo();
    assert_eq!(
        crate::browser::oauth_error(&app.redeem(&backend, &back).await),
        "invalid_grant"
    );

    let back = location(&browser.open(&backend, &app.authorize()).await);
    let tokens = app.redeem(&backend, &back).await.ok();
    let id = claims(&tokens["id_token"]);
    assert_eq!(
        (&id["auth_time"], &id["iat"]),
        (&json!(START), &json!(START + 600))
    );
}

#[tokio::test]
async fn a_session_lasts_an_hour_however_often_it_is_used() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    browser.sign_in(&backend, &App::demo(), &person).await;
    backend.clock.advance(3599);
    assert!(is_known(&mut browser, &backend, &App::demo()).await);
    backend.clock.advance(1);
    assert!(!is_known(&mut browser, &backend, &App::demo()).await);
}

#[tokio::test]
async fn an_older_value_counts_for_half_a_minute() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    browser.sign_in(&backend, &App::demo(), &person).await;
    let (mut second, mut third) = (browser.clone(), browser.clone());
    assert!(is_known(&mut browser, &backend, &App::demo()).await);
    backend.clock.advance(29);
    assert!(is_known(&mut second, &backend, &App::demo()).await);
    backend.clock.advance(1);
    assert!(!is_known(&mut third, &backend, &App::demo()).await);
    assert!(is_known(&mut second, &backend, &App::demo()).await);
}

#[tokio::test]
async fn the_app_may_have_the_person_asked() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    browser.sign_in(&backend, &App::demo(), &person).await;
    backend.clock.advance(100);
    let app = App::demo;
    for asking in [
        app().with("prompt", "login"),
        app().with("prompt", "select_account"),
        app().with("prompt", "login consent"),
        app().with("max_age", "99"),
        app().with("max_age", "0"),
    ] {
        let path = asking.authorize();
        assert!(!is_known(&mut browser, &backend, &asking).await, "{path}");
    }
    let page = format!("/signup?{}", app().query());
    let there = location(&browser.open(&backend, &page).await);
    assert_eq!(
        there.path(),
        "/signup",
        "who wants to sign up is not signed in"
    );
    let max_age = app().with("max_age", "101");
    assert!(is_known(&mut browser, &backend, &max_age).await);
    let strict = app().with("max_age", "10").with("prompt", "none");
    let back = location(&browser.open(&backend, &strict.authorize()).await);
    assert_eq!(parameter(&back, "error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn a_frame_or_a_script_gets_no_silent_sign_in() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    browser.sign_in(&backend, &App::demo(), &person).await;
    let app = App::demo().with("prompt", "none");
    for (destination, mode) in [
        ("iframe", "navigate"),
        ("empty", "no-cors"),
        ("empty", "cors"),
    ] {
        let request = browser
            .navigation(&app.authorize())
            .header("sec-fetch-dest", destination)
            .header("sec-fetch-mode", mode);
        let answer = browser
            .send(&backend, request.body(Body::empty()).unwrap())
            .await;
        let back = location(&answer);
        assert_eq!(
            parameter(&back, "error").as_deref(),
            Some("login_required"),
            "{destination}"
        );
    }
    assert!(is_known(&mut browser, &backend, &app).await);
}

#[tokio::test]
async fn a_session_ends_with_the_password_and_the_account() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let user = || json!({ "UserPoolId": POOL, "Username": person.email });
    let password = |password: &str| {
        json!({
            "UserPoolId": POOL, "Username": person.email, "Password": password, "Permanent": true,
        })
    };
    let recover = async || {
        let name = json!({ "ClientId": CLIENT, "Username": person.email });
        backend.call("ForgotPassword", name).await.ok();
        let body = json!({
            "ClientId": CLIENT, "Username": person.email, "Password": person.password,
            "ConfirmationCode": backend.code(&person.email).await,
        });
        backend.call("ConfirmForgotPassword", body).await.ok();
    };
    let mut browser = Browser::default();
    let admin = async |operation: &str, body: Value| backend.admin(operation, body).await.ok();

    browser.sign_in(&backend, &App::demo(), &person).await;
    admin("AdminSetUserPassword", password(&person.password)).await;
    assert!(
        !is_known(&mut browser, &backend, &App::demo()).await,
        "another password"
    );

    browser.sign_in(&backend, &App::demo(), &person).await;
    recover().await;
    assert!(
        !is_known(&mut browser, &backend, &App::demo()).await,
        "a recovered password"
    );

    browser.sign_in(&backend, &App::demo(), &person).await;
    let access = person.tokens(&backend).await["AccessToken"].clone();
    let change = json!({
        "AccessToken": access, "PreviousPassword": person.password,
        "ProposedPassword": person.password,
    });
    backend.call("ChangePassword", change).await.ok();
    assert!(
        !is_known(&mut browser, &backend, &App::demo()).await,
        "a changed password"
    );

    browser.sign_in(&backend, &App::demo(), &person).await;
    let access = person.tokens(&backend).await["AccessToken"].clone();
    backend
        .call("GlobalSignOut", json!({ "AccessToken": access }))
        .await
        .ok();
    assert!(
        !is_known(&mut browser, &backend, &App::demo()).await,
        "signed out everywhere"
    );

    browser.sign_in(&backend, &App::demo(), &person).await;
    admin("AdminUserGlobalSignOut", user()).await;
    assert!(
        !is_known(&mut browser, &backend, &App::demo()).await,
        "signed out by an admin"
    );

    browser.sign_in(&backend, &App::demo(), &person).await;
    admin("AdminDisableUser", user()).await;
    assert!(
        !is_known(&mut browser, &backend, &App::demo()).await,
        "disabled"
    );
    admin("AdminEnableUser", user()).await;
    assert!(
        !is_known(&mut browser, &backend, &App::demo()).await,
        "enabled again"
    );

    browser.sign_in(&backend, &App::demo(), &person).await;
    admin("AdminDeleteUser", user()).await;
    assert!(
        !is_known(&mut browser, &backend, &App::demo()).await,
        "deleted"
    );
}

#[tokio::test]
async fn signing_out_ends_the_session_and_goes_only_where_the_client_says() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let encoded = "http%3A%2F%2Flocalhost%3A4200%2F";
    let query = App::demo().query();
    for (parameters, expected) in [
        (
            format!("client_id={CLIENT}&logout_uri={encoded}"),
            CALLBACK.to_owned(),
        ),
        (
            format!("client_id={CLIENT}&post_logout_redirect_uri={encoded}&state=s%2B1"),
            format!("{CALLBACK}?state=s%2B1"),
        ),
        (format!("client_id={CLIENT}"), "/signedOut".to_owned()),
        (query.clone(), format!("/login?{query}")),
        (
            format!("client_id={CLIENT}&logout_uri=https%3A%2F%2Fevil.example"),
            format!("/error?error=redirect_mismatch&client_id={CLIENT}"),
        ),
        (
            format!("client_id={CLIENT}&logout_uri=javascript%3Aalert(1)"),
            format!("/error?error=redirect_mismatch&client_id={CLIENT}"),
        ),
    ] {
        let mut browser = Browser::default();
        browser.sign_in(&backend, &App::demo(), &person).await;
        let mut copy = browser.clone();
        let answer = browser
            .open(&backend, &format!("/logout?{parameters}"))
            .await;
        assert_eq!(answer.status, 303);
        assert_eq!(answer.header("location"), Some(expected.as_str()));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(!browser.cookies.contains_key(COOKIE));
        assert!(
            !is_known(&mut copy, &backend, &App::demo()).await,
            "a copy of the cookie"
        );
    }
    for parameters in ["", "client_id=unknown"] {
        let answer = Browser::default()
            .open(&backend, &format!("/logout?{parameters}"))
            .await;
        assert_eq!(location(&answer).path(), "/error");
    }
}

#[tokio::test]
async fn an_image_or_a_frame_of_another_page_signs_nobody_out() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    browser.sign_in(&backend, &App::demo(), &person).await;
    for (destination, mode) in [("image", "no-cors"), ("iframe", "navigate")] {
        let request = browser
            .navigation(&format!("/logout?client_id={CLIENT}"))
            .header("sec-fetch-dest", destination)
            .header("sec-fetch-mode", mode);
        let answer = browser
            .send(&backend, request.body(Body::empty()).unwrap())
            .await;
        assert_eq!(answer.header("set-cookie"), None, "{destination}");
        let known = is_known(&mut browser, &backend, &App::demo()).await;
        assert!(known, "{destination}");
    }
}

#[tokio::test]
async fn whoever_signs_in_next_has_the_browser() {
    let backend = Backend::start().await;
    let (ada, bob) = (
        Person::confirmed(&backend).await,
        Person::confirmed(&backend).await,
    );
    let mut browser = Browser::default();
    browser.sign_in(&backend, &App::demo(), &ada).await;
    let mut adas = browser.clone();
    let app = App::demo().with("prompt", "login");
    browser.sign_in(&backend, &app, &bob).await;
    assert!(
        !is_known(&mut adas, &backend, &App::demo()).await,
        "hers ended"
    );
    let app = App::demo();
    let back = location(&browser.open(&backend, &app.authorize()).await);
    let id = claims(&app.redeem(&backend, &back).await.ok()["id_token"]);
    assert_eq!(id["email"], bob.email);
}

#[tokio::test]
async fn a_session_is_its_pools_and_a_made_up_one_is_nobodys() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    browser.sign_in(&backend, &App::demo(), &person).await;
    let pool = crate::person::new_pool(&backend, json!({})).await;
    let settings = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email"], "CallbackURLs": [CALLBACK],
    });
    let client = new_client(&backend, &pool, settings).await;
    let value = browser.cookies[COOKIE].clone();
    browser.cookies.insert(format!("cognate-sso-{pool}"), value);
    assert!(!is_known(&mut browser, &backend, &App::of(&client)).await);
    let mut forged = Browser::default();
    forged.cookies.insert(COOKIE.to_owned(), "A".repeat(43));
    assert!(!is_known(&mut forged, &backend, &App::demo()).await);
    let begun = browser
        .open(&backend, &App::demo().with("prompt", "login").authorize())
        .await;
    transaction(&begun);
}
