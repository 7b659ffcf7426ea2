//! `UserMigration`: people of another directory who come with their password, or have forgotten it.

use serde_json::{Value, json};

use super::{REFUSALS, with};
use crate::browser::{App, Browser};
use crate::person::{CLIENT, POOL, Person, claims, new_client, new_pool};
use crate::support::{Answer, Backend};
use crate::triggers::{Handlers, admin_get, attribute};

/// Knows one password for everybody at old.example.
const DIRECTORY: &str = "export const handler = async (event) => {
    if (!event.userName.endsWith('@old.example')) throw new Error('nobody');
    if (event.triggerSource === 'UserMigration_Authentication' && event.request.password !== 'old password') {
        throw new Error('wrong password');
    }
    event.response.userAttributes = {
        email: event.userName, email_verified: 'true', name: event.request.validationData?.name ?? event.triggerSource,
    };
    event.response.finalUserStatus = 'CONFIRMED';
    event.response.messageAction = 'SUPPRESS';
    return event;
};";

fn old(name: &str) -> Person {
    Person {
        email: format!("{name}@old.example"),
        password: "old password".to_owned(),
        client: CLIENT.to_owned(),
    }
}

#[tokio::test]
async fn somebody_known_elsewhere_signs_in_and_stays() {
    let backend = with("user_migration", DIRECTORY).await;
    let ada = old("ada");
    let mut body = ada.password_request(&ada.password);
    body["ClientMetadata"] = json!({ "name": "Ada" });
    let answer = backend.call("InitiateAuth", body).await.ok();
    let id = claims(&answer["AuthenticationResult"]["IdToken"]);
    assert_eq!(
        (&id["email"], &id["name"]),
        (&json!(ada.email), &json!("Ada"))
    );
    assert_eq!(id["email_verified"], true);
    let user = admin_get(&backend, &ada.email).await.ok();
    assert_eq!(user["UserStatus"], "CONFIRMED");

    // From here on the other directory is not asked: SRP works, and its passwords do not.
    let answer = ada.srp_sign_in(&backend, &ada.password).await.ok();
    assert!(answer["AuthenticationResult"]["AccessToken"].is_string());
    let wrong = ada.password_sign_in(&backend, "another password").await;
    assert_eq!(wrong.error_type(), "NotAuthorizedException");
}

#[tokio::test]
async fn a_wrong_password_and_somebody_unknown_everywhere_get_the_same_answer() {
    let backend = with("user_migration", DIRECTORY).await;
    let wrong = old("eve").password_sign_in(&backend, "guess").await;
    let nobody = Person::stranger();
    let unknown = nobody.password_sign_in(&backend, "guess").await;
    assert_eq!(wrong.error(), unknown.error());
    assert_eq!(wrong.error_type(), "NotAuthorizedException");
    assert_eq!(
        admin_get(&backend, "eve@old.example").await.error_type(),
        "UserNotFoundException",
        "nobody was made"
    );

    let legacy = json!({ "PreventUserExistenceErrors": "LEGACY" });
    let client = new_client(&backend, POOL, legacy).await;
    let eve = Person {
        client,
        ..old("eve")
    };
    let told = eve.password_sign_in(&backend, "guess").await;
    assert_eq!(told.error_type(), "UserNotFoundException");
}

#[tokio::test]
async fn guesses_at_the_other_directory_are_limited_as_ours_are() {
    let backend = with("user_migration", DIRECTORY).await;
    let eve = old("eve");
    for _ in 0..30 {
        let refused = eve.password_sign_in(&backend, "guess").await;
        assert_eq!(refused.error_type(), "NotAuthorizedException");
    }
    let answer = eve.password_sign_in(&backend, &eve.password).await;
    assert_eq!(answer.error().1, "Password attempts exceeded");
    assert_eq!(
        admin_get(&backend, &eve.email).await.error_type(),
        "UserNotFoundException"
    );
}

#[tokio::test]
async fn somebody_known_elsewhere_recovers_the_password() {
    let backend = with("user_migration", DIRECTORY).await;
    let ada = old("grace");
    backend
        .call("ForgotPassword", ada.naming(json!({})))
        .await
        .ok();
    let user = admin_get(&backend, &ada.email).await.ok();
    assert_eq!(
        user["UserStatus"], "RESET_REQUIRED",
        "nothing was proved yet"
    );
    assert_eq!(
        attribute(&user, "name").as_deref(),
        Some("UserMigration_ForgotPassword")
    );
    let code = backend.code(&ada.email).await;
    let body = json!({ "ConfirmationCode": code, "Password": "New-Password9!" });
    backend
        .call("ConfirmForgotPassword", ada.naming(body))
        .await
        .ok();
    let answer = ada.password_sign_in(&backend, "New-Password9!").await.ok();
    assert!(answer["AuthenticationResult"].is_object());
    // Who is unknown everywhere gets the same answer as ever.
    let body = Person::stranger().naming(json!({}));
    let details = backend.call("ForgotPassword", body).await.ok();
    assert_eq!(details["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL");
}

#[tokio::test]
async fn without_a_final_status_a_new_password_is_required() {
    let source = DIRECTORY.replace("event.response.finalUserStatus = 'CONFIRMED';", "");
    let backend = with("user_migration", &source).await;
    let ada = old("ada");
    for _ in 0..2 {
        let answer = ada.password_sign_in(&backend, &ada.password).await;
        assert_eq!(answer.error_type(), "PasswordResetRequiredException");
    }
    let wrong = ada.password_sign_in(&backend, "guess").await;
    assert_eq!(wrong.error_type(), "NotAuthorizedException");
}

#[tokio::test]
async fn people_come_through_the_login_domain_too() {
    let backend = with("user_migration", DIRECTORY).await;
    let (ada, app, mut browser) = (old("ada"), App::demo(), Browser::default());
    let transaction = browser.begin(&backend, &app).await;
    let body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": ada.email, "PASSWORD": ada.password },
    });
    let answer = browser
        .ask(&backend, &transaction, "InitiateAuth", body)
        .await;
    assert!(answer.ok()["Location"].is_string());
}

#[tokio::test]
async fn what_the_handler_knows_must_fit_the_pool() {
    for response in [
        "{}",
        "{ userAttributes: {} }",
        "{ userAttributes: { email: 'no address' } }",
        "{ userAttributes: { email: 'somebody.else@old.example' } }",
        "{ userAttributes: { email: event.userName, unknown: 'x' } }",
        "{ userAttributes: { email: event.userName, identities: '[]' } }",
        "{ userAttributes: { email: event.userName }, finalUserStatus: 'ADMIN' }",
        "{ userAttributes: { email: 1 } }",
    ] {
        let source =
            format!("export const handler = async (event) => ({{ response: {response} }});");
        let backend = with("user_migration", &source).await;
        let ada = old("ada");
        let answer = ada.password_sign_in(&backend, &ada.password).await;
        assert_eq!(
            answer.error_type(),
            "InvalidLambdaResponseException",
            "{response}"
        );
        assert_eq!(
            admin_get(&backend, &ada.email).await.error_type(),
            "UserNotFoundException"
        );
    }
}

#[tokio::test]
async fn a_handler_that_breaks_lets_nobody_in() {
    for (source, expected) in REFUSALS.into_iter().skip(1) {
        let backend = with("user_migration", source).await;
        let ada = old("ada");
        let answer = ada.password_sign_in(&backend, &ada.password).await;
        assert_eq!(answer.error_type(), expected, "{source}");
    }
}

#[tokio::test]
async fn somebody_who_comes_with_an_alias_gets_the_user_name_they_have_elsewhere() {
    let handlers = Handlers::new(&[(
        "user_migration",
        "handler.mjs",
        "export const handler = async (event) => {
            event.response.userAttributes = { username: 'ada', email: 'ada@old.example', email_verified: 'true' };
            event.response.finalUserStatus = 'CONFIRMED';
            return event;
        };",
    )]);
    let backend = handlers.start().await;
    let arn = "arn:aws:lambda:local:000000000000:function:handler.mjs";
    let settings =
        json!({ "AliasAttributes": ["email"], "LambdaConfig": { "UserMigration": arn } });
    let pool = new_pool(&backend, settings).await;
    let client = new_client(&backend, &pool, json!({})).await;
    let ada = Person {
        client: client.clone(),
        ..old("ada")
    };
    let answer = sign_in(&backend, &ada).await.ok();
    let id = claims(&answer["AuthenticationResult"]["IdToken"]);
    assert_eq!(id["cognito:username"], "ada");
    // Whoever asks with another name is not her.
    let eve = Person {
        client,
        ..old("eve")
    };
    let refused = sign_in(&backend, &eve).await;
    assert_eq!(refused.error_type(), "InvalidLambdaResponseException");
}

async fn sign_in(backend: &Backend, person: &Person) -> Answer {
    let body: Value = person.password_request(&person.password);
    backend.call("InitiateAuth", body).await
}

#[tokio::test]
async fn the_login_domain_asks_for_the_password_itself_where_people_are_taken_over_and_nowhere_else()
 {
    let backend = with("user_migration", DIRECTORY).await;
    let (mut browser, app, ada) = (Browser::default(), App::demo(), old("ada"));
    let id = browser.begin(&backend, &app).await;
    let told = browser
        .ask(&backend, &id, "DescribeLogin", json!({}))
        .await
        .ok();
    assert_eq!(told["SendsPassword"], true);
    let back = browser.sign_in(&backend, &app, &ada).await;
    let tokens = app.redeem(&backend, &back).await.ok();
    assert_eq!(claims(&tokens["id_token"])["email"], ada.email);

    let other = Backend::start().await;
    let id = browser.begin(&other, &app).await;
    let told = browser
        .ask(&other, &id, "DescribeLogin", json!({}))
        .await
        .ok();
    assert_eq!(told.get("SendsPassword"), None);
}
