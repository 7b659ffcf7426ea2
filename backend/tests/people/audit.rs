//! What is written down of people's sign-ins, where the pool asks for it.

use cognate_backend::audit::{Details, KEPT_SECONDS};
use cognate_backend::store::AuthEventRow;
use serde_json::json;

use crate::browser::{App, Browser, CALLBACK};
use crate::person::{PASSWORD, POOL, Person, claims, new_client, new_pool};
use crate::support::Backend;

/// A pool that asks for events, and somebody in it.
async fn audited(backend: &Backend) -> (String, Person) {
    let settings = json!({
        "UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"],
        "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" },
    });
    let pool = new_pool(backend, settings).await;
    let settings = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email"], "CallbackURLs": [CALLBACK],
    });
    let client = new_client(backend, &pool, settings).await;
    let person = Person {
        client,
        ..Person::stranger()
    };
    person.sign_up(backend).await.ok();
    let code = backend.code(&person.email).await;
    person.confirm(backend, &code).await.ok();
    (pool, person)
}

async fn username(backend: &Backend, pool: &str, person: &Person) -> String {
    let name = json!({ "UserPoolId": pool, "Username": person.email });
    let user = backend.admin("AdminGetUser", name).await.ok();
    user["Username"].as_str().unwrap().to_owned()
}

/// A person's events, the oldest first.
async fn events(backend: &Backend, pool: &str, person: &Person) -> Vec<AuthEventRow> {
    backend.state.audit.flush().await;
    let username = username(backend, pool, person).await;
    let store = &backend.state.store;
    let rows = store.auth_events_before(pool, &username, None, 60).await;
    let mut rows = rows.unwrap();
    rows.reverse();
    rows
}

fn told(rows: &[AuthEventRow]) -> Vec<String> {
    rows.iter()
        .map(|row| format!("{} {}", row.kind, row.response))
        .collect()
}

#[tokio::test]
async fn sign_up_sign_in_recovery_and_change_are_written_down_with_how_they_ended() {
    let backend = Backend::start().await;
    let (pool, person) = audited(&backend).await;
    person
        .password_sign_in(&backend, "Wrong-Guess-77!")
        .await
        .error();
    let tokens = person.tokens(&backend).await;
    person.srp_sign_in_of(&backend, &pool).await;
    let change = json!({
        "AccessToken": tokens["AccessToken"], "PreviousPassword": PASSWORD,
        "ProposedPassword": "Another-Horse-8?",
    });
    backend.call("ChangePassword", change).await.ok();
    let forgot = json!({ "ClientId": person.client, "Username": person.email });
    backend.call("ForgotPassword", forgot).await.ok();
    let confirm = json!({
        "ClientId": person.client, "Username": person.email, "Password": PASSWORD,
        "ConfirmationCode": "000000",
    });
    backend.call("ConfirmForgotPassword", confirm).await.error();
    let rows = events(&backend, &pool, &person).await;
    assert_eq!(
        told(&rows),
        [
            "SignUp Pass",
            "SignIn Fail",
            "SignIn Pass",
            "SignIn Pass",
            "PasswordChange Pass",
            "ForgotPassword InProgress",
            "ForgotPassword Fail",
        ]
    );
    let details = Details::open(&backend.state, &rows[1]).unwrap();
    assert_eq!(details.ip_address, "127.0.0.1");
    assert_eq!(details.client_id, person.client);
    let proved = |at: usize| Details::open(&backend.state, &rows[at]).unwrap().challenges;
    let password = |outcome: &str| vec![("Password".to_owned(), outcome.to_owned())];
    assert_eq!(proved(1), password("Failure"));
    assert_eq!(proved(2), password("Success"));
    assert_eq!(proved(3), password("Success"));
    assert!(
        !rows[1].details.windows(9).any(|part| part == b"127.0.0.1"),
        "sealed"
    );
}

#[tokio::test]
async fn the_login_domain_is_written_down_too_and_refreshing_is_not() {
    let backend = Backend::start().await;
    let (pool, person) = audited(&backend).await;
    let app = App::of(&person.client);
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    let tokens = app.redeem(&backend, &back).await.ok();
    app.refresh(&backend, &tokens["refresh_token"]).await.ok();
    assert_eq!(claims(&tokens["id_token"])["email"], person.email);
    let rows = events(&backend, &pool, &person).await;
    assert_eq!(told(&rows), ["SignUp Pass", "SignIn Pass"]);
}

#[tokio::test]
async fn pools_that_do_not_ask_and_names_that_nobody_has_leave_nothing() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    person.tokens(&backend).await;
    assert_eq!(told(&events(&backend, POOL, &person).await), [""; 0]);
    let (pool, person) = audited(&backend).await;
    let nobody = Person {
        email: "nobody@example.com".to_owned(),
        ..person.clone()
    };
    nobody.password_sign_in(&backend, PASSWORD).await.error();
    assert_eq!(
        told(&events(&backend, &pool, &person).await),
        ["SignUp Pass"]
    );
}

#[tokio::test]
async fn events_go_with_their_user_and_after_their_time() {
    let backend = Backend::start().await;
    let (pool, person) = audited(&backend).await;
    let rows = events(&backend, &pool, &person).await;
    let (store, username) = (&backend.state.store, rows[0].username.clone());
    let at = rows[0].created_at;
    store.delete_auth_events_before(at).await.unwrap();
    assert_eq!(events(&backend, &pool, &person).await.len(), 1);
    backend.clock.advance(KEPT_SECONDS + 1);
    let limit = backend.clock.now() - KEPT_SECONDS;
    store.delete_auth_events_before(limit).await.unwrap();
    assert_eq!(events(&backend, &pool, &person).await.len(), 0);
    person.tokens(&backend).await;
    assert_eq!(events(&backend, &pool, &person).await.len(), 1);
    let name = json!({ "UserPoolId": pool, "Username": person.email });
    backend.admin("AdminDeleteUser", name).await.ok();
    let rows = store.auth_events_before(&pool, &username, None, 60).await;
    assert!(rows.unwrap().is_empty());
}

impl Person {
    /// Signs in by SRP in a pool of this id.
    async fn srp_sign_in_of(&self, backend: &Backend, pool: &str) {
        let started = self.begin_srp(backend).await;
        let (_, pool) = pool.split_once('_').unwrap();
        let responses = started.responses_in(pool, &self.password, &crate::person::now(backend));
        self.answer(backend, responses).await.ok();
    }
}

#[tokio::test]
async fn an_administrator_reads_events_the_newest_first_and_says_what_they_were() {
    let backend = Backend::start().await;
    let (pool, person) = audited(&backend).await;
    person.tokens(&backend).await;
    person
        .password_sign_in(&backend, "Wrong-Guess-77!")
        .await
        .error();
    backend.state.audit.flush().await;
    let mut request = json!({ "UserPoolId": pool, "Username": person.email, "MaxResults": 1 });
    let mut found = Vec::new();
    loop {
        let page = backend
            .admin("AdminListUserAuthEvents", request.clone())
            .await
            .ok();
        found.extend(page["AuthEvents"].as_array().unwrap().clone());
        if page["NextToken"].is_null() {
            break;
        }
        request["NextToken"] = page["NextToken"].clone();
    }
    let newest = &found[0];
    assert_eq!(
        (&newest["EventType"], &newest["EventResponse"]),
        (&json!("SignIn"), &json!("Fail"))
    );
    assert_eq!(found[1]["EventResponse"], "Pass");
    assert_eq!(newest["EventContextData"]["IpAddress"], "127.0.0.1");

    let judge = |id: &serde_json::Value| {
        let body = json!({
            "UserPoolId": pool, "Username": person.email, "EventId": id, "FeedbackValue": "Invalid",
        });
        backend.admin("AdminUpdateAuthEventFeedback", body)
    };
    judge(&newest["EventId"]).await.ok();
    let unknown = judge(&json!("nothing")).await;
    assert_eq!(unknown.error_type(), "ResourceNotFoundException");
    let all = json!({ "UserPoolId": pool, "Username": person.email });
    let page = backend
        .admin("AdminListUserAuthEvents", all.clone())
        .await
        .ok();
    assert_eq!(
        page["AuthEvents"][0]["EventFeedback"]["FeedbackValue"],
        "Invalid"
    );
    let unsigned = backend.call("AdminListUserAuthEvents", all).await;
    assert_eq!(unsigned.error_type(), "MissingAuthenticationTokenException");

    let elsewhere = Person::confirmed(&backend).await;
    let off = json!({ "UserPoolId": POOL, "Username": elsewhere.email });
    let off = backend.admin("AdminListUserAuthEvents", off).await;
    assert_eq!(off.error_type(), "UserPoolAddOnNotEnabledException");
}

/// What administrators changed in a pool, the oldest first: operation, outcome, whom it was about.
async fn changes(backend: &Backend, pool: &str) -> Vec<(String, String, Option<String>)> {
    backend.state.audit.flush().await;
    let rows = backend.state.store.admin_events_after(pool, "", 100).await;
    let rows = rows.unwrap().into_iter();
    rows.map(|row| {
        assert_eq!(row.access_key_id, "test");
        assert_eq!(row.created_at, backend.clock.now());
        (row.operation, row.outcome, row.sub)
    })
    .collect()
}

#[tokio::test]
async fn what_administrators_change_is_written_down_with_key_pool_person_and_end_and_no_value() {
    let backend = Backend::start().await;
    let (pool, person) = audited(&backend).await;
    let name = json!({ "UserPoolId": pool, "Username": person.email });
    let user = backend.admin("AdminGetUser", name.clone()).await.ok();
    let attributes = user["UserAttributes"].as_array().unwrap();
    let sub = attributes.iter().find(|one| one["Name"] == "sub").unwrap();
    let sub = sub["Value"].as_str().map(str::to_owned);
    backend.admin("AdminDisableUser", name.clone()).await.ok();
    let weak = json!({ "UserPoolId": pool, "Username": person.email, "Password": "Weak-77" });
    backend.admin("AdminSetUserPassword", weak).await.error();
    let nobody = json!({ "UserPoolId": pool, "Username": "nobody@example.com" });
    backend.admin("AdminDeleteUser", nobody).await.error();
    let new =
        json!({ "UserPoolId": pool, "Username": "new@example.com", "MessageAction": "SUPPRESS" });
    backend.admin("AdminCreateUser", new).await.ok();
    backend.admin("AdminDeleteUser", name).await.ok();
    let group = json!({ "UserPoolId": pool, "GroupName": "secretive" });
    backend.admin("CreateGroup", group).await.ok();
    // Unsigned, nothing happened.
    let unsigned = json!({ "UserPoolId": pool, "Username": "new@example.com" });
    backend.call("AdminDeleteUser", unsigned).await.error();
    let mut seen = changes(&backend, &pool).await;
    let created = seen
        .iter()
        .position(|(operation, ..)| operation == "AdminCreateUser");
    let made = seen[created.unwrap()].2.take();
    assert!(made.is_some_and(|made| Some(&made) != sub.as_ref()));
    let told = |operation: &str, outcome: &str, sub: Option<&String>| {
        (operation.to_owned(), outcome.to_owned(), sub.cloned())
    };
    let sub = sub.as_ref();
    assert_eq!(
        seen,
        [
            told("CreateUserPool", "ok", None),
            told("CreateUserPoolClient", "ok", None),
            told("AdminDisableUser", "ok", sub),
            told("AdminSetUserPassword", "InvalidPasswordException", sub),
            told("AdminDeleteUser", "UserNotFoundException", None),
            told("AdminCreateUser", "ok", None),
            told("AdminDeleteUser", "ok", sub),
            told("CreateGroup", "ok", None),
        ]
    );
    backend
        .admin("DeleteUserPool", json!({ "UserPoolId": pool }))
        .await
        .ok();
    // They outlive the pool, and go after their time.
    assert_eq!(changes(&backend, &pool).await.len(), 9);
    let store = &backend.state.store;
    let end = backend.clock.now() + 1;
    store.delete_admin_events_before(end).await.unwrap();
    assert!(changes(&backend, &pool).await.is_empty());
}

#[tokio::test]
async fn where_a_pool_does_not_ask_for_events_changes_are_not_stored() {
    let backend = Backend::start().await;
    let group = json!({ "UserPoolId": POOL, "GroupName": "some" });
    backend.admin("CreateGroup", group).await.ok();
    assert!(changes(&backend, POOL).await.is_empty());
}
