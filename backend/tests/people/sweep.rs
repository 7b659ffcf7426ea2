//! What has expired is deleted, and nothing earlier.

use sqlx::{Connection, Row};

use crate::browser::{App, Browser};
use crate::person::Person;
use crate::support::Backend;

async fn rows(backend: &Backend, table: &'static str) -> i64 {
    let url = format!("sqlite://{}/cognate.db", backend.folder.path().display());
    let mut database = sqlx::AnyConnection::connect(&url).await.unwrap();
    let statement = match table {
        "login_transactions" => "SELECT CAST(count(*) AS BIGINT) FROM login_transactions",
        "authorization_codes" => "SELECT CAST(count(*) AS BIGINT) FROM authorization_codes",
        "sso_sessions" => "SELECT CAST(count(*) AS BIGINT) FROM sso_sessions",
        other => panic!("{other}"),
    };
    let row = sqlx::query(statement).fetch_one(&mut database).await;
    row.unwrap().get(0)
}

#[tokio::test]
async fn sign_ins_by_redirect_leave_nothing_behind_when_their_time_is_over() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    browser.begin(&backend, &App::demo()).await;
    browser.sign_in(&backend, &App::demo(), &person).await;
    // A completed transaction is gone at once. Seconds after the start; rows of each kind then.
    for (at, transactions, codes, sessions) in [
        (0, 1, 1, 1),
        (900, 1, 1, 1),
        (901, 0, 1, 1),
        (3601, 0, 1, 0),
        (300 + 86400, 0, 1, 0),
        (301 + 86400, 0, 0, 0),
    ] {
        let now = crate::support::START + at;
        backend.state.store.sweep(now).await.unwrap();
        for (table, expected) in [
            ("login_transactions", transactions),
            ("authorization_codes", codes),
            ("sso_sessions", sessions),
        ] {
            assert_eq!(rows(&backend, table).await, expected, "{table} at {at}");
        }
    }
}

#[tokio::test]
async fn what_is_under_way_goes_with_its_client() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    browser.sign_in(&backend, &App::demo(), &person).await;
    let client = serde_json::json!({
        "UserPoolId": crate::person::POOL, "ClientId": crate::person::CLIENT,
    });
    backend.admin("DeleteUserPoolClient", client).await.ok();
    assert_eq!(rows(&backend, "login_transactions").await, 0);
    assert_eq!(rows(&backend, "authorization_codes").await, 0);
    let answer = browser.prove(&backend, &transaction, &person).await;
    assert_eq!(answer.error_type(), "LoginTransactionNotFoundException");
}
