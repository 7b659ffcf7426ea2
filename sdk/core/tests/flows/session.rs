//! Sessions: resumed, refreshed, ended.

use std::future::Future;
use std::task::{Context, Waker};

use cognate_core::ports::{HttpResponse, SendFailure};
use cognate_core::session::State;
use cognate_core::sign_in::Flow;
use cognate_core::{Client, ErrorCode};
use futures_util::future::{join, join_all};

use crate::platform::{Cancel, Scripted};
use crate::server::LIFETIME;
use crate::{
    PASSWORD, ana, client, client_of, is_signed_in, options, password, refused, run, sign_in,
};

#[test]
fn a_reload_resumes_the_session_without_network() {
    let (client, platform) = client();
    let user = sign_in(&client);
    platform.take_operations();
    let reloaded = client_of(&platform);
    assert_eq!(run(reloaded.resume()), State::SignedIn(user));
    assert!(platform.take_operations().is_empty());
}

#[test]
fn a_page_that_was_kept_aside_learns_what_another_page_of_the_tab_did_to_the_session() {
    let (kept_aside, platform) = client();
    sign_in(&kept_aside);
    let other = client_of(&platform);
    run(other.resume());
    run(other.refresh(&options())).unwrap();
    run(kept_aside.resume());
    let token = |client| run(Client::fresh_access_token(client, Some(60), &options())).unwrap();
    assert_eq!(
        token(&kept_aside).access_token.secret(),
        token(&other).access_token.secret()
    );
    run(other.sign_out(false, &options()));
    assert_eq!(run(kept_aside.resume()), State::SignedOut);
    assert!(!is_signed_in(&kept_aside));
}

#[test]
fn a_record_that_is_not_ours_is_no_session() {
    let (client, platform) = client();
    for record in ["", "{}", "{\"accessToken\":1}", "<html>"] {
        platform.set_record(Some(record));
        assert_eq!(run(client.resume()), State::SignedOut, "{record}");
        assert_eq!(
            run(client.fresh_access_token(Some(60), &options()))
                .unwrap_err()
                .code,
            ErrorCode::SignedOut
        );
    }
}

#[test]
fn an_access_token_is_refreshed_only_when_it_is_about_to_expire() {
    let (client, platform) = client();
    sign_in(&client);
    platform.take_operations();
    let first = run(client.fresh_access_token(Some(60), &options())).unwrap();
    assert!(platform.take_operations().is_empty());
    platform.advance_ms((LIFETIME - 30) * 1000);
    let second = run(client.fresh_access_token(Some(60), &options())).unwrap();
    assert_eq!(platform.take_operations(), ["GetTokensFromRefreshToken"]);
    assert_ne!(first.access_token.secret(), second.access_token.secret());
}

#[test]
fn any_number_of_callers_share_one_refresh() {
    let (client, platform) = client();
    sign_in(&client);
    platform.take_operations();
    platform.advance_ms(LIFETIME * 1000);
    let options = options();
    let callers = (0..5).map(|_| client.fresh_access_token(Some(60), &options));
    let tokens: Vec<_> = run(join_all(callers))
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(
        tokens
            .iter()
            .all(|token| token.access_token.secret() == tokens[0].access_token.secret())
    );
    assert_eq!(platform.take_operations(), ["GetTokensFromRefreshToken"]);
}

#[test]
fn one_caller_who_gives_up_does_not_end_the_refresh_of_the_others() {
    let (client, platform) = client();
    sign_in(&client);
    platform.take_operations();
    let mut impatient = options();
    impatient.cancel = Cancel::default();
    impatient.cancel.0.set(true);
    let patient = options();
    let both = join(client.refresh(&impatient), client.refresh(&patient));
    let (gave_up, refreshed) = run(both);
    assert_eq!(gave_up.unwrap_err().code, ErrorCode::Aborted);
    assert!(refreshed.is_ok());
    assert_eq!(platform.take_operations().len(), 2);
}

#[test]
fn a_rotated_refresh_token_replaces_the_old_one_and_otherwise_it_is_kept() {
    let (client, platform) = client();
    sign_in(&client);
    run(client.refresh(&options())).unwrap();
    run(client.refresh(&options())).unwrap();
    let tokens = |platform: &crate::platform::Platform| -> Vec<_> {
        let of_refresh =
            |sent: &crate::platform::Sent| sent.body["RefreshToken"].as_str().map(str::to_owned);
        platform.calls().iter().filter_map(of_refresh).collect()
    };
    assert_eq!(tokens(&platform), ["refresh-1", "refresh-1"]);
    platform.server().rotates = true;
    run(client.refresh(&options())).unwrap();
    run(client.refresh(&options())).unwrap();
    assert_eq!(tokens(&platform)[2..], ["refresh-1", "refresh-4"]);
    assert!(platform.record().unwrap().contains("refresh-5"));
}

#[test]
fn an_old_service_is_refreshed_by_initiate_auth() {
    let (client, platform) = client();
    sign_in(&client);
    platform.server().is_old = true;
    platform.take_operations();
    run(client.refresh(&options())).unwrap();
    run(client.refresh(&options())).unwrap();
    let operations = platform.take_operations();
    assert_eq!(
        operations,
        ["GetTokensFromRefreshToken", "InitiateAuth", "InitiateAuth"]
    );
}

#[test]
fn every_way_of_not_knowing_an_operation_is_understood() {
    for (status, body) in [
        (400, r#"{"__type":"UnknownOperationException"}"#),
        (
            500,
            r#"{"__type":"CognitoLocal#Unsupported","message":"unsupported feature"}"#,
        ),
        (501, "not implemented"),
    ] {
        let (client, platform) = client();
        sign_in(&client);
        platform.take_operations();
        let response = HttpResponse {
            status,
            body: body.into(),
            ..HttpResponse::default()
        };
        platform.script([Scripted::Answer(response)]);
        run(client.refresh(&options())).unwrap();
        let operations = platform.take_operations();
        assert_eq!(
            operations,
            ["GetTokensFromRefreshToken", "InitiateAuth"],
            "{body}"
        );
    }
}

#[test]
fn a_lost_answer_to_a_refresh_is_healed_at_once_with_the_same_token() {
    let (client, platform) = client();
    sign_in(&client);
    platform.server().rotates = true;
    platform.take_operations();
    platform.script([Scripted::LoseAnswer]);
    run(client.refresh(&options())).unwrap();
    assert_eq!(platform.calls()[1].body["RefreshToken"], "refresh-1");
    assert_eq!(platform.take_operations().len(), 2);
    assert!(platform.pauses().is_empty(), "at once");
    run(client.refresh(&options())).unwrap();
}

#[test]
fn a_network_failure_never_signs_anybody_out() {
    let (client, platform) = client();
    sign_in(&client);
    for failure in [
        SendFailure::Offline,
        SendFailure::Unreachable,
        SendFailure::BodyLost,
        SendFailure::TimedOut,
        SendFailure::Aborted,
        SendFailure::Blocked,
    ] {
        platform.script([Scripted::Fail(failure), Scripted::Fail(failure)]);
        assert!(run(client.refresh(&options())).is_err(), "{failure:?}");
        assert!(is_signed_in(&client), "{failure:?}");
        platform.clear_script();
    }
    run(client.refresh(&options())).unwrap();
}

#[test]
fn the_services_refusal_ends_the_session() {
    let (client, platform) = client();
    sign_in(&client);
    platform.server().refresh_tokens.clear();
    let error = run(client.refresh(&options())).unwrap_err();
    assert_eq!(error.code, ErrorCode::SessionLost);
    assert_eq!(client.state(), State::SignedOut);
    assert_eq!(platform.record(), None);
    assert_eq!(
        run(client.refresh(&options())).unwrap_err().code,
        ErrorCode::SignedOut
    );
}

#[test]
fn a_firewalls_refusal_does_not_end_the_session() {
    let (client, platform) = client();
    sign_in(&client);
    let body =
        r#"{"__type":"ForbiddenException","message":"Request not allowed due to WAF block."}"#;
    let response = HttpResponse {
        status: 403,
        body: body.into(),
        ..HttpResponse::default()
    };
    platform.script([Scripted::Answer(response)]);
    let error = run(client.refresh(&options())).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotAuthorized);
    assert!(is_signed_in(&client));
}

#[test]
fn a_refresh_after_a_reload_has_the_keys_before_it_spends_the_token() {
    let (client, platform) = client();
    sign_in(&client);
    platform.server().rotates = true;
    platform.take_operations();
    let reloaded = client_of(&platform);
    run(reloaded.resume());
    platform.script([Scripted::Fail(SendFailure::Offline)]);
    assert_eq!(
        run(reloaded.refresh(&options())).unwrap_err().code,
        ErrorCode::Offline
    );
    assert_eq!(platform.take_operations(), ["GET"]);
    run(reloaded.refresh(&options())).unwrap();
}

#[test]
fn signing_out_forgets_first_and_revokes_then() {
    let (client, platform) = client();
    sign_in(&client);
    let outcome = run(client.sign_out(false, &options()));
    assert!(outcome.revoked && !outcome.everywhere && outcome.error.is_none());
    assert!(platform.server().refresh_tokens.is_empty());
    assert_eq!(
        (client.state(), platform.record()),
        (State::SignedOut, None)
    );
}

#[test]
fn signing_out_works_offline() {
    let (client, platform) = client();
    sign_in(&client);
    platform.script([Scripted::Fail(SendFailure::Offline)]);
    let outcome = run(client.sign_out(false, &options()));
    assert!(!outcome.revoked);
    assert_eq!(outcome.error.unwrap().code, ErrorCode::Offline);
    assert_eq!(
        (client.state(), platform.record()),
        (State::SignedOut, None)
    );
}

#[test]
fn signing_out_wins_over_a_refresh_under_way() {
    let (client, platform) = client();
    sign_in(&client);
    let options = options();
    let (refreshed, _) = run(join(
        client.refresh(&options),
        client.sign_out(false, &options),
    ));
    assert_eq!(refreshed.unwrap_err().code, ErrorCode::SignedOut);
    assert_eq!(
        (client.state(), platform.record()),
        (State::SignedOut, None)
    );
    assert!(
        platform.server().refresh_tokens.is_empty(),
        "what was bought too late is revoked too"
    );
}

#[test]
fn what_is_read_again_while_somebody_signs_out_does_not_bring_the_session_back() {
    use std::task::{Context, Waker};
    for polls in 1..12 {
        let (client, platform) = client();
        sign_in(&client);
        let options = options();
        let mut signing_out = Box::pin(client.sign_out(false, &options));
        let mut context = Context::from_waker(Waker::noop());
        let mut is_over = false;
        for _ in 0..polls {
            is_over = is_over || signing_out.as_mut().poll(&mut context).is_ready();
        }
        let read_again = client.resume();
        let state = if is_over {
            run(read_again)
        } else {
            run(join(read_again, signing_out)).0
        };
        assert_eq!(state, State::SignedOut, "after {polls} polls");
        assert_eq!(client.state(), State::SignedOut, "after {polls} polls");
        assert_eq!(platform.record(), None);
    }
}

#[test]
fn signing_out_everywhere_ends_every_session_even_with_an_expired_access_token() {
    let (client, platform) = client();
    let elsewhere = client_of(&platform.other_device());
    sign_in(&elsewhere);
    sign_in(&client);
    platform.advance_ms(LIFETIME * 1000);
    let outcome = run(client.sign_out(true, &options()));
    assert!(outcome.everywhere && outcome.revoked && outcome.error.is_none());
    let error = run(elsewhere.refresh(&options())).unwrap_err();
    assert_eq!(error.code, ErrorCode::SessionLost);
}

#[test]
fn a_session_that_a_refresh_is_storing_does_not_outlive_signing_out() {
    use std::task::{Context, Waker};
    for polls in 0..30 {
        let (client, platform) = client();
        sign_in(&client);
        let options = options();
        let mut refresh = Box::pin(client.refresh(&options));
        let mut context = Context::from_waker(Waker::noop());
        let mut is_over = false;
        for _ in 0..polls {
            is_over = is_over || refresh.as_mut().poll(&mut context).is_ready();
        }
        run(client.sign_out(false, &options));
        if !is_over {
            let _ = run(refresh);
        }
        assert_eq!(platform.record(), None, "signed out after {polls} polls");
    }
}

#[test]
fn a_sign_out_wins_over_a_sign_in_at_any_point_of_it() {
    for turns in 0.. {
        let (client, platform) = client();
        let (options, name, secret) = (options(), ana(), password(PASSWORD));
        let mut signing_in = Box::pin(client.sign_in(&name, Some(&secret), Flow::Srp, &options));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..turns {
            if signing_in.as_mut().poll(&mut context).is_ready() {
                assert!(turns > 5, "it was over before anything was tried");
                return;
            }
        }
        run(client.sign_out(false, &options));
        let result = run(signing_in);
        if turns > 0 {
            assert_eq!(result.unwrap_err().code, ErrorCode::SignedOut, "{turns}");
            assert!(!is_signed_in(&client) && platform.record().is_none());
            assert!(platform.server().refresh_tokens.is_empty(), "{turns}");
        }
    }
}

#[test]
fn what_is_bought_to_sign_out_everywhere_is_revoked_when_that_fails() {
    let (client, platform) = client();
    platform.server().rotates = true;
    sign_in(&client);
    platform.advance_ms(LIFETIME * 1000);
    platform.script([Scripted::Reach, refused("ForbiddenException")]);
    let outcome = run(client.sign_out(true, &options()));
    assert!(outcome.revoked && !outcome.everywhere && outcome.error.is_some());
    let calls = platform.calls();
    let revocation = calls.last().unwrap();
    assert_eq!(revocation.operation, "RevokeToken");
    assert_eq!(revocation.body["Token"], "refresh-2", "the newest");
}

#[test]
fn what_an_app_may_log_of_a_state_has_no_claims() {
    let (client, _platform) = client();
    let user = sign_in(&client);
    assert!(user.claims.contains("ana@example.com"));
    for text in [format!("{:?}", client.state()), format!("{user:?}")] {
        assert!(text.contains(&user.sub), "{text}");
        assert!(!text.contains("example.com"), "{text}");
    }
}
