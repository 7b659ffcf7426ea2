//! `PreAuthentication` and `PostAuthentication`.

use serde_json::{Value, json};

use super::{REFUSALS, sign_in_with, with};
use crate::browser::{App, Browser};
use crate::person::{CLIENT, POOL, Person};
use crate::support::Backend;
use crate::triggers::{THROWS_ITS_EVENT, thrown_event};

#[tokio::test]
async fn pre_authentication_gets_the_published_event_and_its_word_is_told() {
    let backend = with("pre_authentication", THROWS_ITS_EVENT).await;
    let person = Person::confirmed(&backend).await;
    let answer = sign_in_with(&backend, &person, json!({ "lang": "de" })).await;
    let event = thrown_event("PreAuthentication", &answer);
    let attributes = &event["request"]["userAttributes"];
    assert_eq!(attributes["email"], json!(person.email));
    assert_eq!(attributes["cognito:user_status"], "CONFIRMED");
    assert_eq!(
        event,
        json!({
            "version": "1", "region": "local", "userPoolId": POOL, "userName": event["userName"],
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT },
            "triggerSource": "PreAuthentication_Authentication",
            "request": {
                "userAttributes": attributes, "validationData": { "lang": "de" }, "userNotFound": false,
            },
            "response": {},
        })
    );
    assert!(!answer.text.contains(&person.password));
}

#[tokio::test]
async fn pre_authentication_is_asked_about_names_that_nobody_has_too() {
    let backend = with("pre_authentication", THROWS_ITS_EVENT).await;
    let stranger = Person::stranger();
    let answer = sign_in_with(&backend, &stranger, Value::Null).await;
    let event = thrown_event("PreAuthentication", &answer);
    assert_eq!(event["request"]["userNotFound"], true);
    assert_eq!(event["request"]["userAttributes"], json!({}));
    assert_eq!(event["userName"].as_str().unwrap().len(), 36, "the decoy's");
}

#[tokio::test]
async fn no_flow_begins_past_a_pre_authentication_that_refuses() {
    let backend = with(
        "pre_authentication",
        "export const handler = async (event) => {
            if (event.request.validationData?.pass !== 'yes') throw new Error('No');
            return event;
        };",
    )
    .await;
    let person = Person::confirmed(&backend).await;
    let srp = json!({ "USERNAME": person.email, "SRP_A": "0abc1234" });
    let choice = json!({ "USERNAME": person.email });
    let password = json!({ "USERNAME": person.email, "PASSWORD": person.password });
    for (flow, parameters) in [
        ("USER_SRP_AUTH", &srp),
        ("USER_AUTH", &choice),
        ("USER_PASSWORD_AUTH", &password),
    ] {
        let body = json!({ "AuthFlow": flow, "ClientId": CLIENT, "AuthParameters": parameters });
        let answer = backend.call("InitiateAuth", body.clone()).await;
        assert_eq!(
            answer.error_type(),
            "UserLambdaValidationException",
            "{flow}"
        );
        let mut allowed = body;
        allowed["ClientMetadata"] = json!({ "pass": "yes" });
        backend.call("InitiateAuth", allowed).await.ok();
    }
    let admin = json!({
        "UserPoolId": POOL, "ClientId": CLIENT, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": password,
    });
    let client = json!({ "UserPoolId": POOL, "ClientId": CLIENT });
    backend.admin("DescribeUserPoolClient", client).await.ok();
    let refused = backend.admin("AdminInitiateAuth", admin).await;
    assert_eq!(
        refused.error_type(),
        "InvalidParameterException",
        "the flow is off"
    );

    let (app, mut browser) = (App::demo(), Browser::default());
    let transaction = browser.begin(&backend, &app).await;
    let body = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": password });
    let answer = browser
        .ask(&backend, &transaction, "InitiateAuth", body)
        .await;
    assert_eq!(answer.error_type(), "UserLambdaValidationException");
}

#[tokio::test]
async fn post_authentication_is_told_after_everything_and_before_tokens() {
    let backend = with("post_authentication", THROWS_ITS_EVENT).await;
    let person = Person::confirmed(&backend).await;
    let wrong = person.password_sign_in(&backend, "Wrong-Horse9!").await;
    assert_eq!(
        wrong.error_type(),
        "NotAuthorizedException",
        "nothing to tell"
    );
    let answer = sign_in_with(&backend, &person, json!({ "k": "v" })).await;
    let event = thrown_event("PostAuthentication", &answer);
    assert_eq!(event["triggerSource"], "PostAuthentication_Authentication");
    assert_eq!(
        event["request"]["newDeviceUsed"], true,
        "the demo pool tracks devices"
    );
    assert!(
        event["request"].get("clientMetadata").is_none(),
        "that of InitiateAuth is not for this trigger"
    );

    let started = person.begin_srp(&backend).await;
    let mut body = json!({
        "ClientId": CLIENT, "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": started.responses(&person.password, &crate::person::now(&backend)),
    });
    body["ClientMetadata"] = json!({ "k": "v" });
    let answer = backend.call("RespondToAuthChallenge", body).await;
    let event = thrown_event("PostAuthentication", &answer);
    assert_eq!(event["request"]["clientMetadata"], json!({ "k": "v" }));
}

#[tokio::test]
async fn no_code_leaves_the_login_domain_past_a_post_authentication_that_refuses() {
    let backend = with("post_authentication", REFUSALS[0].0).await;
    let person = Person::confirmed(&backend).await;
    let (app, mut browser) = (App::demo(), Browser::default());
    let transaction = browser.begin(&backend, &app).await;
    let answer = browser.prove(&backend, &transaction, &person).await;
    assert_eq!(
        answer.error(),
        (
            "UserLambdaValidationException".to_owned(),
            "PostAuthentication failed with error Not today.".to_owned()
        )
    );
}

#[tokio::test]
async fn whatever_goes_wrong_with_the_handlers_of_a_sign_in_nobody_gets_in() {
    for trigger in ["pre_authentication", "post_authentication"] {
        for (source, expected) in REFUSALS {
            let backend = with(trigger, source).await;
            let person = confirmed_by_admin(&backend).await;
            let answer = person.password_sign_in(&backend, &person.password).await;
            assert_eq!(answer.error_type(), expected, "{trigger}: {source}");
        }
    }
}

async fn confirmed_by_admin(backend: &Backend) -> Person {
    let person = Person::signed_up(backend).await;
    let body = super::user_in(POOL, &person.email);
    backend.admin("AdminConfirmSignUp", body).await.ok();
    person
}
