//! Sign-ins that the provider begins.

use super::*;

/// The pool's provider may begin if `init` says so; the app has a secret, so that it needs no challenge.
async fn start(init: &str) -> Saml {
    let mut saml = Saml::start(json!({ "IDPInit": init })).await;
    let client = json!({
        "UserPoolId": POOL, "ClientName": "started there", "SupportedIdentityProviders": ["COGNITO", "Corp"],
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email", "profile"],
        "AllowedOAuthFlowsUserPoolClient": true, "CallbackURLs": [CALLBACK], "GenerateSecret": true,
    });
    let backend = &saml.federation.backend;
    let client = backend.admin("CreateUserPoolClient", client).await.ok();
    let client = &client["UserPoolClient"];
    let mut app = App::of(client["ClientId"].as_str().unwrap());
    app.secret = client["ClientSecret"].as_str().map(str::to_owned);
    app.verifier = None;
    for name in ["state", "nonce", "code_challenge", "code_challenge_method"] {
        app = app.without(name);
    }
    saml.federation.app = app.with("identity_provider", "Corp");
    saml
}

async fn brought(saml: &Saml, response: &str) -> Url {
    let relay_state = saml.federation.app.query();
    location(&saml.post(response, &relay_state).await)
}

#[tokio::test]
async fn a_provider_that_may_begin_signs_its_people_in_once_for_each_assertion() {
    let mut saml = start("true").await;
    let response = saml.response_to(None, ALICE);
    let answer = saml.post(&response, &saml.federation.app.query()).await;
    assert!(
        answer.header("set-cookie").is_some(),
        "the browser's session"
    );
    let back = location(&answer);
    assert!(back.as_str().starts_with(CALLBACK), "{back}");
    let claims = saml.federation.id_claims(&back).await;
    assert_eq!(claims["cognito:username"], "Corp_alice");
    let replayed = brought(&saml, &response).await;
    assert_eq!(error(&replayed).as_deref(), Some("invalid_request"));
    // By another of its names, and as the same user.
    saml.federation.app = saml
        .federation
        .app
        .clone()
        .without("identity_provider")
        .with("idp_identifier", "corp.example");
    let response = saml.response_to(None, Said { id: "_a2", ..ALICE });
    let back = brought(&saml, &response).await;
    assert_eq!(saml.federation.id_claims(&back).await["sub"], claims["sub"]);
}

#[tokio::test]
async fn an_app_that_wants_a_proof_gets_none_of_a_response_that_nobody_asked_for() {
    let mut saml = start("true").await;
    saml.federation.app = saml.federation.app.clone().with("max_age", "60");
    let response = saml.response_to(None, ALICE);
    let back = brought(&saml, &response).await;
    assert_eq!(error(&back).as_deref(), Some("invalid_request"));
    let why = crate::browser::parameter(&back, "error_description").unwrap();
    assert!(why.contains("no proof as new"), "{why}");
}

#[tokio::test]
async fn a_provider_that_may_not_begin_signs_nobody_in() {
    for init in ["false", ""] {
        let saml = start(init).await;
        let response = saml.response_to(None, ALICE);
        assert_eq!(brought(&saml, &response).await.path(), "/error", "{init}");
    }
}

#[tokio::test]
async fn what_answers_a_request_or_is_a_strangers_is_not_what_a_provider_began() {
    let mut saml = start("true").await;
    let answers = saml.response(saml_provider::REQUEST, ALICE);
    let refused = brought(&saml, &answers).await;
    assert_eq!(error(&refused).as_deref(), Some("invalid_request"));
    saml.idp = Provider::stranger();
    let refused = brought(&saml, &saml.response_to(None, ALICE)).await;
    assert_eq!(error(&refused).as_deref(), Some("invalid_request"));
    let user = json!({ "UserPoolId": POOL, "Username": "Corp_alice" });
    let user = saml.federation.backend.admin("AdminGetUser", user).await;
    assert_eq!(user.error_type(), "UserNotFoundException");
}

#[tokio::test]
async fn a_relay_state_that_no_app_could_ask_leads_nowhere() {
    let mut saml = start("true").await;
    let genuine = saml.federation.app.clone();
    for app in [
        genuine.clone().with("client_id", "unknown"),
        genuine
            .clone()
            .with("redirect_uri", "https://evil.example/"),
        genuine.clone().with("identity_provider", "COGNITO"),
        genuine.clone().with("identity_provider", "Other"),
        genuine.clone().without("identity_provider"),
        genuine.clone().with("scope", "phone unknown"),
        genuine.clone().without("response_type"),
    ] {
        let asked = app.query();
        saml.federation.app = app;
        let refused = brought(&saml, &saml.response_to(None, ALICE)).await;
        assert_eq!(refused.path(), "/error", "{asked}");
    }
    // None of them spent the assertion.
    saml.federation.app = genuine;
    let back = brought(&saml, &saml.response_to(None, ALICE)).await;
    assert_eq!(error(&back), None, "{back}");
}
