//! App clients: made, described, listed, deleted, and what they may be set to.

use cognate_backend::pools::{ExplicitAuthFlow, find_client};
use serde_json::{Value, json};

use crate::support::Backend;

async fn create(backend: &Backend, mut settings: Value) -> crate::support::Answer {
    settings["UserPoolId"] = json!("local_demo");
    settings["ClientName"] = json!("web");
    backend.admin("CreateUserPoolClient", settings).await
}

#[tokio::test]
async fn a_public_client_has_the_default_flows_and_no_secret() {
    let backend = Backend::start().await;
    let made = create(&backend, json!({})).await.ok()["UserPoolClient"].clone();
    assert_eq!(made["ClientId"].as_str().unwrap().len(), 26);
    assert_eq!(made.get("ClientSecret"), None);
    assert_eq!(made["RefreshTokenValidity"], 30);
    assert_eq!(made["EnableTokenRevocation"], true);
    assert_eq!(made["PreventUserExistenceErrors"], "LEGACY");
    let request = json!({ "UserPoolId": "local_demo", "ClientId": made["ClientId"] });
    let described = backend.admin("DescribeUserPoolClient", request).await.ok();
    assert_eq!(described["UserPoolClient"], made);
    let id = made["ClientId"].as_str().unwrap();
    let (pool, client) = find_client(&backend.state, id).await.unwrap();
    assert_eq!(pool.id, "local_demo");
    assert!(client.settings.allows(ExplicitAuthFlow::AllowUserSrpAuth));
    assert!(
        !client
            .settings
            .allows(ExplicitAuthFlow::AllowUserPasswordAuth)
    );
}

#[tokio::test]
async fn a_secret_is_made_or_taken_and_sealed_in_the_database() {
    let backend = Backend::start().await;
    let made = create(&backend, json!({ "GenerateSecret": true }))
        .await
        .ok();
    let made = &made["UserPoolClient"];
    let secret = made["ClientSecret"].as_str().unwrap();
    assert_eq!(secret.len(), 51);
    let id = made["ClientId"].as_str().unwrap();
    let row = backend.state.store.client(id).await.unwrap().unwrap();
    assert!(!row.settings.contains(secret));
    let sealed = row.secret.unwrap();
    assert!(
        !sealed
            .windows(secret.len())
            .any(|window| window == secret.as_bytes())
    );
    let (_, client) = find_client(&backend.state, id).await.unwrap();
    assert!(client.secrets.match_any(secret));

    let own = "a-secret-is-no-word-here".replace('-', "+");
    let taken = create(&backend, json!({ "ClientSecret": own })).await.ok();
    assert_eq!(taken["UserPoolClient"]["ClientSecret"], own);
}

#[tokio::test]
async fn settings_outside_their_bounds_are_refused() {
    let backend = Backend::start().await;
    for settings in [
        json!({ "AccessTokenValidity": 4, "TokenValidityUnits": { "AccessToken": "minutes" } }),
        json!({ "IdTokenValidity": 25 }),
        json!({ "RefreshTokenValidity": 59, "TokenValidityUnits": { "RefreshToken": "minutes" } }),
        json!({ "AuthSessionValidity": 16 }),
        json!({ "ExplicitAuthFlows": ["USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"] }),
        json!({ "ReadAttributes": ["custom:nothing"] }),
        json!({ "WriteAttributes": ["email_verified"] }),
        json!({ "EnablePropagateAdditionalUserContextData": true }),
        json!({ "ClientSecret": "short" }),
        json!({ "SupportedIdentityProviders": ["COGNITO", "Google"] }),
    ] {
        let answer = create(&backend, settings.clone()).await;
        assert_eq!(
            answer.error_type(),
            "InvalidParameterException",
            "{settings}"
        );
    }
}

#[tokio::test]
async fn a_client_belongs_to_one_pool() {
    let backend = Backend::start().await;
    let pool = backend
        .admin("CreateUserPool", json!({ "PoolName": "other" }))
        .await
        .ok();
    let request = json!({ "UserPoolId": pool["UserPool"]["Id"], "ClientId": "demowebclient" });
    for operation in ["DescribeUserPoolClient", "DeleteUserPoolClient"] {
        let answer = backend.admin(operation, request.clone()).await;
        assert_eq!(answer.error_type(), "ResourceNotFoundException");
    }
    let nowhere = json!({ "UserPoolId": "local_nowhere", "ClientName": "web" });
    let answer = backend.admin("CreateUserPoolClient", nowhere).await;
    assert_eq!(answer.error_type(), "ResourceNotFoundException");
}

#[tokio::test]
async fn clients_are_listed_without_secrets_and_deleted() {
    let backend = Backend::start().await;
    let made = create(&backend, json!({ "GenerateSecret": true }))
        .await
        .ok();
    let id = &made["UserPoolClient"]["ClientId"];
    let list = || backend.admin("ListUserPoolClients", json!({ "UserPoolId": "local_demo" }));
    let listed = list().await.ok();
    let listed = listed["UserPoolClients"].as_array().unwrap();
    assert_eq!(listed.len(), 2);
    assert!(
        listed
            .iter()
            .all(|client| client.as_object().unwrap().len() == 3)
    );
    let request = json!({ "UserPoolId": "local_demo", "ClientId": id });
    backend.admin("DeleteUserPoolClient", request).await.ok();
    assert_eq!(
        list().await.ok()["UserPoolClients"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_client_that_was_just_used_is_refused_as_soon_as_it_is_deleted() {
    let backend = Backend::start().await;
    let made = create(&backend, json!({})).await.ok();
    let id = &made["UserPoolClient"]["ClientId"];
    let sign_in = || {
        let parameters = json!({ "USERNAME": "nobody@example.com", "SRP_A": "a1b2c3" });
        let request = json!({
            "ClientId": id, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": parameters,
        });
        backend.call("InitiateAuth", request)
    };
    assert_ne!(sign_in().await.error_type(), "ResourceNotFoundException");
    let request = json!({ "UserPoolId": "local_demo", "ClientId": id });
    backend.admin("DeleteUserPoolClient", request).await.ok();
    assert_eq!(sign_in().await.error_type(), "ResourceNotFoundException");
}
