//! `USER_SRP_AUTH`: what a proof is worth, and what it is not.

use cognate_core::srp::timestamp;
use serde_json::json;

use crate::person::{CLIENT, PASSWORD, POOL, Person, begin_srp, new_client, now};
use crate::support::{Backend, START};

const REFUSED: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");

fn owned((name, message): (&str, &str)) -> (String, String) {
    (name.to_owned(), message.to_owned())
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_a_right_one_is_not() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    assert_eq!(
        person.srp_sign_in(&backend, "Wrong-Horse9!").await.error(),
        owned(REFUSED)
    );
    let answer = person.srp_sign_in(&backend, PASSWORD).await.ok();
    assert_eq!(answer["ChallengeParameters"], json!({}));
    assert!(answer["AuthenticationResult"]["RefreshToken"].is_string());
}

#[tokio::test]
async fn a_block_answers_once_after_a_right_and_after_a_wrong_proof() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let right = person
        .begin_srp(&backend)
        .await
        .responses(PASSWORD, &now(&backend));
    person.answer(&backend, right.clone()).await.ok();
    assert_eq!(person.answer(&backend, right).await.error(), owned(REFUSED));
    let started = person.begin_srp(&backend).await;
    let wrong = started.responses("Wrong-Horse9!", &now(&backend));
    assert_eq!(person.answer(&backend, wrong).await.error(), owned(REFUSED));
    let right = started.responses(PASSWORD, &now(&backend));
    assert_eq!(person.answer(&backend, right).await.error(), owned(REFUSED));
}

#[tokio::test]
async fn of_many_answers_with_one_block_that_arrive_together_one_is_accepted() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let responses = person
        .begin_srp(&backend)
        .await
        .responses(PASSWORD, &now(&backend));
    let send = || person.answer(&backend, responses.clone());
    let answers = tokio::join!(send(), send(), send(), send());
    let accepted = [answers.0, answers.1, answers.2, answers.3];
    assert_eq!(
        accepted
            .iter()
            .filter(|answer| answer.status.is_success())
            .count(),
        1
    );
}

#[tokio::test]
async fn a_block_lives_a_minute_and_a_timestamp_five() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    for (seconds, is_accepted) in [(-301, false), (-299, true), (299, true), (301, false)] {
        let started = person.begin_srp(&backend).await;
        let stamp = timestamp(u64::try_from(START + seconds).unwrap());
        let answer = person
            .answer(&backend, started.responses(PASSWORD, &stamp))
            .await;
        assert_eq!(
            answer.status.is_success(),
            is_accepted,
            "{seconds} s: {}",
            answer.text
        );
    }
    let started = person.begin_srp(&backend).await;
    backend.clock.advance(61);
    let late = person
        .answer(&backend, started.responses(PASSWORD, &now(&backend)))
        .await;
    assert_eq!(late.error(), owned(REFUSED));
}

#[tokio::test]
async fn a_block_belongs_to_its_person_and_its_client() {
    let backend = Backend::start().await;
    let (ada, eve) = (
        Person::confirmed(&backend).await,
        Person::confirmed(&backend).await,
    );
    let for_ada = ada.begin_srp(&backend).await;
    let mut responses = eve
        .begin_srp(&backend)
        .await
        .responses(PASSWORD, &now(&backend));
    responses["USERNAME"] = for_ada.parameters["USERNAME"].clone();
    assert_eq!(
        eve.answer(&backend, responses).await.error(),
        owned(REFUSED)
    );
    let other = Person {
        client: new_client(&backend, POOL, json!({})).await,
        ..ada.clone()
    };
    let responses = for_ada.responses(PASSWORD, &now(&backend));
    assert_eq!(
        other.answer(&backend, responses).await.error(),
        owned(REFUSED)
    );
}

#[tokio::test]
async fn the_name_that_was_typed_may_be_sent_again() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut responses = person
        .begin_srp(&backend)
        .await
        .responses(PASSWORD, &now(&backend));
    responses["USERNAME"] = json!(person.email.to_uppercase());
    person.answer(&backend, responses).await.ok();
}

#[tokio::test]
async fn a_challenge_begun_before_the_password_changed_is_void() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let started = person.begin_srp(&backend).await;
    let change = json!({ "UserPoolId": POOL, "Username": person.email, "Password": PASSWORD, "Permanent": true });
    backend.admin("AdminSetUserPassword", change).await.ok();
    let late = person
        .answer(&backend, started.responses(PASSWORD, &now(&backend)))
        .await;
    assert_eq!(
        late.error(),
        owned(REFUSED),
        "though it is the same password again"
    );
}

#[tokio::test]
async fn missing_or_malformed_answers_are_refused_without_a_failure() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    for (name, value) in [
        ("TIMESTAMP", json!("yesterday")),
        ("TIMESTAMP", json!("")),
        ("PASSWORD_CLAIM_SECRET_BLOCK", json!("AAAA")),
        ("PASSWORD_CLAIM_SECRET_BLOCK", json!("%")),
        ("PASSWORD_CLAIM_SIGNATURE", json!("")),
        ("PASSWORD_CLAIM_SIGNATURE", json!("not base64")),
        ("USERNAME", json!("somebody else")),
    ] {
        let mut responses = person
            .begin_srp(&backend)
            .await
            .responses(PASSWORD, &now(&backend));
        responses[name] = value.clone();
        assert_eq!(
            person.answer(&backend, responses).await.error_type(),
            "NotAuthorizedException",
            "{name} {value}"
        );
        backend.clock.advance(1000);
    }
    for name in [
        "TIMESTAMP",
        "PASSWORD_CLAIM_SECRET_BLOCK",
        "PASSWORD_CLAIM_SIGNATURE",
        "USERNAME",
    ] {
        let mut responses = person
            .begin_srp(&backend)
            .await
            .responses(PASSWORD, &now(&backend));
        responses.as_object_mut().unwrap().remove(name);
        assert_eq!(
            person.answer(&backend, responses).await.error_type(),
            "InvalidParameterException",
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_hostile_a_gets_no_challenge() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    for srp_a in [
        "0".to_owned(),
        "00".to_owned(),
        "x".to_owned(),
        "f".repeat(768),
        "f".repeat(769),
    ] {
        let body = json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": CLIENT, "AuthParameters": { "USERNAME": person.email, "SRP_A": srp_a } });
        assert_eq!(
            backend.call("InitiateAuth", body).await.error_type(),
            "InvalidParameterException",
            "{srp_a}"
        );
    }
}

#[tokio::test]
async fn flows_that_a_client_does_not_have_are_refused() {
    let backend = Backend::start().await;
    let client = new_client(
        &backend,
        POOL,
        json!({ "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"] }),
    )
    .await;
    for flow in [
        "USER_SRP_AUTH",
        "USER_PASSWORD_AUTH",
        "USER_AUTH",
        "CUSTOM_AUTH",
        "ADMIN_USER_PASSWORD_AUTH",
    ] {
        let body = json!({ "AuthFlow": flow, "ClientId": client, "AuthParameters": { "USERNAME": "a@example.com", "PASSWORD": "x", "SRP_A": "2" } });
        assert_eq!(
            backend.call("InitiateAuth", body).await.error_type(),
            "InvalidParameterException",
            "{flow}"
        );
    }
}

#[tokio::test]
async fn the_challenge_has_the_members_of_the_contract() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let started = begin_srp(&backend, CLIENT, &person.email).await;
    let names: Vec<&String> = started.parameters.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "SALT",
            "SECRET_BLOCK",
            "SRP_B",
            "USERNAME",
            "USER_ID_FOR_SRP"
        ]
    );
    assert!(started.text("SRP_B").len() <= 768);
    assert_eq!(started.text("SALT").len(), 32);
}
