//! `USER_AUTH`: the choice of a first factor, codes to sign in with, and what says no.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::person::{
    is_signed_in, member, pool_of, pool_with, proof, srp_a, user_auth_client, verified_email,
};
use crate::mfa::person::{Member, configure, totp, with};
use crate::person::{CLIENT, PASSWORD, POOL, Person, new_client};
use crate::support::Backend;

const OTP: [&str; 3] = ["PASSWORD", "EMAIL_OTP", "SMS_OTP"];

#[tokio::test]
async fn without_a_preference_one_chooses_among_what_one_has() {
    let backend = Backend::start().await;
    let ada = member(&backend, &OTP).await;
    let asked = ada.person.begin(&backend, json!({})).await.ok();
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(
        asked["AvailableChallenges"],
        json!(["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"]),
        "no phone number, no SMS_OTP"
    );
    assert_eq!(asked["ChallengeParameters"], json!({}));
    assert!(asked["Session"].is_string());
    assert!(!is_signed_in(&asked));
}

#[tokio::test]
async fn a_preference_that_one_does_not_have_leads_to_the_choice() {
    let backend = Backend::start().await;
    let ada = member(&backend, &OTP).await;
    for preferred in ["SMS_OTP", "WEB_AUTHN"] {
        let asked = ada.person.prefer(&backend, preferred).await;
        assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE", "{preferred}");
    }
    let only_password = member(&backend, &["PASSWORD"]).await;
    let asked = only_password.person.prefer(&backend, "EMAIL_OTP").await;
    assert_eq!(
        asked["AvailableChallenges"],
        json!(["PASSWORD", "PASSWORD_SRP"]),
        "the pool does not allow codes"
    );
    let unknown = json!({ "PREFERRED_CHALLENGE": "SOFTWARE_TOKEN_MFA" });
    let answer = ada.person.begin(&backend, unknown).await;
    assert_eq!(answer.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn a_password_is_taken_at_once_or_asked_for() {
    let backend = Backend::start().await;
    let ada = member(&backend, &OTP).await.person;
    let at_once = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    assert!(is_signed_in(&ada.begin(&backend, at_once).await.ok()));
    let asked = ada.prefer(&backend, "PASSWORD").await;
    assert_eq!(asked["ChallengeName"], "PASSWORD");
    let wrong = json!({ "PASSWORD": "Wrong-Horse9!" });
    let refused = ada.respond(&backend, &asked, wrong).await;
    assert_eq!(refused.error().1, "Incorrect username or password.");
    let right = json!({ "PASSWORD": PASSWORD });
    let answer = ada.respond(&backend, &asked, right.clone()).await.ok();
    assert!(is_signed_in(&answer), "a slip leaves the step open");
    let again = ada.respond(&backend, &asked, right).await;
    assert_eq!(again.error().1, "Invalid session for the user.");
    let missing = ada.respond(&backend, &asked, json!({})).await;
    assert_eq!(missing.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn a_wrong_password_is_counted_in_every_form() {
    let backend = Backend::start().await;
    let ada = member(&backend, &OTP).await.person;
    let wrong = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "Wrong-Horse9!" });
    for _ in 0..5 {
        ada.begin(&backend, wrong.clone()).await.error();
    }
    let asked = ada.prefer(&backend, "PASSWORD").await;
    let right = json!({ "PASSWORD": PASSWORD });
    let refused = ada.respond(&backend, &asked, right.clone()).await;
    assert_eq!(refused.error().1, "Password attempts exceeded");
    backend.clock.advance(2);
    assert!(is_signed_in(
        &ada.respond(&backend, &asked, right).await.ok()
    ));
}

#[tokio::test]
async fn srp_follows_the_preference_the_choice_and_the_challenge() {
    let backend = Backend::start().await;
    let Member { pool, person } = member(&backend, &OTP).await;
    // At once.
    let (secret, public) = srp_a();
    let preferred = json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": public });
    let asked = person.begin(&backend, preferred).await.ok();
    let answer = proof(&backend, &pool, &asked, secret, PASSWORD);
    assert!(is_signed_in(&person.answer(&backend, answer).await.ok()));
    // Asked for.
    let asked = person.prefer(&backend, "PASSWORD_SRP").await;
    assert_eq!(asked["ChallengeName"], "PASSWORD_SRP");
    let (secret, public) = srp_a();
    let srp = json!({ "SRP_A": public });
    let verifier = person.respond(&backend, &asked, srp.clone()).await.ok();
    let answer = proof(&backend, &pool, &verifier, secret, PASSWORD);
    assert!(is_signed_in(&person.answer(&backend, answer).await.ok()));
    assert_eq!(
        person.respond(&backend, &asked, srp).await.error().1,
        "Invalid session for the user."
    );
    // Chosen, with SRP_A.
    let choice = person.begin(&backend, json!({})).await.ok();
    let (secret, public) = srp_a();
    let chosen = json!({ "ANSWER": "PASSWORD_SRP", "SRP_A": public });
    let verifier = person.respond(&backend, &choice, chosen).await.ok();
    let wrong = proof(&backend, &pool, &verifier, secret, "Wrong-Horse9!");
    let refused = person.answer(&backend, wrong).await;
    assert_eq!(refused.error().1, "Incorrect username or password.");
}

#[tokio::test]
async fn the_choice_takes_a_password_and_survives_a_wrong_one() {
    let backend = Backend::start().await;
    let ada = member(&backend, &OTP).await.person;
    let choice = ada.begin(&backend, json!({})).await.ok();
    let wrong = json!({ "ANSWER": "PASSWORD", "PASSWORD": "Wrong-Horse9!" });
    let refused = ada.respond(&backend, &choice, wrong).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    let right = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    let answer = ada.respond(&backend, &choice, right.clone()).await.ok();
    assert!(is_signed_in(&answer));
    let again = ada.respond(&backend, &choice, right).await;
    assert_eq!(again.error().1, "Invalid session for the user.");
}

#[tokio::test]
async fn a_choice_is_one_of_those_that_were_offered() {
    let backend = Backend::start().await;
    let ada = member(&backend, &OTP).await.person;
    let choice = ada.begin(&backend, json!({})).await.ok();
    for answer in ["SMS_OTP", "WEB_AUTHN", "SOFTWARE_TOKEN_MFA", ""] {
        let refused = ada
            .respond(&backend, &choice, json!({ "ANSWER": answer }))
            .await;
        assert_eq!(
            refused.error_type(),
            "InvalidParameterException",
            "{answer}"
        );
    }
    let asked = ada.choose(&backend, &choice, "PASSWORD").await;
    assert_eq!(asked["ChallengeName"], "PASSWORD");
    let again = ada
        .respond(&backend, &choice, json!({ "ANSWER": "PASSWORD" }))
        .await;
    assert_eq!(again.error().1, "Invalid session for the user.");
}

#[tokio::test]
async fn a_code_by_mail_signs_in_once() {
    let backend = Backend::start().await;
    let ada = member(&backend, &OTP).await.person;
    let asked = ada.prefer(&backend, "EMAIL_OTP").await;
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    assert_eq!(
        asked["ChallengeParameters"],
        json!({ "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "CODE_DELIVERY_DESTINATION": "a***@e***" })
    );
    let code = backend.code("ada@example.com").await;
    assert_eq!(code.len(), 8, "{code}");
    let wrong = json!({ "EMAIL_OTP_CODE": other(&code) });
    let refused = ada.respond(&backend, &asked, wrong).await;
    assert_eq!(refused.error_type(), "CodeMismatchException");
    let right = json!({ "EMAIL_OTP_CODE": code });
    assert!(is_signed_in(
        &ada.respond(&backend, &asked, right.clone()).await.ok()
    ));
    let again = ada.respond(&backend, &asked, right).await;
    assert_eq!(again.error().1, "Invalid session for the user.");
}

#[tokio::test]
async fn a_code_by_text_message_signs_in() {
    let backend = Backend::start().await;
    let (pool, client) = pool_with(&backend, &OTP).await;
    let phone = json!({ "phone_number": "+14325551212", "phone_number_verified": "true" });
    let ada = Member::of(&backend, &pool, &client, "ada", phone)
        .await
        .person;
    let choice = ada.begin(&backend, json!({})).await.ok();
    assert_eq!(
        choice["AvailableChallenges"],
        json!(["PASSWORD", "PASSWORD_SRP", "SMS_OTP"])
    );
    let asked = ada.choose(&backend, &choice, "SMS_OTP").await;
    assert_eq!(asked["ChallengeName"], "SMS_OTP");
    let parameters = &asked["ChallengeParameters"];
    assert_eq!(parameters["CODE_DELIVERY_DELIVERY_MEDIUM"], "SMS");
    assert_eq!(parameters["CODE_DELIVERY_DESTINATION"], "+*******1212");
    let code = backend.code("+14325551212").await;
    let as_mail = with(asked.clone(), json!({ "ChallengeName": "EMAIL_OTP" }));
    let refused = ada
        .respond(&backend, &as_mail, json!({ "EMAIL_OTP_CODE": code }))
        .await;
    assert_eq!(
        refused.error_type(),
        "NotAuthorizedException",
        "another challenge"
    );
    let answer = ada
        .respond(&backend, &asked, json!({ "SMS_OTP_CODE": code }))
        .await;
    assert!(is_signed_in(&answer.ok()));
}

#[tokio::test]
async fn a_code_ends_after_five_tries_and_with_the_session() {
    let backend = Backend::start().await;
    let ada = member(&backend, &OTP).await.person;
    let asked = ada.prefer(&backend, "EMAIL_OTP").await;
    let code = backend.code("ada@example.com").await;
    let wrong = json!({ "EMAIL_OTP_CODE": other(&code) });
    for _ in 0..5 {
        ada.respond(&backend, &asked, wrong.clone()).await.error();
    }
    backend.clock.advance(5);
    let right = json!({ "EMAIL_OTP_CODE": code });
    let refused = ada.respond(&backend, &asked, right).await;
    assert_eq!(refused.error().1, "Invalid session for the user.");
    let asked = ada.prefer(&backend, "EMAIL_OTP").await;
    let late = json!({ "EMAIL_OTP_CODE": backend.code("ada@example.com").await });
    backend.clock.advance(180);
    let refused = ada.respond(&backend, &asked, late).await;
    assert_eq!(
        refused.error().1,
        "Invalid session for the user, session is expired."
    );
}

#[tokio::test]
async fn a_step_is_of_one_user_client_and_pool() {
    let backend = Backend::start().await;
    let (pool, client) = pool_with(&backend, &OTP).await;
    let in_pool = async |name: &str| {
        let address = verified_email(&format!("{name}@example.com"));
        Member::of(&backend, &pool, &client, name, address)
            .await
            .person
    };
    let (ada, bob) = (in_pool("ada").await, in_pool("bob").await);
    let elsewhere = Person {
        client: user_auth_client(&backend, &pool).await,
        ..ada.clone()
    };
    let other_pool = member(&backend, &OTP).await.person;
    let choice = ada.begin(&backend, json!({})).await.ok();
    let mail = ada.prefer(&backend, "EMAIL_OTP").await;
    let code = json!({ "EMAIL_OTP_CODE": backend.code("ada@example.com").await });
    for (stranger, which) in [
        (&bob, "user"),
        (&elsewhere, "client"),
        (&other_pool, "pool"),
    ] {
        let password = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
        let refused = stranger.respond(&backend, &choice, password).await;
        assert_eq!(
            refused.error().1,
            "Invalid session for the user.",
            "{which}"
        );
        let refused = stranger.respond(&backend, &mail, code.clone()).await;
        assert_eq!(
            refused.error().1,
            "Invalid session for the user.",
            "{which}"
        );
    }
    assert!(is_signed_in(&ada.respond(&backend, &mail, code).await.ok()));
}

#[tokio::test]
async fn a_code_counts_for_the_address_and_password_it_was_sent_under() {
    let backend = Backend::start().await;
    let Member { pool, person } = member(&backend, &OTP).await;
    let user = json!({ "UserPoolId": pool, "Username": "ada" });
    let asked = person.prefer(&backend, "EMAIL_OTP").await;
    let code = json!({ "EMAIL_OTP_CODE": backend.code("ada@example.com").await });
    let moved = json!({ "UserAttributes": [
        { "Name": "email", "Value": "new@example.com" }, { "Name": "email_verified", "Value": "true" },
    ] });
    let change = with(user.clone(), moved);
    backend
        .admin("AdminUpdateUserAttributes", change)
        .await
        .ok();
    let refused = person.respond(&backend, &asked, code).await;
    assert_eq!(refused.error().1, "Invalid session for the user.");
    let asked = person.prefer(&backend, "EMAIL_OTP").await;
    let code = json!({ "EMAIL_OTP_CODE": backend.code("new@example.com").await });
    let password = with(
        user,
        json!({ "Password": "Another-Horse9!", "Permanent": true }),
    );
    backend.admin("AdminSetUserPassword", password).await.ok();
    let refused = person.respond(&backend, &asked, code).await;
    assert_eq!(refused.error().1, "Invalid session for the user.");
}

#[tokio::test]
async fn an_unverified_address_gets_no_codes() {
    let backend = Backend::start().await;
    let (pool, client) = pool_with(&backend, &OTP).await;
    let unverified = json!({ "email": "ada@example.com" });
    let ada = Member::of(&backend, &pool, &client, "ada", unverified)
        .await
        .person;
    let asked = ada.prefer(&backend, "EMAIL_OTP").await;
    assert_eq!(
        asked["AvailableChallenges"],
        json!(["PASSWORD", "PASSWORD_SRP"])
    );
}

#[tokio::test]
async fn who_needs_a_second_factor_is_offered_the_password_only() {
    let backend = Backend::start().await;
    let Member { pool, person } = member(&backend, &OTP).await;
    let app = json!({ "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    configure(&backend, &pool, app).await.ok();
    let mail = person.prefer(&backend, "EMAIL_OTP").await;
    assert_eq!(
        mail["ChallengeName"], "EMAIL_OTP",
        "nothing is turned on yet"
    );
    let code = json!({ "EMAIL_OTP_CODE": backend.code("ada@example.com").await });
    let choice = person.begin(&backend, json!({})).await.ok();
    let ada = Member {
        pool: pool.clone(),
        person: person.clone(),
    };
    let secret = ada.with_totp(&backend).await;
    let refused = person.respond(&backend, &mail, code).await;
    assert_eq!(
        refused.error().1,
        "Invalid session for the user.",
        "one factor"
    );
    let refused = person
        .respond(&backend, &choice, json!({ "ANSWER": "EMAIL_OTP" }))
        .await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    let asked = person.prefer(&backend, "EMAIL_OTP").await;
    assert_eq!(
        asked["AvailableChallenges"],
        json!(["PASSWORD", "PASSWORD_SRP"])
    );
    let at_once = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    let second = person.begin(&backend, at_once).await.ok();
    assert_eq!(second["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": totp(&secret, backend.clock.now()) });
    assert!(is_signed_in(
        &person.respond(&backend, &second, code).await.ok()
    ));
}

#[tokio::test]
async fn where_everybody_needs_a_second_factor_strangers_are_offered_the_password_only() {
    let backend = Backend::start().await;
    let Member { pool, person } = member(&backend, &OTP).await;
    let app =
        json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    configure(&backend, &pool, app).await.ok();
    let nobody = Person {
        email: "nobody".to_owned(),
        ..person.clone()
    };
    for somebody in [&person, &nobody] {
        let asked = somebody.prefer(&backend, "EMAIL_OTP").await;
        assert_eq!(
            asked["AvailableChallenges"],
            json!(["PASSWORD", "PASSWORD_SRP"])
        );
    }
}

#[tokio::test]
async fn a_mail_code_of_a_second_factor_is_not_one_to_sign_in_with_nor_the_other_way_round() {
    let backend = Backend::start().await;
    let Member { pool, person } = member(&backend, &OTP).await;
    let first = person.prefer(&backend, "EMAIL_OTP").await;
    let first_code = backend.code("ada@example.com").await;
    let mail = json!({ "MfaConfiguration": "ON", "EmailMfaConfiguration": {} });
    configure(&backend, &pool, mail).await.ok();
    let password = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    let second = person.begin(&backend, password).await.ok();
    assert_eq!(second["ChallengeName"], "EMAIL_OTP");
    let second_code = backend.code("ada@example.com").await;
    assert_eq!((first_code.len(), second_code.len()), (8, 6));
    let crossed = json!({ "EMAIL_OTP_CODE": first_code });
    let refused = person.respond(&backend, &second, crossed.clone()).await;
    assert_eq!(refused.error_type(), "CodeMismatchException");
    let refused = person.respond(&backend, &first, crossed).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    let right = json!({ "EMAIL_OTP_CODE": second_code });
    assert!(is_signed_in(
        &person.respond(&backend, &second, right).await.ok()
    ));
}

#[tokio::test]
async fn strangers_disabled_and_unconfirmed_people_are_asked_alike_and_get_no_code() {
    let backend = Backend::start().await;
    let disabled = Person::confirmed(&backend).await;
    let user = json!({ "UserPoolId": POOL, "Username": disabled.email });
    backend.admin("AdminDisableUser", user).await.ok();
    let real = Person::confirmed(&backend).await;
    let unconfirmed = Person::signed_up(&backend).await;
    let expected = real.begin(&backend, json!({})).await.ok();
    let mail = real.prefer(&backend, "EMAIL_OTP").await;
    for person in [&disabled, &unconfirmed, &Person::stranger()] {
        let choice = person.begin(&backend, json!({})).await.ok();
        assert_eq!(without_passkeys(&choice), without_passkeys(&expected));
        assert_eq!(
            choice["Session"].as_str().unwrap().len(),
            expected["Session"].as_str().unwrap().len()
        );
        let before = sent_to(&backend, person).await;
        let asked = person.choose(&backend, &choice, "EMAIL_OTP").await;
        assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
        assert_eq!(asked["ChallengeParameters"], mail["ChallengeParameters"]);
        assert_eq!(sent_to(&backend, person).await, before, "nothing was sent");
        for tries in 0..6 {
            let code = json!({ "EMAIL_OTP_CODE": "00000000" });
            let refused = person.respond(&backend, &asked, code).await.error();
            backend.clock.advance(4);
            let expected = match tries {
                0..5 => ("CodeMismatchException", "Invalid code received for user"),
                _ => ("NotAuthorizedException", "Invalid session for the user."),
            };
            assert_eq!((refused.0.as_str(), refused.1.as_str()), expected);
        }
        let password = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "Wrong-Horse9!" });
        let refused = person.begin(&backend, password).await.error();
        assert_eq!(refused.1, "Incorrect username or password.");
        let asked = person.prefer(&backend, "PASSWORD").await;
        let wrong = json!({ "PASSWORD": "Wrong-Horse9!" });
        let refused = person.respond(&backend, &asked, wrong).await.error();
        assert_eq!(refused.1, "Incorrect username or password.");
        let asked = person.prefer(&backend, "PASSWORD_SRP").await;
        let (secret, public) = srp_a();
        let verifier = person
            .respond(&backend, &asked, json!({ "SRP_A": public }))
            .await
            .ok();
        let wrong = proof(&backend, POOL, &verifier, secret, "Wrong-Horse9!");
        let refused = person.answer(&backend, wrong).await.error();
        assert_eq!(refused.1, "Incorrect username or password.");
    }
}

#[tokio::test]
async fn a_client_may_ask_for_the_truth() {
    let backend = Backend::start().await;
    let legacy =
        json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"], "PreventUserExistenceErrors": "LEGACY" });
    let stranger = Person {
        client: new_client(&backend, POOL, legacy).await,
        ..Person::stranger()
    };
    let refused = stranger.begin(&backend, json!({})).await;
    assert_eq!(refused.error_type(), "UserNotFoundException");
}

#[tokio::test]
async fn the_flow_must_be_allowed() {
    let backend = Backend::start().await;
    let person = Person {
        client: new_client(&backend, POOL, json!({})).await,
        ..Person::confirmed(&backend).await
    };
    let refused = person.begin(&backend, json!({})).await;
    assert_eq!(
        refused.error().1,
        "USER_AUTH flow not enabled for this client"
    );
    let stepping_up = Person {
        client: CLIENT.to_owned(),
        ..person
    };
    let parameters = json!({ "TARGET_ACR_VALUES": "urn:cognito:loa:2" });
    let refused = stepping_up.begin(&backend, parameters).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn administrators_begin_it_too() {
    let backend = Backend::start().await;
    let Member { pool, person } = member(&backend, &OTP).await;
    let body = json!({
        "UserPoolId": pool, "ClientId": person.client, "AuthFlow": "USER_AUTH",
        "AuthParameters": { "USERNAME": "ada", "PREFERRED_CHALLENGE": "EMAIL_OTP" },
    });
    let asked = backend.admin("AdminInitiateAuth", body).await.ok();
    let code = backend.code("ada@example.com").await;
    let body = json!({
        "UserPoolId": pool, "ClientId": person.client, "ChallengeName": "EMAIL_OTP",
        "Session": asked["Session"],
        "ChallengeResponses": { "USERNAME": "ada", "EMAIL_OTP_CODE": code },
    });
    let answer = backend
        .admin("AdminRespondToAuthChallenge", body)
        .await
        .ok();
    assert!(is_signed_in(&answer));
}

#[tokio::test]
async fn a_temporary_password_must_still_be_replaced_after_a_code() {
    let backend = Backend::start().await;
    let (pool, client) = pool_with(&backend, &OTP).await;
    let create = json!({
        "UserPoolId": pool, "Username": "ada", "MessageAction": "SUPPRESS",
        "UserAttributes": [
            { "Name": "email", "Value": "ada@example.com" },
            { "Name": "email_verified", "Value": "true" },
        ],
    });
    backend.admin("AdminCreateUser", create).await.ok();
    let ada = Person {
        email: "ada".to_owned(),
        client,
        ..Person::stranger()
    };
    let asked = ada.prefer(&backend, "EMAIL_OTP").await;
    let code = json!({ "EMAIL_OTP_CODE": backend.code("ada@example.com").await });
    let next = ada.respond(&backend, &asked, code).await.ok();
    assert_eq!(next["ChallengeName"], "NEW_PASSWORD_REQUIRED");

    // Nor does a code revive one that is too old.
    backend.clock.advance(7 * 86400);
    let asked = ada.prefer(&backend, "EMAIL_OTP").await;
    let code = json!({ "EMAIL_OTP_CODE": backend.code("ada@example.com").await });
    let refused = ada.respond(&backend, &asked, code).await;
    assert_eq!(
        refused.error(),
        (
            "NotAuthorizedException".to_owned(),
            "Temporary password has expired and must be reset by an administrator.".to_owned()
        )
    );
}

#[tokio::test]
async fn messages_are_limited_for_strangers_alike_and_over_all_addresses() {
    let backend = Backend::start().await;
    let real = Person::confirmed(&backend).await;
    for person in [&real, &Person::stranger()] {
        for _ in 0..20 {
            person.prefer(&backend, "EMAIL_OTP").await;
        }
        let preferred = json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" });
        let refused = person.begin(&backend, preferred).await;
        assert_eq!(refused.error_type(), "TooManyRequestsException");
        let body = json!({
            "AuthFlow": "USER_AUTH", "ClientId": CLIENT,
            "AuthParameters": { "USERNAME": person.email, "PREFERRED_CHALLENGE": "EMAIL_OTP" },
        });
        let from = |last: u8| IpAddr::from([192, 0, 2, last]);
        let mut sent = 20;
        for last in 0..=60 {
            let answer = backend
                .call_from(from(last), "InitiateAuth", body.clone())
                .await;
            if answer.status != 200 {
                assert_eq!(answer.error_type(), "TooManyRequestsException");
                break;
            }
            sent += 1;
        }
        assert_eq!(sent, 60);
    }
}

#[tokio::test]
async fn the_list_of_a_stranger_is_always_the_same_and_not_that_of_every_stranger() {
    let backend = Backend::start().await;
    let both = json!({ "AutoVerifiedAttributes": ["email", "phone_number"] });
    let (_, client) = pool_of(&backend, &OTP, both).await;
    let list = async |name: &str| {
        let nobody = Person {
            email: name.to_owned(),
            client: client.clone(),
            ..Person::stranger()
        };
        let asked = nobody.begin(&backend, json!({})).await.ok();
        asked["AvailableChallenges"].clone()
    };
    let mut lists: Vec<Value> = Vec::new();
    for number in 0..30 {
        let name = format!("nobody{number}");
        let first = list(&name).await;
        assert_eq!(first, list(&name).await);
        if !lists.contains(&first) {
            lists.push(first);
        }
    }
    assert!(lists.len() > 1, "{lists:?}");
}

/// The choices but for the passkey, which is drawn for names that nobody has.
fn without_passkeys(asked: &Value) -> Vec<&Value> {
    let choices = asked["AvailableChallenges"].as_array().unwrap();
    choices.iter().filter(|name| *name != "WEB_AUTHN").collect()
}

/// Another code of eight digits.
fn other(code: &str) -> String {
    format!("{:08}", (code.parse::<u32>().unwrap() + 1) % 100_000_000)
}

async fn sent_to(backend: &Backend, person: &Person) -> usize {
    backend.state.messages.flush().await;
    let (store, sealer) = (&backend.state.store, &backend.state.sealer);
    let sent = cognate_backend::messages::recent(store, sealer, Some(&person.email), 50).await;
    sent.unwrap().len()
}
