//! ID tokens of our own user pools: what is taken, and everything that is not.

use cognate_backend::keys::TokenUse;
use serde_json::{Map, Value, json};

use crate::issuer::unsigned;
use crate::person::{POOL, PROVIDER, Person, get_id};
use crate::support::{Answer, Backend, START};

const NOT_A_TOKEN: &str = "Invalid login token. Not a valid OpenId Connect identity token.";

#[tokio::test]
async fn what_is_no_id_token_of_the_pool_is_refused_whatever_it_is() {
    let backend = Backend::start().await;
    let ada = Person::new(&backend, "ada").await;
    let claims = claims_of(&ada.id_token);
    let signature = ada.id_token.rsplit('.').next().unwrap();
    let header = json!({ "alg": "none" });
    for token in [
        ada.access_token.clone(),
        "junk".to_owned(),
        "a.b.c".to_owned(),
        format!("{}.", unsigned(&header, &claims)),
        format!(
            "{}.{signature}",
            unsigned(&json!({ "alg": "HS256" }), &claims)
        ),
        // Somebody else's name over a good signature.
        {
            let mut other = claims.clone();
            other["sub"] = json!("somebody else");
            let (good_header, _) = ada.id_token.split_once('.').unwrap();
            let forged = unsigned(&header, &other);
            let (_, payload) = forged.split_once('.').unwrap();
            format!("{good_header}.{payload}.{signature}")
        },
        format!("{}x", ada.id_token),
    ] {
        let (name, message) = refused(&backend, json!({ PROVIDER: token })).await.error();
        assert_eq!(
            (name.as_str(), message.as_str()),
            ("NotAuthorizedException", NOT_A_TOKEN),
            "{token}"
        );
    }
}

#[tokio::test]
async fn claims_that_the_pool_signed_must_fit_too() {
    let backend = Backend::start().await;
    let ada = Person::new(&backend, "ada").await;
    for (claim, value, expected) in [
        (
            "aud",
            json!("another-client"),
            "Invalid login token. Incorrect token audience.",
        ),
        (
            "aud",
            json!(["demowebclient"]),
            "Invalid login token. Incorrect token audience.",
        ),
        (
            "iss",
            json!("http://localhost:4100/local_other"),
            "Invalid login token. Issuer doesn't match providerName",
        ),
        ("token_use", json!("access"), NOT_A_TOKEN),
        (
            "exp",
            json!(START),
            "Invalid login token. Token expired: 1767323045 >= 1767323045",
        ),
        (
            "exp",
            json!("never"),
            "Invalid login token. Token expired: 0 >= 1767323045",
        ),
    ] {
        let mut claims = claims_of(&ada.id_token);
        claims[claim] = value;
        let token = backend
            .state
            .keys
            .sign("local_demo", TokenUse::Id, &claims)
            .await
            .unwrap();
        let (name, message) = refused(&backend, json!({ PROVIDER: token })).await.error();
        assert_eq!(
            (name.as_str(), message.as_str()),
            ("NotAuthorizedException", expected),
            "{claim}"
        );
    }
}

#[tokio::test]
async fn a_token_ends_with_its_hour() {
    let backend = Backend::start().await;
    let ada = Person::new(&backend, "ada").await;
    let id = get_id(&backend, ada.logins()).await;
    backend.clock.advance(3601);
    let request = json!({ "IdentityId": id, "Logins": ada.logins() });
    let late = backend
        .call_identity("GetCredentialsForIdentity", request)
        .await;
    let (_, message) = late.error();
    assert!(
        message.starts_with("Invalid login token. Token expired: "),
        "{message}"
    );
}

#[tokio::test]
async fn providers_that_the_pool_does_not_have_are_refused_and_so_are_too_many_and_too_long_logins()
{
    let backend = Backend::start().await;
    let ada = Person::new(&backend, "ada").await;
    let unsupported = "Token is not from a supported provider of this identity pool.";
    for name in [
        "accounts.google.com",
        "cognito-idp.local.amazonaws.com/local_other",
        "evil.example/local_demo",
    ] {
        let (_, message) = refused(&backend, json!({ name: ada.id_token }))
            .await
            .error();
        assert_eq!(message, unsupported, "{name}");
    }
    // One of several that is not good spoils all.
    let mut both = ada.logins();
    both["graph.facebook.com"] = json!("x");
    assert_eq!(refused(&backend, both).await.error().1, unsupported);
    let twice = json!({ PROVIDER: ada.id_token, "localhost:4100/local_demo": ada.id_token });
    assert_eq!(
        refused(&backend, twice).await.error_type(),
        "InvalidParameterException"
    );
    let eleven: Map<String, Value> = (0..11).map(|n| (format!("p{n}"), json!("x"))).collect();
    assert_eq!(
        refused(&backend, json!(eleven)).await.error_type(),
        "InvalidParameterException"
    );
    let long = json!({ PROVIDER: "x".repeat(50_001) });
    assert_eq!(
        refused(&backend, long).await.error_type(),
        "InvalidParameterException"
    );
    let unknown = json!({ "IdentityPoolId": "local:00000000-0000-4000-8000-000000000009" });
    let unknown = backend.call_identity("GetId", unknown).await;
    assert_eq!(unknown.error_type(), "ResourceNotFoundException");
}

#[tokio::test]
async fn with_the_check_a_sign_in_that_ended_is_no_login() {
    let backend = Backend::start().await;
    let ended = "Invalid login token. The user was signed out, disabled or deleted.";
    let ada = Person::new(&backend, "ada").await;
    let user = json!({ "UserPoolId": "local_demo", "Username": ada.email });
    get_id(&backend, ada.logins()).await;
    backend
        .admin("AdminUserGlobalSignOut", user.clone())
        .await
        .ok();
    assert_eq!(refused(&backend, ada.logins()).await.error().1, ended);
    let again = Person::again(&backend, &ada.email).await;
    get_id(&backend, again.logins()).await;
    backend.admin("AdminDisableUser", user.clone()).await.ok();
    assert_eq!(refused(&backend, again.logins()).await.error().1, ended);
    backend.admin("AdminEnableUser", user.clone()).await.ok();
    let once_more = Person::again(&backend, &ada.email).await;
    get_id(&backend, once_more.logins()).await;
    backend.admin("AdminDeleteUser", user).await.ok();
    assert_eq!(refused(&backend, once_more.logins()).await.error().1, ended);
}

#[tokio::test]
async fn without_the_check_a_token_is_good_until_it_expires() {
    let backend = Backend::start().await;
    let update = json!({
        "IdentityPoolId": POOL, "IdentityPoolName": "Demo", "AllowUnauthenticatedIdentities": false,
        "CognitoIdentityProviders": [{ "ProviderName": PROVIDER, "ClientId": "demowebclient" }],
    });
    backend
        .admin_identity("UpdateIdentityPool", update)
        .await
        .ok();
    let ada = Person::new(&backend, "ada").await;
    let id = get_id(&backend, ada.logins()).await;
    let user = json!({ "UserPoolId": "local_demo", "Username": ada.email });
    backend.admin("AdminUserGlobalSignOut", user).await.ok();
    assert_eq!(get_id(&backend, ada.logins()).await, id);
}

fn claims_of(token: &str) -> Value {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

async fn refused(backend: &Backend, logins: Value) -> Answer {
    let request = json!({ "IdentityPoolId": POOL, "Logins": logins });
    backend.call_identity("GetId", request).await
}
