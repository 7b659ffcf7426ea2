//! What the log says of administrators' operations on identity pools.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use cognate_backend::audit::LOG;
use serde_json::{Value, json};

use crate::person::POOL;
use crate::support::Backend;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// The fields of the one line about this operation.
    fn line(&self, operation: &str) -> Value {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let mut lines = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|line| line["target"] == LOG)
            .map(|line| line["fields"].clone())
            .filter(|fields| fields["operation"] == operation);
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("{operation} in {text}"));
        assert_eq!(lines.next(), None, "{operation}");
        line
    }
}

#[tokio::test]
async fn a_change_says_pool_and_identity_and_a_developers_token_is_one() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let backend = Backend::start().await;
    let settings = json!({
        "IdentityPoolId": POOL, "IdentityPoolName": "Demo",
        "AllowUnauthenticatedIdentities": true, "DeveloperProviderName": "our.app",
    });
    backend
        .admin_identity("UpdateIdentityPool", settings)
        .await
        .ok();
    let token = json!({ "IdentityPoolId": POOL, "Logins": { "our.app": "user-1" } });
    let made = backend
        .admin_identity("GetOpenIdTokenForDeveloperIdentity", token)
        .await
        .ok();
    let unlink = json!({
        "IdentityPoolId": POOL, "IdentityId": made["IdentityId"],
        "DeveloperProviderName": "our.app", "DeveloperUserIdentifier": "nobody",
    });
    backend
        .admin_identity("UnlinkDeveloperIdentity", unlink)
        .await;
    let elsewhere = json!({
        "IdentityPoolId": "local:00000000-0000-4000-8000-00000000ffff",
        "Roles": {},
    });
    backend
        .admin_identity("SetIdentityPoolRoles", elsewhere)
        .await;
    let list = json!({ "MaxResults": 1 });
    backend.admin_identity("ListIdentityPools", list).await.ok();

    let updated = log.line("UpdateIdentityPool");
    assert_eq!(updated["pool_id"], POOL);
    assert_eq!(updated["outcome"], "ok");
    assert_eq!(updated["access_key_id"], "test");
    let token = log.line("GetOpenIdTokenForDeveloperIdentity");
    assert_eq!(
        (&token["pool_id"], &token["identity_id"]),
        (&json!(POOL), &made["IdentityId"])
    );
    let refused = log.line("UnlinkDeveloperIdentity");
    assert_eq!(refused["identity_id"], made["IdentityId"]);
    assert_ne!(refused["outcome"], "ok");
    let nowhere = log.line("SetIdentityPoolRoles");
    assert_eq!(nowhere["pool_id"], Value::Null, "a value that is nobody's");
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(!text.contains("user-1") && !text.contains("ffff"), "{text}");
    let lines = text.lines().filter(|line| line.contains(LOG));
    assert_eq!(lines.count(), 4, "{text}");
}
