//! Groups: made, described, changed, listed, deleted, and who is in them.

use cognate_backend::config::{Config, Quotas};
use cognate_backend::groups;
use cognate_backend::users;
use serde_json::{Value, json};

use crate::support::{Answer, Backend};

const POOL: &str = "local_demo";

/// A request of a pool, with more members.
fn of(pool: &str, mut more: Value) -> Value {
    more["UserPoolId"] = json!(pool);
    more
}

async fn group(backend: &Backend, name: &str, more: Value) -> Answer {
    let mut body = of(POOL, more);
    body["GroupName"] = json!(name);
    backend.admin("CreateGroup", body).await
}

async fn user(backend: &Backend, email: &str) -> String {
    let body = of(
        POOL,
        json!({ "Username": email, "MessageAction": "SUPPRESS" }),
    );
    let made = backend.admin("AdminCreateUser", body).await.ok();
    made["User"]["Username"].as_str().unwrap().to_owned()
}

async fn add(backend: &Backend, username: &str, group: &str) -> Answer {
    let body = of(POOL, json!({ "Username": username, "GroupName": group }));
    backend.admin("AdminAddUserToGroup", body).await
}

fn names(list: &Value) -> Vec<&str> {
    let groups = list.as_array().unwrap();
    groups
        .iter()
        .map(|group| group["GroupName"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_group_is_described_as_it_was_made_and_changed() {
    let backend = Backend::start().await;
    let role = "arn:aws:iam::123456789012:role/Admins";
    let made = group(
        &backend,
        "admins",
        json!({ "Description": "All powers", "RoleArn": role, "Precedence": 0 }),
    )
    .await
    .ok();
    let asked = of(POOL, json!({ "GroupName": "admins" }));
    assert_eq!(backend.admin("GetGroup", asked.clone()).await.ok(), made);
    assert_eq!(made["Group"]["Precedence"], 0);
    backend.clock.advance(5);
    let change = of(
        POOL,
        json!({ "GroupName": "admins", "Description": "Fewer powers" }),
    );
    let changed = backend.admin("UpdateGroup", change).await.ok();
    assert_eq!(changed["Group"]["Description"], "Fewer powers");
    assert_eq!(
        changed["Group"]["RoleArn"], role,
        "what is not given stays as it is"
    );
    assert_ne!(
        changed["Group"]["LastModifiedDate"],
        made["Group"]["LastModifiedDate"]
    );
    backend.admin("DeleteGroup", asked.clone()).await.ok();
    for operation in ["GetGroup", "DeleteGroup", "UpdateGroup"] {
        let refused = backend.admin(operation, asked.clone()).await;
        assert_eq!(refused.error_type(), "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn a_group_is_made_once_and_only_in_a_pool_that_exists() {
    let backend = Backend::start().await;
    group(&backend, "admins", json!({})).await.ok();
    let again = group(&backend, "admins", json!({})).await;
    assert_eq!(again.error_type(), "GroupExistsException");
    let nowhere = of("local_nobody", json!({ "GroupName": "admins" }));
    assert_eq!(
        backend.admin("CreateGroup", nowhere).await.error_type(),
        "ResourceNotFoundException"
    );
    for wrong in [
        json!({ "Precedence": -1 }),
        json!({ "RoleArn": "no role, whatever it is" }),
    ] {
        let refused = group(&backend, "others", wrong).await;
        assert_eq!(refused.error_type(), "InvalidParameterException");
    }
    let long = "g".repeat(129);
    let refused = group(&backend, &long, json!({})).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    let unsigned = backend
        .call("ListGroups", json!({ "UserPoolId": POOL }))
        .await;
    assert_eq!(unsigned.error_type(), "MissingAuthenticationTokenException");
}

#[tokio::test]
async fn members_are_listed_page_by_page_until_they_leave() {
    let backend = Backend::start().await;
    group(&backend, "admins", json!({})).await.ok();
    let mut everybody = Vec::new();
    for number in 0..5 {
        let username = user(&backend, &format!("p{number}@example.com")).await;
        add(&backend, &username, "admins").await.ok();
        add(&backend, &username, "admins").await.ok();
        everybody.push(username);
    }
    everybody.sort();
    let mut found = Vec::new();
    let mut request = of(POOL, json!({ "GroupName": "admins", "Limit": 2 }));
    loop {
        let page = backend
            .admin("ListUsersInGroup", request.clone())
            .await
            .ok();
        let users = page["Users"].as_array().unwrap();
        assert!(users.len() <= 2);
        found.extend(
            users
                .iter()
                .map(|user| user["Username"].as_str().unwrap().to_owned()),
        );
        if page["NextToken"].is_null() {
            break;
        }
        request["NextToken"] = page["NextToken"].clone();
    }
    assert_eq!(found, everybody);
    let leave = of(
        POOL,
        json!({ "Username": everybody[0], "GroupName": "admins" }),
    );
    backend.admin("AdminRemoveUserFromGroup", leave).await.ok();
    let gone = of(POOL, json!({ "Username": everybody[1] }));
    backend.admin("AdminDeleteUser", gone).await.ok();
    let all = of(POOL, json!({ "GroupName": "admins" }));
    let page = backend.admin("ListUsersInGroup", all).await.ok();
    assert_eq!(page["Users"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_users_groups_are_listed_by_name_and_told_by_precedence() {
    let backend = Backend::start().await;
    let username = user(&backend, "ada@example.com").await;
    for (name, settings) in [
        ("a-last", json!({})),
        ("b-second", json!({ "Precedence": 10 })),
        ("c-first", json!({ "Precedence": 1 })),
    ] {
        group(&backend, name, settings).await.ok();
        add(&backend, &username, name).await.ok();
    }
    group(&backend, "not-theirs", json!({})).await.ok();
    let request = of(POOL, json!({ "Username": "ada@example.com" }));
    let listed = backend.admin("AdminListGroupsForUser", request).await.ok();
    assert_eq!(names(&listed["Groups"]), ["a-last", "b-second", "c-first"]);
    let pool = cognate_backend::pools::find_pool(&backend.state, POOL)
        .await
        .unwrap();
    let ada = users::find_existing(&backend.state, &pool, &username)
        .await
        .unwrap();
    let told = groups::of_user(&backend.state, &ada).await.unwrap();
    let told: Vec<&str> = told.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(told, ["c-first", "b-second", "a-last"]);
}

#[tokio::test]
async fn nobody_joins_a_group_of_another_pool_and_unknown_names_are_told() {
    let backend = Backend::start().await;
    let other = backend
        .admin("CreateUserPool", json!({ "PoolName": "other" }))
        .await
        .ok();
    let other = other["UserPool"]["Id"].as_str().unwrap();
    let theirs = of(other, json!({ "GroupName": "theirs" }));
    backend.admin("CreateGroup", theirs.clone()).await.ok();
    let username = user(&backend, "ada@example.com").await;
    assert_eq!(
        add(&backend, &username, "theirs").await.error_type(),
        "ResourceNotFoundException"
    );
    assert_eq!(
        add(&backend, "nobody@example.com", "theirs")
            .await
            .error_type(),
        "UserNotFoundException"
    );
    let request = of(POOL, json!({ "GroupName": "theirs" }));
    assert_eq!(
        backend
            .admin("ListUsersInGroup", request)
            .await
            .error_type(),
        "ResourceNotFoundException"
    );
    let forged = of(POOL, json!({ "NextToken": "not a token" }));
    assert_eq!(
        backend.admin("ListGroups", forged).await.error_type(),
        "InvalidParameterException"
    );
}

#[tokio::test]
async fn quotas_end_the_number_of_groups() {
    let mut config = Config::demo();
    config.quotas = Quotas {
        groups_per_pool: 2,
        groups_per_user: 1,
        ..Quotas::default()
    };
    let backend = Backend::start_with(config).await;
    group(&backend, "one", json!({})).await.ok();
    group(&backend, "two", json!({})).await.ok();
    assert_eq!(
        group(&backend, "three", json!({})).await.error_type(),
        "LimitExceededException"
    );
    let username = user(&backend, "ada@example.com").await;
    add(&backend, &username, "one").await.ok();
    add(&backend, &username, "one").await.ok();
    assert_eq!(
        add(&backend, &username, "two").await.error_type(),
        "InvalidParameterException"
    );
}
