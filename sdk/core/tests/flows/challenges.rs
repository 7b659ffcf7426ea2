//! Every challenge: what it asks, how it is answered, and what is kept of it.

use cognate_core::ErrorCode;
use cognate_core::json::Object;
use cognate_core::secret::{ChallengeSession, CustomAnswer, PasskeyCredential};
use cognate_core::sign_in::{Answer, Entry, Factor, Flow, SignInStep, Step, StepKind};
use serde_json::{Value, json};

use crate::platform::{Platform, Scripted};
use crate::{
    PASSWORD, ana, answered, client, client_of, code, done, next, options, password, refused,
    refused_with, run,
};

const SECRET: &str = "JBSWY3DPEHPK3PXP";
const FACTORS: &str = r#"["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP","NEW_KIND"]"#;

/// A challenge as the service sends it.
#[expect(clippy::needless_pass_by_value, reason = "`json!` makes values")]
fn challenge(name: &str, parameters: Value) -> Value {
    json!({ "ChallengeName": name, "Session": "session-1-of-the-service", "ChallengeParameters": parameters })
}

/// The step that the challenge is, after the password, on a platform that the next answers are for.
fn asked(challenge: &Value) -> (Step, Platform) {
    asked_after(Flow::Password, [answered(challenge)])
}

fn asked_after(flow: Flow, script: impl IntoIterator<Item = Scripted>) -> (Step, Platform) {
    let (client, platform) = client();
    platform.script([Scripted::Reach]);
    platform.script(script);
    let password = password(PASSWORD);
    let password = (!matches!(flow, Flow::UserAuth(_))).then_some(&password);
    let step = next(run(client.sign_in(&ana(), password, flow, &options())));
    platform.take_operations();
    (step, platform)
}

/// What an answer sends, to a service that has no more to ask.
fn sent(step: &Step, platform: &Platform, answer: Answer) -> Value {
    // The keys, for a client that comes after a reload.
    platform.script([Scripted::Reach, platform.tokens("ana")]);
    let client = client_of(platform);
    done(run(client.respond(step.clone(), answer, &options())));
    platform.calls().pop().unwrap().body
}

fn shown(step: &Step) -> Value {
    let mut record = Object::new();
    step.kind.write(&mut record);
    serde_json::from_str(&record.finish()).unwrap()
}

fn a_code() -> Answer {
    Answer::Code {
        code: code("123456"),
        remember_device: false,
    }
}

fn totp_code() -> Answer {
    Answer::SetUpTotp {
        code: code("123456"),
        device_name: Some("Phone".into()),
    }
}

fn new_password() -> Answer {
    Answer::NewPassword {
        password: password("Better-Horse9!"),
        attributes: Vec::new(),
    }
}

#[test]
fn every_challenge_has_its_step_and_its_answer() {
    let delivered = json!({"CODE_DELIVERY_DESTINATION": "a***", "CODE_DELIVERY_DELIVERY_MEDIUM": "?",
        "USER_ID_FOR_SRP": "ana-3f1c2d4e", "NEW": "extra"});
    let options = json!({"CREDENTIAL_REQUEST_OPTIONS": "{\"challenge\":\"x\"}"});
    let custom = json!({"question": "6 * 7", "USERNAME": "ana-3f1c2d4e"});
    let credential = PasskeyCredential::new("{\"id\":\"x\"}".into());
    let cases = [
        (
            "SMS_MFA",
            delivered.clone(),
            json!({"kind": "code", "factor": "sms", "purpose": "mfa", "destination": "a***"}),
            a_code(),
            json!({"SMS_MFA_CODE": "123456"}),
        ),
        (
            "SMS_OTP",
            delivered.clone(),
            json!({"kind": "code", "factor": "sms", "purpose": "firstFactor", "destination": "a***"}),
            a_code(),
            json!({"SMS_OTP_CODE": "123456"}),
        ),
        (
            "EMAIL_OTP",
            delivered,
            json!({"kind": "code", "factor": "email", "purpose": "mfa", "destination": "a***"}),
            a_code(),
            json!({"EMAIL_OTP_CODE": "123456"}),
        ),
        (
            "SOFTWARE_TOKEN_MFA",
            json!({"FRIENDLY_DEVICE_NAME": "Phone"}),
            json!({"kind": "code", "factor": "totp", "purpose": "mfa", "destination": "Phone"}),
            a_code(),
            json!({"SOFTWARE_TOKEN_MFA_CODE": "123456"}),
        ),
        (
            "SELECT_MFA_TYPE",
            json!({"MFAS_CAN_CHOOSE": FACTORS}),
            json!({"kind": "selectFactor", "stage": "mfa", "options": ["sms", "totp", "email"]}),
            Answer::SelectFactor(Factor::Totp),
            json!({"ANSWER": "SOFTWARE_TOKEN_MFA"}),
        ),
        (
            "MFA_SETUP",
            json!({"MFAS_CAN_SETUP": "[\"SMS_MFA\",\"EMAIL_OTP\"]"}),
            json!({"kind": "setUpEmail"}),
            Answer::SetUpEmail("ana@example.com".into()),
            json!({"EMAIL": "ana@example.com"}),
        ),
        (
            "WEB_AUTHN",
            options,
            json!({"kind": "passkey", "options": "{\"challenge\":\"x\"}"}),
            Answer::Passkey(credential),
            json!({"CREDENTIAL": "{\"id\":\"x\"}"}),
        ),
        (
            "CUSTOM_CHALLENGE",
            custom.clone(),
            json!({"kind": "custom", "parameters": custom}),
            Answer::Custom(CustomAnswer::new("42".into())),
            json!({"ANSWER": "42"}),
        ),
        (
            "NEW_PASSWORD_REQUIRED",
            json!({"requiredAttributes": "[\"userAttributes.name\"]", "userAttributes": "{\"phone\":\"+1\"}"}),
            json!({"kind": "newPassword", "missing": ["name"]}),
            new_password(),
            json!({"NEW_PASSWORD": "Better-Horse9!"}),
        ),
        (
            "PASSWORD",
            json!({}),
            json!({"kind": "password"}),
            Answer::Password(password(PASSWORD)),
            json!({"PASSWORD": PASSWORD}),
        ),
        (
            "ADMIN_NO_SRP_AUTH",
            json!({"a": "1"}),
            json!({"kind": "unknown", "name": "ADMIN_NO_SRP_AUTH", "parameters": {"a": "1"}}),
            Answer::Unknown([("B".to_owned(), "2".to_owned())].into()),
            json!({"B": "2"}),
        ),
    ];
    for (name, parameters, kind, answer, mut responses) in cases {
        let (step, platform) = asked(&challenge(name, parameters.clone()));
        assert_eq!(shown(&step), kind, "{name}");
        let resumed = Step::from_json(&platform, &step.to_json()).unwrap();
        assert_eq!(shown(&resumed), kind, "{name} after a reload");
        let named = parameters["USER_ID_FOR_SRP"].as_str();
        let named = named.or_else(|| parameters["USERNAME"].as_str());
        responses["USERNAME"] = json!(named.unwrap_or("ana"));
        for step in [step, resumed] {
            let body = sent(&step, &platform, answer.clone());
            let expected = json!({"ClientId": "demowebclient", "ChallengeName": name,
                "Session": "session-1-of-the-service", "ChallengeResponses": responses});
            assert_eq!(body, expected, "{name}");
        }
    }
}

#[test]
fn what_comes_besides_and_is_no_text_breaks_nothing() {
    let strange = json!({"CODE_DELIVERY_DESTINATION": "a***", "LIST": [1], "NULL": null, "N": 1});
    let (step, _) = asked(&challenge("SMS_MFA", strange));
    assert_eq!(shown(&step)["destination"], "a***");
    let mut no_parameters = challenge("SMS_MFA", Value::Null);
    let (step, _) = asked(&no_parameters);
    assert_eq!(shown(&step)["kind"], "code");
    no_parameters["ChallengeParameters"] = json!("text");
    let (client, platform) = client();
    platform.script([Scripted::Reach, answered(&no_parameters)]);
    let error = run(client.sign_in(
        &ana(),
        Some(&password(PASSWORD)),
        Flow::Password,
        &options(),
    ));
    assert_eq!(error.unwrap_err().code, ErrorCode::InvalidResponse);
}

#[test]
fn a_challenge_without_what_it_needs_is_data_and_not_a_guess() {
    for (name, parameters) in [
        ("SELECT_MFA_TYPE", json!({"MFAS_CAN_CHOOSE": "[]"})),
        (
            "SELECT_MFA_TYPE",
            json!({"MFAS_CAN_CHOOSE": "[\"NEW_KIND\"]"}),
        ),
        ("SELECT_CHALLENGE", json!({})),
        ("MFA_SETUP", json!({})),
        ("MFA_SETUP", json!({"MFAS_CAN_SETUP": "[\"SMS_MFA\"]"})),
        ("WEB_AUTHN", json!({})),
    ] {
        let (step, _) = asked(&challenge(name, parameters.clone()));
        let kind = json!({"kind": "unknown", "name": name, "parameters": parameters});
        assert_eq!(shown(&step), kind);
    }
}

#[test]
fn who_the_person_is_is_not_kept_in_the_step() {
    let profile =
        json!({"requiredAttributes": "[]", "userAttributes": "{\"phone\":\"+14325551212\"}"});
    let (step, _) = asked(&challenge("NEW_PASSWORD_REQUIRED", profile));
    assert!(!step.to_json().contains("4325551212"));
}

#[test]
fn a_code_by_e_mail_is_the_first_factor_where_nothing_was_proved_before_it() {
    let email = challenge("EMAIL_OTP", json!({}));
    let choice = json!({"ChallengeName": "SELECT_CHALLENGE", "Session": "session-1-of-the-service",
        "AvailableChallenges": ["EMAIL_OTP", "PASSWORD_SRP", "PASSWORD"]});
    let flow = Flow::UserAuth(Some(Factor::Email));
    let (step, platform) = asked_after(flow, [answered(&email)]);
    assert_eq!(shown(&step)["purpose"], "firstFactor");
    let resumed = Step::from_json(&platform, &step.to_json()).unwrap();
    assert_eq!(shown(&resumed)["purpose"], "firstFactor");

    let (step, platform) = asked_after(Flow::UserAuth(None), [answered(&choice)]);
    platform.script([Scripted::Reach, answered(&email)]);
    let chosen = Answer::SelectFactor(Factor::Email);
    let step = next(run(client_of(&platform).respond(step, chosen, &options())));
    assert_eq!(shown(&step)["purpose"], "firstFactor");

    platform.script([Scripted::Reach, answered(&email)]);
    let client = client_of(&platform);
    let step = next(run(client.respond(step, a_code(), &options())));
    assert_eq!(shown(&step)["purpose"], "mfa", "after another code");
}

#[test]
fn a_password_that_is_chosen_is_asked_for_without_the_network_and_proved_by_srp() {
    let choice = json!({"ChallengeName": "SELECT_CHALLENGE", "Session": "session-1-of-the-service",
        "AvailableChallenges": ["PASSWORD", "EMAIL_OTP", "PASSWORD_SRP"]});
    let (step, platform) = asked_after(Flow::UserAuth(None), [answered(&choice)]);
    let kind = json!({"kind": "selectFactor", "stage": "first", "options": ["password", "email"]});
    assert_eq!(shown(&step), kind);
    let client = client_of(&platform);
    let chosen = Answer::SelectFactor(Factor::Password);
    let step = next(run(client.respond(step, chosen, &options())));
    assert!(matches!(step.kind, StepKind::Password));
    assert!(platform.take_operations().is_empty());

    let resumed = Step::from_json(&platform, &step.to_json()).unwrap();
    for step in [step, resumed] {
        let answer = Answer::Password(password(PASSWORD));
        done(run(client.respond(step, answer, &options())));
        let calls = platform.calls();
        let begun = calls
            .iter()
            .rfind(|sent| sent.body["ChallengeName"] == "SELECT_CHALLENGE")
            .unwrap();
        let responses = &begun.body["ChallengeResponses"];
        assert_eq!(responses["ANSWER"], "PASSWORD_SRP");
        assert!(responses["SRP_A"].is_string() && responses["PASSWORD"].is_null());
        assert_eq!(
            calls.last().unwrap().body["ChallengeName"],
            "PASSWORD_VERIFIER"
        );
        assert!(
            calls
                .iter()
                .all(|sent| !sent.body.to_string().contains(PASSWORD))
        );
    }
}

#[test]
fn where_only_a_password_can_be_chosen_it_is_asked_for() {
    let choice = json!({"ChallengeName": "SELECT_CHALLENGE", "AvailableChallenges": ["PASSWORD"]});
    let (step, platform) = asked_after(Flow::UserAuth(None), [answered(&choice)]);
    assert!(matches!(step.kind, StepKind::Password));
    platform.script([Scripted::Reach, platform.tokens("ana")]);
    let answer = Answer::Password(password(PASSWORD));
    done(run(client_of(&platform).respond(step, answer, &options())));
    let responses = &platform.calls()[1].body["ChallengeResponses"];
    assert_eq!(responses["ANSWER"], "PASSWORD", "SRP is not offered");
    assert_eq!(responses["PASSWORD"], PASSWORD);
}

#[test]
fn a_flow_that_proves_the_password_never_sends_it_whatever_the_service_asks() {
    let session = "s".repeat(30);
    let alone = json!({"ChallengeName": "PASSWORD", "Session": session, "ChallengeParameters": {}});
    let chosen = json!({"ChallengeName": "SELECT_CHALLENGE", "Session": session, "AvailableChallenges": ["PASSWORD", "EMAIL_OTP"]});
    let mut only = chosen.clone();
    only["AvailableChallenges"] = json!(["PASSWORD"]);
    for flow in [Flow::Srp, Flow::Custom] {
        for challenge in [&alone, &chosen, &only] {
            let (client, platform) = client();
            let secret = password(PASSWORD);
            platform.script(match flow {
                // The keys come at the same time, and before what is not repeated.
                Flow::Srp => [answered(challenge), Scripted::Reach],
                _ => [Scripted::Reach, answered(challenge)],
            });
            let mut step = next(run(client.sign_in(&ana(), Some(&secret), flow, &options())));
            // After a reload, too.
            step = Step::from_json(&platform, &step.to_json()).unwrap();
            let client = client_of(&platform);
            if let StepKind::SelectFactor { .. } = step.kind {
                let choice = Answer::SelectFactor(Factor::Password);
                step = next(run(client.respond(step, choice, &options())));
            }
            let answer = Answer::Password(password(PASSWORD));
            let error = run(client.respond(step, answer, &options())).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidResponse, "{challenge}");
            let calls = platform.calls();
            assert!(
                calls
                    .iter()
                    .all(|sent| !sent.body.to_string().contains(PASSWORD))
            );
        }
    }
}

#[test]
fn an_authenticator_app_gets_a_new_secret_after_a_reload_which_nothing_keeps() {
    let set_up = challenge("MFA_SETUP", json!({"MFAS_CAN_SETUP": FACTORS}));
    let (step, platform) = asked(&set_up);
    let kind = json!({"kind": "selectFactor", "stage": "setUp", "options": ["totp", "email"]});
    assert_eq!(shown(&step), kind, "a phone number cannot be added here");
    let associated =
        |secret: &str, session: &str| answered(&json!({"SecretCode": secret, "Session": session}));
    platform.script([
        Scripted::Reach,
        associated(SECRET, "session-2-of-the-service"),
    ]);
    let client = client_of(&platform);
    let chosen = Answer::SelectFactor(Factor::Totp);
    let step = next(run(client.respond(step, chosen, &options())));
    assert_eq!(shown(&step), json!({"kind": "setUpTotp", "secret": SECRET}));
    assert!(!step.to_json().contains(SECRET) && !format!("{step:?}").contains(SECRET));

    let resumed = Step::from_json(&platform, &step.to_json()).unwrap();
    platform.script([associated("ANOTHERSECRETKEY", "session-3-of-the-service")]);
    let step = next(run(client.resume_step(resumed, &options())));
    assert_eq!(shown(&step)["secret"], "ANOTHERSECRETKEY");

    platform.take_operations();
    platform.script([
        answered(&json!({"Status": "SUCCESS", "Session": "session-4-of-the-service"})),
        platform.tokens("ana"),
    ]);
    done(run(client.respond(step, totp_code(), &options())));
    let calls = platform.calls();
    let verified = json!({"Session": "session-3-of-the-service", "UserCode": "123456", "FriendlyDeviceName": "Phone"});
    assert_eq!(calls[0].body, verified);
    assert_eq!(calls[1].body["Session"], "session-4-of-the-service");
    assert_eq!(
        calls[1].body["ChallengeResponses"],
        json!({"USERNAME": "ana"})
    );
}

#[test]
fn a_wrong_custom_answer_leads_to_what_the_service_asks_next() {
    let question = |text: &str| challenge("CUSTOM_CHALLENGE", json!({ "question": text }));
    let (step, platform) = asked(&question("1"));
    platform.script([Scripted::Reach, answered(&question("2"))]);
    let answer = Answer::Custom(CustomAnswer::new("wrong".into()));
    let step = next(run(client_of(&platform).respond(step, answer, &options())));
    assert_eq!(shown(&step)["parameters"], json!({"question": "2"}));
}

#[test]
fn a_custom_sign_in_begins_with_srp_where_there_is_a_password() {
    let (client, platform) = client();
    platform.server().challenge = Some(challenge("CUSTOM_CHALLENGE", json!({"question": "6 * 7"})));
    let known = password(PASSWORD);
    let step = next(run(client.sign_in(
        &ana(),
        Some(&known),
        Flow::Custom,
        &options(),
    )));
    assert!(matches!(step.kind, StepKind::Custom { .. }));
    let begun = &platform.calls()[1].body;
    assert_eq!(begun["AuthFlow"], "CUSTOM_AUTH");
    assert_eq!(begun["AuthParameters"]["CHALLENGE_NAME"], "SRP_A");
    let answer = Answer::Custom(CustomAnswer::new("42".into()));
    done(run(client.respond(step, answer, &options())));

    platform.take_operations();
    platform.script([answered(&challenge("CUSTOM_CHALLENGE", json!({})))]);
    next(run(client.sign_in(&ana(), None, Flow::Custom, &options())));
    let begun = &platform.calls()[0].body;
    assert_eq!(begun["AuthParameters"], json!({"USERNAME": "ana"}));
}

#[test]
fn a_preferred_password_is_proved_in_the_same_call_and_others_are_only_named() {
    let (client, platform) = client();
    let known = password(PASSWORD);
    for preferred in [None, Some(Factor::Password)] {
        platform.take_operations();
        let flow = Flow::UserAuth(preferred);
        done(run(client.sign_in(&ana(), Some(&known), flow, &options())));
        let calls = platform.calls();
        let begun = calls.iter().find(|sent| sent.operation == "InitiateAuth");
        let parameters = &begun.unwrap().body["AuthParameters"];
        assert_eq!(parameters["PREFERRED_CHALLENGE"], "PASSWORD_SRP");
        assert!(parameters["SRP_A"].is_string() && parameters["PASSWORD"].is_null());
    }
    for (factor, name) in [
        (Factor::Sms, "SMS_OTP"),
        (Factor::Email, "EMAIL_OTP"),
        (Factor::Passkey, "WEB_AUTHN"),
    ] {
        platform.take_operations();
        platform.script([answered(&challenge(name, json!({})))]);
        let flow = Flow::UserAuth(Some(factor));
        next(run(client.sign_in(&ana(), Some(&known), flow, &options())));
        let parameters = &platform.calls()[0].body["AuthParameters"];
        let expected = json!({"USERNAME": "ana", "PREFERRED_CHALLENGE": name});
        assert_eq!(parameters, &expected, "and the password is not sent");
    }
}

#[test]
fn a_flow_that_needs_a_password_asks_for_it_before_anything_is_sent() {
    for flow in [
        Flow::Srp,
        Flow::Password,
        Flow::UserAuth(Some(Factor::Password)),
    ] {
        let (client, platform) = client();
        let step = next(run(client.sign_in(&ana(), None, flow, &options())));
        assert!(matches!(step.kind, StepKind::Password));
        assert!(platform.take_operations().is_empty());
        let step = Step::from_json(&platform, &step.to_json()).unwrap();
        let answer = Answer::Password(password(PASSWORD));
        done(run(client.respond(step, answer, &options())));
    }
}

#[test]
fn a_proof_that_was_not_begun_is_refused_in_words() {
    let (client, platform) = client();
    let verifier = challenge(
        "PASSWORD_VERIFIER",
        json!({"SALT": "1", "SRP_B": "2",
        "SECRET_BLOCK": "AA==", "USER_ID_FOR_SRP": "ana"}),
    );
    platform.script([Scripted::Reach, answered(&verifier)]);
    let error = run(client.sign_in(&ana(), None, Flow::Custom, &options())).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidResponse);
    assert!(error.message.contains("sign in again"), "{}", error.message);
}

#[test]
fn two_errors_that_a_person_can_answer_are_steps_wherever_they_come() {
    let ways = [
        ("UserNotConfirmedException", "confirmSignUp"),
        ("PasswordResetRequiredException", "resetPassword"),
    ];
    for (name, kind) in ways {
        let (step, platform) = asked(&challenge("SMS_MFA", json!({})));
        platform.script([Scripted::Reach, refused(name)]);
        let client = client_of(&platform);
        let step = next(run(client.respond(step, a_code(), &options())));
        assert_eq!(shown(&step), json!({ "kind": kind }));
    }
}

#[test]
fn an_answer_of_another_kind_is_not_sent_whatever_is_asked() {
    let steps: Vec<(Step, Platform)> = [
        ("SMS_MFA", json!({})),
        ("SELECT_MFA_TYPE", json!({"MFAS_CAN_CHOOSE": FACTORS})),
        ("MFA_SETUP", json!({"MFAS_CAN_SETUP": "[\"EMAIL_OTP\"]"})),
        ("WEB_AUTHN", json!({"CREDENTIAL_REQUEST_OPTIONS": "{}"})),
        ("CUSTOM_CHALLENGE", json!({})),
        ("NEW_PASSWORD_REQUIRED", json!({})),
        ("PASSWORD", json!({})),
        ("UserNotConfirmedException", json!({})),
        ("PasswordResetRequiredException", json!({})),
        ("ADMIN_NO_SRP_AUTH", json!({})),
    ]
    .map(|(name, parameters)| asked(&challenge(name, parameters)))
    .into();
    let answers = [
        ("code", a_code()),
        ("selectFactor", Answer::SelectFactor(Factor::Sms)),
        ("setUpTotp", totp_code()),
        ("setUpEmail", Answer::SetUpEmail("a@b.c".into())),
        (
            "passkey",
            Answer::Passkey(PasskeyCredential::new("{}".into())),
        ),
        ("custom", Answer::Custom(CustomAnswer::new("42".into()))),
        ("newPassword", new_password()),
        ("password", Answer::Password(password(PASSWORD))),
        ("confirmSignUp", Answer::ConfirmSignUp(code("1"))),
        ("unknown", Answer::Unknown(Default::default())),
    ];
    for (step, platform) in &steps {
        let client = client_of(platform);
        for (kind, answer) in &answers {
            if *kind == step.kind.name() {
                continue;
            }
            let error = run(client.respond(step.clone(), answer.clone(), &options()));
            assert_eq!(
                error.unwrap_err().code,
                ErrorCode::InvalidParameter,
                "{kind}"
            );
        }
        assert!(
            platform.take_operations().is_empty(),
            "{}",
            step.kind.name()
        );
    }
    let (step, platform) = &steps[1];
    let not_offered = Answer::SelectFactor(Factor::Passkey);
    let error = run(client_of(platform).respond(step.clone(), not_offered, &options()));
    assert_eq!(error.unwrap_err().code, ErrorCode::InvalidParameter);
}

#[test]
fn a_step_that_the_service_forgot_says_that_the_sign_in_starts_again() {
    let (step, platform) = asked(&challenge("SMS_MFA", json!({})));
    platform.script([
        Scripted::Reach,
        refused_with("NotAuthorizedException", "Invalid session for the user."),
    ]);
    let error = run(client_of(&platform).respond(step, a_code(), &options())).unwrap_err();
    assert_eq!(error.code, ErrorCode::ChallengeExpired);
}

#[test]
fn a_client_with_a_secret_is_refused_in_words_of_our_own() {
    let (client, platform) = client();
    let said = "Client x is configured with secret but SECRET_HASH was not received";
    platform.script([
        Scripted::Reach,
        refused_with("NotAuthorizedException", said),
    ]);
    let error = run(client.sign_in(&ana(), None, Flow::Custom, &options())).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidConfiguration);
    assert!(
        error.message.contains("browser cannot keep"),
        "{}",
        error.message
    );
}

#[test]
fn a_session_of_a_sign_up_that_has_expired_does_not_keep_the_code_from_counting() {
    let (client, platform) = client();
    let signed_up = |is_confirmed| Entry::SignedUp {
        username: ana(),
        is_confirmed,
        session: Some(ChallengeSession::new("session-of-the-sign-up".into())),
    };
    let step = next(run(client.enter(signed_up(false), &options())));
    assert!(matches!(step.kind, StepKind::ConfirmSignUp));
    assert!(platform.take_operations().is_empty());
    let expired = refused_with("NotAuthorizedException", "Invalid session for the user.");
    platform.script([Scripted::Reach, expired, answered(&json!({}))]);
    let answer = Answer::ConfirmSignUp(code("123456"));
    let step = next(run(client.respond(step, answer, &options())));
    assert!(matches!(step.kind, StepKind::Password));
    let sessions: Vec<_> = platform.calls()[1..]
        .iter()
        .map(|sent| sent.body["Session"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(sessions, [Some("session-of-the-sign-up".to_owned()), None]);

    platform.script([platform.tokens("ana")]);
    done(run(client.enter(signed_up(true), &options())));
    assert_eq!(
        platform.calls().pop().unwrap().body["Session"],
        "session-of-the-sign-up"
    );
}

#[test]
fn a_confirmed_sign_up_signs_in_with_the_session_that_it_gives() {
    let unconfirmed = [refused("UserNotConfirmedException")];
    let (mut step, platform) = asked_after(Flow::Password, unconfirmed);
    platform.script([
        Scripted::Reach,
        answered(&json!({"Session": "session-of-the-sign-up"})),
        platform.tokens("ana"),
    ]);
    let client = client_of(&platform);
    let confirmed = || Answer::ConfirmSignUp(code("123456"));
    let user = done(run(client.respond(step.clone(), confirmed(), &options())));
    assert_eq!(user.sub, "ana-3f1c2d4e");
    let expected = json!({"ClientId": "demowebclient", "AuthFlow": "USER_AUTH",
        "AuthParameters": {"USERNAME": "ana"}, "Session": "session-of-the-sign-up"});
    assert_eq!(platform.calls().pop().unwrap().body, expected);

    // Where that is refused the account is confirmed all the same, and the password signs in.
    platform.script([
        answered(&json!({"Session": "session-of-the-sign-up"})),
        refused("InvalidParameterException"),
    ]);
    step = next(run(client.respond(step, confirmed(), &options())));
    assert!(matches!(step.kind, StepKind::Password));
    assert!(matches!(
        run(client.respond(step, Answer::Password(password(PASSWORD)), &options())),
        Ok(SignInStep::Done(_))
    ));
}
