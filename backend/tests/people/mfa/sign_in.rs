//! Second factors: authenticator apps, and who is asked for what.

use serde_json::{Value, json};

use crate::mfa::person::{
    Member, all_factors, associate, configure, pool_with, settings, totp, totp_only, verify, wrong,
};
use crate::person::{PASSWORD, POOL, Person, new_client};
use crate::support::Backend;

const CODE: &str = "SOFTWARE_TOKEN_MFA_CODE";

#[tokio::test]
async fn somebody_enrols_an_authenticator_app_and_signs_in_with_it() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let tokens = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    let secret = ada.enrol(&backend, &tokens).await;
    assert_eq!(
        settings(&backend, &tokens).await,
        (Value::Null, Value::Null)
    );
    ada.sign_in(&backend).await["AuthenticationResult"]["IdToken"]
        .as_str()
        .unwrap();
    let on = json!({
        "AccessToken": tokens["AccessToken"],
        "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true },
    });
    backend.call("SetUserMFAPreference", on).await.ok();
    assert_eq!(
        settings(&backend, &tokens).await,
        (json!(["SOFTWARE_TOKEN_MFA"]), json!("SOFTWARE_TOKEN_MFA"))
    );
    backend.clock.advance(30);
    let challenge = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    assert_eq!(challenge["ChallengeParameters"]["USER_ID_FOR_SRP"], "ada");
    let code = totp(&secret, backend.clock.now());
    let answer = ada
        .answer(&backend, &challenge, json!({ CODE: code }))
        .await;
    assert!(answer.ok()["AuthenticationResult"]["AccessToken"].is_string());
}

#[tokio::test]
async fn the_second_factor_follows_srp_and_a_wrong_password_tells_nothing_of_it() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    configure(&backend, POOL, totp_only("OPTIONAL")).await.ok();
    let ada = Member {
        pool: POOL.to_owned(),
        person,
    };
    let secret = ada.with_totp(&backend).await;
    let challenge = ada.person.srp_sign_in(&backend, PASSWORD).await.ok();
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let code = json!({ CODE: totp(&secret, backend.clock.now()) });
    ada.answer(&backend, &challenge, code).await.ok();

    let stranger = Person::stranger();
    for (with, without) in [
        (
            ada.person.srp_sign_in(&backend, "Wrong-Horse9!").await,
            stranger.srp_sign_in(&backend, "Wrong-Horse9!").await,
        ),
        (
            ada.person.password_sign_in(&backend, "Wrong-Horse9!").await,
            stranger.password_sign_in(&backend, "Wrong-Horse9!").await,
        ),
    ] {
        assert_eq!(with.error_type(), "NotAuthorizedException");
        assert_eq!(with.text, without.text);
    }
}

#[tokio::test]
async fn a_wrong_code_leaves_the_step_open_and_the_fifth_ends_it() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let secret = ada.with_totp(&backend).await;
    let right = totp(&secret, backend.clock.now());
    let challenge = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    for _ in 0..4 {
        let answer = ada
            .answer(&backend, &challenge, json!({ CODE: wrong(&right) }))
            .await;
        assert_eq!(answer.error_type(), "CodeMismatchException");
    }
    let answer = ada
        .answer(&backend, &challenge, json!({ CODE: right }))
        .await;
    answer.ok();

    backend.clock.advance(30);
    let right = totp(&secret, backend.clock.now());
    let challenge = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    for _ in 0..5 {
        let answer = ada
            .answer(&backend, &challenge, json!({ CODE: wrong(&right) }))
            .await;
        assert_eq!(answer.error_type(), "CodeMismatchException");
    }
    backend.clock.advance(2);
    let answer = ada
        .answer(&backend, &challenge, json!({ CODE: right }))
        .await;
    assert_eq!(answer.error().1, "Invalid session for the user.");
}

#[tokio::test]
async fn a_code_counts_once_also_in_another_sign_in_and_also_an_older_one() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let secret = ada.with_totp(&backend).await;
    let (first, second) = (
        ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await,
        ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await,
    );
    let now = backend.clock.now();
    let code = json!({ CODE: totp(&secret, now) });
    ada.answer(&backend, &first, code.clone()).await.ok();
    assert_eq!(
        ada.answer(&backend, &second, code.clone()).await.error(),
        (
            "ExpiredCodeException".to_owned(),
            "Your software token has already been used once.".to_owned()
        )
    );
    let older = json!({ CODE: totp(&secret, now - 30) });
    assert_eq!(
        ada.answer(&backend, &second, older).await.error_type(),
        "ExpiredCodeException"
    );
    let next = json!({ CODE: totp(&secret, now + 30) });
    ada.answer(&backend, &second, next).await.ok();
    assert_eq!(
        ada.answer(&backend, &first, code).await.error().1,
        "Invalid session for the user.",
        "a step is answered once"
    );
}

#[tokio::test]
async fn of_two_requests_with_one_code_one_wins() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let secret = ada.with_totp(&backend).await;
    let (first, second) = (
        ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await,
        ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await,
    );
    let code = json!({ CODE: totp(&secret, backend.clock.now()) });
    let answers = tokio::join!(
        ada.answer(&backend, &first, code.clone()),
        ada.answer(&backend, &second, code.clone()),
        ada.answer(&backend, &first, code.clone()),
    );
    let successes = [&answers.0, &answers.1, &answers.2]
        .iter()
        .filter(|answer| answer.status.is_success())
        .count();
    assert_eq!(successes, 1, "{answers:?}");
}

#[tokio::test]
async fn a_code_of_the_neighbouring_steps_counts_and_no_other() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let secret = ada.with_totp(&backend).await;
    backend.clock.advance(600);
    let now = backend.clock.now();
    let challenge = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    for late in [-60, 60] {
        let code = json!({ CODE: totp(&secret, now + late) });
        assert_eq!(
            ada.answer(&backend, &challenge, code).await.error_type(),
            "CodeMismatchException",
            "{late} s"
        );
    }
    for late in [-30, 30] {
        let challenge = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
        let code = json!({ CODE: totp(&secret, now + late) });
        ada.answer(&backend, &challenge, code).await.ok();
    }
}

#[tokio::test]
async fn a_step_belongs_to_its_person_pool_client_and_challenge_and_ends_in_time() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let eve = Member::of(&backend, &ada.pool, &ada.person.client, "eve", json!({})).await;
    let stranger = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let secrets = [
        ada.with_totp(&backend).await,
        eve.with_totp(&backend).await,
        stranger.with_totp(&backend).await,
    ];
    let now = backend.clock.now();
    let ada_code = json!({ CODE: totp(&secrets[0], now) });
    let for_ada = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    let for_eve = eve.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    let for_stranger = stranger.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;

    let eve_code = json!({ CODE: totp(&secrets[1], now) });
    let answer = ada.answer(&backend, &for_ada, eve_code.clone()).await;
    assert_eq!(answer.error_type(), "CodeMismatchException", "eve's code");
    for (session, of) in [(&for_eve, "eve"), (&for_stranger, "another pool")] {
        let answer = ada.answer(&backend, session, ada_code.clone()).await;
        assert_eq!(answer.error().1, "Invalid session for the user.", "{of}");
    }
    let mut other_client = Member {
        pool: ada.pool.clone(),
        person: ada.person.clone(),
    };
    other_client.person.client = new_client(&backend, &ada.pool, json!({})).await;
    let answer = other_client
        .answer(&backend, &for_ada, ada_code.clone())
        .await;
    assert_eq!(answer.error().1, "Invalid session for the user.");
    let mut other_name = for_ada.clone();
    other_name["ChallengeName"] = json!("SMS_MFA");
    let answer = ada
        .answer(&backend, &other_name, json!({ "SMS_MFA_CODE": "123456" }))
        .await;
    assert_eq!(answer.error().1, "Invalid session for the user.");
    let mut none = for_ada.clone();
    none.as_object_mut().unwrap().remove("Session");
    let answer = ada.answer(&backend, &none, ada_code.clone()).await;
    assert_eq!(answer.error().1, "Invalid session for the user.");

    backend.clock.advance(180);
    let code = json!({ CODE: totp(&secrets[0], backend.clock.now()) });
    assert_eq!(
        ada.answer(&backend, &for_ada, code).await.error().1,
        "Invalid session for the user, session is expired."
    );
}

#[tokio::test]
async fn a_step_ends_with_the_password_and_with_the_account() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let secret = ada.with_totp(&backend).await;
    let names = json!({ "UserPoolId": ada.pool, "Username": "ada" });
    let before = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    let mut set = names.clone();
    set["Password"] = json!(PASSWORD);
    set["Permanent"] = json!(true);
    backend.admin("AdminSetUserPassword", set).await.ok();
    let code = json!({ CODE: totp(&secret, backend.clock.now()) });
    let answer = ada.answer(&backend, &before, code.clone()).await;
    assert_eq!(answer.error().1, "Invalid session for the user.");
    let before = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    backend.admin("AdminDisableUser", names).await.ok();
    let answer = ada.answer(&backend, &before, code).await;
    assert_eq!(answer.error().1, "Invalid session for the user.");
}

#[tokio::test]
async fn a_new_app_replaces_the_old_one_only_when_its_code_comes() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let old = ada.with_totp(&backend).await;
    let challenge = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    let code = json!({ CODE: totp(&old, backend.clock.now()) });
    let tokens = ada.answer(&backend, &challenge, code).await.ok()["AuthenticationResult"].clone();
    let first = associate(&backend, &tokens).await;
    let second = associate(&backend, &tokens).await;
    assert_ne!(first, second);
    let now = backend.clock.now();
    for code in [totp(&first, now), totp(&old, now)] {
        assert_eq!(
            verify(&backend, &tokens, &code).await.error(),
            (
                "EnableSoftwareTokenMFAException".to_owned(),
                "Code mismatch".to_owned()
            )
        );
    }
    backend.clock.advance(30);
    let challenge = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    let code = json!({ CODE: totp(&old, backend.clock.now()) });
    ada.answer(&backend, &challenge, code).await.ok();
    backend.clock.advance(30);
    let used = totp(&second, backend.clock.now());
    verify(&backend, &tokens, &used).await.ok();
    assert_eq!(
        verify(&backend, &tokens, &used).await.error_type(),
        "SoftwareTokenMFANotFoundException",
        "nothing waits any more"
    );
    let challenge = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    for (code, refusal) in [
        (used, "ExpiredCodeException"),
        (totp(&old, backend.clock.now()), "CodeMismatchException"),
    ] {
        let answer = ada
            .answer(&backend, &challenge, json!({ CODE: code }))
            .await;
        assert_eq!(answer.error_type(), refusal);
    }
    backend.clock.advance(30);
    let code = json!({ CODE: totp(&second, backend.clock.now()) });
    ada.answer(&backend, &challenge, code).await.ok();
}

#[tokio::test]
async fn an_administrator_forgets_a_lost_app() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    ada.with_totp(&backend).await;
    ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    let names = json!({ "UserPoolId": ada.pool, "Username": "ada" });
    backend.admin("AdminDeleteSoftwareToken", names).await.ok();
    let tokens = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    assert_eq!(
        settings(&backend, &tokens).await,
        (Value::Null, Value::Null)
    );
}

#[tokio::test]
async fn the_pool_says_which_factors_there_are() {
    let backend = Backend::start().await;
    let (pool, _) = pool_with(&backend, all_factors("OPTIONAL")).await;
    let names = json!({ "UserPoolId": pool });
    let config = backend
        .admin("GetUserPoolMfaConfig", names.clone())
        .await
        .ok();
    assert_eq!(config, all_factors("OPTIONAL"));
    let described = backend.admin("DescribeUserPool", names.clone()).await.ok();
    assert_eq!(described["UserPool"]["MfaConfiguration"], "OPTIONAL");

    let passkeys = json!({ "WebAuthnConfiguration": { "RelyingPartyId": "example.com" } });
    let config = configure(&backend, &pool, passkeys).await.ok();
    assert_eq!(config["MfaConfiguration"], "OPTIONAL");
    assert_eq!(config["SmsMfaConfiguration"], json!({}));
    let config = configure(&backend, &pool, totp_only("ON")).await.ok();
    assert_eq!(config.get("SmsMfaConfiguration"), None);
    assert_eq!(
        config["WebAuthnConfiguration"]["RelyingPartyId"],
        "example.com"
    );
    for none in [
        json!({ "MfaConfiguration": "ON" }),
        json!({ "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": false } }),
    ] {
        assert_eq!(
            configure(&backend, &pool, none).await.error_type(),
            "InvalidParameterException"
        );
    }
    configure(&backend, &pool, json!({ "MfaConfiguration": "OFF" }))
        .await
        .ok();
    let described = backend.admin("DescribeUserPool", names).await.ok();
    assert_eq!(described["UserPool"]["MfaConfiguration"], "OFF");
}

#[tokio::test]
async fn a_code_of_the_app_before_does_not_use_up_those_of_the_new_one() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let before = ada.with_totp(&backend).await;
    // The clock of the old app's phone is fast.
    let early = json!({ CODE: totp(&before, backend.clock.now() + 30) });
    let challenge = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    let tokens = ada.answer(&backend, &challenge, early).await.ok();
    let secret = ada.enrol(&backend, &tokens["AuthenticationResult"]).await;

    let used = json!({ CODE: totp(&secret, backend.clock.now()) });
    let challenge = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    let refused = ada.answer(&backend, &challenge, used).await;
    assert_eq!(refused.error_type(), "ExpiredCodeException");
    let next = json!({ CODE: totp(&secret, backend.clock.now() + 30) });
    ada.answer(&backend, &challenge, next).await.ok();
}
