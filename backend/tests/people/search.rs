//! `ListUsers`: filters, pages, and what a filter cannot do.

use serde_json::{Value, json};

use crate::person::{POOL, new_pool};
use crate::support::Backend;

async fn make(backend: &Backend, pool: &str, username: &str, attributes: &[(&str, &str)]) -> Value {
    let attributes: Vec<Value> = attributes
        .iter()
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .collect();
    let body = json!({
        "UserPoolId": pool, "Username": username, "UserAttributes": attributes, "MessageAction": "SUPPRESS",
    });
    backend.admin("AdminCreateUser", body).await.ok()["User"].clone()
}

/// The user names that a filter finds, over all pages of this size.
async fn found(backend: &Backend, pool: &str, filter: &str, limit: i64) -> Vec<String> {
    let mut request = json!({ "UserPoolId": pool, "Filter": filter, "Limit": limit });
    let mut names = Vec::new();
    loop {
        let page = backend.admin("ListUsers", request.clone()).await.ok();
        let users = page["Users"].as_array().unwrap();
        assert!(i64::try_from(users.len()).unwrap() <= limit);
        names.extend(
            users
                .iter()
                .map(|user| user["Username"].as_str().unwrap().to_owned()),
        );
        if page["PaginationToken"].is_null() {
            return names;
        }
        request["PaginationToken"] = page["PaginationToken"].clone();
    }
}

async fn with_people() -> (Backend, String) {
    let backend = Backend::start().await;
    let pool = new_pool(&backend, json!({})).await;
    for (username, attributes) in [
        (
            "ada",
            &[("email", "ada@example.com"), ("family_name", "Lovelace")][..],
        ),
        (
            "alan",
            &[
                ("email", "alan@example.com"),
                ("given_name", "Alan"),
                ("phone_number", "+14325551212"),
            ],
        ),
        (
            "albert",
            &[("email", "Albert@example.com"), ("name", "Al \"B\" Ert")],
        ),
        (
            "grace",
            &[
                ("email", "ada@example.org"),
                ("preferred_username", "amazing"),
            ],
        ),
    ] {
        make(&backend, &pool, username, attributes).await;
    }
    (backend, pool)
}

#[tokio::test]
async fn every_attribute_that_can_be_searched_finds_whole_values_and_beginnings() {
    let (backend, pool) = with_people().await;
    for (filter, expected) in [
        ("email = \"ada@example.com\"", &["ada"][..]),
        ("email = \"ada\"", &[]),
        ("email ^= \"ada@ex\"", &["ada", "grace"]),
        ("email ^= \"ada@example.o\"", &["grace"]),
        ("email ^= \"a\"", &["ada", "alan", "grace"]),
        ("email ^= \"al\"", &["alan"]),
        ("email ^= \"Alb\"", &["albert"]),
        ("username = \"alan\"", &["alan"]),
        ("username ^= \"al\"", &["alan", "albert"]),
        ("username ^= \"b\"", &[]),
        ("family_name = \"Lovelace\"", &["ada"]),
        ("given_name ^= \"Ala\"", &["alan"]),
        ("name = \"Al \\\"B\\\" Ert\"", &["albert"]),
        ("phone_number ^= \"+1432\"", &["alan"]),
        ("preferred_username = \"amazing\"", &["grace"]),
        (
            "cognito:user_status = \"FORCE_CHANGE_PASSWORD\"",
            &["ada", "alan", "albert", "grace"],
        ),
        (
            "cognito:user_status = \"force_change_password\"",
            &["ada", "alan", "albert", "grace"],
        ),
        ("cognito:user_status ^= \"CONF\"", &[]),
        ("status = \"Enabled\"", &["ada", "alan", "albert", "grace"]),
        ("status = \"Disabled\"", &[]),
    ] {
        assert_eq!(
            found(&backend, &pool, filter, 60).await,
            expected,
            "{filter}"
        );
        assert_eq!(
            found(&backend, &pool, filter, 1).await,
            expected,
            "{filter}, one a page"
        );
    }
}

#[tokio::test]
async fn a_search_follows_every_change_of_a_user() {
    let (backend, pool) = with_people().await;
    let ada = json!({ "UserPoolId": pool, "Username": "ada" });
    let mut change = ada.clone();
    change["UserAttributes"] = json!([{ "Name": "email", "Value": "countess@example.com" }]);
    backend
        .admin("AdminUpdateUserAttributes", change)
        .await
        .ok();
    assert_eq!(
        found(&backend, &pool, "email ^= \"countess\"", 60).await,
        ["ada"]
    );
    assert_eq!(
        found(&backend, &pool, "email ^= \"ada@\"", 60).await,
        ["grace"]
    );
    backend.admin("AdminDisableUser", ada.clone()).await.ok();
    assert_eq!(
        found(&backend, &pool, "status = \"Disabled\"", 60).await,
        ["ada"]
    );
    let mut removal = ada.clone();
    removal["UserAttributeNames"] = json!(["family_name"]);
    backend
        .admin("AdminDeleteUserAttributes", removal)
        .await
        .ok();
    let filter = "family_name = \"Lovelace\"";
    assert!(found(&backend, &pool, filter, 60).await.is_empty());
    backend.admin("AdminDeleteUser", ada).await.ok();
    assert!(
        found(&backend, &pool, "email ^= \"countess\"", 60)
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn nobody_of_another_pool_is_found_and_a_sub_finds_one() {
    let (backend, pool) = with_people().await;
    let other = new_pool(&backend, json!({})).await;
    let user = make(&backend, &other, "ada", &[("email", "ada@example.com")]).await;
    let sub = user["Attributes"][0]["Value"].as_str().unwrap().to_owned();
    assert_eq!(
        found(&backend, &other, &format!("sub = \"{sub}\""), 60).await,
        ["ada"]
    );
    assert!(
        found(&backend, &pool, &format!("sub = \"{sub}\""), 60)
            .await
            .is_empty()
    );
    assert_eq!(
        found(&backend, &other, "email = \"ada@example.com\"", 60)
            .await
            .len(),
        1
    );
}

#[tokio::test]
async fn where_case_does_not_count_a_search_does_not_mind_it_either() {
    let backend = Backend::start().await;
    let settings = json!({ "UsernameConfiguration": { "CaseSensitive": false } });
    let pool = new_pool(&backend, settings).await;
    make(
        &backend,
        &pool,
        "Ada",
        &[("email", "Ada@Example.com"), ("name", "Ada")],
    )
    .await;
    for filter in [
        "email = \"ada@example.COM\"",
        "email ^= \"ADA@\"",
        "username = \"ADA\"",
        "username ^= \"AD\"",
    ] {
        assert_eq!(
            found(&backend, &pool, filter, 60).await,
            ["ada"],
            "{filter}"
        );
    }
    assert!(
        found(&backend, &pool, "name = \"ada\"", 60)
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn text_that_is_no_filter_is_refused_and_text_in_quotes_is_only_text() {
    let (backend, pool) = with_people().await;
    for bad in [
        "email",
        "email = ada",
        "email = \"a\" or \"1\" = \"1\"",
        "email = \"a\"; DROP TABLE users",
        "custom:plan = \"a\"",
        "password = \"a\"",
        "email ~= \"a\"",
        "email = \"a\\\"",
        "= \"a\"",
    ] {
        let body = json!({ "UserPoolId": pool, "Filter": bad });
        let error = backend.admin("ListUsers", body).await.error_type();
        assert_eq!(error, "InvalidParameterException", "{bad}");
    }
    for text in ["' OR 1=1 --", "%", "_", "a%", "ada@example.com' --"] {
        for operator in ["=", "^="] {
            for name in ["email", "username", "sub", "status"] {
                let filter = format!("{name} {operator} \"{text}\"");
                assert!(
                    found(&backend, &pool, &filter, 60).await.is_empty(),
                    "{filter}"
                );
            }
        }
    }
    let long = format!("email = \"{}\"", "a".repeat(256));
    let body = json!({ "UserPoolId": pool, "Filter": long });
    assert_eq!(
        backend.admin("ListUsers", body).await.error_type(),
        "InvalidParameterException"
    );
}

#[tokio::test]
async fn only_the_attributes_that_are_wanted_are_told() {
    let (backend, pool) = with_people().await;
    let body =
        json!({ "UserPoolId": pool, "AttributesToGet": ["email"], "Filter": "username = \"ada\"" });
    let page = backend.admin("ListUsers", body).await.ok();
    assert_eq!(
        page["Users"][0]["Attributes"],
        json!([{ "Name": "email", "Value": "ada@example.com" }])
    );
    let unsigned = backend
        .call("ListUsers", json!({ "UserPoolId": POOL }))
        .await;
    assert_eq!(unsigned.error_type(), "MissingAuthenticationTokenException");
}
