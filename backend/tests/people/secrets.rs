//! Clients with a secret.

use aws_lc_rs::hmac;
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use crate::person::{PASSWORD, POOL, Person};
use crate::support::Backend;

struct Confidential {
    id: String,
    secret: String,
}

impl Confidential {
    async fn make(backend: &Backend) -> Self {
        let body = json!({
            "UserPoolId": POOL, "ClientName": "server", "GenerateSecret": true,
            "ExplicitAuthFlows": [
                "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH",
                "ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            ],
        });
        let client =
            backend.admin("CreateUserPoolClient", body).await.ok()["UserPoolClient"].clone();
        let text = |name: &str| client[name].as_str().unwrap().to_owned();
        Self {
            id: text("ClientId"),
            secret: text("ClientSecret"),
        }
    }

    fn hash(&self, username: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        Base64::encode_string(
            hmac::sign(&key, format!("{username}{}", self.id).as_bytes()).as_ref(),
        )
    }
}

#[tokio::test]
async fn every_operation_with_a_user_name_needs_the_hash() {
    let backend = Backend::start().await;
    let client = Confidential::make(&backend).await;
    let person = Person {
        client: client.id.clone(),
        ..Person::stranger()
    };
    let code = json!({ "ConfirmationCode": "123456", "Password": PASSWORD });
    for (operation, body) in [
        ("SignUp", person.naming(json!({ "Password": PASSWORD }))),
        ("ConfirmSignUp", person.naming(code.clone())),
        ("ResendConfirmationCode", person.naming(json!({}))),
        ("ForgotPassword", person.naming(json!({}))),
        ("ConfirmForgotPassword", person.naming(code)),
        ("InitiateAuth", person.password_request(PASSWORD)),
    ] {
        let missing = backend.call(operation, body.clone()).await.error();
        assert_eq!(
            missing,
            not_authorized(format!(
                "Client {} is configured with secret but SECRET_HASH was not received",
                client.id
            )),
            "{operation}"
        );
        for wrong in [client.hash("somebody"), "AAAA".to_owned()] {
            let refused = backend
                .call(operation, with_hash(body.clone(), &wrong))
                .await
                .error();
            assert_eq!(
                refused,
                not_authorized(format!(
                    "Unable to verify secret hash for client {}",
                    client.id
                )),
                "{operation}"
            );
        }
    }
}

#[tokio::test]
async fn with_the_hash_everything_works_and_a_refresh_takes_the_real_name() {
    let backend = Backend::start().await;
    let client = Confidential::make(&backend).await;
    let person = Person {
        client: client.id.clone(),
        ..Person::confirmed(&backend).await
    };
    let request = with_hash(
        person.password_request(PASSWORD),
        &client.hash(&person.email),
    );
    let tokens = backend.call("InitiateAuth", request).await.ok()["AuthenticationResult"].clone();
    let sub = crate::person::claims(&tokens["IdToken"])["sub"]
        .as_str()
        .unwrap()
        .to_owned();
    let refresh = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": client.id, "AuthParameters": { "REFRESH_TOKEN": tokens["RefreshToken"] } });
    assert_eq!(
        backend
            .call("InitiateAuth", refresh.clone())
            .await
            .error_type(),
        "NotAuthorizedException"
    );
    let by_alias = with_hash(refresh.clone(), &client.hash(&person.email));
    assert_eq!(
        backend.call("InitiateAuth", by_alias).await.error_type(),
        "NotAuthorizedException"
    );
    backend
        .call("InitiateAuth", with_hash(refresh, &client.hash(&sub)))
        .await
        .ok();

    let refresh = json!({ "ClientId": client.id, "RefreshToken": tokens["RefreshToken"] });
    assert_eq!(
        backend
            .call("GetTokensFromRefreshToken", refresh.clone())
            .await
            .error_type(),
        "NotAuthorizedException"
    );
    backend
        .call(
            "GetTokensFromRefreshToken",
            with_secret(refresh, &client.secret),
        )
        .await
        .ok();
    let revoke = json!({ "ClientId": client.id, "Token": tokens["RefreshToken"] });
    for refused in [
        revoke.clone(),
        with_secret(revoke.clone(), "wrong_but_long_enough_secret"),
    ] {
        assert_eq!(
            backend.call("RevokeToken", refused).await.error_type(),
            "UnauthorizedException"
        );
    }
    backend
        .call("RevokeToken", with_secret(revoke, &client.secret))
        .await
        .ok();
}

#[tokio::test]
async fn every_flow_and_every_answer_to_a_challenge_needs_the_hash() {
    let backend = Backend::start().await;
    let client = Confidential::make(&backend).await;
    let name = "ada@example.com";
    let user = json!({ "UserPoolId": POOL, "Username": name, "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS" });
    backend.admin("AdminCreateUser", user).await.ok();
    let begin = |flow: &str, hash: Option<String>| {
        let mut body = json!({
            "AuthFlow": flow, "ClientId": client.id,
            "AuthParameters": { "USERNAME": name, "PASSWORD": PASSWORD, "SRP_A": "2" },
        });
        if let Some(hash) = hash {
            body["AuthParameters"]["SECRET_HASH"] = json!(hash);
        }
        if flow.starts_with("ADMIN") {
            body["UserPoolId"] = json!(POOL);
        }
        body
    };
    let send = async |body: Value| match body.get("UserPoolId") {
        Some(_) => backend.admin("AdminInitiateAuth", body).await,
        None => backend.call("InitiateAuth", body).await,
    };
    for flow in [
        "USER_SRP_AUTH",
        "USER_PASSWORD_AUTH",
        "USER_AUTH",
        "CUSTOM_AUTH",
        "ADMIN_USER_PASSWORD_AUTH",
    ] {
        for hash in [None, Some(client.hash("somebody"))] {
            let refused = send(begin(flow, hash)).await.error();
            assert_eq!(refused.0, "NotAuthorizedException", "{flow}");
            let names_it = ["SECRET_HASH", "secret hash"];
            assert!(
                names_it.iter().any(|word| refused.1.contains(word)),
                "{flow}: {}",
                refused.1
            );
        }
    }
    for (flow, operation) in [
        ("USER_PASSWORD_AUTH", "RespondToAuthChallenge"),
        ("ADMIN_USER_PASSWORD_AUTH", "AdminRespondToAuthChallenge"),
    ] {
        let asked = send(begin(flow, Some(client.hash(name)))).await.ok();
        assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
        let respond = async |hash: Option<String>| {
            let mut body = json!({
                "ClientId": client.id, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": asked["Session"],
                "ChallengeResponses": { "USERNAME": name, "NEW_PASSWORD": PASSWORD },
            });
            if let Some(hash) = hash {
                body["ChallengeResponses"]["SECRET_HASH"] = json!(hash);
            }
            if operation.starts_with("Admin") {
                body["UserPoolId"] = json!(POOL);
                return backend.admin(operation, body).await;
            }
            backend.call(operation, body).await
        };
        for hash in [None, Some(client.hash("somebody"))] {
            let refused = respond(hash).await.error();
            assert_eq!(refused.0, "NotAuthorizedException", "{operation}");
            assert!(
                refused
                    .1
                    .to_lowercase()
                    .replace('_', " ")
                    .contains("secret hash"),
                "{}",
                refused.1
            );
        }
        respond(Some(client.hash(name))).await.ok();
        let again = json!({ "UserPoolId": POOL, "Username": name, "Password": PASSWORD, "Permanent": false });
        backend.admin("AdminSetUserPassword", again).await.ok();
    }
}

fn with_hash(mut body: Value, hash: &str) -> Value {
    match body.get_mut("AuthParameters") {
        Some(parameters) => parameters["SECRET_HASH"] = json!(hash),
        None => body["SecretHash"] = json!(hash),
    }
    body
}

fn with_secret(mut body: Value, secret: &str) -> Value {
    body["ClientSecret"] = json!(secret);
    body
}

fn not_authorized(message: String) -> (String, String) {
    ("NotAuthorizedException".to_owned(), message)
}
