//! The OAuth endpoints as a service: what clients may be set to, what is published, who may call,
//! cookies over https.

use axum::body::Body;
use axum::http::StatusCode;
use cognate_backend::config::Config;
use serde_json::{Value, json};

use crate::support::{Answer, Backend, request};

async fn create(backend: &Backend, change: &[(&str, Value)]) -> Answer {
    let mut settings = json!({
        "UserPoolId": "local_demo", "ClientName": "web", "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email"],
        "CallbackURLs": ["https://app.example.com/cb", "myapp://cb"],
        "LogoutURLs": ["https://app.example.com/"],
    });
    for (member, value) in change {
        settings[*member] = value.clone();
    }
    backend.admin("CreateUserPoolClient", settings).await
}

#[tokio::test]
async fn a_clients_settings_are_kept_as_they_were_given() {
    let backend = Backend::start().await;
    let default = ("DefaultRedirectURI", json!("myapp://cb"));
    let made = create(&backend, &[default]).await.ok();
    let made = &made["UserPoolClient"];
    assert_eq!(made["AllowedOAuthFlows"], json!(["code"]));
    assert_eq!(made["AllowedOAuthScopes"], json!(["openid", "email"]));
    assert_eq!(made["CallbackURLs"][1], "myapp://cb");
    assert_eq!(made["DefaultRedirectURI"], "myapp://cb");
}

#[tokio::test]
async fn settings_that_could_not_be_kept_or_would_harm_are_refused() {
    let backend = Backend::start().await;
    let address = |address: &str| json!([address]);
    for (member, value) in [
        ("CallbackURLs", address("javascript:alert(1)")),
        ("CallbackURLs", address("data:text/html,x")),
        ("CallbackURLs", address("https://app.example.com/#x")),
        ("CallbackURLs", address("http://app.example.com/")),
        ("CallbackURLs", address("https://user@app.example.com/")),
        ("CallbackURLs", address("/relative")),
        ("CallbackURLs", json!([])),
        ("LogoutURLs", address("javascript:alert(1)")),
        ("LogoutURLs", address("https://app.example.com/#x")),
        ("DefaultRedirectURI", json!("https://app.example.com/other")),
        ("AllowedOAuthFlows", json!([])),
        ("AllowedOAuthFlows", json!(["code", "implicit"])),
        ("AllowedOAuthScopes", json!([])),
        ("AllowedOAuthScopes", json!(["email"])),
    ] {
        let answer = create(&backend, &[(member, value.clone())]).await;
        assert_eq!(
            answer.error_type(),
            "InvalidParameterException",
            "{member}: {value}"
        );
    }
    create(&backend, &[]).await.ok();
}

#[tokio::test]
async fn discovery_names_every_endpoint_at_both_paths() {
    let backend = Backend::start().await;
    let paths = [
        "/local_demo/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/local_demo",
    ];
    let mut documents = Vec::new();
    for path in paths {
        let answer = backend.get(path).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        documents.push(answer.ok());
    }
    assert_eq!(documents[0], documents[1]);
    let document = &documents[0];
    for (member, path) in [
        ("issuer", "/local_demo"),
        ("authorization_endpoint", "/oauth2/authorize"),
        ("token_endpoint", "/oauth2/token"),
        ("userinfo_endpoint", "/oauth2/userInfo"),
        ("revocation_endpoint", "/oauth2/revoke"),
        ("end_session_endpoint", "/logout"),
    ] {
        assert_eq!(
            document[member],
            format!("http://localhost:4100{path}"),
            "{member}"
        );
    }
    assert_eq!(
        document["code_challenge_methods_supported"],
        json!(["S256"])
    );
    assert_eq!(document["response_types_supported"], json!(["code"]));
    assert_eq!(
        document["authorization_response_iss_parameter_supported"],
        true
    );
}

#[tokio::test]
async fn pages_of_other_origins_may_call_the_token_endpoint_without_secrets() {
    let backend = Backend::start().await;
    let preflight = async |path: &str| {
        let request = request("OPTIONS", path).header("origin", "https://app.example.com");
        backend.send(request.body(Body::empty()).unwrap()).await
    };
    for path in ["/oauth2/token", "/oauth2/revoke"] {
        let answer = preflight(path).await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("*"),
            "{path}"
        );
        let headers = answer.header("access-control-allow-headers").unwrap();
        assert!(headers.contains("content-type") && !headers.contains("authorization"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
    let headers = preflight("/oauth2/userInfo").await;
    let headers = headers.header("access-control-allow-headers").unwrap();
    assert!(headers.contains("authorization"));
    let answer = backend.get("/oauth2/userInfo").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(
        answer
            .header("www-authenticate")
            .unwrap()
            .contains("invalid_request")
    );
}

#[tokio::test]
async fn over_https_cookies_are_secure_and_no_sibling_host_can_set_them() {
    let config = Config {
        public_url: Some("https://auth.example.com".to_owned()),
        ..Config::demo()
    };
    let backend = Backend::start_with(config).await;
    let path = "/oauth2/authorize?response_type=code&client_id=demowebclient\
                &redirect_uri=http%3A%2F%2Flocalhost%3A4200%2F&code_challenge_method=S256\
                &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let answer = backend.get(path).await;
    let line = answer.header("set-cookie").unwrap();
    assert!(line.starts_with("__Host-txn-"), "{line}");
    assert!(line.contains("; Path=/; HttpOnly; SameSite=Lax;"), "{line}");
    assert!(
        line.ends_with("; Secure") && !line.contains("Domain"),
        "{line}"
    );
}

#[tokio::test]
async fn what_an_older_version_stored_unchecked_is_no_address_now() {
    let backend = Backend::start().await;
    let made = create(&backend, &[]).await.ok();
    let id = made["UserPoolClient"]["ClientId"].as_str().unwrap();
    let mut row = backend.state.store.client(id).await.unwrap().unwrap();
    let mut settings: Value = serde_json::from_str(&row.settings).unwrap();
    settings["CallbackURLs"] = json!(["javascript:alert(1)"]);
    settings["AllowedOAuthFlows"] = json!(["code", "implicit"]);
    settings["AllowedOAuthScopes"] = json!(["openid", "shop/read"]);
    row.settings = settings.to_string();
    assert!(backend.state.store.update_client(&row).await.unwrap());
    backend.clock.advance(10);
    let path = format!(
        "/oauth2/authorize?response_type=code&client_id={id}&redirect_uri=javascript%3Aalert(1)"
    );
    let answer = backend.get(&path).await;
    let expected = format!("/error?error=redirect_mismatch&client_id={id}");
    assert_eq!(answer.header("location"), Some(expected.as_str()));
}
