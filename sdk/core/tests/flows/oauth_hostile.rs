//! Attacks on signing in by redirect: none may sign anybody in, and none may sign out who is.

use cognate_core::ErrorCode;
use cognate_core::jwt::Rejected;
use cognate_core::oauth::RedirectResult;
use serde_json::{Value, json};

use crate::login_domain::{query, taken_apart};
use crate::oauth::{begin, code_of, complete, page_of, redirecting, signed_in};
use crate::platform::{Platform, Scripted};
use crate::{ISSUER, is_signed_in};
use cognate_core::ports::SendFailure;

/// Changes claims or an answer before they are given out.
type Forgery = fn(&mut Value);

/// Completes with an answer of a server that was changed first.
fn forged(change: impl FnOnce(&Platform)) -> (RedirectResult, Platform) {
    let (client, platform) = redirecting();
    let answer = platform.server().authorize(&begin(&client), "ana");
    change(&platform);
    let back = page_of(&platform);
    let result = complete(&back, &answer);
    assert!(!is_signed_in(&back));
    assert_eq!(platform.record(), None, "nothing is stored");
    (result, platform)
}

#[track_caller]
fn assert_token_rejected(result: &RedirectResult, reason: Rejected) {
    let error = result.user.as_ref().unwrap_err();
    assert_eq!(error.code, ErrorCode::TokenRejected);
    assert_eq!(error.message, cognate_core::Error::from(reason).message);
}

#[test]
fn an_answer_is_good_once() {
    let (client, platform) = redirecting();
    let answer = platform.server().authorize(&begin(&client), "ana");
    let back = page_of(&platform);
    let user = complete(&back, &answer).user.unwrap();
    platform.take_operations();
    for page in [&back, &page_of(&platform)] {
        let again = complete(page, &answer);
        assert_eq!(code_of(&again), ErrorCode::RedirectUnknown);
        assert_eq!(again.app_state, None);
    }
    assert!(
        platform.take_operations().is_empty(),
        "the code is not sent again"
    );
    assert_eq!(back.state(), cognate_core::session::State::SignedIn(user));
}

#[test]
fn two_pages_that_complete_at_once_send_the_code_once() {
    let (client, platform) = redirecting();
    let answer = platform.server().authorize(&begin(&client), "ana");
    let (one, other) = (page_of(&platform), page_of(&platform));
    let options = crate::options();
    let (one, other) = crate::run(futures_util::future::join(
        one.complete_redirect(&answer, &options),
        other.complete_redirect(&answer, &options),
    ));
    let completed = [&one, &other].map(|result| result.user.is_ok());
    assert!(completed[0] != completed[1]);
    let codes_sent = platform.take_operations();
    assert_eq!(
        codes_sent.iter().filter(|o| o.starts_with("POST")).count(),
        1
    );
}

#[test]
fn a_link_with_somebody_elses_answer_changes_nothing() {
    let (victim, victims) = signed_in();
    let before = (victim.state(), victims.record());
    let (attacker, attackers) = redirecting();
    let answer = attackers.server().authorize(&begin(&attacker), "ben");
    victims.take_operations();
    let result = complete(&victim, &answer);
    assert_eq!(code_of(&result), ErrorCode::RedirectUnknown);
    assert!(victims.take_operations().is_empty());
    assert_eq!((victim.state(), victims.record()), before);
}

#[test]
fn another_issuers_answer_is_rejected_with_and_without_a_code() {
    for kind in ["code", "error"] {
        for issuer in ["https://evil.example", "", &format!("{ISSUER}/")] {
            let (client, platform) = redirecting();
            let state = taken_apart(&begin(&client)).1["state"].clone();
            let answer = query(&[(kind, "x"), ("state", &state), ("iss", issuer)]);
            let result = complete(&client, &answer);
            assert_eq!(code_of(&result), ErrorCode::RedirectRejected, "{issuer}");
            assert!(
                platform.take_operations().is_empty(),
                "the code is not sent"
            );
        }
    }
}

#[test]
fn an_answer_that_names_no_issuer_is_that_of_amazons_service() {
    let (client, platform) = redirecting();
    let answer = platform.server().authorize(&begin(&client), "ana");
    let (without, _) = answer.split_once("&iss=").unwrap();
    complete(&client, without).user.unwrap();
}

#[test]
fn what_is_no_answer_is_rejected_and_spends_nothing() {
    let (client, platform) = redirecting();
    let state = taken_apart(&begin(&client)).1["state"].clone();
    for broken in [
        "",
        "code=a",
        &format!("state={state}"),
        &format!("code=&state={state}"),
        &format!("code=a&code=b&state={state}"),
        &format!("code=a&state={state}&state={state}"),
        &format!("code=a&state={state}&iss={ISSUER}&iss=https://evil.example"),
        &format!("code=a&error=b&state={state}"),
        &format!("code=%ff&state={state}"),
    ] {
        assert_eq!(
            code_of(&complete(&client, broken)),
            ErrorCode::RedirectRejected,
            "{broken}"
        );
    }
    assert_eq!(platform.flows().len(), 1, "the sign-in is still under way");
    assert!(platform.take_operations().is_empty());
}

#[test]
fn a_token_without_the_nonce_or_with_another_is_rejected() {
    let forgeries: [Forgery; 4] = [
        |claims| drop(claims.as_object_mut().unwrap().remove("nonce")),
        |claims| claims["nonce"] = json!(""),
        |claims| claims["nonce"] = json!("the nonce of another sign-in"),
        |claims| claims["nonce"] = Value::Null,
    ];
    for forge in forgeries {
        let (result, _) = forged(|platform| platform.server().forge = Some(forge));
        assert_token_rejected(&result, Rejected::Nonce);
    }
    let (result, _) = forged(|platform| {
        platform.server().forge = Some(|claims| claims["nonce"] = json!(1));
    });
    assert_token_rejected(&result, Rejected::Malformed);
}

#[test]
fn an_access_token_that_the_id_token_does_not_name_is_rejected() {
    let (result, _) = forged(|platform| {
        platform.server().forge =
            Some(|claims| claims["at_hash"] = json!("AAAAAAAAAAAAAAAAAAAAAA"));
    });
    assert_token_rejected(&result, Rejected::AccessToken);
}

#[test]
fn an_id_token_need_not_name_the_access_token() {
    let (client, platform) = redirecting();
    let answer = platform.server().authorize(&begin(&client), "ana");
    platform.server().forge =
        Some(|claims| drop(claims.as_object_mut().unwrap().remove("at_hash")));
    complete(&client, &answer).user.unwrap();
}

#[test]
fn tokens_of_another_pool_client_user_or_time_are_rejected() {
    let forgeries: [(Forgery, Rejected); 5] = [
        (
            |claims| claims["iss"] = json!("https://evil.example"),
            Rejected::Issuer,
        ),
        (
            |claims| {
                if claims["token_use"] == "id" {
                    claims["aud"] = json!("another");
                }
            },
            Rejected::Audience,
        ),
        (|claims| claims["exp"] = json!(1), Rejected::Expired),
        (
            |claims| claims["token_use"] = json!("refresh"),
            Rejected::TokenUse,
        ),
        (
            |claims| {
                if claims["token_use"] == "access" {
                    claims["sub"] = json!("somebody else");
                }
            },
            Rejected::Subject,
        ),
    ];
    for (forge, reason) in forgeries {
        let (result, _) = forged(|platform| platform.server().forge = Some(forge));
        assert_token_rejected(&result, reason);
    }
}

#[test]
fn swapped_and_missing_tokens_are_no_session() {
    let (result, _) = forged(|platform| {
        platform.server().forge_answer =
            Some(|answer| answer["id_token"] = answer["access_token"].clone());
    });
    assert_token_rejected(&result, Rejected::TokenUse);

    let cases: [(Forgery, ErrorCode); 5] = [
        (
            |answer| answer["id_token"] = Value::Null,
            ErrorCode::InvalidConfiguration,
        ),
        (
            |answer| answer["access_token"] = Value::Null,
            ErrorCode::InvalidResponse,
        ),
        (
            |answer| answer["refresh_token"] = Value::Null,
            ErrorCode::InvalidResponse,
        ),
        (
            |answer| answer["token_type"] = json!("DPoP"),
            ErrorCode::InvalidResponse,
        ),
        (|answer| *answer = json!("text"), ErrorCode::InvalidResponse),
    ];
    for (forge, code) in cases {
        let (result, _) = forged(|platform| platform.server().forge_answer = Some(forge));
        assert_eq!(code_of(&result), code);
    }
}

#[test]
fn a_code_of_another_sign_in_is_refused_for_its_challenge() {
    let (client, platform) = redirecting();
    let (first, second) = (begin(&client), begin(&client));
    let stolen = platform.server().authorize(&first, "ben");
    let stolen = form_urlencoded::parse(stolen.as_bytes())
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .into_owned();
    let state = taken_apart(&second).1["state"].clone();
    let injected = query(&[("code", &stolen), ("state", &state), ("iss", ISSUER)]);
    let result = complete(&client, &injected);
    assert_eq!(code_of(&result), ErrorCode::ChallengeExpired);
    assert!(!is_signed_in(&client));
}

#[test]
fn a_record_that_was_tampered_with_is_no_sign_in() {
    let (client, platform) = redirecting();
    for record in ["", "{}", "<html>", r#"{"verifier":"v","nonce":1}"#] {
        let answer = platform.server().authorize(&begin(&client), "ana");
        for kept in platform.flows().values_mut() {
            record.clone_into(kept);
        }
        let result = complete(&client, &answer);
        assert_eq!(code_of(&result), ErrorCode::RedirectUnknown, "{record}");
    }
}

#[test]
fn a_failed_redirect_leaves_the_session_that_there_is() {
    let (client, platform) = signed_in();
    let before = (client.state(), platform.record());
    let answer = platform.server().authorize(&begin(&client), "ben");
    platform.server().forge = Some(|claims| claims["nonce"] = json!("wrong"));
    assert_token_rejected(&complete(&client, &answer), Rejected::Nonce);
    assert_eq!((client.state(), platform.record()), before);
}

#[test]
fn codes_verifiers_and_tokens_do_not_show_in_debug_output() {
    let (client, platform) = redirecting();
    let answer = platform.server().authorize(&begin(&client), "ana");
    let back = page_of(&platform);
    let mut shown = format!("{:?}", complete(&back, &answer));
    assert!(is_signed_in(&back));
    let record: Value = serde_json::from_str(&platform.record().unwrap()).unwrap();
    // And one that fails on the way.
    let answer = platform.server().authorize(&begin(&client), "ana");
    platform.script([Scripted::Fail(SendFailure::Unreachable)]);
    shown += &format!("{:?}{:?}", complete(&back, &answer), back.state());

    let mut secrets = Vec::new();
    for sent in platform.calls() {
        if sent.operation == "POST /oauth2/token" {
            secrets.extend([
                sent.body["code"].clone(),
                sent.body["code_verifier"].clone(),
            ]);
        }
    }
    assert_eq!(secrets.len(), 4, "both exchanges were seen");
    for token in ["accessToken", "idToken", "refreshToken"] {
        secrets.push(record[token].clone());
    }
    for secret in secrets {
        let secret = secret.as_str().unwrap();
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
