//! Signing in, and everything that a sign-in may ask.

use cognate_core::ErrorCode;
use cognate_core::ports::HttpResponse;
use cognate_core::sign_in::{Answer, Factor, Flow, Step, StepKind};
use cognate_core::wire::Attribute;
use serde_json::json;

use crate::platform::Scripted;
use crate::{
    PASSWORD, ana, client, client_of, code, done, is_signed_in, next, options, password, run,
    sign_in,
};

#[test]
fn srp_signs_in_and_never_sends_the_password() {
    let (client, platform) = client();
    let user = sign_in(&client);
    assert_eq!(
        (user.sub.as_str(), user.username.as_str()),
        ("ana-3f1c2d4e", "ana-3f1c2d4e")
    );
    let claims: serde_json::Value = serde_json::from_str(&user.claims).unwrap();
    assert_eq!(claims["email"], "ana@example.com");
    assert!(is_signed_in(&client));
    for sent in platform.calls() {
        assert!(
            !sent.body.to_string().contains(PASSWORD),
            "{}",
            sent.operation
        );
    }
    let timestamp = &platform.calls()[2].body["ChallengeResponses"]["TIMESTAMP"];
    assert_eq!(timestamp, "Tue Sep 1 02:03:04 UTC 2026");
    assert_eq!(
        platform.take_operations(),
        ["InitiateAuth", "GET", "RespondToAuthChallenge"]
    );
}

#[test]
fn a_wrong_password_signs_nobody_in() {
    let (client, platform) = client();
    for flow in [Flow::Srp, Flow::Password] {
        let wrong = password("Wrong-Horse9!");
        let error = run(client.sign_in(&ana(), Some(&wrong), flow, &options())).unwrap_err();
        assert_eq!(error.code, ErrorCode::IncorrectCredentials, "{flow:?}");
    }
    assert!(!is_signed_in(&client));
    assert_eq!(platform.record(), None);
}

#[test]
fn the_password_flow_sends_the_password_once() {
    let (client, platform) = client();
    let user = run(client.sign_in(
        &ana(),
        Some(&password(PASSWORD)),
        Flow::Password,
        &options(),
    ));
    assert_eq!(done(user).sub, "ana-3f1c2d4e");
    let parameters = &platform.calls()[1].body["AuthParameters"];
    assert_eq!(
        parameters,
        &json!({"USERNAME": "ana", "PASSWORD": PASSWORD})
    );
}

#[test]
fn an_unknown_flow_or_preference_is_an_error_and_never_another_flow() {
    assert_eq!(Flow::parse("srp", None).unwrap(), Flow::Srp);
    assert_eq!(
        Flow::parse("userAuth", Some("email")).unwrap(),
        Flow::UserAuth(Some(Factor::Email))
    );
    for (flow, preferred) in [
        ("", None),
        ("SRP", None),
        ("USER_SRP_AUTH", None),
        ("srp", Some("email")),
        ("userAuth", Some("totp")),
        ("userAuth", Some("EMAIL_OTP")),
    ] {
        let error = Flow::parse(flow, preferred).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidParameter, "{flow}");
    }
}

#[test]
fn the_timestamp_is_of_the_services_clock() {
    let (client, platform) = client();
    platform.server().ahead_ms = 3_600_000;
    sign_in(&client);
    let timestamp = &platform.calls()[2].body["ChallengeResponses"]["TIMESTAMP"];
    assert_eq!(timestamp, "Tue Sep 1 03:03:04 UTC 2026");
}

#[test]
fn only_the_first_step_of_srp_is_repeated() {
    let (client, platform) = client();
    sign_in(&client);
    platform.take_operations();
    platform.script([Scripted::LoseAnswer, Scripted::Reach, Scripted::LoseAnswer]);
    let error = run(client.sign_in(&ana(), Some(&password(PASSWORD)), Flow::Srp, &options()));
    assert_eq!(error.unwrap_err().code, ErrorCode::Network);
    let operations = platform.take_operations();
    assert_eq!(
        operations,
        ["InitiateAuth", "InitiateAuth", "RespondToAuthChallenge"]
    );
}

#[test]
fn without_the_pools_keys_the_password_is_not_proved() {
    for flow in [
        Flow::Srp,
        Flow::Password,
        Flow::Custom,
        Flow::UserAuth(None),
    ] {
        let (client, platform) = client();
        let missing = || {
            Scripted::Answer(HttpResponse {
                status: 404,
                ..HttpResponse::default()
            })
        };
        match flow {
            Flow::Srp => platform.script([Scripted::Reach, missing()]),
            _ => platform.script([missing()]),
        }
        let error = run(client.sign_in(&ana(), Some(&password(PASSWORD)), flow, &options()));
        assert_eq!(error.unwrap_err().code, ErrorCode::InvalidResponse);
        assert_eq!(
            platform.take_operations().last().unwrap(),
            "GET",
            "{flow:?}"
        );
    }
}

#[test]
fn a_hostile_server_gets_no_proof() {
    let (client, platform) = client();
    for hostile in ["0", "xyz", &"f".repeat(768), &"1".repeat(769)] {
        platform.server().dishonest_b = Some((*hostile).to_owned());
        let error = run(client.sign_in(&ana(), Some(&password(PASSWORD)), Flow::Srp, &options()));
        assert_eq!(
            error.unwrap_err().code,
            ErrorCode::ServerUntrusted,
            "{hostile}"
        );
    }
    let proofs = platform.take_operations();
    assert!(
        !proofs.contains(&"RespondToAuthChallenge".to_owned()),
        "{proofs:?}"
    );
}

#[test]
fn a_temporary_password_is_replaced() {
    let (client, platform) = client();
    platform
        .server()
        .users
        .get_mut("ana")
        .unwrap()
        .has_temporary_password = true;
    let result = run(client.sign_in(&ana(), Some(&password(PASSWORD)), Flow::Srp, &options()));
    let step = next(result);
    assert!(matches!(&step.kind, StepKind::NewPassword { missing } if *missing == ["name"]));

    let answer = |text: &str| Answer::NewPassword {
        password: password(text),
        attributes: vec![Attribute {
            name: "name".into(),
            value: Some("Ana".into()),
        }],
    };
    let short = run(client.respond(step.clone(), answer("Ab1!"), &options())).unwrap_err();
    assert_eq!(
        short.code,
        ErrorCode::InvalidPassword,
        "and the step can be answered again"
    );
    done(run(client.respond(
        step.clone(),
        answer("Better-Horse9!"),
        &options(),
    )));
    let server = platform.server();
    assert_eq!(server.users["ana"].password, "Better-Horse9!");
    assert_eq!(server.users["ana"].attributes["name"], "Ana");
}

#[test]
fn a_step_survives_a_reload_and_holds_no_password() {
    let (client, platform) = client();
    platform
        .server()
        .users
        .get_mut("ana")
        .unwrap()
        .has_temporary_password = true;
    let step = next(run(client.sign_in(
        &ana(),
        Some(&password(PASSWORD)),
        Flow::Srp,
        &options(),
    )));
    let sealed = step.to_json();
    assert!(!sealed.contains(PASSWORD));
    let resumed = Step::from_json(&platform, &sealed).unwrap();
    let answer = Answer::NewPassword {
        password: password("Better-Horse9!"),
        attributes: Vec::new(),
    };
    done(run(client_of(&platform).respond(
        resumed.clone(),
        answer,
        &options(),
    )));
}

#[test]
fn an_unconfirmed_person_confirms_and_then_gives_the_password_again() {
    let (client, platform) = client();
    platform.server().users.get_mut("ana").unwrap().confirmed = false;
    let step = next(run(client.sign_in(
        &ana(),
        Some(&password(PASSWORD)),
        Flow::Srp,
        &options(),
    )));
    assert!(matches!(step.kind, StepKind::ConfirmSignUp));

    let wrong = run(client.respond(step.clone(), Answer::ConfirmSignUp(code("1")), &options()));
    assert_eq!(wrong.unwrap_err().code, ErrorCode::CodeMismatch);
    let right = Answer::ConfirmSignUp(code("123456"));
    let step = next(run(client.respond(step.clone(), right, &options())));
    assert!(matches!(step.kind, StepKind::Password));
    done(run(client.respond(
        step.clone(),
        Answer::Password(password(PASSWORD)),
        &options(),
    )));
}

#[test]
fn a_reset_password_is_replaced_and_signs_in() {
    let (client, platform) = client();
    platform.server().users.get_mut("ana").unwrap().must_reset = true;
    let step = next(run(client.sign_in(
        &ana(),
        Some(&password(PASSWORD)),
        Flow::Srp,
        &options(),
    )));
    assert!(matches!(step.kind, StepKind::ResetPassword));
    let answer = Answer::ResetPassword {
        code: code("123456"),
        password: password("Better-Horse9!"),
    };
    done(run(client.respond(step.clone(), answer, &options())));
    assert_eq!(platform.server().users["ana"].password, "Better-Horse9!");
}

#[test]
fn an_unknown_challenge_is_data_that_can_be_answered() {
    let (client, platform) = client();
    platform.server().challenge = Some(json!({"ChallengeName": "ADMIN_NO_SRP_AUTH",
        "Session": "session-of-the-newer-one", "ChallengeParameters": {"question": "6 * 7"}}));
    let step = next(run(client.sign_in(
        &ana(),
        Some(&password(PASSWORD)),
        Flow::Srp,
        &options(),
    )));
    let StepKind::Unknown { name, parameters } = &step.kind else {
        panic!("{step:?}")
    };
    assert_eq!(
        (name.as_str(), parameters.get("question")),
        ("ADMIN_NO_SRP_AUTH", Some("6 * 7"))
    );
    let responses = [("ANSWER".to_owned(), "42".to_owned())].into();
    done(run(client.respond(
        step.clone(),
        Answer::Unknown(responses),
        &options(),
    )));
    let answer = platform
        .calls()
        .into_iter()
        .rev()
        .find(|sent| sent.operation != "GET")
        .unwrap();
    assert_eq!(answer.body["Session"], "session-of-the-newer-one");
}

#[test]
fn an_answer_of_another_kind_is_not_sent() {
    let (client, platform) = client();
    platform.server().users.get_mut("ana").unwrap().confirmed = false;
    let step = next(run(client.sign_in(
        &ana(),
        Some(&password(PASSWORD)),
        Flow::Srp,
        &options(),
    )));
    platform.take_operations();
    let error = run(client.respond(
        step.clone(),
        Answer::Password(password(PASSWORD)),
        &options(),
    ));
    assert_eq!(error.unwrap_err().code, ErrorCode::InvalidParameter);
    assert!(platform.take_operations().is_empty());
}

#[test]
fn where_storage_is_blocked_the_session_is_in_memory_and_says_so() {
    let (client, platform) = client();
    assert!(!client.is_in_memory());
    platform.block_store();
    sign_in(&client);
    assert!(is_signed_in(&client) && client.is_in_memory());
    run(client.resume());
    run(client.refresh(&options())).unwrap();
    assert!(
        is_signed_in(&client),
        "a store that cannot be read takes nothing away"
    );
    let outcome = run(client.sign_out(false, &options()));
    assert!(outcome.revoked, "the service is told all the same");
    assert_eq!(outcome.error.unwrap().code, ErrorCode::StorageBlocked);
}
