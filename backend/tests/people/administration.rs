//! What administrators do with users.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::person::{PASSWORD, POOL, Person, new_client, new_pool};
use crate::support::Backend;

#[tokio::test]
async fn an_administrator_signs_somebody_in_with_a_password() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let client = new_client(&backend, POOL, json!({ "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] })).await;
    let request = |flow: &str, parameters: Value| json!({ "UserPoolId": POOL, "ClientId": client, "AuthFlow": flow, "AuthParameters": parameters });
    let with = |password: &str| json!({ "USERNAME": person.email, "PASSWORD": password });
    let right = request("ADMIN_USER_PASSWORD_AUTH", with(PASSWORD));
    let tokens =
        backend.admin("AdminInitiateAuth", right.clone()).await.ok()["AuthenticationResult"]
            .clone();
    backend
        .admin(
            "AdminInitiateAuth",
            request(
                "REFRESH_TOKEN_AUTH",
                json!({ "REFRESH_TOKEN": tokens["RefreshToken"] }),
            ),
        )
        .await
        .ok();
    let wrong = request("ADMIN_USER_PASSWORD_AUTH", with("Wrong-Horse9!"));
    assert_eq!(
        backend.admin("AdminInitiateAuth", wrong).await.error_type(),
        "NotAuthorizedException"
    );
    assert!(
        !backend
            .call("AdminInitiateAuth", right.clone())
            .await
            .status
            .is_success(),
        "without a signature"
    );
    let elsewhere = new_pool(&backend, json!({})).await;
    let mut foreign = right;
    foreign["UserPoolId"] = json!(elsewhere);
    assert_eq!(
        backend
            .admin("AdminInitiateAuth", foreign)
            .await
            .error_type(),
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn a_temporary_password_is_answered_by_an_administrator_too() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let client = new_client(
        &backend,
        POOL,
        json!({ "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"] }),
    )
    .await;
    let set = json!({ "UserPoolId": POOL, "Username": person.email, "Password": "Temporary-1!" });
    assert_eq!(
        backend.admin("AdminSetUserPassword", set).await.ok(),
        json!({})
    );
    let begin = json!({ "UserPoolId": POOL, "ClientId": client, "AuthFlow": "ADMIN_NO_SRP_AUTH", "AuthParameters": { "USERNAME": person.email, "PASSWORD": "Temporary-1!" } });
    let challenge = backend.admin("AdminInitiateAuth", begin).await.ok();
    let answer = json!({
        "UserPoolId": POOL, "ClientId": client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": person.email, "NEW_PASSWORD": "Fresh-Horse11!" },
    });
    let answer = backend
        .admin("AdminRespondToAuthChallenge", answer)
        .await
        .ok();
    assert!(answer["AuthenticationResult"]["IdToken"].is_string());
}

#[tokio::test]
async fn inviting_twice_and_inviting_again_are_told_apart() {
    let backend = Backend::start().await;
    let person = Person::stranger();
    let create = |action: Option<&str>| {
        let mut body = json!({ "UserPoolId": POOL, "Username": person.email });
        if let Some(action) = action {
            body["MessageAction"] = json!(action);
        }
        body
    };
    assert_eq!(
        backend
            .admin("AdminCreateUser", create(Some("RESEND")))
            .await
            .error_type(),
        "UserNotFoundException"
    );
    let user = backend.admin("AdminCreateUser", create(None)).await.ok()["User"].clone();
    assert_eq!(
        (&user["Enabled"], &user["UserStatus"]),
        (&json!(true), &json!("FORCE_CHANGE_PASSWORD"))
    );
    let first = backend.code(&person.email).await;
    assert!(first.len() >= 12);
    assert_eq!(
        backend
            .admin("AdminCreateUser", create(None))
            .await
            .error_type(),
        "UsernameExistsException"
    );
    backend.clock.advance(1);
    backend
        .admin("AdminCreateUser", create(Some("RESEND")))
        .await
        .ok();
    let second = backend.code(&person.email).await;
    assert_ne!(first, second);
    assert_eq!(
        person.srp_sign_in(&backend, &first).await.error_type(),
        "NotAuthorizedException"
    );
    assert_eq!(
        person.srp_sign_in(&backend, &second).await.ok()["ChallengeName"],
        "NEW_PASSWORD_REQUIRED"
    );
    let own = json!({ "UserPoolId": POOL, "Username": person.email, "Password": PASSWORD, "Permanent": true });
    backend.admin("AdminSetUserPassword", own).await.ok();
    assert_eq!(
        backend
            .admin("AdminCreateUser", create(Some("RESEND")))
            .await
            .error_type(),
        "UnsupportedUserStateException"
    );
    person.tokens(&backend).await;
}

#[tokio::test]
async fn users_are_listed_page_by_page_and_found_by_one_attribute() {
    let backend = Backend::start().await;
    let pool = new_pool(&backend, json!({})).await;
    for (name, email) in [
        ("ada", "ada@example.com"),
        ("bob", "bob@example.com"),
        ("cleo", "c@example.com"),
        ("dan", "dan@example.org"),
    ] {
        let body = json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": [{ "Name": "email", "Value": email }] });
        backend.admin("AdminCreateUser", body).await.ok();
    }
    let list = async |more: Value| {
        let mut body = json!({ "UserPoolId": pool });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        backend.admin("ListUsers", body).await
    };
    let names = |answer: &Value| {
        answer["Users"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["Username"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let mut seen = BTreeSet::new();
    let mut token = Value::Null;
    for page in 0..3 {
        let answer = list(json!({ "Limit": 2, "PaginationToken": token }))
            .await
            .ok();
        seen.extend(names(&answer));
        token = answer["PaginationToken"].clone();
        if token.is_null() {
            assert_eq!(page, 1, "two pages of two");
            break;
        }
    }
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        ["ada", "bob", "cleo", "dan"]
    );
    for (filter, expected) in [
        ("email = \"bob@example.com\"", vec!["bob"]),
        ("email ^= \"c\"", vec!["cleo"]),
        ("username = \"dan\"", vec!["dan"]),
        ("username ^= \"d\"", vec!["dan"]),
        (
            "cognito:user_status = \"FORCE_CHANGE_PASSWORD\"",
            vec!["ada", "bob", "cleo", "dan"],
        ),
        ("status = \"Disabled\"", vec![]),
        ("name = \"nobody\"", vec![]),
    ] {
        assert_eq!(
            names(&list(json!({ "Filter": filter })).await.ok()),
            expected,
            "{filter}"
        );
    }
    let chosen = list(json!({ "Filter": "username = \"ada\"", "AttributesToGet": ["email"] }))
        .await
        .ok();
    assert_eq!(
        chosen["Users"][0]["Attributes"],
        json!([{ "Name": "email", "Value": "ada@example.com" }])
    );
    for filter in ["custom:plan = \"x\"", "email", "email = bob"] {
        assert_eq!(
            list(json!({ "Filter": filter })).await.error_type(),
            "InvalidParameterException",
            "{filter}"
        );
    }
}

#[tokio::test]
async fn operations_on_nobody_say_so() {
    let backend = Backend::start().await;
    let nobody = json!({ "UserPoolId": POOL, "Username": "nobody@example.com", "Password": PASSWORD, "UserAttributes": [] });
    for operation in [
        "AdminGetUser",
        "AdminSetUserPassword",
        "AdminConfirmSignUp",
        "AdminDeleteUser",
        "AdminDisableUser",
        "AdminEnableUser",
        "AdminUserGlobalSignOut",
        "AdminUpdateUserAttributes",
    ] {
        assert_eq!(
            backend.admin(operation, nobody.clone()).await.error_type(),
            "UserNotFoundException",
            "{operation}"
        );
        assert!(
            !backend
                .call(operation, nobody.clone())
                .await
                .status
                .is_success(),
            "{operation} without a signature"
        );
    }
}

#[tokio::test]
async fn an_administrator_verifies_and_changes_attributes() {
    let backend = Backend::start().await;
    let person = Person::signed_up(&backend).await;
    let update = |attributes: Value| json!({ "UserPoolId": POOL, "Username": person.email, "UserAttributes": attributes });
    let verified =
        json!([{ "Name": "email_verified", "Value": "true" }, { "Name": "name", "Value": "Ada" }]);
    backend
        .admin("AdminUpdateUserAttributes", update(verified.clone()))
        .await
        .ok();
    let seen = backend
        .admin(
            "AdminGetUser",
            json!({ "UserPoolId": POOL, "Username": person.email }),
        )
        .await
        .ok();
    for attribute in verified.as_array().unwrap() {
        assert!(
            seen["UserAttributes"]
                .as_array()
                .unwrap()
                .contains(attribute)
        );
    }
    let unknown = update(json!([{ "Name": "custom:plan", "Value": "gold" }]));
    assert_eq!(
        backend
            .admin("AdminUpdateUserAttributes", unknown)
            .await
            .error_type(),
        "InvalidParameterException"
    );
}
