//! Tokens for programs: which clients get them, with which scopes, and what they are no good for.

use axum::body::Body;
use axum::http::StatusCode;
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use crate::support::{Answer, Backend, START, request};

const SECRET: &str = "a_secret_of_24_letters_or_more";

async fn shop(backend: &Backend, scopes: &[&str]) {
    let scopes: Vec<Value> = scopes
        .iter()
        .map(|name| json!({ "ScopeName": name, "ScopeDescription": name }))
        .collect();
    let server = json!({
        "UserPoolId": "local_demo", "Identifier": "shop", "Name": "Shop", "Scopes": scopes,
    });
    let made = backend.admin("CreateResourceServer", server.clone()).await;
    if made.status != StatusCode::OK {
        backend.admin("UpdateResourceServer", server).await.ok();
    }
}

async fn client(backend: &Backend, change: &[(&str, Value)]) -> Answer {
    let mut settings = json!({
        "UserPoolId": "local_demo", "ClientName": "program", "ClientSecret": SECRET,
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": ["shop/read", "shop/write"],
    });
    for (member, value) in change {
        if value.is_null() {
            settings.as_object_mut().unwrap().remove(*member);
        } else {
            settings[*member] = value.clone();
        }
    }
    backend.admin("CreateUserPoolClient", settings).await
}

async fn program(backend: &Backend) -> String {
    shop(backend, &["read", "write"]).await;
    let made = client(backend, &[]).await.ok();
    made["UserPoolClient"]["ClientId"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn token(backend: &Backend, authorization: Option<&str>, form: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let mut request = request("POST", "/oauth2/token")
        .header("content-type", "application/x-www-form-urlencoded");
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    backend.send(request.body(Body::from(body)).unwrap()).await
}

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

fn basic(id: &str, secret: &str) -> String {
    let pair = format!("{id}:{secret}");
    format!("Basic {}", Base64::encode_string(pair.as_bytes()))
}

fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn a_program_gets_an_access_token_and_nothing_else() {
    let backend = Backend::start().await;
    let id = program(&backend).await;
    let answer = token(&backend, Some(&basic(&id, SECRET)), &[GRANT]).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tokens = answer.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens.get("refresh_token"), None);
    assert_eq!(tokens.get("id_token"), None);
    let mut claims = claims(&tokens["access_token"]);
    assert_eq!(claims["jti"].take().as_str().unwrap().len(), 36);
    assert_eq!(
        claims,
        json!({
            "sub": id, "client_id": id, "iss": "http://localhost:4100/local_demo",
            "token_use": "access", "scope": "shop/read shop/write", "version": 2, "jti": null,
            "auth_time": START, "iat": START, "exp": START + 3600,
        })
    );
}

#[tokio::test]
async fn the_secret_comes_by_header_or_form_and_the_scopes_may_be_fewer() {
    let backend = Backend::start().await;
    let id = program(&backend).await;
    let in_form = [("client_id", id.as_str()), ("client_secret", SECRET)];
    let form = [GRANT, in_form[0], in_form[1], ("scope", "shop/write")];
    let tokens = token(&backend, None, &form).await.ok();
    assert_eq!(tokens["scope"], "shop/write");
    assert_eq!(claims(&tokens["access_token"])["scope"], "shop/write");
}

#[tokio::test]
async fn who_does_not_prove_the_secret_gets_nothing() {
    let backend = Backend::start().await;
    let id = program(&backend).await;
    let wrong = "another_secret_of_24_letters";
    for answer in [
        token(&backend, None, &[GRANT, ("client_id", &id)]).await,
        token(
            &backend,
            None,
            &[GRANT, ("client_id", &id), ("client_secret", wrong)],
        )
        .await,
        token(&backend, Some(&basic(&id, wrong)), &[GRANT]).await,
        token(&backend, Some(&basic("nobody", SECRET)), &[GRANT]).await,
        token(&backend, None, &[GRANT]).await,
    ] {
        assert_eq!(answer.json()["error"], "invalid_client");
    }
}

#[tokio::test]
async fn scopes_that_the_client_does_not_have_are_refused() {
    let backend = Backend::start().await;
    shop(&backend, &["read", "write", "admin"]).await;
    let id = program(&backend).await;
    for scope in [
        "shop/admin",
        "openid",
        "shop/read openid",
        "shop",
        "other/read",
    ] {
        let form = [GRANT, ("scope", scope)];
        let answer = token(&backend, Some(&basic(&id, SECRET)), &form).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["error"], "invalid_scope", "{scope}");
    }
}

#[tokio::test]
async fn a_scope_that_is_taken_away_is_in_no_new_token() {
    let backend = Backend::start().await;
    let id = program(&backend).await;
    shop(&backend, &["read"]).await;
    let header = basic(&id, SECRET);
    let tokens = token(&backend, Some(&header), &[GRANT]).await.ok();
    assert_eq!(tokens["scope"], "shop/read");
    let form = [GRANT, ("scope", "shop/write")];
    let answer = token(&backend, Some(&header), &form).await;
    assert_eq!(answer.json()["error"], "invalid_scope");
    let name = json!({ "UserPoolId": "local_demo", "Identifier": "shop" });
    backend.admin("DeleteResourceServer", name).await.ok();
    let answer = token(&backend, Some(&header), &[GRANT]).await;
    assert_eq!(answer.json()["error"], "invalid_scope");
}

#[tokio::test]
async fn only_clients_with_the_grant_have_it_and_they_have_no_other() {
    let backend = Backend::start().await;
    let id = program(&backend).await;
    let form = [GRANT, ("client_id", "demowebclient")];
    let answer = token(&backend, None, &form).await;
    assert_eq!(answer.json()["error"], "unauthorized_client");
    let form = [("grant_type", "authorization_code"), ("code", "x")];
    let answer = token(&backend, Some(&basic(&id, SECRET)), &form).await;
    assert_eq!(answer.json()["error"], "unauthorized_client");
}

#[tokio::test]
async fn clients_that_could_not_keep_the_rules_are_not_made() {
    let backend = Backend::start().await;
    shop(&backend, &["read", "write"]).await;
    for (change, error) in [
        (("ClientSecret", Value::Null), "InvalidOAuthFlowException"),
        (
            ("AllowedOAuthFlows", json!(["code", "client_credentials"])),
            "InvalidOAuthFlowException",
        ),
        (
            ("AllowedOAuthScopes", json!(["shop/read", "openid"])),
            "InvalidParameterException",
        ),
        (
            ("AllowedOAuthScopes", json!(["shop/admin"])),
            "ScopeDoesNotExistException",
        ),
        (
            ("AllowedOAuthScopes", json!(["other/read"])),
            "ScopeDoesNotExistException",
        ),
        (
            ("AllowedOAuthScopes", json!(["nothing"])),
            "ScopeDoesNotExistException",
        ),
    ] {
        let answer = client(&backend, std::slice::from_ref(&change)).await;
        assert_eq!(answer.error_type(), error, "{change:?}");
    }
}

#[tokio::test]
async fn a_programs_token_opens_no_account_and_tells_of_nobody() {
    let backend = Backend::start().await;
    let id = program(&backend).await;
    let tokens = token(&backend, Some(&basic(&id, SECRET)), &[GRANT])
        .await
        .ok();
    let access = json!({ "AccessToken": tokens["access_token"] });
    let answer = backend.call("GetUser", access).await;
    assert_eq!(answer.error_type(), "NotAuthorizedException");
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let request = request("GET", "/oauth2/userInfo").header("authorization", bearer);
    let answer = backend.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.json()["error"], "invalid_token");
}

#[tokio::test]
async fn an_administrator_gets_the_token_of_a_program_whose_secret_they_know() {
    let backend = Backend::start().await;
    let id = program(&backend).await;
    let ask = async |id: &str, change: Value| {
        let mut body = json!({ "ClientId": id, "Secret": SECRET });
        for (member, value) in change.as_object().unwrap() {
            body[member] = value.clone();
        }
        backend.admin("GetClientToken", body).await
    };
    let result = ask(&id, json!({})).await.ok()["ClientAuthenticationResult"].clone();
    assert_eq!(
        (&result["TokenType"], &result["ExpiresIn"]),
        (&json!("Bearer"), &json!(3600))
    );
    let all = claims(&result["AccessToken"]);
    assert_eq!(
        (&all["scope"], &all["sub"]),
        (&json!("shop/read shop/write"), &json!(id))
    );
    let less = ask(&id, json!({ "Scopes": ["shop/read"] })).await.ok();
    let token = &less["ClientAuthenticationResult"]["AccessToken"];
    assert_eq!(claims(token)["scope"], "shop/read");
    for (change, error) in [
        (
            json!({ "Secret": "another_secret_of_24_letters" }),
            "NotAuthorizedException",
        ),
        (
            json!({ "ClientId": "nosuchclient" }),
            "ResourceNotFoundException",
        ),
        (
            json!({ "Scopes": ["shop/delete"] }),
            "InvalidParameterException",
        ),
        (json!({ "Scopes": ["openid"] }), "InvalidParameterException"),
        // Without a secret, and with one but without the grant.
        (
            json!({ "ClientId": "demowebclient" }),
            "OperationNotEnabledException",
        ),
    ] {
        let refused = ask(&id, change.clone()).await;
        assert_eq!(refused.error_type(), error, "{change}");
    }
    let settings = [
        ("AllowedOAuthFlows", json!(["code"])),
        ("CallbackURLs", json!(["https://app.example/"])),
        ("AllowedOAuthScopes", json!(["openid"])),
    ];
    let other = client(&backend, &settings).await.ok();
    let other = other["UserPoolClient"]["ClientId"].as_str().unwrap();
    let refused = ask(other, json!({})).await;
    assert_eq!(refused.error_type(), "OperationNotEnabledException");
    let open = backend
        .call(
            "GetClientToken",
            json!({ "ClientId": id, "Secret": SECRET }),
        )
        .await;
    assert_ne!(open.status, StatusCode::OK, "only signed requests");
}
