use serde_json::json;

use super::Service::{IdentityPools, UserPools};
use super::*;
use crate::api::Operation;
use crate::error::ErrorType;

fn message(operation: &str, mut body: Value) -> String {
    let error = check(UserPools, operation, &mut body).unwrap_err();
    assert_eq!(error.code, ErrorType::InvalidParameter);
    error.message.into_owned()
}

#[test]
fn the_files_are_read_whole() {
    assert!(model(UserPools).input("SignUp").is_some());
    assert!(model(UserPools).shapes().count() > 600);
    assert!(model(IdentityPools).input("GetId").is_some());
    assert!(model(IdentityPools).shapes().count() > 90);
}

#[test]
fn every_operation_of_the_tables_is_in_its_contract() {
    for service in Service::ALL {
        for operation in Operation::all(service) {
            let input = model(service).input(operation.name);
            assert!(input.is_some(), "{}", operation.name);
        }
    }
}

#[test]
fn every_pattern_is_one_the_engine_knows_but_for_a_bucket_name() {
    let shapes = Service::ALL.map(|service| model(service).shapes());
    for (name, shape) in shapes.into_iter().flatten() {
        if let Some(pattern) = &shape.pattern {
            assert_eq!(
                pattern.is_known(),
                name != "S3BucketType",
                "{name}: {}",
                pattern.source()
            );
        }
    }
}

#[test]
fn a_good_request_passes_without_its_nulls_and_unknown_members() {
    let mut body = json!({
        "ClientId": "demowebclient", "Username": "a@example.com", "Password": "Passw0rd!",
        "ValidationData": null, "UserAttributes": [{ "Name": "email", "Value": null }],
        "SomethingNew": 1,
    });
    check(UserPools, "SignUp", &mut body).unwrap();
    assert_eq!(body.get("ValidationData"), None);
    assert_eq!(body["UserAttributes"], json!([{ "Name": "email" }]));
    assert_eq!(body.get("SomethingNew"), None);
}

#[test]
fn a_missing_or_null_member_is_named() {
    let expected = "1 validation error detected: Value at 'username' failed to satisfy \
                    constraint: Member must not be null";
    assert_eq!(message("SignUp", json!({ "ClientId": "c" })), expected);
    assert_eq!(
        message("SignUp", json!({ "ClientId": "c", "Username": null })),
        expected
    );
}

#[test]
fn every_failure_is_counted_and_no_value_repeated() {
    let text = message(
        "SignUp",
        json!({ "ClientId": "c!", "Username": "u", "Password": "with space",
                "UserAttributes": [{ "Name": "email" }, { "Value": "v" }] }),
    );
    assert!(text.starts_with("3 validation errors detected: "), "{text}");
    assert!(
        text.contains("'clientId'") && text.contains("'password'"),
        "{text}"
    );
    assert!(text.contains("'userAttributes.2.member.name'"), "{text}");
    assert!(
        !text.contains("with space") && !text.contains("c!"),
        "{text}"
    );
}

#[test]
fn lengths_numbers_and_enumerations_are_checked() {
    let user = "u".repeat(129);
    let text = message("SignUp", json!({ "ClientId": "c", "Username": user }));
    assert!(
        text.ends_with("Member must have length less than or equal to 128"),
        "{text}"
    );
    let text = message("ListUserPools", json!({ "MaxResults": 61 }));
    assert!(
        text.ends_with("Member must have value less than or equal to 60"),
        "{text}"
    );
    let text = message(
        "InitiateAuth",
        json!({ "ClientId": "c", "AuthFlow": "MAGIC" }),
    );
    assert!(
        text.contains("'authFlow'") && text.contains("enum value set"),
        "{text}"
    );
}

#[test]
fn a_value_of_the_wrong_type_is_a_serialization_error_without_the_value() {
    for body in [
        json!({ "ClientId": "c", "Username": 5 }),
        json!({ "ClientId": "c", "Username": ["secret"] }),
        json!({ "ClientId": "c", "Username": "u", "ClientMetadata": { "k": 1 } }),
        json!("secret"),
    ] {
        let error = check(UserPools, "SignUp", &mut body.clone()).unwrap_err();
        assert_eq!(error.code, ErrorType::Serialization, "{body}");
        assert!(!error.message.contains("secret"));
    }
}

#[test]
fn letters_outside_ascii_are_letters_in_names_and_not_in_identifiers() {
    let mut body = json!({ "ClientId": "c", "Username": "użytkownik" });
    check(UserPools, "SignUp", &mut body).unwrap();
    assert!(message("SignUp", json!({ "ClientId": "ż", "Username": "u" })).contains("clientId"));
}

#[test]
fn every_error_name_is_of_the_contract_the_protocol_or_the_login_domain() {
    let protocol = [
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "LoginTransactionNotFoundException",
        "MissingAuthenticationTokenException",
        "RequestEntityTooLargeException",
        "SerializationException",
        "UnknownOperationException",
        "UnrecognizedClientException",
    ];
    let files = [
        include_str!("../../contract/api-shapes-idp.json"),
        include_str!("../../contract/api-shapes-identity.json"),
    ];
    let files = files.map(|file| serde_json::from_str::<Value>(file).unwrap());
    for code in ErrorType::ALL {
        let is_exception = |file: &Value| file["shapes"][code.name()]["exception"] == true;
        let is_modelled = files.iter().any(is_exception);
        assert_ne!(
            is_modelled,
            protocol.contains(&code.name()),
            "{}",
            code.name()
        );
    }
}

#[test]
fn a_request_full_of_mistakes_gets_a_short_answer() {
    let attributes = vec![json!({}); 10_000];
    let mut body = json!({
        "ClientId": "abc", "Username": "ada", "Password": "Secret-1!", "UserAttributes": attributes,
    });
    let error = check(UserPools, "SignUp", &mut body).unwrap_err();
    assert!(error.message.starts_with("20 validation errors detected: "));
    assert!(error.message.len() < 4096, "{}", error.message.len());
}
