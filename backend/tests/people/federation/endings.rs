//! What came by another provider ends when its person is no longer the user's, or the provider is no longer the one that vouched.

use serde_json::{Value, json};
use url::Url;

use super::Federation;
use crate::browser::{Browser, CALLBACK, location, oauth_error, parameter, user_info};
use crate::person::{POOL, Person};

/// Signed in by the provider: the tokens that the app got.
async fn tokens(all: &mut Federation) -> Value {
    let back = all.sign_in().await;
    all.app.redeem(&all.backend, &back).await.ok()
}

async fn refreshes(all: &Federation, tokens: &Value) -> bool {
    let refreshed = all.app.refresh(&all.backend, &tokens["refresh_token"]);
    refreshed.await.status == 200
}

async fn access_counts(all: &Federation, tokens: &Value) -> bool {
    user_info(&all.backend, &tokens["access_token"])
        .await
        .status
        == 200
}

/// Whether this browser needs nothing to sign in again.
async fn has_session(all: &mut Federation) -> bool {
    parameter(&all.leave().await, "code").is_some()
}

fn person(provider: &str, value: &str) -> Value {
    json!({
        "ProviderName": provider, "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": value,
    })
}

async fn unlink(all: &Federation) {
    let body = json!({ "UserPoolId": POOL, "User": person("Acme", "ada-7") });
    all.backend
        .admin("AdminDisableProviderForUser", body)
        .await
        .ok();
}

async fn update(all: &Federation, details: &[(&str, &str)]) {
    let named = json!({ "UserPoolId": POOL, "ProviderName": "Acme" });
    let described = all.backend.admin("DescribeIdentityProvider", named.clone());
    let mut change = named.clone();
    change["ProviderDetails"] = described.await.ok()["IdentityProvider"]["ProviderDetails"].clone();
    change["ProviderDetails"]["client_secret"] = json!("s/e cret");
    for (name, value) in details {
        change["ProviderDetails"][*name] = json!(value);
    }
    let updated = all.backend.admin("UpdateIdentityProvider", change);
    updated.await.ok();
}

async fn recreate(all: &Federation) {
    let named = json!({ "UserPoolId": POOL, "ProviderName": "Acme" });
    let deleted = all.backend.admin("DeleteIdentityProvider", named);
    deleted.await.ok();
    let created = json!({
        "UserPoolId": POOL, "ProviderName": "Acme", "ProviderType": "OIDC", "ProviderDetails": {
            "client_id": "us", "client_secret": "s/e cret", "authorize_scopes": "openid email",
            "oidc_issuer": all.provider.issuer, "attributes_request_method": "GET",
        },
    });
    all.backend
        .admin("CreateIdentityProvider", created)
        .await
        .ok();
}

#[tokio::test]
async fn what_a_link_gave_ends_with_it_and_what_the_password_gave_stays() {
    let mut all = Federation::start().await;
    let local = Person::confirmed(&all.backend).await;
    let link = json!({
        "UserPoolId": POOL, "DestinationUser": person("Cognito", &local.email), "SourceUser": person("Acme", "ada-7"),
    });
    all.backend
        .admin("AdminLinkProviderForUser", link)
        .await
        .ok();
    all.provider
        .script(|script| script.claims = json!({ "email": null }));
    let by_password = local.tokens(&all.backend).await;
    let by_link = tokens(&mut all).await;
    let unused = all.leave().await;
    assert!(refreshes(&all, &by_link).await && access_counts(&all, &by_link).await);
    unlink(&all).await;
    assert!(!refreshes(&all, &by_link).await);
    assert!(!access_counts(&all, &by_link).await);
    let late = all.app.redeem(&all.backend, &unused).await;
    assert_eq!(oauth_error(&late), "invalid_grant");
    assert!(!has_session(&mut all).await);
    let body = json!({ "AccessToken": by_password["AccessToken"] });
    all.backend.call("GetUser", body).await.ok();
}

#[tokio::test]
async fn what_the_password_gave_ends_when_the_pool_itself_is_taken_away() {
    let all = Federation::start().await;
    let local = Person::confirmed(&all.backend).await;
    let tokens = local.tokens(&all.backend).await;
    let body = json!({ "UserPoolId": POOL, "User": person("Cognito", &local.email) });
    let disabled = all.backend.admin("AdminDisableProviderForUser", body);
    disabled.await.ok();
    let body = json!({ "AccessToken": tokens["AccessToken"] });
    let answer = all.backend.call("GetUser", body).await;
    assert_eq!(answer.error_type(), "NotAuthorizedException");
}

#[tokio::test]
async fn everything_by_a_provider_ends_when_it_is_replaced_and_not_when_its_secret_is() {
    let mut all = Federation::start().await;
    let before = tokens(&mut all).await;
    update(&all, &[("authorize_scopes", "openid")]).await;
    assert!(refreshes(&all, &before).await && has_session(&mut all).await);
    recreate(&all).await;
    assert!(!refreshes(&all, &before).await && !access_counts(&all, &before).await);
    assert!(!has_session(&mut all).await);

    all.browser = Browser::default();
    let again = tokens(&mut all).await;
    update(
        &all,
        &[("jwks_uri", &format!("{}/jwks", all.provider.issuer))],
    )
    .await;
    assert!(!refreshes(&all, &again).await && !access_counts(&all, &again).await);
    assert!(!has_session(&mut all).await);
}

#[tokio::test]
async fn an_answer_to_a_provider_that_was_replaced_meanwhile_signs_nobody_in() {
    let mut all = Federation::start().await;
    let there = all.leave().await;
    let back = all.provider.answer(&there);
    recreate(&all).await;
    let ended = location(&all.open(&back).await);
    assert!(ended.as_str().starts_with(CALLBACK), "{ended}");
    assert!(parameter(&ended, "code").is_none());
    let why = parameter(&ended, "error_description").unwrap();
    assert!(why.contains("replaced"), "{why}");
}

#[tokio::test]
async fn whoever_is_asked_for_consent_and_loses_the_link_gets_no_code() {
    let mut all = Federation::start().await;
    all.app = all.app.clone().with("prompt", "consent");
    let page = all.sign_in().await;
    assert_eq!(page.path(), "/consent", "{page}");
    let transaction = parameter(&page, "txn").unwrap();
    unlink(&all).await;
    let decision = json!({ "Allow": true });
    let answer = all
        .browser
        .ask(&all.backend, &transaction, "DecideConsent", decision)
        .await;
    assert_eq!(answer.error_type(), "LoginTransactionNotFoundException");
}

#[tokio::test]
async fn the_same_subject_of_another_issuer_is_not_the_same_person_until_an_administrator_says_so()
{
    let mut all = Federation::start().await;
    let first = all.sign_in().await;
    let first = all.id_claims(&first).await;
    let other = super::Provider::start(all.backend.clock.now()).await;
    update(&all, &[("oidc_issuer", &other.issuer)]).await;
    all.provider = other;
    all.browser = Browser::default();
    let back: Url = all.sign_in().await;
    assert!(parameter(&back, "code").is_none(), "{back}");
    let why = parameter(&back, "error_description").unwrap();
    assert!(why.contains("another issuer"), "{why}");

    let link = json!({
        "UserPoolId": POOL, "DestinationUser": person("Cognito", "Acme_ada-7"), "SourceUser": person("Acme", "ada-7"),
    });
    all.backend
        .admin("AdminLinkProviderForUser", link)
        .await
        .ok();
    all.browser = Browser::default();
    let back = all.sign_in().await;
    assert_eq!(all.id_claims(&back).await["sub"], first["sub"]);
}
