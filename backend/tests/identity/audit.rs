//! What the log says of administrators' operations on identity pools.

use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex};

use cognate_backend::audit;
use cognate_backend::config::{Config, IdentityPoolConfig};
use serde_json::{Value, json};

use crate::support::Backend;

const POOL: &str = "local:00000000-0000-4000-8000-0000000000aa";

/// What all tests of this program log: a subscriber of one test alone would miss what another thread was asked about first.
static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    log
});

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
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The fields of the lines about this pool, in their order.
    fn about(&self, pool: &str) -> Vec<Value> {
        self.text()
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|line| line["target"] == audit::LOG)
            .map(|line| line["fields"].clone())
            .filter(|fields| fields["pool_id"] == pool)
            .collect()
    }
}

#[tokio::test]
async fn a_change_says_pool_and_identity_and_a_developers_token_is_one() {
    let log = &*LOG;
    let mut config = Config::demo();
    config.identity_pools.push(IdentityPoolConfig {
        id: POOL.to_owned(),
        ..IdentityPoolConfig::demo()
    });
    let backend = Backend::start_with(config).await;
    let settings = json!({
        "IdentityPoolId": POOL, "IdentityPoolName": "Demo",
        "AllowUnauthenticatedIdentities": true, "DeveloperProviderName": "our.app",
    });
    backend
        .admin_identity("UpdateIdentityPool", settings)
        .await
        .ok();
    let token = json!({ "IdentityPoolId": POOL, "Logins": { "our.app": "user-of-audit" } });
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
    let describe = json!({ "IdentityPoolId": POOL });
    backend
        .admin_identity("DescribeIdentityPool", describe)
        .await
        .ok();

    let lines = log.about(POOL);
    let [updated, token, refused] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert_eq!(updated["operation"], "UpdateIdentityPool");
    assert_eq!(updated["outcome"], "ok");
    assert_eq!(updated["access_key_id"], "test");
    assert_eq!(token["operation"], "GetOpenIdTokenForDeveloperIdentity");
    assert_eq!(token["identity_id"], made["IdentityId"]);
    assert_eq!(refused["operation"], "UnlinkDeveloperIdentity");
    assert_eq!(refused["identity_id"], made["IdentityId"]);
    assert_ne!(refused["outcome"], "ok");
    let text = log.text();
    assert!(!text.contains("user-of-audit"), "a value");
    assert!(
        !text.contains("00000000ffff"),
        "a value that is nobody's pool"
    );
}
