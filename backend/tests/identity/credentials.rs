//! Credentials that are signed here, and the roles that they are of.

use cognate_backend::identity::credentials::local;
use serde_json::{Value, json};

use crate::person::{POOL, PROVIDER, Person, get_id};
use crate::support::{Answer, Backend, START};

#[tokio::test]
async fn somebody_signed_in_and_a_guest_get_credentials_of_their_roles_for_an_hour() {
    let backend = Backend::start().await;
    let ada = Person::new(&backend, "ada").await;
    for (logins, role) in [(ada.logins(), "demo-signed-in"), (json!({}), "demo-guest")] {
        let id = get_id(&backend, logins.clone()).await;
        let answer = credentials(&backend, &id, logins, None).await.ok();
        let given = &answer["Credentials"];
        assert_eq!(given["Expiration"], json!(START + 3600));
        let token = given["SessionToken"].as_str().unwrap();
        let (session, secret) = local::read(&backend.state.sealer, token, START).unwrap();
        assert_eq!(
            session.role,
            format!("arn:aws:iam::000000000000:role/{role}")
        );
        assert_eq!((session.sub, session.aud), (id, POOL.to_owned()));
        assert_eq!(given["SecretKey"], json!(*secret));
        assert_eq!(given["AccessKeyId"].as_str().unwrap().len(), 20);
    }
}

#[tokio::test]
async fn a_pool_without_guests_or_without_roles_gives_none() {
    let backend = Backend::start().await;
    let guest = get_id(&backend, json!({})).await;
    roles(&backend, json!({ "Roles": {} })).await;
    let refused = credentials(&backend, &guest, json!({}), None).await;
    assert_eq!(
        refused.error_type(),
        "InvalidIdentityPoolConfigurationException"
    );
    let update = json!({
        "IdentityPoolId": POOL, "IdentityPoolName": "Demo", "AllowUnauthenticatedIdentities": false,
    });
    backend
        .admin_identity("UpdateIdentityPool", update)
        .await
        .ok();
    let expected = (
        "NotAuthorizedException".to_owned(),
        "Unauthenticated access is not supported for this identity pool.".to_owned(),
    );
    assert_eq!(
        credentials(&backend, &guest, json!({}), None).await.error(),
        expected
    );
    let get_id = backend
        .call_identity("GetId", json!({ "IdentityPoolId": POOL }))
        .await;
    assert_eq!(get_id.error(), expected);
}

#[tokio::test]
async fn groups_and_rules_decide_about_the_role() {
    let backend = Backend::start().await;
    let role = |name: &str| format!("arn:aws:iam::000000000000:role/{name}");
    let group = json!({
        "UserPoolId": "local_demo", "GroupName": "editors", "RoleArn": role("editor"),
    });
    backend.admin("CreateGroup", group).await.ok();
    let ada = Person::new(&backend, "ada").await;
    let add = json!({ "UserPoolId": "local_demo", "GroupName": "editors", "Username": ada.email });
    backend.admin("AdminAddUserToGroup", add).await.ok();
    let ada = Person::again(&backend, &ada.email).await;
    let id = get_id(&backend, ada.logins()).await;
    let mapped = |mapping: Value| {
        json!({
            "Roles": { "authenticated": role("default") },
            "RoleMappings": { format!("{PROVIDER}:demowebclient"): mapping },
        })
    };
    roles(
        &backend,
        mapped(json!({ "Type": "Token", "AmbiguousRoleResolution": "Deny" })),
    )
    .await;
    assert_eq!(
        role_of(&backend, &id, ada.logins(), None).await,
        role("editor")
    );
    let asked = role_of(&backend, &id, ada.logins(), Some(&role("editor"))).await;
    assert_eq!(asked, role("editor"));
    let other = credentials(&backend, &id, ada.logins(), Some(&role("default"))).await;
    assert_eq!(other.error_type(), "NotAuthorizedException");
    let rule = json!({
        "Claim": "email", "MatchType": "StartsWith", "Value": "ada@", "RoleARN": role("ada"),
    });
    let rules = json!({
        "Type": "Rules", "AmbiguousRoleResolution": "AuthenticatedRole",
        "RulesConfiguration": { "Rules": [rule] },
    });
    roles(&backend, mapped(rules)).await;
    assert_eq!(
        role_of(&backend, &id, ada.logins(), None).await,
        role("ada")
    );
    let bob = Person::new(&backend, "bob").await;
    let bobs = get_id(&backend, bob.logins()).await;
    assert_eq!(
        role_of(&backend, &bobs, bob.logins(), None).await,
        role("default")
    );
}

async fn roles(backend: &Backend, roles: Value) {
    let mut request = roles;
    request["IdentityPoolId"] = json!(POOL);
    backend
        .admin_identity("SetIdentityPoolRoles", request)
        .await
        .ok();
}

async fn role_of(backend: &Backend, id: &str, logins: Value, custom: Option<&str>) -> String {
    let answer = credentials(backend, id, logins, custom).await.ok();
    let token = answer["Credentials"]["SessionToken"].as_str().unwrap();
    local::read(&backend.state.sealer, token, START)
        .unwrap()
        .0
        .role
}

async fn credentials(backend: &Backend, id: &str, logins: Value, custom: Option<&str>) -> Answer {
    let request = json!({ "IdentityId": id, "Logins": logins, "CustomRoleArn": custom });
    backend
        .call_identity("GetCredentialsForIdentity", request)
        .await
}
