//! Who is signed in, and what becomes of them.

use serde_json::json;

use super::Federation;
use crate::browser::{Browser, location, parameter};
use crate::person::{POOL, Person};

#[tokio::test]
async fn a_person_of_a_provider_becomes_a_user_and_the_app_gets_tokens() {
    let mut all = Federation::start().await;
    let there = all.leave().await;
    let said = |name| parameter(&there, name);
    assert_eq!(said("response_type").as_deref(), Some("code"));
    assert_eq!(said("client_id").as_deref(), Some("us"));
    assert_eq!(said("scope").as_deref(), Some("openid email"));
    assert_eq!(
        said("redirect_uri").as_deref(),
        Some("http://localhost:4100/oauth2/idpresponse")
    );
    assert_eq!(said("code_challenge_method").as_deref(), Some("S256"));
    for of_the_app in ["state", "nonce", "code_challenge"] {
        assert_ne!(
            said(of_the_app).as_ref(),
            all.app.parameters.get(of_the_app),
            "{of_the_app} stays here"
        );
    }
    let back = all.provider.answer(&there);
    let back = location(&all.open(&back).await);
    assert!(back.as_str().starts_with("http://localhost:4200/?code="));
    assert_eq!(
        parameter(&back, "state").as_ref(),
        all.app.parameters.get("state")
    );
    let (redeemed, told) = all
        .provider
        .script(|s| (s.redeemed.clone(), s.told.clone()));
    assert_eq!(redeemed.len(), 1);
    assert_eq!(redeemed[0]["client_secret"], "s/e cret");
    assert_eq!(redeemed[0]["code"], "the-code");
    assert_eq!(
        crate::browser::challenge(redeemed[0]["code_verifier"].as_str().unwrap()),
        said("code_challenge").unwrap()
    );
    assert_eq!(told, ["GET"]);

    let id = all.id_claims(&back).await;
    assert_eq!(id["cognito:username"], "Acme_ada-7");
    assert_eq!(id["email"], "ada@acme.example");
    assert_eq!(id["email_verified"], false, "nothing was mapped to it");
    assert_eq!(id["nonce"], "n-0S6", "the app's own");
    assert_eq!(id["cognito:groups"], json!([format!("{POOL}_Acme")]));
    let identity = &id["identities"][0];
    assert_eq!(identity["userId"], "ada-7");
    assert_eq!(identity["providerName"], "Acme");
    assert_eq!(identity["providerType"], "OIDC");
    assert_eq!(identity["primary"], "true");
    assert_eq!(identity["issuer"], json!(all.provider.issuer));
    assert_eq!(
        all.user("Acme_ada-7").await["UserStatus"],
        "EXTERNAL_PROVIDER"
    );
}

#[tokio::test]
async fn the_second_sign_in_is_the_same_user_with_what_the_provider_says_now() {
    let mut all = Federation::start().await;
    let first = all.sign_in().await;
    let first = all.id_claims(&first).await;
    all.browser = Browser::default();
    all.provider.script(|script| {
        script.claims = json!({ "email": null });
        script.profile = json!({ "name": "Ada L." });
    });
    let second = all.sign_in().await;
    let second = all.id_claims(&second).await;
    assert_eq!(first["sub"], second["sub"]);
    assert_eq!(
        second["email"], "ada@acme.example",
        "a missing claim says nothing"
    );
    let user = all.user("Acme_ada-7").await;
    let attributes = user["UserAttributes"].as_array().unwrap();
    let name = attributes.iter().find(|one| one["Name"] == "name").unwrap();
    assert_eq!(name["Value"], "Ada L.");
}

#[tokio::test]
async fn a_local_user_with_the_same_address_stays_who_they_are() {
    let mut all = Federation::start().await;
    let local = Person::confirmed(&all.backend).await;
    all.provider.script(|script| {
        script.claims = json!({ "email": local.email, "email_verified": true });
    });
    let back = all.sign_in().await;
    let federated = all.id_claims(&back).await;
    assert_eq!(federated["email"], json!(local.email));
    let own = local.tokens(&all.backend).await;
    let own = crate::person::claims(&own["IdToken"]);
    assert_ne!(own["sub"], federated["sub"]);
    assert_eq!(own["identities"], json!(null));
}

#[tokio::test]
async fn a_linked_person_is_the_user_they_are_linked_to_until_the_link_goes() {
    let mut all = Federation::start().await;
    let local = Person::confirmed(&all.backend).await;
    let own = local.tokens(&all.backend).await;
    let own = crate::person::claims(&own["IdToken"]);
    let link = json!({
        "UserPoolId": POOL,
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": local.email },
        "SourceUser": {
            "ProviderName": "Acme", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "ada-7",
        },
    });
    all.backend
        .admin("AdminLinkProviderForUser", link)
        .await
        .ok();
    all.provider
        .script(|script| script.claims = json!({ "email": null }));
    let back = all.sign_in().await;
    assert_eq!(all.id_claims(&back).await["sub"], own["sub"]);

    let unlink = json!({ "UserPoolId": POOL, "User": {
        "ProviderName": "Acme", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "ada-7",
    } });
    all.backend
        .admin("AdminDisableProviderForUser", unlink)
        .await
        .ok();
    all.browser = Browser::default();
    all.provider.script(|script| script.claims = json!({}));
    let back = all.sign_in().await;
    assert_ne!(all.id_claims(&back).await["sub"], own["sub"]);
}

#[tokio::test]
async fn a_link_by_a_mapped_claim_leads_to_the_user_too() {
    let mut all = Federation::start().await;
    let local = Person::confirmed(&all.backend).await;
    let link = json!({
        "UserPoolId": POOL,
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": local.email },
        "SourceUser": {
            "ProviderName": "Acme", "ProviderAttributeName": "name", "ProviderAttributeValue": "Ada",
        },
    });
    all.backend
        .admin("AdminLinkProviderForUser", link)
        .await
        .ok();
    all.provider
        .script(|script| script.claims = json!({ "email": null }));
    let back = all.sign_in().await;
    assert_eq!(all.id_claims(&back).await["email"], json!(local.email));
}

#[tokio::test]
async fn the_session_of_a_provider_counts_for_that_provider_and_for_no_choice() {
    let mut all = Federation::start().await;
    all.sign_in().await;
    let again = all.leave().await;
    assert!(parameter(&again, "code").is_some(), "{again}");
    let open = all.app.authorize();
    let open = location(&all.open(&open).await);
    assert!(parameter(&open, "code").is_some(), "{open}");
    let own = all
        .app
        .clone()
        .with("identity_provider", "COGNITO")
        .authorize();
    assert_eq!(location(&all.open(&own).await).path(), "/login");
    let asked = all
        .app
        .clone()
        .with("identity_provider", "Acme")
        .with("prompt", "login")
        .with("login_hint", "ada")
        .authorize();
    let asked = location(&all.open(&asked).await);
    assert!(asked.as_str().starts_with(&all.provider.issuer), "{asked}");
    assert_eq!(parameter(&asked, "prompt").as_deref(), Some("login"));
    assert_eq!(parameter(&asked, "login_hint").as_deref(), Some("ada"));
}

#[tokio::test]
async fn a_client_with_one_provider_goes_there_at_once_and_identifiers_lead_there() {
    let mut all = Federation::start_with(json!({}), json!(["Acme"])).await;
    let open = all.app.authorize();
    let there = location(&all.open(&open).await);
    assert!(there.as_str().starts_with(&all.provider.issuer), "{there}");
    for identifier in ["acme.example", "somebody@Acme.Example"] {
        let app = all.app.clone().with("idp_identifier", identifier);
        let there = location(&all.open(&app.authorize()).await);
        assert!(there.as_str().starts_with(&all.provider.issuer), "{there}");
    }
}

#[tokio::test]
async fn the_page_leads_to_the_provider_and_tells_when_it_fails() {
    let mut all = Federation::start().await;
    let transaction = all.browser.begin(&all.backend, &all.app).await;
    let described = all
        .browser
        .ask(&all.backend, &transaction, "DescribeLogin", json!({}))
        .await
        .ok();
    assert_eq!(
        (described.get("Providers"), &described["ByIdentifier"]),
        (None, &json!(true)),
        "who is found by an address is not told of to everybody"
    );
    let chosen = json!({ "Identifier": "who.ever@acme.example" });
    let answer = all
        .browser
        .ask(&all.backend, &transaction, "ContinueWithProvider", chosen)
        .await
        .ok();
    let there = url::Url::parse(answer["Location"].as_str().unwrap()).unwrap();
    let state = parameter(&there, "state").unwrap();
    let denied = format!(
        "/oauth2/idpresponse?error=access_denied&state={state}&iss={}",
        all.provider.issuer
    );
    let page = location(&all.open(&denied).await);
    assert_eq!(page.path(), "/login");
    assert_eq!(
        parameter(&page, "problem").as_deref(),
        Some("provider_denied")
    );
    assert_eq!(parameter(&page, "txn").as_ref(), Some(&transaction));

    let chosen = json!({ "Provider": "Acme" });
    let answer = all
        .browser
        .ask(&all.backend, &transaction, "ContinueWithProvider", chosen)
        .await
        .ok();
    let there = url::Url::parse(answer["Location"].as_str().unwrap()).unwrap();
    let back = all.provider.answer(&there);
    let back = location(&all.open(&back).await);
    assert!(
        parameter(&back, "code").is_some(),
        "the same sign-in went on"
    );
    for nobody in [
        json!({ "Identifier": "a@other.example" }),
        json!({ "Provider": "Other" }),
    ] {
        let transaction = Browser::default().begin(&all.backend, &all.app).await;
        drop(transaction);
        let transaction = all
            .browser
            .begin(&all.backend, &all.app.clone().with("prompt", "login"))
            .await;
        let answer = all
            .browser
            .ask(&all.backend, &transaction, "ContinueWithProvider", nobody)
            .await;
        assert_eq!(answer.error_type(), "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn a_provider_that_no_domain_leads_to_is_listed_on_the_page() {
    let mut all = Federation::start().await;
    let change = json!({ "UserPoolId": POOL, "ProviderName": "Acme", "IdpIdentifiers": ["acme"] });
    all.backend
        .admin("UpdateIdentityProvider", change)
        .await
        .ok();
    let transaction = all.browser.begin(&all.backend, &all.app).await;
    let described = all
        .browser
        .ask(&all.backend, &transaction, "DescribeLogin", json!({}))
        .await
        .ok();
    assert_eq!(
        described["Providers"],
        json!([{ "Name": "Acme", "Type": "OIDC" }])
    );
    assert_eq!(described.get("ByIdentifier"), None);
}
