//! Domains, resource servers and identity providers: made, described, changed, listed, deleted.

use serde_json::{Value, json};

use crate::support::Backend;

const POOL: &str = "local_demo";

async fn refused(backend: &Backend, operation: &str, body: Value) -> String {
    backend.admin(operation, body).await.error_type()
}

async fn other_pool(backend: &Backend) -> String {
    let made = backend
        .admin("CreateUserPool", json!({ "PoolName": "other" }))
        .await
        .ok();
    made["UserPool"]["Id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_pool_has_one_prefix_and_one_host_name_and_is_not_deleted_with_them() {
    let backend = Backend::start().await;
    let pool = other_pool(&backend).await;
    let named = |domain: &str| json!({ "UserPoolId": pool, "Domain": domain });
    let mut prefix = named("people");
    prefix["ManagedLoginVersion"] = json!(2);
    let made = backend.admin("CreateUserPoolDomain", prefix).await.ok();
    assert_eq!(made, json!({ "ManagedLoginVersion": 2 }));
    let second = refused(&backend, "CreateUserPoolDomain", named("others")).await;
    assert_eq!(second, "InvalidParameterException");
    let taken = json!({ "UserPoolId": POOL, "Domain": "people" });
    let taken = refused(&backend, "CreateUserPoolDomain", taken).await;
    assert_eq!(taken, "InvalidParameterException");

    let certificate = "arn:aws:acm:us-east-1:123456789012:certificate/1";
    let mut own = named("auth.example.com");
    let without = refused(&backend, "CreateUserPoolDomain", own.clone()).await;
    assert_eq!(without, "InvalidParameterException");
    own["CustomDomainConfig"] = json!({ "CertificateArn": certificate });
    let made = backend.admin("CreateUserPoolDomain", own).await.ok();
    assert_eq!(made["CloudFrontDomain"], "localhost");

    let asked = json!({ "Domain": "auth.example.com" });
    let described = backend.admin("DescribeUserPoolDomain", asked).await.ok();
    let description = &described["DomainDescription"];
    assert_eq!(description["UserPoolId"], json!(pool));
    assert_eq!(description["Status"], "ACTIVE");
    assert_eq!(
        description["CustomDomainConfig"]["CertificateArn"],
        certificate
    );
    let described = backend
        .admin("DescribeUserPool", json!({ "UserPoolId": pool }))
        .await
        .ok();
    assert_eq!(described["UserPool"]["Domain"], "people");
    assert_eq!(described["UserPool"]["CustomDomain"], "auth.example.com");

    let mut change = named("people");
    change["ManagedLoginVersion"] = json!(1);
    let changed = backend.admin("UpdateUserPoolDomain", change).await.ok();
    assert_eq!(changed["ManagedLoginVersion"], 1);

    let gone = json!({ "UserPoolId": pool });
    let kept = refused(&backend, "DeleteUserPool", gone.clone()).await;
    assert_eq!(kept, "InvalidParameterException");
    for domain in ["people", "auth.example.com"] {
        backend
            .admin("DeleteUserPoolDomain", named(domain))
            .await
            .ok();
    }
    backend.admin("DeleteUserPool", gone).await.ok();
}

#[tokio::test]
async fn domains_have_names_that_may_be_and_only_their_pool_changes_them() {
    let backend = Backend::start().await;
    let pool = other_pool(&backend).await;
    for bad in ["my-cognito-login", "-a", "Ab", "with.dots", "a b"] {
        let body = json!({ "UserPoolId": POOL, "Domain": bad });
        let error = refused(&backend, "CreateUserPoolDomain", body).await;
        assert_eq!(error, "InvalidParameterException", "{bad}");
    }
    let version = json!({ "UserPoolId": POOL, "Domain": "people", "ManagedLoginVersion": 3 });
    let version = refused(&backend, "CreateUserPoolDomain", version).await;
    assert_eq!(version, "InvalidParameterException");
    let made = json!({ "UserPoolId": POOL, "Domain": "people" });
    backend.admin("CreateUserPoolDomain", made).await.ok();
    for operation in ["UpdateUserPoolDomain", "DeleteUserPoolDomain"] {
        let foreign = json!({ "UserPoolId": pool, "Domain": "people" });
        let error = refused(&backend, operation, foreign).await;
        assert_eq!(error, "ResourceNotFoundException", "{operation}");
    }
    let nothing = backend
        .admin("DescribeUserPoolDomain", json!({ "Domain": "nobody" }))
        .await
        .ok();
    assert_eq!(nothing, json!({ "DomainDescription": {} }));
}

#[tokio::test]
async fn a_resource_server_is_described_as_it_was_made_and_replaced() {
    let backend = Backend::start().await;
    let identifier = "https://api.example.com/v1";
    let named = json!({ "UserPoolId": POOL, "Identifier": identifier });
    let mut settings = named.clone();
    settings["Name"] = json!("The API");
    settings["Scopes"] = json!([{ "ScopeName": "read", "ScopeDescription": "Read it" }]);
    let made = backend
        .admin("CreateResourceServer", settings.clone())
        .await
        .ok();
    assert_eq!(made["ResourceServer"], settings);
    let described = backend
        .admin("DescribeResourceServer", named.clone())
        .await
        .ok();
    assert_eq!(described, made);

    let again = refused(&backend, "CreateResourceServer", settings.clone()).await;
    assert_eq!(again, "InvalidParameterException");
    let scope = settings["Scopes"][0].clone();
    settings["Scopes"] = json!([scope, scope]);
    let twice = refused(&backend, "UpdateResourceServer", settings.clone()).await;
    assert_eq!(twice, "InvalidParameterException");
    settings["Scopes"] = json!(null);
    let changed = backend.admin("UpdateResourceServer", settings).await.ok();
    assert_eq!(changed["ResourceServer"]["Scopes"], json!([]));

    backend
        .admin("DeleteResourceServer", named.clone())
        .await
        .ok();
    for operation in ["DescribeResourceServer", "DeleteResourceServer"] {
        let error = refused(&backend, operation, named.clone()).await;
        assert_eq!(error, "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn resource_servers_are_listed_page_by_page_up_to_their_quota() {
    let backend = Backend::start().await;
    let make = |number: usize| json!({ "UserPoolId": POOL, "Identifier": format!("api-{number:02}"), "Name": "API" });
    for number in 0..25 {
        backend
            .admin("CreateResourceServer", make(number))
            .await
            .ok();
    }
    let error = refused(&backend, "CreateResourceServer", make(25)).await;
    assert_eq!(error, "LimitExceededException");
    let mut found = Vec::new();
    let mut request = json!({ "UserPoolId": POOL, "MaxResults": 10 });
    loop {
        let page = backend
            .admin("ListResourceServers", request.clone())
            .await
            .ok();
        let servers = page["ResourceServers"].as_array().unwrap().clone();
        assert!(servers.len() <= 10);
        found.extend(servers);
        if page["NextToken"].is_null() {
            break;
        }
        request["NextToken"] = page["NextToken"].clone();
    }
    let ids: Vec<_> = found.iter().map(|server| &server["Identifier"]).collect();
    let expected: Vec<Value> = (0..25).map(|n| json!(format!("api-{n:02}"))).collect();
    assert_eq!(ids, expected.iter().collect::<Vec<_>>());
}

fn google() -> Value {
    json!({
        "UserPoolId": POOL, "ProviderName": "Google", "ProviderType": "Google",
        "ProviderDetails": {
            "client_id": "1.apps", "client_secret": "a-very-secret-value", "authorize_scopes": "openid email",
        },
        "AttributeMapping": { "email": "email", "username": "sub" },
        "IdpIdentifiers": ["gmail.com"],
    })
}

#[tokio::test]
async fn an_identity_provider_is_found_by_all_its_names_and_its_secrets_are_sealed() {
    let backend = Backend::start().await;
    let made = backend.admin("CreateIdentityProvider", google()).await.ok();
    let named = json!({ "UserPoolId": POOL, "ProviderName": "Google" });
    let described = backend
        .admin("DescribeIdentityProvider", named.clone())
        .await
        .ok();
    assert_eq!(described, made);
    let details = &described["IdentityProvider"]["ProviderDetails"];
    assert_eq!(details["client_secret"], "a-very-secret-value");
    let by = json!({ "UserPoolId": POOL, "IdpIdentifier": "gmail.com" });
    let found = backend
        .admin("GetIdentityProviderByIdentifier", by.clone())
        .await
        .ok();
    assert_eq!(found, made);
    let row = backend.state.store.identity_provider(POOL, "Google").await;
    let row = row.unwrap().unwrap();
    let text = String::from_utf8_lossy(&row.details).into_owned() + &row.settings;
    assert!(!text.contains("very-secret"), "the details are sealed");

    let mut change = named.clone();
    change["IdpIdentifiers"] = json!(["google.example"]);
    let changed = backend.admin("UpdateIdentityProvider", change).await.ok();
    assert_eq!(&changed["IdentityProvider"]["ProviderDetails"], details);
    let error = refused(&backend, "GetIdentityProviderByIdentifier", by).await;
    assert_eq!(error, "ResourceNotFoundException");

    let listed = backend
        .admin("ListIdentityProviders", json!({ "UserPoolId": POOL }))
        .await
        .ok();
    assert_eq!(listed["Providers"].as_array().unwrap().len(), 1);
    assert_eq!(listed["Providers"][0].get("ProviderDetails"), None);
    backend
        .admin("DeleteIdentityProvider", named.clone())
        .await
        .ok();
    let error = refused(&backend, "DescribeIdentityProvider", named).await;
    assert_eq!(error, "ResourceNotFoundException");
}

#[tokio::test]
async fn an_identity_provider_needs_what_its_type_needs_and_a_name_of_its_own() {
    let backend = Backend::start().await;
    backend.admin("CreateIdentityProvider", google()).await.ok();
    let again = refused(&backend, "CreateIdentityProvider", google()).await;
    assert_eq!(again, "DuplicateProviderException");
    let oidc = |name: &str, issuer: &str| {
        json!({
            "UserPoolId": POOL, "ProviderName": name, "ProviderType": "OIDC",
            "ProviderDetails": {
                "client_id": "1", "attributes_request_method": "GET", "oidc_issuer": issuer,
                "authorize_scopes": "openid",
            },
        })
    };
    let good = "https://id.example.com";
    let mut without_client = oidc("Company", good);
    without_client["ProviderDetails"]["client_id"] = json!("");
    let mut with_taken_identifier = oidc("Company", good);
    with_taken_identifier["IdpIdentifiers"] = json!(["gmail.com"]);
    let mut with_unknown_attribute = oidc("Company", good);
    with_unknown_attribute["AttributeMapping"] = json!({ "custom:nothing": "x" });
    let saml = json!({
        "UserPoolId": POOL, "ProviderName": "Saml1", "ProviderType": "SAML", "ProviderDetails": { "IDPSignout": "true" },
    });
    for wrong in [
        oidc("Facebook", good),
        oidc("COGNITO", good),
        oidc("Company", "http://id.example.com"),
        oidc("Company", "javascript:alert(1)"),
        without_client,
        with_taken_identifier,
        with_unknown_attribute,
        saml,
    ] {
        let error = refused(&backend, "CreateIdentityProvider", wrong.clone()).await;
        assert_eq!(error, "InvalidParameterException", "{wrong}");
    }
    let fine = oidc("Company", good);
    backend.admin("CreateIdentityProvider", fine).await.ok();
}
