//! What a device is worth in the place of a second factor: nothing, unless one of the present ones was
//! proved from it.

use serde_json::{Value, json};

use super::client::{Device, by_admin, member, own, tracking};
use crate::mfa::person::{Member, all_factors, associate, totp, totp_only, verify};
use crate::person::PASSWORD;
use crate::support::Backend;

const CODE: &str = "SOFTWARE_TOKEN_MFA_CODE";

/// Somebody without a second factor, where a device may replace one.
async fn without_factor(backend: &Backend) -> Member {
    member(backend, tracking(true, false), Some(totp_only("OPTIONAL"))).await
}

async fn turn_app(backend: &Backend, tokens: &Value, on: bool) {
    let setting = json!({ "SoftwareTokenMfaSettings": { "Enabled": on, "PreferredMfa": on } });
    own(backend, "SetUserMFAPreference", tokens, setting)
        .await
        .ok();
}

/// Who has the password only enrols an app of their own and signs in with it; the tokens.
async fn signed_in_with_own_app(backend: &Backend, ada: &Member) -> Value {
    let tokens = ada.sign_in(backend).await["AuthenticationResult"].clone();
    let secret = associate(backend, &tokens).await;
    let code = totp(&secret, backend.clock.now());
    verify(backend, &tokens, &code).await.ok();
    turn_app(backend, &tokens, true).await;
    backend.clock.advance(30);
    with_code(backend, ada, &secret).await
}

async fn with_code(backend: &Backend, ada: &Member, secret: &str) -> Value {
    let asked = ada.challenge(backend, "SOFTWARE_TOKEN_MFA").await;
    let code = json!({ CODE: totp(secret, backend.clock.now()) });
    ada.answer(backend, &asked, code).await.ok()["AuthenticationResult"].clone()
}

#[tokio::test]
async fn a_device_confirmed_with_somebody_elses_app_does_not_replace_the_owners() {
    let backend = Backend::start().await;
    let ada = without_factor(&backend).await;
    let tokens = signed_in_with_own_app(&backend, &ada).await;
    let device = Device::of(&tokens);
    device.confirm(&backend, &tokens).await.ok();
    turn_app(&backend, &tokens, false).await;

    let hers = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    ada.enrol(&backend, &hers).await;
    turn_app(&backend, &hers, true).await;
    own(&backend, "GlobalSignOut", &hers, json!({})).await.ok();
    let asked = device.sign_in(&backend, &ada).await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}

#[tokio::test]
async fn nor_does_one_that_a_session_from_before_confirms_later() {
    let backend = Backend::start().await;
    let ada = without_factor(&backend).await;
    let tokens = signed_in_with_own_app(&backend, &ada).await;
    turn_app(&backend, &tokens, false).await;

    let hers = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    ada.enrol(&backend, &hers).await;
    turn_app(&backend, &hers, true).await;
    let device = Device::of(&tokens);
    device.confirm(&backend, &tokens).await.ok();
    let asked = device.sign_in(&backend, &ada).await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}

#[tokio::test]
async fn a_device_does_not_outlive_the_app_it_was_confirmed_with() {
    let backend = Backend::start().await;
    let ada = without_factor(&backend).await;
    let secret = ada.with_totp(&backend).await;
    let tokens = with_code(&backend, &ada, &secret).await;
    let device = Device::of(&tokens);
    device.confirm(&backend, &tokens).await.ok();
    device.tokens(&backend, &ada).await;

    let permanent = json!({ "Password": PASSWORD, "Permanent": true });
    for (operation, more) in [
        ("AdminDeleteSoftwareToken", json!({})),
        ("AdminSetUserPassword", permanent),
        ("AdminUserGlobalSignOut", json!({})),
    ] {
        by_admin(&backend, operation, &ada, more).await.ok();
    }
    let secret = ada.with_totp(&backend).await;
    let asked = device.sign_in(&backend, &ada).await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");

    // With a code of the new one, and the proof after it, it counts again.
    let code = json!({ CODE: totp(&secret, backend.clock.now()) });
    let name = "SOFTWARE_TOKEN_MFA";
    let next = device.respond(&backend, &ada, name, &asked["Session"], code);
    let next = next.await.ok();
    device.prove(&backend, &ada, &next["Session"]).await.ok();
    device.tokens(&backend, &ada).await;
}

#[tokio::test]
async fn a_proof_of_the_old_app_that_waits_for_the_devices_does_not_count_for_the_new_one() {
    let backend = Backend::start().await;
    let ada = without_factor(&backend).await;
    let (device, _) = Device::confirmed(&backend, &ada).await;
    let hers = device.tokens(&backend, &ada).await;
    let secret = ada.enrol(&backend, &hers).await;
    turn_app(&backend, &hers, true).await;
    backend.clock.advance(30);
    let asked = device.sign_in(&backend, &ada).await;
    let code = json!({ CODE: totp(&secret, backend.clock.now()) });
    let name = "SOFTWARE_TOKEN_MFA";
    let next = device.respond(&backend, &ada, name, &asked["Session"], code);
    let waiting = next.await.ok();
    assert_eq!(waiting["ChallengeName"], "DEVICE_SRP_AUTH");

    ada.enrol(&backend, &hers).await;
    let done = device.prove(&backend, &ada, &waiting["Session"]).await;
    assert!(done.ok()["AuthenticationResult"]["AccessToken"].is_string());
    let asked = device.sign_in(&backend, &ada).await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}

#[tokio::test]
async fn a_device_does_not_outlive_the_address_that_codes_went_to() {
    let backend = Backend::start().await;
    let ada = member(
        &backend,
        tracking(true, false),
        Some(all_factors("OPTIONAL")),
    )
    .await;
    let on = json!({ "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    ada.prefer(&backend, on).await.ok();
    let asked = ada.challenge(&backend, "EMAIL_OTP").await;
    let code = json!({ "EMAIL_OTP_CODE": backend.code("ada@example.com").await });
    let tokens = ada.answer(&backend, &asked, code).await.ok()["AuthenticationResult"].clone();
    let device = Device::of(&tokens);
    device.confirm(&backend, &tokens).await.ok();
    device.tokens(&backend, &ada).await;
    let address = json!({ "UserAttributes": [
        { "Name": "email", "Value": "ada@example.org" }, { "Name": "email_verified", "Value": "true" },
    ]});
    by_admin(&backend, "AdminUpdateUserAttributes", &ada, address)
        .await
        .ok();
    let asked = device.sign_in(&backend, &ada).await;
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
}
