//! Second factors on the login domain: the same challenges, bound to the login transaction.

use serde_json::{Value, json};

use crate::browser::{App, Browser};
use crate::mfa::person::{Member, configure, totp, totp_only};
use crate::person::{POOL, Person};
use crate::support::{Answer, Backend};

const CODE: &str = "SOFTWARE_TOKEN_MFA_CODE";
const INVALID: &str = "Invalid session for the user.";

async fn member(backend: &Backend) -> Member {
    Member {
        pool: POOL.to_owned(),
        person: Person::confirmed(backend).await,
    }
}

/// Answers a challenge on a hosted page.
async fn respond(
    browser: &mut Browser,
    backend: &Backend,
    transaction: &str,
    ada: &Member,
    challenge: &Value,
    mut responses: Value,
) -> Answer {
    responses["USERNAME"] = json!(ada.person.email);
    let body = json!({
        "ChallengeName": challenge["ChallengeName"], "Session": challenge["Session"],
        "ChallengeResponses": responses,
    });
    browser
        .ask(backend, transaction, "RespondToAuthChallenge", body)
        .await
}

#[tokio::test]
async fn the_page_asks_for_the_second_factor_and_then_goes_back_to_the_app() {
    let backend = Backend::start().await;
    let ada = member(&backend).await;
    configure(&backend, POOL, totp_only("OPTIONAL")).await.ok();
    let secret = ada.with_totp(&backend).await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let challenge = browser
        .prove(&backend, &transaction, &ada.person)
        .await
        .ok();
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert!(challenge.get("Location").is_none());
    let code = json!({ CODE: totp(&secret, backend.clock.now()) });
    let done = respond(&mut browser, &backend, &transaction, &ada, &challenge, code).await;
    assert!(done.ok()["Location"].as_str().unwrap().contains("code="));
    assert!(done.ok().get("AuthenticationResult").is_none());
}

#[tokio::test]
async fn an_app_is_set_up_on_the_page() {
    let backend = Backend::start().await;
    let ada = member(&backend).await;
    configure(&backend, POOL, totp_only("ON")).await.ok();
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let challenge = browser
        .prove(&backend, &transaction, &ada.person)
        .await
        .ok();
    assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
    let body = json!({ "Session": challenge["Session"] });
    let associated = browser
        .ask(&backend, &transaction, "AssociateSoftwareToken", body)
        .await
        .ok();
    let secret = associated["SecretCode"].as_str().unwrap();
    let code = totp(secret, backend.clock.now());
    let body = json!({ "Session": associated["Session"], "UserCode": code });
    let verified = browser
        .ask(&backend, &transaction, "VerifySoftwareToken", body)
        .await
        .ok();
    let last = json!({ "ChallengeName": "MFA_SETUP", "Session": verified["Session"] });
    let done = respond(&mut browser, &backend, &transaction, &ada, &last, json!({})).await;
    assert!(done.ok()["Location"].as_str().unwrap().contains("code="));
}

#[tokio::test]
async fn a_step_of_one_door_is_not_answered_at_the_other() {
    let backend = Backend::start().await;
    let ada = member(&backend).await;
    configure(&backend, POOL, totp_only("OPTIONAL")).await.ok();
    let secret = ada.with_totp(&backend).await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let of_page = browser
        .prove(&backend, &transaction, &ada.person)
        .await
        .ok();
    let of_api = ada.challenge(&backend, "SOFTWARE_TOKEN_MFA").await;
    let code = json!({ CODE: totp(&secret, backend.clock.now()) });
    let at_api = ada.answer(&backend, &of_page, code.clone()).await;
    assert_eq!(at_api.error().1, INVALID);
    let at_page = respond(
        &mut browser,
        &backend,
        &transaction,
        &ada,
        &of_api,
        code.clone(),
    )
    .await;
    assert_eq!(at_page.error().1, INVALID);
    let other = browser.begin(&backend, &App::demo()).await;
    let elsewhere = respond(&mut browser, &backend, &other, &ada, &of_page, code.clone()).await;
    assert_eq!(elsewhere.error().1, INVALID, "another transaction");
    respond(&mut browser, &backend, &transaction, &ada, &of_page, code)
        .await
        .ok();
}

#[tokio::test]
async fn a_set_up_of_one_door_is_not_continued_at_the_other() {
    let backend = Backend::start().await;
    let ada = member(&backend).await;
    configure(&backend, POOL, totp_only("ON")).await.ok();
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let of_page = browser
        .prove(&backend, &transaction, &ada.person)
        .await
        .ok();
    let of_api = ada.challenge(&backend, "MFA_SETUP").await;
    let body = |step: &Value| json!({ "Session": step["Session"] });
    let at_api = backend.call("AssociateSoftwareToken", body(&of_page)).await;
    assert_eq!(at_api.error().1, INVALID);
    let at_page = browser
        .ask(
            &backend,
            &transaction,
            "AssociateSoftwareToken",
            body(&of_api),
        )
        .await;
    assert_eq!(at_page.error().1, INVALID);
}

#[tokio::test]
async fn the_page_has_no_way_to_associate_an_app_with_an_access_token() {
    let backend = Backend::start().await;
    let ada = member(&backend).await;
    configure(&backend, POOL, totp_only("OPTIONAL")).await.ok();
    let tokens = ada.person.tokens(&backend).await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let body = json!({ "AccessToken": tokens["AccessToken"] });
    let refused = browser
        .ask(&backend, &transaction, "AssociateSoftwareToken", body)
        .await;
    assert_eq!(refused.error().1, INVALID);
}
