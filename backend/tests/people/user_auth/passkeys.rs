//! Passkeys: how they are made, listed and deleted, how they sign in, and what says no.

use cognate_backend::messages::recent;
use serde_json::{Value, json};

use super::authenticator::Authenticator;
use super::person::{is_signed_in, pool_of, pool_with, user_auth_client, verified_email};
use crate::mfa::person::{Member, configure, with};
use crate::person::{CLIENT, PASSWORD, POOL, Person, new_client};
use crate::support::{Answer, Backend};

const PASSKEYS: [&str; 2] = ["PASSWORD", "WEB_AUTHN"];

#[tokio::test]
async fn a_passkey_is_made_listed_used_and_deleted() {
    let backend = Backend::start().await;
    let ada = Person::confirmed(&backend).await;
    let tokens = ada.tokens(&backend).await;
    let options = start(&backend, &tokens).await.ok()["CredentialCreationOptions"].clone();
    assert_eq!(options["rp"], json!({ "id": "localhost", "name": "Demo" }));
    assert_eq!(options["user"]["name"], ada.email.as_str());
    assert_eq!(options["excludeCredentials"], json!([]));
    assert_eq!(
        options["authenticatorSelection"],
        json!({ "requireResidentKey": true, "residentKey": "required", "userVerification": "required" })
    );
    let algorithms = options["pubKeyCredParams"].as_array().unwrap();
    let algorithms: Vec<&Value> = algorithms.iter().map(|one| &one["alg"]).collect();
    assert_eq!(algorithms, [-7, -257]);
    let mut device = Authenticator::new();
    complete(&backend, &tokens, &device.create(&options))
        .await
        .ok();
    let listed = list(&backend, &tokens, json!({})).await;
    assert_eq!(
        listed,
        json!({ "Credentials": [{
            "CredentialId": device.id(), "FriendlyCredentialName": "Passkey of one device",
            "RelyingPartyId": "localhost", "AuthenticatorAttachment": "platform",
            "AuthenticatorTransports": ["hybrid", "internal"],
            "CreatedAt": 1_767_323_045.0,
        }] })
    );
    let again = start(&backend, &tokens).await.ok()["CredentialCreationOptions"].clone();
    assert_eq!(again["excludeCredentials"][0]["id"], device.id());
    assert_eq!(
        factors(&backend, &tokens).await,
        json!(["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"])
    );

    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    assert_eq!(asked["ChallengeName"], "WEB_AUTHN");
    let options = request_options(&asked);
    assert_eq!(options["rpId"], "localhost");
    assert_eq!(
        options["allowCredentials"],
        json!([{ "type": "public-key", "id": device.id(), "transports": ["hybrid", "internal"] }])
    );
    assert_eq!(options["userVerification"], "required");
    let answer = sign(&backend, &ada, &asked, &mut device).await.ok();
    assert!(is_signed_in(&answer));

    delete(&backend, &tokens, &device.id()).await.ok();
    assert_eq!(
        list(&backend, &tokens, json!({})).await["Credentials"],
        json!([])
    );
    let gone = delete(&backend, &tokens, &device.id()).await;
    assert_eq!(gone.error_type(), "ResourceNotFoundException");
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
}

#[tokio::test]
async fn a_challenge_of_a_sign_in_is_answered_once_right_or_wrong() {
    let backend = Backend::start().await;
    let (ada, mut device) = with_passkey(&backend).await;
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    assert!(is_signed_in(
        &sign(&backend, &ada, &asked, &mut device).await.ok()
    ));
    let again = sign(&backend, &ada, &asked, &mut device).await;
    assert_eq!(again.error().1, "Invalid session for the user.");
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    let malformed = json!({ "CREDENTIAL": "{}" });
    let refused = ada.respond(&backend, &asked, malformed).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    let mut other = Authenticator::new();
    let refused = sign(&backend, &ada, &asked, &mut other).await;
    assert_eq!(refused.error().1, "Incorrect username or password.");
    let spent = sign(&backend, &ada, &asked, &mut device).await;
    assert_eq!(spent.error().1, "Invalid session for the user.");
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    backend.clock.advance(180);
    let late = sign(&backend, &ada, &asked, &mut device).await;
    assert_eq!(late.error_type(), "NotAuthorizedException");
}

#[tokio::test]
async fn every_part_of_the_signature_counts() {
    let backend = Backend::start().await;
    type Change = fn(&mut Authenticator);
    let changes: [(&str, Change); 6] = [
        ("origin", |device| {
            device.origin = "https://localhost.evil.test".to_owned()
        }),
        ("origin without TLS", |device| {
            device.origin = "http://example.com".to_owned()
        }),
        ("frame", |device| device.cross_origin = true),
        ("relying party", |device| {
            device.relying_party = Some("example.com".to_owned())
        }),
        ("user handle", |device| {
            device.user_handle = Some("AAAAAAAAAAAAAAAAAAAAAA".to_owned())
        }),
        ("user verification", |device| device.verifies = false),
    ];
    for (what, change) in changes {
        let (ada, mut device) = with_passkey(&backend).await;
        change(&mut device);
        let asked = ada.prefer(&backend, "WEB_AUTHN").await;
        let refused = sign(&backend, &ada, &asked, &mut device).await;
        assert_eq!(
            refused.error().1,
            "Incorrect username or password.",
            "{what}"
        );
    }
    let (ada, device) = with_passkey(&backend).await;
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    let refused = sign(&backend, &ada, &asked, &mut device.with_another_key()).await;
    assert_eq!(refused.error().1, "Incorrect username or password.", "key");
    // The signature over another challenge.
    let (ada, mut device) = with_passkey(&backend).await;
    let (one, two) = (
        ada.prefer(&backend, "WEB_AUTHN").await,
        ada.prefer(&backend, "WEB_AUTHN").await,
    );
    let of_two = device.get(&two["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]);
    let crossed = json!({ "CREDENTIAL": of_two.to_string() });
    let refused = ada.respond(&backend, &one, crossed).await;
    assert_eq!(
        refused.error().1,
        "Incorrect username or password.",
        "challenge"
    );
}

#[tokio::test]
async fn a_counter_that_does_not_go_up_is_a_copy() {
    let backend = Backend::start().await;
    let (ada, mut device) = with_passkey(&backend).await;
    device.counter = 7;
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    assert!(is_signed_in(
        &sign(&backend, &ada, &asked, &mut device).await.ok()
    ));
    for counter in [7, 6, 0] {
        device.counter = counter;
        let asked = ada.prefer(&backend, "WEB_AUTHN").await;
        let refused = sign(&backend, &ada, &asked, &mut device).await;
        assert_eq!(refused.error_type(), "NotAuthorizedException", "{counter}");
    }
    device.counter = 8;
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    assert!(is_signed_in(
        &sign(&backend, &ada, &asked, &mut device).await.ok()
    ));
}

#[tokio::test]
async fn whether_a_passkey_can_be_copied_is_said_when_it_is_made() {
    let backend = Backend::start().await;
    let (ada, mut device) = with_passkey(&backend).await;
    device.syncs = true;
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    let refused = sign(&backend, &ada, &asked, &mut device).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    let tokens = ada.tokens(&backend).await;
    let mut synced = Authenticator::new();
    synced.syncs = true;
    let made = synced.create(&options(&backend, &tokens).await);
    complete(&backend, &tokens, &made).await.ok();
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    let answer = sign(&backend, &ada, &asked, &mut synced).await.ok();
    assert!(is_signed_in(&answer));
    let listed = list(&backend, &tokens, json!({})).await;
    let names: Vec<&Value> = listed["Credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["FriendlyCredentialName"])
        .collect();
    assert!(names.contains(&&json!("Synced passkey")), "{names:?}");
}

#[tokio::test]
async fn a_challenge_is_one_users_one_clients_and_one_pools() {
    let backend = Backend::start().await;
    let (ada, mut device) = with_passkey(&backend).await;
    let (bob, mut bobs) = with_passkey(&backend).await;
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    // Bob's passkey does not sign Ada in, nor does he answer in her place.
    let refused = sign(&backend, &ada, &asked, &mut bobs).await;
    assert_eq!(refused.error().1, "Incorrect username or password.");
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    let refused = sign(&backend, &bob, &asked, &mut device).await;
    assert_eq!(refused.error().1, "Invalid session for the user.");
    let elsewhere = Person {
        client: user_auth_client(&backend, POOL).await,
        ..ada.clone()
    };
    let refused = sign(&backend, &elsewhere, &asked, &mut device).await;
    assert_eq!(refused.error().1, "Invalid session for the user.");
    assert!(is_signed_in(
        &sign(&backend, &ada, &asked, &mut device).await.ok()
    ));
}

#[tokio::test]
async fn a_registration_is_completed_once_by_its_user_through_its_client_in_time() {
    let backend = Backend::start().await;
    let (ada, bob) = (
        Person::confirmed(&backend).await,
        Person::confirmed(&backend).await,
    );
    let (adas, bobs) = (ada.tokens(&backend).await, bob.tokens(&backend).await);
    let elsewhere = Person {
        client: new_client(&backend, POOL, json!({})).await,
        ..ada.clone()
    };
    let elsewheres = elsewhere.tokens(&backend).await;
    let options = options(&backend, &adas).await;
    let made = Authenticator::new().create(&options);
    let refused = complete(&backend, &bobs, &made).await;
    assert_eq!(refused.error_type(), "WebAuthnChallengeNotFoundException");
    let refused = complete(&backend, &elsewheres, &made).await;
    assert_eq!(refused.error_type(), "WebAuthnClientMismatchException");
    complete(&backend, &adas, &made).await.ok();
    let refused = complete(&backend, &adas, &made).await;
    assert_eq!(refused.error_type(), "WebAuthnChallengeNotFoundException");
    let mut forged = self::options(&backend, &adas).await;
    forged["challenge"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let refused = complete(&backend, &adas, &Authenticator::new().create(&forged)).await;
    assert_eq!(refused.error_type(), "WebAuthnChallengeNotFoundException");
    let late = self::options(&backend, &adas).await;
    backend.clock.advance(180);
    let refused = complete(&backend, &adas, &Authenticator::new().create(&late)).await;
    assert_eq!(refused.error_type(), "WebAuthnChallengeNotFoundException");
}

#[tokio::test]
async fn what_an_authenticator_made_otherwise_is_not_stored() {
    let backend = Backend::start().await;
    let ada = Person::confirmed(&backend).await;
    let tokens = ada.tokens(&backend).await;
    type Change = fn(&mut Authenticator);
    let changes: [(&str, Change); 4] = [
        ("WebAuthnOriginNotAllowedException", |device| {
            device.origin = "https://example.com".to_owned();
        }),
        ("WebAuthnOriginNotAllowedException", |device| {
            device.cross_origin = true
        }),
        ("WebAuthnRelyingPartyMismatchException", |device| {
            device.relying_party = Some("example.com".to_owned());
        }),
        ("WebAuthnCredentialNotSupportedException", |device| {
            device.algorithm = -35
        }),
    ];
    for (error, change) in changes {
        let mut device = Authenticator::new();
        change(&mut device);
        let options = options(&backend, &tokens).await;
        let made = device.create(&options);
        let refused = complete(&backend, &tokens, &made).await;
        assert_eq!(refused.error_type(), error);
        let refused = complete(&backend, &tokens, &made).await;
        assert_eq!(
            refused.error_type(),
            "WebAuthnChallengeNotFoundException",
            "the challenge is spent"
        );
    }
    for nonsense in [json!({}), json!({ "id": "a", "response": {} })] {
        let refused = complete(&backend, &tokens, &nonsense).await;
        assert_eq!(refused.error_type(), "InvalidParameterException");
    }
    // A sign-in's answer is no registration.
    let mut device = Authenticator::new();
    let options = options(&backend, &tokens).await;
    let mut made = device.create(&options);
    let request = json!({ "rpId": "localhost", "challenge": options["challenge"] });
    let got = device.get(&json!(request.to_string()));
    made["response"]["clientDataJSON"] = got["response"]["clientDataJSON"].clone();
    let refused = complete(&backend, &tokens, &made).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    assert_eq!(
        list(&backend, &tokens, json!({})).await["Credentials"],
        json!([])
    );
}

#[tokio::test]
async fn a_passkey_is_one_persons() {
    let backend = Backend::start().await;
    let (_, mut device) = with_passkey(&backend).await;
    let bob = Person::confirmed(&backend).await;
    let tokens = bob.tokens(&backend).await;
    let made = device.create(&options(&backend, &tokens).await);
    let refused = complete(&backend, &tokens, &made).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    let refused = delete(&backend, &tokens, &device.id()).await;
    assert_eq!(refused.error_type(), "ResourceNotFoundException");
}

#[tokio::test]
async fn there_are_pages_of_passkeys_and_twenty_for_each_person() {
    let backend = Backend::start().await;
    let ada = Person::confirmed(&backend).await;
    let tokens = ada.tokens(&backend).await;
    let mut ids = Vec::new();
    let mut last = Value::Null;
    for _ in 0..20 {
        let mut device = Authenticator::new();
        last = options(&backend, &tokens).await;
        if ids.len() < 19 {
            complete(&backend, &tokens, &device.create(&last))
                .await
                .ok();
            ids.push(device.id());
            backend.clock.advance(1);
        }
    }
    let open = options(&backend, &tokens).await;
    let mut twentieth = Authenticator::new();
    complete(&backend, &tokens, &twentieth.create(&last))
        .await
        .ok();
    ids.push(twentieth.id());
    let refused = complete(&backend, &tokens, &Authenticator::new().create(&open)).await;
    assert_eq!(refused.error_type(), "LimitExceededException");
    let refused = start(&backend, &tokens).await;
    assert_eq!(refused.error_type(), "LimitExceededException");
    let mut listed = Vec::new();
    let mut next = Value::Null;
    loop {
        let page = list(
            &backend,
            &tokens,
            json!({ "MaxResults": 7, "NextToken": next }),
        )
        .await;
        let credentials = page["Credentials"].as_array().unwrap();
        assert!(credentials.len() <= 7);
        listed.extend(credentials.iter().map(|one| one["CredentialId"].clone()));
        next = page["NextToken"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(listed, ids);
    let foreign = json!({ "AccessToken": tokens["AccessToken"], "NextToken": "nonsense" });
    let refused = backend.call("ListWebAuthnCredentials", foreign).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn a_pool_must_allow_passkeys_and_have_a_relying_party() {
    let backend = Backend::start().await;
    let (pool, client) = pool_with(&backend, &["PASSWORD"]).await;
    let ada = Member::of(&backend, &pool, &client, "ada", json!({}))
        .await
        .person;
    let tokens = ada.tokens(&backend).await;
    let refused = start(&backend, &tokens).await;
    assert_eq!(refused.error_type(), "WebAuthnNotEnabledException");
    let made =
        Authenticator::new().create(&json!({ "rp": { "id": "localhost" }, "challenge": "AA" }));
    let refused = complete(&backend, &tokens, &made).await;
    assert_eq!(refused.error_type(), "WebAuthnNotEnabledException");
    for bad in [
        "https://example.com",
        "127.0.0.1",
        "Example.com",
        "example.com:443",
    ] {
        let settings = json!({ "WebAuthnConfiguration": { "RelyingPartyId": bad } });
        let refused = configure(&backend, &pool, settings).await;
        assert_eq!(refused.error_type(), "InvalidParameterException", "{bad}");
    }
}

#[tokio::test]
async fn the_pools_settings_of_passkeys_come_back_and_count() {
    let backend = Backend::start().await;
    let (pool, client) = pool_with(&backend, &PASSKEYS).await;
    let settings = json!({ "WebAuthnConfiguration": {
        "RelyingPartyId": "example.com", "UserVerification": "required",
    } });
    configure(&backend, &pool, settings.clone()).await.ok();
    let get = json!({ "UserPoolId": pool });
    let stored = backend.admin("GetUserPoolMfaConfig", get).await.ok();
    assert_eq!(
        stored["WebAuthnConfiguration"],
        settings["WebAuthnConfiguration"]
    );
    let ada = Member::of(&backend, &pool, &client, "ada", json!({}))
        .await
        .person;
    let tokens = ada.tokens(&backend).await;
    let asked = options(&backend, &tokens).await;
    assert_eq!(asked["rp"]["id"], "example.com");
    assert_eq!(
        asked["authenticatorSelection"]["userVerification"],
        "required"
    );
    let mut device = Authenticator::new();
    device.origin = "https://app.example.com".to_owned();
    device.verifies = false;
    let refused = complete(&backend, &tokens, &device.create(&asked)).await;
    assert_eq!(
        refused.error_type(),
        "WebAuthnCredentialNotSupportedException"
    );
    device.verifies = true;
    let asked = options(&backend, &tokens).await;
    complete(&backend, &tokens, &device.create(&asked))
        .await
        .ok();
    let challenge = ada.prefer(&backend, "WEB_AUTHN").await;
    assert!(is_signed_in(
        &sign(&backend, &ada, &challenge, &mut device).await.ok()
    ));
    // Another relying party: the passkey is listed, and good for nothing.
    let moved = json!({ "WebAuthnConfiguration": { "RelyingPartyId": "example.org" } });
    configure(&backend, &pool, moved).await.ok();
    let challenge = ada.prefer(&backend, "WEB_AUTHN").await;
    assert_eq!(challenge["ChallengeName"], "SELECT_CHALLENGE");
    let listed = list(&backend, &tokens, json!({})).await;
    assert_eq!(listed["Credentials"][0]["RelyingPartyId"], "example.com");
    // And back, with a newer one of the other.
    let mut other = Authenticator::new();
    other.origin = "https://example.org".to_owned();
    backend.clock.advance(1);
    let asked = options(&backend, &tokens).await;
    complete(&backend, &tokens, &other.create(&asked))
        .await
        .ok();
    configure(&backend, &pool, settings).await.ok();
    let challenge = ada.prefer(&backend, "WEB_AUTHN").await;
    let allowed = request_options(&challenge)["allowCredentials"].clone();
    assert_eq!(allowed.as_array().unwrap().len(), 1);
    assert_eq!(allowed[0]["id"], device.id());
}

#[tokio::test]
async fn a_passkey_is_a_second_factor_too_only_where_the_pool_says_so() {
    let backend = Backend::start().await;
    let (pool, client) = pool_with(&backend, &PASSKEYS).await;
    let ada = Member::of(
        &backend,
        &pool,
        &client,
        "ada",
        verified_email("a@example.com"),
    )
    .await;
    let tokens = ada.person.tokens(&backend).await;
    let mut device = Authenticator::new();
    let made = device.create(&options(&backend, &tokens).await);
    complete(&backend, &tokens, &made).await.ok();
    let begun = ada.person.prefer(&backend, "WEB_AUTHN").await;
    configure(
        &backend,
        &pool,
        json!({ "MfaConfiguration": "ON", "EmailMfaConfiguration": {} }),
    )
    .await
    .ok();
    let refused = sign(&backend, &ada.person, &begun, &mut device).await;
    assert_eq!(
        refused.error().1,
        "Incorrect username or password.",
        "one factor"
    );
    let asked = ada.person.prefer(&backend, "WEB_AUTHN").await;
    assert_eq!(
        asked["AvailableChallenges"],
        json!(["PASSWORD", "PASSWORD_SRP"])
    );
    let two = json!({ "WebAuthnConfiguration": {
        "RelyingPartyId": "localhost", "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
    } });
    configure(&backend, &pool, two).await.ok();
    let asked = ada.person.prefer(&backend, "WEB_AUTHN").await;
    assert_eq!(request_options(&asked)["userVerification"], "required");
    device.verifies = false;
    let refused = sign(&backend, &ada.person, &asked, &mut device).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    device.verifies = true;
    let asked = ada.person.prefer(&backend, "WEB_AUTHN").await;
    let answer = sign(&backend, &ada.person, &asked, &mut device).await.ok();
    assert!(is_signed_in(&answer));
    let password = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    let asked = ada.person.begin(&backend, password).await.ok();
    assert_eq!(
        asked["ChallengeName"], "EMAIL_OTP",
        "the password is still one"
    );
}

#[tokio::test]
async fn names_that_nobody_has_are_asked_for_a_passkey_that_is_always_the_same() {
    let backend = Backend::start().await;
    let (_, client) = pool_of(&backend, &PASSKEYS, json!({})).await;
    let mut asked_ones = 0;
    for number in 0..20 {
        let nobody = Person {
            email: format!("nobody{number}"),
            client: client.clone(),
            ..Person::stranger()
        };
        let asked = nobody.prefer(&backend, "WEB_AUTHN").await;
        let again = nobody.prefer(&backend, "WEB_AUTHN").await;
        assert_eq!(asked["ChallengeName"], again["ChallengeName"]);
        if asked["ChallengeName"] != "WEB_AUTHN" {
            continue;
        }
        asked_ones += 1;
        let (one, two) = (request_options(&asked), request_options(&again));
        assert_eq!(one["allowCredentials"], two["allowCredentials"]);
        assert_ne!(one["challenge"], two["challenge"]);
        assert_eq!(one["allowCredentials"].as_array().unwrap().len(), 1);
        let refused = sign(&backend, &nobody, &asked, &mut Authenticator::new()).await;
        assert_eq!(refused.error().1, "Incorrect username or password.");
        let spent = sign(&backend, &nobody, &asked, &mut Authenticator::new()).await;
        assert_eq!(spent.error().1, "Invalid session for the user.");
    }
    assert!((3..=17).contains(&asked_ones), "{asked_ones}");
}

#[tokio::test]
async fn the_options_of_somebody_and_of_nobody_have_the_same_members() {
    let backend = Backend::start().await;
    let (ada, _) = with_passkey(&backend).await;
    let members = |asked: &Value| -> Vec<String> {
        let options = request_options(asked);
        let names = |value: &Value| -> Vec<String> {
            let object = value.as_object().unwrap();
            object.keys().cloned().collect()
        };
        let mut all = names(&options);
        all.extend(names(&options["allowCredentials"][0]));
        all
    };
    let real = members(&ada.prefer(&backend, "WEB_AUTHN").await);
    loop {
        let asked = Person::stranger().prefer(&backend, "WEB_AUTHN").await;
        if asked["ChallengeName"] == "WEB_AUTHN" {
            assert_eq!(members(&asked), real);
            break;
        }
    }
}

#[tokio::test]
async fn the_end_of_an_account_is_the_end_of_its_passkeys() {
    let backend = Backend::start().await;
    let (ada, mut device) = with_passkey(&backend).await;
    let tokens = ada.tokens(&backend).await;
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    let body = json!({ "AccessToken": tokens["AccessToken"] });
    backend.call("DeleteUser", body).await.ok();
    let refused = sign(&backend, &ada, &asked, &mut device).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    let bob = Person::confirmed(&backend).await;
    let bobs = bob.tokens(&backend).await;
    let made = device.create(&options(&backend, &bobs).await);
    complete(&backend, &bobs, &made).await.ok();
}

#[tokio::test]
async fn a_temporary_password_is_the_end_of_the_passkeys_from_before() {
    let backend = Backend::start().await;
    let (ada, mut device) = with_passkey(&backend).await;
    let tokens = ada.tokens(&backend).await;
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    let temporary = "Temporary-1";
    let set = json!({
        "UserPoolId": POOL, "Username": ada.email, "Password": temporary, "Permanent": false,
    });
    backend.admin("AdminSetUserPassword", set).await.ok();
    let refused = sign(&backend, &ada, &asked, &mut device).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    assert_eq!(
        list(&backend, &tokens, json!({})).await["Credentials"],
        json!([])
    );
    // A session from before makes none for the time after it.
    let refused = start(&backend, &tokens).await;
    assert_eq!(
        refused.error().1,
        "The temporary password must be replaced first."
    );

    let asked = ada.password_sign_in(&backend, temporary).await.ok();
    let new = json!({ "NEW_PASSWORD": PASSWORD });
    ada.respond(&backend, &asked, new).await.ok();
    let made = device.create(&options(&backend, &tokens).await);
    complete(&backend, &tokens, &made).await.ok();
}

#[tokio::test]
async fn the_person_is_told_of_a_new_passkey() {
    let backend = Backend::start().await;
    let (ada, _) = with_passkey(&backend).await;
    backend.state.messages.flush().await;
    let (store, sealer) = (&backend.state.store, &backend.state.sealer);
    let sent = recent(store, sealer, Some(&ada.email), 10).await.unwrap();
    assert_eq!(sent[0].subject, "A passkey was added");
    assert_eq!(sent[0].code, None);
}

#[tokio::test]
async fn a_disabled_users_passkey_says_so_and_signs_nobody_in() {
    let backend = Backend::start().await;
    let (ada, mut device) = with_passkey(&backend).await;
    let user = json!({ "UserPoolId": POOL, "Username": ada.email });
    backend.admin("AdminDisableUser", user).await.ok();
    let asked = ada.prefer(&backend, "WEB_AUTHN").await;
    let refused = sign(&backend, &ada, &asked, &mut device).await;
    assert_eq!(refused.error().1, "User is disabled.");
}

#[tokio::test]
async fn the_database_does_not_show_whose_passkey_it_is() {
    let backend = Backend::start().await;
    let (_, device) = with_passkey(&backend).await;
    let id = device.id();
    backend.state.store.close().await;
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(backend.folder.path()).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let has = |text: &str| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(has("passkeys"), "this is the database");
    for word in [id.as_str(), "public-key", "\"ES256\"", "\"counter\""] {
        assert!(!has(word), "{word}");
    }
}

/// Somebody of the demo pool with a passkey.
async fn with_passkey(backend: &Backend) -> (Person, Authenticator) {
    let person = Person::confirmed(backend).await;
    assert_eq!(person.client, CLIENT);
    let tokens = person.tokens(backend).await;
    let mut device = Authenticator::new();
    let made = device.create(&options(backend, &tokens).await);
    complete(backend, &tokens, &made).await.ok();
    (person, device)
}

async fn start(backend: &Backend, tokens: &Value) -> Answer {
    let body = json!({ "AccessToken": tokens["AccessToken"] });
    backend.call("StartWebAuthnRegistration", body).await
}

async fn options(backend: &Backend, tokens: &Value) -> Value {
    start(backend, tokens).await.ok()["CredentialCreationOptions"].clone()
}

async fn complete(backend: &Backend, tokens: &Value, credential: &Value) -> Answer {
    let body = json!({ "AccessToken": tokens["AccessToken"], "Credential": credential });
    backend.call("CompleteWebAuthnRegistration", body).await
}

async fn list(backend: &Backend, tokens: &Value, more: Value) -> Value {
    let body = with(json!({ "AccessToken": tokens["AccessToken"] }), more);
    backend.call("ListWebAuthnCredentials", body).await.ok()
}

async fn delete(backend: &Backend, tokens: &Value, id: &str) -> Answer {
    let body = json!({ "AccessToken": tokens["AccessToken"], "CredentialId": id });
    backend.call("DeleteWebAuthnCredential", body).await
}

async fn factors(backend: &Backend, tokens: &Value) -> Value {
    let body = json!({ "AccessToken": tokens["AccessToken"] });
    let answer = backend.call("GetUserAuthFactors", body).await.ok();
    answer["ConfiguredUserAuthFactors"].clone()
}

fn request_options(asked: &Value) -> Value {
    assert_eq!(asked["ChallengeName"], "WEB_AUTHN");
    let text = &asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"];
    serde_json::from_str(text.as_str().unwrap()).unwrap()
}

/// Lets a device answer the challenge.
async fn sign(
    backend: &Backend,
    person: &Person,
    asked: &Value,
    device: &mut Authenticator,
) -> Answer {
    let got = device.get(&asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]);
    let responses = json!({ "CREDENTIAL": got.to_string() });
    person.respond(backend, asked, responses).await
}
