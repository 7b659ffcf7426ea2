//! Pools: made, changed, seeded, bounded; and who may do that.

use cognate_backend::config::Config;
use serde_json::{Value, json};

use crate::person::{POOL, Person, get_id};
use crate::support::signature::Signer;
use crate::support::{Backend, request};

#[tokio::test]
async fn settings_that_cannot_be_used_are_refused() {
    let backend = Backend::start().await;
    let pools: Vec<_> = (0..51)
        .map(|n| json!({ "ProviderName": format!("cognito-idp.a.amazonaws.com/a_{n}"), "ClientId": "c" }))
        .collect();
    for (member, value, expected) in [
        (
            "SupportedLoginProviders",
            json!({ "login.example": "x" }),
            "InvalidParameterException",
        ),
        (
            "DeveloperProviderName",
            json!("accounts.google.com"),
            "InvalidParameterException",
        ),
        (
            "DeveloperProviderName",
            json!("cognito-identity.amazonaws.com"),
            "InvalidParameterException",
        ),
        (
            "OpenIdConnectProviderARNs",
            json!(["arn:aws:s3:::bucket-name"]),
            "InvalidParameterException",
        ),
        (
            "SamlProviderARNs",
            json!(["arn:aws:iam::000000000000:role/x"]),
            "InvalidParameterException",
        ),
        (
            "CognitoIdentityProviders",
            json!([{ "ClientId": "c" }]),
            "InvalidParameterException",
        ),
        (
            "CognitoIdentityProviders",
            json!([pools[0], pools[0]]),
            "InvalidParameterException",
        ),
        (
            "CognitoIdentityProviders",
            json!(pools),
            "LimitExceededException",
        ),
        (
            "IdentityPoolName",
            json!("a".repeat(129)),
            "InvalidParameterException",
        ),
        (
            "AllowUnauthenticatedIdentities",
            json!("yes"),
            "SerializationException",
        ),
    ] {
        let mut request = new_pool();
        request[member] = value;
        let answer = backend.admin_identity("CreateIdentityPool", request).await;
        assert_eq!(answer.error_type(), expected, "{member}");
    }
}

#[tokio::test]
async fn there_are_as_many_pools_as_configured() {
    let mut config = Config::demo();
    config.quotas.identity_pools = 2;
    let backend = Backend::start_with(config).await;
    backend
        .admin_identity("CreateIdentityPool", new_pool())
        .await
        .ok();
    let third = backend
        .admin_identity("CreateIdentityPool", new_pool())
        .await;
    assert_eq!(third.error_type(), "LimitExceededException");
}

#[tokio::test]
async fn a_deleted_pool_takes_its_identities_along() {
    let backend = Backend::start().await;
    let id = get_id(&backend, json!({})).await;
    let pool = json!({ "IdentityPoolId": POOL });
    backend
        .admin_identity("DeleteIdentityPool", pool.clone())
        .await
        .ok();
    let twice = backend.admin_identity("DeleteIdentityPool", pool).await;
    assert_eq!(twice.error_type(), "ResourceNotFoundException");
    let gone = json!({ "IdentityId": id });
    let gone = backend
        .call_identity("GetCredentialsForIdentity", gone)
        .await;
    assert_eq!(gone.error_type(), "ResourceNotFoundException");
}

#[tokio::test]
async fn identities_stay_over_a_restart_and_the_file_wins_over_what_was_changed() {
    let backend = Backend::start().await;
    let ada = Person::new(&backend, "ada").await;
    let id = get_id(&backend, ada.logins()).await;
    let mut other = new_pool();
    other["IdentityPoolId"] = json!(POOL);
    backend
        .admin_identity("UpdateIdentityPool", other)
        .await
        .ok();
    let jwks = backend.get("/identity/.well-known/jwks.json").await.ok();
    let backend = backend.restart_with(Config::demo()).await;
    assert_eq!(get_id(&backend, ada.logins()).await, id);
    assert_eq!(
        backend.get("/identity/.well-known/jwks.json").await.ok(),
        jwks
    );
    let mut misspelt = Config::demo();
    misspelt.identity_pools[0]
        .settings
        .insert("AllowGuests".to_owned(), json!(true));
    misspelt.data = Some(backend.folder.path().to_owned());
    let error = cognate_backend::serve::prepare(
        misspelt,
        backend.clock.clone(),
        crate::support::loopback(),
    )
    .await;
    assert!(error.unwrap_err().to_string().contains("AllowGuests"));
}

#[tokio::test]
async fn an_administrators_signature_is_for_the_one_service() {
    let backend = Backend::start().await;
    let body = json!({ "MaxResults": 1 }).to_string();
    for (service, expected) in [
        ("cognito-idp", "InvalidSignatureException"),
        ("cognito-identity", ""),
    ] {
        let mut signer = Signer::demo(backend.clock.now());
        signer.service = service.to_owned();
        signer.target_prefix = "AWSCognitoIdentityService.".to_owned();
        let signed = signer
            .sign("ListIdentityPools", &body)
            .body(body.clone().into())
            .unwrap();
        let answer = backend.send(signed).await;
        match expected {
            "" => assert_eq!(
                answer.ok()["IdentityPools"][0]["IdentityPoolId"],
                json!(POOL)
            ),
            refusal => assert_eq!(answer.error_type(), refusal),
        }
    }
    // Three operations have the same name in both services: the target tells them apart.
    let arn = "arn:aws:cognito-identity:local:000000000000:identitypool/x";
    let own = backend
        .admin("ListTagsForResource", json!({ "ResourceArn": arn }))
        .await;
    assert_eq!(own.error().1, "The resource does not exist.");
    let there = json!({ "ResourceArn": arn.replace("/x", &format!("/{POOL}")) });
    let there = backend
        .admin_identity("ListTagsForResource", there)
        .await
        .ok();
    assert_eq!(there["Tags"], json!({}));
}

#[tokio::test]
async fn every_administrative_operation_needs_a_signature() {
    let backend = Backend::start().await;
    for operation in
        cognate_backend::api::Operation::all(cognate_backend::contract::Service::IdentityPools)
    {
        if operation.auth == cognate_backend::api::Auth::Public {
            continue;
        }
        let unsigned = request("POST", "/")
            .header(
                "x-amz-target",
                format!("AWSCognitoIdentityService.{}", operation.name),
            )
            .body("{}".into())
            .unwrap();
        let answer = backend.send(unsigned).await;
        assert_eq!(
            answer.error_type(),
            "MissingAuthenticationTokenException",
            "{}",
            operation.name
        );
    }
}

fn new_pool() -> Value {
    json!({ "IdentityPoolName": "new", "AllowUnauthenticatedIdentities": false })
}
