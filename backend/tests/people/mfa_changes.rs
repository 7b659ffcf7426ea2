//! Second factors, and what changes around a sign-in: a password, an address or a session from before
//! is no way past them.

use serde_json::{Value, json};

use crate::browser::{App, Browser};
use crate::mfa_person::{Member, all_factors, configure, pool_with, totp_only, with};
use crate::person::{PASSWORD, POOL, Person};
use crate::support::{Answer, Backend};

const PHONE: &str = "+14325551212";
const EMAIL: &str = "ada@example.com";
const TEMPORARY: &str = "Temporary-1!";

/// Somebody with a temporary password and these attributes.
async fn invited(backend: &Backend, mfa: Value, attributes: Value) -> Member {
    let ada = Member::new(backend, mfa, attributes).await;
    give_temporary_password(backend, &ada).await;
    ada
}

async fn give_temporary_password(backend: &Backend, ada: &Member) {
    let body = json!({ "UserPoolId": ada.pool, "Username": "ada", "Password": TEMPORARY });
    backend.admin("AdminSetUserPassword", body).await.ok();
}

/// Answers `NEW_PASSWORD_REQUIRED` with these attributes.
async fn replace_password(backend: &Backend, ada: &Member, attributes: Value) -> Answer {
    let challenge = ada.person.password_sign_in(backend, TEMPORARY).await.ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let responses = with(json!({ "NEW_PASSWORD": PASSWORD }), attributes);
    ada.answer(backend, &challenge, responses).await
}

fn email(value: &str) -> Value {
    json!({ "userAttributes.email": value })
}

fn phone(value: &str) -> Value {
    json!({ "userAttributes.phone_number": value })
}

#[tokio::test]
async fn a_temporary_password_moves_no_address_that_codes_go_to() {
    let backend = Backend::start().await;
    let verified = json!({ "email": EMAIL, "email_verified": "true" });
    let number = json!({ "phone_number": PHONE });
    for (name, attributes, thefts) in [
        (
            "a verified e-mail address",
            verified.clone(),
            vec![
                email("eve@example.com"),
                email(""),
                phone("+14325550000"), // would count beside it
            ],
        ),
        (
            "a phone number",
            number.clone(),
            vec![phone("+14325550000"), phone("")],
        ),
        (
            "an address that waits for its code",
            json!({ "email": EMAIL }),
            vec![email("eve@example.com"), email("")],
        ),
    ] {
        let ada = invited(&backend, all_factors("ON"), attributes).await;
        for theft in thefts {
            let refused = replace_password(&backend, &ada, theft.clone()).await;
            let error = refused.error_type();
            assert_eq!(error, "InvalidParameterException", "{name}: {theft}");
        }
    }
    let ada = invited(&backend, all_factors("ON"), verified).await;
    let same = with(email(EMAIL), json!({ "userAttributes.name": "Ada" }));
    let next = replace_password(&backend, &ada, same).await.ok();
    assert_eq!(next["ChallengeName"], "EMAIL_OTP");
    assert_ne!(backend.code(EMAIL).await, "");
}

#[tokio::test]
async fn nor_one_of_a_factor_that_is_on_usable_or_not() {
    let backend = Backend::start().await;
    let number = json!({ "phone_number": PHONE });
    let ada = Member::new(&backend, all_factors("OPTIONAL"), number).await;
    let on = json!({ "SMSMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    ada.prefer(&backend, on).await.ok();
    give_temporary_password(&backend, &ada).await;
    let refused = replace_password(&backend, &ada, phone("+14325550000")).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    let body = json!({
        "UserPoolId": ada.pool, "Username": "ada",
        "UserAttributes": [{ "Name": "phone_number", "Value": "" }],
    });
    backend.admin("AdminUpdateUserAttributes", body).await.ok();
    let refused = replace_password(&backend, &ada, phone("+14325550000")).await;
    assert_eq!(refused.error_type(), "InvalidParameterException", "gone");
    // Codes do not go here: the pool has MFA only for who turns it on.
    let challenge = ada.person.password_sign_in(&backend, TEMPORARY).await.ok();
    let responses = with(
        json!({ "NEW_PASSWORD": PASSWORD }),
        email("new@example.com"),
    );
    let next = ada.answer(&backend, &challenge, responses).await;
    assert_eq!(next.error_type(), "MFAMethodNotFoundException");
}

#[tokio::test]
async fn an_app_is_not_passed_by_with_a_new_number() {
    let backend = Backend::start().await;
    let (pool, client) = pool_with(&backend, totp_only("OPTIONAL")).await;
    let ada = Member::of(&backend, &pool, &client, "ada", json!({})).await;
    let tokens = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    // Proved, and not turned on: it counts as soon as everybody needs a factor.
    ada.enrol(&backend, &tokens).await;
    configure(&backend, &pool, all_factors("ON")).await.ok();
    give_temporary_password(&backend, &ada).await;
    for theft in [phone("+14325550000"), email("eve@example.com")] {
        let refused = replace_password(&backend, &ada, theft.clone()).await;
        assert_eq!(refused.error_type(), "InvalidParameterException", "{theft}");
    }
    let next = replace_password(&backend, &ada, json!({})).await.ok();
    assert_eq!(next["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}

#[tokio::test]
async fn somebody_without_any_factor_may_give_a_first_address() {
    let backend = Backend::start().await;
    let ada = invited(&backend, all_factors("ON"), json!({})).await;
    let next = replace_password(&backend, &ada, phone(PHONE)).await.ok();
    assert_eq!(next["ChallengeName"], "SMS_MFA");
}

#[tokio::test]
async fn the_page_does_not_move_an_address_either() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    configure(&backend, POOL, all_factors("ON")).await.ok();
    let body = json!({ "UserPoolId": POOL, "Username": person.email, "Password": TEMPORARY });
    backend.admin("AdminSetUserPassword", body).await.ok();
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let invited = Person {
        password: TEMPORARY.to_owned(),
        ..person.clone()
    };
    let challenge = browser.prove(&backend, &transaction, &invited).await.ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let body = json!({
        "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": challenge["Session"],
        "ChallengeResponses": {
            "USERNAME": person.email, "NEW_PASSWORD": PASSWORD,
            "userAttributes.phone_number": "+14325550000",
        },
    });
    let refused = browser
        .ask(&backend, &transaction, "RespondToAuthChallenge", body)
        .await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
}
