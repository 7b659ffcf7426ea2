//! Guests: how many, where their ids are from, when they are forgotten.

use cognate_backend::config::{Config, IdentityPoolConfig};
use serde_json::{Value, json};

use crate::person::{POOL, Person, get_id};
use crate::support::Backend;

const DAY: i64 = 86400;

async fn is_there(backend: &Backend, id: &str) -> bool {
    let described = backend
        .admin_identity("DescribeIdentity", json!({ "IdentityId": id }))
        .await;
    described.status.is_success()
}

/// As the sweep does it for a configuration that forgets guests after so many days.
async fn forget_after(backend: &Backend, days: i64) -> u64 {
    let seen = backend.clock.now() - days * DAY;
    let store = &backend.state.store;
    store.delete_guests_before(seen).await.unwrap()
}

#[tokio::test]
async fn guests_who_do_not_come_back_may_be_forgotten_and_nobody_else() {
    let backend = Backend::start().await;
    let ada = Person::new(&backend, "ada").await;
    let gone = get_id(&backend, json!({})).await;
    let regular = get_id(&backend, json!({})).await;
    let signed_in = get_id(&backend, ada.logins()).await;
    // A guest who signed in is no guest any more.
    let was_guest = get_id(&backend, json!({})).await;
    let bob = Person::new(&backend, "bob").await;
    let logins = json!({ "IdentityId": was_guest, "Logins": bob.logins() });
    backend
        .call_identity("GetCredentialsForIdentity", logins)
        .await
        .ok();
    backend.clock.advance(20 * DAY);
    let request = json!({ "IdentityId": regular });
    backend
        .call_identity("GetCredentialsForIdentity", request)
        .await
        .ok();
    backend.clock.advance(20 * DAY);
    assert_eq!(forget_after(&backend, 41).await, 0);
    assert_eq!(forget_after(&backend, 30).await, 1);
    assert!(!is_there(&backend, &gone).await);
    for kept in [regular, signed_in, was_guest] {
        assert!(is_there(&backend, &kept).await, "{kept}");
    }
}

#[tokio::test]
async fn one_address_makes_a_thousand_guests_an_hour() {
    let backend = Backend::start().await;
    let request = json!({ "IdentityPoolId": POOL });
    let ask = |from: [u8; 4]| backend.call_identity_from(from.into(), "GetId", request.clone());
    for _ in 0..1000 {
        ask([192, 0, 2, 1]).await.ok();
    }
    let refused = ask([192, 0, 2, 1]).await;
    assert_eq!(refused.error_type(), "LimitExceededException");
    ask([192, 0, 2, 2]).await.ok();
    let ada = Person::new(&backend, "ada").await;
    let mut signed_in = request.clone();
    signed_in["Logins"] = ada.logins();
    let address = [192, 0, 2, 1].into();
    backend
        .call_identity_from(address, "GetId", signed_in)
        .await
        .ok();
    backend.clock.advance(3600);
    ask([192, 0, 2, 1]).await.ok();
}

#[tokio::test]
async fn an_identity_is_of_its_pools_region() {
    let mut config = Config::demo();
    let id = "eu-central-1:00000000-0000-4000-8000-000000000002";
    config.identity_pools.push(IdentityPoolConfig {
        id: id.to_owned(),
        ..IdentityPoolConfig::demo()
    });
    let backend = Backend::start_with(config).await;
    let guest = backend
        .call_identity("GetId", json!({ "IdentityPoolId": id }))
        .await
        .ok();
    let guest = guest["IdentityId"].as_str().unwrap();
    assert!(guest.starts_with("eu-central-1:"), "{guest}");
    let arn = format!("arn:aws:cognito-identity:eu-central-1:000000000000:identitypool/{id}");
    let tags = json!({ "ResourceArn": arn, "Tags": { "a": "b" } });
    backend.admin_identity("TagResource", tags).await.ok();
    let read = backend
        .admin_identity("ListTagsForResource", json!({ "ResourceArn": arn }))
        .await
        .ok();
    assert_eq!(read["Tags"], json!({ "a": "b" }));
    let other = arn.replacen("eu-central-1", "eu-west-1", 1);
    let read = backend
        .admin_identity("ListTagsForResource", json!({ "ResourceArn": other }))
        .await;
    assert_eq!(read.error_type(), "ResourceNotFoundException");
    let missing: Value = json!({ "ResourceArn": "arn:aws:cognito-identity:local" });
    let read = backend
        .admin_identity("ListTagsForResource", missing)
        .await
        .error_type();
    assert_eq!(read, "ResourceNotFoundException");
}
