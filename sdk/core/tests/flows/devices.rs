//! The device that somebody signs in from: confirmed, proved, forgotten, and never in the way.

use aws_lc_rs::{digest, hmac};
use base64ct::{Base64, Encoding};
use cognate_core::account::DeviceOffer;
use cognate_core::config::Username;
use cognate_core::ports::SendFailure;
use cognate_core::secret::AccessToken;
use cognate_core::sign_in::{Answer, Flow, Step};
use cognate_core::{Client, Error, ErrorCode};
use num_bigint::BigUint;
use serde_json::{Value, json};

use crate::platform::{Platform, Scripted};
use crate::{
    PASSWORD, ana, answered, client, client_of, code, done, next, options, password, refused,
    refused_with, run, sign_in,
};

const KEY: &str = "local_11111111-2222-4333-8444-555555555555";
const GROUP: &str = "-aBcDeFg1";
const UNKNOWN: (&str, &str) = ("ResourceNotFoundException", "Device does not exist.");

/// The tokens of `ana`, with a device on offer.
fn offering(platform: &Platform, metadata: Value) -> Scripted {
    let Scripted::Answer(mut answer) = platform.tokens("ana") else {
        unreachable!()
    };
    let mut body: Value = serde_json::from_str(&answer.body).unwrap();
    body["AuthenticationResult"]["NewDeviceMetadata"] = metadata;
    answer.body = body.to_string();
    Scripted::Answer(answer)
}

fn metadata() -> Value {
    json!({ "DeviceKey": KEY, "DeviceGroupKey": GROUP })
}

/// Signs in by sending the password; what the service answers is scripted.
fn by_password(client: &Client<Platform>, name: &str) -> Result<(), ErrorCode> {
    let name = Username::parse(name).unwrap();
    let (password, options) = (password(PASSWORD), options());
    let signing_in = client.sign_in(&name, Some(&password), Flow::Password, &options);
    run(signing_in).map(drop).map_err(|error| error.code)
}

/// A client that has confirmed a device, and nothing else to remember.
fn with_device() -> (Client<Platform>, Platform) {
    let (client, platform) = client();
    sign_in(&client);
    platform.script([offering(&platform, metadata())]);
    by_password(&client, "ana").unwrap();
    platform.script([answered(&json!({}))]);
    confirm(&client).unwrap();
    (client, platform)
}

/// What the last sign-in has left to do about its device.
fn offer_of(client: &Client<Platform>) -> Option<Value> {
    let (_, offer) = client.device();
    offer.map(|text| serde_json::from_str(&text).unwrap())
}

/// Confirms the device on offer, as whoever holds the client does.
fn confirm(client: &Client<Platform>) -> Result<bool, Error> {
    let offer = offer_of(client).unwrap();
    let text = |name: &str| offer[name].as_str().unwrap().to_owned();
    let offer = DeviceOffer {
        key: text("key"),
        group: text("group"),
        typed: text("typed"),
        username: text("username"),
    };
    let (token, options) = (token_of(client), options());
    run(client.service().confirm_device(&token, &offer, &options))
}

fn token_of(client: &Client<Platform>) -> AccessToken {
    run(client.fresh_access_token(Some(0), &options()))
        .unwrap()
        .access_token
}

fn last(platform: &Platform, operation: &str) -> Value {
    let calls = platform.calls();
    let found = calls.iter().rev().find(|sent| sent.operation == operation);
    found.unwrap().body.clone()
}

fn bytes(text: &Value) -> Vec<u8> {
    Base64::decode_vec(text.as_str().unwrap()).unwrap()
}

fn n() -> BigUint {
    BigUint::from_bytes_be(&cognate_core::srp::N)
}

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    digest::digest(&digest::SHA256, &parts.concat())
        .as_ref()
        .to_vec()
}

/// As Java's `BigInteger.toByteArray`.
fn pad(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes[0] > 127 {
        bytes.insert(0, 0);
    }
    bytes
}

#[test]
fn a_device_on_offer_is_confirmed_with_the_verifier_of_its_own_password() {
    let (client, platform) = with_device();
    let confirmed = last(&platform, "ConfirmDevice");
    assert_eq!(confirmed["DeviceKey"], KEY);
    assert_eq!(confirmed["DeviceName"], "Test/1.0");
    let token = run(client.fresh_access_token(Some(0), &options())).unwrap();
    assert_eq!(confirmed["AccessToken"], token.access_token.secret());

    let records: Vec<Value> = platform
        .devices()
        .values()
        .map(|record| serde_json::from_str(record).unwrap())
        .collect();
    assert_eq!(
        records.len(),
        2,
        "by the name that was typed, and by the real one"
    );
    assert_eq!(records[0], records[1]);
    let own = records[0]["password"].as_str().unwrap();
    assert_eq!(Base64::decode_vec(own).unwrap().len(), 40);
    let config = &confirmed["DeviceSecretVerifierConfig"];
    let inner = sha256(&[format!("{GROUP}{KEY}:{own}").as_bytes()]);
    let salt = bytes(&config["Salt"]);
    let x = BigUint::from_bytes_be(&sha256(&[&salt, &inner]));
    assert_eq!(
        bytes(&config["PasswordVerifier"]),
        pad(&BigUint::from(2u8).modpow(&x, &n()))
    );
    assert!(salt[0] < 128 && salt.len() <= 17, "padded");
    assert!(
        !platform.devices().keys().any(|name| name.contains("ana")),
        "names are not shown"
    );
}

#[test]
fn the_device_proves_itself_without_asking_anybody() {
    let (client, platform) = with_device();
    let record = platform.devices().values().next().unwrap().clone();
    let own: Value = serde_json::from_str(&record).unwrap();
    // A server of the test's own, with the verifier that was confirmed.
    let config = last(&platform, "ConfirmDevice")["DeviceSecretVerifierConfig"].clone();
    let v = BigUint::from_bytes_be(&bytes(&config["PasswordVerifier"]));
    let k = BigUint::from_bytes_be(&cognate_core::srp::K_MULTIPLIER);
    let b = BigUint::from(0x1234_5678_9abc_def1_u64);
    let b_public = (k * &v + BigUint::from(2u8).modpow(&b, &n())) % n();
    let salt = BigUint::from_bytes_be(&bytes(&config["Salt"]));
    platform.script([
        answered(&json!({ "ChallengeName": "DEVICE_SRP_AUTH", "Session": "the-session-of-step-one", "ChallengeParameters": {} })),
        answered(&json!({ "ChallengeName": "DEVICE_PASSWORD_VERIFIER", "Session": "the-session-of-step-two", "ChallengeParameters": {
            "SALT": format!("{salt:x}"), "SRP_B": format!("{b_public:x}"), "SECRET_BLOCK": "AAEC",
            "DEVICE_KEY": KEY, "USERNAME": "ana",
        }})),
        platform.tokens("ana"),
    ]);
    by_password(&client, "ana").unwrap();
    let calls = platform.calls();
    let [first, begun, proved] = &calls[calls.len() - 3..] else {
        unreachable!()
    };
    assert_eq!(first.body["AuthParameters"]["DEVICE_KEY"], KEY);
    for (call, session) in [
        (begun, "the-session-of-step-one"),
        (proved, "the-session-of-step-two"),
    ] {
        assert_eq!(call.body["Session"], session);
        assert_eq!(call.body["ChallengeResponses"]["DEVICE_KEY"], KEY);
    }
    let hex = begun.body["ChallengeResponses"]["SRP_A"].as_str().unwrap();
    let a_public = BigUint::parse_bytes(hex.as_bytes(), 16).unwrap();
    let u = BigUint::from_bytes_be(&sha256(&[&pad(&a_public), &pad(&b_public)]));
    let s = (&a_public * v.modpow(&u, &n())).modpow(&b, &n());
    let mac = |key: &[u8], message: &[u8]| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message)
            .as_ref()
            .to_vec()
    };
    let prk = mac(&pad(&u), &pad(&s));
    let key = mac(&prk, b"Caldera Derived Key\x01");
    let responses = &proved.body["ChallengeResponses"];
    let timestamp = responses["TIMESTAMP"].as_str().unwrap();
    let message = [
        format!("{GROUP}{KEY}").as_bytes(),
        &[0, 1, 2],
        timestamp.as_bytes(),
    ]
    .concat();
    assert_eq!(
        bytes(&responses["PASSWORD_CLAIM_SIGNATURE"]),
        mac(&key[..16], &message)
    );
    let sent = format!("{} {} {}", first.body, begun.body, proved.body);
    assert!(
        !sent.contains(own["password"].as_str().unwrap()),
        "its password stays here"
    );
}

#[test]
fn every_flow_names_the_device_and_so_does_every_answer() {
    let (client, platform) = with_device();
    for flow in [
        Flow::Srp,
        Flow::Password,
        Flow::Custom,
        Flow::UserAuth(None),
    ] {
        let asked = json!({ "ChallengeName": "CUSTOM_CHALLENGE", "Session": "the-session-of-this-step", "ChallengeParameters": { "USERNAME": "ana-3f1c2d4e" } });
        platform.script([answered(&asked), platform.tokens("ana")]);
        let step = next(run(client.sign_in(
            &ana(),
            Some(&password(PASSWORD)),
            flow,
            &options(),
        )));
        assert_eq!(
            last(&platform, "InitiateAuth")["AuthParameters"]["DEVICE_KEY"],
            KEY,
            "{flow:?}"
        );
        let answer = Answer::Custom(cognate_core::secret::CustomAnswer::new("42".into()));
        done(run(client.respond(step, answer, &options())));
        let responses = &last(&platform, "RespondToAuthChallenge")["ChallengeResponses"];
        assert_eq!(responses["DEVICE_KEY"], KEY, "{flow:?}");
    }
}

#[test]
fn the_device_is_found_by_the_real_name_when_another_was_typed() {
    let (client, platform) = with_device();
    // Whom an alias stands for is known after the first answer; the script's server knows `ana` only.
    let asked = json!({ "ChallengeName": "SMS_MFA", "Session": "the-session-of-this-step", "ChallengeParameters": {
        "USER_ID_FOR_SRP": "ana-3f1c2d4e", "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
    }});
    platform.script([answered(&asked), platform.tokens("ana")]);
    let alias = Username::parse("ana@example.com").unwrap();
    let step = next(run(client.sign_in(
        &alias,
        Some(&password(PASSWORD)),
        Flow::Password,
        &options(),
    )));
    let first = last(&platform, "InitiateAuth");
    assert_eq!(first["AuthParameters"].get("DEVICE_KEY"), None);
    let answer = Answer::Code {
        code: code("123456"),
        remember_device: false,
    };
    done(run(client.respond(step, answer, &options())));
    assert_eq!(
        last(&platform, "RespondToAuthChallenge")["ChallengeResponses"]["DEVICE_KEY"],
        KEY
    );
}

#[test]
fn a_device_that_the_service_forgot_is_forgotten_here_and_the_call_is_sent_once_more() {
    let (client, platform) = with_device();
    platform.take_operations();
    platform.script([refused_with(UNKNOWN.0, UNKNOWN.1), platform.tokens("ana")]);
    by_password(&client, "ana").unwrap();
    let again = last(&platform, "InitiateAuth");
    assert_eq!(again["AuthParameters"].get("DEVICE_KEY"), None);
    assert!(platform.devices().is_empty());
    assert_eq!(platform.take_operations(), ["InitiateAuth", "InitiateAuth"]);

    // Where the same sign-in brings another device, that is kept by both names.
    let (client, platform) = with_device();
    let mut another = metadata();
    another["DeviceKey"] = json!("local_22222222");
    platform.script([
        refused_with(UNKNOWN.0, UNKNOWN.1),
        offering(&platform, another),
    ]);
    by_password(&client, "ana").unwrap();
    platform.script([answered(&json!({}))]);
    confirm(&client).unwrap();
    assert_eq!(platform.devices().len(), 2);
    assert!(
        platform
            .devices()
            .values()
            .all(|record| record.contains("local_22222222"))
    );

    // Once: a service that insists is believed.
    let (client, platform) = with_device();
    platform.take_operations();
    platform.script([
        refused_with(UNKNOWN.0, UNKNOWN.1),
        refused_with(UNKNOWN.0, UNKNOWN.1),
    ]);
    assert!(by_password(&client, "ana").is_err());
    assert_eq!(platform.take_operations().len(), 2);

    // Something else that is not there is no reason to forget anything.
    let (client, platform) = with_device();
    platform.take_operations();
    platform.script([refused_with(
        UNKNOWN.0,
        "User pool client x does not exist.",
    )]);
    assert!(by_password(&client, "ana").is_err());
    assert_eq!(platform.devices().len(), 2);
}

#[test]
fn of_a_device_that_is_refused_nothing_is_kept_and_one_without_an_answer_may_be_confirmed() {
    for (answer, is_kept) in [
        (refused("DeviceKeyExistsException"), false),
        (refused("NotAuthorizedException"), false),
        (answered(&json!([])), true),
        (Scripted::Fail(SendFailure::Unreachable), true),
        (Scripted::Fail(SendFailure::TimedOut), true),
    ] {
        let (client, platform) = client();
        sign_in(&client);
        platform.script([offering(&platform, metadata())]);
        by_password(&client, "ana").unwrap();
        platform.script([answer]);
        assert_eq!(confirm(&client).is_ok(), is_kept);
        assert_eq!(platform.devices().len(), if is_kept { 2 } else { 0 });
        let key = client.device().0;
        assert_eq!(key.as_deref(), Some(KEY), "the service may want it");
    }
}

#[test]
fn what_cannot_be_kept_is_not_confirmed() {
    let (client, platform) = client();
    sign_in(&client);
    platform.script([offering(&platform, metadata())]);
    by_password(&client, "ana").unwrap();
    platform.block_store();
    platform.take_operations();
    let error = confirm(&client).unwrap_err();
    assert_eq!(error.code, ErrorCode::StorageBlocked);
    assert_eq!(platform.take_operations(), [""; 0]);
}

#[test]
fn a_confirmation_that_is_tried_again_has_the_same_password() {
    let (client, platform) = client();
    sign_in(&client);
    platform.script([offering(&platform, metadata())]);
    by_password(&client, "ana").unwrap();
    let offer = client.device().1;
    platform.script([Scripted::Fail(SendFailure::Unreachable)]);
    confirm(&client).unwrap();
    let first = platform.devices().values().next().unwrap().clone();
    let offer: Value = serde_json::from_str(&offer.unwrap()).unwrap();
    let offer = DeviceOffer {
        key: KEY.into(),
        group: GROUP.into(),
        typed: offer["typed"].as_str().unwrap().into(),
        username: offer["username"].as_str().unwrap().into(),
    };
    // The first one did arrive.
    platform.script([refused("DeviceKeyExistsException")]);
    let (token, options) = (token_of(&client), options());
    let again = client.service().confirm_device(&token, &offer, &options);
    assert!(run(again).is_ok());
    assert!(platform.devices().values().all(|record| *record == first));
}

#[test]
fn the_device_that_is_forgotten_leaves_nothing_and_another_one_leaves_this_one_alone() {
    let (client, platform) = with_device();
    let forget = |key: &str| {
        let (token, options) = (token_of(&client), options());
        run(client.service().forget_device(&token, key, &options))
    };
    platform.script([answered(&json!({}))]);
    forget("local_other").unwrap();
    assert_eq!(platform.devices().len(), 2);
    platform.script([refused("NotAuthorizedException")]);
    assert!(forget(KEY).is_err());
    assert_eq!(platform.devices().len(), 2, "the service still knows it");
    platform.script([answered(&json!({}))]);
    forget(KEY).unwrap();
    assert!(platform.devices().is_empty());
}

#[test]
fn an_offer_that_is_none_is_no_device() {
    for offer in [
        json!(null),
        json!(7),
        json!("x"),
        json!([]),
        json!({}),
        json!({ "DeviceKey": KEY }),
        json!({ "DeviceKey": 1, "DeviceGroupKey": 2 }),
    ] {
        let (client, platform) = client();
        sign_in(&client);
        platform.take_operations();
        platform.script([offering(&platform, offer.clone())]);
        by_password(&client, "ana").unwrap();
        assert_eq!(platform.take_operations(), ["InitiateAuth"], "{offer}");
        assert!(platform.devices().is_empty());
    }
}

#[test]
fn hostile_values_of_a_device_challenge_prove_nothing() {
    for parameters in [
        json!({}),
        json!({ "SALT": "aa", "SRP_B": "0", "SECRET_BLOCK": "AAAA" }),
        json!({ "SALT": "aa", "SRP_B": "f".repeat(769), "SECRET_BLOCK": "AAAA" }),
        json!({ "SALT": "zz", "SRP_B": "3", "SECRET_BLOCK": "AAAA" }),
    ] {
        let (client, platform) = with_device();
        platform.take_operations();
        platform.script([
            answered(&json!({ "ChallengeName": "DEVICE_SRP_AUTH", "ChallengeParameters": {} })),
            answered(&json!({ "ChallengeName": "DEVICE_PASSWORD_VERIFIER", "ChallengeParameters": parameters })),
        ]);
        let error = by_password(&client, "ana").unwrap_err();
        assert!(
            matches!(
                error,
                ErrorCode::ServerUntrusted | ErrorCode::InvalidResponse
            ),
            "{error:?}"
        );
        assert_eq!(platform.take_operations().len(), 2);
    }
    // A proof that was not begun.
    let (client, platform) = with_device();
    platform.script([answered(
        &json!({ "ChallengeName": "DEVICE_PASSWORD_VERIFIER", "ChallengeParameters": {} }),
    )]);
    assert_eq!(by_password(&client, "ana"), Err(ErrorCode::InvalidResponse));
}

#[test]
fn where_the_pool_asks_the_person_the_answer_to_a_code_says_it() {
    let asked = json!({ "ChallengeName": "SMS_MFA", "Session": "the-session-of-this-step", "ChallengeParameters": {
        "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
    }});
    for (remember_device, necessary) in [(true, true), (false, true), (true, false)] {
        let (client, platform) = client();
        sign_in(&client);
        platform.script([answered(&asked), offering(&platform, metadata())]);
        let (ana, password, options_of_all) = (ana(), password(PASSWORD), options());
        let signing_in = client.sign_in(&ana, Some(&password), Flow::Password, &options_of_all);
        let step = next(run(signing_in));
        let answer = Answer::Code {
            code: code("123456"),
            remember_device,
        };
        done(run(client.respond(step, answer, &options())));
        assert_eq!(offer_of(&client).unwrap()["remember"], remember_device);
        platform.script([answered(&json!({ "UserConfirmationNecessary": necessary }))]);
        assert_eq!(confirm(&client).unwrap(), necessary);
    }
}

#[test]
fn a_device_that_is_known_is_only_to_be_remembered() {
    let asked = json!({ "ChallengeName": "SMS_MFA", "Session": "the-session-of-this-step", "ChallengeParameters": {
        "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
    }});
    let (client, platform) = with_device();
    platform.script([answered(&asked), platform.tokens("ana")]);
    let (ana, password, all) = (ana(), password(PASSWORD), options());
    let step = next(run(client.sign_in(
        &ana,
        Some(&password),
        Flow::Password,
        &all,
    )));
    let answer = Answer::Code {
        code: code("123456"),
        remember_device: true,
    };
    done(run(client.respond(step, answer, &all)));
    let offer = offer_of(&client).unwrap();
    assert_eq!(
        (&offer["key"], &offer["group"]),
        (&json!(KEY), &json!(null))
    );
    assert_eq!(offer["remember"], true);
}

#[test]
fn a_session_of_a_device_is_refreshed_with_its_key_also_after_a_reload() {
    let (client, platform) = with_device();
    platform.script([platform.tokens("ana")]);
    run(client.refresh(&options())).unwrap();
    let key = |operation: &str| last(&platform, operation)["DeviceKey"].clone();
    assert_eq!(key("GetTokensFromRefreshToken"), KEY);
    platform.take_operations();
    let reloaded = client_of(&platform);
    run(reloaded.resume());
    platform.script([Scripted::Reach, platform.tokens("ana")]);
    run(reloaded.refresh(&options())).unwrap();
    assert_eq!(key("GetTokensFromRefreshToken"), KEY);
}

#[test]
fn a_device_that_is_confirmed_after_a_step_is_kept_by_both_names() {
    let (client, platform) = client();
    sign_in(&client);
    let asked = json!({ "ChallengeName": "SMS_MFA", "Session": "the-session-of-this-step", "ChallengeParameters": {
        "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "USER_ID_FOR_SRP": "ana-3f1c2d4e",
    }});
    platform.script([answered(&asked), offering(&platform, metadata())]);
    let (password, all) = (password(PASSWORD), options());
    let alias = Username::parse("ana@example.com").unwrap();
    let step = next(run(client.sign_in(
        &alias,
        Some(&password),
        Flow::Password,
        &all,
    )));
    let answer = Answer::Code {
        code: code("123456"),
        remember_device: false,
    };
    done(run(client.respond(step, answer, &all)));
    platform.script([answered(&json!({}))]);
    confirm(&client).unwrap();
    assert_eq!(platform.devices().len(), 2);
}

#[test]
fn signing_out_forgets_the_session_and_not_the_device() {
    let (client, platform) = with_device();
    run(client.sign_out(false, &options()));
    assert_eq!(platform.record(), None);
    assert_eq!(platform.devices().len(), 2);
}

#[test]
fn what_was_said_about_the_device_outlives_the_next_step_and_a_reload() {
    let asked = json!({ "ChallengeName": "SMS_MFA", "Session": "the-session-of-this-step", "ChallengeParameters": {
        "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
    }});
    let then = json!({ "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "the-session-of-the-next-step", "ChallengeParameters": {} });
    for remember_device in [true, false] {
        let (client, platform) = client();
        sign_in(&client);
        let offered = offering(&platform, metadata());
        platform.script([answered(&asked), answered(&then), offered]);
        let (ana, known, all) = (ana(), password(PASSWORD), options());
        let step = next(run(client.sign_in(
            &ana,
            Some(&known),
            Flow::Password,
            &all,
        )));
        let code = Answer::Code {
            code: code("123456"),
            remember_device,
        };
        let step = next(run(client.respond(step, code, &all)));
        let kept = Step::from_json(client.ports(), &step.to_json()).unwrap();
        let new_password = Answer::NewPassword {
            password: password("Correct-Horse11!"),
            attributes: Vec::new(),
        };
        done(run(client.respond(kept, new_password, &all)));
        assert_eq!(offer_of(&client).unwrap()["remember"], remember_device);
    }
}
