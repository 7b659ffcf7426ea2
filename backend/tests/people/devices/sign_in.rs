//! Signing in from a device: when it is asked to prove itself, and what that is worth.

use cognate_backend::config::Config;
use serde_json::{Value, json};

use super::client::{Device, by_admin, member, name_of, own, tracking, tracking_pool};
use crate::mfa::person::{Member, totp, totp_only};
use crate::person::{CLIENT, PASSWORD, POOL, Person, begin_srp_of, claims, new_client, now};
use crate::support::Backend;
use crate::trigger_flows::tokens::TELLS_WHY;
use crate::triggers::Handlers;

const CODE: &str = "SOFTWARE_TOKEN_MFA_CODE";

/// Somebody with an authenticator app, and a device that was confirmed after a code.
async fn with_app_and_device(backend: &Backend, devices: Value) -> (Member, String, Device) {
    let ada = member(backend, devices, Some(totp_only("OPTIONAL"))).await;
    let secret = ada.with_totp(backend).await;
    let asked = ada.challenge(backend, "SOFTWARE_TOKEN_MFA").await;
    let code = json!({ CODE: totp(&secret, backend.clock.now()) });
    let tokens = ada.answer(backend, &asked, code).await.ok()["AuthenticationResult"].clone();
    let device = Device::of(&tokens);
    device.confirm(backend, &tokens).await.ok();
    backend.clock.advance(30);
    (ada, secret, device)
}

#[tokio::test]
async fn a_pool_that_tracks_nothing_neither_offers_nor_looks_at_devices() {
    let backend = Backend::start().await;
    let ada = member(&backend, json!({}), None).await;
    let tokens = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    assert_eq!(tokens.get("NewDeviceMetadata"), None);
    assert_eq!(claims(&tokens["AccessToken"]).get("device_key"), None);
    let mut body = ada.person.password_request(PASSWORD);
    body["AuthParameters"]["DEVICE_KEY"] = json!("local_11111111-2222-4333-8444-555555555555");
    let answer = backend.call("InitiateAuth", body).await.ok();
    assert!(answer["AuthenticationResult"]["AccessToken"].is_string());
    let nothing = Device {
        key: "local_11111111-2222-4333-8444-555555555555".to_owned(),
        group: "-group".to_owned(),
        password: "password".to_owned(),
    };
    let refused = nothing.confirm(&backend, &tokens).await;
    assert_eq!(
        refused.error_type(),
        "InvalidUserPoolConfigurationException"
    );
}

#[tokio::test]
async fn a_sign_in_from_no_device_is_offered_one_and_the_access_token_names_it() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(true, false), None).await;
    let tokens = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    let device = Device::of(&tokens);
    let (region, uuid) = device.key.split_once('_').unwrap();
    assert_eq!(region, "local");
    uuid::Uuid::parse_str(uuid).unwrap();
    assert_eq!(device.group.len(), 9);
    assert!(device.group.starts_with('-'));
    assert_eq!(
        claims(&tokens["AccessToken"])["device_key"],
        device.key.as_str()
    );
    assert_eq!(claims(&tokens["IdToken"]).get("device_key"), None);
    let another = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    assert_ne!(Device::of(&another).key, device.key);
    assert_eq!(Device::of(&another).group, device.group);
}

#[tokio::test]
async fn a_remembered_device_proves_itself_by_every_way_to_sign_in() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(false, false), None).await;
    let (device, _) = Device::confirmed(&backend, &ada).await;

    let tokens = device.tokens(&backend, &ada).await;
    assert_eq!(tokens.get("NewDeviceMetadata"), None);
    assert_eq!(
        claims(&tokens["AccessToken"])["device_key"],
        device.key.as_str()
    );

    // SRP, the key with the proof only, and with both requests.
    for with_first in [&[][..], &[("DEVICE_KEY", device.key.as_str())][..]] {
        let client = &ada.person.client;
        let (started, _) = begin_srp_of(&backend, client, "ada", "USER_SRP_AUTH", with_first).await;
        let mut responses = started.responses_in(name_of(&ada.pool), PASSWORD, &now(&backend));
        responses["DEVICE_KEY"] = json!(device.key);
        let asked = ada.person.answer(&backend, responses).await.ok();
        assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
        assert_eq!(asked["ChallengeParameters"], json!({}));
        device.prove(&backend, &ada, &asked["Session"]).await.ok();
    }

    // By an alias: the key is found with the user whom the alias names.
    let mut by_alias = Member {
        pool: ada.pool.clone(),
        person: ada.person.clone(),
    };
    by_alias.person.email = "ada@example.com".to_owned();
    device.tokens(&backend, &by_alias).await;
}

#[tokio::test]
async fn a_temporary_password_is_replaced_first_and_the_device_asked_then() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(false, false), None).await;
    let (device, _) = Device::confirmed(&backend, &ada).await;
    let temporary = json!({ "Password": "Temporary-1", "Permanent": false });
    by_admin(&backend, "AdminSetUserPassword", &ada, temporary)
        .await
        .ok();
    let asked = device.try_sign_in(&backend, &ada, "Temporary-1").await.ok();
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let new = json!({ "NEW_PASSWORD": "Another-Horse-9" });
    let answer = device.respond(
        &backend,
        &ada,
        "NEW_PASSWORD_REQUIRED",
        &asked["Session"],
        new,
    );
    let asked = answer.await.ok();
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
    device.prove(&backend, &ada, &asked["Session"]).await.ok();
}

#[tokio::test]
async fn a_custom_sign_in_ends_with_the_device() {
    let issue = "export const handler = async (event) => {
        const last = event.request.session.at(-1);
        if (last?.challengeName === 'SRP_A') event.response.challengeName = 'PASSWORD_VERIFIER';
        else if (last?.challengeResult) event.response.issueTokens = true;
        else event.response.challengeName = 'CUSTOM_CHALLENGE';
        return event;
    };";
    let ask = "export const handler = async (event) => event;";
    let judge = "export const handler = async (event) => {
        event.response.answerCorrect = event.request.challengeAnswer === 'right';
        return event;
    };";
    let handlers = Handlers::new(&[
        ("define_auth_challenge", "define.mjs", issue),
        ("create_auth_challenge", "create.mjs", ask),
        ("verify_auth_challenge_response", "verify.mjs", judge),
    ]);
    let mut config: Config = handlers.config();
    let devices = tracking(false, false);
    config.pools[0]
        .settings
        .extend(devices.as_object().unwrap().clone());
    let backend = Backend::start_with(config).await;
    let flows = json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"] });
    let client = new_client(&backend, POOL, flows).await;
    let mut person = Person::confirmed(&backend).await;
    assert_eq!(person.client, CLIENT);
    person.client = client.clone();
    let ada = Member {
        pool: POOL.to_owned(),
        person,
    };
    let (device, _) = Device::confirmed(&backend, &ada).await;

    let begin = json!({
        "AuthFlow": "CUSTOM_AUTH", "ClientId": client,
        "AuthParameters": { "USERNAME": ada.person.email, "DEVICE_KEY": device.key },
    });
    let asked = backend.call("InitiateAuth", begin).await.ok();
    let right = json!({ "ANSWER": "right" });
    let session = &asked["Session"];
    let answer = device
        .respond(&backend, &ada, "CUSTOM_CHALLENGE", session, right)
        .await;
    let asked = answer.ok();
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
    device.prove(&backend, &ada, &asked["Session"]).await.ok();

    let first = [("CHALLENGE_NAME", "SRP_A")];
    let (started, session) =
        begin_srp_of(&backend, &client, &ada.person.email, "CUSTOM_AUTH", &first).await;
    let responses = started.responses(PASSWORD, &now(&backend));
    let answer = device
        .respond(&backend, &ada, "PASSWORD_VERIFIER", &session, responses)
        .await;
    let asked = answer.ok();
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH", "{asked}");
    device.prove(&backend, &ada, &asked["Session"]).await.ok();
}

#[tokio::test]
async fn a_remembered_device_replaces_the_second_factor_where_the_pool_says_so() {
    let backend = Backend::start().await;
    let (ada, secret, device) = with_app_and_device(&backend, tracking(true, false)).await;
    let tokens = device.tokens(&backend, &ada).await;
    assert_eq!(tokens.get("NewDeviceMetadata"), None);

    // Without the device, or where it is not remembered, the code is asked for.
    ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    let status = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "not_remembered" });
    own(&backend, "UpdateDeviceStatus", &tokens, status)
        .await
        .ok();
    let asked = device.sign_in(&backend, &ada).await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let code = json!({ CODE: totp(&secret, backend.clock.now()) });
    let (name, session) = ("SOFTWARE_TOKEN_MFA", &asked["Session"]);
    let answer = device
        .respond(&backend, &ada, name, session, code)
        .await
        .ok();
    let tokens = &answer["AuthenticationResult"];
    assert_eq!(
        tokens.get("NewDeviceMetadata"),
        None,
        "it is known all the same"
    );
    assert_eq!(
        claims(&tokens["AccessToken"])["device_key"],
        device.key.as_str()
    );
}

#[tokio::test]
async fn elsewhere_the_second_factor_comes_first_and_the_device_after_it() {
    let backend = Backend::start().await;
    let (ada, secret, device) = with_app_and_device(&backend, tracking(false, false)).await;
    let asked = device.sign_in(&backend, &ada).await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let code = json!({ CODE: totp(&secret, backend.clock.now()) });
    let (name, session) = ("SOFTWARE_TOKEN_MFA", &asked["Session"]);
    let next = device
        .respond(&backend, &ada, name, session, code)
        .await
        .ok();
    assert_eq!(next["ChallengeName"], "DEVICE_SRP_AUTH");
    // amazon-cognito-identity-js goes on with the handle of the code.
    assert_eq!(next["Session"], asked["Session"]);
    device.prove(&backend, &ada, &asked["Session"]).await.ok();
}

#[tokio::test]
async fn a_device_from_before_the_second_factor_replaces_it_only_after_one_code() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(true, false), Some(totp_only("OPTIONAL"))).await;
    let (device, _) = Device::confirmed(&backend, &ada).await;
    let tokens = device.tokens(&backend, &ada).await;
    let secret = ada.enrol(&backend, &tokens).await;
    let on = json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    ada.prefer(&backend, on).await.ok();
    backend.clock.advance(30);

    let asked = device.sign_in(&backend, &ada).await;
    assert_eq!(
        asked["ChallengeName"], "SOFTWARE_TOKEN_MFA",
        "the password alone confirmed it"
    );
    let code = json!({ CODE: totp(&secret, backend.clock.now()) });
    let (name, session) = ("SOFTWARE_TOKEN_MFA", &asked["Session"]);
    let next = device
        .respond(&backend, &ada, name, session, code)
        .await
        .ok();
    assert_eq!(next["ChallengeName"], "DEVICE_SRP_AUTH");
    device.prove(&backend, &ada, &next["Session"]).await.ok();
    device.tokens(&backend, &ada).await;
}

#[tokio::test]
async fn where_the_person_is_to_say_so_a_device_is_remembered_only_then() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(true, true), None).await;
    let tokens = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    let device = Device::of(&tokens);
    let answer = device.confirm(&backend, &tokens).await.ok();
    assert_eq!(answer, json!({ "UserConfirmationNecessary": true }));
    let done = device.sign_in(&backend, &ada).await;
    assert_eq!(done["AuthenticationResult"].get("NewDeviceMetadata"), None);
    let status = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "remembered" });
    own(&backend, "UpdateDeviceStatus", &tokens, status)
        .await
        .ok();
    device.tokens(&backend, &ada).await;
}

#[tokio::test]
async fn an_administrators_sign_in_tracks_no_device() {
    let backend = Backend::start().await;
    let (pool, client) = tracking_pool(&backend, tracking(true, false), None).await;
    let flows = json!({ "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"] });
    let admin_client = new_client(&backend, &pool, flows).await;
    let ada = Member::of(&backend, &pool, &client, "ada", json!({})).await;
    let (device, _) = Device::confirmed(&backend, &ada).await;
    let body = json!({
        "UserPoolId": pool, "ClientId": admin_client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ada", "PASSWORD": PASSWORD, "DEVICE_KEY": device.key },
    });
    let tokens =
        backend.admin("AdminInitiateAuth", body).await.ok()["AuthenticationResult"].clone();
    assert_eq!(tokens.get("NewDeviceMetadata"), None);
    assert_eq!(claims(&tokens["AccessToken"]).get("device_key"), None);
}

#[tokio::test]
async fn tokens_after_the_proof_of_a_device_have_a_source_of_their_own() {
    let handlers = Handlers::versioned("pre_token_generation", "V3_0", TELLS_WHY);
    let backend = handlers.start().await;
    let pool = json!({ "UserPoolId": POOL });
    let described = backend.admin("DescribeUserPool", pool).await.ok();
    let settings = json!({
        "LambdaConfig": described["UserPool"]["LambdaConfig"],
        "DeviceConfiguration": {
            "ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": false,
        },
    });
    let ada = member(&backend, settings, None).await;
    let (device, first) = Device::confirmed(&backend, &ada).await;
    let second = device.tokens(&backend, &ada).await;
    for (tokens, source) in [
        (first, "TokenGeneration_Authentication"),
        (second, "TokenGeneration_AuthenticateDevice"),
    ] {
        assert_eq!(claims(&tokens["IdToken"])["source"], source);
        assert_eq!(claims(&tokens["AccessToken"])["source"], source);
    }
}
