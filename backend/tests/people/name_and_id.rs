//! Whatever may be asked about somebody is answered alike for the name that was typed and for the id that
//! sign-in gives for it: else the second question would tell whether there is such a user.

use serde_json::{Value, json};

use crate::mfa::person::with;
use crate::person::{PASSWORD, Person, begin_srp, new_client, new_pool};
use crate::support::{Answer, Backend};

const FACTORS: [&str; 4] = ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"];

#[tokio::test]
async fn an_id_is_answered_as_the_address_is() {
    let backend = Backend::start().await;
    let pool = pool(&backend, json!({ "UsernameAttributes": ["email"] })).await;
    let confirmed = pool
        .sign_up(&backend, "ada@example.com", Some(PASSWORD))
        .await;
    pool.confirm(&backend, &confirmed).await;
    let passwordless = pool.sign_up(&backend, "cleo@example.com", None).await;
    pool.confirm(&backend, &passwordless).await;
    let disabled = pool
        .sign_up(&backend, "dora@example.com", Some(PASSWORD))
        .await;
    pool.confirm(&backend, &disabled).await;
    let user = json!({ "UserPoolId": pool.id, "Username": disabled.email });
    backend.admin("AdminDisableUser", user).await.ok();
    let unconfirmed = pool
        .sign_up(&backend, "bob@example.com", Some(PASSWORD))
        .await;
    for (who, person) in [
        ("confirmed", confirmed),
        ("without a password", passwordless),
        ("disabled", disabled),
        ("unconfirmed", unconfirmed),
        ("nobody, not even an address", pool.named("somebody")),
    ] {
        pool.compare(&backend, who, &person).await;
    }
    // What is drawn for names that nobody has comes out both ways.
    for number in 0..8 {
        let nobody = pool.named(&format!("n{number}@example.org"));
        pool.compare(&backend, "nobody", &nobody).await;
    }
}

#[tokio::test]
async fn an_id_is_answered_as_the_phone_number_is() {
    let backend = Backend::start().await;
    let names = json!({ "UsernameAttributes": ["phone_number", "email"] });
    let pool = pool(&backend, names).await;
    let number = "+14325551212";
    let body = json!({
        "ClientId": pool.client, "Username": number, "Password": PASSWORD,
        "UserAttributes": [{ "Name": "phone_number", "Value": number }],
    });
    backend.call("SignUp", body).await.ok();
    pool.compare(&backend, "unconfirmed", &pool.named(number))
        .await;
    let code = backend.code(number).await;
    pool.named(number).confirm(&backend, &code).await.ok();
    pool.compare(&backend, "confirmed", &pool.named(number))
        .await;
    for (number, shown) in [
        ("+14325550123", "+*******0123"),
        ("+491701204567", "+********4567"),
        ("+443012", "+**3012"),
    ] {
        let nobody = pool.named(number);
        pool.compare(&backend, "nobody", &nobody).await;
        let asked = nobody.prefer(&backend, "SMS_OTP").await;
        let to = &asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"];
        assert_eq!(to, shown);
    }
}

#[tokio::test]
async fn an_id_is_answered_as_the_alias_is() {
    let backend = Backend::start().await;
    let pool = pool(&backend, json!({ "AliasAttributes": ["email"] })).await;
    let body = json!({
        "ClientId": pool.client, "Username": "ada", "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": "ada@example.com" }],
    });
    let sub = backend.call("SignUp", body).await.ok()["UserSub"].clone();
    let by_sub = pool.named(sub.as_str().unwrap());
    pool.compare(&backend, "unconfirmed", &by_sub).await;
    let code = backend.code("ada@example.com").await;
    pool.named("ada").confirm(&backend, &code).await.ok();
    pool.compare(&backend, "confirmed", &by_sub).await;
    pool.compare(&backend, "confirmed", &pool.named("ada@example.com"))
        .await;
    pool.compare(&backend, "nobody", &pool.named("bob@example.com"))
        .await;
}

#[tokio::test]
async fn a_changed_id_shows_nothing_of_the_one_it_was_made_of() {
    let backend = Backend::start().await;
    let mail = json!({ "UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"] });
    let pool = pool(&backend, mail).await;
    let nobody = pool.named("somebody@example.com");
    let id = pool.id_of(&backend, &nobody).await;
    let shown = forgot(&backend, &nobody).await;
    assert_eq!(shown["Destination"], "s***@e***");
    let mut same = 0;
    for bit in 0..122 {
        // The lowest 62 bits and the highest 48 and 12: not those that make it a random UUID.
        let position = match bit {
            0..62 => bit,
            62..74 => bit + 2,
            _ => bit + 6,
        };
        let id = uuid::Uuid::parse_str(&id).unwrap().as_u128() ^ (1 << position);
        let changed = pool.named(&uuid::Uuid::from_u128(id).to_string());
        same += i32::from(forgot(&backend, &changed).await == shown);
    }
    assert!(same < 5, "{same} of 122 changed ids show the same letters");
}

/// A pool whose answers hide who exists, with its client.
struct Pool {
    id: String,
    client: String,
}

async fn pool(backend: &Backend, names: Value) -> Pool {
    let settings = json!({ "AutoVerifiedAttributes": ["email", "phone_number"],
        "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": FACTORS } } });
    let id = new_pool(backend, with(settings, names)).await;
    let settings = json!({
        "PreventUserExistenceErrors": "ENABLED",
        "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
    });
    let client = new_client(backend, &id, settings).await;
    Pool { id, client }
}

impl Pool {
    fn named(&self, name: &str) -> Person {
        Person {
            email: name.to_owned(),
            client: self.client.clone(),
            ..Person::stranger()
        }
    }

    async fn sign_up(&self, backend: &Backend, email: &str, password: Option<&str>) -> Person {
        let body = json!({
            "ClientId": self.client, "Username": email, "Password": password,
            "UserAttributes": [{ "Name": "email", "Value": email }],
        });
        backend.call("SignUp", body).await.ok();
        self.named(email)
    }

    async fn confirm(&self, backend: &Backend, person: &Person) {
        let code = backend.code(&person.email).await;
        person.confirm(backend, &code).await.ok();
    }

    async fn id_of(&self, backend: &Backend, person: &Person) -> String {
        let started = begin_srp(backend, &self.client, &person.email).await;
        started.text("USER_ID_FOR_SRP").to_owned()
    }

    /// Asks everything by the name and by the id.
    async fn compare(&self, backend: &Backend, who: &str, person: &Person) {
        let id = self.named(&self.id_of(backend, person).await);
        assert_ne!(id.email, person.email);
        let by_name = all_answers(backend, person).await;
        let by_id = all_answers(backend, &id).await;
        for ((question, name), (_, id)) in by_name.iter().zip(&by_id) {
            assert_eq!(name, id, "{who}, {}: {question}", person.email);
        }
        // Away from what is limited by the hour.
        backend.clock.advance(3600);
    }
}

/// What everybody may ask about somebody, and what is always the same of the answers.
async fn all_answers(backend: &Backend, person: &Person) -> Vec<(String, Value)> {
    let started = person.begin_srp(backend).await;
    let names = ["SALT", "USER_ID_FOR_SRP", "USERNAME"];
    let mut answers = vec![(
        "USER_SRP_AUTH".to_owned(),
        json!(names.map(|name| started.text(name))),
    )];
    for preferred in [
        "",
        "PASSWORD",
        "PASSWORD_SRP",
        "EMAIL_OTP",
        "SMS_OTP",
        "WEB_AUTHN",
    ] {
        let parameters = match preferred {
            "" => json!({}),
            preferred => json!({ "PREFERRED_CHALLENGE": preferred }),
        };
        let answer = person.begin(backend, parameters).await;
        answers.push((format!("USER_AUTH {preferred}"), lasting(&answer)));
    }
    let wrong = json!({ "ConfirmationCode": "no-code" });
    let wrong_and_new = json!({ "ConfirmationCode": "no-code", "Password": PASSWORD });
    for (operation, body) in [
        ("InitiateAuth", person.password_request("Wrong-Horse9!")),
        ("ForgotPassword", person.naming(json!({}))),
        ("ConfirmForgotPassword", person.naming(wrong_and_new)),
        ("ResendConfirmationCode", person.naming(json!({}))),
        ("ConfirmSignUp", person.naming(wrong)),
    ] {
        let answer = backend.call(operation, body).await;
        answers.push((operation.to_owned(), lasting(&answer)));
    }
    answers
}

/// An answer without what is drawn anew each time.
fn lasting(answer: &Answer) -> Value {
    let mut json = answer.json();
    json["Session"].take();
    if let Some(options) = json["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"].as_str() {
        let mut options: Value = serde_json::from_str(options).unwrap();
        options["challenge"].take();
        json["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"] = options;
    }
    json!([answer.status.as_u16(), json])
}

async fn forgot(backend: &Backend, person: &Person) -> Value {
    let answer = backend
        .call("ForgotPassword", person.naming(json!({})))
        .await;
    answer.ok()["CodeDeliveryDetails"].clone()
}
