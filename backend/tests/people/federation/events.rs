//! Sign-ins with other providers are among a user's events.

use cognate_backend::audit::Details;
use serde_json::{Value, json};

use super::Federation;
use crate::browser::{Browser, parameter};
use crate::person::POOL;

/// What and how, the newest first.
async fn events(all: &Federation, username: &str) -> Vec<(Value, Value)> {
    all.backend.state.audit.flush().await;
    let body = json!({ "UserPoolId": POOL, "Username": username });
    let listed = all.backend.admin("AdminListUserAuthEvents", body).await;
    let listed = listed.ok();
    let events = listed["AuthEvents"].as_array().unwrap().iter();
    let events = events.inspect(|event| {
        assert_eq!(event["EventContextData"]["IpAddress"], "127.0.0.1");
        assert_eq!(event["ChallengeResponses"], json!([]));
    });
    let read = |event: &Value| (event["EventType"].clone(), event["EventResponse"].clone());
    events.map(read).collect()
}

#[tokio::test]
async fn a_sign_in_with_a_provider_is_written_down_and_so_is_one_that_was_refused() {
    let mut all = Federation::start().await;
    let asking = json!({
        "UserPoolId": POOL, "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" },
        "AutoVerifiedAttributes": ["email"],
    });
    all.backend.admin("UpdateUserPool", asking).await.ok();
    all.sign_in().await;
    let named = json!({ "UserPoolId": POOL, "Username": "Acme_ada-7" });
    all.backend
        .admin("AdminDisableUser", named.clone())
        .await
        .ok();
    all.browser = Browser::default();
    assert!(parameter(&all.sign_in().await, "code").is_none());
    let (passed, failed) = (json!("Pass"), json!("Fail"));
    let sign_in = || json!("SignIn");
    let expected = [(sign_in(), failed), (sign_in(), passed)];
    assert_eq!(events(&all, "Acme_ada-7").await, expected);

    let store = &all.backend.state.store;
    let rows = store.auth_events_before(POOL, "Acme_ada-7", None, 60);
    for row in rows.await.unwrap() {
        let details = Details::open(&all.backend.state, &row).unwrap();
        assert_eq!(details.provider.as_deref(), Some("Acme"));
    }
}
