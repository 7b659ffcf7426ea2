//! What a device's challenges refuse.

use serde_json::{Value, json};

use super::client::{Device, by_admin, member, name_of, own, tracking, unknown_device};
use crate::mfa::person::{Member, totp, totp_only};
use crate::person::{PASSWORD, new_client, now};
use crate::support::Backend;

const INVALID: &str = "Invalid session for the user.";
const INCORRECT: &str = "Incorrect username or password.";

fn not_authorized(words: &str) -> (String, String) {
    ("NotAuthorizedException".to_owned(), words.to_owned())
}

#[tokio::test]
async fn an_unknown_device_is_the_same_refusal_whether_there_is_such_a_user_or_not() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(true, false), None).await;
    let (device, _) = Device::confirmed(&backend, &ada).await;
    let bob = Member::of(&backend, &ada.pool, &ada.person.client, "bob", json!({})).await;
    let mut nobody = Member {
        pool: ada.pool.clone(),
        person: ada.person.clone(),
    };
    nobody.person.email = "nobody".to_owned();
    let mut invented = device.clone();
    invented.key = "local_11111111-2222-4333-8444-555555555555".to_owned();
    for (label, person, device) in [
        ("invented", &ada, &invented),
        ("invented, nobody", &nobody, &invented),
        ("somebody else's", &bob, &device),
        ("somebody else's, nobody", &nobody, &device),
    ] {
        for password in [PASSWORD, "Wrong-Horse-9"] {
            let refused = device.try_sign_in(&backend, person, password).await;
            assert_eq!(refused.error(), unknown_device(), "{label} {password}");
        }
        // The proof of the password is not spent by it: clients send it again without the key.
        let started = person.person.begin_srp(&backend).await;
        let responses = started.responses_in(name_of(&ada.pool), PASSWORD, &now(&backend));
        let mut with_key = responses.clone();
        with_key["DEVICE_KEY"] = json!(device.key);
        let refused = person.person.answer(&backend, with_key).await;
        assert_eq!(refused.error(), unknown_device(), "{label}");
        let repeated = person.person.answer(&backend, responses).await;
        if person.person.email == "nobody" {
            assert_eq!(repeated.error(), not_authorized(INCORRECT));
        } else {
            assert!(repeated.ok()["AuthenticationResult"]["AccessToken"].is_string());
        }
    }
}

#[tokio::test]
async fn a_wrong_reused_or_foreign_proof_is_refused() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(true, false), None).await;
    let (device, _) = Device::confirmed(&backend, &ada).await;
    let (other, _) = Device::confirmed(&backend, &ada).await;
    let name = "DEVICE_PASSWORD_VERIFIER";

    let begun = |device: Device| {
        let (backend, ada) = (&backend, &ada);
        async move {
            let asked = device.sign_in(backend, ada).await;
            let (secret, next) = device.begin(backend, ada, &asked["Session"]).await;
            (secret, next.ok())
        }
    };
    // A wrong password of the device; the step is spent by it.
    let (secret, asked) = begun(device.clone()).await;
    let mut mistaken = device.clone();
    mistaken.password = "something else".to_owned();
    let wrong = mistaken.responses(&backend, &secret, &asked);
    let right = device.responses(&backend, &secret, &asked);
    let session = &asked["Session"];
    let refused = device.respond(&backend, &ada, name, session, wrong).await;
    assert_eq!(refused.error(), not_authorized(INCORRECT));
    let refused = device.respond(&backend, &ada, name, session, right).await;
    assert_eq!(refused.error(), not_authorized(INVALID));

    // A right proof works once.
    let (secret, asked) = begun(device.clone()).await;
    let right = device.responses(&backend, &secret, &asked);
    let session = &asked["Session"];
    device
        .respond(&backend, &ada, name, session, right.clone())
        .await
        .ok();
    let refused = device
        .respond(&backend, &ada, name, session, right.clone())
        .await;
    assert_eq!(refused.error(), not_authorized(INVALID));
    // Its block is of no use for another step.
    let (_, asked) = begun(device.clone()).await;
    let refused = device
        .respond(&backend, &ada, name, &asked["Session"], right)
        .await;
    assert_eq!(refused.error(), not_authorized(INCORRECT));

    // Another device's proof for this device's step.
    let (_, asked) = begun(device.clone()).await;
    let (secret, of_other) = begun(other.clone()).await;
    let proof = other.responses(&backend, &secret, &of_other);
    let session = &asked["Session"];
    let refused = other
        .respond(&backend, &ada, name, session, proof.clone())
        .await;
    assert_eq!(refused.error(), unknown_device());
    let refused = device.respond(&backend, &ada, name, session, proof).await;
    assert_eq!(refused.error(), not_authorized(INCORRECT));

    // A time that is far off.
    let (secret, asked) = begun(device.clone()).await;
    let mut old = device.responses(&backend, &secret, &asked);
    old["TIMESTAMP"] = json!("Tue Sep 1 02:03:04 UTC 2020");
    let refused = device
        .respond(&backend, &ada, name, &asked["Session"], old)
        .await;
    assert_eq!(refused.error(), not_authorized(INCORRECT));
}

#[tokio::test]
async fn a_step_belongs_to_its_person_client_and_challenge_and_ends_in_time() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(true, false), None).await;
    let bob = Member::of(&backend, &ada.pool, &ada.person.client, "bob", json!({})).await;
    let (device, _) = Device::confirmed(&backend, &ada).await;
    let (of_bob, _) = Device::confirmed(&backend, &bob).await;
    let asked = device.sign_in(&backend, &ada).await;
    let session = &asked["Session"];

    let (_, refused) = of_bob.begin(&backend, &bob, session).await;
    assert_eq!(refused.error(), not_authorized(INVALID), "another user");
    let mut elsewhere = Member {
        pool: ada.pool.clone(),
        person: ada.person.clone(),
    };
    elsewhere.person.client = new_client(&backend, &ada.pool, json!({})).await;
    let (_, refused) = device.begin(&backend, &elsewhere, session).await;
    assert_eq!(refused.error(), not_authorized(INVALID), "another client");
    let proof = json!({
        "PASSWORD_CLAIM_SECRET_BLOCK": "AAAA", "PASSWORD_CLAIM_SIGNATURE": "AAAA", "TIMESTAMP": now(&backend),
    });
    let (verifier, own_step) = ("DEVICE_PASSWORD_VERIFIER", session);
    let refused = device
        .respond(&backend, &ada, verifier, own_step, proof)
        .await;
    assert_eq!(
        refused.error(),
        not_authorized(INVALID),
        "another challenge"
    );
    for hostile in ["0", "", "zz", &"f".repeat(768)] {
        let a = json!({ "SRP_A": hostile });
        let refused = device
            .respond(&backend, &ada, "DEVICE_SRP_AUTH", session, a)
            .await;
        assert_eq!(
            refused.error_type(),
            "InvalidParameterException",
            "{hostile}"
        );
    }
    let none = json!({
        "ClientId": ada.person.client, "ChallengeName": "DEVICE_SRP_AUTH", "Session": session,
        "ChallengeResponses": { "USERNAME": "ada", "SRP_A": "2" },
    });
    let refused = backend.call("RespondToAuthChallenge", none).await;
    assert_eq!(refused.error_type(), "InvalidParameterException", "no key");

    backend.clock.advance(179);
    let (secret, next) = device.begin(&backend, &ada, session).await;
    let (_, again) = device.begin(&backend, &ada, session).await;
    assert_eq!(again.error(), not_authorized(INVALID), "answered before");
    let responses = device.responses(&backend, &secret, &next.ok());
    backend.clock.advance(1);
    let session = &next.ok()["Session"];
    let late = device
        .respond(&backend, &ada, verifier, session, responses)
        .await;
    let words = "Invalid session for the user, session is expired.";
    assert_eq!(late.error(), not_authorized(words));
}

#[tokio::test]
async fn a_device_that_is_forgotten_or_not_remembered_any_more_does_not_finish() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(true, false), None).await;
    for forgets in [true, false] {
        let (device, tokens) = Device::confirmed(&backend, &ada).await;
        let asked = device.sign_in(&backend, &ada).await;
        let (secret, next) = device.begin(&backend, &ada, &asked["Session"]).await;
        let name = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "not_remembered" });
        let operation = if forgets {
            "ForgetDevice"
        } else {
            "UpdateDeviceStatus"
        };
        own(&backend, operation, &tokens, name).await.ok();
        let responses = device.responses(&backend, &secret, &next.ok());
        let (verifier, session) = ("DEVICE_PASSWORD_VERIFIER", &next.ok()["Session"]);
        let refused = device
            .respond(&backend, &ada, verifier, session, responses)
            .await;
        assert_eq!(refused.error(), unknown_device());
    }
}

/// The proof alone is worth nothing: it comes after the password, and ends with the account's state.
#[tokio::test]
async fn a_device_does_not_get_past_the_password_or_a_disabled_account() {
    let backend = Backend::start().await;
    let ada = member(&backend, tracking(true, false), None).await;
    let (device, _) = Device::confirmed(&backend, &ada).await;
    let refused = device.try_sign_in(&backend, &ada, "Wrong-Horse-9").await;
    assert_eq!(refused.error(), not_authorized(INCORRECT));
    let (_, refused) = device.begin(&backend, &ada, &json!("A".repeat(43))).await;
    assert_eq!(refused.error(), not_authorized(INVALID));

    for change in [
        "AdminDisableUser",
        "AdminUserGlobalSignOut",
        "AdminSetUserPassword",
    ] {
        let asked = device.sign_in(&backend, &ada).await;
        let more = match change {
            "AdminSetUserPassword" => json!({ "Password": "Another-Horse-9", "Permanent": true }),
            _ => json!({}),
        };
        by_admin(&backend, change, &ada, more).await.ok();
        let (_, refused) = device.begin(&backend, &ada, &asked["Session"]).await;
        assert_eq!(refused.error(), not_authorized(INVALID), "{change}");
        by_admin(&backend, "AdminEnableUser", &ada, json!({}))
            .await
            .ok();
    }
    // The device itself is still known.
    let asked = device
        .try_sign_in(&backend, &ada, "Another-Horse-9")
        .await
        .ok();
    device.prove(&backend, &ada, &asked["Session"]).await.ok();
}

/// What the two ways to mix sign-ins up come to: a code of one person never finishes for a device of
/// another, nor does a step of a second factor count for the device's.
#[tokio::test]
async fn the_step_of_a_code_is_none_of_a_device_before_the_code_is_right() {
    let backend = Backend::start().await;
    let mfa = Some(totp_only("OPTIONAL"));
    let ada = member(&backend, tracking(false, false), mfa).await;
    let secret = ada.with_totp(&backend).await;
    let asked = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": totp(&secret, backend.clock.now()) });
    let tokens = ada.answer(&backend, &asked, code).await.ok()["AuthenticationResult"].clone();
    let device = Device::of(&tokens);
    device.confirm(&backend, &tokens).await.ok();
    backend.clock.advance(30);

    let asked = device.sign_in(&backend, &ada).await;
    let (_, refused) = device.begin(&backend, &ada, &asked["Session"]).await;
    assert_eq!(refused.error(), not_authorized(INVALID));
    let right = json!({ "SOFTWARE_TOKEN_MFA_CODE": totp(&secret, backend.clock.now()) });
    let (name, session) = ("SOFTWARE_TOKEN_MFA", &asked["Session"]);
    device
        .respond(&backend, &ada, name, session, right.clone())
        .await
        .ok();
    let again = device.respond(&backend, &ada, name, session, right).await;
    assert_eq!(
        again.error(),
        not_authorized(INVALID),
        "the step is the device's now"
    );
    let value: Value = device.prove(&backend, &ada, session).await.ok();
    assert!(value["AuthenticationResult"]["AccessToken"].is_string());
}
