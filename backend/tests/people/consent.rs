//! An app that asks gets what the person allows; `prompt=select_account` offers who is signed in.

use cognate_backend::config::Config;
use serde_json::{Value, json};
use url::Url;

use crate::browser::{
    App, Browser, CALLBACK, ISSUER, location, oauth_error, parameter, transaction,
};
use crate::person::Person;
use crate::support::Backend;

/// A backend whose demo client asks for consent.
async fn asking() -> Backend {
    let mut config = Config::demo();
    config.pools[0].clients[0].ask_for_consent = true;
    Backend::start_with(config).await
}

/// Proves the password and answers the address of the page that asks, with its transaction.
async fn proved(browser: &mut Browser, backend: &Backend, app: &App, person: &Person) -> String {
    let id = browser.begin(backend, app).await;
    let answer = browser.prove(backend, &id, person).await.ok();
    let page = Url::parse(answer["Location"].as_str().unwrap()).unwrap();
    assert_eq!(
        (page.path(), parameter(&page, "txn")),
        ("/consent", Some(id.clone()))
    );
    assert_eq!(parameter(&page, "code"), None);
    id
}

async fn decide(browser: &mut Browser, backend: &Backend, id: &str, allow: bool) -> Url {
    let answer = browser
        .ask(backend, id, "DecideConsent", json!({ "Allow": allow }))
        .await
        .ok();
    Url::parse(answer["Location"].as_str().unwrap()).unwrap()
}

/// The page that an app's request leads to.
async fn path(browser: &mut Browser, backend: &Backend, app: &App) -> String {
    let there = location(&browser.open(backend, &app.authorize()).await);
    assert!(!there.as_str().starts_with(CALLBACK), "{there}");
    there.path().to_owned()
}

async fn describe(browser: &mut Browser, backend: &Backend, id: &str) -> Value {
    browser
        .ask(backend, id, "DescribeLogin", json!({}))
        .await
        .ok()
}

async fn goes_silently(browser: &mut Browser, backend: &Backend, app: &App) -> bool {
    let there = location(&browser.open(backend, &app.authorize()).await);
    parameter(&there, "code").is_some()
}

#[tokio::test]
async fn what_is_allowed_once_is_not_asked_again_until_the_app_wants_more() {
    let backend = asking().await;
    let person = Person::confirmed(&backend).await;
    let (mut browser, app) = (Browser::default(), App::demo());
    let id = proved(&mut browser, &backend, &app, &person).await;
    let shown = describe(&mut browser, &backend, &id).await;
    assert_eq!(shown["Scopes"], json!(["openid", "email"]));
    let first = person.email.chars().next().unwrap();
    assert_eq!(shown["Account"], format!("{first}***@e***"));
    let back = decide(&mut browser, &backend, &id, true).await;
    app.redeem(&backend, &back).await.ok();
    assert!(goes_silently(&mut browser, &backend, &app).await);
    let less = app.clone().with("scope", "openid");
    assert!(goes_silently(&mut browser, &backend, &less).await);
    let more = app.clone().with("scope", "openid profile");
    assert_eq!(path(&mut browser, &backend, &more).await, "/consent");
    let none = location(
        &browser
            .open(&backend, &more.clone().with("prompt", "none").authorize())
            .await,
    );
    assert_eq!(
        parameter(&none, "error").as_deref(),
        Some("consent_required")
    );
    assert_eq!(parameter(&none, "iss").as_deref(), Some(ISSUER));
    let answer = browser.open(&backend, &more.authorize()).await;
    decide(&mut browser, &backend, &transaction(&answer), true).await;
    assert!(
        goes_silently(&mut browser, &backend, &app).await,
        "the older ones are still allowed"
    );
    assert!(goes_silently(&mut browser, &backend, &more).await);
}

#[tokio::test]
async fn who_denies_gives_the_app_an_error_and_takes_back_what_was_allowed() {
    let backend = asking().await;
    let person = Person::confirmed(&backend).await;
    let (mut browser, app) = (Browser::default(), App::demo());
    let id = proved(&mut browser, &backend, &app, &person).await;
    let back = decide(&mut browser, &backend, &id, true).await;
    let tokens = app.redeem(&backend, &back).await.ok();
    let again = app.clone().with("prompt", "consent");
    let id = transaction(&browser.open(&backend, &again.authorize()).await);
    let back = decide(&mut browser, &backend, &id, false).await;
    assert!(back.as_str().starts_with(CALLBACK));
    let told = ["error", "state", "iss", "code"].map(|name| parameter(&back, name));
    let told = told.each_ref().map(Option::as_deref);
    let state = Some(app.parameters["state"].as_str());
    assert_eq!(told, [Some("access_denied"), state, Some(ISSUER), None]);
    assert_eq!(
        oauth_error(&app.refresh(&backend, &tokens["refresh_token"]).await),
        "invalid_grant"
    );
    assert_eq!(
        path(&mut browser, &backend, &app).await,
        "/consent",
        "it is asked again"
    );
}

#[tokio::test]
async fn denying_after_a_password_leaves_nobody_signed_in() {
    let backend = asking().await;
    let person = Person::confirmed(&backend).await;
    let (mut browser, app) = (Browser::default(), App::demo());
    let id = proved(&mut browser, &backend, &app, &person).await;
    decide(&mut browser, &backend, &id, false).await;
    assert_eq!(path(&mut browser, &backend, &app).await, "/login");
}

#[tokio::test]
async fn a_decision_counts_once_in_its_own_browser_and_transaction() {
    let backend = asking().await;
    let person = Person::confirmed(&backend).await;
    let (mut browser, app) = (Browser::default(), App::demo());
    let id = proved(&mut browser, &backend, &app, &person).await;
    let yes = json!({ "Allow": true });
    let mut stranger = Browser::default();
    stranger.begin(&backend, &app).await;
    let refused = stranger
        .ask(&backend, &id, "DecideConsent", yes.clone())
        .await;
    assert_eq!(refused.error_type(), "LoginTransactionNotFoundException");
    let open = browser.begin(&backend, &app).await;
    let refused = browser
        .ask(&backend, &open, "DecideConsent", yes.clone())
        .await;
    assert_eq!(
        refused.error_type(),
        "InvalidParameterException",
        "nothing was asked there"
    );
    let refused = browser
        .ask(&backend, &open, "ContinueLogin", json!({}))
        .await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    for nonsense in [
        json!({}),
        json!({ "Allow": "true" }),
        json!({ "Allow": null }),
    ] {
        let refused = browser.ask(&backend, &id, "DecideConsent", nonsense).await;
        assert_eq!(refused.error_type(), "SerializationException");
    }
    let request = browser
        .page_request(&id, "DecideConsent")
        .header("origin", "https://evil.example");
    let request = request
        .body(axum::body::Body::from(yes.to_string()))
        .unwrap();
    let refused = browser.send(&backend, request).await;
    assert_eq!(refused.error_type(), "ForbiddenException");
    let kept = browser.clone();
    decide(&mut browser, &backend, &id, true).await;
    for mut browser in [kept, browser] {
        let refused = browser
            .ask(&backend, &id, "DecideConsent", yes.clone())
            .await;
        assert_eq!(refused.error_type(), "LoginTransactionNotFoundException");
    }
}

#[tokio::test]
async fn who_is_no_longer_who_they_were_decides_nothing() {
    let backend = asking().await;
    let person = Person::confirmed(&backend).await;
    let (mut browser, app) = (Browser::default(), App::demo());
    let id = proved(&mut browser, &backend, &app, &person).await;
    let name = json!({ "UserPoolId": "local_demo", "Username": person.email });
    backend.admin("AdminDisableUser", name.clone()).await.ok();
    let refused = browser
        .ask(&backend, &id, "DecideConsent", json!({ "Allow": true }))
        .await;
    assert_eq!(refused.error_type(), "LoginTransactionNotFoundException");
    backend.admin("AdminEnableUser", name.clone()).await.ok();
    let id = proved(&mut browser, &backend, &app, &person).await;
    decide(&mut browser, &backend, &id, true).await;
    // By a session: one that ended while the page was open, and somebody else's.
    let again = app.clone().with("prompt", "consent");
    let id = transaction(&browser.open(&backend, &again.authorize()).await);
    backend.admin("AdminUserGlobalSignOut", name).await.ok();
    let refused = browser
        .ask(&backend, &id, "DecideConsent", json!({ "Allow": true }))
        .await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    let ada = Person::confirmed(&backend).await;
    let mut hers = Browser::default();
    let first = proved(&mut hers, &backend, &app, &ada).await;
    decide(&mut hers, &backend, &first, true).await;
    browser.cookies.extend(hers.cookies.clone());
    let refused = browser
        .ask(&backend, &id, "DecideConsent", json!({ "Allow": true }))
        .await;
    assert_eq!(
        refused.error_type(),
        "NotAuthorizedException",
        "another person's session"
    );
}

#[tokio::test]
async fn what_ends_all_sign_ins_ends_one_that_waits_for_a_decision() {
    let backend = asking().await;
    let person = Person::confirmed(&backend).await;
    let (mut browser, app) = (Browser::default(), App::demo());
    let id = proved(&mut browser, &backend, &app, &person).await;
    let named = json!({ "UserPoolId": "local_demo", "Username": person.email });
    backend.admin("AdminUserGlobalSignOut", named).await.ok();
    let decision = json!({ "Allow": true });
    let answer = browser.ask(&backend, &id, "DecideConsent", decision).await;
    assert_eq!(answer.error_type(), "LoginTransactionNotFoundException");
}

#[tokio::test]
async fn who_allows_after_a_password_takes_the_place_of_whose_session_the_browser_had() {
    let backend = asking().await;
    let (first, second) = (
        Person::confirmed(&backend).await,
        Person::confirmed(&backend).await,
    );
    let (mut browser, app) = (Browser::default(), App::demo());
    let id = proved(&mut browser, &backend, &app, &first).await;
    decide(&mut browser, &backend, &id, true).await;
    let mut before = browser.clone();
    let login = app.clone().with("prompt", "login");
    let id = proved(&mut browser, &backend, &login, &second).await;
    decide(&mut browser, &backend, &id, true).await;
    let silent = app.clone().with("prompt", "none");
    let there = location(&before.open(&backend, &silent.authorize()).await);
    assert_eq!(
        parameter(&there, "error").as_deref(),
        Some("login_required")
    );
}

#[tokio::test]
async fn a_code_from_before_a_denial_gives_nothing() {
    let backend = asking().await;
    let person = Person::confirmed(&backend).await;
    let (mut browser, app) = (Browser::default(), App::demo());
    let id = proved(&mut browser, &backend, &app, &person).await;
    let back = decide(&mut browser, &backend, &id, true).await;
    let again = app.clone().with("prompt", "consent");
    let id = transaction(&browser.open(&backend, &again.authorize()).await);
    decide(&mut browser, &backend, &id, false).await;
    assert_eq!(
        oauth_error(&app.redeem(&backend, &back).await),
        "invalid_grant"
    );
}

#[tokio::test]
async fn prompt_consent_asks_also_where_the_client_does_not() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let (mut browser, app) = (Browser::default(), App::demo().with("prompt", "consent"));
    let id = proved(&mut browser, &backend, &app, &person).await;
    let back = decide(&mut browser, &backend, &id, true).await;
    App::demo().redeem(&backend, &back).await.ok();
    assert!(goes_silently(&mut browser, &backend, &App::demo()).await);
    assert_eq!(path(&mut browser, &backend, &app).await, "/consent");
}

#[tokio::test]
async fn select_account_offers_who_is_signed_in_or_another_account() {
    let backend = Backend::start().await;
    let (ada, bob) = (
        Person::confirmed(&backend).await,
        Person::confirmed(&backend).await,
    );
    let (mut browser, app) = (Browser::default(), App::demo());
    let select = app.clone().with("prompt", "select_account");
    assert_eq!(
        path(&mut browser, &backend, &select).await,
        "/login",
        "nobody to offer"
    );
    browser.sign_in(&backend, &app, &ada).await;
    backend.clock.advance(60);
    let answer = browser.open(&backend, &select.authorize()).await;
    assert_eq!(location(&answer).path(), "/selectAccount");
    let id = transaction(&answer);
    let shown = describe(&mut browser, &backend, &id).await;
    let first = ada.email.chars().next().unwrap();
    assert_eq!(shown["Account"], format!("{first}***@e***"));
    assert_eq!(shown.get("Scopes"), None);
    let kept = browser.clone();
    let answer = browser
        .ask(&backend, &id, "ContinueLogin", json!({}))
        .await
        .ok();
    let back = Url::parse(answer["Location"].as_str().unwrap()).unwrap();
    let tokens = app.redeem(&backend, &back).await.ok();
    let claims = crate::person::claims(&tokens["id_token"]);
    assert_eq!(claims["email"], ada.email);
    assert_eq!(
        claims["auth_time"],
        crate::support::START,
        "the password was proved then"
    );
    let refused = kept
        .clone()
        .ask(&backend, &id, "ContinueLogin", json!({}))
        .await;
    assert_eq!(
        refused.error_type(),
        "LoginTransactionNotFoundException",
        "once"
    );

    let id = transaction(&browser.open(&backend, &select.authorize()).await);
    let answer = browser.prove(&backend, &id, &bob).await.ok();
    let back = Url::parse(answer["Location"].as_str().unwrap()).unwrap();
    let tokens = app.redeem(&backend, &back).await.ok();
    assert_eq!(
        crate::person::claims(&tokens["id_token"])["email"],
        bob.email
    );

    let id = transaction(&browser.open(&backend, &select.authorize()).await);
    let mut without = browser.clone();
    without.cookies.remove("cognate-sso-local_demo");
    let refused = without.ask(&backend, &id, "ContinueLogin", json!({})).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    assert_eq!(
        describe(&mut without, &backend, &id).await.get("Account"),
        None
    );
}

#[tokio::test]
async fn select_account_and_consent_are_asked_one_after_the_other() {
    let backend = asking().await;
    let person = Person::confirmed(&backend).await;
    let (mut browser, app) = (Browser::default(), App::demo());
    let id = proved(&mut browser, &backend, &app, &person).await;
    decide(&mut browser, &backend, &id, true).await;
    let more = app
        .clone()
        .with("scope", "openid profile")
        .with("prompt", "select_account");
    let id = transaction(&browser.open(&backend, &more.authorize()).await);
    let answer = browser
        .ask(&backend, &id, "ContinueLogin", json!({}))
        .await
        .ok();
    let page = Url::parse(answer["Location"].as_str().unwrap()).unwrap();
    assert_eq!(page.path(), "/consent");
    let back = decide(&mut browser, &backend, &id, true).await;
    app.redeem(&backend, &back).await.ok();
}

#[tokio::test]
async fn a_session_that_gets_too_old_for_the_app_while_it_is_asked_answers_nothing() {
    let backend = asking().await;
    let person = Person::confirmed(&backend).await;
    let (mut browser, app) = (Browser::default(), App::demo());
    let id = proved(&mut browser, &backend, &app, &person).await;
    decide(&mut browser, &backend, &id, true).await;
    let young = app.clone().with("max_age", "100");
    for (app, operation) in [
        (young.clone().with("prompt", "consent"), "DecideConsent"),
        (young.with("prompt", "select_account"), "ContinueLogin"),
    ] {
        let id = transaction(&browser.open(&backend, &app.authorize()).await);
        assert!(describe(&mut browser, &backend, &id).await["Account"].is_string());
        backend.clock.advance(100);
        let answer = json!({ "Allow": true });
        let answer = browser.ask(&backend, &id, operation, answer).await;
        assert_eq!(answer.error_type(), "NotAuthorizedException", "{operation}");
        let shown = describe(&mut browser, &backend, &id).await;
        assert_eq!(shown["Account"], Value::Null, "nobody is offered now");
        browser = Browser::default();
        let id = proved(
            &mut browser,
            &backend,
            &App::demo().with("prompt", "consent"),
            &person,
        )
        .await;
        decide(&mut browser, &backend, &id, true).await;
    }
}
