//! Logins of others: OpenID Connect by discovery and published keys, Google, Facebook, Amazon.

use std::sync::atomic::Ordering;

use cognate_backend::config::{Config, OidcProviderConfig};
use serde_json::{Value, json};

use crate::issuer::{Issuer, start_social, unsigned};
use crate::person::{POOL, get_id};
use crate::support::{Answer, Backend, START};

#[tokio::test]
async fn a_token_of_an_openid_connect_provider_leads_to_an_identity() {
    let issuer = Issuer::start().await;
    let (backend, name) = with_issuer(&issuer).await;
    let token = issuer.token(&claims(&issuer));
    let id = get_id(&backend, json!({ name.clone(): token })).await;
    // As a list, as the authorized party, and with a clock four minutes behind.
    for (claim, value) in [
        ("aud", json!(["other", "app"])),
        ("azp", json!("app")),
        ("exp", json!(START - 240)),
    ] {
        let mut claims = claims(&issuer);
        claims[claim] = value;
        if claim == "azp" {
            claims["aud"] = json!("somebody else");
        }
        let again = get_id(&backend, json!({ name.clone(): issuer.token(&claims) })).await;
        assert_eq!(again, id, "{claim}");
    }
    assert_eq!(issuer.reads.load(Ordering::SeqCst), 1, "keys are kept");
}

#[tokio::test]
async fn tokens_of_others_are_refused_for_every_thing_that_is_wrong_with_them() {
    let issuer = Issuer::start().await;
    let (backend, name) = with_issuer(&issuer).await;
    let with = |claim: &str, value: Value| {
        let mut claims = claims(&issuer);
        claims[claim] = value;
        issuer.token(&claims)
    };
    let without_sub = {
        let mut claims = claims(&issuer);
        claims.as_object_mut().unwrap().remove("sub");
        issuer.token(&claims)
    };
    let all = claims(&issuer);
    let unknown_key = {
        let good = issuer.token(&all);
        let (_, rest) = good.split_once('.').unwrap();
        let other = unsigned(&json!({ "alg": "RS256", "kid": "two" }), &json!({}));
        format!("{}.{rest}", other.split('.').next().unwrap())
    };
    for (token, expected) in [
        (with("aud", json!("other")), "Incorrect token audience."),
        (with("azp", json!("other")), "Incorrect token audience."),
        (
            with("iss", json!("https://evil.example")),
            "Issuer doesn't match providerName",
        ),
        (
            with("exp", json!(START - 300)),
            "Token expired: 1767322745 >= 1767323045",
        ),
        (with("exp", json!(null)), "Token expired: 0 >= 1767323045"),
        (with("iat", json!(START + 301)), "Token is not yet valid."),
        (with("nbf", json!(START + 301)), "Token is not yet valid."),
        (without_sub, "Not a valid OpenId Connect identity token."),
        (issuer.forged(&all), "Couldn't verify signed token."),
        (unknown_key, "Couldn't verify signed token."),
        (
            issuer.confused(&all),
            "Not a valid OpenId Connect identity token.",
        ),
        (
            format!("{}.", unsigned(&json!({ "alg": "none" }), &all)),
            "Not a valid OpenId Connect identity token.",
        ),
        (
            "junk".to_owned(),
            "Not a valid OpenId Connect identity token.",
        ),
    ] {
        let (error, message) = refused(&backend, json!({ name.clone(): token }))
            .await
            .error();
        assert_eq!(error, "NotAuthorizedException", "{expected}");
        assert_eq!(message, format!("Invalid login token. {expected}"));
    }
}

#[tokio::test]
async fn a_provider_that_the_configuration_does_not_know_or_that_is_away_is_nobodys_login() {
    let issuer = Issuer::start().await;
    let (backend, name) = with_issuer(&issuer).await;
    let token = issuer.token(&claims(&issuer));
    let arns = json!(["arn:aws:iam::000000000000:oidc-provider/unknown.example"]);
    update(&backend, json!({ "OpenIdConnectProviderARNs": arns })).await;
    let unknown = refused(&backend, json!({ "unknown.example": token })).await;
    assert_eq!(
        unknown.error_type(),
        "InvalidIdentityPoolConfigurationException"
    );
    let gone = refused(&backend, json!({ name: token })).await;
    assert_eq!(gone.error_type(), "NotAuthorizedException");
    let mut config = Config::demo();
    config.identity.endpoints.google = "http://127.0.0.1:9".to_owned();
    let backend = Backend::start_with(config).await;
    update(
        &backend,
        json!({ "SupportedLoginProviders": { "accounts.google.com": "app" } }),
    )
    .await;
    let claims =
        json!({ "iss": "http://127.0.0.1:9", "aud": "app", "sub": "s", "exp": START + 60 });
    let away = refused(
        &backend,
        json!({ "accounts.google.com": issuer.token(&claims) }),
    )
    .await;
    assert_eq!(away.error_type(), "ExternalServiceException");
}

#[tokio::test]
async fn google_names_itself_in_two_ways() {
    let issuer = Issuer::start().await;
    let mut config = Config::demo();
    config.identity.endpoints.google.clone_from(&issuer.address);
    let backend = Backend::start_with(config).await;
    update(
        &backend,
        json!({ "SupportedLoginProviders": { "accounts.google.com": "app" } }),
    )
    .await;
    let mut claims = claims(&issuer);
    let login = |claims: &Value| json!({ "accounts.google.com": issuer.token(claims) });
    let id = get_id(&backend, login(&claims)).await;
    claims["iss"] = json!("accounts.google.com");
    assert_eq!(get_id(&backend, login(&claims)).await, id);
    claims["iss"] = json!("appleid.apple.com");
    assert_eq!(
        refused(&backend, login(&claims)).await.error_type(),
        "NotAuthorizedException"
    );
}

#[tokio::test]
async fn apple_has_one_name_and_each_app_its_own_tokens() {
    let issuer = Issuer::start().await;
    let mut config = Config::demo();
    config.identity.endpoints.apple.clone_from(&issuer.address);
    let backend = Backend::start_with(config).await;
    let apps = json!({ "appleid.apple.com": "com.example.app" });
    update(&backend, json!({ "SupportedLoginProviders": apps })).await;
    let mut claims = claims(&issuer);
    claims["aud"] = json!("com.example.app");
    let login = |claims: &Value| json!({ "appleid.apple.com": issuer.token(claims) });
    let id = get_id(&backend, login(&claims)).await;
    assert_eq!(get_id(&backend, login(&claims)).await, id);
    for (claim, value) in [("iss", "appleid.apple.com"), ("aud", "com.example.other")] {
        let mut claims = claims.clone();
        claims[claim] = json!(value);
        let refused = refused(&backend, login(&claims)).await;
        assert_eq!(refused.error_type(), "NotAuthorizedException", "{claim}");
    }
}

#[tokio::test]
async fn facebook_and_amazon_are_asked_whose_a_token_is_and_which_app_it_is_for() {
    let address = start_social().await;
    let mut config = Config::demo();
    config.identity.endpoints.facebook.clone_from(&address);
    config.identity.endpoints.amazon = address;
    let backend = Backend::start_with(config).await;
    let providers = json!({ "graph.facebook.com": "123", "www.amazon.com": "amzn1.app" });
    update(&backend, json!({ "SupportedLoginProviders": providers })).await;
    let facebook = get_id(&backend, json!({ "graph.facebook.com": "good" })).await;
    let amazon = get_id(&backend, json!({ "www.amazon.com": "good" })).await;
    assert_ne!(facebook, amazon);
    for (provider, token, expected) in [
        (
            "graph.facebook.com",
            "of-another-app",
            "NotAuthorizedException",
        ),
        ("graph.facebook.com", "nobodys", "NotAuthorizedException"),
        (
            "graph.facebook.com",
            "line\nbreak",
            "NotAuthorizedException",
        ),
        ("www.amazon.com", "of-another-app", "NotAuthorizedException"),
        ("www.amazon.com", "old", "NotAuthorizedException"),
        ("www.amazon.com", "nobodys", "NotAuthorizedException"),
        ("www.amazon.com", "broken", "ExternalServiceException"),
    ] {
        let refused = refused(&backend, json!({ provider: token })).await;
        assert_eq!(refused.error_type(), expected, "{provider} {token}");
    }
}

#[tokio::test]
async fn one_address_has_a_provider_asked_in_vain_a_thousand_times_an_hour() {
    let mut config = Config::demo();
    config.identity.endpoints.facebook = start_social().await;
    let backend = Backend::start_with(config).await;
    let providers = json!({ "graph.facebook.com": "123", "accounts.google.com": "app" });
    update(&backend, json!({ "SupportedLoginProviders": providers })).await;
    let ask = |from: [u8; 4], provider: &str, token: &str| {
        let request = json!({ "IdentityPoolId": POOL, "Logins": { provider: token } });
        backend.call_identity_from(from.into(), "GetId", request)
    };
    let (here, elsewhere) = ([192, 0, 2, 1], [192, 0, 2, 2]);
    for n in 0..999 {
        let refused = ask(here, "graph.facebook.com", &format!("invented{n}")).await;
        assert_eq!(refused.error_type(), "NotAuthorizedException");
    }
    for _ in 0..3 {
        ask(here, "graph.facebook.com", "good").await.ok();
    }
    let refused = ask(here, "graph.facebook.com", "invented").await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    let refused = ask(here, "graph.facebook.com", "good").await;
    assert_eq!(refused.error_type(), "LimitExceededException");
    ask(elsewhere, "graph.facebook.com", "good").await.ok();
    // What is verified here is not limited by it.
    let refused = ask(here, "accounts.google.com", "a.b.c").await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    backend.clock.advance(3600);
    ask(here, "graph.facebook.com", "good").await.ok();
}

#[tokio::test]
async fn one_good_login_has_a_provider_asked_sixty_times_an_hour() {
    let mut config = Config::demo();
    config.identity.endpoints.facebook = start_social().await;
    let backend = Backend::start_with(config).await;
    let providers = json!({ "graph.facebook.com": "123" });
    update(&backend, json!({ "SupportedLoginProviders": providers })).await;
    let good = || json!({ "graph.facebook.com": "good" });
    for _ in 0..60 {
        get_id(&backend, good()).await;
    }
    let refused = refused(&backend, good()).await;
    assert_eq!(refused.error_type(), "LimitExceededException");
    backend.clock.advance(3600);
    get_id(&backend, good()).await;
}

#[tokio::test]
async fn several_logins_at_once_are_linked_and_two_people_of_one_provider_are_not() {
    let issuer = Issuer::start().await;
    let (backend, name) = with_issuer(&issuer).await;
    let social = json!({ "accounts.google.com": "app" });
    let arn = json!([arn(&name)]);
    let both = json!({ "SupportedLoginProviders": social, "OpenIdConnectProviderARNs": arn });
    update(&backend, both).await;
    let google = issuer.token(&claims(&issuer));
    let logins =
        json!({ "accounts.google.com": google, name.clone(): issuer.token(&claims(&issuer)) });
    let id = get_id(&backend, logins).await;
    assert_eq!(
        get_id(&backend, json!({ "accounts.google.com": google })).await,
        id
    );
    let mut other = claims(&issuer);
    other["sub"] = json!("another person");
    let second = json!({ "accounts.google.com": google, name: issuer.token(&other) });
    let request = json!({ "IdentityId": id, "Logins": second });
    let conflict = backend
        .call_identity("GetCredentialsForIdentity", request)
        .await;
    assert_eq!(conflict.error_type(), "ResourceConflictException");
}

fn claims(issuer: &Issuer) -> Value {
    json!({ "iss": issuer.address, "aud": "app", "sub": "person", "iat": START, "exp": START + 60 })
}

fn arn(name: &str) -> String {
    format!("arn:aws:iam::000000000000:oidc-provider/{name}")
}

/// A backend whose demo identity pool takes tokens of this issuer, and the name that logins of it have.
async fn with_issuer(issuer: &Issuer) -> (Backend, String) {
    let name = issuer.address.trim_start_matches("http://").to_owned();
    let mut config = Config::demo();
    config.identity.oidc = vec![OidcProviderConfig {
        arn: arn(&name),
        client_ids: vec!["app".to_owned()],
        issuer: Some(issuer.address.clone()),
    }];
    config.identity.endpoints.google.clone_from(&issuer.address);
    let backend = Backend::start_with(config).await;
    update(
        &backend,
        json!({ "OpenIdConnectProviderARNs": [arn(&name)] }),
    )
    .await;
    (backend, name)
}

pub(crate) async fn update(backend: &Backend, settings: Value) {
    let mut request = settings;
    request["IdentityPoolId"] = json!(POOL);
    request["IdentityPoolName"] = json!("Demo");
    request["AllowUnauthenticatedIdentities"] = json!(false);
    backend
        .admin_identity("UpdateIdentityPool", request)
        .await
        .ok();
}

pub(crate) async fn refused(backend: &Backend, logins: Value) -> Answer {
    let request = json!({ "IdentityPoolId": POOL, "Logins": logins });
    backend.call_identity("GetId", request).await
}
