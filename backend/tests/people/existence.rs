//! Who has an account stays untold.

use serde_json::{Value, json};

use crate::person::{CLIENT, PASSWORD, POOL, Person, begin_srp, new_client, new_pool, now};
use crate::support::{Answer, Backend};

#[tokio::test]
async fn a_strangers_challenge_looks_like_a_real_one_and_stays_the_same() {
    let backend = Backend::start().await;
    let stranger = Person::stranger();
    let (one, two) = (
        stranger.begin_srp(&backend).await,
        stranger.begin_srp(&backend).await,
    );
    assert_eq!(one.text("SALT"), two.text("SALT"));
    assert_eq!(one.text("USER_ID_FOR_SRP"), two.text("USER_ID_FOR_SRP"));
    assert_ne!(one.text("SRP_B"), two.text("SRP_B"));
    let real = Person::confirmed(&backend).await.begin_srp(&backend).await;
    assert_eq!(
        one.text("SECRET_BLOCK").len(),
        real.text("SECRET_BLOCK").len()
    );
    let form = |id: &str| uuid::Uuid::parse_str(id).unwrap().get_version_num();
    assert_eq!(
        form(one.text("USER_ID_FOR_SRP")),
        form(real.text("USER_ID_FOR_SRP"))
    );
}

#[tokio::test]
async fn the_id_of_a_decoy_leads_to_the_same_decoy() {
    let backend = Backend::start().await;
    let by_address = Person::stranger().begin_srp(&backend).await;
    let id = by_address.text("USER_ID_FOR_SRP");
    let by_id = begin_srp(&backend, CLIENT, id).await;
    assert_eq!(by_id.text("USER_ID_FOR_SRP"), id);
    assert_eq!(by_id.text("SALT"), by_address.text("SALT"));
}

#[tokio::test]
async fn wrong_passwords_end_alike_for_known_unknown_unconfirmed_and_disabled_people() {
    let backend = Backend::start().await;
    let disabled = Person::confirmed(&backend).await;
    let user = json!({ "UserPoolId": POOL, "Username": disabled.email });
    backend.admin("AdminDisableUser", user).await.ok();
    let people = [
        Person::confirmed(&backend).await,
        Person::stranger(),
        Person::signed_up(&backend).await,
        disabled,
    ];
    for person in &people {
        let by_srp = person.srp_sign_in(&backend, "Wrong-Horse9!").await;
        let by_password = person.password_sign_in(&backend, "Wrong-Horse9!").await;
        for answer in [by_srp, by_password] {
            assert_eq!(
                answer.error(),
                (
                    "NotAuthorizedException".to_owned(),
                    "Incorrect username or password.".to_owned()
                )
            );
        }
    }
}

#[tokio::test]
async fn the_right_password_tells_the_state() {
    let backend = Backend::start().await;
    let unconfirmed = Person::signed_up(&backend).await;
    let disabled = Person::confirmed(&backend).await;
    let user = json!({ "UserPoolId": POOL, "Username": disabled.email });
    backend.admin("AdminDisableUser", user).await.ok();
    for (person, error) in [
        (&unconfirmed, "UserNotConfirmedException"),
        (&disabled, "NotAuthorizedException"),
    ] {
        assert_eq!(
            person.srp_sign_in(&backend, PASSWORD).await.error_type(),
            error
        );
        assert_eq!(
            person
                .password_sign_in(&backend, PASSWORD)
                .await
                .error_type(),
            error
        );
    }
    assert_eq!(
        disabled.srp_sign_in(&backend, PASSWORD).await.error().1,
        "User is disabled."
    );
}

#[tokio::test]
async fn a_recovery_of_anybody_goes_to_the_same_place_and_fails_the_same_way() {
    let backend = Backend::start().await;
    let people = [
        Person::confirmed(&backend).await,
        Person::stranger(),
        Person::signed_up(&backend).await,
    ];
    for person in &people {
        let before = person.naming(json!({ "ConfirmationCode": "000000", "Password": PASSWORD }));
        assert_eq!(
            backend
                .call("ConfirmForgotPassword", before)
                .await
                .error_type(),
            "ExpiredCodeException"
        );
        let asked = backend
            .call("ForgotPassword", person.naming(json!({})))
            .await
            .ok();
        assert_eq!(
            asked,
            json!({ "CodeDeliveryDetails": {
            "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "p***@e***",
        } })
        );
        let wrong = wrong_code(&backend, person).await;
        let after = person.naming(json!({ "ConfirmationCode": wrong, "Password": PASSWORD }));
        assert_eq!(
            backend
                .call("ConfirmForgotPassword", after)
                .await
                .error_type(),
            "CodeMismatchException"
        );
    }
}

#[tokio::test]
async fn a_resend_to_anybody_goes_to_the_same_place_and_a_wrong_code_is_a_mismatch() {
    let backend = Backend::start().await;
    let people = [
        Person::signed_up(&backend).await,
        Person::stranger(),
        Person::confirmed(&backend).await,
    ];
    for person in &people {
        let wrong = wrong_code(&backend, person).await;
        assert_eq!(
            person.confirm(&backend, &wrong).await.error_type(),
            "CodeMismatchException"
        );
        let asked = backend
            .call("ResendConfirmationCode", person.naming(json!({})))
            .await
            .ok();
        assert_eq!(asked["CodeDeliveryDetails"]["Destination"], "p***@e***");
        let wrong = wrong_code(&backend, person).await;
        assert_eq!(
            person.confirm(&backend, &wrong).await.error_type(),
            "CodeMismatchException"
        );
    }
}

#[tokio::test]
async fn a_stranger_is_sent_nothing() {
    let backend = Backend::start().await;
    let stranger = Person::stranger();
    backend
        .call("ForgotPassword", stranger.naming(json!({})))
        .await
        .ok();
    backend
        .call("ResendConfirmationCode", stranger.naming(json!({})))
        .await
        .ok();
    backend.state.messages.flush().await;
    let (store, sealer) = (&backend.state.store, &backend.state.sealer);
    let sent = cognate_backend::messages::recent(store, sealer, None, 10)
        .await
        .unwrap();
    assert!(sent.is_empty());
}

#[tokio::test]
async fn a_client_may_ask_for_the_truth() {
    let backend = Backend::start().await;
    let client = new_client(
        &backend,
        POOL,
        json!({ "PreventUserExistenceErrors": "LEGACY" }),
    )
    .await;
    let stranger = Person {
        client: client.clone(),
        ..Person::stranger()
    };
    let srp = json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": client, "AuthParameters": { "USERNAME": stranger.email, "SRP_A": "2" } });
    let code = stranger.naming(json!({ "ConfirmationCode": "123456" }));
    let new = stranger.naming(json!({ "ConfirmationCode": "123456", "Password": PASSWORD }));
    for (operation, body) in [
        ("InitiateAuth", srp),
        ("InitiateAuth", stranger.password_request(PASSWORD)),
        ("ForgotPassword", stranger.naming(json!({}))),
        ("ResendConfirmationCode", stranger.naming(json!({}))),
        ("ConfirmSignUp", code),
        ("ConfirmForgotPassword", new),
    ] {
        assert_eq!(
            not_found(&backend, operation, body).await,
            "User does not exist.",
            "{operation}"
        );
    }
    let known = Person {
        client,
        ..Person::confirmed(&backend).await
    };
    assert_eq!(
        known.confirm(&backend, "123456").await.error().1,
        "User cannot be confirmed. Current status is CONFIRMED"
    );
    let again = backend
        .call("ResendConfirmationCode", known.naming(json!({})))
        .await;
    assert_eq!(again.error().1, "User is already confirmed.");
}

#[tokio::test]
async fn where_people_choose_names_a_stranger_keeps_the_name_as_id() {
    let backend = Backend::start().await;
    let pool = new_pool(&backend, json!({})).await;
    let client = new_client(
        &backend,
        &pool,
        json!({ "PreventUserExistenceErrors": "ENABLED" }),
    )
    .await;
    let started = begin_srp(&backend, &client, "nobody").await;
    assert_eq!(started.text("USER_ID_FOR_SRP"), "nobody");
    let person = Person {
        email: "nobody".to_owned(),
        client,
        ..Person::stranger()
    };
    let refused = person
        .answer(&backend, started.responses(PASSWORD, &now(&backend)))
        .await;
    assert_eq!(refused.error().1, "Incorrect username or password.");
    let asked = backend
        .call("ForgotPassword", person.naming(json!({})))
        .await
        .ok();
    let again = backend
        .call("ForgotPassword", person.naming(json!({})))
        .await
        .ok();
    assert_eq!(asked, again, "an invented address, but always the same");
}

async fn not_found(backend: &Backend, operation: &str, body: Value) -> String {
    let answer: Answer = backend.call(operation, body).await;
    let (name, message) = answer.error();
    assert_eq!(name, "UserNotFoundException", "{operation}");
    message
}

/// Six digits that are no code this person was sent.
async fn wrong_code(backend: &Backend, person: &Person) -> String {
    backend.state.messages.flush().await;
    let (store, sealer) = (&backend.state.store, &backend.state.sealer);
    let sent = cognate_backend::messages::recent(store, sealer, Some(&person.email), 10)
        .await
        .unwrap();
    (0..)
        .map(|n| format!("{n:06}"))
        .find(|code| {
            sent.iter()
                .all(|message| message.code.as_ref() != Some(code))
        })
        .unwrap()
}

#[tokio::test]
async fn the_case_of_a_stored_address_does_not_show_in_the_destination() {
    let backend = Backend::start().await;
    let real = Person {
        email: "Ada@Example.com".to_owned(),
        ..Person::stranger()
    };
    real.sign_up(&backend).await.ok();
    let code = backend.code(&real.email).await;
    real.confirm(&backend, &code).await.ok();
    let stranger = Person {
        email: "Anna@Example.com".to_owned(),
        ..Person::stranger()
    };
    let forgot = async |person: &Person| {
        let answer = backend.call("ForgotPassword", person.naming(json!({})));
        answer.await.ok()
    };
    assert_eq!(forgot(&real).await, forgot(&stranger).await);
}

#[tokio::test]
async fn a_name_that_no_user_can_have_is_refused_before_any_work() {
    let backend = Backend::start().await;
    for name in [String::new(), "x".repeat(129)] {
        let request = json!({
            "AuthFlow": "USER_SRP_AUTH", "ClientId": CLIENT,
            "AuthParameters": { "USERNAME": name, "SRP_A": "2" },
        });
        let answer = backend.call("InitiateAuth", request).await;
        assert_eq!(answer.error_type(), "InvalidParameterException");
    }
}

#[tokio::test]
async fn a_recovery_by_text_message_does_not_say_that_there_is_a_user() {
    let backend = Backend::start().await;
    let settings = json!({ "AutoVerifiedAttributes": ["email", "phone_number"] });
    let pool = new_pool(&backend, settings).await;
    let hides = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let client = new_client(&backend, &pool, hides).await;
    let create = json!({
        "UserPoolId": pool, "Username": "ada", "MessageAction": "SUPPRESS",
        "UserAttributes": [
            { "Name": "phone_number", "Value": "+14325551212" },
            { "Name": "phone_number_verified", "Value": "true" },
        ],
    });
    backend.admin("AdminCreateUser", create).await.ok();
    let password = json!({
        "UserPoolId": pool, "Username": "ada", "Password": PASSWORD, "Permanent": true,
    });
    backend.admin("AdminSetUserPassword", password).await.ok();
    let forgot = async |name: &str| {
        let body = json!({ "ClientId": client, "Username": name });
        let answer = backend.call("ForgotPassword", body).await.ok();
        answer["CodeDeliveryDetails"].clone()
    };
    let real = forgot("ada").await;
    assert_eq!(real["DeliveryMedium"], "SMS");
    let form = |details: &Value| {
        let to = details["Destination"].as_str().unwrap();
        (to.len(), to.starts_with("+*******"))
    };
    let (mut by_text, mut by_mail) = (0, 0);
    for number in 0..40 {
        let name = format!("nobody{number}");
        let details = forgot(&name).await;
        assert_eq!(details, forgot(&name).await, "the same at every time");
        if details["DeliveryMedium"] == "SMS" {
            assert_eq!(details["AttributeName"], "phone_number");
            assert_eq!(form(&details), form(&real));
            by_text += 1;
        } else {
            assert_eq!(details["AttributeName"], "email");
            by_mail += 1;
        }
    }
    assert!(by_text > 5 && by_mail > 5, "{by_text} {by_mail}");
    // Who signs in with a number has it.
    let details = forgot("+14325550123").await;
    assert_eq!(details["Destination"], "+*******0123");
}
