//! Sessions that came from a device: what refreshes them, and what ends them.

use serde_json::json;

use super::client::{Device, by_admin, member, refresh, tracking};
use crate::mfa::person::Member;
use crate::person::{PASSWORD, claims};
use crate::support::Backend;

#[tokio::test]
async fn the_session_of_a_confirmed_device_is_refreshed_with_its_key_only() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(false, false), None).await;
    let (device, tokens) = Device::confirmed(&backend, &ada).await;
    let (other, _) = Device::confirmed(&backend, &ada).await;
    for key in [None, Some(other.key.as_str()), Some("local_11111111")] {
        let refused = refresh(&backend, &ada, &tokens, key).await;
        let words = "Invalid Refresh Token.".to_owned();
        assert_eq!(
            refused.error(),
            ("NotAuthorizedException".to_owned(), words),
            "{key:?}"
        );
    }
    let renewed = refresh(&backend, &ada, &tokens, Some(&device.key))
        .await
        .ok();
    let access = &renewed["AuthenticationResult"]["AccessToken"];
    assert_eq!(claims(access)["device_key"], device.key.as_str());
    assert_eq!(
        renewed["AuthenticationResult"].get("NewDeviceMetadata"),
        None
    );

    let by_flow = |key: Option<String>| {
        json!({
            "ClientId": ada.person.client, "AuthFlow": "REFRESH_TOKEN_AUTH",
            "AuthParameters": { "REFRESH_TOKEN": tokens["RefreshToken"], "DEVICE_KEY": key },
        })
    };
    backend
        .call("InitiateAuth", by_flow(Some(device.key.clone())))
        .await
        .ok();
    let refused = backend.call("InitiateAuth", by_flow(None)).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
}

#[tokio::test]
async fn a_session_whose_device_was_never_confirmed_needs_no_key() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(false, false), None).await;
    let tokens = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    let device = Device::of(&tokens);
    refresh(&backend, &ada, &tokens, None).await.ok();
    refresh(&backend, &ada, &tokens, Some(&device.key))
        .await
        .ok();
    refresh(&backend, &ada, &tokens, Some("local_11111111"))
        .await
        .ok();
}

#[tokio::test]
async fn devices_outlive_signing_out_and_a_new_password_and_go_with_the_user() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(false, false), None).await;
    let (device, tokens) = Device::confirmed(&backend, &ada).await;
    backend
        .call(
            "GlobalSignOut",
            json!({ "AccessToken": tokens["AccessToken"] }),
        )
        .await
        .ok();
    let refused = refresh(&backend, &ada, &tokens, Some(&device.key)).await;
    assert_eq!(refused.error().1, "Refresh Token has been revoked");
    let tokens = device.tokens(&backend, &ada).await;
    let change = json!({
        "AccessToken": tokens["AccessToken"],
        "PreviousPassword": PASSWORD, "ProposedPassword": "Another-Horse-9",
    });
    backend.call("ChangePassword", change).await.ok();
    let asked = device
        .try_sign_in(&backend, &ada, "Another-Horse-9")
        .await
        .ok();
    device.prove(&backend, &ada, &asked["Session"]).await.ok();

    by_admin(&backend, "AdminDeleteUser", &ada, json!({}))
        .await
        .ok();
    let again = Member::of(&backend, &ada.pool, &ada.person.client, "ada", json!({})).await;
    let refused = device.try_sign_in(&backend, &again, PASSWORD).await;
    assert_eq!(refused.error_type(), "ResourceNotFoundException");
}

#[tokio::test]
async fn what_is_stored_of_a_device_is_sealed() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(false, false), None).await;
    let (device, tokens) = Device::confirmed(&backend, &ada).await;
    let mut seen = Vec::new();
    for entry in std::fs::read_dir(backend.folder.path()).unwrap() {
        seen.extend(std::fs::read(entry.unwrap().path()).unwrap_or_default());
    }
    assert!(
        seen.windows(device.key.len())
            .any(|part| part == device.key.as_bytes())
    );
    let confirmation = device.confirmation(&tokens);
    let verifier = confirmation["DeviceSecretVerifierConfig"]["PasswordVerifier"]
        .as_str()
        .unwrap();
    let verifier = <base64ct::Base64 as base64ct::Encoding>::decode_vec(verifier).unwrap();
    for (label, secret) in [("name", &b"Lovelace"[..]), ("verifier", &verifier[1..33])] {
        assert!(
            !seen.windows(secret.len()).any(|part| part == secret),
            "{label}"
        );
    }
}
