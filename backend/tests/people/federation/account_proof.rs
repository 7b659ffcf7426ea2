//! A code as the proof that the account page needs, of people whose provider does not say when they proved who they are.

use serde_json::{Value, json};

use super::Federation;
use super::account_page::written;
use crate::browser::{Browser, parameter};
use crate::person::{POOL, Person};
use crate::support::Answer;

const EMAIL: &str = "ada@acme.example";

/// Ada has come by a provider that says neither when nor whether her address is hers, in a pool that keeps events.
async fn came() -> Federation {
    let mut all = Federation::start().await;
    all.audited().await;
    all.sign_in().await;
    all
}

/// Ada has these attributes, too.
async fn set(all: &Federation, attributes: &[(&str, &str)]) {
    let named = attributes
        .iter()
        .map(|(name, value)| json!({ "Name": name, "Value": value }));
    let changed = json!({
        "UserPoolId": POOL, "Username": "Acme_ada-7", "UserAttributes": named.collect::<Vec<_>>(),
    });
    all.backend
        .admin("AdminUpdateUserAttributes", changed)
        .await
        .ok();
}

async fn send(all: &mut Federation) -> Answer {
    all.page("SendProofCode", json!({})).await
}

async fn confirm(all: &mut Federation, code: &str) -> Answer {
    all.page("ConfirmProof", json!({ "Code": code })).await
}

async fn code(all: &mut Federation) -> String {
    send(all).await.ok();
    all.backend.code(EMAIL).await
}

async fn told(all: &mut Federation) -> Value {
    all.page("DescribeAccount", json!({})).await.ok()
}

/// Another code of six digits.
fn other_than(code: &str) -> String {
    let digits: u32 = code.parse().unwrap();
    format!("{:06}", (digits + 1) % 1_000_000)
}

#[tokio::test]
async fn a_code_lets_who_has_no_password_change_the_account_for_five_minutes() {
    let mut all = came().await;
    let before = told(&mut all).await;
    assert_eq!(before["IsRecent"], false);
    assert_eq!(before["ProofCode"]["DeliveryMedium"], "EMAIL");
    let masked = before["ProofCode"]["Destination"].as_str().unwrap();
    assert!(masked.contains('*') && masked != EMAIL, "{masked}");
    let ask = json!({ "Provider": "Acme" });
    all.page("LinkProvider", ask.clone()).await.error();

    let sent = send(&mut all).await.ok();
    assert_eq!(sent["CodeDeliveryDetails"]["Destination"], masked);
    let code = all.backend.code(EMAIL).await;
    let wrong = confirm(&mut all, &other_than(&code)).await;
    assert_eq!(wrong.error_type(), "CodeMismatchException");
    assert_eq!(told(&mut all).await["IsRecent"], false);
    confirm(&mut all, &code).await.ok();
    assert_eq!(told(&mut all).await["IsRecent"], true);
    all.page("LinkProvider", ask.clone()).await.ok();
    let again = confirm(&mut all, &code).await;
    assert_eq!(again.error_type(), "ExpiredCodeException", "once");

    all.backend.clock.advance(299);
    all.page("LinkProvider", ask.clone()).await.ok();
    all.backend.clock.advance(1);
    let late = all.page("LinkProvider", ask).await;
    assert_eq!(late.error_type(), "NotAuthorizedException");
}

#[tokio::test]
async fn a_code_is_no_proof_in_another_browser_nor_for_an_app_that_asks_for_one() {
    let mut all = came().await;
    let code = code(&mut all).await;
    confirm(&mut all, &code).await.ok();
    let first = std::mem::take(&mut all.browser);
    all.sign_in().await;
    assert_eq!(told(&mut all).await["IsRecent"], false, "another browser");

    all.browser = first;
    let app = all.app.clone();
    let again = all.leave().await;
    assert!(parameter(&again, "code").is_some(), "a session: {again}");
    assert_eq!(told(&mut all).await["IsRecent"], true, "under a new value");
    all.app = app.with("max_age", "300");
    let there = all.leave().await;
    assert!(there.as_str().starts_with(&all.provider.issuer), "{there}");
}

#[tokio::test]
async fn who_has_a_password_or_no_address_gets_no_code() {
    let mut all = Federation::start().await;
    all.provider
        .script(|script| script.claims = json!({ "email": null }));
    all.sign_in().await;
    assert_eq!(told(&mut all).await["ProofCode"], Value::Null);
    let refused = send(&mut all).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");

    all.browser = Browser::default();
    let person = Person::confirmed(&all.backend).await;
    all.enter(&person).await;
    all.backend.clock.advance(301);
    let told = told(&mut all).await;
    assert_eq!(
        (&told["IsRecent"], &told["ProofCode"]),
        (&json!(false), &Value::Null)
    );
    let refused = send(&mut all).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn an_address_that_the_provider_did_not_tell_gets_no_code_however_well_it_is_verified() {
    let mut all = came().await;
    let first = code(&mut all).await;
    let own = [
        ("email", "mallory@evil.example"),
        ("email_verified", "true"),
        ("phone_number", "+12065550100"),
        ("phone_number_verified", "true"),
    ];
    set(&all, &own).await;
    assert_eq!(told(&mut all).await["ProofCode"], Value::Null);
    let refused = send(&mut all).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    let refused = confirm(&mut all, &first).await;
    assert_eq!(refused.error_type(), "ExpiredCodeException");

    // Nor where the provider tells none.
    all.provider
        .script(|script| script.claims = json!({ "email": null }));
    all.browser = Browser::default();
    all.sign_in().await;
    assert_eq!(told(&mut all).await["ProofCode"], Value::Null);

    // What the provider tells takes the place of what was there.
    all.provider.script(|script| script.claims = json!({}));
    all.browser = Browser::default();
    all.sign_in().await;
    assert_ne!(told(&mut all).await["ProofCode"], Value::Null);
    let code = code(&mut all).await;
    confirm(&mut all, &code).await.ok();
}

#[tokio::test]
async fn where_administrators_alone_recover_accounts_a_code_proves_nothing_either() {
    let mut all = came().await;
    let code = code(&mut all).await;
    let settings = json!({
        "UserPoolId": POOL,
        "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] },
    });
    all.backend.admin("UpdateUserPool", settings).await.ok();
    assert_eq!(told(&mut all).await["ProofCode"], Value::Null);
    let refused = send(&mut all).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    let refused = confirm(&mut all, &code).await;
    assert_eq!(refused.error_type(), "ExpiredCodeException");
}

#[tokio::test]
async fn a_code_ends_after_ten_minutes_and_with_the_address_that_it_went_to() {
    let mut all = came().await;
    let first = code(&mut all).await;
    all.backend.clock.advance(600);
    let late = confirm(&mut all, &first).await;
    assert_eq!(late.error_type(), "ExpiredCodeException");

    let second = code(&mut all).await;
    set(&all, &[("email", "elsewhere@acme.example")]).await;
    let moved = confirm(&mut all, &second).await;
    assert_eq!(moved.error_type(), "ExpiredCodeException");
    assert_eq!(told(&mut all).await["IsRecent"], false);
}

#[tokio::test]
async fn codes_are_sent_and_tried_a_few_times_an_hour() {
    let mut all = came().await;
    for _ in 0..4 {
        send(&mut all).await.ok();
    }
    let code = code(&mut all).await;
    let refused = send(&mut all).await;
    assert_eq!(refused.error_type(), "LimitExceededException");
    for _ in 0..15 {
        let wrong = confirm(&mut all, &other_than(&code)).await;
        assert_eq!(wrong.error_type(), "CodeMismatchException");
    }
    let refused = confirm(&mut all, &code).await;
    assert_eq!(refused.error_type(), "LimitExceededException");
    assert_eq!(told(&mut all).await["IsRecent"], false);
}

#[tokio::test]
async fn a_session_that_got_another_value_meanwhile_is_not_proved_and_the_code_stays_good() {
    let mut all = came().await;
    let code = code(&mut all).await;
    let before = all.browser.clone();
    let again = all.leave().await;
    assert!(parameter(&again, "code").is_some(), "{again}");
    let after = std::mem::replace(&mut all.browser, before);
    let refused = confirm(&mut all, &code).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    all.browser = after;
    confirm(&mut all, &code).await.ok();
    assert_eq!(told(&mut all).await["IsRecent"], true);
}

#[tokio::test]
async fn both_steps_leave_a_line_and_no_code_does() {
    let mut all = came().await;
    let code = code(&mut all).await;
    confirm(&mut all, &other_than(&code)).await.error();
    confirm(&mut all, &code).await.ok();
    let user = all.user("Acme_ada-7").await;
    let attributes = user["UserAttributes"].as_array().unwrap();
    let sub = attributes.iter().find(|one| one["Name"] == "sub").unwrap();
    assert_eq!(
        written(&all.backend, &sub["Value"]).await,
        [
            "SendProofCode ok",
            "ConfirmProof CodeMismatchException",
            "ConfirmProof ok"
        ]
    );
}

#[tokio::test]
async fn a_stranger_can_neither_ask_for_a_code_nor_try_one() {
    let mut all = came().await;
    let code = code(&mut all).await;
    all.browser = Browser::default();
    for answer in [send(&mut all).await, confirm(&mut all, &code).await] {
        assert_eq!(answer.error_type(), "NotAuthorizedException");
    }
}
