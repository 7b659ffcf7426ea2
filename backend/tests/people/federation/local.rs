//! Where people of providers and the pool's own meet: names, passwords, clients that have no users of the pool, files.

use std::io::Cursor;

use cognate_backend::import::run::{End, Form, go_through};
use cognate_backend::pools::find_pool;
use serde_json::{Value, json};

use super::Federation;
use crate::browser::{App, CALLBACK, location, parameter};
use crate::person::{PASSWORD, POOL, Person, new_client, new_pool};
use crate::support::{Answer, Backend};

/// A pool where people choose their names, with this provider; and a client of it.
async fn with_names(backend: &Backend, provider: &str) -> (String, String) {
    let settings = json!({ "UsernameConfiguration": { "CaseSensitive": false } });
    let pool = new_pool(backend, settings).await;
    let created = json!({
        "UserPoolId": pool, "ProviderName": provider, "ProviderType": "OIDC",
        "ProviderDetails": {
            "client_id": "us", "client_secret": "s", "authorize_scopes": "openid",
            "oidc_issuer": "https://acme.example", "attributes_request_method": "GET",
        },
    });
    backend.admin("CreateIdentityProvider", created).await.ok();
    let client = new_client(backend, &pool, json!({})).await;
    (pool, client)
}

async fn sign_up(backend: &Backend, client: &str, name: &str) -> Answer {
    let body = json!({ "ClientId": client, "Username": name, "Password": PASSWORD });
    backend.call("SignUp", body).await
}

#[tokio::test]
async fn nobody_takes_the_name_that_a_person_of_a_provider_is_to_have() {
    let backend = Backend::start().await;
    let (pool, client) = with_names(&backend, "Acme").await;
    for name in [
        "Acme_ada-7",
        "acme_ada-7",
        "Acme_",
        "Google_1",
        "SignInWithApple_x",
    ] {
        let refused = sign_up(&backend, &client, name).await;
        assert_eq!(refused.error_type(), "InvalidParameterException", "{name}");
        let create = json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS" });
        let refused = backend.admin("AdminCreateUser", create).await;
        assert_eq!(refused.error_type(), "InvalidParameterException", "{name}");
    }
    for name in ["Acme", "Acmes_ada", "my_Acme_x", "Ac_me"] {
        sign_up(&backend, &client, name).await.ok();
    }
    let other = new_client(&backend, &new_pool(&backend, json!({})).await, json!({})).await;
    sign_up(&backend, &other, "Acme_ada-7").await.ok();
}

/// What becomes of a user of this name with these links in a file for the pool: why they are refused.
async fn imported(
    backend: &Backend,
    pool: &str,
    name: &str,
    links: Option<Value>,
) -> Option<String> {
    let mut attributes = json!({});
    if let Some(links) = links {
        attributes["identities"] = json!(links.to_string());
    }
    let lines = [
        json!({ "format": "cognate-users-1", "pool": pool, "hasSecrets": false, "groups": [] }),
        json!({
            "username": name, "sub": uuid::Uuid::new_v4().to_string(), "status": "EXTERNAL_PROVIDER",
            "enabled": true, "hasPassword": false, "createdAt": 1, "updatedAt": 1, "attributes": attributes,
        }),
    ];
    let file = lines.map(|line| line.to_string()).join("\n");
    let found = find_pool(&backend.state, pool).await.unwrap();
    let mut reasons = Vec::new();
    let file = Cursor::new(file.into_bytes());
    let seen = |_, rows: &[cognate_backend::store::RefusalRow]| {
        reasons.extend(rows.iter().map(|row| row.reason.clone()));
    };
    let end = go_through(&backend.state, &found, Form::JsonLines, file, None, 0, seen).await;
    assert!(matches!(end, Ok(End::Through(_))), "{end:?}");
    reasons.pop()
}

#[tokio::test]
async fn links_out_of_a_file_are_of_providers_that_there_are_and_make_the_name() {
    let backend = Backend::start().await;
    let (pool, _) = with_names(&backend, "Acme").await;
    let link = |provider: &str, id: &str| {
        json!({
            "userId": id, "providerName": provider, "providerType": "OIDC", "primary": true, "dateCreated": 1,
        })
    };
    for (name, links, why) in [
        ("Acme_1", None, "provider's name"),
        (
            "Acme_1",
            Some(json!([link("Acme", "2")])),
            "provider's name",
        ),
        (
            "ada",
            Some(json!([link("Other", "2")])),
            "no provider of the pool",
        ),
        ("ada", Some(json!([link("Acme", "")])), "another form"),
        (
            "ada",
            Some(json!([link("Acme", "3"), link("Acme", "3")])),
            "another form",
        ),
        ("ada", Some(json!({ "userId": "3" })), "another form"),
        (
            "ada",
            Some((0..6).map(|n| link("Acme", &n.to_string())).collect()),
            "another form",
        ),
    ] {
        let refused = imported(&backend, &pool, name, links.clone()).await;
        assert!(
            refused.as_ref().is_some_and(|reason| reason.contains(why)),
            "{name} {links:?}: {refused:?}"
        );
    }
    for (name, links) in [
        ("Acme_1", Some(json!([link("Acme", "1")]))),
        ("ada", Some(json!([link("Acme", "2")]))),
        ("bob", None),
    ] {
        assert_eq!(imported(&backend, &pool, name, links).await, None, "{name}");
    }
}

#[tokio::test]
async fn users_of_a_provider_have_a_password_only_if_an_administrator_gives_them_one() {
    let mut all = Federation::start().await;
    let client = json!({
        "UserPoolId": POOL, "ClientName": "all", "SupportedIdentityProviders": ["COGNITO", "Acme"],
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "aws.cognito.signin.user.admin"],
        "AllowedOAuthFlowsUserPoolClient": true, "CallbackURLs": [CALLBACK],
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
    });
    let client = all.backend.admin("CreateUserPoolClient", client).await.ok();
    all.app = App::of(client["UserPoolClient"]["ClientId"].as_str().unwrap())
        .with("scope", "openid aws.cognito.signin.user.admin");
    let back = all.sign_in().await;
    let tokens = all.app.redeem(&all.backend, &back).await.ok();
    let named = |more: Value| {
        let mut body = json!({ "UserPoolId": POOL, "Username": "Acme_ada-7" });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let change = |previous: &str| {
        json!({
            "AccessToken": tokens["access_token"], "PreviousPassword": previous,
            "ProposedPassword": "Another-Horse8!",
        })
    };
    let refused = all.backend.call("ChangePassword", change("x")).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    let reset = all
        .backend
        .admin("AdminResetUserPassword", named(json!({})));
    assert_eq!(reset.await.error_type(), "NotAuthorizedException");
    let temporary = named(json!({ "Password": PASSWORD, "Permanent": false }));
    let temporary = all.backend.admin("AdminSetUserPassword", temporary).await;
    assert_eq!(temporary.error_type(), "InvalidParameterException");
    let person = Person {
        email: "Acme_ada-7".to_owned(),
        password: PASSWORD.to_owned(),
        client: all.app.client.clone(),
    };
    let before = person.password_sign_in(&all.backend, PASSWORD).await;
    assert_eq!(before.error_type(), "NotAuthorizedException");

    let set = named(json!({ "Password": PASSWORD, "Permanent": true }));
    all.backend.admin("AdminSetUserPassword", set).await.ok();
    assert_eq!(all.user("Acme_ada-7").await["UserStatus"], "CONFIRMED");
    person.password_sign_in(&all.backend, PASSWORD).await.ok();
    all.backend
        .call("ChangePassword", change(PASSWORD))
        .await
        .ok();
    all.browser = crate::browser::Browser::default();
    let again = all.sign_in().await;
    assert!(
        parameter(&again, "code").is_some(),
        "with the provider, too: {again}"
    );
}

#[tokio::test]
async fn a_client_without_users_of_the_pool_signs_nobody_up_or_in_with_it() {
    let providers = json!({ "UserPoolId": POOL, "ProviderName": "Two", "ProviderType": "OIDC",
        "ProviderDetails": {
            "client_id": "us", "client_secret": "s", "authorize_scopes": "openid",
            "oidc_issuer": "https://two.example", "attributes_request_method": "GET",
        } });
    let backend = Backend::start().await;
    backend
        .admin("CreateIdentityProvider", providers)
        .await
        .ok();
    let mut all = Federation::start_on(backend, json!({}), json!(["Acme", "Two"])).await;
    let person = Person::stranger();
    let transaction = all.browser.begin(&all.backend, &all.app).await;
    let body = json!({
        "Username": person.email, "Password": PASSWORD, "ConfirmationCode": "123456",
        "AuthFlow": "USER_PASSWORD_AUTH", "ChallengeName": "SMS_MFA",
        "AuthParameters": { "USERNAME": person.email, "PASSWORD": PASSWORD },
    });
    for operation in [
        "SignUp",
        "ForgotPassword",
        "InitiateAuth",
        "RespondToAuthChallenge",
    ] {
        let asked = all
            .browser
            .ask(&all.backend, &transaction, operation, body.clone());
        let (error, message) = asked.await.error();
        assert_eq!(error, "NotAuthorizedException", "{operation}");
        assert!(
            message.contains("with the pool itself"),
            "{operation}: {message}"
        );
    }
    let chosen = json!({ "Provider": "Acme" });
    all.browser
        .ask(&all.backend, &transaction, "ContinueWithProvider", chosen)
        .await
        .ok();
}

#[tokio::test]
async fn a_page_leads_one_address_to_providers_a_thousand_times_an_hour() {
    let mut all = Federation::start().await;
    let transaction = all.browser.begin(&all.backend, &all.app).await;
    let mut last = String::new();
    for _ in 0..1000 {
        let chosen = json!({ "Provider": "Acme" });
        let answer = all
            .browser
            .ask(&all.backend, &transaction, "ContinueWithProvider", chosen)
            .await
            .ok();
        last = answer["Location"].as_str().unwrap().to_owned();
    }
    let chosen = json!({ "Provider": "Acme" });
    let refused = all
        .browser
        .ask(&all.backend, &transaction, "ContinueWithProvider", chosen)
        .await;
    assert_eq!(refused.error_type(), "LimitExceededException");
    // Who is on the way still comes back, and an hour later all goes on.
    let back = all.provider.answer(&url::Url::parse(&last).unwrap());
    let back = location(&all.open(&back).await);
    assert!(parameter(&back, "code").is_some(), "{back}");
}
