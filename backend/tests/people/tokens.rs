//! Tokens: what is in them, and which ones open an account.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use crate::person::{CLIENT, POOL, Person, claims, get_user, new_client};
use crate::support::{Backend, START};

#[tokio::test]
async fn both_tokens_have_the_claims_of_the_contract() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let tokens = person.tokens(&backend).await;
    assert_eq!(tokens["TokenType"], "Bearer");
    assert_eq!(tokens["ExpiresIn"], 3600);
    let (id, access) = (claims(&tokens["IdToken"]), claims(&tokens["AccessToken"]));
    let names = |claims: &Value| {
        claims
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        names(&id),
        "aud auth_time cognito:username email email_verified event_id exp iat iss jti origin_jti sub token_use"
    );
    assert_eq!(
        names(&access),
        "auth_time client_id device_key event_id exp iat iss jti origin_jti scope sub token_use username"
    );
    for claims in [&id, &access] {
        assert_eq!(claims["iss"], "http://localhost:4100/local_demo");
        assert_eq!(claims["iat"], START);
        assert_eq!(claims["auth_time"], START);
        assert_eq!(claims["exp"], START + 3600);
        assert_eq!(claims["sub"], id["sub"]);
        assert_eq!(claims["origin_jti"], id["origin_jti"]);
        assert_eq!(claims["event_id"], id["event_id"]);
    }
    assert_ne!(id["jti"], access["jti"]);
    assert_eq!(id["aud"], CLIENT);
    assert_eq!(access["client_id"], CLIENT);
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin");
    assert_eq!(
        (&id["token_use"], &access["token_use"]),
        (&json!("id"), &json!("access"))
    );
}

#[tokio::test]
async fn lifetimes_and_readable_attributes_are_the_clients() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let client = new_client(
        &backend,
        POOL,
        json!({
            "AccessTokenValidity": 5, "IdTokenValidity": 10, "ReadAttributes": ["name"],
            "TokenValidityUnits": { "AccessToken": "minutes", "IdToken": "minutes" },
        }),
    )
    .await;
    let tokens = Person { client, ..person }.tokens(&backend).await;
    assert_eq!(tokens["ExpiresIn"], 300);
    assert_eq!(claims(&tokens["AccessToken"])["exp"], START + 300);
    let id = claims(&tokens["IdToken"]);
    assert_eq!(id["exp"], START + 600);
    assert_eq!(id.get("email"), None);
    let user = get_user(&backend, &tokens).await.ok();
    assert_eq!(
        user["UserAttributes"].as_array().unwrap().len(),
        1,
        "sub alone"
    );
}

#[tokio::test]
async fn an_expired_token_and_an_id_token_open_nothing() {
    let backend = Backend::start().await;
    let tokens = Person::confirmed(&backend).await.tokens(&backend).await;
    let id = json!({ "AccessToken": tokens["IdToken"] });
    assert_eq!(
        get_user(&backend, &id).await.error(),
        refused("Invalid Access Token")
    );
    backend.clock.advance(3599);
    get_user(&backend, &tokens).await.ok();
    backend.clock.advance(1);
    assert_eq!(
        get_user(&backend, &tokens).await.error(),
        refused("Access Token has expired")
    );
}

#[tokio::test]
async fn changed_and_foreign_tokens_open_nothing() {
    let backend = Backend::start().await;
    let elsewhere = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let tokens = person.tokens(&backend).await;
    let token = tokens["AccessToken"].as_str().unwrap();
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("{token}")
    };
    let mut other = claims(&tokens["AccessToken"]);
    other["username"] = json!("somebody");
    let other = Base64UrlUnpadded::encode_string(other.to_string().as_bytes());
    let none = Base64UrlUnpadded::encode_string(br#"{"alg":"none"}"#);
    let foreign = Person::confirmed(&elsewhere).await.tokens(&elsewhere).await;
    for forged in [
        format!("{header}.{other}.{signature}"),
        format!("{none}.{payload}."),
        format!("{header}.{payload}"),
        format!("{header}.{payload}.{signature}.{signature}"),
        format!("{header}.{payload}.{}", &signature[..signature.len() - 4]),
        "a.b.c".to_owned(),
        "abc".to_owned(),
        foreign["AccessToken"].as_str().unwrap().to_owned(),
    ] {
        let forged = json!({ "AccessToken": forged });
        assert_eq!(
            get_user(&backend, &forged).await.error(),
            refused("Invalid Access Token"),
            "{forged}"
        );
    }
}

#[tokio::test]
async fn tokens_end_with_the_user_the_session_and_the_account() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let user = json!({ "UserPoolId": POOL, "Username": person.email });

    let (one, two) = (person.tokens(&backend).await, person.tokens(&backend).await);
    let revoke = json!({ "ClientId": CLIENT, "Token": one["RefreshToken"] });
    assert_eq!(
        backend.call("RevokeToken", revoke.clone()).await.ok(),
        json!({})
    );
    assert_eq!(
        get_user(&backend, &one).await.error(),
        refused("Access Token has been revoked")
    );
    backend.call("RevokeToken", revoke).await.ok();
    get_user(&backend, &two).await.ok();

    backend
        .call(
            "GlobalSignOut",
            json!({ "AccessToken": two["AccessToken"] }),
        )
        .await
        .ok();
    assert_eq!(
        get_user(&backend, &two).await.error(),
        refused("Access Token has been revoked")
    );

    let three = person.tokens(&backend).await;
    backend.admin("AdminDisableUser", user.clone()).await.ok();
    assert_eq!(
        get_user(&backend, &three).await.error_type(),
        "NotAuthorizedException"
    );
    backend.admin("AdminEnableUser", user).await.ok();
    assert_eq!(
        get_user(&backend, &three).await.error(),
        refused("Access Token has been revoked")
    );

    let four = person.tokens(&backend).await;
    assert_eq!(
        backend
            .call("DeleteUser", json!({ "AccessToken": four["AccessToken"] }))
            .await
            .ok(),
        json!({})
    );
    assert_eq!(
        get_user(&backend, &four).await.error_type(),
        "UserNotFoundException"
    );
    person.sign_up(&backend).await.ok();
}

fn refused(message: &str) -> (String, String) {
    ("NotAuthorizedException".to_owned(), message.to_owned())
}

#[tokio::test]
async fn groups_and_their_roles_are_told_in_the_order_of_precedence() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let name = json!({ "UserPoolId": POOL, "Username": person.email });
    let groups = [
        ("staff", None, Some("arn:aws:iam::123456789012:role/Staff")),
        (
            "admins",
            Some(1),
            Some("arn:aws:iam::123456789012:role/Admins"),
        ),
        ("readers", Some(0), None),
    ];
    for (group, precedence, role) in groups {
        let mut body = json!({ "UserPoolId": POOL, "GroupName": group });
        if let Some(precedence) = precedence {
            body["Precedence"] = json!(precedence);
        }
        if let Some(role) = role {
            body["RoleArn"] = json!(role);
        }
        backend.admin("CreateGroup", body).await.ok();
        let mut body = name.clone();
        body["GroupName"] = json!(group);
        backend.admin("AdminAddUserToGroup", body).await.ok();
    }
    let tokens = person.tokens(&backend).await;
    let (id, access) = (claims(&tokens["IdToken"]), claims(&tokens["AccessToken"]));
    for claims in [&id, &access] {
        assert_eq!(
            claims["cognito:groups"],
            json!(["readers", "admins", "staff"])
        );
    }
    let roles = ["Admins", "Staff"].map(|role| format!("arn:aws:iam::123456789012:role/{role}"));
    assert_eq!(id["cognito:roles"], json!(roles));
    assert_eq!(id["cognito:preferred_role"], roles[0]);
    assert_eq!(access.get("cognito:roles"), None);

    let mut body = name;
    body["GroupName"] = json!("admins");
    backend.admin("AdminRemoveUserFromGroup", body).await.ok();
    let refresh = json!({ "ClientId": CLIENT, "RefreshToken": tokens["RefreshToken"] });
    let refreshed = backend
        .call("GetTokensFromRefreshToken", refresh)
        .await
        .ok();
    let id = claims(&refreshed["AuthenticationResult"]["IdToken"]);
    assert_eq!(id["cognito:groups"], json!(["readers", "staff"]));
    assert_eq!(id["cognito:preferred_role"], roles[1]);
}

#[tokio::test]
async fn tokens_that_nobody_can_revoke_one_by_one_name_no_origin_and_end_with_a_sign_out() {
    let backend = Backend::start().await;
    let settings = json!({ "EnableTokenRevocation": false });
    let client = new_client(&backend, POOL, settings).await;
    let person = Person {
        client,
        ..Person::confirmed(&backend).await
    };
    let (tokens, other) = (person.tokens(&backend).await, person.tokens(&backend).await);
    for token in ["IdToken", "AccessToken"] {
        assert_eq!(claims(&tokens[token]).get("origin_jti"), None, "{token}");
    }
    get_user(&backend, &tokens).await.ok();
    let body = json!({ "AccessToken": other["AccessToken"] });
    backend.call("GlobalSignOut", body).await.ok();
    for tokens in [&tokens, &other] {
        let refused = get_user(&backend, tokens).await;
        assert_eq!(refused.error_type(), "NotAuthorizedException");
    }
}
