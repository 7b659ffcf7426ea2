//! Pools that change: `UpdateUserPool`, `AddCustomAttributes`, tags.

use cognate_backend::config::{Config, Quotas};
use serde_json::{Value, json};

use crate::support::Backend;

async fn create(backend: &Backend, settings: Value) -> Value {
    backend.admin("CreateUserPool", settings).await.ok()["UserPool"].clone()
}

async fn describe(backend: &Backend, id: &Value) -> Value {
    let asked = json!({ "UserPoolId": id });
    backend.admin("DescribeUserPool", asked).await.ok()["UserPool"].clone()
}

async fn refused(backend: &Backend, operation: &str, body: Value) -> String {
    backend.admin(operation, body).await.error_type()
}

fn attribute<'a>(pool: &'a Value, name: &str) -> &'a Value {
    let schema = pool["SchemaAttributes"].as_array().unwrap();
    let found = schema.iter().find(|attribute| attribute["Name"] == name);
    found.unwrap_or(&Value::Null)
}

#[tokio::test]
async fn an_update_replaces_all_settings_but_what_a_pool_was_made_with() {
    let backend = Backend::start().await;
    let made = create(
        &backend,
        json!({
            "PoolName": "first", "UsernameAttributes": ["email"],
            "UsernameConfiguration": { "CaseSensitive": false },
            "Schema": [{ "Name": "plan", "AttributeDataType": "String" }],
            "Policies": { "PasswordPolicy": { "MinimumLength": 20 } },
            "AutoVerifiedAttributes": ["email"], "UserPoolTags": { "team": "auth" },
            "DeletionProtection": "ACTIVE",
        }),
    )
    .await;
    let id = &made["Id"];
    backend.clock.advance(60);
    let update = json!({
        "UserPoolId": id, "AutoVerifiedAttributes": ["phone_number"],
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["phone_number"] },
        "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Priority": 1, "Name": "verified_email" }] },
    });
    assert_eq!(
        backend.admin("UpdateUserPool", update).await.ok(),
        json!({})
    );
    let pool = describe(&backend, id).await;
    assert_eq!(pool["Policies"]["PasswordPolicy"]["MinimumLength"], 8);
    assert_eq!(pool["AutoVerifiedAttributes"], json!(["phone_number"]));
    assert_eq!(pool["DeletionProtection"], "INACTIVE");
    for kept in [
        "Name",
        "UsernameAttributes",
        "UsernameConfiguration",
        "SchemaAttributes",
        "UserPoolTags",
        "CreationDate",
    ] {
        assert_eq!(pool[kept], made[kept], "{kept}");
    }
    assert_ne!(pool["LastModifiedDate"], made["LastModifiedDate"]);
    let renamed = json!({ "UserPoolId": id, "PoolName": "second" });
    backend.admin("UpdateUserPool", renamed).await.ok();
    assert_eq!(describe(&backend, id).await["Name"], "second");
}

#[tokio::test]
async fn the_next_request_goes_by_the_new_settings() {
    let backend = Backend::start().await;
    let pool = create(&backend, json!({ "PoolName": "p" })).await;
    let client = json!({ "UserPoolId": pool["Id"], "ClientName": "web" });
    let client = backend.admin("CreateUserPoolClient", client).await.ok();
    let sign_up = |username: &str, password: &str| {
        let id = &client["UserPoolClient"]["ClientId"];
        let body = json!({ "ClientId": id, "Username": username, "Password": password });
        backend.call("SignUp", body)
    };
    sign_up("ada", "Correct-Horse9!").await.ok();
    let stricter = json!({
        "UserPoolId": pool["Id"], "Policies": { "PasswordPolicy": { "MinimumLength": 16 } },
    });
    backend.admin("UpdateUserPool", stricter).await.ok();
    assert_eq!(
        sign_up("bob", "Correct-Horse9!").await.error_type(),
        "InvalidPasswordException"
    );
    let closed = json!({
        "UserPoolId": pool["Id"], "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
    });
    backend.admin("UpdateUserPool", closed).await.ok();
    assert_eq!(
        sign_up("bob", "Correct-Horse9!").await.error_type(),
        "NotAuthorizedException"
    );
}

#[tokio::test]
async fn an_update_turns_mfa_off_and_on_and_keeps_its_factors() {
    let backend = Backend::start().await;
    let pool = create(&backend, json!({ "PoolName": "p" })).await;
    let id = &pool["Id"];
    let without_factor = json!({ "UserPoolId": id, "MfaConfiguration": "ON" });
    assert_eq!(
        refused(&backend, "UpdateUserPool", without_factor.clone()).await,
        "InvalidParameterException"
    );
    let totp = json!({
        "UserPoolId": id, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true },
    });
    backend.admin("SetUserPoolMfaConfig", totp).await.ok();
    backend
        .admin("UpdateUserPool", json!({ "UserPoolId": id }))
        .await
        .ok();
    let asked = json!({ "UserPoolId": id });
    let mfa = backend
        .admin("GetUserPoolMfaConfig", asked.clone())
        .await
        .ok();
    assert_eq!(mfa["MfaConfiguration"], "OFF");
    backend.admin("UpdateUserPool", without_factor).await.ok();
    let mfa = backend.admin("GetUserPoolMfaConfig", asked).await.ok();
    assert_eq!(mfa["MfaConfiguration"], "ON");
    assert_eq!(mfa["SoftwareTokenMfaConfiguration"]["Enabled"], true);
}

#[tokio::test]
async fn custom_attributes_are_added_and_never_changed_or_removed() {
    let backend = Backend::start().await;
    let pool = create(&backend, json!({ "PoolName": "p" })).await;
    let add =
        |attributes: Value| json!({ "UserPoolId": pool["Id"], "CustomAttributes": attributes });
    let given = add(json!([
        { "Name": "plan", "StringAttributeConstraints": { "MinLength": "2", "MaxLength": "10" } },
        { "Name": "level", "AttributeDataType": "Number", "Mutable": false, "NumberAttributeConstraints": { "MaxValue": "9" } },
        { "Name": "notes", "DeveloperOnlyAttribute": true },
    ]));
    assert_eq!(
        backend
            .admin("AddCustomAttributes", given.clone())
            .await
            .ok(),
        json!({})
    );
    let described = describe(&backend, &pool["Id"]).await;
    assert_eq!(
        attribute(&described, "custom:plan")["AttributeDataType"],
        "String"
    );
    assert_eq!(attribute(&described, "custom:level")["Mutable"], false);
    assert_eq!(
        attribute(&described, "dev:custom:notes")["DeveloperOnlyAttribute"],
        true
    );
    for wrong in [
        json!([{ "Name": "plan" }]),
        json!([{ "Name": "one" }, { "Name": "one" }]),
        json!([{ "Name": "one", "Required": true }]),
        json!([{ "Name": "a-name-of-21-letters-x" }]),
        json!([{ "Name": "one", "StringAttributeConstraints": { "MinLength": "9", "MaxLength": "2" } }]),
        json!([{ "Name": "one", "StringAttributeConstraints": { "MaxLength": "2049" } }]),
        json!([{ "Name": "one", "StringAttributeConstraints": { "MaxLength": "many" } }]),
        json!([{ "Name": "one", "AttributeDataType": "Number", "NumberAttributeConstraints": { "MinValue": "x" } }]),
        json!([]),
    ] {
        let error = refused(&backend, "AddCustomAttributes", add(wrong.clone())).await;
        assert_eq!(error, "InvalidParameterException", "{wrong}");
    }
    assert_eq!(
        describe(&backend, &pool["Id"]).await["SchemaAttributes"],
        described["SchemaAttributes"]
    );
    let nowhere = json!({ "UserPoolId": "local_nobody", "CustomAttributes": [{ "Name": "a" }] });
    assert_eq!(
        refused(&backend, "AddCustomAttributes", nowhere).await,
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn custom_attributes_end_at_their_quota_and_survive_a_start_that_does_not_name_them() {
    let mut config = Config::demo();
    config.quotas = Quotas {
        custom_attributes_per_pool: 2,
        ..Quotas::default()
    };
    let backend = Backend::start_with(config.clone()).await;
    let add =
        |name: &str| json!({ "UserPoolId": "local_demo", "CustomAttributes": [{ "Name": name }] });
    backend.admin("AddCustomAttributes", add("one")).await.ok();
    backend.admin("AddCustomAttributes", add("two")).await.ok();
    let error = refused(&backend, "AddCustomAttributes", add("three")).await;
    assert_eq!(error, "InvalidParameterException");
    let backend = backend.restart_with(config).await;
    let described = describe(&backend, &json!("local_demo")).await;
    assert_eq!(attribute(&described, "custom:two")["Mutable"], true);
}

#[tokio::test]
async fn tags_are_put_on_pools_read_and_taken_off() {
    let backend = Backend::start().await;
    let pool = create(
        &backend,
        json!({ "PoolName": "p", "UserPoolTags": { "team": "auth" } }),
    )
    .await;
    let arn = &pool["Arn"];
    let tag = json!({ "ResourceArn": arn, "Tags": { "stage": "test", "team": "people" } });
    backend.admin("TagResource", tag).await.ok();
    let list = || backend.admin("ListTagsForResource", json!({ "ResourceArn": arn }));
    let expected = json!({ "stage": "test", "team": "people" });
    assert_eq!(list().await.ok()["Tags"], expected);
    assert_eq!(
        describe(&backend, &pool["Id"]).await["UserPoolTags"],
        expected
    );
    let untag = json!({ "ResourceArn": arn, "TagKeys": ["stage", "none"] });
    backend.admin("UntagResource", untag).await.ok();
    assert_eq!(list().await.ok()["Tags"], json!({ "team": "people" }));

    let reserved = json!({ "ResourceArn": arn, "Tags": { "aws:x": "1" } });
    assert_eq!(
        refused(&backend, "TagResource", reserved).await,
        "InvalidParameterException"
    );
    let many: serde_json::Map<String, Value> = (0..60)
        .map(|number| (format!("tag{number}"), json!("x")))
        .collect();
    let many = json!({ "ResourceArn": arn, "Tags": many });
    assert_eq!(
        refused(&backend, "TagResource", many).await,
        "InvalidParameterException"
    );
    for arn in [
        "arn:aws:cognito-idp:local:000000000000:userpool/local_nobody",
        "arn:aws:s3:local:000000000000:bucket/some",
    ] {
        let body = json!({ "ResourceArn": arn });
        assert_eq!(
            refused(&backend, "ListTagsForResource", body).await,
            "ResourceNotFoundException"
        );
    }
}

#[tokio::test]
async fn a_protected_pool_is_deleted_after_an_update_took_the_protection_away() {
    let backend = Backend::start().await;
    let pool = create(
        &backend,
        json!({ "PoolName": "p", "DeletionProtection": "ACTIVE" }),
    )
    .await;
    let gone = json!({ "UserPoolId": pool["Id"] });
    assert_eq!(
        refused(&backend, "DeleteUserPool", gone.clone()).await,
        "InvalidParameterException"
    );
    let open = json!({ "UserPoolId": pool["Id"], "DeletionProtection": "INACTIVE" });
    backend.admin("UpdateUserPool", open).await.ok();
    backend.admin("DeleteUserPool", gone).await.ok();
}
