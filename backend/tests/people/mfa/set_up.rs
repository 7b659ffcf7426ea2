//! Second factors where they are required: `MFA_SETUP`, and what a sign-in may not do without one.

use serde_json::{Value, json};

use crate::mfa::person::{Member, all_factors, pool_with, settings, totp, totp_only, wrong};
use crate::person::{PASSWORD, Person};
use crate::support::{Answer, Backend};

const CODE: &str = "SOFTWARE_TOKEN_MFA_CODE";

async fn associate(backend: &Backend, session: &Value) -> Answer {
    let body = json!({ "Session": session });
    backend.call("AssociateSoftwareToken", body).await
}

async fn verify(backend: &Backend, session: &Value, code: &str) -> Answer {
    let body = json!({ "Session": session, "UserCode": code, "FriendlyDeviceName": "Phone" });
    backend.call("VerifySoftwareToken", body).await
}

/// `MFA_SETUP` with this handle.
fn set_up(session: &Value) -> Value {
    json!({ "ChallengeName": "MFA_SETUP", "Session": session })
}

#[tokio::test]
async fn somebody_sets_up_an_app_while_signing_in_and_is_asked_for_it_from_then_on() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("ON"), json!({})).await;
    let challenge = ada.challenge(&backend, "MFA_SETUP").await;
    assert_eq!(
        challenge["ChallengeParameters"]["MFAS_CAN_SETUP"],
        "[\"SOFTWARE_TOKEN_MFA\"]"
    );
    let associated = associate(&backend, &challenge["Session"]).await.ok();
    let secret = associated["SecretCode"].as_str().unwrap();
    assert_ne!(associated["Session"], challenge["Session"]);
    let too_early = ada
        .answer(&backend, &set_up(&associated["Session"]), json!({}))
        .await;
    assert_eq!(too_early.error_type(), "InvalidParameterException");
    let code = totp(secret, backend.clock.now());
    let refused = verify(&backend, &associated["Session"], &wrong(&code)).await;
    assert_eq!(refused.error_type(), "EnableSoftwareTokenMFAException");
    let verified = verify(&backend, &associated["Session"], &code).await.ok();
    assert_eq!(verified["Status"], "SUCCESS");
    for spent in [&challenge["Session"], &associated["Session"]] {
        for answer in [
            associate(&backend, spent).await,
            verify(&backend, spent, &code).await,
            ada.answer(&backend, &set_up(spent), json!({})).await,
        ] {
            assert_eq!(answer.error().1, "Invalid session for the user.");
        }
    }
    let last = set_up(&verified["Session"]);
    let tokens = ada.answer(&backend, &last, json!({})).await.ok()["AuthenticationResult"].clone();
    assert_eq!(
        settings(&backend, &tokens).await.0,
        json!(["SOFTWARE_TOKEN_MFA"])
    );
    let again = ada.answer(&backend, &last, json!({})).await;
    assert_eq!(again.error().1, "Invalid session for the user.");

    let challenge = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    assert_eq!(
        challenge["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"],
        "Phone"
    );
    let used = ada
        .answer(&backend, &challenge, json!({ CODE: code }))
        .await;
    assert_eq!(used.error_type(), "ExpiredCodeException");
    backend.clock.advance(30);
    let code = json!({ CODE: totp(secret, backend.clock.now()) });
    ada.answer(&backend, &challenge, code).await.ok();
}

#[tokio::test]
async fn a_set_up_is_bound_to_its_sign_in() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("ON"), json!({})).await;
    let eve = Member::of(&backend, &ada.pool, &ada.person.client, "eve", json!({})).await;
    let (for_ada, for_eve) = (
        ada.challenge(&backend, "MFA_SETUP").await,
        eve.challenge(&backend, "MFA_SETUP").await,
    );
    let of_ada = associate(&backend, &for_ada["Session"]).await.ok();
    let of_eve = associate(&backend, &for_eve["Session"]).await.ok();
    let secret = of_ada["SecretCode"].as_str().unwrap();
    let code = totp(secret, backend.clock.now());
    let other = verify(&backend, &of_eve["Session"], &code).await;
    assert_eq!(other.error_type(), "EnableSoftwareTokenMFAException");
    let verified = verify(&backend, &of_ada["Session"], &code).await.ok();
    let stolen = eve
        .answer(&backend, &set_up(&verified["Session"]), json!({}))
        .await;
    assert_eq!(stolen.error().1, "Invalid session for the user.");
    ada.answer(&backend, &set_up(&verified["Session"]), json!({}))
        .await
        .ok();
    eve.challenge(&backend, "MFA_SETUP").await;
}

#[tokio::test]
async fn a_set_up_that_another_sign_in_overtook_is_void() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("ON"), json!({})).await;
    let mut last = Vec::new();
    for _ in 0..2 {
        let challenge = ada.challenge(&backend, "MFA_SETUP").await;
        let associated = associate(&backend, &challenge["Session"]).await.ok();
        let secret = associated["SecretCode"].as_str().unwrap();
        let code = totp(secret, backend.clock.now());
        let verified = verify(&backend, &associated["Session"], &code).await.ok();
        last.push(set_up(&verified["Session"]));
    }
    ada.answer(&backend, &last[0], json!({})).await.ok();
    let late = ada.answer(&backend, &last[1], json!({})).await;
    assert_eq!(late.error().1, "Invalid session for the user.");
}

#[tokio::test]
async fn an_address_that_an_app_overtook_is_no_way_past_the_app() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, all_factors("ON"), json!({})).await;
    let elsewhere = ada.challenge(&backend, "MFA_SETUP").await;
    let email = json!({ "EMAIL": "eve@example.com" });
    let asked = ada.answer(&backend, &elsewhere, email).await.ok();
    let challenge = ada.challenge(&backend, "MFA_SETUP").await;
    let associated = associate(&backend, &challenge["Session"]).await.ok();
    let code = totp(
        associated["SecretCode"].as_str().unwrap(),
        backend.clock.now(),
    );
    let verified = verify(&backend, &associated["Session"], &code).await.ok();
    ada.answer(&backend, &set_up(&verified["Session"]), json!({}))
        .await
        .ok();
    let code = json!({ "EMAIL_OTP_CODE": backend.code("eve@example.com").await });
    let late = ada.answer(&backend, &asked, code).await;
    assert_eq!(late.error().1, "Invalid session for the user.");
    let names = json!({ "UserPoolId": ada.pool, "Username": "ada" });
    let seen = backend.admin("AdminGetUser", names).await.ok();
    assert_eq!(seen["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
    assert!(!seen["UserAttributes"].to_string().contains("eve@"));
}

#[tokio::test]
async fn wrong_first_codes_end_the_step() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("ON"), json!({})).await;
    let challenge = ada.challenge(&backend, "MFA_SETUP").await;
    let associated = associate(&backend, &challenge["Session"]).await.ok();
    let secret = associated["SecretCode"].as_str().unwrap();
    let right = totp(secret, backend.clock.now());
    for _ in 0..5 {
        let answer = verify(&backend, &associated["Session"], &wrong(&right)).await;
        assert_eq!(answer.error_type(), "EnableSoftwareTokenMFAException");
    }
    let waits = verify(&backend, &associated["Session"], &right).await;
    assert_eq!(waits.error().1, "Verification code attempts exceeded");
    backend.clock.advance(2);
    let ended = verify(&backend, &associated["Session"], &right).await;
    assert_eq!(ended.error().1, "Invalid session for the user.");
}

#[tokio::test]
async fn an_email_address_is_set_up_by_its_code() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, all_factors("ON"), json!({})).await;
    let challenge = ada.challenge(&backend, "MFA_SETUP").await;
    assert_eq!(
        challenge["ChallengeParameters"]["MFAS_CAN_SETUP"],
        "[\"SOFTWARE_TOKEN_MFA\",\"EMAIL_OTP\"]"
    );
    let no_address = ada
        .answer(&backend, &challenge, json!({ "EMAIL": "nowhere" }))
        .await;
    assert_eq!(no_address.error_type(), "InvalidParameterException");
    let email = json!({ "EMAIL": "ada@example.com" });
    let asked = ada.answer(&backend, &challenge, email).await.ok();
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    assert_ne!(asked["Session"], challenge["Session"]);
    let code = json!({ "EMAIL_OTP_CODE": backend.code("ada@example.com").await });
    let tokens = ada.answer(&backend, &asked, code).await.ok()["AuthenticationResult"].clone();
    assert_eq!(settings(&backend, &tokens).await.0, json!(["EMAIL_OTP"]));
    let names = json!({ "UserPoolId": ada.pool, "Username": "ada" });
    let seen = backend.admin("AdminGetUser", names).await.ok();
    for attribute in [
        json!({ "Name": "email", "Value": "ada@example.com" }),
        json!({ "Name": "email_verified", "Value": "true" }),
    ] {
        assert!(
            seen["UserAttributes"]
                .as_array()
                .unwrap()
                .contains(&attribute)
        );
    }
    ada.challenge(&backend, "EMAIL_OTP").await;
}

#[tokio::test]
async fn whoever_has_only_the_password_cannot_move_the_account_to_another_address() {
    let backend = Backend::start().await;
    let ada = Member::new(
        &backend,
        all_factors("ON"),
        json!({ "email": "ada@example.com" }),
    )
    .await;
    let challenge = ada.challenge(&backend, "MFA_SETUP").await;
    let other = json!({ "EMAIL": "eve@example.com" });
    let refused = ada.answer(&backend, &challenge, other).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    let own = json!({ "EMAIL": "ada@example.com" });
    let asked = ada.answer(&backend, &challenge, own).await.ok();
    let code = json!({ "EMAIL_OTP_CODE": backend.code("ada@example.com").await });
    ada.answer(&backend, &asked, code).await.ok();
}

#[tokio::test]
async fn the_first_sign_in_after_a_sign_up_needs_a_second_factor_too() {
    let backend = Backend::start().await;
    let (_, client) = pool_with(&backend, totp_only("ON")).await;
    let person = Person {
        client,
        ..Person::stranger()
    };
    person.sign_up(&backend).await.ok();
    let code = backend.code(&person.email).await;
    person.confirm(&backend, &code).await.ok();
    let answer = person.password_sign_in(&backend, PASSWORD).await.ok();
    assert_eq!(answer["ChallengeName"], "MFA_SETUP");
}

#[tokio::test]
async fn a_temporary_password_is_replaced_before_the_second_factor() {
    let backend = Backend::start().await;
    let (pool, client) = pool_with(&backend, totp_only("ON")).await;
    let create = json!({
        "UserPoolId": pool, "Username": "ada", "TemporaryPassword": "Temporary-1!",
        "MessageAction": "SUPPRESS",
    });
    backend.admin("AdminCreateUser", create).await.ok();
    let person = Person {
        email: "ada".to_owned(),
        client,
        ..Person::stranger()
    };
    let first = person.password_sign_in(&backend, "Temporary-1!").await.ok();
    assert_eq!(first["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let ada = Member { pool, person };
    let password = json!({ "NEW_PASSWORD": PASSWORD });
    let next = ada.answer(&backend, &first, password).await.ok();
    assert_eq!(next["ChallengeName"], "MFA_SETUP");
    assert_eq!(next.get("AuthenticationResult"), None);
}

#[tokio::test]
async fn the_last_factor_stays_where_one_is_required() {
    let backend = Backend::start().await;
    let attributes = json!({ "phone_number": "+14325551212" });
    let ada = Member::new(&backend, all_factors("ON"), attributes).await;
    let on = json!({ "SMSMfaSettings": { "Enabled": true } });
    ada.prefer(&backend, on).await.ok();
    let off = json!({ "SMSMfaSettings": { "Enabled": false } });
    let refused = ada.prefer(&backend, off).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn administrators_answer_the_same_challenges() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("ON"), json!({})).await;
    let flows = json!({
        "UserPoolId": ada.pool, "ClientName": "admin",
        "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    let client = backend.admin("CreateUserPoolClient", flows).await.ok();
    let client = &client["UserPoolClient"]["ClientId"];
    let begin = json!({
        "UserPoolId": ada.pool, "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ada", "PASSWORD": PASSWORD },
    });
    let challenge = backend.admin("AdminInitiateAuth", begin).await.ok();
    assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
    let associated = associate(&backend, &challenge["Session"]).await.ok();
    let code = totp(
        associated["SecretCode"].as_str().unwrap(),
        backend.clock.now(),
    );
    let verified = verify(&backend, &associated["Session"], &code).await.ok();
    let answer = json!({
        "UserPoolId": ada.pool, "ClientId": client, "ChallengeName": "MFA_SETUP",
        "Session": verified["Session"], "ChallengeResponses": { "USERNAME": "ada" },
    });
    let done = backend
        .admin("AdminRespondToAuthChallenge", answer)
        .await
        .ok();
    assert!(done["AuthenticationResult"]["AccessToken"].is_string());
}
