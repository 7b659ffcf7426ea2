//! A person's devices, as the person and an administrator see and change them.

use cognate_backend::config::Config;
use serde_json::{Value, json};

use super::client::{Device, by_admin, member, own, refresh, tracking, unknown_device};
use crate::mfa::person::Member;
use crate::support::{Backend, START};

fn attributes(device: &Value) -> Value {
    let list = device["DeviceAttributes"].as_array().unwrap();
    list.iter()
        .map(|one| {
            (
                one["Name"].as_str().unwrap().to_owned(),
                one["Value"].clone(),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_device_is_described_to_its_person_and_to_an_administrator() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(false, false), None).await;
    let (device, tokens) = Device::confirmed(&backend, &ada).await;
    backend.clock.advance(60);
    device.tokens(&backend, &ada).await;
    let name = json!({ "DeviceKey": device.key });
    let seen = own(&backend, "GetDevice", &tokens, name.clone()).await.ok();
    assert_eq!(seen["Device"]["DeviceKey"], device.key.as_str());
    assert_eq!(
        attributes(&seen["Device"]),
        json!({
            "device_status": "valid", "device_name": "Lovelace's laptop",
            "dev:device_remembered_status": "remembered", "last_ip_used": "127.0.0.1",
        })
    );
    assert_eq!(seen["Device"]["DeviceCreateDate"], START);
    assert_eq!(seen["Device"]["DeviceLastModifiedDate"], START);
    assert_eq!(seen["Device"]["DeviceLastAuthenticatedDate"], START + 60);
    assert_eq!(
        by_admin(&backend, "AdminGetDevice", &ada, name).await.ok(),
        seen
    );
}

#[tokio::test]
async fn pages_of_devices_hold_each_of_them_once() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(false, false), None).await;
    let mut keys = Vec::new();
    let mut tokens = json!(null);
    for _ in 0..5 {
        let (device, of_device) = Device::confirmed(&backend, &ada).await;
        keys.push(device.key);
        tokens = of_device;
    }
    keys.sort();
    for operation in ["ListDevices", "AdminListDevices"] {
        let mut seen: Vec<String> = Vec::new();
        let mut page = json!({ "Limit": 2 });
        let mut pages = 0;
        loop {
            let answer = match operation {
                "ListDevices" => own(&backend, operation, &tokens, page.clone()).await.ok(),
                _ => by_admin(&backend, operation, &ada, page.clone()).await.ok(),
            };
            let devices = answer["Devices"].as_array().unwrap();
            seen.extend(
                devices
                    .iter()
                    .map(|one| one["DeviceKey"].as_str().unwrap().to_owned()),
            );
            pages += 1;
            let Some(next) = answer.get("PaginationToken") else {
                break;
            };
            page["PaginationToken"] = next.clone();
        }
        assert_eq!((seen, pages), (keys.clone(), 3), "{operation}");
    }
    let all = own(&backend, "ListDevices", &tokens, json!({})).await.ok();
    assert_eq!(all["Devices"].as_array().unwrap().len(), 5);
    assert_eq!(all.get("PaginationToken"), None);
    let none = own(
        &backend,
        "ListDevices",
        &tokens,
        json!({ "PaginationToken": "!" }),
    )
    .await;
    assert_eq!(none.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn a_forgotten_device_is_unknown_and_its_sessions_do_not_refresh() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(false, false), None).await;
    for by_administrator in [false, true] {
        let (device, tokens) = Device::confirmed(&backend, &ada).await;
        let (other, other_tokens) = Device::confirmed(&backend, &ada).await;
        let later = device.tokens(&backend, &ada).await;
        let name = json!({ "DeviceKey": device.key });
        let forgotten = if by_administrator {
            by_admin(&backend, "AdminForgetDevice", &ada, name.clone()).await
        } else {
            own(&backend, "ForgetDevice", &tokens, name.clone()).await
        };
        forgotten.ok();
        for session in [&tokens, &later] {
            let refused = refresh(&backend, &ada, session, Some(&device.key)).await;
            let words = "Invalid Refresh Token.".to_owned();
            assert_eq!(
                refused.error(),
                ("NotAuthorizedException".to_owned(), words)
            );
        }
        refresh(&backend, &ada, &other_tokens, Some(&other.key))
            .await
            .ok();

        // The access token lives on, but the device does not come back by it.
        let gone = own(&backend, "GetDevice", &tokens, name).await;
        assert_eq!(gone.error(), unknown_device());
        assert_eq!(
            device.confirm(&backend, &tokens).await.error(),
            unknown_device()
        );
        let sign_in = device
            .try_sign_in(&backend, &ada, &ada.person.password)
            .await;
        assert_eq!(sign_in.error(), unknown_device());
        let renewed = ada.sign_in(&backend).await;
        assert_ne!(Device::of(&renewed["AuthenticationResult"]).key, device.key);
    }
}

#[tokio::test]
async fn an_administrator_says_whether_a_device_is_remembered() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(false, true), None).await;
    let (device, _) = Device::confirmed(&backend, &ada).await;
    for (status, asked) in [("remembered", true), ("not_remembered", false)] {
        let change = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": status });
        by_admin(&backend, "AdminUpdateDeviceStatus", &ada, change)
            .await
            .ok();
        let next = device.sign_in(&backend, &ada).await;
        assert_eq!(
            next["ChallengeName"] == "DEVICE_SRP_AUTH",
            asked,
            "{status}"
        );
    }
}

#[tokio::test]
async fn nobody_reaches_somebody_elses_devices() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(false, false), None).await;
    let bob = Member::of(&backend, &ada.pool, &ada.person.client, "bob", json!({})).await;
    let elsewhere = member(&backend, tracking(false, false), None).await;
    let (device, tokens) = Device::confirmed(&backend, &ada).await;
    for stranger in [&bob, &elsewhere] {
        let (_, of_stranger) = Device::confirmed(&backend, stranger).await;
        let name = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "remembered" });
        for operation in ["GetDevice", "ForgetDevice", "UpdateDeviceStatus"] {
            let refused = own(&backend, operation, &of_stranger, name.clone()).await;
            assert_eq!(refused.error(), unknown_device(), "{operation}");
            let operation = format!("Admin{operation}");
            let refused = by_admin(&backend, &operation, stranger, name.clone()).await;
            assert_eq!(refused.error(), unknown_device(), "{operation}");
        }
        let listed = own(&backend, "ListDevices", &of_stranger, json!({}))
            .await
            .ok();
        assert_eq!(listed["Devices"].as_array().unwrap().len(), 1);
        let mut copied = device.clone();
        copied.group.clone_from(&Device::of(&of_stranger).group);
        let refused = copied.confirm(&backend, &of_stranger).await;
        assert_eq!(refused.error(), unknown_device());
    }
    own(
        &backend,
        "GetDevice",
        &tokens,
        json!({ "DeviceKey": device.key }),
    )
    .await
    .ok();
}

#[tokio::test]
async fn devices_need_a_token_that_may_change_the_account() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(false, false), None).await;
    let (device, tokens) = Device::confirmed(&backend, &ada).await;
    let name = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "remembered" });
    for operation in ["GetDevice", "ForgetDevice"] {
        let refused = backend.call(operation, name.clone()).await;
        assert_eq!(
            refused.error_type(),
            "InvalidParameterException",
            "{operation}"
        );
    }
    backend
        .call(
            "GlobalSignOut",
            json!({ "AccessToken": tokens["AccessToken"] }),
        )
        .await
        .ok();
    for operation in [
        "GetDevice",
        "ForgetDevice",
        "UpdateDeviceStatus",
        "ListDevices",
    ] {
        let refused = own(&backend, operation, &tokens, name.clone()).await;
        assert_eq!(
            refused.error_type(),
            "NotAuthorizedException",
            "{operation}"
        );
    }
}

#[tokio::test]
async fn a_device_is_confirmed_once_by_its_own_session_with_numbers_of_the_protocol() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(false, false), None).await;
    let tokens = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    let others = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    let device = Device::of(&tokens);
    let refused = device.confirm(&backend, &others).await;
    assert_eq!(refused.error(), unknown_device(), "another session's token");
    for (member, value) in [
        ("Salt", ""),
        ("Salt", "####"),
        ("PasswordVerifier", "AA=="),
        ("PasswordVerifier", "AQ=="),
    ] {
        let mut body = device.confirmation(&tokens);
        body["DeviceSecretVerifierConfig"][member] = json!(value);
        let refused = backend.call("ConfirmDevice", body).await;
        assert_eq!(
            refused.error_type(),
            "InvalidParameterException",
            "{member} {value}"
        );
    }
    let mut without = device.confirmation(&tokens);
    without
        .as_object_mut()
        .unwrap()
        .remove("DeviceSecretVerifierConfig");
    let refused = backend.call("ConfirmDevice", without).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    let done = device.confirm(&backend, &tokens).await.ok();
    assert_eq!(done, json!({ "UserConfirmationNecessary": false }));
    let again = device.confirm(&backend, &tokens).await;
    assert_eq!(again.error_type(), "DeviceKeyExistsException");
}

#[tokio::test]
async fn one_device_too_many_takes_the_place_of_the_one_that_is_missed_least() {
    let mut config = Config::demo();
    config.quotas.devices_per_user = 2;
    let backend = Backend::start_with(config).await;
    let ada = member(&backend, tracking(false, false), None).await;
    let (unremembered, tokens_of_it) = Device::confirmed(&backend, &ada).await;
    let change =
        json!({ "DeviceKey": unremembered.key, "DeviceRememberedStatus": "not_remembered" });
    own(&backend, "UpdateDeviceStatus", &tokens_of_it, change)
        .await
        .ok();
    // Remembered, and older in use than the other one.
    backend.clock.advance(-60);
    let (oldest, _) = Device::confirmed(&backend, &ada).await;
    backend.clock.advance(120);
    let (third, tokens) = Device::confirmed(&backend, &ada).await;
    assert_eq!(keys(&backend, &tokens).await, sorted([&oldest, &third]));
    let ended = refresh(&backend, &ada, &tokens_of_it, Some(&unremembered.key)).await;
    assert_eq!(ended.error_type(), "NotAuthorizedException");

    backend.clock.advance(60);
    let (fourth, tokens) = Device::confirmed(&backend, &ada).await;
    assert_eq!(keys(&backend, &tokens).await, sorted([&third, &fourth]));
    let (others, _) = Device::confirmed(
        &backend,
        &member(&backend, tracking(false, false), None).await,
    )
    .await;
    assert_ne!(others.key, fourth.key);
    assert_eq!(keys(&backend, &tokens).await, sorted([&third, &fourth]));
}

/// The keys of a person's devices.
async fn keys(backend: &Backend, tokens: &Value) -> Vec<String> {
    let listed = own(backend, "ListDevices", tokens, json!({})).await.ok();
    let devices = listed["Devices"].as_array().unwrap().iter();
    devices
        .map(|device| device["DeviceKey"].as_str().unwrap().to_owned())
        .collect()
}

fn sorted<const N: usize>(devices: [&Device; N]) -> Vec<String> {
    let mut keys: Vec<String> = devices.iter().map(|device| device.key.clone()).collect();
    keys.sort();
    keys
}
