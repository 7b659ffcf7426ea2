//! The four providers that have names of their own, played by the protocols they speak.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use url::Url;

use super::Federation;
use crate::browser::{App, Browser, CALLBACK, location, parameter, post_form};
use crate::person::{POOL, claims};

/// The demo pool with one of the four as well, at the test's provider; and an app that has no other.
async fn with(kind: &str, details: Value, mapping: Value) -> Federation {
    let mut all = Federation::start().await;
    let created = json!({
        "UserPoolId": POOL, "ProviderName": kind, "ProviderType": kind,
        "ProviderDetails": details_at(&all.provider.issuer, details), "AttributeMapping": mapping,
    });
    all.backend
        .admin("CreateIdentityProvider", created)
        .await
        .ok();
    let client = json!({
        "UserPoolId": POOL, "ClientName": kind, "SupportedIdentityProviders": [kind],
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email", "profile"],
        "AllowedOAuthFlowsUserPoolClient": true, "CallbackURLs": [CALLBACK],
    });
    let client = all.backend.admin("CreateUserPoolClient", client).await.ok();
    all.app = App::of(client["UserPoolClient"]["ClientId"].as_str().unwrap());
    all
}

fn details_at(issuer: &str, mut details: Value) -> Value {
    // At the beginning only: a random key may have these letters, too.
    for value in details.as_object_mut().unwrap().values_mut() {
        if let Some(path) = value.as_str().unwrap().strip_prefix("OP") {
            *value = json!(format!("{issuer}{path}"));
        }
    }
    details
}

async fn away(all: &mut Federation) -> Url {
    let begin = all.app.authorize();
    location(&all.open(&begin).await)
}

#[tokio::test]
async fn facebook_says_who_it_is_in_its_graph_with_a_proof_of_the_app() {
    let details = json!({
        "client_id": "us", "client_secret": "fb", "authorize_scopes": "public_profile,email",
        "authorize_url": "OP/dialog", "token_url": "OP/token", "attributes_url": "OP/me",
    });
    let mapping = json!({ "email": "email", "picture": "picture" });
    let mut all = with("Facebook", details, mapping).await;
    all.provider.script(|script| {
        script.profile = json!({ "sub": null, "id": "10", "email": "fay@fb.example" });
    });
    let there = away(&mut all).await;
    assert_eq!(
        parameter(&there, "scope").as_deref(),
        Some("public_profile email")
    );
    assert_eq!(parameter(&there, "nonce"), None);
    let state = parameter(&there, "state").unwrap();
    let back = format!("/oauth2/idpresponse?code=c&state={state}");
    let back = location(&all.open(&back).await);
    let id = all.id_claims(&back).await;
    assert_eq!(id["cognito:username"], "Facebook_10");
    assert_eq!(id["identities"][0]["issuer"], Value::Null);
    let query = all.provider.script(|script| script.me_query.clone());
    assert!(
        query.contains("fields=id%2Cname%2Cemail%2Cpicture"),
        "{query}"
    );
    use aws_lc_rs::hmac;
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"fb");
    let proof = cognate_backend::outgoing::hex(hmac::sign(&key, b"at-1").as_ref());
    assert!(
        query.ends_with(&format!("appsecret_proof={proof}")),
        "{query}"
    );
}

#[tokio::test]
async fn amazon_says_who_it_is_in_its_profile() {
    let details = json!({
        "client_id": "us", "client_secret": "az", "authorize_scopes": "profile postal_code",
        "authorize_url": "OP/ap/oa", "token_url": "OP/token", "attributes_url": "OP/me",
    });
    let mut all = with("LoginWithAmazon", details, json!({ "name": "name" })).await;
    all.provider.script(|script| {
        script.profile = json!({ "sub": null, "user_id": "amzn1.account.K2" });
    });
    let there = away(&mut all).await;
    let state = parameter(&there, "state").unwrap();
    let back = format!("/oauth2/idpresponse?code=c&state={state}");
    let back = location(&all.open(&back).await);
    let id = all.id_claims(&back).await;
    assert_eq!(id["cognito:username"], "LoginWithAmazon_amzn1.account.K2");

    // It does not say when anybody proved it: an app that asks for that is told so.
    all.browser = Browser::default();
    all.app = all.app.clone().with("max_age", "300");
    let there = away(&mut all).await;
    let state = parameter(&there, "state").unwrap();
    let back = format!("/oauth2/idpresponse?code=c&state={state}");
    let back = location(&all.open(&back).await);
    assert_eq!(parameter(&back, "code"), None, "{back}");
    let why = parameter(&back, "error_description").unwrap();
    assert!(why.contains("no proof as new"), "{why}");
}

#[tokio::test]
async fn google_is_openid_connect_at_its_own_address() {
    let details = json!({
        "client_id": "us", "client_secret": "g", "authorize_scopes": "openid email", "oidc_issuer": "OP",
    });
    let mut all = with("Google", details, json!({ "email": "email" })).await;
    all.provider
        .script(|script| script.claims = json!({ "iss": "accounts.google.com" }));
    let there = away(&mut all).await;
    let back = all.provider.answer(&there);
    let back = location(&all.open(&back).await);
    assert_eq!(
        all.id_claims(&back).await["cognito:username"],
        "Google_ada-7"
    );
}

#[tokio::test]
async fn apple_posts_a_form_and_gets_a_secret_made_from_the_key() {
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let key = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
        Base64::encode_string(key.as_ref())
    );
    let details = json!({
        "client_id": "us", "team_id": "T1", "key_id": "K1", "private_key": pem,
        "authorize_scopes": "email name", "oidc_issuer": "OP",
    });
    let mapping = json!({ "email": "email", "given_name": "firstName", "name": "name" });
    let mut all = with("SignInWithApple", details, mapping).await;
    let there = away(&mut all).await;
    assert_eq!(
        parameter(&there, "response_mode").as_deref(),
        Some("form_post")
    );
    all.provider.answer(&there);
    let form = [
        ("code", "c".to_owned()),
        ("state", parameter(&there, "state").unwrap()),
        ("iss", all.provider.issuer.clone()),
        (
            "user",
            r#"{"name":{"firstName":"Ada","lastName":"L"},"email":"x@evil.example"}"#.to_owned(),
        ),
    ];
    let handle = location(&post_form(&all.backend, "/oauth2/idpresponse", &form).await);
    let path = format!("{}?{}", handle.path(), handle.query().unwrap());
    let back = location(&all.open(&path).await);
    let app = all.app.clone();
    let tokens = app.redeem(&all.backend, &back).await.ok();
    let id = claims(&tokens["id_token"]);
    assert_eq!(id["cognito:username"], "SignInWithApple_ada-7");
    assert_eq!(
        id["email"], "ada@acme.example",
        "the ID token's, not the form's"
    );
    let user = all.user("SignInWithApple_ada-7").await.to_string();
    assert!(user.contains("Ada L"), "{user}");
    // Again with another name, which only the browser says: it is display for who is new, and changes nobody.
    all.browser = Browser::default();
    let there = away(&mut all).await;
    all.provider.answer(&there);
    let mut form = form;
    form[1].1 = parameter(&there, "state").unwrap();
    form[3].1 = r#"{"name":{"firstName":"Mallory","lastName":"M"}}"#.to_owned();
    let handle = location(&post_form(&all.backend, "/oauth2/idpresponse", &form).await);
    let path = format!("{}?{}", handle.path(), handle.query().unwrap());
    let back = location(&all.open(&path).await);
    assert!(parameter(&back, "code").is_some(), "{back}");
    assert_eq!(all.user("SignInWithApple_ada-7").await.to_string(), user);
    let redeemed = all.provider.script(|script| script.redeemed[0].clone());
    let secret = claims(&redeemed["client_secret"]);
    assert_eq!(
        (&secret["iss"], &secret["sub"]),
        (&json!("T1"), &json!("us"))
    );
    assert_eq!(secret["aud"], json!(all.provider.issuer));
}
