//! Invited people: temporary passwords and `NEW_PASSWORD_REQUIRED`.

use serde_json::{Value, json};

use crate::person::{CLIENT, PASSWORD, POOL, Person, claims, new_client, new_pool};
use crate::support::{Answer, Backend};

const TEMPORARY: &str = "Temporary-1!";

async fn invited(backend: &Backend) -> Person {
    let person = Person::stranger();
    let body = json!({
        "UserPoolId": POOL, "Username": person.email, "TemporaryPassword": TEMPORARY, "MessageAction": "SUPPRESS",
        "UserAttributes": [{ "Name": "email", "Value": person.email }, { "Name": "email_verified", "Value": "true" }],
    });
    let user = backend.admin("AdminCreateUser", body).await.ok()["User"].clone();
    assert_eq!(user["UserStatus"], "FORCE_CHANGE_PASSWORD");
    person
}

async fn begin(backend: &Backend, person: &Person) -> Value {
    let challenge = person.password_sign_in(backend, TEMPORARY).await.ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    challenge
}

async fn answer(backend: &Backend, client: &str, challenge: &Value, more: Value) -> Answer {
    let mut responses = json!({ "USERNAME": challenge["ChallengeParameters"]["USER_ID_FOR_SRP"], "NEW_PASSWORD": PASSWORD });
    responses
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let body = json!({ "ClientId": client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": challenge["Session"], "ChallengeResponses": responses });
    backend.call("RespondToAuthChallenge", body).await
}

#[tokio::test]
async fn an_invited_person_signs_in_with_the_message_and_sets_a_password() {
    let backend = Backend::start().await;
    let person = Person::stranger();
    let body = json!({ "UserPoolId": POOL, "Username": person.email, "DesiredDeliveryMediums": ["EMAIL"] });
    backend.admin("AdminCreateUser", body).await.ok();
    let temporary = backend.code(&person.email).await;
    let challenge = person.srp_sign_in(&backend, &temporary).await.ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    assert_eq!(challenge["ChallengeParameters"]["requiredAttributes"], "[]");
    let attributes: Value = serde_json::from_str(
        challenge["ChallengeParameters"]["userAttributes"]
            .as_str()
            .unwrap(),
    )
    .unwrap();
    assert_eq!(attributes["email"], person.email.as_str());
    let tokens =
        answer(&backend, CLIENT, &challenge, json!({})).await.ok()["AuthenticationResult"].clone();
    assert_eq!(claims(&tokens["IdToken"])["email"], person.email.as_str());
    person.srp_sign_in(&backend, PASSWORD).await.ok();
    assert_eq!(
        person.srp_sign_in(&backend, &temporary).await.error_type(),
        "NotAuthorizedException"
    );
}

#[tokio::test]
async fn a_step_is_answered_once_also_by_answers_that_arrive_together() {
    let backend = Backend::start().await;
    let person = invited(&backend).await;
    let challenge = begin(&backend, &person).await;
    let send = || answer(&backend, CLIENT, &challenge, json!({}));
    let (one, two) = tokio::join!(send(), send());
    assert_eq!(
        [&one, &two]
            .iter()
            .filter(|answer| answer.status.is_success())
            .count(),
        1,
        "{one:?} {two:?}"
    );
    assert_eq!(send().await.error_type(), "NotAuthorizedException");
}

#[tokio::test]
async fn two_steps_of_one_person_cannot_both_set_a_password() {
    let backend = Backend::start().await;
    let person = invited(&backend).await;
    let (one, two) = (
        begin(&backend, &person).await,
        begin(&backend, &person).await,
    );
    answer(&backend, CLIENT, &one, json!({})).await.ok();
    assert_eq!(
        answer(&backend, CLIENT, &two, json!({})).await.error_type(),
        "NotAuthorizedException"
    );
}

#[tokio::test]
async fn a_step_belongs_to_its_person_and_client_and_ends_in_time() {
    let backend = Backend::start().await;
    let (ada, eve) = (invited(&backend).await, invited(&backend).await);
    let (for_ada, for_eve) = (begin(&backend, &ada).await, begin(&backend, &eve).await);
    let mut swapped = for_ada.clone();
    swapped["Session"] = for_eve["Session"].clone();
    assert_eq!(
        answer(&backend, CLIENT, &swapped, json!({}))
            .await
            .error()
            .1,
        "Invalid session for the user."
    );
    let other = new_client(&backend, POOL, json!({})).await;
    assert_eq!(
        answer(&backend, &other, &for_ada, json!({}))
            .await
            .error()
            .1,
        "Invalid session for the user."
    );
    let mut invented = for_ada.clone();
    invented["Session"] = json!("A".repeat(43));
    assert_eq!(
        answer(&backend, CLIENT, &invented, json!({}))
            .await
            .error()
            .1,
        "Invalid session for the user."
    );
    backend.clock.advance(180);
    assert_eq!(
        answer(&backend, CLIENT, &for_ada, json!({}))
            .await
            .error()
            .1,
        "Invalid session for the user, session is expired."
    );
}

#[tokio::test]
async fn a_refused_password_leaves_the_step_open() {
    let backend = Backend::start().await;
    let person = invited(&backend).await;
    let challenge = begin(&backend, &person).await;
    assert_eq!(
        answer(
            &backend,
            CLIENT,
            &challenge,
            json!({ "NEW_PASSWORD": "weak" })
        )
        .await
        .error_type(),
        "InvalidPasswordException"
    );
    let changed = json!({ "userAttributes.email_verified": "true" });
    assert_eq!(
        answer(&backend, CLIENT, &challenge, changed)
            .await
            .error_type(),
        "NotAuthorizedException"
    );
    answer(
        &backend,
        CLIENT,
        &challenge,
        json!({ "userAttributes.name": "Ada" }),
    )
    .await
    .ok();
    let seen = backend
        .admin(
            "AdminGetUser",
            json!({ "UserPoolId": POOL, "Username": person.email }),
        )
        .await
        .ok();
    assert!(
        seen["UserAttributes"]
            .as_array()
            .unwrap()
            .contains(&json!({ "Name": "name", "Value": "Ada" }))
    );
    assert_eq!(seen["UserStatus"], "CONFIRMED");
}

#[tokio::test]
async fn an_attribute_the_pool_requires_is_asked_for_and_an_old_value_stays() {
    let backend = Backend::start().await;
    let required = |name: &str| json!({ "Name": name, "Required": true, "Mutable": true, "AttributeDataType": "String" });
    let pool = new_pool(
        &backend,
        json!({ "Schema": [required("email"), required("given_name")] }),
    )
    .await;
    let client = new_client(&backend, &pool, json!({})).await;
    let create = json!({
        "UserPoolId": pool, "Username": "ada", "TemporaryPassword": TEMPORARY, "MessageAction": "SUPPRESS",
        "UserAttributes": [{ "Name": "email", "Value": "ada@example.com" }],
    });
    backend.admin("AdminCreateUser", create).await.ok();
    let person = Person {
        email: "ada".to_owned(),
        client: client.clone(),
        ..Person::stranger()
    };
    let challenge = begin(&backend, &person).await;
    assert_eq!(
        challenge["ChallengeParameters"]["requiredAttributes"],
        "[\"userAttributes.given_name\"]"
    );
    assert_eq!(
        answer(&backend, &client, &challenge, json!({}))
            .await
            .error_type(),
        "InvalidParameterException"
    );
    let other =
        json!({ "userAttributes.given_name": "Ada", "userAttributes.email": "eve@example.com" });
    assert_eq!(
        answer(&backend, &client, &challenge, other)
            .await
            .error_type(),
        "InvalidParameterException"
    );
    answer(
        &backend,
        &client,
        &challenge,
        json!({ "userAttributes.given_name": "Ada", "userAttributes.email": "ada@example.com" }),
    )
    .await
    .ok();
}

#[tokio::test]
async fn a_temporary_password_lives_as_long_as_the_pool_says() {
    let backend = Backend::start().await;
    let person = invited(&backend).await;
    backend.clock.advance(7 * 86400 - 1);
    begin(&backend, &person).await;
    backend.clock.advance(1);
    let expired = "Temporary password has expired and must be reset by an administrator.";
    assert_eq!(
        person.password_sign_in(&backend, TEMPORARY).await.error().1,
        expired
    );
    assert_eq!(
        person.srp_sign_in(&backend, TEMPORARY).await.error().1,
        expired
    );
    let again = json!({ "UserPoolId": POOL, "Username": person.email, "TemporaryPassword": TEMPORARY, "MessageAction": "RESEND" });
    backend.admin("AdminCreateUser", again).await.ok();
    begin(&backend, &person).await;
}
