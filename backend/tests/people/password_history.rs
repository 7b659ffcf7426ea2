//! Passwords that must not come back, and passwords that end.

use std::net::Ipv4Addr;
use std::num::NonZeroU32;

use cognate_backend::config::Config;
use cognate_backend::error::ErrorType;
use cognate_backend::pools::find_client;
use cognate_backend::tokens::Reason;
use cognate_backend::triggers::TokenOccasion;
use cognate_backend::{sessions, users};
use serde_json::{Value, json};

use crate::person::{CLIENT, PASSWORD, POOL, Person, new_client, new_pool};
use crate::support::{Answer, Backend};

/// A user of a pool that remembers so many passwords, with the first of them.
async fn user(backend: &Backend, size: u32) -> (String, String) {
    let settings = json!({ "Policies": { "PasswordPolicy": { "PasswordHistorySize": size } } });
    let pool = new_pool(backend, settings).await;
    let client = new_client(backend, &pool, json!({})).await;
    let made = json!({ "UserPoolId": pool, "Username": "ada", "MessageAction": "SUPPRESS" });
    backend.admin("AdminCreateUser", made).await.ok();
    set(backend, &pool, &password(0)).await.ok();
    (pool, client)
}

fn password(number: u32) -> String {
    format!("Correct-Horse-{number}!")
}

async fn set(backend: &Backend, pool: &str, password: &str) -> Answer {
    let body =
        json!({ "UserPoolId": pool, "Username": "ada", "Password": password, "Permanent": true });
    backend.admin("AdminSetUserPassword", body).await
}

async fn sign_in(backend: &Backend, client: &str, password: &str) -> Answer {
    let parameters = json!({ "USERNAME": "ada", "PASSWORD": password });
    let body = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": parameters });
    backend.call("InitiateAuth", body).await
}

const VIOLATION: &str = "PasswordHistoryPolicyViolationException";

#[tokio::test]
async fn the_newest_passwords_do_not_come_back_and_older_ones_do() {
    let backend = Backend::start().await;
    let (pool, _) = user(&backend, 3).await;
    assert_eq!(
        set(&backend, &pool, &password(0)).await.error_type(),
        VIOLATION
    );
    set(&backend, &pool, &password(1)).await.ok();
    set(&backend, &pool, &password(2)).await.ok();
    for number in 0..3 {
        let refused = set(&backend, &pool, &password(number)).await;
        assert_eq!(refused.error_type(), VIOLATION, "password {number}");
    }
    set(&backend, &pool, &password(3)).await.ok();
    set(&backend, &pool, &password(0)).await.ok();
}

#[tokio::test]
async fn without_a_size_every_password_may_come_back() {
    let backend = Backend::start().await;
    let (pool, _) = user(&backend, 0).await;
    set(&backend, &pool, &password(0)).await.ok();
    let many = json!({ "UserPoolId": pool, "Policies": { "PasswordPolicy": { "PasswordHistorySize": 25 } } });
    assert_eq!(
        backend.admin("UpdateUserPool", many).await.error_type(),
        "InvalidParameterException"
    );
}

#[tokio::test]
async fn a_user_who_changes_the_password_is_held_to_the_history_too() {
    let backend = Backend::start().await;
    let (_, client) = user(&backend, 2).await;
    let tokens = sign_in(&backend, &client, &password(0)).await.ok();
    let change = |previous: u32, proposed: u32| {
        let token = &tokens["AuthenticationResult"]["AccessToken"];
        let body = json!({
            "AccessToken": token, "PreviousPassword": password(previous), "ProposedPassword": password(proposed),
        });
        backend.call("ChangePassword", body)
    };
    assert_eq!(change(0, 0).await.error_type(), VIOLATION);
    change(0, 1).await.ok();
    assert_eq!(change(1, 0).await.error_type(), VIOLATION);
    let wrong = change(7, 0).await;
    assert_eq!(
        wrong.error_type(),
        "NotAuthorizedException",
        "who does not know the password learns nothing of the older ones"
    );
    change(1, 2).await.ok();
    change(2, 0).await.ok();
}

#[tokio::test]
async fn a_recovery_is_held_to_the_history_and_its_code_stays_good() {
    let backend = Backend::start().await;
    let (pool, client) = user(&backend, 2).await;
    let address = json!([{ "Name": "email", "Value": "ada@example.com" }, { "Name": "email_verified", "Value": "true" }]);
    let body = json!({ "UserPoolId": pool, "Username": "ada", "UserAttributes": address });
    backend.admin("AdminUpdateUserAttributes", body).await.ok();
    let named = json!({ "ClientId": client, "Username": "ada" });
    backend.call("ForgotPassword", named).await.ok();
    let code = backend.code("ada@example.com").await;
    let confirm = |code: &str, password: &str| {
        let body = json!({
            "ClientId": client, "Username": "ada", "ConfirmationCode": code, "Password": password,
        });
        backend.call("ConfirmForgotPassword", body)
    };
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(
        confirm(wrong, &password(0)).await.error_type(),
        "CodeMismatchException",
        "who does not have the code learns nothing of the password"
    );
    assert_eq!(confirm(&code, &password(0)).await.error_type(), VIOLATION);
    confirm(&code, &password(1)).await.ok();
    sign_in(&backend, &client, &password(1)).await.ok();
}

fn expiring(days: u32) -> Config {
    let mut config = Config::demo();
    config.pools[0].password_expires_after_days = NonZeroU32::new(days);
    config
}

#[tokio::test]
async fn a_password_ends_where_the_operator_wants_it_and_a_new_one_starts_again() {
    const DAY: i64 = 24 * 3600;
    let backend = Backend::start_with(expiring(90)).await;
    let mut person = Person::confirmed(&backend).await;
    backend.clock.advance(90 * DAY - 1);
    person.tokens(&backend).await;
    backend.clock.advance(1);
    let refused = person.password_sign_in(&backend, PASSWORD).await;
    assert_eq!(refused.error_type(), "PasswordResetRequiredException");
    let refused = person.srp_sign_in(&backend, PASSWORD).await;
    assert_eq!(refused.error_type(), "PasswordResetRequiredException");
    let wrong = person.password_sign_in(&backend, "Wrong-Horse9!").await;
    assert_eq!(
        wrong.error_type(),
        "NotAuthorizedException",
        "only who knows the password learns that it has ended"
    );
    backend
        .call("ForgotPassword", person.naming(json!({})))
        .await
        .ok();
    let code = backend.code(&person.email).await;
    let answer = json!({ "ConfirmationCode": code, "Password": "Fresh-Horse11!" });
    backend
        .call("ConfirmForgotPassword", person.naming(answer))
        .await
        .ok();
    person.password = "Fresh-Horse11!".to_owned();
    person.tokens(&backend).await;
}

#[tokio::test]
async fn passwords_last_for_ever_unless_somebody_says_otherwise() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    backend.clock.advance(20 * 365 * 24 * 3600);
    person.tokens(&backend).await;
}

#[tokio::test]
async fn a_reset_sends_a_code_and_the_old_password_is_good_for_nothing() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let named = json!({ "UserPoolId": POOL, "Username": person.email });
    let answer = backend.admin("AdminResetUserPassword", named.clone()).await;
    assert_eq!(answer.ok(), json!({}));
    let described = backend.admin("AdminGetUser", named.clone()).await.ok();
    assert_eq!(described["UserStatus"], "RESET_REQUIRED");
    let refused = person.password_sign_in(&backend, PASSWORD).await;
    assert_eq!(refused.error_type(), "PasswordResetRequiredException");
    let code = backend.code(&person.email).await;
    let answer = json!({ "ConfirmationCode": code, "Password": "Fresh-Horse11!" });
    backend
        .call("ConfirmForgotPassword", person.naming(answer))
        .await
        .ok();
    person
        .password_sign_in(&backend, "Fresh-Horse11!")
        .await
        .ok();

    let nobody = json!({ "UserPoolId": POOL, "Username": "nobody@example.com" });
    assert_eq!(
        backend
            .admin("AdminResetUserPassword", nobody)
            .await
            .error_type(),
        "UserNotFoundException"
    );
    let unsigned = backend.call("AdminResetUserPassword", named).await;
    assert_eq!(unsigned.error_type(), "MissingAuthenticationTokenException");
    let unconfirmed = Person::signed_up(&backend).await;
    let named = json!({ "UserPoolId": POOL, "Username": unconfirmed.email });
    assert_eq!(
        backend
            .admin("AdminResetUserPassword", named)
            .await
            .error_type(),
        "NotAuthorizedException"
    );
    let (pool, _) = user(&backend, 0).await;
    let unreachable: Value = json!({ "UserPoolId": pool, "Username": "ada" });
    assert_eq!(
        backend
            .admin("AdminResetUserPassword", unreachable)
            .await
            .error_type(),
        "InvalidParameterException"
    );
}

#[tokio::test]
async fn who_has_proved_a_password_that_is_reset_meanwhile_gets_no_session_for_it() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let (pool, client) = find_client(&backend.state, CLIENT).await.unwrap();
    let proved = users::find(&backend.state, &pool, &person.email)
        .await
        .unwrap();
    let proved = proved.unwrap();
    let start = || {
        let reason = Reason {
            occasion: TokenOccasion::Authentication,
            client_metadata: None,
        };
        let proved = sessions::Proved {
            user: &proved,
            second_factor: None,
            device: None,
            reason,
            address: Ipv4Addr::LOCALHOST.into(),
        };
        sessions::start(&backend.state, &pool, &client, proved)
    };
    start().await.unwrap();
    let named = json!({ "UserPoolId": POOL, "Username": person.email });
    backend.admin("AdminResetUserPassword", named).await.ok();
    let error = start().await.unwrap_err();
    assert_eq!(error.code, ErrorType::NotAuthorized);
}
