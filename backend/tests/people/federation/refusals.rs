//! Answers of a provider, or of who plays one, that sign nobody in.

use serde_json::{Value, json};

use super::Federation;
use super::provider::Script;
use crate::browser::{Browser, location, parameter, post_form};
use crate::person::POOL;

/// The error that the app gets when the provider does something else, and that nobody became a user.
async fn error_of(change: impl FnOnce(&mut Script)) -> (String, String) {
    let mut all = Federation::start().await;
    all.provider.script(change);
    let back = all.sign_in().await;
    let text = |name| parameter(&back, name).unwrap_or_default();
    assert!(parameter(&back, "code").is_none(), "{back}");
    assert!(parameter(&back, "state").is_some(), "{back}");
    let users = all
        .backend
        .admin("ListUsers", json!({ "UserPoolId": POOL }));
    assert_eq!(users.await.ok()["Users"], json!([]));
    (text("error"), text("error_description"))
}

#[tokio::test]
async fn a_provider_in_a_window_of_the_apps_cannot_send_the_app_elsewhere() {
    let mut all = Federation::start().await;
    let app = all.app.clone().with("identity_provider", "Acme");
    let away = all.open(&app.authorize()).await;
    assert!(location(&away).as_str().starts_with(&all.provider.issuer));
    let policy = away.header("cross-origin-opener-policy");
    assert_eq!(policy, Some("same-origin"));
}

#[tokio::test]
async fn an_id_token_of_which_something_does_not_hold_signs_nobody_in() {
    let far = 10_000_000_000_i64;
    for (claims, why) in [
        (json!({ "iss": "https://evil.example" }), "another issuer"),
        (json!({ "aud": "somebody-else" }), "another client"),
        (json!({ "aud": ["us", "them"] }), "another client"),
        (json!({ "exp": 1 }), "expired"),
        (json!({ "iat": far, "exp": far + 1 }), "in the future"),
        (json!({ "nonce": "of-another-sign-in" }), "for this sign-in"),
        (json!({ "nonce": null }), "for this sign-in"),
        (
            json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }),
            "access token",
        ),
        (json!({ "sub": "" }), "nobody"),
    ] {
        let (error, description) = error_of(|script| script.claims = claims.clone()).await;
        assert_eq!(error, "invalid_request", "{claims}");
        assert!(description.contains(why), "{claims}: {description}");
    }
}

#[tokio::test]
async fn no_other_algorithm_and_no_other_key_is_believed() {
    for (header, why) in [
        (json!({ "alg": "none" }), "not allowed"),
        (json!({ "alg": "HS256", "kid": "k1" }), "not allowed"),
        (json!({ "alg": "RS256", "kid": "k1" }), "not allowed"),
        (
            json!({ "alg": "ES256", "kid": "k1", "crit": ["x"] }),
            "not allowed",
        ),
        (json!({ "alg": "ES256", "kid": "k2" }), "does not publish"),
    ] {
        let (_, description) = error_of(|script| script.header = Some(header.clone())).await;
        assert!(description.contains(why), "{header}: {description}");
    }
    let (_, description) = error_of(|script| script.unsigned = true).await;
    assert!(description.contains("signature"), "{description}");
}

#[tokio::test]
async fn a_key_that_was_replaced_under_its_id_is_read_again_and_not_by_every_token() {
    let mut all = Federation::start().await;
    assert!(parameter(&all.sign_in().await, "code").is_some());
    all.provider.script(|script| script.rotated = true);
    for _ in 0..2 {
        all.browser = Browser::default();
        let refused = parameter(&all.sign_in().await, "error_description").unwrap();
        assert!(refused.contains("signature is wrong"), "{refused}");
    }
    assert_eq!(all.provider.script(|script| script.keys_read), 1);
    all.backend.clock.advance(30);
    all.provider.script(|script| script.now += 30);
    all.browser = Browser::default();
    assert!(parameter(&all.sign_in().await, "code").is_some());
    assert_eq!(all.provider.script(|script| script.keys_read), 2);
}

#[tokio::test]
async fn userinfo_of_somebody_else_and_refused_codes_sign_nobody_in() {
    let (_, description) = error_of(|script| script.profile = json!({ "sub": "bob" })).await;
    assert!(description.contains("another person"), "{description}");
    let (error, description) = error_of(|script| script.status = Some(400)).await;
    assert_eq!(error, "invalid_request");
    assert_eq!(description, "Acme Error - 400 error getting token");
    let document = json!({ "issuer": "https://evil.example" });
    let mut all = Federation::start().await;
    all.provider.script(|script| script.discovery = document);
    let back = all.leave().await;
    assert_eq!(
        parameter(&back, "error").as_deref(),
        Some("invalid_request")
    );
}

#[tokio::test]
async fn an_answer_must_name_the_provider_that_was_asked() {
    for iss in ["", "&iss=https://evil.example"] {
        let mut all = Federation::start().await;
        let there = all.leave().await;
        let back = all.provider.answer(&there);
        let back = format!("{}{iss}", back.split("&iss=").next().unwrap());
        let back = location(&all.open(&back).await);
        assert_eq!(
            parameter(&back, "error").as_deref(),
            Some("invalid_request")
        );
        let asked = all.provider.script(|script| script.redeemed.len());
        assert_eq!(asked, 0, "the code goes nowhere");
    }
}

#[tokio::test]
async fn an_answer_counts_once_and_in_its_browser_only() {
    let mut all = Federation::start().await;
    let there = all.leave().await;
    let back = all.provider.answer(&there);
    let mut other = Browser::default();
    let ended = |url: &url::Url| {
        assert_eq!(url.path(), "/error", "{url}");
        assert_eq!(parameter(url, "error").as_deref(), Some("sign_in_ended"));
    };
    ended(&location(&other.open(&all.backend, &back).await));
    let cookies = all.browser.cookies.clone();
    let done = location(&all.open(&back).await);
    assert!(parameter(&done, "code").is_some());
    all.browser.cookies = cookies;
    ended(&location(&all.open(&back).await));
    assert_eq!(all.provider.script(|script| script.redeemed.len()), 1);
}

#[tokio::test]
async fn a_failed_answer_is_used_up_as_well() {
    let mut all = Federation::start().await;
    let there = all.leave().await;
    let back = all.provider.answer(&there);
    let state = parameter(&there, "state").unwrap();
    let denied = format!(
        "/oauth2/idpresponse?error=access_denied&state={state}&iss={}",
        all.provider.issuer
    );
    let cookies = all.browser.cookies.clone();
    let refused = location(&all.open(&denied).await);
    assert_eq!(
        parameter(&refused, "error").as_deref(),
        Some("access_denied")
    );
    all.browser.cookies = cookies;
    assert_eq!(location(&all.open(&back).await).path(), "/error");
}

#[tokio::test]
async fn a_state_that_was_guessed_or_is_of_another_sign_in_counts_for_nothing() {
    let mut all = Federation::start().await;
    let there = all.leave().await;
    let back = all.provider.answer(&there);
    let state = parameter(&there, "state").unwrap();
    let id = state.split('.').next().unwrap();
    let second = all.leave().await;
    let second = parameter(&second, "state").unwrap();
    let mixed = format!("{id}.{}", second.split('.').nth(1).unwrap());
    for wrong in [mixed.as_str(), id, "", "a.b", &format!("{id}.")] {
        let back = back.replace(&state, wrong);
        assert_eq!(location(&all.open(&back).await).path(), "/error", "{wrong}");
    }
    let done = location(&all.open(&back).await);
    assert!(
        parameter(&done, "code").is_some(),
        "the right one still counts"
    );
}

#[tokio::test]
async fn a_posted_answer_counts_when_its_browser_comes_with_the_handle_once() {
    let mut all = Federation::start().await;
    let there = all.leave().await;
    all.provider.answer(&there);
    let state = parameter(&there, "state").unwrap();
    let form = [
        ("code", "the-code".to_owned()),
        ("state", state.clone()),
        ("iss", all.provider.issuer.clone()),
    ];
    let kept = post_form(&all.backend, "/oauth2/idpresponse", &form).await;
    assert!(kept.header("set-cookie").is_none());
    let handle = location(&kept);
    assert_eq!(handle.path(), "/oauth2/idpresponse");
    assert!(!handle.as_str().contains("the-code"));
    let path = format!("{}?{}", handle.path(), handle.query().unwrap());
    let stranger = location(&Browser::default().open(&all.backend, &path).await);
    assert_eq!(stranger.path(), "/error");
    let cookies = all.browser.cookies.clone();
    let done = location(&all.open(&path).await);
    assert!(parameter(&done, "code").is_some(), "{done}");
    all.browser.cookies = cookies;
    assert_eq!(location(&all.open(&path).await).path(), "/error");

    for forged in [
        "nobody.nothing".to_owned(),
        format!("{state}x"),
        String::new(),
    ] {
        let form = [("code", "x".to_owned()), ("state", forged)];
        let refused = post_form(&all.backend, "/oauth2/idpresponse", &form).await;
        assert_eq!(location(&refused).path(), "/error");
    }
}

#[tokio::test]
async fn a_kept_answer_waits_a_minute() {
    let mut all = Federation::start().await;
    let there = all.leave().await;
    all.provider.answer(&there);
    let state = parameter(&there, "state").unwrap();
    let form = [("code", "the-code".to_owned()), ("state", state)];
    let handle = location(&post_form(&all.backend, "/oauth2/idpresponse", &form).await);
    let path = format!("{}?{}", handle.path(), handle.query().unwrap());
    all.backend.clock.advance(61);
    assert_eq!(location(&all.open(&path).await).path(), "/error");
}

#[tokio::test]
async fn a_disabled_user_and_one_whose_address_is_none_get_nothing() {
    let mut all = Federation::start().await;
    all.sign_in().await;
    let named = json!({ "UserPoolId": POOL, "Username": "Acme_ada-7" });
    all.backend.admin("AdminDisableUser", named).await.ok();
    let back = all.sign_in().await;
    assert_eq!(
        parameter(&back, "error").as_deref(),
        Some("invalid_request")
    );
    let (_, description) =
        error_of(|script| script.claims = json!({ "email": "no address" })).await;
    assert!(description.contains("email"), "{description}");
}

#[tokio::test]
async fn providers_that_the_client_does_not_have_are_unknown() {
    let mut all = Federation::start_with(json!({}), json!(["COGNITO"])).await;
    let wrong: [(&'static str, &str); 4] = [
        ("identity_provider", "Acme"),
        ("identity_provider", "Nobody"),
        ("idp_identifier", "acme.example"),
        ("idp_identifier", "other.example"),
    ];
    let mut descriptions = Vec::new();
    for (name, value) in wrong {
        let app = all.app.clone().with(name, value);
        let back = location(&all.open(&app.authorize()).await);
        assert_eq!(
            parameter(&back, "error").as_deref(),
            Some("invalid_request")
        );
        descriptions.push(parameter(&back, "error_description"));
    }
    descriptions.dedup();
    assert_eq!(descriptions.len(), 1, "{descriptions:?}");
    let missing: Value = json!({
        "UserPoolId": POOL, "ClientName": "x", "SupportedIdentityProviders": ["Nobody"],
    });
    let refused = all.backend.admin("CreateUserPoolClient", missing).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
}
