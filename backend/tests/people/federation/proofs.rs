//! How new a person's proof has to be, and what an app is told when a provider is down.

use serde_json::json;

use super::Federation;
use crate::browser::{Browser, location, parameter};

#[tokio::test]
async fn how_new_a_proof_must_be_is_handed_on_and_its_time_is_the_providers() {
    let mut all = Federation::start().await;
    let now = all.backend.clock.now();
    all.app = all.app.clone().with("max_age", "300");
    let there = all.leave().await;
    assert_eq!(parameter(&there, "max_age").as_deref(), Some("300"));
    all.provider
        .script(|script| script.claims = json!({ "auth_time": now - 100 }));
    let back = all.provider.answer(&there);
    let back = location(&all.open(&back).await);
    assert_eq!(all.id_claims(&back).await["auth_time"], now - 100);

    let again = all.leave().await;
    assert!(parameter(&again, "code").is_some(), "new enough: {again}");
    all.app = all.app.clone().with("max_age", "50");
    let there = all.leave().await;
    assert!(there.as_str().starts_with(&all.provider.issuer), "{there}");
}

#[tokio::test]
async fn a_proof_that_is_too_old_or_of_no_time_is_refused_where_the_app_wants_a_new_one() {
    let mut all = Federation::start().await;
    let now = all.backend.clock.now();
    all.app = all.app.clone().with("max_age", "0");
    for auth_time in [json!(now - 61), json!(null)] {
        all.browser = Browser::default();
        all.provider
            .script(|script| script.claims = json!({ "auth_time": auth_time }));
        let back = all.sign_in().await;
        assert!(parameter(&back, "code").is_none(), "{back}");
        let why = parameter(&back, "error_description").unwrap();
        assert!(why.contains("no proof as new"), "{why}");
    }
}

#[tokio::test]
async fn a_session_of_which_nobody_knows_when_it_was_proved_is_none_for_an_app_that_asks() {
    let mut all = Federation::start().await;
    let now = all.backend.clock.now();
    let app = all.app.clone();
    all.sign_in().await;
    let again = all.leave().await;
    assert!(parameter(&again, "code").is_some(), "it is one: {again}");
    all.app = app.with("max_age", "300");
    let there = all.leave().await;
    assert!(there.as_str().starts_with(&all.provider.issuer), "{there}");
    all.provider
        .script(|script| script.claims = json!({ "auth_time": now }));
    let back = all.provider.answer(&there);
    let back = location(&all.open(&back).await);
    assert!(parameter(&back, "code").is_some(), "{back}");
    let again = all.leave().await;
    assert!(parameter(&again, "code").is_some(), "proved: {again}");
}

#[tokio::test]
async fn an_old_proof_of_a_provider_gives_a_session_that_lasts_and_says_how_old_it_is() {
    let mut all = Federation::start().await;
    let now = all.backend.clock.now();
    all.provider
        .script(|script| script.claims = json!({ "auth_time": now - 100_000 }));
    let back = all.sign_in().await;
    assert_eq!(all.id_claims(&back).await["auth_time"], now - 100_000);
    let again = all.leave().await;
    assert_eq!(all.id_claims(&again).await["auth_time"], now - 100_000);
    all.provider
        .script(|script| script.claims = json!({ "auth_time": now + 100_000 }));
    all.browser = Browser::default();
    let back = all.sign_in().await;
    assert_eq!(
        all.id_claims(&back).await["auth_time"],
        now,
        "no time to come"
    );
}

#[tokio::test]
async fn an_app_is_told_that_a_provider_is_down_and_may_try_again() {
    let mut all = Federation::start().await;
    for status in [500, 503] {
        all.provider.script(|script| script.status = Some(status));
        let back = all.sign_in().await;
        let error = parameter(&back, "error");
        assert_eq!(error.as_deref(), Some("temporarily_unavailable"), "{back}");
        let why = parameter(&back, "error_description").unwrap();
        assert!(why.contains(&status.to_string()), "{why}");
    }
    let nobody = json!({ "oidc_issuer": "http://localhost:1" });
    let mut all = Federation::start_with(nobody, json!(["Acme"])).await;
    let back = all.leave().await;
    let error = parameter(&back, "error");
    assert_eq!(error.as_deref(), Some("temporarily_unavailable"), "{back}");
}
