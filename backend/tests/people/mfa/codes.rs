//! Second factors: codes by text message and e-mail, and choosing between factors.

use serde_json::{Value, json};

use crate::mfa::person::{Member, all_factors, settings, totp, with, wrong};
use crate::person::get_user;
use crate::support::{Answer, Backend};

const PHONE: &str = "+14325551212";
const EMAIL: &str = "ada@example.com";

/// Somebody with a phone number that was not verified yet and an e-mail address that was.
async fn reachable(backend: &Backend, requirement: &str) -> Member {
    let attributes = json!({ "phone_number": PHONE, "email": EMAIL, "email_verified": "true" });
    Member::new(backend, all_factors(requirement), attributes).await
}

fn on(factor: &str) -> Value {
    json!({ factor: { "Enabled": true, "PreferredMfa": true } })
}

async fn update(backend: &Backend, tokens: &Value, name: &str, value: &str) -> Answer {
    let body = json!({
        "AccessToken": tokens["AccessToken"],
        "UserAttributes": [{ "Name": name, "Value": value }],
    });
    backend.call("UpdateUserAttributes", body).await
}

#[tokio::test]
async fn a_text_message_signs_in_and_verifies_the_number() {
    let backend = Backend::start().await;
    let ada = reachable(&backend, "OPTIONAL").await;
    ada.prefer(&backend, on("SMSMfaSettings")).await.ok();
    let challenge = ada.challenge(&backend, "SMS_MFA").await;
    let parameters = &challenge["ChallengeParameters"];
    assert_eq!(parameters["CODE_DELIVERY_DELIVERY_MEDIUM"], "SMS");
    assert_eq!(parameters["CODE_DELIVERY_DESTINATION"], "+*******1212");
    let code = backend.code(PHONE).await;
    assert_eq!(code.len(), 6);
    let answer = ada
        .answer(
            &backend,
            &challenge,
            json!({ "SMS_MFA_CODE": wrong(&code) }),
        )
        .await;
    assert_eq!(
        answer.error(),
        (
            "CodeMismatchException".to_owned(),
            "Invalid code received for user".to_owned()
        )
    );
    let right = json!({ "SMS_MFA_CODE": code });
    let tokens =
        ada.answer(&backend, &challenge, right.clone()).await.ok()["AuthenticationResult"].clone();
    let again = ada.answer(&backend, &challenge, right).await;
    assert_eq!(again.error().1, "Invalid session for the user.");
    let user = get_user(&backend, &tokens).await.ok();
    let verified = json!({ "Name": "phone_number_verified", "Value": "true" });
    assert!(
        user["UserAttributes"]
            .as_array()
            .unwrap()
            .contains(&verified)
    );
}

#[tokio::test]
async fn a_code_by_email_goes_to_a_verified_address_only() {
    let backend = Backend::start().await;
    let unverified = Member::new(
        &backend,
        all_factors("OPTIONAL"),
        json!({ "email": "eve@example.com" }),
    )
    .await;
    let refused = unverified.prefer(&backend, on("EmailMfaSettings")).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");

    let ada = reachable(&backend, "OPTIONAL").await;
    ada.prefer(&backend, on("EmailMfaSettings")).await.ok();
    let challenge = ada.challenge(&backend, "EMAIL_OTP").await;
    let parameters = &challenge["ChallengeParameters"];
    assert_eq!(parameters["CODE_DELIVERY_DELIVERY_MEDIUM"], "EMAIL");
    assert_eq!(parameters["CODE_DELIVERY_DESTINATION"], "a***@e***");
    let code = json!({ "EMAIL_OTP_CODE": backend.code(EMAIL).await });
    ada.answer(&backend, &challenge, code).await.ok();

    // An administrator gives another address, which nobody verified: no way around.
    let body = json!({
        "UserPoolId": ada.pool, "Username": "ada",
        "UserAttributes": [{ "Name": "email", "Value": "new@example.com" }],
    });
    backend.admin("AdminUpdateUserAttributes", body).await.ok();
    let refused = ada
        .person
        .password_sign_in(&backend, &ada.person.password)
        .await;
    assert_eq!(refused.error_type(), "MFAMethodNotFoundException");
}

#[tokio::test]
async fn each_sign_in_has_its_own_code_and_each_code_its_sign_in() {
    let backend = Backend::start().await;
    let ada = reachable(&backend, "OPTIONAL").await;
    ada.prefer(&backend, on("EmailMfaSettings")).await.ok();
    let first = ada.challenge(&backend, "EMAIL_OTP").await;
    let first_code = backend.code(EMAIL).await;
    let second = ada.challenge(&backend, "EMAIL_OTP").await;
    let second_code = backend.code(EMAIL).await;
    if first_code != second_code {
        let answer = ada
            .answer(&backend, &second, json!({ "EMAIL_OTP_CODE": first_code }))
            .await;
        assert_eq!(answer.error_type(), "CodeMismatchException");
    }
    let code = |code: &str| json!({ "EMAIL_OTP_CODE": code });
    ada.answer(&backend, &second, code(&second_code)).await.ok();
    ada.answer(&backend, &first, code(&first_code)).await.ok();

    let late = ada.challenge(&backend, "EMAIL_OTP").await;
    let late_code = backend.code(EMAIL).await;
    backend.clock.advance(180);
    let answer = ada.answer(&backend, &late, code(&late_code)).await;
    assert_eq!(
        answer.error().1,
        "Invalid session for the user, session is expired."
    );
}

#[tokio::test]
async fn a_code_of_a_factor_that_is_no_longer_asked_for_is_not_enough() {
    let backend = Backend::start().await;
    let ada = reachable(&backend, "OPTIONAL").await;
    ada.prefer(&backend, on("EmailMfaSettings")).await.ok();
    let asked = ada.challenge(&backend, "EMAIL_OTP").await;
    let code = json!({ "EMAIL_OTP_CODE": backend.code(EMAIL).await });
    ada.prefer(&backend, on("SMSMfaSettings")).await.ok();
    let off = json!({ "EmailMfaSettings": { "Enabled": false } });
    ada.prefer(&backend, off).await.ok();
    let answer = ada.answer(&backend, &asked, code).await;
    assert_eq!(answer.error().1, "Invalid session for the user.");
}

#[tokio::test]
async fn of_answers_with_one_code_at_once_one_wins() {
    let backend = Backend::start().await;
    let ada = reachable(&backend, "OPTIONAL").await;
    for factor in ["SMSMfaSettings", "EmailMfaSettings"] {
        ada.prefer(&backend, on(factor)).await.ok();
        let challenge = ada.sign_in(&backend).await;
        let (to, name) = match factor {
            "SMSMfaSettings" => (PHONE, "SMS_MFA_CODE"),
            _ => (EMAIL, "EMAIL_OTP_CODE"),
        };
        let code = json!({ name: backend.code(to).await });
        let send = || ada.answer(&backend, &challenge, code.clone());
        let answers = tokio::join!(send(), send(), send());
        let successes = [&answers.0, &answers.1, &answers.2]
            .iter()
            .filter(|answer| answer.status.is_success())
            .count();
        assert_eq!(successes, 1, "{factor}: {answers:?}");
    }
}

#[tokio::test]
async fn somebody_with_several_factors_chooses_and_a_preference_decides() {
    let backend = Backend::start().await;
    let ada = reachable(&backend, "OPTIONAL").await;
    let secret = ada.with_totp(&backend).await;
    let enabled = json!({ "Enabled": true });
    let several = json!({
        "SMSMfaSettings": enabled, "EmailMfaSettings": enabled,
        "SoftwareTokenMfaSettings": { "PreferredMfa": false },
    });
    ada.prefer(&backend, several).await.ok();
    let choice = ada.challenge(&backend, "SELECT_MFA_TYPE").await;
    assert_eq!(
        choice["ChallengeParameters"]["MFAS_CAN_CHOOSE"],
        "[\"SMS_MFA\",\"SOFTWARE_TOKEN_MFA\",\"EMAIL_OTP\"]"
    );
    let refused = ada
        .answer(&backend, &choice, json!({ "ANSWER": "PASSWORD" }))
        .await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    let chosen = ada
        .answer(&backend, &choice, json!({ "ANSWER": "SOFTWARE_TOKEN_MFA" }))
        .await
        .ok();
    assert_eq!(chosen["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert_ne!(chosen["Session"], choice["Session"]);
    let again = ada
        .answer(&backend, &choice, json!({ "ANSWER": "SMS_MFA" }))
        .await;
    assert_eq!(again.error().1, "Invalid session for the user.");
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": totp(&secret, backend.clock.now()) });
    ada.answer(&backend, &chosen, code).await.ok();

    let choice = ada.challenge(&backend, "SELECT_MFA_TYPE").await;
    let chosen = ada
        .answer(&backend, &choice, json!({ "ANSWER": "EMAIL_MFA" }))
        .await
        .ok();
    assert_eq!(chosen["ChallengeName"], "EMAIL_OTP");
    let code = json!({ "EMAIL_OTP_CODE": backend.code(EMAIL).await });
    ada.answer(&backend, &chosen, code).await.ok();

    ada.prefer(&backend, on("SMSMfaSettings")).await.ok();
    ada.challenge(&backend, "SMS_MFA").await;
}

#[tokio::test]
async fn a_preference_is_for_what_is_there() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, all_factors("OPTIONAL"), json!({})).await;
    for refused in [
        on("SMSMfaSettings"),
        on("SoftwareTokenMfaSettings"),
        on("EmailMfaSettings"),
        json!({ "SMSMfaSettings": { "PreferredMfa": true } }),
        json!({ "WebAuthnMfaSettings": { "Enabled": true } }),
        with(on("SMSMfaSettings"), on("EmailMfaSettings")),
    ] {
        let answer = ada.prefer(&backend, refused.clone()).await;
        assert_eq!(
            answer.error_type(),
            "InvalidParameterException",
            "{refused}"
        );
    }
    let tokens = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    assert_eq!(
        settings(&backend, &tokens).await,
        (Value::Null, Value::Null)
    );

    let off = Member::new(
        &backend,
        json!({ "MfaConfiguration": "OFF" }),
        json!({ "phone_number": PHONE }),
    )
    .await;
    let answer = off.prefer(&backend, on("SMSMfaSettings")).await;
    assert_eq!(answer.error_type(), "InvalidParameterException");
    let tokens = off.sign_in(&backend).await["AuthenticationResult"].clone();
    let body = json!({ "AccessToken": tokens["AccessToken"] });
    assert_eq!(
        backend
            .call("AssociateSoftwareToken", body)
            .await
            .error_type(),
        "SoftwareTokenMFANotFoundException"
    );
}

#[tokio::test]
async fn a_factor_that_is_turned_off_is_not_preferred_either() {
    let backend = Backend::start().await;
    let ada = reachable(&backend, "OPTIONAL").await;
    ada.prefer(&backend, on("EmailMfaSettings")).await.ok();
    ada.prefer(&backend, on("SMSMfaSettings")).await.ok();
    let off = json!({ "SMSMfaSettings": { "Enabled": false } });
    ada.prefer(&backend, off).await.ok();
    let names = json!({ "UserPoolId": ada.pool, "Username": "ada" });
    let seen = backend.admin("AdminGetUser", names.clone()).await.ok();
    assert_eq!(seen["UserMFASettingList"], json!(["EMAIL_OTP"]));
    assert_eq!(seen.get("PreferredMfaSetting"), None);
    let factors = backend.admin("AdminGetUserAuthFactors", names).await.ok();
    assert_eq!(factors["ConfiguredUserAuthFactors"], json!(["PASSWORD"]));
    assert_eq!(factors["UserMFASettingList"], json!(["EMAIL_OTP"]));
}

#[tokio::test]
async fn an_address_that_codes_go_to_changes_when_the_new_one_is_verified() {
    let backend = Backend::start().await;
    let ada = reachable(&backend, "OPTIONAL").await;
    let tokens = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    ada.prefer(&backend, on("EmailMfaSettings")).await.ok();
    update(&backend, &tokens, "email", "new@example.com")
        .await
        .ok();
    ada.challenge(&backend, "EMAIL_OTP").await;
    assert_ne!(backend.code(EMAIL).await, "");
    let code = backend.code("new@example.com").await;
    let removal = update(&backend, &tokens, "email", "").await;
    assert_eq!(removal.error_type(), "InvalidParameterException");
    let verify =
        json!({ "AccessToken": tokens["AccessToken"], "AttributeName": "email", "Code": code });
    backend.call("VerifyUserAttribute", verify).await.ok();
    let challenge = ada.challenge(&backend, "EMAIL_OTP").await;
    let code = json!({ "EMAIL_OTP_CODE": backend.code("new@example.com").await });
    ada.answer(&backend, &challenge, code).await.ok();
}

#[tokio::test]
async fn whoever_reads_the_codes_cannot_reset_the_password_with_them() {
    let backend = Backend::start().await;
    let ada = reachable(&backend, "OPTIONAL").await;
    let forgot = || async {
        let body = json!({ "ClientId": ada.person.client, "Username": "ada" });
        backend.call("ForgotPassword", body).await.ok()
    };
    forgot().await;
    let first = backend.code(EMAIL).await;
    ada.prefer(&backend, on("EmailMfaSettings")).await.ok();
    forgot().await;
    assert_eq!(backend.code(EMAIL).await, first, "no second message came");
}

#[tokio::test]
async fn messages_are_worded_as_the_pool_says() {
    let backend = Backend::start().await;
    let worded = json!({
        "MfaConfiguration": "ON",
        "EmailMfaConfiguration": { "Message": "Hello {####}!", "Subject": "Our code" },
    });
    let ada = Member::new(
        &backend,
        worded,
        json!({ "email": EMAIL, "email_verified": "true" }),
    )
    .await;
    ada.challenge(&backend, "EMAIL_OTP").await;
    let code = backend.code(EMAIL).await;
    let (store, sealer) = (&backend.state.store, &backend.state.sealer);
    let messages = cognate_backend::messages::recent(store, sealer, Some(EMAIL), 10)
        .await
        .unwrap();
    assert_eq!(messages[0].subject, "Our code");
    assert_eq!(messages[0].body, format!("Hello {code}!"));
}
