//! The hosted pages' client: the same operations under a transaction, and a location at the end.

use cognate_core::login::{TransactionId, is_transaction_gone};
use cognate_core::secret::Location;
use cognate_core::session::State;
use cognate_core::sign_in::{Answer, Flow, SignInStep, Step, StepKind};
use cognate_core::{Client, Config, Error, ErrorCode};
use serde_json::json;

use crate::platform::{Platform, Scripted};
use crate::{ENDPOINT, ISSUER, PASSWORD, ana, answered, code, options, password, refused, run};

pub(crate) const TRANSACTION: &str = "txn-1";

const BACK: &str = "https://app.example/?code=c&state=s";

fn login() -> (Client<Platform>, Platform) {
    let platform = Platform::new();
    platform.server().add_user("ana", PASSWORD);
    let config = Config::parse("local_demo", "demowebclient", &[ENDPOINT], Some(ISSUER)).unwrap();
    let transaction = TransactionId::parse(TRANSACTION).unwrap();
    let client = Client::of_login(config, transaction, platform.clone());
    (client, platform)
}

fn sign_in(client: &Client<Platform>) -> Result<SignInStep, Error> {
    run(client.sign_in(&ana(), Some(&password(PASSWORD)), Flow::Srp, &options()))
}

fn location(result: Result<SignInStep, Error>) -> Location {
    match result.unwrap() {
        SignInStep::Redirect(location) => location,
        step => panic!("not redirected: {step:?}"),
    }
}

fn asked(result: Result<SignInStep, Error>) -> Step {
    match result.unwrap() {
        SignInStep::Next(step) => step,
        step => panic!("not asked: {step:?}"),
    }
}

#[test]
fn a_password_proved_by_srp_leads_back_to_the_app_without_any_token() {
    let (client, platform) = login();
    platform.script([Scripted::Reach, answered(&json!({ "Location": BACK }))]);
    let location = location(sign_in(&client));
    assert_eq!(location.secret(), BACK);
    assert!(!format!("{location:?}").contains("code"));
    let operations = platform.take_operations();
    assert_eq!(
        operations,
        ["InitiateAuth", "RespondToAuthChallenge"],
        "no keys are fetched"
    );
    assert!(matches!(client.state(), State::SignedOut));
    assert_eq!(platform.record(), None);
}

#[test]
fn an_answer_with_tokens_is_refused_at_the_login_domain() {
    let (client, platform) = login();
    let error = sign_in(&client).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidResponse);
    assert!(matches!(client.state(), State::SignedOut));
    assert_eq!(platform.record(), None);
}

#[test]
fn a_location_that_is_script_is_refused() {
    let (client, platform) = login();
    let script = json!({ "Location": "javascript:alert(1)" });
    platform.script([Scripted::Reach, answered(&script)]);
    assert_eq!(
        sign_in(&client).unwrap_err().code,
        ErrorCode::InvalidResponse
    );
}

#[test]
fn a_transaction_that_is_gone_is_told_from_other_refusals() {
    let (client, platform) = login();
    platform.script([refused("LoginTransactionNotFoundException")]);
    assert!(is_transaction_gone(&sign_in(&client).unwrap_err()));
    platform.script([refused("NotAuthorizedException")]);
    assert!(!is_transaction_gone(&sign_in(&client).unwrap_err()));
}

#[test]
fn an_authenticator_app_is_enrolled_with_the_session_that_each_answer_brings() {
    let (client, platform) = login();
    platform.script([
        Scripted::Reach,
        answered(&json!({
            "ChallengeName": "MFA_SETUP", "Session": "session-1",
            "ChallengeParameters": { "MFAS_CAN_SETUP": "[\"SOFTWARE_TOKEN_MFA\"]" },
        })),
        answered(&json!({ "SecretCode": "JBSWY3DPEHPK3PXP", "Session": "session-2" })),
        refused("EnableSoftwareTokenMFAException"),
        answered(&json!({ "Status": "SUCCESS", "Session": "session-3" })),
        answered(&json!({ "Location": BACK })),
    ]);
    let step = asked(sign_in(&client));
    let StepKind::SetUpTotp {
        secret: Some(secret),
    } = &step.kind
    else {
        panic!("no secret: {step:?}")
    };
    assert_eq!(secret.secret(), "JBSWY3DPEHPK3PXP");
    let answer = |text| Answer::SetUpTotp {
        code: code(text),
        device_name: None,
    };
    let wrong = run(client.respond(step.clone(), answer("000000"), &options()));
    assert_eq!(wrong.unwrap_err().code, ErrorCode::CodeMismatch);
    location(run(client.respond(
        step.clone(),
        answer("123456"),
        &options(),
    )));
    let sessions: Vec<_> = platform.calls()[2..]
        .iter()
        .map(|sent| sent.body["Session"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        sessions,
        ["session-1", "session-2", "session-2", "session-3"]
    );
}

#[test]
fn a_code_that_the_authenticator_app_did_not_give_is_a_mismatch_however_it_is_said() {
    let (client, platform) = login();
    platform.script([
        Scripted::Reach,
        answered(&json!({
            "ChallengeName": "MFA_SETUP", "Session": "session-1",
            "ChallengeParameters": { "MFAS_CAN_SETUP": "[\"SOFTWARE_TOKEN_MFA\"]" },
        })),
        answered(&json!({ "SecretCode": "JBSWY3DPEHPK3PXP", "Session": "session-1" })),
        answered(&json!({ "Status": "ERROR", "Session": "session-2" })),
    ]);
    let step = asked(sign_in(&client));
    let answer = Answer::SetUpTotp {
        code: code("000000"),
        device_name: None,
    };
    let wrong = run(client.respond(step.clone(), answer, &options()));
    assert_eq!(wrong.unwrap_err().code, ErrorCode::CodeMismatch);
}

#[test]
fn a_second_step_is_answered_under_the_transaction_too() {
    let (client, platform) = login();
    platform.script([
        Scripted::Reach,
        answered(&json!({ "ChallengeName": "SMS_MFA", "Session": "session-1" })),
        answered(&json!({ "Location": BACK })),
    ]);
    let step = asked(sign_in(&client));
    let answer = Answer::Code {
        code: code("123456"),
        remember_device: false,
    };
    location(run(client.respond(step.clone(), answer, &options())));
    let sent = platform.calls().pop().unwrap().body;
    assert_eq!(sent["ChallengeResponses"]["SMS_MFA_CODE"], "123456");
    assert_eq!(sent["ChallengeResponses"]["USERNAME"], "ana-3f1c2d4e");
}
