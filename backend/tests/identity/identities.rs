//! Which identity logins lead to: guests, linking, merging, unlinking.

use serde_json::{Value, json};

use crate::person::{POOL, PROVIDER, Person, get_id};
use crate::support::Backend;

#[tokio::test]
async fn a_login_leads_to_the_same_identity_each_time_and_a_guest_is_new_each_time() {
    let backend = Backend::start().await;
    let (ada, bob) = (
        Person::new(&backend, "ada").await,
        Person::new(&backend, "bob").await,
    );
    let id = get_id(&backend, ada.logins()).await;
    let again = Person::again(&backend, &ada.email).await;
    assert_eq!(get_id(&backend, again.logins()).await, id);
    // The pool's own address is another name of it.
    let by_issuer = json!({ "localhost:4100/local_demo": ada.id_token });
    assert_eq!(get_id(&backend, by_issuer).await, id);
    assert_ne!(get_id(&backend, bob.logins()).await, id);
    let guest = get_id(&backend, json!({})).await;
    assert_ne!(get_id(&backend, json!({})).await, guest);
    let described = backend
        .admin_identity("DescribeIdentity", json!({ "IdentityId": id }))
        .await
        .ok();
    assert_eq!(described["Logins"], json!([PROVIDER]));
}

#[tokio::test]
async fn a_guest_who_signs_in_keeps_the_identity_or_becomes_the_one_there_was() {
    let backend = Backend::start().await;
    let ada = Person::new(&backend, "ada").await;
    let guest = get_id(&backend, json!({})).await;
    let signed_in = credentials(&backend, &guest, ada.logins()).await.ok();
    assert_eq!(signed_in["IdentityId"], json!(guest));
    assert_eq!(get_id(&backend, ada.logins()).await, guest);
    // Who knows only the id is nobody any more.
    let refused = credentials(&backend, &guest, json!({})).await;
    let text = format!("Access to Identity '{guest}' is forbidden.");
    assert_eq!(refused.error(), ("NotAuthorizedException".to_owned(), text));
    // On another device as a guest first: it becomes the identity of the login, and is hidden.
    let other = get_id(&backend, json!({})).await;
    let merged = credentials(&backend, &other, ada.logins()).await.ok();
    assert_eq!(merged["IdentityId"], json!(guest));
    let gone = credentials(&backend, &other, json!({})).await;
    assert_eq!(gone.error_type(), "ResourceNotFoundException");
    let list = json!({ "IdentityPoolId": POOL, "MaxResults": 60 });
    let all = backend
        .admin_identity("ListIdentities", list.clone())
        .await
        .ok();
    assert_eq!(all["Identities"].as_array().unwrap().len(), 2);
    let mut hiding = list;
    hiding["HideDisabled"] = json!(true);
    let shown = backend.admin_identity("ListIdentities", hiding).await.ok();
    assert_eq!(shown["Identities"].as_array().unwrap().len(), 1);
    // A disabled guest with the login that it became leads there still.
    let late = credentials(&backend, &other, ada.logins()).await.ok();
    assert_eq!(late["IdentityId"], json!(guest));
}

#[tokio::test]
async fn an_identity_is_reached_through_its_own_logins_only() {
    let backend = Backend::start().await;
    let (ada, bob) = (
        Person::new(&backend, "ada").await,
        Person::new(&backend, "bob").await,
    );
    let id = get_id(&backend, ada.logins()).await;
    let stranger = credentials(&backend, &id, bob.logins()).await;
    assert_eq!(stranger.error_type(), "NotAuthorizedException");
    get_id(&backend, bob.logins()).await;
    let taken = credentials(&backend, &id, bob.logins()).await;
    assert_eq!(taken.error_type(), "ResourceConflictException");
    let nobody = credentials(
        &backend,
        "local:00000000-0000-4000-8000-000000000009",
        json!({}),
    )
    .await;
    assert_eq!(nobody.error_type(), "ResourceNotFoundException");
    let malformed = credentials(&backend, "nonsense", json!({})).await;
    assert_eq!(malformed.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn who_takes_the_last_login_off_leaves_the_identity_for_good() {
    let backend = Backend::start().await;
    let (ada, bob) = (
        Person::new(&backend, "ada").await,
        Person::new(&backend, "bob").await,
    );
    let id = get_id(&backend, ada.logins()).await;
    let unlink = |logins: Value, remove: &str| {
        let request = json!({ "IdentityId": id, "Logins": logins, "LoginsToRemove": [remove] });
        backend.call_identity("UnlinkIdentity", request)
    };
    let by_bob = unlink(bob.logins(), PROVIDER).await;
    assert_eq!(by_bob.error_type(), "NotAuthorizedException");
    let other = unlink(ada.logins(), "accounts.google.com").await;
    assert_eq!(other.error_type(), "NotAuthorizedException");
    unlink(ada.logins(), PROVIDER).await.ok();
    // Neither a guest, nor anybody's to take.
    for logins in [json!({}), bob.logins()] {
        let refused = credentials(&backend, &id, logins).await;
        assert_eq!(refused.error_type(), "ResourceNotFoundException");
    }
    assert_ne!(get_id(&backend, ada.logins()).await, id);
}

#[tokio::test]
async fn deleted_identities_are_not_there_and_their_logins_get_new_ones() {
    let backend = Backend::start().await;
    let ada = Person::new(&backend, "ada").await;
    let id = get_id(&backend, ada.logins()).await;
    let deleted =
        json!({ "IdentityIdsToDelete": [id, "local:00000000-0000-4000-8000-000000000009"] });
    let answer = backend
        .admin_identity("DeleteIdentities", deleted)
        .await
        .ok();
    assert_eq!(answer["UnprocessedIdentityIds"], json!([]));
    let described = backend
        .admin_identity("DescribeIdentity", json!({ "IdentityId": id }))
        .await;
    assert_eq!(described.error_type(), "ResourceNotFoundException");
    assert_ne!(get_id(&backend, ada.logins()).await, id);
}

#[tokio::test]
async fn the_database_has_neither_subjects_nor_tokens_in_the_clear() {
    let backend = Backend::start().await;
    let ada = Person::new(&backend, "ada").await;
    let user = json!({ "UserPoolId": "local_demo", "Username": ada.email });
    let sub = backend.admin("AdminGetUser", user).await.ok()["Username"].clone();
    get_id(&backend, ada.logins()).await;
    let id = get_id(&backend, ada.logins()).await;
    let logins = backend.state.store.identity_logins(&id).await.unwrap();
    assert_eq!(logins.len(), 1);
    assert_eq!(logins[0].subject.len(), 32);
    assert_ne!(logins[0].subject, sub.as_str().unwrap().as_bytes());
}

async fn credentials(backend: &Backend, id: &str, logins: Value) -> crate::support::Answer {
    let request = json!({ "IdentityId": id, "Logins": logins });
    backend
        .call_identity("GetCredentialsForIdentity", request)
        .await
}
