//! App clients that change: `UpdateUserPoolClient`, and two secrets of which one takes the other's place.

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use crate::support::{Answer, Backend};

const POOL: &str = "local_demo";

async fn create(backend: &Backend, more: Value) -> Value {
    let mut body = json!({ "UserPoolId": POOL, "ClientName": "web" });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    backend.admin("CreateUserPoolClient", body).await.ok()["UserPoolClient"].clone()
}

/// A request about a client, with more members.
fn about(client: &Value, mut more: Value) -> Value {
    more["UserPoolId"] = json!(POOL);
    more["ClientId"] = client["ClientId"].clone();
    more
}

/// A request that only needs the right secret hash to be told that there is no such user.
async fn knock(backend: &Backend, client: &Value, secret: &str) -> Answer {
    let id = client["ClientId"].as_str().unwrap();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let hash = aws_lc_rs::hmac::sign(&key, format!("nobody{id}").as_bytes());
    let body = json!({
        "ClientId": id, "Username": "nobody", "SecretHash": Base64::encode_string(hash.as_ref()),
    });
    backend.call("ForgotPassword", body).await
}

#[tokio::test]
async fn an_update_replaces_all_settings_and_keeps_name_id_and_secret() {
    let backend = Backend::start().await;
    let made = create(
        &backend,
        json!({
            "GenerateSecret": true, "AccessTokenValidity": 5, "TokenValidityUnits": { "AccessToken": "minutes" },
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"], "PreventUserExistenceErrors": "ENABLED",
        }),
    )
    .await;
    backend.clock.advance(60);
    let change = about(&made, json!({ "RefreshTokenValidity": 1 }));
    let changed = backend.admin("UpdateUserPoolClient", change).await.ok();
    let changed = &changed["UserPoolClient"];
    assert_eq!(changed["RefreshTokenValidity"], 1);
    assert_eq!(changed["PreventUserExistenceErrors"], "LEGACY");
    assert_eq!(changed.get("AccessTokenValidity"), None);
    for kept in ["ClientId", "ClientName", "ClientSecret", "CreationDate"] {
        assert_eq!(changed[kept], made[kept], "{kept}");
    }
    assert_ne!(changed["LastModifiedDate"], made["LastModifiedDate"]);
    let described = backend
        .admin("DescribeUserPoolClient", about(&made, json!({})))
        .await
        .ok();
    assert_eq!(&described["UserPoolClient"], changed);
}

#[tokio::test]
async fn an_update_is_checked_as_a_creation_is() {
    let backend = Backend::start().await;
    let made = create(&backend, json!({})).await;
    for wrong in [
        json!({ "AccessTokenValidity": 25 }),
        json!({ "WriteAttributes": ["email_verified"] }),
        json!({ "ReadAttributes": ["custom:nothing"] }),
        json!({ "EnablePropagateAdditionalUserContextData": true }),
        json!({ "CallbackURLs": ["javascript:alert(1)"] }),
        json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"] }),
    ] {
        let answer = backend
            .admin("UpdateUserPoolClient", about(&made, wrong.clone()))
            .await;
        assert_eq!(answer.error_type(), "InvalidParameterException", "{wrong}");
    }
    let other = backend
        .admin("CreateUserPool", json!({ "PoolName": "other" }))
        .await
        .ok();
    let mut foreign = about(&made, json!({}));
    foreign["UserPoolId"] = other["UserPool"]["Id"].clone();
    for operation in [
        "UpdateUserPoolClient",
        "AddUserPoolClientSecret",
        "ListUserPoolClientSecrets",
    ] {
        let answer = backend.admin(operation, foreign.clone()).await;
        assert_eq!(answer.error_type(), "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn clients_must_be_able_to_write_what_a_pool_requires() {
    let backend = Backend::start().await;
    let pool = json!({ "PoolName": "p", "Schema": [{ "Name": "email", "Required": true }, { "Name": "notes", "DeveloperOnlyAttribute": true }] });
    let pool = backend.admin("CreateUserPool", pool).await.ok();
    for (names, is_good) in [
        (json!(["name"]), false),
        (json!(["email", "dev:custom:notes"]), false),
        (json!(["email", "name"]), true),
    ] {
        let body = json!({ "UserPoolId": pool["UserPool"]["Id"], "ClientName": "web", "WriteAttributes": names });
        let answer = backend.admin("CreateUserPoolClient", body).await;
        assert_eq!(answer.status.is_success(), is_good, "{}", answer.text);
    }
}

#[tokio::test]
async fn a_secret_is_replaced_without_a_moment_in_which_none_is_good() {
    let backend = Backend::start().await;
    let client = create(&backend, json!({ "GenerateSecret": true })).await;
    let old = client["ClientSecret"].as_str().unwrap();
    let is_good = |answer: Answer| answer.error_type() == "UserNotFoundException";
    assert!(is_good(knock(&backend, &client, old).await));

    let added = backend
        .admin("AddUserPoolClientSecret", about(&client, json!({})))
        .await
        .ok();
    let added = &added["ClientSecretDescriptor"];
    let new = added["ClientSecretValue"].as_str().unwrap();
    assert!(is_good(knock(&backend, &client, old).await));
    assert!(is_good(knock(&backend, &client, new).await));
    let third = backend
        .admin("AddUserPoolClientSecret", about(&client, json!({})))
        .await;
    assert_eq!(third.error_type(), "LimitExceededException");

    let listed = backend
        .admin("ListUserPoolClientSecrets", about(&client, json!({})))
        .await
        .ok();
    let listed = listed["ClientSecrets"].as_array().unwrap();
    assert_eq!(listed.len(), 2);
    assert!(
        listed
            .iter()
            .all(|secret| secret.get("ClientSecretValue").is_none()),
        "a value is told once"
    );
    let delete = |id: &Value| about(&client, json!({ "ClientSecretId": id }));
    backend
        .admin(
            "DeleteUserPoolClientSecret",
            delete(&listed[0]["ClientSecretId"]),
        )
        .await
        .ok();
    assert!(!is_good(knock(&backend, &client, old).await));
    assert!(is_good(knock(&backend, &client, new).await));
    let last = backend
        .admin(
            "DeleteUserPoolClientSecret",
            delete(&added["ClientSecretId"]),
        )
        .await;
    assert_eq!(last.error_type(), "InvalidParameterException");
    let unknown = backend
        .admin("DeleteUserPoolClientSecret", delete(&json!("nothing")))
        .await;
    assert_eq!(unknown.error_type(), "ResourceNotFoundException");
}

#[tokio::test]
async fn a_secret_of_ones_own_choice_is_taken_once_and_a_public_client_stays_public() {
    let backend = Backend::start().await;
    let public = create(&backend, json!({})).await;
    let refused = backend
        .admin("AddUserPoolClientSecret", about(&public, json!({})))
        .await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    let client = create(&backend, json!({ "GenerateSecret": true })).await;
    let mine = json!({ "ClientSecret": "a_secret_of_my_own_choice+1" });
    let add = || backend.admin("AddUserPoolClientSecret", about(&client, mine.clone()));
    assert_eq!(
        add().await.ok()["ClientSecretDescriptor"]["ClientSecretValue"],
        mine["ClientSecret"]
    );
    assert_eq!(add().await.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn clients_are_listed_page_by_page() {
    let backend = Backend::start().await;
    for _ in 0..4 {
        create(&backend, json!({})).await;
    }
    let mut found = 0;
    let mut request = json!({ "UserPoolId": POOL, "MaxResults": 2 });
    loop {
        let page = backend
            .admin("ListUserPoolClients", request.clone())
            .await
            .ok();
        found += page["UserPoolClients"].as_array().unwrap().len();
        if page["NextToken"].is_null() {
            break;
        }
        request["NextToken"] = page["NextToken"].clone();
    }
    assert_eq!(found, 5);
}
