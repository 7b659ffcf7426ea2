//! User pools: made, described, listed, deleted, and what they may be set to.

use serde_json::{Value, json};

use crate::support::Backend;

async fn create(backend: &Backend, settings: Value) -> Value {
    backend.admin("CreateUserPool", settings).await.ok()["UserPool"].clone()
}

#[tokio::test]
async fn a_pool_is_described_as_it_was_made_with_the_defaults_filled_in() {
    let backend = Backend::start().await;
    let made = create(
        &backend,
        json!({
            "PoolName": "drawer",
            "UsernameAttributes": ["email"],
            "Policies": { "PasswordPolicy": { "MinimumLength": 12, "RequireSymbols": false } },
            "UserPoolTags": { "team": "auth" },
            "Unknown": 1,
        }),
    )
    .await;
    let id = made["Id"].as_str().unwrap();
    assert!(id.starts_with("local_") && id.len() == 15, "{id}");
    let answer = backend
        .admin("DescribeUserPool", json!({ "UserPoolId": id }))
        .await
        .ok();
    let pool = &answer["UserPool"];
    assert_eq!(pool, &made);
    assert_eq!(pool["Name"], "drawer");
    assert_eq!(pool["UserPoolTags"], json!({ "team": "auth" }));
    assert_eq!(pool["EstimatedNumberOfUsers"], 0);
    assert_eq!(pool.get("Unknown"), None);
    let policy = &pool["Policies"]["PasswordPolicy"];
    assert_eq!(
        (&policy["MinimumLength"], &policy["RequireSymbols"]),
        (&json!(12), &json!(false))
    );
    assert_eq!(policy["RequireUppercase"], true);
    assert_eq!(pool["MfaConfiguration"], "OFF");
    let schema = pool["SchemaAttributes"].as_array().unwrap();
    let sub = schema
        .iter()
        .find(|attribute| attribute["Name"] == "sub")
        .unwrap();
    assert_eq!(
        (&sub["Mutable"], &sub["Required"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn the_schema_has_custom_attributes_and_requirements() {
    let backend = Backend::start().await;
    let pool = create(
        &backend,
        json!({ "PoolName": "p", "Schema": [
            { "Name": "email", "Required": true, "Mutable": false },
            { "Name": "plan", "AttributeDataType": "String",
              "StringAttributeConstraints": { "MaxLength": "20" } },
        ]}),
    )
    .await;
    let schema = pool["SchemaAttributes"].as_array().unwrap();
    let find = |name: &str| {
        schema
            .iter()
            .find(|attribute| attribute["Name"] == name)
            .unwrap()
    };
    assert_eq!(
        (&find("email")["Required"], &find("email")["Mutable"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(find("email")["AttributeDataType"], "String");
    assert_eq!(find("custom:plan")["Mutable"], true);
    assert_eq!(
        find("custom:plan")["StringAttributeConstraints"],
        json!({ "MaxLength": "20" })
    );
}

#[tokio::test]
async fn settings_that_contradict_each_other_or_cannot_be_kept_are_refused() {
    let backend = Backend::start().await;
    for settings in [
        json!({ "AliasAttributes": ["email"], "UsernameAttributes": ["email"] }),
        json!({ "MfaConfiguration": "ON" }),
        json!({ "LambdaConfig": { "PreSignUp": "arn:aws:lambda:us-east-1:123456789012:function:f" } }),
        json!({ "Schema": [{ "Name": "plan", "AttributeDataType": "String", "Required": true }] }),
        json!({ "Schema": [{ "Name": "email", "AttributeDataType": "Number" }] }),
        json!({ "Policies": { "PasswordPolicy": { "MinimumLength": 5 } } }),
    ] {
        let mut request = settings.clone();
        request["PoolName"] = json!("p");
        let answer = backend.admin("CreateUserPool", request).await;
        assert_eq!(
            answer.error_type(),
            "InvalidParameterException",
            "{settings}"
        );
    }
    let listed = backend
        .admin("ListUserPools", json!({ "MaxResults": 60 }))
        .await
        .ok();
    assert_eq!(
        listed["UserPools"].as_array().unwrap().len(),
        1,
        "none was made"
    );
}

#[tokio::test]
async fn pools_are_listed_page_by_page() {
    let backend = Backend::start().await;
    for name in ["a", "b", "c", "d"] {
        create(&backend, json!({ "PoolName": name })).await;
    }
    let mut names = Vec::new();
    let mut token = Value::Null;
    loop {
        let request = json!({ "MaxResults": 2, "NextToken": token });
        let page = backend.admin("ListUserPools", request).await.ok();
        let pools = page["UserPools"].as_array().unwrap();
        assert!(!pools.is_empty() && pools.len() <= 2);
        names.extend(
            pools
                .iter()
                .map(|pool| pool["Name"].as_str().unwrap().to_owned()),
        );
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    names.sort();
    assert_eq!(names, ["Demo", "a", "b", "c", "d"]);
    let request = json!({ "MaxResults": 2, "NextToken": "%%%" });
    let answer = backend.admin("ListUserPools", request).await;
    assert_eq!(answer.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn a_deleted_pool_is_gone_with_its_clients_and_keys() {
    let backend = Backend::start().await;
    let pool = create(&backend, json!({ "PoolName": "p" })).await;
    let id = pool["Id"].as_str().unwrap();
    let jwks = format!("/{id}/.well-known/jwks.json");
    backend.get(&jwks).await.ok();
    let request = json!({ "UserPoolId": id, "ClientName": "web" });
    let client = backend.admin("CreateUserPoolClient", request).await.ok();
    let client_id = client["UserPoolClient"]["ClientId"].as_str().unwrap();
    assert_eq!(
        backend
            .admin("DeleteUserPool", json!({ "UserPoolId": id }))
            .await
            .ok(),
        json!({})
    );
    for operation in ["DescribeUserPool", "DeleteUserPool"] {
        let answer = backend.admin(operation, json!({ "UserPoolId": id })).await;
        assert_eq!(answer.error_type(), "ResourceNotFoundException");
    }
    assert_eq!(backend.get(&jwks).await.status, 404);
    assert!(
        backend
            .state
            .store
            .client(client_id)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_protected_pool_is_not_deleted() {
    let backend = Backend::start().await;
    let pool = create(
        &backend,
        json!({ "PoolName": "p", "DeletionProtection": "ACTIVE" }),
    )
    .await;
    let answer = backend
        .admin("DeleteUserPool", json!({ "UserPoolId": pool["Id"] }))
        .await;
    assert_eq!(answer.error_type(), "InvalidParameterException");
    backend
        .admin("DescribeUserPool", json!({ "UserPoolId": pool["Id"] }))
        .await
        .ok();
}
