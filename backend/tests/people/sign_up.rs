//! `SignUp`, `ConfirmSignUp`: the happy life, and what is refused.

use serde_json::json;

use crate::person::{CLIENT, PASSWORD, POOL, Person, claims, get_user, new_client, new_pool};
use crate::support::Backend;

#[tokio::test]
async fn somebody_signs_up_confirms_and_signs_in_by_srp() {
    let backend = Backend::start().await;
    let person = Person::stranger();
    let answer = person.sign_up(&backend).await.ok();
    assert_eq!(answer["UserConfirmed"], false);
    assert_eq!(
        answer["CodeDeliveryDetails"],
        json!({
            "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "p***@e***",
        })
    );
    let code = backend.code(&person.email).await;
    assert_eq!(code.len(), 6);
    let confirmed = person.confirm(&backend, &code).await.ok();
    assert_eq!(confirmed.as_object().unwrap().len(), 1, "the session");
    assert!(confirmed["Session"].is_string());

    let signed_in = person.srp_sign_in(&backend, PASSWORD).await.ok();
    let tokens = &signed_in["AuthenticationResult"];
    let id = claims(&tokens["IdToken"]);
    assert_eq!(id["sub"], answer["UserSub"]);
    assert_eq!(id["cognito:username"], answer["UserSub"]);
    assert_eq!(id["email"], person.email.as_str());
    assert_eq!(id["email_verified"], true);
    let user = get_user(&backend, tokens).await.ok();
    assert_eq!(user["Username"], answer["UserSub"]);
    assert!(
        user["UserAttributes"]
            .as_array()
            .unwrap()
            .contains(&json!({ "Name": "email_verified", "Value": "true" }))
    );
}

#[tokio::test]
async fn an_address_signs_up_once_whatever_its_case() {
    let backend = Backend::start().await;
    let mut person = Person::signed_up(&backend).await;
    let (name, message) = person.sign_up(&backend).await.error();
    assert_eq!(
        (name.as_str(), message.as_str()),
        (
            "UsernameExistsException",
            "An account with the given email already exists."
        )
    );
    person.email = person.email.to_uppercase();
    assert_eq!(
        person.sign_up(&backend).await.error_type(),
        "UsernameExistsException"
    );
}

#[tokio::test]
async fn of_two_sign_ups_with_one_address_that_arrive_together_one_wins() {
    let backend = Backend::start().await;
    let person = Person::stranger();
    let (one, two) = tokio::join!(person.sign_up(&backend), person.sign_up(&backend));
    assert_eq!(
        [&one, &two]
            .iter()
            .filter(|answer| answer.status.is_success())
            .count(),
        1,
        "{one:?} {two:?}"
    );
}

#[tokio::test]
async fn what_does_not_fit_the_schema_the_policy_or_the_client_is_refused() {
    let backend = Backend::start().await;
    for (username, password, attributes, error) in [
        (
            "not an address",
            PASSWORD,
            json!([]),
            "InvalidParameterException",
        ),
        (
            "plainname",
            PASSWORD,
            json!([]),
            "InvalidParameterException",
        ),
        (
            "a@example.com",
            "short1A!",
            json!([{ "Name": "email", "Value": "b@example.com" }]),
            "InvalidParameterException",
        ),
        (
            "a@example.com",
            "Sh0rt!",
            json!([]),
            "InvalidPasswordException",
        ),
        (
            "a@example.com",
            "no-upper-case1",
            json!([]),
            "InvalidPasswordException",
        ),
        (
            "a@example.com",
            "NO-LOWER-CASE1",
            json!([]),
            "InvalidPasswordException",
        ),
        (
            "a@example.com",
            "No-Number-Here",
            json!([]),
            "InvalidPasswordException",
        ),
        (
            "a@example.com",
            "NoSymbol11",
            json!([]),
            "InvalidPasswordException",
        ),
        (
            "a@example.com",
            PASSWORD,
            json!([{ "Name": "shoe_size", "Value": "43" }]),
            "InvalidParameterException",
        ),
        (
            "a@example.com",
            PASSWORD,
            json!([{ "Name": "custom:plan", "Value": "gold" }]),
            "NotAuthorizedException",
        ),
        (
            "a@example.com",
            PASSWORD,
            json!([{ "Name": "email_verified", "Value": "true" }]),
            "NotAuthorizedException",
        ),
        (
            "a@example.com",
            PASSWORD,
            json!([{ "Name": "sub", "Value": "1" }]),
            "InvalidParameterException",
        ),
        (
            "a@example.com",
            PASSWORD,
            json!([{ "Name": "birthdate", "Value": "1.1.1970" }]),
            "InvalidParameterException",
        ),
        (
            "a@example.com",
            PASSWORD,
            json!([{ "Name": "phone_number", "Value": "0123" }]),
            "InvalidParameterException",
        ),
    ] {
        let body = json!({ "ClientId": CLIENT, "Username": username, "Password": password, "UserAttributes": attributes });
        let refused = backend.call("SignUp", body).await;
        assert_eq!(
            refused.error_type(),
            error,
            "{username} {attributes} {}",
            refused.text
        );
    }
    let nobody = json!({ "ClientId": CLIENT, "Username": "a@example.com", "Password": PASSWORD });
    backend.call("SignUp", nobody).await.ok();
}

#[tokio::test]
async fn a_client_that_does_not_exist_is_named() {
    let backend = Backend::start().await;
    let person = Person {
        client: "nosuchclient".to_owned(),
        ..Person::stranger()
    };
    assert_eq!(
        person.sign_up(&backend).await.error_type(),
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn a_pool_may_leave_sign_up_to_administrators() {
    let backend = Backend::start().await;
    let pool = new_pool(
        &backend,
        json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } }),
    )
    .await;
    let client = new_client(&backend, &pool, json!({})).await;
    let body = json!({ "ClientId": client, "Username": "ada", "Password": PASSWORD });
    let refused = backend.call("SignUp", body).await.error();
    assert_eq!(
        refused,
        (
            "NotAuthorizedException".to_owned(),
            "SignUp is not permitted for this user pool".to_owned()
        )
    );
}

#[tokio::test]
async fn required_and_custom_attributes_are_the_schemas() {
    let backend = Backend::start().await;
    let pool = new_pool(&backend, json!({ "Schema": [
        { "Name": "given_name", "Required": true, "AttributeDataType": "String" },
        { "Name": "plan", "AttributeDataType": "String", "Mutable": true, "StringAttributeConstraints": { "MinLength": "2", "MaxLength": "4" } },
        { "Name": "seats", "AttributeDataType": "Number", "NumberAttributeConstraints": { "MinValue": "1", "MaxValue": "9" } },
    ] })).await;
    let client = new_client(
        &backend,
        &pool,
        json!({ "WriteAttributes": ["given_name", "custom:plan", "custom:seats"] }),
    )
    .await;
    let sign_up = async |attributes| {
        let body = json!({ "ClientId": client, "Username": "ada", "Password": PASSWORD, "UserAttributes": attributes });
        backend.call("SignUp", body).await
    };
    let plan = |value: &str| json!([{ "Name": "given_name", "Value": "Ada" }, { "Name": "custom:plan", "Value": value }]);
    assert_eq!(
        sign_up(json!([])).await.error_type(),
        "InvalidParameterException",
        "given_name is missing"
    );
    assert_eq!(
        sign_up(plan("x")).await.error_type(),
        "InvalidParameterException",
        "too short"
    );
    assert_eq!(
        sign_up(plan("xxxxx")).await.error_type(),
        "InvalidParameterException",
        "too long"
    );
    let seats = json!([{ "Name": "given_name", "Value": "Ada" }, { "Name": "custom:seats", "Value": "10" }]);
    assert_eq!(
        sign_up(seats).await.error_type(),
        "InvalidParameterException",
        "too many"
    );
    sign_up(plan("gold")).await.ok();
}

#[tokio::test]
async fn an_administrator_confirms_without_verifying_the_address() {
    let backend = Backend::start().await;
    let person = Person::signed_up(&backend).await;
    let user = json!({ "UserPoolId": POOL, "Username": person.email });
    backend.admin("AdminConfirmSignUp", user.clone()).await.ok();
    let seen = backend.admin("AdminGetUser", user.clone()).await.ok();
    assert_eq!(seen["UserStatus"], "CONFIRMED");
    assert!(
        seen["UserAttributes"]
            .as_array()
            .unwrap()
            .contains(&json!({ "Name": "email_verified", "Value": "false" }))
    );
    assert_eq!(
        backend.admin("AdminConfirmSignUp", user).await.error_type(),
        "NotAuthorizedException"
    );
}

#[tokio::test]
async fn an_address_that_differs_by_a_look_alike_letter_is_another_one() {
    let backend = Backend::start().await;
    let body = json!({
        "ClientId": CLIENT, "Username": "mike@example.com", "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": "mi\u{212a}e@example.com" }],
    });
    let answer = backend.call("SignUp", body).await;
    assert_eq!(answer.error_type(), "InvalidParameterException");
}
