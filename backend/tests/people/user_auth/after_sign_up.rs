//! Signing in right after the sign-up, without the password; and signing up without one.

use serde_json::{Value, json};

use super::person::{is_signed_in, pool_with, user_auth_client};
use crate::mfa::person::{configure, with};
use crate::person::{PASSWORD, POOL, Person, new_client};
use crate::support::Backend;

#[tokio::test]
async fn a_confirmation_with_the_sign_ups_session_signs_in_once() {
    let backend = Backend::start().await;
    let person = Person::stranger();
    let signed_up = person.sign_up(&backend).await.ok();
    let confirmed = confirm(&backend, &person, &signed_up["Session"]).await;
    let session = confirmed["Session"].clone();
    assert!(session.is_string());
    let answer = person
        .begin_with(&backend, json!({}), session.clone())
        .await
        .ok();
    assert!(is_signed_in(&answer));
    let again = person.begin_with(&backend, json!({}), session).await;
    assert_eq!(again.error().1, "Invalid session for the user.");
}

#[tokio::test]
async fn the_sign_ups_session_alone_is_worth_nothing() {
    let backend = Backend::start().await;
    let (_, client) = pool_with(&backend, &["PASSWORD"]).await;
    let (person, signed_up) = sign_up(&backend, &client, Some(PASSWORD)).await;
    let session = signed_up["Session"].clone();
    let refused = person
        .begin_with(&backend, json!({}), session.clone())
        .await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    // Somebody else confirms, who reads the mail: no session, and the old one stays worthless.
    let confirmed = confirm(&backend, &person, &Value::Null).await;
    assert_eq!(confirmed.get("Session"), None);
    let refused = person.begin_with(&backend, json!({}), session).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
}

#[tokio::test]
async fn where_codes_sign_in_the_code_of_the_sign_up_does() {
    let backend = Backend::start().await;
    let person = Person::signed_up(&backend).await;
    let confirmed = confirm(&backend, &person, &Value::Null).await;
    let session = confirmed["Session"].clone();
    let answer = person.begin_with(&backend, json!({}), session).await.ok();
    assert!(is_signed_in(&answer));
    // A code by text message is no code by e-mail.
    let (_, client) = pool_with(&backend, &["PASSWORD", "SMS_OTP"]).await;
    let (person, _) = sign_up(&backend, &client, Some(PASSWORD)).await;
    let confirmed = confirm(&backend, &person, &Value::Null).await;
    assert_eq!(confirmed.get("Session"), None);
}

#[tokio::test]
async fn a_session_is_this_users_this_clients_and_of_its_time() {
    let backend = Backend::start().await;
    let (one, two) = (Person::stranger(), Person::stranger());
    let of_one = one.sign_up(&backend).await.ok()["Session"].clone();
    let of_two = two.sign_up(&backend).await.ok()["Session"].clone();
    let confirmed = confirm(&backend, &one, &of_two).await;
    assert_eq!(confirmed.get("Session"), None, "another user's sign-up");
    let confirmed = confirm(&backend, &two, &of_two).await;
    let session = confirmed["Session"].clone();
    let elsewhere = Person {
        client: user_auth_client(&backend, POOL).await,
        ..two.clone()
    };
    for stranger in [&one, &elsewhere] {
        let refused = stranger
            .begin_with(&backend, json!({}), session.clone())
            .await;
        assert_eq!(refused.error().1, "Invalid session for the user.");
    }
    backend.clock.advance(180);
    let refused = two.begin_with(&backend, json!({}), session).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    let confirmed = confirm(&backend, &Person::signed_up(&backend).await, &of_one).await;
    assert_eq!(
        confirmed.get("Session"),
        None,
        "a late confirmation is one all the same"
    );
}

#[tokio::test]
async fn a_new_password_or_a_global_sign_out_ends_it() {
    let backend = Backend::start().await;
    for operation in ["AdminSetUserPassword", "AdminUserGlobalSignOut"] {
        let person = Person::stranger();
        let signed_up = person.sign_up(&backend).await.ok();
        let confirmed = confirm(&backend, &person, &signed_up["Session"]).await;
        let mut body = json!({ "UserPoolId": POOL, "Username": person.email });
        if operation == "AdminSetUserPassword" {
            body = with(
                body,
                json!({ "Password": "Another-Horse9!", "Permanent": true }),
            );
        }
        backend.admin(operation, body).await.ok();
        let session = confirmed["Session"].clone();
        let refused = person.begin_with(&backend, json!({}), session).await;
        assert_eq!(
            refused.error_type(),
            "NotAuthorizedException",
            "{operation}"
        );
    }
}

#[tokio::test]
async fn a_client_without_the_flow_gets_no_session() {
    let backend = Backend::start().await;
    let person = Person {
        client: new_client(&backend, POOL, json!({})).await,
        ..Person::stranger()
    };
    let signed_up = person.sign_up(&backend).await.ok();
    assert_eq!(signed_up.get("Session"), None);
}

#[tokio::test]
async fn a_required_second_factor_is_asked_for_all_the_same() {
    let backend = Backend::start().await;
    let (pool, client) = pool_with(&backend, &["PASSWORD", "EMAIL_OTP"]).await;
    let app =
        json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    configure(&backend, &pool, app).await.ok();
    let (person, signed_up) = sign_up(&backend, &client, Some(PASSWORD)).await;
    let confirmed = confirm(&backend, &person, &signed_up["Session"]).await;
    let session = confirmed["Session"].clone();
    let asked = person.begin_with(&backend, json!({}), session).await.ok();
    assert_eq!(asked["ChallengeName"], "MFA_SETUP");
}

#[tokio::test]
async fn where_codes_sign_in_nobody_needs_a_password() {
    let backend = Backend::start().await;
    let (_, client) = pool_with(&backend, &["PASSWORD", "EMAIL_OTP"]).await;
    let (person, signed_up) = sign_up(&backend, &client, None).await;
    let confirmed = confirm(&backend, &person, &signed_up["Session"]).await;
    let session = confirmed["Session"].clone();
    assert!(is_signed_in(
        &person.begin_with(&backend, json!({}), session).await.ok()
    ));
    let choice = person.begin(&backend, json!({})).await.ok();
    assert_eq!(choice["AvailableChallenges"], json!(["EMAIL_OTP"]));
    for password in ["", PASSWORD] {
        let body = person.password_request(password);
        let refused = backend.call("InitiateAuth", body).await;
        assert_eq!(refused.error().1, "Incorrect username or password.");
    }
    let asked = person.choose(&backend, &choice, "EMAIL_OTP").await;
    let code = json!({ "EMAIL_OTP_CODE": backend.code("ada@example.com").await });
    assert!(is_signed_in(
        &person.respond(&backend, &asked, code).await.ok()
    ));
}

#[tokio::test]
async fn elsewhere_everybody_needs_a_password() {
    let backend = Backend::start().await;
    let (_, client) = pool_with(&backend, &["PASSWORD"]).await;
    let body = application(&client, None);
    let refused = backend.call("SignUp", body).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn a_pool_always_has_passwords_and_no_authenticator_app_to_begin_with() {
    let backend = Backend::start().await;
    for factors in [json!(["EMAIL_OTP"]), json!(["PASSWORD", "SOFTWARE_TOKEN"])] {
        let body = json!({
            "PoolName": "another",
            "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": factors } },
        });
        let refused = backend.admin("CreateUserPool", body).await;
        assert_eq!(refused.error_type(), "InvalidParameterException");
    }
}

async fn sign_up(backend: &Backend, client: &str, password: Option<&str>) -> (Person, Value) {
    let answer = backend.call("SignUp", application(client, password)).await;
    let person = Person {
        email: "ada".to_owned(),
        password: PASSWORD.to_owned(),
        client: client.to_owned(),
    };
    (person, answer.ok())
}

fn application(client: &str, password: Option<&str>) -> Value {
    json!({
        "ClientId": client, "Username": "ada", "Password": password,
        "UserAttributes": [{ "Name": "email", "Value": "ada@example.com" }],
    })
}

/// Confirms with the newest code, and with a session.
async fn confirm(backend: &Backend, person: &Person, session: &Value) -> Value {
    let address = if person.email.contains('@') {
        person.email.as_str()
    } else {
        "ada@example.com"
    };
    let code = backend.code(address).await;
    let more = json!({ "ConfirmationCode": code, "Session": session });
    backend
        .call("ConfirmSignUp", person.naming(more))
        .await
        .ok()
}
