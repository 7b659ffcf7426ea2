//! Providers that have an address of their own for answers, so that another one cannot have them ask it (mix-up, RFC 9700, 4.4).

use serde_json::json;
use url::Url;

use super::Federation;
use crate::browser::{App, Browser, CALLBACK, location, parameter, post_form};
use crate::person::POOL;

const OWN: &str = "/oauth2/idpresponse/Acme";

/// The pool whose Acme has an address of its own and, as many do not, does not say in its answers who it is; and an Evil, for the same client.
async fn start() -> Federation {
    let own = json!({ "own_redirect_uri": "true" });
    let mut all = Federation::start_with(own, json!(["Acme"])).await;
    let silent = json!({ "authorization_response_iss_parameter_supported": null });
    all.provider.script(|script| script.discovery = silent);
    let details = json!({
        "client_id": "us", "client_secret": "theirs", "authorize_scopes": "openid",
        "oidc_issuer": all.provider.issuer, "attributes_request_method": "GET",
    });
    let evil = json!({
        "UserPoolId": POOL, "ProviderName": "Evil", "ProviderType": "OIDC", "ProviderDetails": details,
    });
    all.backend.admin("CreateIdentityProvider", evil).await.ok();
    let client = json!({
        "UserPoolId": POOL, "ClientName": "both", "SupportedIdentityProviders": ["Acme", "Evil"],
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email", "profile"],
        "AllowedOAuthFlowsUserPoolClient": true, "CallbackURLs": [CALLBACK],
    });
    let client = all.backend.admin("CreateUserPoolClient", client).await.ok();
    all.app = App::of(client["UserPoolClient"]["ClientId"].as_str().unwrap());
    all
}

async fn leave_for(all: &mut Federation, provider: &str) -> Url {
    let app = all.app.clone().with("identity_provider", provider);
    location(&all.open(&app.authorize()).await)
}

/// The provider's answer to whoever has this way there, at this address.
fn answer(all: &Federation, there: &Url, path: &str) -> String {
    let common = all.provider.answer(there);
    let (_, query) = common.split_once('?').unwrap();
    let named = format!("&iss={}", all.provider.issuer);
    format!("{path}?{}", query.replace(&named, ""))
}

fn codes_sent(all: &Federation) -> usize {
    all.provider.script(|script| script.redeemed.len())
}

#[tokio::test]
async fn its_people_come_back_to_its_own_address_which_the_provider_is_told_twice() {
    let mut all = start().await;
    let there = leave_for(&mut all, "Acme").await;
    let own = parameter(&there, "redirect_uri").unwrap();
    assert!(own.ends_with(OWN), "{own}");
    let back = answer(&all, &there, OWN);
    let app = location(&all.open(&back).await);
    assert!(parameter(&app, "code").is_some(), "{app}");
    let redeemed = all.provider.script(|script| script.redeemed[0].clone());
    assert_eq!(redeemed["redirect_uri"], json!(own));
}

#[tokio::test]
async fn an_answer_at_the_address_of_another_is_refused_before_its_code_goes_anywhere() {
    let mut all = start().await;
    for (asked, path) in [
        // Evil had the browser ask Acme, whose code comes with the state of Evil's sign-in.
        ("Evil", OWN),
        ("Acme", "/oauth2/idpresponse"),
        ("Acme", "/oauth2/idpresponse/Evil"),
        ("Acme", "/oauth2/idpresponse/acme"),
        ("Evil", "/oauth2/idpresponse/Evil"),
    ] {
        all.browser = Browser::default();
        let there = leave_for(&mut all, asked).await;
        let back = answer(&all, &there, path);
        let app = location(&all.open(&back).await);
        assert_eq!(parameter(&app, "code"), None, "{asked} {path}: {app}");
        let why = parameter(&app, "error_description").unwrap();
        assert!(why.contains("another address"), "{asked} {path}: {why}");
    }
    assert_eq!(codes_sent(&all), 0);
    let there = leave_for(&mut all, "Evil").await;
    let back = answer(&all, &there, "/oauth2/idpresponse");
    let app = location(&all.open(&back).await);
    assert!(
        parameter(&app, "code").is_some(),
        "the common one is: {app}"
    );
}

#[tokio::test]
async fn what_is_posted_counts_at_its_own_address_as_well() {
    for (path, is_believed) in [(OWN, true), ("/oauth2/idpresponse", false)] {
        let mut all = start().await;
        let there = leave_for(&mut all, "Acme").await;
        all.provider.answer(&there);
        let state = parameter(&there, "state").unwrap();
        let form = [("state", state), ("code", "the-code".to_owned())];
        let kept = location(&post_form(&all.backend, path, &form).await);
        let kept = format!("{}?{}", kept.path(), kept.query().unwrap());
        let app = location(&all.open(&kept).await);
        assert_eq!(parameter(&app, "code").is_some(), is_believed, "{app}");
    }
}
