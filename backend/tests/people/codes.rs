//! One-time codes: once, in time, for their person and purpose, and the newest only.

use serde_json::json;

use crate::person::{PASSWORD, Person};
use crate::support::Backend;

const NEW: &str = "Fresh-Horse11!";

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_code() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    backend.clock.advance(1);
    let asked = backend
        .call("ForgotPassword", person.naming(json!({})))
        .await
        .ok();
    assert_eq!(asked["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL");
    let code = backend.code(&person.email).await;
    let recover = person.naming(json!({ "ConfirmationCode": code, "Password": NEW }));
    assert_eq!(
        backend
            .call("ConfirmForgotPassword", recover.clone())
            .await
            .ok(),
        json!({})
    );
    person.srp_sign_in(&backend, NEW).await.ok();
    assert_eq!(
        person.srp_sign_in(&backend, PASSWORD).await.error_type(),
        "NotAuthorizedException"
    );
    assert_eq!(
        backend
            .call("ConfirmForgotPassword", recover)
            .await
            .error_type(),
        "ExpiredCodeException",
        "a code works once"
    );
}

#[tokio::test]
async fn of_many_recoveries_with_one_code_that_arrive_together_one_wins() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let code = recovery_code(&backend, &person).await;
    let send = |n| {
        let new = format!("Fresh-Horse{n}1!");
        backend.call(
            "ConfirmForgotPassword",
            person.naming(json!({ "ConfirmationCode": code, "Password": new })),
        )
    };
    let answers = tokio::join!(send(1), send(2), send(3), send(4));
    let answers = [answers.0, answers.1, answers.2, answers.3];
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer.status.is_success())
            .count(),
        1,
        "{answers:?}"
    );
}

#[tokio::test]
async fn a_newer_code_replaces_the_older_one() {
    let backend = Backend::start().await;
    let person = Person::signed_up(&backend).await;
    let old = backend.code(&person.email).await;
    let new = loop {
        backend.clock.advance(3600);
        backend
            .call("ResendConfirmationCode", person.naming(json!({})))
            .await
            .ok();
        let new = backend.code(&person.email).await;
        if new != old {
            break new;
        }
    };
    assert_eq!(
        person.confirm(&backend, &old).await.error_type(),
        "CodeMismatchException"
    );
    person.confirm(&backend, &new).await.ok();
}

#[tokio::test]
async fn a_sign_up_code_lives_a_day_and_a_recovery_code_an_hour() {
    let backend = Backend::start().await;
    let person = Person::signed_up(&backend).await;
    let code = backend.code(&person.email).await;
    backend.clock.advance(24 * 3600);
    assert_eq!(
        person.confirm(&backend, &code).await.error_type(),
        "ExpiredCodeException"
    );

    let person = Person::confirmed(&backend).await;
    for (seconds, outcome) in [(3599, None), (3600, Some("ExpiredCodeException"))] {
        let code = recovery_code(&backend, &person).await;
        backend.clock.advance(seconds);
        let recover = person.naming(json!({ "ConfirmationCode": code, "Password": NEW }));
        let answer = backend.call("ConfirmForgotPassword", recover).await;
        match outcome {
            None => drop(answer.ok()),
            Some(error) => assert_eq!(answer.error_type(), error),
        }
    }
}

#[tokio::test]
async fn a_code_is_good_for_its_person_and_its_purpose_only() {
    let backend = Backend::start().await;
    let (ada, eve) = (
        Person::signed_up(&backend).await,
        Person::signed_up(&backend).await,
    );
    let for_eve = backend.code(&eve.email).await;
    if for_eve != backend.code(&ada.email).await {
        assert_eq!(
            ada.confirm(&backend, &for_eve).await.error_type(),
            "CodeMismatchException"
        );
    }
    let recover = eve.naming(json!({ "ConfirmationCode": for_eve, "Password": NEW }));
    assert_eq!(
        backend
            .call("ConfirmForgotPassword", recover)
            .await
            .error_type(),
        "ExpiredCodeException"
    );
}

#[tokio::test]
async fn a_refused_password_leaves_the_code_good() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let code = recovery_code(&backend, &person).await;
    let with =
        |password: &str| person.naming(json!({ "ConfirmationCode": code, "Password": password }));
    assert_eq!(
        backend
            .call("ConfirmForgotPassword", with("weak"))
            .await
            .error_type(),
        "InvalidPasswordException"
    );
    backend.call("ConfirmForgotPassword", with(NEW)).await.ok();
}

#[tokio::test]
async fn the_database_holds_neither_codes_nor_addresses_nor_passwords() {
    let backend = Backend::start().await;
    let person = Person::signed_up(&backend).await;
    let code = backend.code(&person.email).await;
    let user = backend
        .admin(
            "AdminGetUser",
            json!({ "UserPoolId": "local_demo", "Username": person.email }),
        )
        .await
        .ok();
    backend.state.store.close().await;
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(backend.folder.path()).unwrap() {
        let path = file.unwrap().path();
        if path.to_string_lossy().contains("cognate.db") {
            bytes.extend(std::fs::read(path).unwrap());
        }
    }
    let holds = |text: &str| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(
        holds(user["Username"].as_str().unwrap()),
        "the search itself works"
    );
    assert!(!holds(&person.email));
    assert!(!holds(PASSWORD));
    assert!(!holds(&format!("code is {code}")));
}

/// The code of a recovery that begins now, later than any message before.
async fn recovery_code(backend: &Backend, person: &Person) -> String {
    backend.clock.advance(1);
    let body = person.naming(json!({}));
    backend.call("ForgotPassword", body).await.ok();
    backend.code(&person.email).await
}
