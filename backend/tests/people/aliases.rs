//! Pools whose people choose a name, with and without aliases, and whose names mind case.

use serde_json::{Value, json};

use crate::person::{PASSWORD, Person, new_client, new_pool};
use crate::support::{Answer, Backend};

struct Pool {
    id: String,
    client: String,
}

impl Pool {
    async fn make(backend: &Backend, settings: Value) -> Self {
        let id = new_pool(backend, settings).await;
        let client = new_client(backend, &id, json!({})).await;
        Self { id, client }
    }

    async fn sign_up(&self, backend: &Backend, name: &str, email: &str) -> Answer {
        let body = json!({
            "ClientId": self.client, "Username": name, "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": email }],
        });
        backend.call("SignUp", body).await
    }

    fn person(&self, name: &str) -> Person {
        Person {
            email: name.to_owned(),
            client: self.client.clone(),
            ..Person::stranger()
        }
    }
}

fn with_alias() -> Value {
    json!({ "AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"] })
}

#[tokio::test]
async fn an_alias_signs_in_once_it_is_verified() {
    let backend = Backend::start().await;
    let pool = Pool::make(&backend, with_alias()).await;
    pool.sign_up(&backend, "ada", "ada@example.com").await.ok();
    let by_alias = pool.person("ada@example.com");
    assert_eq!(
        by_alias
            .password_sign_in(&backend, PASSWORD)
            .await
            .error_type(),
        "UserNotFoundException"
    );
    pool.person("ada")
        .confirm(&backend, &backend.code("ada@example.com").await)
        .await
        .ok();
    by_alias.tokens(&backend).await;
    let tokens = pool.person("ada").tokens(&backend).await;
    assert_eq!(
        crate::person::claims(&tokens["AccessToken"])["username"],
        "ada"
    );
}

#[tokio::test]
async fn an_alias_belongs_to_one_user_and_moves_only_by_force() {
    let backend = Backend::start().await;
    let pool = Pool::make(&backend, with_alias()).await;
    let email = "shared@example.com";
    pool.sign_up(&backend, "ada", email).await.ok();
    pool.person("ada")
        .confirm(&backend, &backend.code(email).await)
        .await
        .ok();
    backend.clock.advance(1);
    pool.sign_up(&backend, "eve", email).await.ok();
    let code = backend.code(email).await;
    let eve = pool.person("eve");
    assert_eq!(
        eve.confirm(&backend, &code).await.error(),
        (
            "AliasExistsException".to_owned(),
            "An account with the email already exists.".to_owned()
        )
    );
    let force = eve.naming(json!({ "ConfirmationCode": code, "ForceAliasCreation": true }));
    backend.call("ConfirmSignUp", force).await.ok();
    let tokens = pool.person(email).tokens(&backend).await;
    assert_eq!(
        crate::person::claims(&tokens["AccessToken"])["username"],
        "eve"
    );
    let ada = backend
        .admin(
            "AdminGetUser",
            json!({ "UserPoolId": pool.id, "Username": "ada" }),
        )
        .await
        .ok();
    assert!(
        ada["UserAttributes"]
            .as_array()
            .unwrap()
            .contains(&json!({ "Name": "email_verified", "Value": "false" }))
    );
}

#[tokio::test]
async fn a_name_that_looks_like_an_alias_is_refused() {
    let backend = Backend::start().await;
    let pool = Pool::make(&backend, with_alias()).await;
    let refused = pool
        .sign_up(&backend, "ada@example.com", "ada@example.com")
        .await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn names_mind_case_where_the_pool_does() {
    let backend = Backend::start().await;
    let sensitive = Pool::make(&backend, json!({})).await;
    sensitive
        .sign_up(&backend, "Ada", "a@example.com")
        .await
        .ok();
    sensitive
        .sign_up(&backend, "ada", "b@example.com")
        .await
        .ok();
    let insensitive = Pool::make(
        &backend,
        json!({ "UsernameConfiguration": { "CaseSensitive": false } }),
    )
    .await;
    insensitive
        .sign_up(&backend, "Ada", "a@example.com")
        .await
        .ok();
    assert_eq!(
        insensitive
            .sign_up(&backend, "ada", "b@example.com")
            .await
            .error(),
        (
            "UsernameExistsException".to_owned(),
            "User already exists".to_owned()
        )
    );
}

#[tokio::test]
async fn where_nothing_is_verified_by_itself_no_code_is_sent() {
    let backend = Backend::start().await;
    let pool = Pool::make(&backend, json!({})).await;
    let answer = pool.sign_up(&backend, "ada", "ada@example.com").await.ok();
    assert_eq!(answer.get("CodeDeliveryDetails"), None);
}

#[tokio::test]
async fn a_user_is_found_by_sub_too() {
    let backend = Backend::start().await;
    let pool = Pool::make(&backend, json!({})).await;
    let sub = pool.sign_up(&backend, "ada", "ada@example.com").await.ok()["UserSub"].clone();
    let seen = backend
        .admin(
            "AdminGetUser",
            json!({ "UserPoolId": pool.id, "Username": sub }),
        )
        .await
        .ok();
    assert_eq!(seen["Username"], "ada");
}

#[tokio::test]
async fn nobody_takes_a_name_that_means_somebody_else_already() {
    let backend = Backend::start().await;
    let settings = json!({
        "AliasAttributes": ["email", "preferred_username"], "AutoVerifiedAttributes": ["email"],
    });
    let pool = Pool::make(&backend, settings).await;
    let ada = pool.sign_up(&backend, "ada", "ada@example.com").await.ok();
    let code = backend.code("ada@example.com").await;
    pool.person("ada").confirm(&backend, &code).await.ok();
    pool.sign_up(&backend, "eve", "eve@example.com").await.ok();
    let code = backend.code("eve@example.com").await;
    pool.person("eve").confirm(&backend, &code).await.ok();

    let sub = ada["UserSub"].as_str().unwrap();
    let shadow = pool.sign_up(&backend, sub, "mallory@example.com").await;
    assert_eq!(shadow.error_type(), "UsernameExistsException");

    let tokens = pool.person("eve").tokens(&backend).await;
    let prefers = async |name: &str| {
        let body = json!({
            "AccessToken": tokens["AccessToken"],
            "UserAttributes": [{ "Name": "preferred_username", "Value": name }],
        });
        backend.call("UpdateUserAttributes", body).await
    };
    assert_eq!(prefers("ada").await.error_type(), "AliasExistsException");
    assert_eq!(prefers(sub).await.error_type(), "AliasExistsException");
    assert_eq!(
        prefers("ada@example.com").await.error_type(),
        "InvalidParameterException"
    );
    prefers("evelyn").await.ok();
    let taken = pool.sign_up(&backend, "evelyn", "other@example.com").await;
    assert_eq!(taken.error_type(), "UsernameExistsException");
    pool.person("evelyn").tokens(&backend).await;
}
