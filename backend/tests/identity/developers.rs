//! Identities of a developer's own users, and the tokens for them.

use serde_json::{Value, json};

use crate::person::{POOL, PROVIDER, Person, get_id};
use crate::support::{Answer, Backend};

const DEVELOPER: &str = "login.example";

#[tokio::test]
async fn a_token_for_a_user_opens_the_identity_it_is_for_until_it_ends_and_no_other() {
    let backend = start().await;
    let ada = token(&backend, json!({ "Logins": { DEVELOPER: "ada" } }))
        .await
        .ok();
    let bob = token(&backend, json!({ "Logins": { DEVELOPER: "bob" } }))
        .await
        .ok();
    let with = |id: &Value, token: &Value| json!({ "IdentityId": id, "Logins": { "cognito-identity.amazonaws.com": token } });
    let own = with(&ada["IdentityId"], &ada["Token"]);
    let given = backend
        .call_identity("GetCredentialsForIdentity", own.clone())
        .await
        .ok();
    assert_eq!(given["IdentityId"], ada["IdentityId"]);
    let others = with(&bob["IdentityId"], &ada["Token"]);
    let others = backend
        .call_identity("GetCredentialsForIdentity", others)
        .await;
    assert_eq!(others.error_type(), "NotAuthorizedException");
    let person = Person::new(&backend, "ada").await;
    let not_ours = with(&ada["IdentityId"], &json!(person.id_token));
    let not_ours = backend
        .call_identity("GetCredentialsForIdentity", not_ours)
        .await;
    assert_eq!(not_ours.error_type(), "NotAuthorizedException");
    // The developer's id by itself is no proof.
    let by_name = json!({ "IdentityPoolId": POOL, "Logins": { DEVELOPER: "ada" } });
    let by_name = backend.call_identity("GetId", by_name).await;
    assert_eq!(by_name.error_type(), "NotAuthorizedException");
    backend.clock.advance(901);
    let late = backend
        .call_identity("GetCredentialsForIdentity", own)
        .await;
    assert!(
        late.error()
            .1
            .starts_with("Invalid login token. Token expired")
    );
}

#[tokio::test]
async fn a_user_gets_a_further_login_by_the_developers_word_and_nobody_elses() {
    let backend = start().await;
    let ada = Person::new(&backend, "ada").await;
    let id = get_id(&backend, ada.logins()).await;
    let linked = token(
        &backend,
        json!({ "IdentityId": id, "Logins": { DEVELOPER: "ada" } }),
    )
    .await;
    assert_eq!(linked.ok()["IdentityId"], json!(id));
    let described = json!({ "IdentityId": id });
    let described = backend
        .admin_identity("DescribeIdentity", described)
        .await
        .ok();
    assert_eq!(described["Logins"], json!([PROVIDER, DEVELOPER]));
    let bob = token(&backend, json!({ "Logins": { DEVELOPER: "bob" } }))
        .await
        .ok();
    let taken = json!({ "IdentityId": bob["IdentityId"], "Logins": { DEVELOPER: "ada" } });
    let taken = token(&backend, taken).await;
    assert_eq!(
        taken.error_type(),
        "DeveloperUserAlreadyRegisteredException"
    );
}

#[tokio::test]
async fn merging_moves_all_logins_unless_two_people_of_one_provider_would_be_one() {
    let backend = start().await;
    let (ada, bob) = (
        Person::new(&backend, "ada").await,
        Person::new(&backend, "bob").await,
    );
    let of = |person: &Person, user: &str| json!({ "Logins": { DEVELOPER: user, PROVIDER: person.id_token } });
    let first = token(&backend, of(&ada, "ada")).await.ok();
    token(&backend, of(&bob, "bob")).await.ok();
    token(&backend, json!({ "Logins": { DEVELOPER: "alias" } }))
        .await
        .ok();
    let merge = |source: &str, destination: &str| {
        let request = json!({
            "IdentityPoolId": POOL, "DeveloperProviderName": DEVELOPER,
            "SourceUserIdentifier": source, "DestinationUserIdentifier": destination,
        });
        async {
            backend
                .admin_identity("MergeDeveloperIdentities", request)
                .await
        }
    };
    assert_eq!(
        merge("bob", "ada").await.error_type(),
        "ResourceConflictException"
    );
    assert_eq!(
        merge("nobody", "ada").await.error_type(),
        "ResourceNotFoundException"
    );
    assert_eq!(
        merge("ada", "alias").await.ok()["IdentityId"],
        merge("alias", "ada").await.ok()["IdentityId"]
    );
    let moved = get_id(&backend, ada.logins()).await;
    assert_ne!(json!(moved), first["IdentityId"]);
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let backend = start().await;
    for (request, expected) in [
        (json!({ "Logins": {} }), "InvalidParameterException"),
        (
            json!({ "Logins": { "other.example": "ada" } }),
            "InvalidParameterException",
        ),
        (
            json!({ "Logins": { DEVELOPER: "a".repeat(1025) } }),
            "InvalidParameterException",
        ),
        (
            json!({ "Logins": { DEVELOPER: "ada" }, "TokenDuration": 86401 }),
            "InvalidParameterException",
        ),
        (
            json!({ "Logins": { DEVELOPER: "ada" }, "PrincipalTags": { "a": "x".repeat(256), "b": "x".repeat(256) } }),
            "InvalidParameterException",
        ),
        (
            json!({ "Logins": { DEVELOPER: "ada" }, "IdentityId": "local:00000000-0000-4000-8000-000000000009" }),
            "ResourceNotFoundException",
        ),
    ] {
        let answer = token(&backend, request.clone()).await;
        assert_eq!(answer.error_type(), expected, "{request}");
    }
    let unsigned = json!({ "IdentityPoolId": POOL, "Logins": { DEVELOPER: "ada" } });
    let unsigned = backend
        .call_identity("GetOpenIdTokenForDeveloperIdentity", unsigned)
        .await;
    assert_eq!(unsigned.error_type(), "MissingAuthenticationTokenException");
    let neither = json!({ "IdentityPoolId": POOL });
    let neither = backend
        .admin_identity("LookupDeveloperIdentity", neither)
        .await;
    assert_eq!(neither.error_type(), "InvalidParameterException");
}

async fn start() -> Backend {
    let backend = Backend::start().await;
    let update = json!({
        "IdentityPoolId": POOL, "IdentityPoolName": "Demo", "AllowUnauthenticatedIdentities": true,
        "DeveloperProviderName": DEVELOPER,
        "CognitoIdentityProviders": [{ "ProviderName": PROVIDER, "ClientId": "demowebclient" }],
    });
    backend
        .admin_identity("UpdateIdentityPool", update)
        .await
        .ok();
    backend
}

async fn token(backend: &Backend, request: Value) -> Answer {
    let mut request = request;
    request["IdentityPoolId"] = json!(POOL);
    backend
        .admin_identity("GetOpenIdTokenForDeveloperIdentity", request)
        .await
}

#[tokio::test]
async fn no_token_of_ours_is_exchanged_for_a_newer_one_or_outlives_the_login_it_was_given_for() {
    let backend = start().await;
    let classic = json!({
        "IdentityPoolId": POOL, "IdentityPoolName": "Demo", "AllowUnauthenticatedIdentities": true,
        "DeveloperProviderName": DEVELOPER, "AllowClassicFlow": true,
        "CognitoIdentityProviders": [{ "ProviderName": PROVIDER, "ClientId": "demowebclient" }],
    });
    backend
        .admin_identity("UpdateIdentityPool", classic)
        .await
        .ok();
    let with = |id: &Value, token: &Value| json!({ "IdentityId": id, "Logins": { "cognito-identity.amazonaws.com": token } });
    let ada = token(&backend, json!({ "Logins": { DEVELOPER: "ada" } }))
        .await
        .ok();
    let own = with(&ada["IdentityId"], &ada["Token"]);
    let renewed = backend.call_identity("GetOpenIdToken", own.clone()).await;
    assert_eq!(renewed.error_type(), "NotAuthorizedException");

    // A token of the classic flow is for an STS.
    let person = Person::new(&backend, "grace").await;
    let id = get_id(&backend, person.logins()).await;
    let body = json!({ "IdentityId": id, "Logins": person.logins() });
    let classic = backend.call_identity("GetOpenIdToken", body).await.ok();
    let guest = get_id(&backend, json!({})).await;
    let body = json!({ "IdentityId": guest });
    let of_guest = backend.call_identity("GetOpenIdToken", body).await.ok();
    for (id, token) in [(&id, &classic["Token"]), (&guest, &of_guest["Token"])] {
        for operation in ["GetOpenIdToken", "GetCredentialsForIdentity"] {
            let refused = backend
                .call_identity(operation, with(&json!(id), token))
                .await;
            assert_eq!(
                refused.error_type(),
                "NotAuthorizedException",
                "{operation}"
            );
        }
    }

    // An identity that has another login, too, and loses the developer's.
    let linked = json!({ "IdentityId": id, "Logins": { DEVELOPER: "linus" } });
    let linked = token(&backend, linked).await.ok();
    let own = with(&linked["IdentityId"], &linked["Token"]);
    backend
        .call_identity("GetCredentialsForIdentity", own.clone())
        .await
        .ok();
    let unlink = json!({
        "IdentityId": id, "IdentityPoolId": POOL,
        "DeveloperProviderName": DEVELOPER, "DeveloperUserIdentifier": "linus",
    });
    backend
        .admin_identity("UnlinkDeveloperIdentity", unlink)
        .await
        .ok();
    let after = backend
        .call_identity("GetCredentialsForIdentity", own)
        .await;
    assert_eq!(after.error_type(), "NotAuthorizedException");
}
