//! Whatever a server answers, in whatever order: nothing panics, no step is lost without a word, no secret shows.

use cognate_core::error::Outcome;
use cognate_core::secret::{CustomAnswer, PasskeyCredential};
use cognate_core::sign_in::{Answer, Factor, Flow, SignInStep, Step, StepKind};
use cognate_core::{Client, Error, ErrorCode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::platform::{Platform, Scripted};
use crate::{PASSWORD, ana, answered, client, code, options, password, refused, run, sign_in};

const CODE: &str = "314159";
const CUSTOM: &str = "my first pet";
const CREDENTIAL: &str = "{\"id\":\"credential-of-ana\"}";
const TOTP_SECRET: &str = "JBSWY3DPEHPK3PXP";
/// What must not be in anything that is shown or logged.
const SECRETS: [&str; 4] = [PASSWORD, CODE, CUSTOM, "credential-of-ana"];

const NAMES: [&str; 18] = [
    "PASSWORD_VERIFIER",
    "SMS_MFA",
    "SMS_OTP",
    "EMAIL_OTP",
    "SOFTWARE_TOKEN_MFA",
    "SELECT_MFA_TYPE",
    "SELECT_CHALLENGE",
    "MFA_SETUP",
    "NEW_PASSWORD_REQUIRED",
    "CUSTOM_CHALLENGE",
    "PASSWORD",
    "PASSWORD_SRP",
    "WEB_AUTHN",
    "DEVICE_SRP_AUTH",
    "DEVICE_PASSWORD_VERIFIER",
    "ADMIN_NO_SRP_AUTH",
    "UserNotConfirmedException",
    "",
];

/// What the server does next.
#[derive(Debug, Clone)]
enum Reply {
    Says(Value),
    Refuses(&'static str),
    Tokens,
    /// Something that is not JSON.
    Noise(String),
}

fn lists() -> impl Strategy<Value = String> {
    let known = vec![
        "SMS_MFA",
        "SOFTWARE_TOKEN_MFA",
        "EMAIL_OTP",
        "EMAIL_MFA",
        "WEB_AUTHN",
        "PASSWORD",
        "PASSWORD_SRP",
        "NEW_KIND",
    ];
    prop_oneof![
        4 => vec(select(known), 0..4).prop_map(|names| serde_json::to_string(&names).unwrap()),
        1 => any::<String>(),
        1 => Just("[".repeat(10_000)),
    ]
}

fn parameters() -> impl Strategy<Value = Value> {
    let whole = (lists(), any::<String>()).prop_map(|(list, text)| {
        json!({"USER_ID_FOR_SRP": "ana-3f1c2d4e", "MFAS_CAN_CHOOSE": list, "MFAS_CAN_SETUP": list,
            "CODE_DELIVERY_DESTINATION": text, "CREDENTIAL_REQUEST_OPTIONS": text,
            "requiredAttributes": "[\"userAttributes.name\"]", "userAttributes": "{}",
            "SALT": "ab", "SRP_B": "1f", "SECRET_BLOCK": "AAAA"})
    });
    prop_oneof![
        4 => whole,
        1 => Just(json!({})),
        1 => Just(Value::Null),
        1 => Just(json!("text")),
        1 => Just(json!({"requiredAttributes": "[1]", "SRP_B": 7, "X": null, "Y": [1]})),
        1 => Just(json!({"requiredAttributes": "x".repeat(100_000), "SALT": "zz", "SRP_B": "0"})),
    ]
}

fn replies() -> impl Strategy<Value = Reply> {
    let challenge = (select(&NAMES[..]), parameters(), any::<bool>(), lists()).prop_map(
        |(name, parameters, has_session, list)| {
            let mut body = json!({"ChallengeName": name, "ChallengeParameters": parameters});
            if has_session {
                body["Session"] = json!("session-of-the-service");
            }
            if name == "SELECT_CHALLENGE" {
                body["AvailableChallenges"] =
                    serde_json::from_str(&list).unwrap_or_else(|_| json!(list));
            }
            Reply::Says(body)
        },
    );
    let errors = vec![
        "NotAuthorizedException",
        "CodeMismatchException",
        "ExpiredCodeException",
        "UserNotConfirmedException",
        "PasswordResetRequiredException",
        "TooManyRequestsException",
        "SomethingNewException",
    ];
    prop_oneof![
        8 => challenge,
        2 => select(errors).prop_map(Reply::Refuses),
        1 => Just(Reply::Tokens),
        1 => any::<String>().prop_map(Reply::Noise),
        1 => Just(Reply::Says(json!({"SecretCode": TOTP_SECRET, "Session": "session-of-the-app-set-up"}))),
        1 => Just(Reply::Says(json!({"Status": "SUCCESS", "Session": "session-of-the-app-set-up"}))),
        1 => Just(Reply::Says(json!({}))),
        1 => Just(Reply::Says(json!({"ChallengeName": 1, "Session": []}))),
        1 => Just(Reply::Says(json!({"AuthenticationResult": {"IdToken": "a.b.c"}}))),
    ]
}

fn flows() -> impl Strategy<Value = Flow> {
    prop_oneof![
        Just(Flow::Srp),
        Just(Flow::Password),
        Just(Flow::Custom),
        Just(Flow::UserAuth(None)),
        Just(Flow::UserAuth(Some(Factor::Password))),
        Just(Flow::UserAuth(Some(Factor::Email))),
    ]
}

/// An answer of the step's kind.
fn answer_to(kind: &StepKind) -> Answer {
    match kind {
        StepKind::Code { .. } => Answer::Code {
            code: code(CODE),
            remember_device: true,
        },
        StepKind::SelectFactor { options, .. } => Answer::SelectFactor(options[0]),
        StepKind::SetUpTotp { .. } => Answer::SetUpTotp {
            code: code(CODE),
            device_name: None,
        },
        StepKind::SetUpEmail => Answer::SetUpEmail("ana@example.com".into()),
        StepKind::Passkey { .. } => Answer::Passkey(PasskeyCredential::new(CREDENTIAL.into())),
        StepKind::Custom { .. } => Answer::Custom(CustomAnswer::new(CUSTOM.into())),
        StepKind::NewPassword { .. } => Answer::NewPassword {
            password: password(PASSWORD),
            attributes: Vec::new(),
        },
        StepKind::Password => Answer::Password(password(PASSWORD)),
        StepKind::ConfirmSignUp => Answer::ConfirmSignUp(code(CODE)),
        StepKind::ResetPassword => Answer::ResetPassword {
            code: code(CODE),
            password: password(PASSWORD),
        },
        StepKind::Unknown { .. } => Answer::Unknown([("X".to_owned(), CODE.to_owned())].into()),
    }
}

fn script(platform: &Platform, replies: &[Reply]) {
    let scripted: Vec<_> = replies
        .iter()
        .map(|reply| match reply {
            Reply::Says(body) => answered(body),
            Reply::Refuses(name) => refused(name),
            Reply::Tokens => platform.tokens("ana"),
            Reply::Noise(text) => answered(&json!(text)),
        })
        .collect();
    platform.script(scripted);
}

fn shows_no_secret(text: &str) -> Result<(), TestCaseError> {
    for secret in SECRETS {
        prop_assert!(!text.contains(secret), "{secret} in {text}");
    }
    Ok(())
}

/// A step shows no secret, and read back it is the same: also what an answer to it sends.
fn is_kept(
    client: &Client<Platform>,
    platform: &Platform,
    step: &Step,
) -> Result<(), TestCaseError> {
    let shown = format!("{step:?}");
    shows_no_secret(&shown)?;
    prop_assert!(!shown.contains(TOTP_SECRET));
    let kept = step.to_json();
    shows_no_secret(&kept)?;
    prop_assert!(!kept.contains(TOTP_SECRET));
    let resumed = Step::from_json(client.ports(), &kept);
    prop_assert!(resumed.is_ok(), "what was written is read: {}", *kept);
    let resumed = resumed.unwrap();
    prop_assert_eq!(resumed.kind.name(), step.kind.name());
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    prop_assert_eq!(parsed(&resumed.to_json()), parsed(&kept));
    // The same request comes of the resumed step as of the first one.
    let mut requests = Vec::new();
    for step in [step.clone(), resumed] {
        platform.clear_script();
        platform.take_operations();
        platform.script([refused("TooManyRequestsException")]);
        let answer = answer_to(&step.kind);
        let result = run(client.respond(step, answer, &options()));
        let first = platform.calls().into_iter().next();
        let sent = first.map(|sent| {
            let mut body = sent.body;
            // Fresh at each sign-in.
            for parameters in ["AuthParameters", "ChallengeResponses"] {
                if let Some(parameters) = body[parameters].as_object_mut() {
                    parameters.remove("SRP_A");
                }
            }
            (sent.operation, body)
        });
        // Nothing is sent for what is chosen here, nor a password that the flow never sends.
        let code = result.as_ref().err().map(|error| error.code);
        let is_local =
            matches!(result, Ok(SignInStep::Next(_))) || code == Some(ErrorCode::InvalidResponse);
        prop_assert!(
            sent.is_some() || is_local,
            "{} sends nothing: {result:?}",
            kept.as_str()
        );
        requests.push(sent);
    }
    prop_assert_eq!(&requests[0], &requests[1]);
    Ok(())
}

fn is_told(error: &Error) -> Result<(), TestCaseError> {
    shows_no_secret(&format!("{error} {error:?}"))?;
    prop_assert_ne!(error.code, ErrorCode::Internal);
    prop_assert!(!error.message.is_empty());
    let was_sent = error.outcome != Outcome::NotSent;
    prop_assert!(
        was_sent || error.code == ErrorCode::InvalidParameter,
        "{error:?}"
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_order_of_answers_ends_in_a_session_a_step_or_an_error(
        flow in flows(),
        has_password in any::<bool>(),
        rounds in vec(vec(replies(), 4), 1..5),
    ) {
        let (client, platform) = client();
        // The keys are there, so that every scripted answer is one to the sign-in.
        sign_in(&client);
        let known = password(PASSWORD);
        let mut step: Option<Step> = None;
        for replies in rounds {
            platform.clear_script();
            platform.take_operations();
            script(&platform, &replies);
            let result = match &step {
                Some(step) => run(client.respond(step.clone(), answer_to(&step.kind), &options())),
                None => run(client.sign_in(&ana(), has_password.then_some(&known), flow, &options())),
            };
            // At most: SRP_A, its proof, a code's confirmation, an authenticator app.
            prop_assert!(platform.take_operations().len() <= 4);
            match result {
                Ok(SignInStep::Next(next)) => {
                    is_kept(&client, &platform, &next)?;
                    step = Some(next);
                }
                Ok(SignInStep::Done(user)) => {
                    prop_assert_eq!(user.sub, "ana-3f1c2d4e");
                    return Ok(());
                }
                Ok(SignInStep::Redirect(_)) => prop_assert!(false, "not the login domain"),
                Err(error) => is_told(&error)?,
            }
        }
    }

    #[test]
    fn a_challenge_of_any_name_is_asked_and_kept_as_it_was(
        name in "[A-Z_]{1,20}",
        members in vec(("[A-Z_]{1,12}", any::<String>()), 0..4),
    ) {
        prop_assume!(!NAMES.contains(&&*name));
        let (client, platform) = client();
        let parameters: serde_json::Map<_, _> = members.into_iter().map(|(k, v)| (k, json!(v))).collect();
        platform.script([Scripted::Reach, answered(&json!({"ChallengeName": name, "ChallengeParameters": parameters}))]);
        let known = password(PASSWORD);
        let result = run(client.sign_in(&ana(), Some(&known), Flow::Password, &options()));
        let Ok(SignInStep::Next(step)) = result else {
            return Err(TestCaseError::fail("nothing is asked"));
        };
        let StepKind::Unknown { name: asked, parameters: given } = &step.kind else {
            return Err(TestCaseError::fail("it is taken for another"));
        };
        prop_assert_eq!(asked, &name);
        prop_assert_eq!(given.iter().count(), parameters.len());
        for (member, value) in given.iter() {
            prop_assert_eq!(Some(value), parameters[member].as_str());
        }
    }
}
