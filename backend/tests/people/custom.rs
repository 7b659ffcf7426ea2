//! `CUSTOM_AUTH`: rounds of the pool's own challenges, with the password before them or without.

use serde_json::{Value, json};

use crate::person::{
    CLIENT, PASSWORD, POOL, Person, Started, begin_srp_of, get_user, new_client, now,
};
use crate::support::{Answer, Backend};
use crate::triggers::Handlers;

const DEFINE: &str = include_str!("handlers/define.mjs");
const CREATE: &str = include_str!("handlers/create.mjs");
const VERIFY: &str = include_str!("handlers/verify.mjs");

const INCORRECT: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");
const INVALID: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");

fn owned((name, message): (&str, &str)) -> (String, String) {
    (name.to_owned(), message.to_owned())
}

async fn start_with(define: &str, create: &str, verify: &str) -> (Backend, String) {
    let handlers = Handlers::new(&[
        ("define_auth_challenge", "define.mjs", define),
        ("create_auth_challenge", "create.mjs", create),
        ("verify_auth_challenge_response", "verify.mjs", verify),
    ]);
    let backend = handlers.start().await;
    let flows = json!({
        "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
    });
    let client = new_client(&backend, POOL, flows).await;
    (backend, client)
}

async fn start() -> (Backend, String) {
    start_with(DEFINE, CREATE, VERIFY).await
}

async fn begin(backend: &Backend, client: &str, name: &str) -> Answer {
    let body = json!({
        "AuthFlow": "CUSTOM_AUTH", "ClientId": client, "AuthParameters": { "USERNAME": name },
    });
    backend.call("InitiateAuth", body).await
}

fn respond_body(client: &str, name: &str, session: &Value, answer: &str) -> Value {
    json!({
        "ClientId": client, "ChallengeName": "CUSTOM_CHALLENGE", "Session": session,
        "ChallengeResponses": { "USERNAME": name, "ANSWER": answer },
    })
}

async fn respond(
    backend: &Backend,
    client: &str,
    name: &str,
    asked: &Value,
    answer: &str,
) -> Answer {
    let body = respond_body(client, name, &asked["Session"], answer);
    backend.call("RespondToAuthChallenge", body).await
}

/// The right answer to a question.
fn sum(asked: &Value) -> String {
    let question = asked["ChallengeParameters"]["question"].as_str().unwrap();
    let sum: u32 = question
        .split(" + ")
        .map(|n| n.parse::<u32>().unwrap())
        .sum();
    sum.to_string()
}

#[tokio::test]
async fn right_answers_give_tokens_and_every_round_a_new_session() {
    let (backend, client) = start().await;
    let person = Person::confirmed(&backend).await;
    let first = begin(&backend, &client, &person.email).await.ok();
    assert_eq!(first["ChallengeName"], "CUSTOM_CHALLENGE");
    let shown = &first["ChallengeParameters"];
    assert_eq!(
        (&shown["round"], &shown["seen"]),
        (&json!("0"), &json!("[]"))
    );
    assert_eq!(shown["notFound"], "false");
    assert_eq!(
        shown["USERNAME"].as_str().unwrap().len(),
        36,
        "our USERNAME, not the trigger's"
    );
    assert!(
        !first.to_string().contains(&sum(&first)),
        "the private parameters stay here"
    );
    let mut body = respond_body(&client, &person.email, &first["Session"], &sum(&first));
    body["ClientMetadata"] = json!({ "k": "v" });
    let second = backend.call("RespondToAuthChallenge", body).await.ok();
    assert_eq!(second["ChallengeParameters"]["seen"], "[\"SUM_0\"]");
    assert_eq!(second["ChallengeParameters"]["metadata"], "{\"k\":\"v\"}");
    assert_ne!(second["Session"], first["Session"]);
    // The name of the challenge works as well as the one that was typed.
    let name = second["ChallengeParameters"]["USERNAME"].as_str().unwrap();
    let done = respond(&backend, &client, name, &second, &sum(&second))
        .await
        .ok();
    let tokens = &done["AuthenticationResult"];
    get_user(&backend, tokens).await.ok();
    assert!(tokens["RefreshToken"].is_string());
}

#[tokio::test]
async fn wrong_answers_end_where_the_trigger_says() {
    let (backend, client) = start().await;
    let person = Person::confirmed(&backend).await;
    let mut asked = begin(&backend, &client, &person.email).await.ok();
    for _ in 0..3 {
        asked = respond(&backend, &client, &person.email, &asked, "0")
            .await
            .ok();
        assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    }
    let failed = respond(&backend, &client, &person.email, &asked, "0").await;
    assert_eq!(failed.error(), owned(INCORRECT));
    let again = respond(&backend, &client, &person.email, &asked, &sum(&asked)).await;
    assert_eq!(again.error(), owned(INVALID), "the last step is spent");
}

#[tokio::test]
async fn a_session_is_answered_once_right_or_wrong() {
    let (backend, client) = start().await;
    let person = Person::confirmed(&backend).await;
    for answer in ["0".to_owned(), String::new()] {
        let asked = begin(&backend, &client, &person.email).await.ok();
        let answer = if answer.is_empty() {
            sum(&asked)
        } else {
            answer
        };
        respond(&backend, &client, &person.email, &asked, &answer)
            .await
            .ok();
        let second = respond(&backend, &client, &person.email, &asked, &sum(&asked)).await;
        assert_eq!(second.error(), owned(INVALID));
    }
    let asked = begin(&backend, &client, &person.email).await.ok();
    let answers = ["1", "2", "3", "4", "5"]
        .map(|guess| respond(&backend, &client, &person.email, &asked, guess));
    let [a, b, c, d, e] = answers;
    let (a, b, c, d, e) = tokio::join!(a, b, c, d, e);
    let taken = [a, b, c, d, e]
        .into_iter()
        .filter(|answer| answer.status.is_success())
        .count();
    assert_eq!(taken, 1, "of guesses that arrive together one is taken");
}

#[tokio::test]
async fn a_session_belongs_to_its_person_client_and_challenge_and_ends_in_time() {
    let (backend, client) = start().await;
    let flows = json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"], "PreventUserExistenceErrors": "ENABLED" });
    let other_client = new_client(&backend, POOL, flows).await;
    let (person, other) = (
        Person::confirmed(&backend).await,
        Person::confirmed(&backend).await,
    );
    let asked = begin(&backend, &client, &person.email).await.ok();
    let right = sum(&asked);
    for (client, name) in [
        (&other_client, &person.email),
        (&client, &other.email),
        (&client, &"x@example.com".to_owned()),
    ] {
        let refused = respond(&backend, client, name, &asked, &right).await;
        assert_eq!(refused.error(), owned(INVALID));
    }
    for (name, member) in [
        ("NEW_PASSWORD_REQUIRED", "NEW_PASSWORD"),
        ("EMAIL_OTP", "EMAIL_OTP_CODE"),
    ] {
        let body = json!({
            "ClientId": client, "ChallengeName": name, "Session": asked["Session"],
            "ChallengeResponses": { "USERNAME": person.email, member: "Correct-Horse9!" },
        });
        assert_eq!(
            backend.call("RespondToAuthChallenge", body).await.error(),
            owned(INVALID),
            "{name}"
        );
    }
    for session in [Value::Null, json!("x".repeat(43))] {
        let mut body = respond_body(&client, &person.email, &session, &right);
        if session.is_null() {
            body.as_object_mut().unwrap().remove("Session");
        }
        assert_eq!(
            backend.call("RespondToAuthChallenge", body).await.error(),
            owned(INVALID)
        );
    }
    // None of it spent the step.
    let asked = respond(&backend, &client, &person.email, &asked, &right)
        .await
        .ok();
    backend.clock.advance(181);
    let late = respond(&backend, &client, &person.email, &asked, &sum(&asked)).await;
    assert_eq!(late.error_type(), "NotAuthorizedException");
}

#[tokio::test]
async fn a_name_that_nobody_has_is_asked_the_same_and_never_gets_in() {
    let (backend, client) = start().await;
    let person = Person::confirmed(&backend).await;
    let known = begin(&backend, &client, &person.email).await.ok();
    let unknown = begin(&backend, &client, "nobody@example.com").await.ok();
    let members = |answer: &Value| -> Vec<String> {
        let names = |value: &Value| {
            value
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        [names(answer), names(&answer["ChallengeParameters"])].concat()
    };
    assert_eq!(members(&known), members(&unknown));
    assert_eq!(unknown["ChallengeParameters"]["notFound"], "true");
    assert_eq!(
        known["Session"].as_str().unwrap().len(),
        unknown["Session"].as_str().unwrap().len()
    );
    let name = unknown["ChallengeParameters"]["USERNAME"].clone();
    let again = begin(&backend, &client, "nobody@example.com").await.ok();
    assert_eq!(again["ChallengeParameters"]["USERNAME"], name);
    // Both answers right: the trigger issues tokens, and nobody gets any.
    let second = respond(
        &backend,
        &client,
        "nobody@example.com",
        &unknown,
        &sum(&unknown),
    )
    .await
    .ok();
    let refused = respond(
        &backend,
        &client,
        "nobody@example.com",
        &second,
        &sum(&second),
    )
    .await;
    assert_eq!(refused.error(), owned(INCORRECT));

    let telling = new_client(
        &backend,
        POOL,
        json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"] }),
    )
    .await;
    assert_eq!(
        begin(&backend, &telling, "nobody@example.com")
            .await
            .error_type(),
        "UserNotFoundException"
    );
    let asked = begin(&backend, &telling, &person.email).await.ok();
    assert_eq!(asked["ChallengeParameters"]["notFound"], "undefined");
}

#[tokio::test]
async fn somebody_who_signs_up_in_between_does_not_get_in_by_the_old_session() {
    let (backend, client) = start().await;
    let person = Person::stranger();
    let asked = begin(&backend, &client, &person.email).await.ok();
    person.sign_up(&backend).await.ok();
    let code = backend.code(&person.email).await;
    person.confirm(&backend, &code).await.ok();
    let refused = respond(&backend, &client, &person.email, &asked, &sum(&asked)).await;
    assert!(!refused.status.is_success());
}

#[tokio::test]
async fn whoever_may_not_sign_in_is_told_after_the_challenges_only() {
    let (backend, client) = start().await;
    let unconfirmed = Person::signed_up(&backend).await;
    let disabled = Person::confirmed(&backend).await;
    let named = json!({ "UserPoolId": POOL, "Username": disabled.email });
    backend.admin("AdminDisableUser", named).await.ok();
    for (person, expected) in [
        (
            &unconfirmed,
            ("UserNotConfirmedException", "User is not confirmed."),
        ),
        (&disabled, ("NotAuthorizedException", "User is disabled.")),
    ] {
        let first = begin(&backend, &client, &person.email).await.ok();
        let second = respond(&backend, &client, &person.email, &first, &sum(&first))
            .await
            .ok();
        let end = respond(&backend, &client, &person.email, &second, &sum(&second)).await;
        assert_eq!(end.error(), owned(expected));
    }
}

#[tokio::test]
async fn a_new_password_ends_custom_sign_ins_under_way() {
    let (backend, client) = start().await;
    let person = Person::confirmed(&backend).await;
    let asked = begin(&backend, &client, &person.email).await.ok();
    let body = json!({
        "UserPoolId": POOL, "Username": person.email, "Password": "Another-Horse9!", "Permanent": true,
    });
    backend.admin("AdminSetUserPassword", body).await.ok();
    let refused = respond(&backend, &client, &person.email, &asked, &sum(&asked)).await;
    assert_eq!(refused.error(), owned(INVALID));
}

async fn begin_with_password(backend: &Backend, client: &str, name: &str) -> (Started, Value) {
    begin_srp_of(
        backend,
        client,
        name,
        "CUSTOM_AUTH",
        &[("CHALLENGE_NAME", "SRP_A")],
    )
    .await
}

async fn prove(
    backend: &Backend,
    client: &str,
    session: Option<&Value>,
    responses: Value,
) -> Answer {
    let mut body = json!({
        "ClientId": client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": responses,
    });
    if let Some(session) = session {
        body["Session"] = session.clone();
    }
    backend.call("RespondToAuthChallenge", body).await
}

#[tokio::test]
async fn with_srp_the_password_comes_first_and_then_the_challenges() {
    let (backend, client) = start().await;
    let person = Person::confirmed(&backend).await;
    let (started, session) = begin_with_password(&backend, &client, &person.email).await;
    let responses = started.responses(PASSWORD, &now(&backend));
    let first = prove(&backend, &client, Some(&session), responses.clone())
        .await
        .ok();
    assert_eq!(first["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(first["ChallengeParameters"]["round"], "2");
    assert_eq!(first["ChallengeParameters"]["seen"], "[null,null]");
    let second = respond(&backend, &client, &person.email, &first, &sum(&first))
        .await
        .ok();
    let done = respond(&backend, &client, &person.email, &second, &sum(&second))
        .await
        .ok();
    get_user(&backend, &done["AuthenticationResult"]).await.ok();
    let again = prove(&backend, &client, Some(&session), responses).await;
    assert_eq!(again.error(), owned(INCORRECT));
}

#[tokio::test]
async fn the_password_of_a_custom_sign_in_is_worth_nothing_without_its_session() {
    let (backend, client) = start().await;
    let person = Person::confirmed(&backend).await;
    let (started, session) = begin_with_password(&backend, &client, &person.email).await;
    let responses = started.responses(PASSWORD, &now(&backend));
    for session in [None, Some(json!("x".repeat(43)))] {
        let refused = prove(&backend, &client, session.as_ref(), responses.clone()).await;
        assert_eq!(
            refused.error(),
            owned(INCORRECT),
            "else the challenges could be left out"
        );
    }
    // And the session is worth nothing with the proof of a plain sign-in.
    let both = json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"], "PreventUserExistenceErrors": "ENABLED" });
    let client = new_client(&backend, POOL, both).await;
    let (_, custom_session) = begin_with_password(&backend, &client, &person.email).await;
    let (plain, _) = begin_srp_of(&backend, &client, &person.email, "USER_SRP_AUTH", &[]).await;
    let mixed = prove(
        &backend,
        &client,
        Some(&custom_session),
        plain.responses(PASSWORD, &now(&backend)),
    )
    .await;
    assert_eq!(mixed.error(), owned(INCORRECT));
    let other = Person::confirmed(&backend).await;
    let (others, _) = begin_with_password(&backend, &client, &other.email).await;
    let (_, own) = begin_with_password(&backend, &client, &person.email).await;
    let stolen = prove(
        &backend,
        &client,
        Some(&own),
        others.responses(PASSWORD, &now(&backend)),
    )
    .await;
    assert_eq!(
        stolen.error(),
        owned(INCORRECT),
        "one person's password, the other's session"
    );
    drop(session);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_the_same_refusal() {
    let (backend, client) = start().await;
    let person = Person::confirmed(&backend).await;
    for name in [person.email.as_str(), "nobody@example.com"] {
        let (started, session) = begin_with_password(&backend, &client, name).await;
        let responses = started.responses("Wrong-Horse9!", &now(&backend));
        let refused = prove(&backend, &client, Some(&session), responses).await;
        assert_eq!(refused.error(), owned(INCORRECT));
    }
}

#[tokio::test]
async fn wrong_answers_bring_waits_that_a_new_start_does_not_shorten() {
    let (backend, client) = start().await;
    let person = Person::confirmed(&backend).await;
    let mut exceeded = false;
    for _ in 0..8 {
        let asked = begin(&backend, &client, &person.email).await.ok();
        let answer = respond(&backend, &client, &person.email, &asked, "0").await;
        exceeded |=
            !answer.status.is_success() && answer.error().1 == "Challenge attempts exceeded";
    }
    assert!(exceeded);
    backend.clock.advance(16 * 60);
    let asked = begin(&backend, &client, &person.email).await.ok();
    respond(&backend, &client, &person.email, &asked, &sum(&asked))
        .await
        .ok();
}

#[tokio::test]
async fn a_pool_without_the_triggers_and_a_client_without_the_flow_refuse() {
    let backend = Backend::start().await;
    let client = new_client(
        &backend,
        POOL,
        json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"] }),
    )
    .await;
    let person = Person::confirmed(&backend).await;
    assert_eq!(
        begin(&backend, &client, &person.email).await.error(),
        owned((
            "InvalidParameterException",
            "Custom auth lambda trigger is not configured for the user pool."
        ))
    );
    assert_eq!(
        begin(&backend, CLIENT, &person.email).await.error(),
        owned((
            "InvalidParameterException",
            "CUSTOM_AUTH flow not enabled for this client"
        ))
    );
}

#[tokio::test]
async fn triggers_that_decide_nothing_or_nonsense_let_nobody_in() {
    let define = |response: &str| {
        format!("export const handler = async (event) => ({{ response: {response} }});")
    };
    for (response, name) in [
        ("{}", "InvalidLambdaResponseException"),
        (
            "{ challengeName: 'SOFTWARE_TOKEN_MFA' }",
            "InvalidLambdaResponseException",
        ),
        (
            "{ challengeName: 'PASSWORD_VERIFIER' }",
            "InvalidLambdaResponseException",
        ),
        ("{ issueTokens: 'true' }", "InvalidLambdaResponseException"),
        (
            "{ issueTokens: true, failAuthentication: true }",
            "NotAuthorizedException",
        ),
        (
            "{ failAuthentication: true, challengeName: 'CUSTOM_CHALLENGE' }",
            "NotAuthorizedException",
        ),
    ] {
        let (backend, client) = start_with(&define(response), CREATE, VERIFY).await;
        let person = Person::confirmed(&backend).await;
        assert_eq!(
            begin(&backend, &client, &person.email).await.error_type(),
            name,
            "{response}"
        );
    }
    let always = define("{ challengeName: 'CUSTOM_CHALLENGE' }");
    let (backend, client) = start_with(
        &always,
        &define("{ publicChallengeParameters: { n: 1 } }"),
        VERIFY,
    )
    .await;
    let person = Person::confirmed(&backend).await;
    assert_eq!(
        begin(&backend, &client, &person.email).await.error_type(),
        "InvalidLambdaResponseException"
    );
    for verify in ["{}", "{ answerCorrect: 'true' }", "{ answerCorrect: 1 }"] {
        let (backend, client) = start_with(&always, CREATE, &define(verify)).await;
        let person = Person::confirmed(&backend).await;
        let asked = begin(&backend, &client, &person.email).await.ok();
        let refused = respond(&backend, &client, &person.email, &asked, &sum(&asked)).await;
        assert_eq!(
            refused.error_type(),
            "InvalidLambdaResponseException",
            "{verify}"
        );
    }
}

#[tokio::test]
async fn the_events_have_the_published_form() {
    let throws =
        "export const handler = async (event) => { throw new Error(JSON.stringify(event)); };";
    let event = |answer: &Answer, trigger: &str| -> Value {
        let (_, message) = answer.error();
        let text = message
            .strip_prefix(&format!("{trigger} failed with error "))
            .unwrap();
        serde_json::from_str(text.strip_suffix('.').unwrap()).unwrap()
    };
    let (backend, client) = start_with(throws, CREATE, VERIFY).await;
    let person = Person::confirmed(&backend).await;
    let defined = event(
        &begin(&backend, &client, &person.email).await,
        "DefineAuthChallenge",
    );
    assert_eq!(
        defined["triggerSource"],
        "DefineAuthChallenge_Authentication"
    );
    assert_eq!(defined["callerContext"]["clientId"], json!(client));
    assert_eq!(defined["request"]["session"], json!([]));
    assert_eq!(defined["request"]["userNotFound"], false);
    assert_eq!(
        defined["request"]["userAttributes"]["email"],
        json!(person.email)
    );
    assert_eq!(
        defined["response"],
        json!({ "challengeName": null, "issueTokens": null, "failAuthentication": null })
    );
    let unknown = event(
        &begin(&backend, &client, "nobody@example.com").await,
        "DefineAuthChallenge",
    );
    assert_eq!(unknown["request"]["userNotFound"], true);
    assert_eq!(unknown["request"]["userAttributes"], json!({}));

    let (backend, client) = start_with(DEFINE, CREATE, throws).await;
    let person = Person::confirmed(&backend).await;
    let asked = begin(&backend, &client, &person.email).await.ok();
    let verified = event(
        &respond(&backend, &client, &person.email, &asked, "given").await,
        "VerifyAuthChallengeResponse",
    );
    assert_eq!(
        verified["triggerSource"],
        "VerifyAuthChallengeResponse_Authentication"
    );
    assert_eq!(verified["request"]["challengeAnswer"], "given");
    assert_eq!(
        verified["request"]["privateChallengeParameters"],
        json!({ "sum": sum(&asked) })
    );
    assert_eq!(verified["response"], json!({ "answerCorrect": null }));
}

#[tokio::test]
async fn second_factors_follow_a_custom_sign_in_with_the_password_only() {
    let (backend, client) = start().await;
    let person = Person::confirmed(&backend).await;
    let required = json!({
        "UserPoolId": POOL, "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
    });
    backend.admin("SetUserPoolMfaConfig", required).await.ok();
    let (started, session) = begin_with_password(&backend, &client, &person.email).await;
    let responses = started.responses(PASSWORD, &now(&backend));
    let first = prove(&backend, &client, Some(&session), responses)
        .await
        .ok();
    let name = &person.email;
    let second = respond(&backend, &client, name, &first, &sum(&first))
        .await
        .ok();
    let asked = respond(&backend, &client, name, &second, &sum(&second))
        .await
        .ok();
    assert_eq!(asked["ChallengeName"], "MFA_SETUP");
    assert!(asked.get("AuthenticationResult").is_none());

    let first = begin(&backend, &client, name).await.ok();
    let second = respond(&backend, &client, name, &first, &sum(&first))
        .await
        .ok();
    let done = respond(&backend, &client, name, &second, &sum(&second))
        .await
        .ok();
    assert!(done["AuthenticationResult"]["AccessToken"].is_string());
}

#[tokio::test]
async fn an_invited_person_sets_a_password_after_the_challenges() {
    let (backend, client) = start().await;
    let name = "invited@example.com";
    let invited = json!({
        "UserPoolId": POOL, "Username": name, "MessageAction": "SUPPRESS",
        "UserAttributes": [{ "Name": "email", "Value": name }],
    });
    backend.admin("AdminCreateUser", invited).await.ok();
    let first = begin(&backend, &client, name).await.ok();
    let second = respond(&backend, &client, name, &first, &sum(&first))
        .await
        .ok();
    let asked = respond(&backend, &client, name, &second, &sum(&second))
        .await
        .ok();
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let body = json!({
        "ClientId": client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": asked["Session"],
        "ChallengeResponses": { "USERNAME": name, "NEW_PASSWORD": PASSWORD },
    });
    let done = backend.call("RespondToAuthChallenge", body).await.ok();
    assert!(done["AuthenticationResult"]["AccessToken"].is_string());
}
