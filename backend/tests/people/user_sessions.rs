//! People see where they are signed in, and end one session at a time.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use crate::browser::{App, Browser, CALLBACK, location, oauth_error, parameter};
use crate::person::{CLIENT, POOL, Person, get_user, new_client, new_pool};
use crate::support::{Answer, Backend, START};

/// Lets a pool track sessions, with at most so many for each user.
async fn track(backend: &Backend, pool: &str, most: i64) {
    let settings = json!({
        "UserPoolId": pool, "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": most },
    });
    let answer = backend.admin("SetUserPoolSessionConfiguration", settings.clone());
    assert_eq!(answer.await.ok(), settings);
}

async fn list(backend: &Backend, tokens: &Value) -> Vec<Value> {
    let answer = backend
        .call(
            "ListUserSessions",
            json!({ "AccessToken": tokens["AccessToken"] }),
        )
        .await
        .ok();
    answer["Sessions"].as_array().unwrap().clone()
}

async fn revoke(backend: &Backend, tokens: &Value, session: &Value, linked: &str) -> Answer {
    let body = json!({
        "AccessToken": tokens["AccessToken"], "SessionId": session,
        "RevokeAssociatedSessions": linked,
    });
    backend.call("RevokeUserSession", body).await
}

async fn refresh(backend: &Backend, person: &Person, tokens: &Value) -> Answer {
    let body = json!({ "ClientId": person.client, "RefreshToken": tokens["RefreshToken"] });
    backend.call("GetTokensFromRefreshToken", body).await
}

#[tokio::test]
async fn a_person_sees_the_sessions_there_are_the_newest_first_and_which_one_asks() {
    let backend = Backend::start().await;
    track(&backend, POOL, 20).await;
    let person = Person::confirmed(&backend).await;
    let old = person.tokens(&backend).await;
    backend.clock.advance(100);
    let new = person.tokens(&backend).await;
    let sessions = list(&backend, &old).await;
    let told: Vec<_> = sessions
        .iter()
        .map(|session| {
            assert_eq!(session["SessionType"], "TOKEN");
            assert_eq!(session["ClientId"], CLIENT);
            assert_eq!(
                session.get("LastIPAddress"),
                None,
                "this pool keeps no addresses"
            );
            (
                session["CreateDate"].clone(),
                session["IsCurrentSession"].clone(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (json!(START + 100), json!(false)),
            (json!(START), json!(true))
        ]
    );
    backend.clock.advance(100);
    refresh(&backend, &person, &old).await.ok();
    let sessions = list(&backend, &new).await;
    assert_eq!(
        sessions[1]["LastActiveDate"],
        START + 200,
        "it was refreshed"
    );
    assert_eq!(sessions[0]["LastActiveDate"], START + 100);
    let name = json!({ "UserPoolId": POOL, "Username": person.email });
    let admins = backend.admin("AdminListUserSessions", name).await.ok();
    assert_eq!(admins["Sessions"].as_array().unwrap().len(), 2);
    assert_eq!(admins["Sessions"][0]["IsCurrentSession"], false);
}

#[tokio::test]
async fn a_revoked_session_is_refused_at_once_and_leaves_the_others() {
    let backend = Backend::start().await;
    track(&backend, POOL, 20).await;
    let person = Person::confirmed(&backend).await;
    let (kept, ended) = (person.tokens(&backend).await, person.tokens(&backend).await);
    let sessions = list(&backend, &kept).await;
    let other = |session: &&Value| session["IsCurrentSession"] == false;
    let id = &sessions.iter().find(other).unwrap()["SessionId"];
    revoke(&backend, &kept, id, "NONE").await.ok();
    assert_eq!(
        get_user(&backend, &ended).await.error_type(),
        "NotAuthorizedException"
    );
    let refused = refresh(&backend, &person, &ended).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    get_user(&backend, &kept).await.ok();
    refresh(&backend, &person, &kept).await.ok();
    assert_eq!(list(&backend, &kept).await.len(), 1);
    let again = revoke(&backend, &kept, id, "NONE").await;
    assert_eq!(again.error_type(), "ResourceNotFoundException");
}

#[tokio::test]
async fn nobody_revokes_the_session_they_ask_with_nor_anybody_elses() {
    let backend = Backend::start().await;
    track(&backend, POOL, 20).await;
    let (ada, bob) = (
        Person::confirmed(&backend).await,
        Person::confirmed(&backend).await,
    );
    let (adas, bobs) = (ada.tokens(&backend).await, bob.tokens(&backend).await);
    let own = list(&backend, &adas).await.remove(0)["SessionId"].clone();
    let refused = revoke(&backend, &adas, &own, "LINKED").await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    let never = json!("tkn0000000000000000000000001");
    let too_much = json!("tknzzzzzzzzzzzzzzzzzzzzzzzzz");
    let as_sso = json!(own.as_str().unwrap().replace("tkn", "sso"));
    let unknown = revoke(&backend, &bobs, &never, "NONE").await.error();
    assert_eq!(unknown.0, "ResourceNotFoundException");
    for id in [&own, &too_much, &as_sso] {
        assert_eq!(
            revoke(&backend, &bobs, id, "LINKED").await.error(),
            unknown,
            "{id}"
        );
    }
    let body = json!({ "UserPoolId": POOL, "Username": bob.email, "SessionId": own });
    let refused = backend.admin("AdminRevokeUserSession", body.clone()).await;
    assert_eq!(refused.error(), unknown, "not this user's");
    for wrong in ["", "x", "tkn000000000000000000000000A"] {
        let refused = revoke(&backend, &bobs, &json!(wrong), "NONE").await;
        assert_eq!(refused.error_type(), "InvalidParameterException", "{wrong}");
    }
    let unsigned = backend.call("AdminRevokeUserSession", body).await;
    assert_eq!(unsigned.error_type(), "MissingAuthenticationTokenException");
    get_user(&backend, &adas).await.ok();
    let body = json!({ "UserPoolId": POOL, "Username": ada.email, "SessionId": own });
    backend.admin("AdminRevokeUserSession", body).await.ok();
    assert_eq!(
        get_user(&backend, &adas).await.error_type(),
        "NotAuthorizedException"
    );
}

#[tokio::test]
async fn a_pool_that_does_not_track_sessions_has_no_list_and_counts_none() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let tokens = person.tokens(&backend).await;
    let body = json!({ "AccessToken": tokens["AccessToken"] });
    let refused = backend.call("ListUserSessions", body).await;
    assert_eq!(refused.error_type(), "OperationNotEnabledException");
    let refused = revoke(
        &backend,
        &tokens,
        &json!("tkn0000000000000000000000001"),
        "NONE",
    )
    .await;
    assert_eq!(refused.error_type(), "OperationNotEnabledException");
    let name = json!({ "UserPoolId": POOL, "Username": person.email });
    let refused = backend.admin("AdminListUserSessions", name).await;
    assert_eq!(refused.error_type(), "OperationNotEnabledException");
    let settings = backend
        .admin(
            "GetUserPoolSessionConfiguration",
            json!({ "UserPoolId": POOL }),
        )
        .await
        .ok();
    assert_eq!(
        settings,
        json!({
            "UserPoolId": POOL, "UserSessionTracking": "DISABLED", "TokenSession": { "MaxPerUser": 20 },
        })
    );
}

#[tokio::test]
async fn one_session_too_many_ends_the_one_that_was_not_used_for_the_longest_time() {
    let backend = Backend::start().await;
    track(&backend, POOL, 2).await;
    let person = Person::confirmed(&backend).await;
    let first = person.tokens(&backend).await;
    backend.clock.advance(100);
    let second = person.tokens(&backend).await;
    backend.clock.advance(100);
    refresh(&backend, &person, &first).await.ok();
    let third = person.tokens(&backend).await;
    assert_eq!(
        get_user(&backend, &second).await.error_type(),
        "NotAuthorizedException"
    );
    for tokens in [&first, &third] {
        get_user(&backend, tokens).await.ok();
    }
    let fourth = person.tokens(&backend).await;
    get_user(&backend, &fourth).await.ok();
    assert_eq!(list(&backend, &fourth).await.len(), 2);
}

#[tokio::test]
async fn a_browsers_session_is_in_the_list_and_takes_along_what_came_from_it_if_told_to() {
    let backend = Backend::start().await;
    track(&backend, POOL, 20).await;
    let person = Person::confirmed(&backend).await;
    let (mut browser, app) = (Browser::default(), App::demo());
    let app = app.with("scope", "openid aws.cognito.signin.user.admin");
    let back = browser.sign_in(&backend, &app, &person).await;
    let redirected = app.redeem(&backend, &back).await.ok();
    let json_api = person.tokens(&backend).await;
    let sessions = list(&backend, &json_api).await;
    let of = |kind: &str, linked: bool| {
        let found = sessions.iter().find(|session| {
            session["SessionType"] == kind && session.get("OriginSessionId").is_some() == linked
        });
        found.unwrap().clone()
    };
    let (sso, linked) = (of("SSO", false), of("TOKEN", true));
    assert_eq!(sessions.len(), 3);
    assert_eq!(linked["OriginSessionId"], sso["SessionId"]);
    assert!(sso["SessionId"].as_str().unwrap().starts_with("sso"));
    // A use of the cookie is a new value of the same session.
    backend.clock.advance(50);
    browser.open(&backend, &app.authorize()).await;
    let sessions = list(&backend, &json_api).await;
    assert_eq!(sessions.len(), 3);
    let after = sessions
        .iter()
        .find(|session| session["SessionType"] == "SSO");
    assert_eq!(after.unwrap()["LastActiveDate"], START + 50);

    let waiting = location(&browser.open(&backend, &app.authorize()).await);
    revoke(&backend, &json_api, &sso["SessionId"], "NONE")
        .await
        .ok();
    let access = json!({ "AccessToken": redirected["access_token"] });
    get_user(&backend, &access).await.ok();
    let there = location(&browser.open(&backend, &app.authorize()).await);
    assert_eq!(
        parameter(&there, "code"),
        None,
        "the browser is asked again"
    );
    app.redeem(&backend, &waiting).await.ok();

    let back = browser.sign_in(&backend, &app, &person).await;
    let tokens = app.redeem(&backend, &back).await.ok();
    let unused = location(&browser.open(&backend, &app.authorize()).await);
    let newest = list(&backend, &json_api).await;
    let sso = newest
        .iter()
        .find(|session| session["SessionType"] == "SSO")
        .unwrap();
    revoke(&backend, &json_api, &sso["SessionId"], "LINKED")
        .await
        .ok();
    let ended = json!({ "AccessToken": tokens["access_token"] });
    assert_eq!(
        get_user(&backend, &ended).await.error_type(),
        "NotAuthorizedException"
    );
    let refused = app.refresh(&backend, &tokens["refresh_token"]).await;
    assert_eq!(oauth_error(&refused), "invalid_grant");
    assert_eq!(
        oauth_error(&app.redeem(&backend, &unused).await),
        "invalid_grant"
    );
    get_user(&backend, &access).await.ok();
    get_user(&backend, &json_api).await.ok();
}

#[tokio::test]
async fn signing_out_of_one_app_takes_the_browsers_session_along_if_told_to() {
    let backend = Backend::start().await;
    track(&backend, POOL, 20).await;
    let person = Person::confirmed(&backend).await;
    let (mut browser, app) = (Browser::default(), App::demo());
    for (linked, is_known) in [("NONE", true), ("LINKED", false)] {
        let back = browser
            .sign_in(&backend, &app.clone().with("prompt", "login"), &person)
            .await;
        let tokens = app.redeem(&backend, &back).await.ok();
        let body = json!({
            "ClientId": CLIENT, "Token": tokens["refresh_token"], "RevokeAssociatedSessions": linked,
        });
        backend.call("RevokeToken", body).await.ok();
        let refused = app.refresh(&backend, &tokens["refresh_token"]).await;
        assert_eq!(oauth_error(&refused), "invalid_grant");
        let there = location(&browser.open(&backend, &app.authorize()).await);
        assert_eq!(parameter(&there, "code").is_some(), is_known, "{linked}");
    }
}

#[tokio::test]
async fn where_a_session_was_last_used_is_kept_where_the_pool_asks_for_it_and_unreadable_at_rest() {
    let backend = Backend::start().await;
    let settings = json!({
        "UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"],
        "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" },
    });
    let pool = new_pool(&backend, settings).await;
    track(&backend, &pool, 20).await;
    let client = new_client(&backend, &pool, json!({})).await;
    let person = Person {
        client,
        ..Person::stranger()
    };
    person.sign_up(&backend).await.ok();
    let code = backend.code(&person.email).await;
    person.confirm(&backend, &code).await.ok();
    let tokens = person.tokens(&backend).await;
    assert_eq!(
        list(&backend, &tokens).await[0]["LastIPAddress"],
        "127.0.0.1"
    );
    backend.clock.advance(61);
    let there = Ipv4Addr::new(203, 0, 113, 9).into();
    let body = json!({ "ClientId": person.client, "RefreshToken": tokens["RefreshToken"] });
    backend
        .call_from(there, "GetTokensFromRefreshToken", body)
        .await
        .ok();
    let session = list(&backend, &tokens).await.remove(0);
    assert_eq!(session["LastIPAddress"], "203.0.113.9");
    backend.state.store.close().await;
    let database = std::fs::read(backend.folder.path().join("cognate.db")).unwrap();
    let holds = |text: &[u8]| database.windows(text.len()).any(|window| window == text);
    assert!(holds(pool.as_bytes()), "this is the database");
    assert!(!holds(b"203.0.113.9"));
}

#[tokio::test]
async fn many_sessions_come_in_pages() {
    let backend = Backend::start().await;
    track(&backend, POOL, 100).await;
    let person = Person::confirmed(&backend).await;
    let mut tokens = Value::Null;
    for number in 0..62 {
        backend.clock.advance(number % 2);
        tokens = person.tokens(&backend).await;
    }
    let access = &tokens["AccessToken"];
    let first = backend
        .call("ListUserSessions", json!({ "AccessToken": access }))
        .await
        .ok();
    let next = &first["NextToken"];
    let body = json!({ "AccessToken": access, "NextToken": next });
    let second = backend.call("ListUserSessions", body).await.ok();
    assert_eq!(second.get("NextToken"), None);
    let pages = [&first, &second].map(|page| page["Sessions"].as_array().unwrap());
    assert_eq!(pages.map(Vec::len), [60, 2]);
    let ids = pages
        .into_iter()
        .flatten()
        .map(|session| session["SessionId"].to_string());
    assert_eq!(ids.collect::<std::collections::BTreeSet<_>>().len(), 62);
    for wrong in ["!", "Zm9v", "eCB5"] {
        let body = json!({ "AccessToken": access, "NextToken": wrong });
        let refused = backend.call("ListUserSessions", body).await;
        assert_eq!(refused.error_type(), "InvalidParameterException", "{wrong}");
    }
}

#[tokio::test]
async fn a_client_says_how_long_browsers_are_signed_in_to_it() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let settings = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email"], "CallbackURLs": [CALLBACK],
    });
    let client = new_client(&backend, POOL, settings).await;
    let name = json!({ "UserPoolId": POOL, "ClientId": client });
    let mut early = name.clone();
    early["SSOSession"] = json!({ "MaxValidityMinutes": 120 });
    let refused = backend
        .admin("SetUserPoolClientSessionConfiguration", early)
        .await;
    assert_eq!(refused.error_type(), "OperationNotEnabledException");
    track(&backend, POOL, 20).await;
    let answer = backend
        .admin("GetUserPoolClientSessionConfiguration", name.clone())
        .await
        .ok();
    assert_eq!(answer["SSOSession"], json!({ "MaxValidityMinutes": 60 }));
    let set = async |minutes: i64| {
        let mut body = name.clone();
        body["SSOSession"] = json!({ "MaxValidityMinutes": minutes });
        let answer = backend.admin("SetUserPoolClientSessionConfiguration", body.clone());
        assert_eq!(answer.await.ok(), body);
    };
    let app = App::of(&client);
    let is_known = async |browser: &mut Browser, app: &App| {
        let there = location(&browser.open(&backend, &app.authorize()).await);
        parameter(&there, "code").is_some()
    };
    set(120).await;
    let mut browser = Browser::default();
    browser.sign_in(&backend, &app, &person).await;
    backend.clock.advance(3601);
    assert!(is_known(&mut browser, &app).await);
    assert!(!is_known(&mut browser, &App::demo()).await, "an hour there");
    set(30).await;
    assert!(!is_known(&mut browser, &app).await, "less is less at once");
    set(0).await;
    let mut browser = Browser::default();
    browser.sign_in(&backend, &app, &person).await;
    assert!(!is_known(&mut browser, &app).await);
    assert!(
        is_known(&mut browser, &App::demo()).await,
        "another client may"
    );
    for (minutes, error) in [
        (-1, "InvalidParameterException"),
        (129_601, "InvalidParameterException"),
    ] {
        let mut body = name.clone();
        body["SSOSession"] = json!({ "MaxValidityMinutes": minutes });
        let refused = backend
            .admin("SetUserPoolClientSessionConfiguration", body)
            .await;
        assert_eq!(refused.error_type(), error);
    }
    let mut elsewhere = name.clone();
    elsewhere["UserPoolId"] = json!(new_pool(&backend, json!({ "UserPoolTier": "LITE" })).await);
    elsewhere["SSOSession"] = json!({ "MaxValidityMinutes": 5 });
    let refused = backend
        .admin("SetUserPoolClientSessionConfiguration", elsewhere.clone())
        .await;
    assert_eq!(
        refused.error_type(),
        "ResourceNotFoundException",
        "another pool's client"
    );
    let lite = json!({
        "UserPoolId": elsewhere["UserPoolId"], "UserSessionTracking": "ENABLED",
        "TokenSession": { "MaxPerUser": 5 },
    });
    let refused = backend.admin("SetUserPoolSessionConfiguration", lite).await;
    assert_eq!(refused.error_type(), "FeatureUnavailableInTierException");
}
