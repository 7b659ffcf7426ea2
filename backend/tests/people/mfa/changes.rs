//! Second factors, and what changes around a sign-in: a password, an address or a session from before
//! is no way past them.

use serde_json::{Value, json};

use crate::browser::{App, Browser, CALLBACK, location, parameter};
use crate::mfa::person::{Member, all_factors, configure, pool_with, totp, totp_only, with, wrong};
use crate::person::{PASSWORD, POOL, Person, new_client};
use crate::support::{Answer, Backend};

const INVALID: &str = "Invalid session for the user.";
const TOTP: &str = "SOFTWARE_TOKEN_MFA_CODE";
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

async fn associate(backend: &Backend, session: &Value) -> Answer {
    let body = json!({ "Session": session });
    backend.call("AssociateSoftwareToken", body).await
}

async fn verify(backend: &Backend, session: &Value, secret: &Value) -> Answer {
    let code = totp(secret.as_str().unwrap(), backend.clock.now());
    let body = json!({ "Session": session, "UserCode": code });
    backend.call("VerifySoftwareToken", body).await
}

#[tokio::test]
async fn a_set_up_ends_when_another_factor_counts_by_now() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, all_factors("ON"), json!({})).await;
    let begun = ada.challenge(&backend, "MFA_SETUP").await;
    let other = ada.challenge(&backend, "MFA_SETUP").await;
    let associated = associate(&backend, &other["Session"]).await.ok();
    let third = ada.challenge(&backend, "MFA_SETUP").await;
    let of_third = associate(&backend, &third["Session"]).await.ok();
    let verified = verify(&backend, &of_third["Session"], &of_third["SecretCode"]).await;
    let verified = verified.ok()["Session"].clone();
    let body = json!({
        "UserPoolId": ada.pool, "Username": "ada",
        "UserAttributes": [{ "Name": "phone_number", "Value": PHONE }],
    });
    backend.admin("AdminUpdateUserAttributes", body).await.ok();
    let session = |session: &Value| json!({ "ChallengeName": "MFA_SETUP", "Session": session });
    let to_eve = json!({ "EMAIL": "eve@example.com" });
    for refused in [
        associate(&backend, &begun["Session"]).await,
        ada.answer(&backend, &begun, to_eve).await,
        verify(&backend, &associated["Session"], &associated["SecretCode"]).await,
        ada.answer(&backend, &session(&verified), json!({})).await,
    ] {
        assert_eq!(refused.error().1, INVALID);
    }
    ada.challenge(&backend, "SMS_MFA").await;
}

#[tokio::test]
async fn an_address_is_not_set_up_beside_a_factor_that_counts_by_now() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, all_factors("ON"), json!({})).await;
    let begun = ada.challenge(&backend, "MFA_SETUP").await;
    let to_eve = json!({ "EMAIL": "eve@example.com" });
    let asked = ada.answer(&backend, &begun, to_eve).await.ok();
    let body = json!({
        "UserPoolId": ada.pool, "Username": "ada",
        "UserAttributes": [{ "Name": "phone_number", "Value": PHONE }],
    });
    backend.admin("AdminUpdateUserAttributes", body).await.ok();
    let code = json!({ "EMAIL_OTP_CODE": backend.code("eve@example.com").await });
    let late = ada.answer(&backend, &asked, code).await;
    assert_eq!(late.error().1, INVALID);
}

#[tokio::test]
async fn a_set_up_lasts_as_long_as_its_first_step() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("ON"), json!({})).await;
    let mut session = ada.challenge(&backend, "MFA_SETUP").await["Session"].clone();
    for _ in 0..2 {
        backend.clock.advance(80);
        session = associate(&backend, &session).await.ok()["Session"].clone();
    }
    backend.clock.advance(20);
    let late = associate(&backend, &session).await;
    assert_eq!(
        late.error().1,
        "Invalid session for the user, session is expired."
    );
}

#[tokio::test]
async fn sign_ins_under_way_end_with_the_sessions() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("ON"), json!({})).await;
    let names = json!({ "UserPoolId": ada.pool, "Username": "ada" });
    for operations in [
        &["AdminUserGlobalSignOut"][..],
        &["AdminDisableUser", "AdminEnableUser"],
    ] {
        let begun = ada.challenge(&backend, "MFA_SETUP").await;
        for operation in operations {
            backend.admin(operation, names.clone()).await.ok();
        }
        let late = associate(&backend, &begun["Session"]).await;
        assert_eq!(late.error().1, INVALID, "{operations:?}");
    }
}

#[tokio::test]
async fn the_page_ends_a_set_up_too() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    configure(&backend, POOL, totp_only("ON")).await.ok();
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let begun = browser.prove(&backend, &transaction, &person).await.ok();
    assert_eq!(begun["ChallengeName"], "MFA_SETUP");
    // The verified address counts from now on.
    configure(&backend, POOL, all_factors("ON")).await.ok();
    let body = json!({ "Session": begun["Session"] });
    let late = browser
        .ask(&backend, &transaction, "AssociateSoftwareToken", body)
        .await;
    assert_eq!(late.error().1, INVALID);
}

#[tokio::test]
async fn a_recovery_code_from_before_the_factor_does_not_reset_the_password() {
    let backend = Backend::start().await;
    let attributes = json!({ "email": EMAIL, "email_verified": "true" });
    let ada = Member::new(&backend, all_factors("OPTIONAL"), attributes).await;
    let body = json!({ "ClientId": ada.person.client, "Username": "ada" });
    backend.call("ForgotPassword", body).await.ok();
    let code = backend.code(EMAIL).await;
    let on = json!({ "EmailMfaSettings": { "Enabled": true } });
    ada.prefer(&backend, on).await.ok();
    let body = json!({
        "ClientId": ada.person.client, "Username": "ada", "ConfirmationCode": code,
        "Password": "Another-Horse9!",
    });
    let refused = backend.call("ConfirmForgotPassword", body).await;
    assert_eq!(refused.error_type(), "ExpiredCodeException");
    ada.challenge(&backend, "EMAIL_OTP").await;
}

#[tokio::test]
async fn the_page_takes_no_recovery_code_from_before_either() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let body = json!({ "Username": person.email });
    browser
        .ask(&backend, &transaction, "ForgotPassword", body)
        .await
        .ok();
    let code = backend.code(&person.email).await;
    configure(&backend, POOL, all_factors("ON")).await.ok();
    let body = json!({
        "Username": person.email, "ConfirmationCode": code, "Password": "Another-Horse9!",
    });
    let refused = browser
        .ask(&backend, &transaction, "ConfirmForgotPassword", body)
        .await;
    assert_eq!(refused.error_type(), "ExpiredCodeException");
}

#[tokio::test]
async fn a_code_to_an_address_that_was_replaced_meanwhile_does_not_sign_in() {
    let backend = Backend::start().await;
    let attributes = json!({ "phone_number": PHONE, "email": EMAIL, "email_verified": "true" });
    for (setting, name, to, answer, new) in [
        (
            "SMSMfaSettings",
            "phone_number",
            PHONE,
            "SMS_MFA_CODE",
            "+14325559999",
        ),
        (
            "EmailMfaSettings",
            "email",
            EMAIL,
            "EMAIL_OTP_CODE",
            "new@example.com",
        ),
    ] {
        let ada = Member::new(&backend, all_factors("OPTIONAL"), attributes.clone()).await;
        let on = json!({ setting: { "Enabled": true, "PreferredMfa": true } });
        ada.prefer(&backend, on).await.ok();
        let asked = ada.sign_in(&backend).await;
        let code = json!({ answer: backend.code(to).await });
        let verified = format!("{name}_verified");
        let body = json!({
            "UserPoolId": ada.pool, "Username": "ada",
            "UserAttributes": [
                { "Name": name, "Value": new }, { "Name": verified, "Value": "true" },
            ],
        });
        backend.admin("AdminUpdateUserAttributes", body).await.ok();
        let late = ada.answer(&backend, &asked, code).await;
        assert_eq!(late.error().1, INVALID, "{name}");
    }
}

#[tokio::test]
async fn a_code_that_was_used_does_not_lift_the_wait() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let secret = ada.with_totp(&backend).await;
    let used = json!({ TOTP: totp(&secret, backend.clock.now()) });
    let challenge = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    ada.answer(&backend, &challenge, used.clone()).await.ok();
    let guess = async |code: &Value| {
        let challenge = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
        ada.answer(&backend, &challenge, code.clone()).await
    };
    let other = json!({ TOTP: wrong(&totp(&secret, backend.clock.now())) });
    for _ in 0..4 {
        assert_eq!(guess(&other).await.error_type(), "CodeMismatchException");
    }
    assert_eq!(guess(&used).await.error_type(), "ExpiredCodeException");
    let waits = guess(&other).await;
    assert_eq!(waits.error().1, "Verification code attempts exceeded");
}

/// Where a browser with a session is sent: to the app with a code, or to the page.
async fn is_known(browser: &mut Browser, backend: &Backend, app: &App) -> bool {
    let there = location(&browser.open(backend, &app.authorize()).await);
    parameter(&there, "code").is_some()
}

#[tokio::test]
async fn a_browsers_session_counts_as_far_as_what_it_proved() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let ada = Member {
        pool: POOL.to_owned(),
        person: person.clone(),
    };
    configure(&backend, POOL, all_factors("OPTIONAL"))
        .await
        .ok();
    let mut browser = Browser::default();
    browser.sign_in(&backend, &App::demo(), &person).await;
    assert!(is_known(&mut browser, &backend, &App::demo()).await);
    let secret = ada.with_totp(&backend).await;
    let mut copy = browser.clone();
    assert!(
        !is_known(&mut copy, &backend, &App::demo()).await,
        "an app was turned on"
    );
    let silent = App::demo().with("prompt", "none");
    let back = location(&browser.open(&backend, &silent.authorize()).await);
    assert_eq!(parameter(&back, "error").as_deref(), Some("login_required"));

    let transaction = browser.begin(&backend, &App::demo()).await;
    let challenge = browser.prove(&backend, &transaction, &person).await.ok();
    let body = json!({
        "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": challenge["Session"],
        "ChallengeResponses": {
            "USERNAME": person.email, TOTP: totp(&secret, backend.clock.now()),
        },
    });
    let done = browser
        .ask(&backend, &transaction, "RespondToAuthChallenge", body)
        .await;
    assert!(done.ok()["Location"].is_string());
    for _ in 0..2 {
        assert!(
            is_known(&mut browser, &backend, &App::demo()).await,
            "the app was proved, also after a rotation"
        );
    }
    let settings = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email"], "CallbackURLs": [CALLBACK],
    });
    let other = App::of(&new_client(&backend, POOL, settings).await);
    assert!(is_known(&mut browser, &backend, &other).await);

    let instead = json!({
        "SoftwareTokenMfaSettings": { "Enabled": false },
        "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true },
    });
    ada.prefer(&backend, instead).await.ok();
    assert!(
        !is_known(&mut browser, &backend, &App::demo()).await,
        "what was proved is not what is asked for any more"
    );
}

#[tokio::test]
async fn a_browsers_session_does_not_count_for_the_app_after_the_one_it_proved() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let ada = Member {
        pool: POOL.to_owned(),
        person: person.clone(),
    };
    configure(&backend, POOL, all_factors("OPTIONAL"))
        .await
        .ok();
    let tokens = person.tokens(&backend).await;
    let secret = ada.with_totp(&backend).await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let challenge = browser.prove(&backend, &transaction, &person).await.ok();
    let body = json!({
        "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": challenge["Session"],
        "ChallengeResponses": {
            "USERNAME": person.email, TOTP: totp(&secret, backend.clock.now()),
        },
    });
    browser
        .ask(&backend, &transaction, "RespondToAuthChallenge", body)
        .await
        .ok();
    assert!(is_known(&mut browser, &backend, &App::demo()).await);
    ada.enrol(&backend, &tokens).await;
    assert!(!is_known(&mut browser, &backend, &App::demo()).await);
}

#[tokio::test]
async fn a_browsers_session_from_before_the_pool_needs_a_factor_is_not_enough() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    browser.sign_in(&backend, &App::demo(), &person).await;
    for mfa in [totp_only("ON"), all_factors("ON")] {
        let mut copy = browser.clone();
        configure(&backend, POOL, mfa).await.ok();
        assert!(!is_known(&mut copy, &backend, &App::demo()).await);
    }
    let off = json!({ "MfaConfiguration": "OFF" });
    configure(&backend, POOL, off).await.ok();
    assert!(is_known(&mut browser, &backend, &App::demo()).await);
}
