//! Signing in by redirect, as it should go, and what an app sees where it does not.

use cognate_core::oauth::{FLOW_LIFETIME_MS, OAuthConfig, Prompt, RedirectRequest, RedirectResult};
use cognate_core::ports::{HttpResponse, SendFailure};
use cognate_core::session::State;
use cognate_core::{Client, ErrorCode};

use crate::login_domain::{DOMAIN, REDIRECT_URI, SIGN_OUT_URI, query, taken_apart};
use crate::platform::{Platform, Scripted};
use crate::server::LIFETIME;
use crate::{ISSUER, PASSWORD, client_of, is_signed_in, options, run, sign_in};

pub(crate) fn redirecting() -> (Client<Platform>, Platform) {
    let platform = Platform::new();
    platform.server().add_user("ana", PASSWORD);
    platform.server().add_user("ben", PASSWORD);
    (page_of(&platform), platform)
}

/// A client as each page of the tab starts one.
pub(crate) fn page_of(platform: &Platform) -> Client<Platform> {
    let scopes = ["openid", "aws.cognito.signin.user.admin"];
    client_of(platform).with_oauth(Some(config(&scopes)))
}

fn config(scopes: &[&str]) -> OAuthConfig {
    let scopes = scopes.iter().map(ToString::to_string).collect();
    OAuthConfig::parse(DOMAIN, REDIRECT_URI, Some(SIGN_OUT_URI), scopes).unwrap()
}

pub(crate) fn begin(client: &Client<Platform>) -> String {
    run(client.begin_redirect(&RedirectRequest::default())).unwrap()
}

pub(crate) fn complete(client: &Client<Platform>, query: &str) -> RedirectResult {
    run(client.complete_redirect(query, &options()))
}

pub(crate) fn code_of(result: &RedirectResult) -> ErrorCode {
    result.user.as_ref().unwrap_err().code
}

/// A page that was left for the login domain and the one that the browser came back to.
pub(crate) fn signed_in() -> (Client<Platform>, Platform) {
    let (client, platform) = redirecting();
    let answer = platform.server().authorize(&begin(&client), "ana");
    let back = page_of(&platform);
    complete(&back, &answer).user.unwrap();
    platform.take_operations();
    (back, platform)
}

#[test]
fn a_redirect_there_and_back_signs_in_and_gives_the_apps_note_back() {
    let (client, platform) = redirecting();
    let request = RedirectRequest {
        app_state: Some("/orders?page=2".into()),
        ..RedirectRequest::default()
    };
    let url = run(client.begin_redirect(&request)).unwrap();
    assert!(!url.contains("orders"), "the note stays here: {url}");
    let answer = platform.server().authorize(&url, "ana");

    let back = page_of(&platform);
    assert_eq!(run(back.resume()), State::SignedOut);
    let result = complete(&back, &answer);
    assert_eq!(result.app_state.as_deref(), Some("/orders?page=2"));
    let user = result.user.unwrap();
    assert_eq!(user.sub, "ana-3f1c2d4e");
    assert_eq!(platform.take_operations(), ["GET", "POST /oauth2/token"]);
    assert!(platform.flows().is_empty(), "nothing is left of it");

    let reloaded = page_of(&platform);
    assert_eq!(run(reloaded.resume()), State::SignedIn(user));
}

#[test]
fn the_address_says_what_was_asked_and_no_secret() {
    let (client, platform) = redirecting();
    let request = RedirectRequest {
        provider: Some("Google".into()),
        idp_identifier: Some("works.example".into()),
        login_hint: Some("ana@example.com & co".into()),
        prompt: Some(Prompt::Login),
        lang: Some("de".into()),
        in_popup: true,
        app_state: None,
    };
    let (_, asked) = taken_apart(&run(client.begin_redirect(&request)).unwrap());
    assert_eq!(asked["scope"], "openid aws.cognito.signin.user.admin");
    assert_eq!(asked["identity_provider"], "Google");
    assert_eq!(asked["idp_identifier"], "works.example");
    assert_eq!(asked["login_hint"], "ana@example.com & co");
    assert_eq!(asked["prompt"], "login");
    assert_eq!(asked["lang"], "de");
    assert_eq!(asked["nonce"].len(), 43);
    assert_eq!(asked["code_challenge"].len(), 43);
    let state = asked["state"].strip_prefix("demowebclient.popup.").unwrap();
    assert_eq!(state.len(), 43);

    let flows = platform.flows();
    let record: serde_json::Value = serde_json::from_str(&flows[&asked["state"]]).unwrap();
    let verifier = record["verifier"].as_str().unwrap();
    assert_eq!(verifier.len(), 43);
    assert!(asked.values().all(|value| value != verifier));
    assert_eq!(
        record["nonce"], *asked["nonce"],
        "to be held against the token"
    );
}

#[test]
fn without_scopes_the_app_clients_own_are_asked_for() {
    let platform = Platform::new();
    let client = client_of(&platform).with_oauth(Some(config(&[])));
    assert!(!taken_apart(&begin(&client)).1.contains_key("scope"));
}

#[test]
fn no_two_sign_ins_share_a_state_a_nonce_or_a_challenge() {
    let (client, _) = redirecting();
    let (first, second) = (
        taken_apart(&begin(&client)).1,
        taken_apart(&begin(&client)).1,
    );
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(first[name], second[name], "{name}");
    }
}

#[test]
fn several_sign_ins_are_under_way_at_once_and_end_in_any_order() {
    let (client, platform) = redirecting();
    let (first, second) = (begin(&client), begin(&client));
    let second = platform.server().authorize(&second, "ben");
    let first = platform.server().authorize(&first, "ana");
    let subject = |query| complete(&page_of(&platform), query).user.unwrap().sub;
    assert_eq!(subject(&second), "ben-3f1c2d4e");
    assert_eq!(subject(&first), "ana-3f1c2d4e");
}

#[test]
fn what_the_login_domain_says_instead_of_a_code_is_a_typed_error() {
    let cases = [
        ("login_required", "", ErrorCode::LoginRequired),
        ("interaction_required", "", ErrorCode::LoginRequired),
        ("access_denied", "", ErrorCode::AccessDenied),
        ("invalid_scope", "", ErrorCode::InvalidConfiguration),
        ("invalid_request", "", ErrorCode::InvalidConfiguration),
        ("server_error", "", ErrorCode::ServiceUnavailable),
        ("temporarily_unavailable", "", ErrorCode::ServiceUnavailable),
        (
            "invalid_request",
            "PreSignUp failed with error no.",
            ErrorCode::TriggerFailed,
        ),
        ("something_new", "", ErrorCode::NotAuthorized),
    ];
    for (name, description, code) in cases {
        let (client, platform) = redirecting();
        let request = RedirectRequest {
            app_state: Some("note".into()),
            ..RedirectRequest::default()
        };
        let url = run(client.begin_redirect(&request)).unwrap();
        let state = taken_apart(&url).1["state"].clone();
        let mut answer = vec![("error", name), ("state", &state), ("iss", ISSUER)];
        if !description.is_empty() {
            answer.push(("error_description", description));
        }
        platform.take_operations();
        let result = complete(&page_of(&platform), &query(&answer));
        assert_eq!(code_of(&result), code, "{name}");
        assert_eq!(result.app_state.as_deref(), Some("note"));
        let error = result.user.unwrap_err();
        let answer = error.answer.as_ref().unwrap();
        assert_eq!(answer.service_type.as_deref(), Some(name));
        assert!(description.is_empty() || error.message == description);
        assert!(platform.take_operations().is_empty(), "nothing is asked");
    }
}

#[test]
fn an_answer_after_fifteen_minutes_is_too_late() {
    let (client, platform) = redirecting();
    let answer = platform.server().authorize(&begin(&client), "ana");
    platform.advance_ms(FLOW_LIFETIME_MS + 1);
    let result = complete(&client, &answer);
    assert_eq!(code_of(&result), ErrorCode::ChallengeExpired);
    assert!(
        platform.take_operations().is_empty(),
        "the code is not sent"
    );

    let answer = platform.server().authorize(&begin(&client), "ana");
    platform.advance_ms(FLOW_LIFETIME_MS);
    complete(&client, &answer).user.unwrap();
}

#[test]
fn a_code_is_not_spent_while_the_keys_cannot_be_had() {
    let (client, platform) = redirecting();
    let answer = platform.server().authorize(&begin(&client), "ana");
    platform.script([Scripted::Fail(SendFailure::Offline)]);
    assert_eq!(code_of(&complete(&client, &answer)), ErrorCode::Offline);
    assert_eq!(platform.take_operations(), ["GET"]);
    assert_eq!(platform.server().codes.len(), 1);
}

#[test]
fn a_code_is_sent_once_whatever_becomes_of_the_answer() {
    let (client, platform) = redirecting();
    let answer = platform.server().authorize(&begin(&client), "ana");
    platform.script([Scripted::Reach, Scripted::LoseAnswer]);
    assert_eq!(code_of(&complete(&client, &answer)), ErrorCode::Network);
    assert_eq!(platform.take_operations(), ["GET", "POST /oauth2/token"]);
}

#[test]
fn the_session_refreshes_where_it_began_also_after_a_reload() {
    let (client, platform) = signed_in();
    platform.server().rotates = true;
    run(client.refresh(&options())).unwrap();
    let reloaded = page_of(&platform);
    run(reloaded.resume());
    platform.advance_ms(LIFETIME * 1000);
    run(reloaded.fresh_access_token(Some(60), &options())).unwrap();
    let asked = platform.take_operations();
    assert_eq!(asked, ["POST /oauth2/token", "GET", "POST /oauth2/token"]);
}

#[test]
fn a_session_of_the_apps_own_form_does_not_refresh_at_the_login_domain() {
    let (client, platform) = redirecting();
    sign_in(&client);
    platform.take_operations();
    run(client.refresh(&options())).unwrap();
    assert_eq!(platform.take_operations(), ["GetTokensFromRefreshToken"]);
    assert_eq!(client.sign_out_url(), None);
}

#[test]
fn only_the_refusal_of_the_refresh_token_ends_the_session() {
    let (client, platform) = signed_in();
    let answer = |status, body: &str| {
        Scripted::Answer(HttpResponse {
            status,
            body: body.into(),
            ..HttpResponse::default()
        })
    };
    let cases = [
        (
            400,
            r#"{"error":"invalid_client"}"#,
            ErrorCode::InvalidConfiguration,
        ),
        (
            500,
            r#"{"error":"server_error"}"#,
            ErrorCode::ServiceUnavailable,
        ),
        (
            200,
            r#"{"token_type":"DPoP","access_token":"a"}"#,
            ErrorCode::InvalidResponse,
        ),
        (200, "<html>", ErrorCode::InvalidResponse),
    ];
    for (status, body, code) in cases {
        // Twice: what is no answer of the service is asked once more.
        platform.script([answer(status, body), answer(status, body)]);
        let error = run(client.refresh(&options())).unwrap_err();
        assert_eq!(error.code, code, "{body}");
        assert!(is_signed_in(&client), "{body}");
        platform.clear_script();
    }
    platform.server().refresh_tokens.clear();
    let error = run(client.refresh(&options())).unwrap_err();
    assert_eq!(error.code, ErrorCode::SessionLost);
    assert!(!is_signed_in(&client));
    assert_eq!(platform.record(), None);
}

#[test]
fn signing_out_revokes_and_says_where_the_login_domain_forgets_too() {
    let (client, platform) = signed_in();
    let (path, asked) = taken_apart(&client.sign_out_url().unwrap());
    assert_eq!(path, format!("{DOMAIN}/logout"));
    assert_eq!(asked["client_id"], "demowebclient");
    assert_eq!(asked["logout_uri"], SIGN_OUT_URI);
    let outcome = run(client.sign_out(false, &options()));
    assert!(outcome.revoked && outcome.error.is_none());
    assert!(platform.server().refresh_tokens.is_empty());
    assert_eq!(client.sign_out_url(), None, "nobody is signed in any more");
}

#[test]
fn without_oauth_in_the_configuration_there_is_no_redirect() {
    let (client, platform) = crate::client();
    let error = run(client.begin_redirect(&RedirectRequest::default())).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidConfiguration);
    assert!(platform.flows().is_empty());
}

#[test]
fn blocked_storage_is_said_before_anybody_leaves() {
    let (client, platform) = redirecting();
    platform.block_store();
    let error = run(client.begin_redirect(&RedirectRequest::default())).unwrap_err();
    assert_eq!(error.code, ErrorCode::StorageBlocked);
}

#[test]
fn a_configuration_that_cannot_work_is_refused_by_the_options_name() {
    let parse = |domain: &str, redirect: &str, sign_out: Option<&str>, scopes: &[&str]| {
        let scopes = scopes.iter().map(ToString::to_string).collect();
        OAuthConfig::parse(domain, redirect, sign_out, scopes)
    };
    let bare = parse("login.example", REDIRECT_URI, None, &[]).unwrap();
    assert_eq!(bare.domain.as_str(), DOMAIN);
    parse(
        "http://localhost:4100/",
        "http://localhost:4200/",
        None,
        &["openid"],
    )
    .unwrap();
    let refused = [
        (
            "oauth.domain",
            parse("http://login.example", REDIRECT_URI, None, &[]),
        ),
        ("oauth.domain", parse("", REDIRECT_URI, None, &[])),
        (
            "oauth.domain",
            parse("login.example?a=b", REDIRECT_URI, None, &[]),
        ),
        ("oauth.redirectUri", parse(DOMAIN, "/back", None, &[])),
        (
            "oauth.redirectUri",
            parse(DOMAIN, "javascript:alert(1)", None, &[]),
        ),
        (
            "oauth.redirectUri",
            parse(DOMAIN, "https://app.example/#x", None, &[]),
        ),
        (
            "oauth.signOutUri",
            parse(DOMAIN, REDIRECT_URI, Some("/"), &[]),
        ),
        (
            "oauth.scopes",
            parse(DOMAIN, REDIRECT_URI, None, &["email"]),
        ),
        (
            "oauth.scopes",
            parse(DOMAIN, REDIRECT_URI, None, &["openid", "a b"]),
        ),
        (
            "oauth.scopes",
            parse(DOMAIN, REDIRECT_URI, None, &["openid", ""]),
        ),
    ];
    for (option, result) in refused {
        let error = result.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidConfiguration);
        assert!(
            error.message.starts_with(option),
            "{option}: {}",
            error.message
        );
    }
}
