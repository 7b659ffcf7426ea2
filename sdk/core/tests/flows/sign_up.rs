//! Signing up, and signing in for the first time.

use cognate_core::ErrorCode;
use cognate_core::config::Username;
use cognate_core::error::Outcome;
use cognate_core::ports::SendFailure;
use cognate_core::wire::Attribute;
use serde_json::json;

use crate::platform::Scripted;
use crate::{PASSWORD, client, code, options, password, run};

fn bea() -> Username {
    Username::parse("bea").unwrap()
}

#[test]
fn a_person_signs_up_confirms_and_has_a_new_code_sent() {
    let (client, platform) = client();
    let email = Attribute {
        name: "email".into(),
        value: Some("bea@example.com".into()),
    };
    let signed_up =
        run(client
            .service()
            .sign_up(&bea(), Some(&password(PASSWORD)), &[email], &[], &options()))
        .unwrap();
    assert!(!signed_up.confirmed);
    assert_eq!(
        signed_up.delivery.unwrap().destination.as_deref(),
        Some("a***@e***")
    );
    let sent = &platform.calls()[0];
    assert_eq!(sent.url, "http://localhost:4100/");
    assert_eq!(
        sent.body,
        json!({"ClientId": "demowebclient", "Username": "bea", "Password": PASSWORD,
            "UserAttributes": [{"Name": "email", "Value": "bea@example.com"}]})
    );

    let delivery = run(client.service().resend_sign_up_code(&bea(), &options())).unwrap();
    assert_eq!(delivery.delivery_medium.as_deref(), Some("EMAIL"));
    let wrong = run(client
        .service()
        .confirm_sign_up(&bea(), &code("000000"), &options()))
    .unwrap_err();
    assert_eq!(wrong.code, ErrorCode::CodeMismatch);
    run(client
        .service()
        .confirm_sign_up(&bea(), &code("123456"), &options()))
    .unwrap();
    assert!(platform.server().users["bea"].confirmed);
}

#[test]
fn metadata_goes_to_the_triggers() {
    let (client, platform) = client();
    let mut options = options();
    options
        .client_metadata
        .insert("campaign".into(), "spring".into());
    run(client
        .service()
        .sign_up(&bea(), Some(&password(PASSWORD)), &[], &[], &options))
    .unwrap();
    assert_eq!(
        platform.calls()[0].body["ClientMetadata"],
        json!({"campaign": "spring"})
    );
}

#[test]
fn a_taken_name_is_said() {
    let (client, _) = client();
    let ana = crate::ana();
    let error =
        run(client
            .service()
            .sign_up(&ana, Some(&password(PASSWORD)), &[], &[], &options()))
        .unwrap_err();
    assert_eq!(
        (error.code, error.outcome),
        (ErrorCode::UsernameExists, Outcome::Answered)
    );
    let answer = error.answer.as_ref().unwrap();
    assert_eq!(
        answer.service_type.as_deref(),
        Some("UsernameExistsException")
    );
    assert_eq!(answer.request_id.as_deref(), Some("request-1"));
}

#[test]
fn a_sign_up_whose_answer_was_lost_is_not_sent_twice() {
    let (client, platform) = client();
    platform.script([Scripted::LoseAnswer]);
    let error =
        run(client
            .service()
            .sign_up(&bea(), Some(&password(PASSWORD)), &[], &[], &options()))
        .unwrap_err();
    assert_eq!(
        (error.code, error.outcome),
        (ErrorCode::Network, Outcome::Unknown)
    );
    assert_eq!(platform.take_operations(), ["SignUp"]);

    platform.script([Scripted::Fail(SendFailure::Offline)]);
    let error = run(client.service().resend_sign_up_code(&bea(), &options())).unwrap_err();
    assert_eq!(
        (error.code, error.outcome),
        (ErrorCode::Offline, Outcome::NotSent)
    );
    assert_eq!(platform.take_operations(), ["ResendConfirmationCode"]);
}
