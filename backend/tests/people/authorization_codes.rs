//! A code is good once, for five minutes, for the app that asked for it.

use axum::body::Body;
use serde_json::json;
use sqlx::Connection;

use crate::browser::{App, Browser, CALLBACK, challenge, oauth_error, post_form, user_info};
use crate::person::{POOL, Person, new_client};
use crate::support::Backend;

const GRANT: &str = "invalid_grant";

#[tokio::test]
async fn a_second_use_of_a_code_takes_back_what_the_first_gave() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let app = App::demo();
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    let other = Browser::default().sign_in(&backend, &app, &person).await;
    let tokens = app.redeem(&backend, &back).await.ok();
    let others = app.redeem(&backend, &other).await.ok();
    user_info(&backend, &tokens["access_token"]).await.ok();
    // Also after the code's own time.
    backend.clock.advance(1000);
    assert_eq!(oauth_error(&app.redeem(&backend, &back).await), GRANT);
    let answer = user_info(&backend, &tokens["access_token"]).await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        oauth_error(&app.refresh(&backend, &tokens["refresh_token"]).await),
        GRANT
    );
    user_info(&backend, &others["access_token"]).await.ok();
}

#[tokio::test]
async fn of_two_uses_at_once_neither_keeps_what_it_got() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let app = App::demo();
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    let (one, two) = tokio::join!(app.redeem(&backend, &back), app.redeem(&backend, &back));
    let (won, lost) = if one.status == 200 {
        (one, two)
    } else {
        (two, one)
    };
    assert_eq!(oauth_error(&lost), GRANT);
    let answer = user_info(&backend, &won.ok()["access_token"]).await;
    assert_eq!(answer.status, 401, "revoked");
}

#[tokio::test]
async fn a_code_ends_after_five_minutes() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let app = App::demo();
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    backend.clock.advance(300);
    assert_eq!(oauth_error(&app.redeem(&backend, &back).await), GRANT);
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    backend.clock.advance(299);
    app.redeem(&backend, &back).await.ok();
}

#[tokio::test]
async fn a_code_shown_with_a_wrong_verifier_or_address_is_spoilt() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let app = App::demo();
    let wrong = "another-verifier-of-an-app-with-43-characters".to_owned();
    for (name, value) in [
        ("code_verifier", Some(wrong)),
        (
            "code_verifier",
            Some(challenge(app.verifier.as_ref().unwrap())),
        ),
        ("code_verifier", None),
        ("redirect_uri", Some("http://localhost:4200/x".to_owned())),
        ("redirect_uri", None),
    ] {
        let back = Browser::default().sign_in(&backend, &app, &person).await;
        let mut form = app.redemption(&back);
        form.retain(|(given, _)| *given != name);
        form.extend(value.map(|value| (name, value)));
        let answer = post_form(&backend, "/oauth2/token", &form).await;
        assert_eq!(oauth_error(&answer), GRANT, "{name}");
        assert_eq!(
            oauth_error(&app.redeem(&backend, &back).await),
            GRANT,
            "spoilt: {name}"
        );
    }
}

#[tokio::test]
async fn a_verifier_is_refused_where_no_challenge_was_sent() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let secret = "a-secret-with-24-to-64-letters".replace('-', "_");
    let settings = json!({
        "ClientSecret": secret, "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": [CALLBACK],
    });
    let client = new_client(&backend, POOL, settings).await;
    let without = App {
        secret: Some(secret),
        verifier: None,
        ..App::of(&client)
    }
    .with("scope", "openid")
    .without("code_challenge")
    .without("code_challenge_method");
    let with = App {
        verifier: App::demo().verifier,
        ..without.clone()
    };
    let back = Browser::default()
        .sign_in(&backend, &without, &person)
        .await;
    assert_eq!(oauth_error(&with.redeem(&backend, &back).await), GRANT);
    let back = Browser::default()
        .sign_in(&backend, &without, &person)
        .await;
    without.redeem(&backend, &back).await.ok();
}

#[tokio::test]
async fn another_clients_code_is_nothing_and_stays_the_others() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let settings = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email"], "CallbackURLs": [CALLBACK],
    });
    let client = new_client(&backend, POOL, settings).await;
    let (mine, thief) = (App::demo(), App::of(&client));
    let back = Browser::default().sign_in(&backend, &mine, &person).await;
    assert_eq!(oauth_error(&thief.redeem(&backend, &back).await), GRANT);
    let tokens = mine.redeem(&backend, &back).await.ok();
    let answer = thief.refresh(&backend, &tokens["refresh_token"]).await;
    assert_eq!(oauth_error(&answer), GRANT);
    mine.refresh(&backend, &tokens["refresh_token"]).await.ok();
}

#[tokio::test]
async fn a_code_ends_with_what_was_proved() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let app = App::demo();
    let user = json!({ "UserPoolId": POOL, "Username": person.email });
    let password = json!({
        "UserPoolId": POOL, "Username": person.email, "Password": person.password,
        "Permanent": true,
    });
    for (operation, body) in [
        ("AdminSetUserPassword", password),
        ("AdminUserGlobalSignOut", user.clone()),
        ("AdminDisableUser", user.clone()),
        ("AdminDeleteUser", user),
    ] {
        let back = Browser::default().sign_in(&backend, &app, &person).await;
        backend.admin(operation, body).await.ok();
        assert_eq!(
            oauth_error(&app.redeem(&backend, &back).await),
            GRANT,
            "{operation}"
        );
        let user = json!({ "UserPoolId": POOL, "Username": person.email });
        backend.admin("AdminEnableUser", user).await;
    }
}

#[tokio::test]
async fn requests_for_tokens_have_one_form() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let app = App::demo();
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    let form = app.redemption(&back);
    let changed = |name: &'static str, value: Option<&str>| {
        let mut form = form.clone();
        form.retain(|(given, _)| *given != name);
        form.extend(value.map(|value| (name, value.to_owned())));
        form
    };
    let twice = [form.clone(), vec![("code", "another".to_owned())]].concat();
    for (form, error) in [
        (changed("grant_type", None), "invalid_request"),
        (
            changed("grant_type", Some("password")),
            "unsupported_grant_type",
        ),
        (
            changed("grant_type", Some("client_credentials")),
            "unauthorized_client",
        ),
        (changed("code", None), "invalid_request"),
        (changed("code", Some("unknown")), GRANT),
        (changed("client_id", None), "invalid_client"),
        (changed("client_id", Some("unknown")), "invalid_client"),
        (twice, "invalid_request"),
    ] {
        let answer = post_form(&backend, "/oauth2/token", &form).await;
        assert_eq!(oauth_error(&answer), error, "{form:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("set-cookie"), None);
    }
    let json = crate::support::request("POST", "/oauth2/token")
        .header("content-type", "application/json")
        .body(Body::from("{}"));
    let answer = backend.send(json.unwrap()).await;
    assert_eq!(oauth_error(&answer), "invalid_request");
    app.redeem(&backend, &back).await.ok();
}

#[tokio::test]
async fn a_client_that_rotates_gets_a_new_refresh_token_and_an_old_one_ends_the_sign_in() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let settings = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"], "CallbackURLs": [CALLBACK],
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
        "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 10 },
    });
    let client = new_client(&backend, POOL, settings).await;
    let app = App::of(&client).with("scope", "openid");
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    let first = app.redeem(&backend, &back).await.ok();
    let second = app.refresh(&backend, &first["refresh_token"]).await.ok();
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    backend.clock.advance(11);
    let reuse = app.refresh(&backend, &first["refresh_token"]).await;
    assert_eq!(oauth_error(&reuse), GRANT);
    let answer = app.refresh(&backend, &second["refresh_token"]).await;
    assert_eq!(oauth_error(&answer), GRANT);
}

#[tokio::test]
async fn the_database_holds_no_secret_of_a_sign_in_and_a_moved_code_opens_nothing() {
    let backend = Backend::start().await;
    let (ada, bob) = (
        Person::confirmed(&backend).await,
        Person::confirmed(&backend).await,
    );
    let app = App::demo()
        .with("state", "the-state-of-the-app")
        .with("nonce", "the-nonce-of-the-app")
        .with("login_hint", "hinted@example.com");
    let mut browser = Browser::default();
    let begun = browser.begin(&backend, &app).await;
    let waiting = browser.cookies[&format!("cognate-txn-{begun}")].clone();
    let back = browser.sign_in(&backend, &app, &ada).await;
    let code = crate::browser::parameter(&back, "code").unwrap();
    let session = browser.cookies["cognate-sso-local_demo"].clone();
    let mut stored = Vec::new();
    for file in ["cognate.db", "cognate.db-wal"] {
        stored.extend(std::fs::read(backend.folder.path().join(file)).unwrap());
    }
    let holds = |text: &str| stored.windows(text.len()).any(|at| at == text.as_bytes());
    assert!(holds(&begun), "the id is no secret");
    for secret in [
        waiting.as_str(),
        &code,
        &session,
        "the-state-of-the-app",
        "the-nonce-of-the-app",
        "hinted@example.com",
    ] {
        assert!(!holds(secret), "{secret}");
    }

    // Whoever can write to the database moves ada's rights to bob's code.
    let other = Browser::default().sign_in(&backend, &app, &bob).await;
    let url = format!("sqlite://{}/cognate.db", backend.folder.path().display());
    let mut database = sqlx::AnyConnection::connect(&url).await.unwrap();
    let moved = sqlx::query(
        "UPDATE authorization_codes SET content = (SELECT content FROM authorization_codes c \
         WHERE c.rowid < authorization_codes.rowid) WHERE rowid = 2",
    );
    let moved = moved.execute(&mut database).await.unwrap();
    assert_eq!(moved.rows_affected(), 1);
    let answer = app.redeem(&backend, &other).await;
    assert_eq!(answer.status, 500, "{}", answer.text);
    app.redeem(&backend, &back).await.ok();
}
