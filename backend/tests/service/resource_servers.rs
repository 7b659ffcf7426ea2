//! Resource servers: made, described, changed, listed, deleted; and configured.

use cognate_backend::config::Config;
use serde_json::{Value, json};

use crate::support::Backend;

fn shop() -> Value {
    json!({
        "UserPoolId": "local_demo", "Identifier": "https://shop.example/api", "Name": "Shop",
        "Scopes": [
            { "ScopeName": "read", "ScopeDescription": "See what there is" },
            { "ScopeName": "write", "ScopeDescription": "Change it" },
        ],
    })
}

fn named(identifier: &str) -> Value {
    json!({ "UserPoolId": "local_demo", "Identifier": identifier })
}

#[tokio::test]
async fn a_resource_server_lives_from_its_creation_to_its_deletion() {
    let backend = Backend::start().await;
    let made = backend.admin("CreateResourceServer", shop()).await.ok();
    assert_eq!(made["ResourceServer"], shop());
    let name = named("https://shop.example/api");
    let described = backend
        .admin("DescribeResourceServer", name.clone())
        .await
        .ok();
    assert_eq!(described["ResourceServer"], shop());

    let mut changed = shop();
    changed["Name"] = json!("Store");
    changed["Scopes"].as_array_mut().unwrap().pop();
    let answer = backend
        .admin("UpdateResourceServer", changed.clone())
        .await
        .ok();
    assert_eq!(answer["ResourceServer"], changed);
    let described = backend
        .admin("DescribeResourceServer", name.clone())
        .await
        .ok();
    assert_eq!(described["ResourceServer"], changed);

    let deleted = backend.admin("DeleteResourceServer", name.clone()).await;
    assert_eq!(deleted.ok(), json!({}));
    for operation in ["DescribeResourceServer", "DeleteResourceServer"] {
        let refused = backend.admin(operation, name.clone()).await;
        assert_eq!(refused.error_type(), "ResourceNotFoundException");
    }
    let refused = backend.admin("UpdateResourceServer", changed).await;
    assert_eq!(refused.error_type(), "ResourceNotFoundException");
}

#[tokio::test]
async fn resource_servers_are_listed_in_pages() {
    let backend = Backend::start().await;
    for identifier in ["c", "a", "b"] {
        let mut server = named(identifier);
        server["Name"] = json!(identifier);
        backend.admin("CreateResourceServer", server).await.ok();
    }
    let identifiers = |answer: &Value| -> Vec<String> {
        let servers = answer["ResourceServers"].as_array().unwrap();
        let identifier = |server: &Value| server["Identifier"].as_str().unwrap().to_owned();
        servers.iter().map(identifier).collect()
    };
    let mut request = json!({ "UserPoolId": "local_demo", "MaxResults": 2 });
    let page = backend
        .admin("ListResourceServers", request.clone())
        .await
        .ok();
    assert_eq!(identifiers(&page), ["a", "b"]);
    request["NextToken"] = page["NextToken"].clone();
    let page = backend.admin("ListResourceServers", request).await.ok();
    assert_eq!(identifiers(&page), ["c"]);
    assert_eq!(page.get("NextToken"), None);
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let backend = Backend::start().await;
    backend.admin("CreateResourceServer", shop()).await.ok();
    let refusal = async |change: &[(&str, Value)]| {
        let mut server = shop();
        for (member, value) in change {
            server[*member] = value.clone();
        }
        let answer = backend.admin("CreateResourceServer", server).await;
        answer.error_type()
    };
    let invalid = "InvalidParameterException";
    assert_eq!(refusal(&[]).await, invalid, "there already");
    let other = ("Identifier", json!("other"));
    let scope = |name: &str| json!({ "ScopeName": name, "ScopeDescription": "x" });
    let twice = json!([scope("read"), scope("read")]);
    assert_eq!(refusal(&[other.clone(), ("Scopes", twice)]).await, invalid);
    let slash = json!([scope("read/all")]);
    assert_eq!(refusal(&[other.clone(), ("Scopes", slash)]).await, invalid);
    assert_eq!(
        refusal(&[("Identifier", json!("with space"))]).await,
        invalid
    );
    let many: Vec<Value> = (0..101).map(|at| scope(&at.to_string())).collect();
    assert_eq!(
        refusal(&[other.clone(), ("Scopes", json!(many))]).await,
        invalid
    );
    let nowhere = ("UserPoolId", json!("local_nowhere"));
    assert_eq!(
        refusal(&[nowhere, other.clone()]).await,
        "ResourceNotFoundException"
    );
    for at in 1..25 {
        let mut server = shop();
        server["Identifier"] = json!(format!("server-{at}"));
        backend.admin("CreateResourceServer", server).await.ok();
    }
    assert_eq!(refusal(&[other]).await, "LimitExceededException");
    let unsigned = backend.call("CreateResourceServer", shop()).await;
    assert_eq!(unsigned.error_type(), "MissingAuthenticationTokenException");
}

#[tokio::test]
async fn another_pools_resource_server_is_not_there() {
    let backend = Backend::start().await;
    backend.admin("CreateResourceServer", shop()).await.ok();
    let pool = backend.admin("CreateUserPool", json!({ "PoolName": "other" }));
    let pool = pool.await.ok()["UserPool"]["Id"].clone();
    let name = json!({ "UserPoolId": pool, "Identifier": "https://shop.example/api" });
    for operation in ["DescribeResourceServer", "DeleteResourceServer"] {
        let refused = backend.admin(operation, name.clone()).await;
        assert_eq!(refused.error_type(), "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn the_configurations_resource_servers_are_there_before_its_clients() {
    let text = r#"
        [[pools]]
        id = "local_shop"
        [[pools.resource_servers]]
        Identifier = "shop"
        Name = "Shop"
        Scopes = [{ ScopeName = "read", ScopeDescription = "See" }]
        [[pools.clients]]
        id = "program"
        secret = "a_secret_of_24_letters_or_more"
        [pools.clients.settings]
        AllowedOAuthFlowsUserPoolClient = true
        AllowedOAuthFlows = ["client_credentials"]
        AllowedOAuthScopes = ["shop/read"]
    "#;
    let backend = Backend::start_with(Config::parse(text).unwrap()).await;
    let text = text.replace("\"See\"", "\"See it\"");
    let backend = backend.restart_with(Config::parse(&text).unwrap()).await;
    let name = json!({ "UserPoolId": "local_shop", "Identifier": "shop" });
    let server = backend.admin("DescribeResourceServer", name).await.ok();
    assert_eq!(
        server["ResourceServer"]["Scopes"][0]["ScopeDescription"],
        "See it"
    );
}
