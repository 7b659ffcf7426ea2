//! `ChangePassword`, and passwords of pools with another policy.

use serde_json::{Value, json};

use crate::person::{PASSWORD, Person, new_client, new_pool};
use crate::support::{Answer, Backend};

const NEW: &str = "Fresh-Horse11!";

async fn change(backend: &Backend, tokens: &Value, previous: &str, proposed: &str) -> Answer {
    let body = json!({ "AccessToken": tokens["AccessToken"], "PreviousPassword": previous, "ProposedPassword": proposed });
    backend.call("ChangePassword", body).await
}

#[tokio::test]
async fn a_signed_in_person_changes_the_password() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let tokens = person.tokens(&backend).await;
    assert_eq!(
        change(&backend, &tokens, PASSWORD, NEW).await.ok(),
        json!({})
    );
    person.srp_sign_in(&backend, NEW).await.ok();
    assert_eq!(
        person.srp_sign_in(&backend, PASSWORD).await.error_type(),
        "NotAuthorizedException"
    );
}

#[tokio::test]
async fn the_previous_password_is_checked_and_guesses_at_it_are_limited() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let tokens = person.tokens(&backend).await;
    for _ in 0..4 {
        let refused = change(&backend, &tokens, "Wrong-Horse9!", NEW).await;
        assert_eq!(refused.error().1, "Incorrect username or password.");
    }
    assert_eq!(
        change(&backend, &tokens, PASSWORD, "weak")
            .await
            .error_type(),
        "InvalidPasswordException"
    );
    for _ in 0..5 {
        assert_eq!(
            change(&backend, &tokens, "Wrong-Horse9!", NEW)
                .await
                .error_type(),
            "NotAuthorizedException"
        );
    }
    assert_eq!(
        change(&backend, &tokens, PASSWORD, NEW).await.error_type(),
        "LimitExceededException"
    );
    backend.clock.advance(3600);
    let tokens = person.tokens(&backend).await;
    change(&backend, &tokens, PASSWORD, NEW).await.ok();
}

#[tokio::test]
async fn a_pool_may_ask_for_less_but_never_for_white_space_or_endless_passwords() {
    let backend = Backend::start().await;
    let policy = json!({ "MinimumLength": 6, "RequireUppercase": false, "RequireLowercase": false, "RequireNumbers": false, "RequireSymbols": false });
    let pool = new_pool(
        &backend,
        json!({ "Policies": { "PasswordPolicy": policy } }),
    )
    .await;
    let client = new_client(&backend, &pool, json!({})).await;
    let sign_up = async |name: &str, password: &str| {
        let body = json!({ "ClientId": client, "Username": name, "Password": password });
        backend.call("SignUp", body).await
    };
    assert_eq!(
        sign_up("a", "abcde").await.error_type(),
        "InvalidPasswordException"
    );
    assert!(!sign_up("a", "abc def").await.status.is_success());
    assert!(!sign_up("a", &"x".repeat(257)).await.status.is_success());
    sign_up("a", &"x".repeat(256)).await.ok();
    sign_up("b", "pässwörd").await.ok();
}

#[tokio::test]
async fn a_new_password_voids_the_recovery_code_that_was_asked_for_before() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    backend.clock.advance(1);
    let forgot = person.naming(json!({}));
    backend.call("ForgotPassword", forgot).await.ok();
    let code = backend.code(&person.email).await;
    let tokens = person.tokens(&backend).await;
    let change = json!({
        "AccessToken": tokens["AccessToken"], "PreviousPassword": PASSWORD,
        "ProposedPassword": "Another-Horse9!",
    });
    backend.call("ChangePassword", change).await.ok();
    let reset = json!({ "ConfirmationCode": code, "Password": "Third-Horse99!" });
    let answer = backend
        .call("ConfirmForgotPassword", person.naming(reset))
        .await;
    assert_eq!(answer.error_type(), "ExpiredCodeException");
}

#[tokio::test]
async fn a_recovery_code_sent_to_an_address_the_user_left_changes_nothing() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    backend.clock.advance(1);
    let forgot = person.naming(json!({}));
    backend.call("ForgotPassword", forgot).await.ok();
    let code = backend.code(&person.email).await;
    let access = person.tokens(&backend).await["AccessToken"].clone();
    let moved = Person::stranger();
    let update = json!({
        "AccessToken": access, "UserAttributes": [{ "Name": "email", "Value": moved.email }],
    });
    backend.call("UpdateUserAttributes", update).await.ok();
    let verify = json!({
        "AccessToken": access, "AttributeName": "email", "Code": backend.code(&moved.email).await,
    });
    backend.call("VerifyUserAttribute", verify).await.ok();
    let reset = json!({ "ConfirmationCode": code, "Password": "Third-Horse99!" });
    let answer = backend
        .call("ConfirmForgotPassword", moved.naming(reset))
        .await;
    assert_eq!(answer.error_type(), "ExpiredCodeException");
    moved.tokens(&backend).await;
}

#[tokio::test]
async fn a_code_to_recover_goes_where_the_pool_says_first_and_nowhere_if_administrators_do_it() {
    let backend = Backend::start().await;
    for (mechanisms, expected) in [
        (
            vec!["verified_email", "verified_phone_number"],
            Some("EMAIL"),
        ),
        (vec!["verified_phone_number", "verified_email"], Some("SMS")),
        (vec!["verified_phone_number"], Some("SMS")),
        (vec!["admin_only"], None),
    ] {
        let in_order = mechanisms.iter().zip(1..);
        let mechanisms: Vec<_> = in_order
            .map(|(name, priority)| json!({ "Name": name, "Priority": priority }))
            .collect();
        let pool = json!({
            "PoolName": "recovery", "AccountRecoverySetting": { "RecoveryMechanisms": mechanisms },
        });
        let pool = backend.admin("CreateUserPool", pool).await.ok()["UserPool"]["Id"].clone();
        let client = new_client(&backend, pool.as_str().unwrap(), json!({})).await;
        let names = json!({ "UserPoolId": pool, "Username": "ada" });
        let mut user = names.clone();
        user["MessageAction"] = json!("SUPPRESS");
        user["UserAttributes"] = [
            ("email", "ada@example.com"),
            ("email_verified", "true"),
            ("phone_number", "+14325550123"),
            ("phone_number_verified", "true"),
        ]
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .into();
        backend.admin("AdminCreateUser", user).await.ok();
        let mut password = names.clone();
        password["Password"] = json!(PASSWORD);
        password["Permanent"] = json!(true);
        backend.admin("AdminSetUserPassword", password).await.ok();
        let asked = backend
            .call(
                "ForgotPassword",
                json!({ "ClientId": client, "Username": "ada" }),
            )
            .await;
        match expected {
            Some(medium) => {
                let details = &asked.ok()["CodeDeliveryDetails"];
                assert_eq!(details["DeliveryMedium"], medium, "{mechanisms:?}");
            }
            None => assert_eq!(asked.error_type(), "NotAuthorizedException"),
        }
    }
}
