//! Answers that are none, and how often a call is attempted.

use cognate_core::ErrorCode;
use cognate_core::error::{Error, Outcome, UserAction};
use cognate_core::ports::{Content, HttpRequest, HttpResponse, SendFailure};

use crate::platform::{Cancel, Scripted};
use crate::{ana, client, get_user, options, run, sign_in};

fn answer(status: u16, body: &str) -> HttpResponse {
    HttpResponse {
        status,
        body: body.into(),
        ..HttpResponse::default()
    }
}

/// The error of a call that is never repeated, when it meets this.
fn error_of(scripted: Scripted) -> Error {
    let (client, platform) = client();
    platform.script([scripted]);
    let error = run(client.service().forgot_password(&ana(), &options())).unwrap_err();
    assert_eq!(platform.take_operations().len(), 1, "never repeated");
    error
}

#[test]
fn answers_that_are_not_the_services_are_told_apart() {
    use ErrorCode::{InvalidResponse, RateLimited, ServiceUnavailable};
    let html = "<!doctype html><title>Sign in to the hotel network</title>";
    let cases = [
        (200, html, InvalidResponse, Outcome::Unknown, "HTML"),
        (200, "", InvalidResponse, Outcome::Answered, "lacks"),
        (200, "{}", InvalidResponse, Outcome::Answered, "lacks"),
        (
            200,
            "[]",
            InvalidResponse,
            Outcome::Unknown,
            "not what the protocol says",
        ),
        (
            200,
            "{\"CodeDelivery",
            InvalidResponse,
            Outcome::Unknown,
            "not what the protocol says",
        ),
        (403, html, InvalidResponse, Outcome::Unknown, "HTML"),
        (404, "", InvalidResponse, Outcome::Unknown, "empty"),
        (302, "", InvalidResponse, Outcome::Unknown, "empty"),
        (429, html, RateLimited, Outcome::Answered, "HTML"),
        (500, "", ServiceUnavailable, Outcome::Unknown, "empty"),
        (502, html, ServiceUnavailable, Outcome::Unknown, "HTML"),
        (
            503,
            "upstream connect error",
            ServiceUnavailable,
            Outcome::Unknown,
            "protocol",
        ),
        (
            400,
            "{\"message\":\"?\"}",
            InvalidResponse,
            Outcome::Unknown,
            "protocol",
        ),
    ];
    for (status, body, code, outcome, says) in cases {
        let error = error_of(Scripted::Answer(answer(status, body)));
        assert_eq!(
            (error.code, error.outcome),
            (code, outcome),
            "{status} {body}"
        );
        assert!(
            error.message.contains(says),
            "{status} {body}: {}",
            error.message
        );
        if outcome == Outcome::Unknown {
            assert_eq!(error.answer.as_ref().unwrap().http_status, status);
        }
    }
}

#[test]
fn failures_without_an_answer_are_told_apart() {
    let cases = [
        (
            SendFailure::Aborted,
            ErrorCode::Aborted,
            Outcome::Unknown,
            UserAction::None,
        ),
        (
            SendFailure::TimedOut,
            ErrorCode::Timeout,
            Outcome::Unknown,
            UserAction::Retry,
        ),
        (
            SendFailure::Offline,
            ErrorCode::Offline,
            Outcome::NotSent,
            UserAction::Retry,
        ),
        (
            SendFailure::Blocked,
            ErrorCode::InvalidConfiguration,
            Outcome::NotSent,
            UserAction::None,
        ),
        (
            SendFailure::Unreachable,
            ErrorCode::Network,
            Outcome::Unknown,
            UserAction::Retry,
        ),
        (
            SendFailure::BodyLost,
            ErrorCode::Network,
            Outcome::Unknown,
            UserAction::Retry,
        ),
    ];
    for (failure, code, outcome, action) in cases {
        let error = error_of(Scripted::Fail(failure));
        assert_eq!(
            (error.code, error.outcome, error.user_action()),
            (code, outcome, action)
        );
        assert!(error.answer.is_none());
    }
}

#[test]
fn the_errors_name_is_found_wherever_the_service_puts_it() {
    let named = |header: Option<&str>, body: &str| {
        let error_type = header.map(str::to_owned);
        let error = error_of(Scripted::Answer(HttpResponse {
            error_type,
            ..answer(400, body)
        }));
        assert_eq!(error.outcome, Outcome::Answered);
        (error.code, error.message.clone().into_owned())
    };
    let limit = ErrorCode::AttemptsExceeded;
    let header = Some("LimitExceededException:http://internal.example/");
    assert_eq!(
        named(header, ""),
        (limit, "the service gave no reason".into())
    );
    let body = r#"{"__type":"com.amazonaws.cognito#LimitExceededException","message":"Wait."}"#;
    assert_eq!(named(None, body), (limit, "Wait.".into()));
    let capital = r#"{"code":"LimitExceededException","Message":"Wait."}"#;
    assert_eq!(named(None, capital), (limit, "Wait.".into()));
    let both = r#"{"__type":"InternalErrorException","message":"x"}"#;
    assert_eq!(named(header, both).0, limit, "the header counts first");
    let unknown = r#"{"__type":"TeapotException","message":"x"}"#;
    assert_eq!(named(None, unknown).0, ErrorCode::InvalidResponse);
}

#[test]
fn the_services_name_is_kept_and_its_message_bounded() {
    let long = format!(
        r#"{{"__type":"TeapotException","message":"{}"}}"#,
        "é".repeat(1000)
    );
    let error = error_of(Scripted::Answer(answer(418, &long)));
    assert_eq!(
        error.answer.as_ref().unwrap().service_type.as_deref(),
        Some("TeapotException")
    );
    assert!(error.message.len() <= 512);
}

#[test]
fn a_read_is_attempted_three_times_with_random_growing_pauses() {
    let (client, platform) = client();
    sign_in(&client);
    platform.take_operations();
    let lost = || Scripted::Answer(answer(503, ""));
    platform.script([lost(), lost()]);
    get_user(&client).unwrap();
    assert_eq!(platform.take_operations(), ["GetUser"; 3]);
    let pauses = platform.pauses();
    assert!(
        pauses[0] < 200 && pauses[1] < 400 && pauses.len() == 2,
        "{pauses:?}"
    );

    platform.script([lost(), lost(), lost()]);
    let error = get_user(&client).unwrap_err();
    assert_eq!(error.code, ErrorCode::ServiceUnavailable);
    assert!(error.retryable());
    assert_eq!(platform.take_operations().len(), 3);
}

#[test]
fn what_the_caller_or_the_service_decided_is_not_attempted_again() {
    let (client, platform) = client();
    sign_in(&client);
    for scripted in [
        Scripted::Fail(SendFailure::Aborted),
        Scripted::Fail(SendFailure::TimedOut),
        Scripted::Fail(SendFailure::Offline),
        Scripted::Answer(answer(400, r#"{"__type":"InvalidParameterException"}"#)),
    ] {
        platform.take_operations();
        platform.script([scripted]);
        assert!(get_user(&client).is_err());
        assert_eq!(platform.take_operations(), ["GetUser"]);
    }
}

#[test]
fn retry_after_is_honoured_within_the_callers_time() {
    let (client, platform) = client();
    sign_in(&client);
    let busy = |seconds: &str| {
        let retry_after = Some(seconds.to_owned());
        Scripted::Answer(HttpResponse {
            retry_after,
            ..answer(429, "")
        })
    };
    platform.script([busy("7")]);
    get_user(&client).unwrap();
    assert_eq!(platform.pauses(), [7000]);

    platform.script([busy("31")]);
    let error = get_user(&client).unwrap_err();
    assert_eq!(
        (error.code, error.retry_after_ms),
        (ErrorCode::RateLimited, Some(31_000))
    );
    assert_eq!(
        platform.pauses(),
        [7000],
        "31 seconds are beyond the 30 of the call"
    );
}

#[test]
fn an_aborted_call_says_so() {
    let (client, _) = client();
    let mut options = options();
    options.cancel = Cancel::default();
    options.cancel.0.set(true);
    let error = run(client.service().forgot_password(&ana(), &options)).unwrap_err();
    assert_eq!(error.code, ErrorCode::Aborted);
}

#[test]
fn a_call_without_time_is_not_sent() {
    let (client, platform) = client();
    let mut options = options();
    options.timeout_ms = 0;
    let error = run(client.service().forgot_password(&ana(), &options)).unwrap_err();
    assert_eq!(
        (error.code, error.outcome),
        (ErrorCode::Timeout, Outcome::NotSent)
    );
    assert!(platform.take_operations().is_empty());
}

#[test]
fn requests_and_answers_do_not_show_what_they_hold() {
    let request = HttpRequest {
        url: "http://localhost:4100/".into(),
        content: Content::Form,
        body: "Correct-Horse9!".to_owned().into(),
    };
    assert!(!format!("{request:?}").contains("Horse"));
    assert!(!format!("{:?}", answer(200, "Correct-Horse9!")).contains("Horse"));
}
