//! What people do with their own attributes.

use serde_json::{Value, json};

use crate::mfa::person::Member;
use crate::person::{POOL, Person, get_user, new_client, new_pool};
use crate::support::{Answer, Backend};

async fn update(backend: &Backend, tokens: &Value, name: &str, value: &str) -> Answer {
    let body = json!({ "AccessToken": tokens["AccessToken"], "UserAttributes": [{ "Name": name, "Value": value }] });
    backend.call("UpdateUserAttributes", body).await
}

async fn verify(backend: &Backend, tokens: &Value, code: &str) -> Answer {
    let body =
        json!({ "AccessToken": tokens["AccessToken"], "AttributeName": "email", "Code": code });
    backend.call("VerifyUserAttribute", body).await
}

async fn attribute(backend: &Backend, tokens: &Value, name: &str) -> Value {
    let user = get_user(backend, tokens).await.ok();
    let attributes = user["UserAttributes"].as_array().unwrap().clone();
    attributes
        .into_iter()
        .find(|attribute| attribute["Name"] == name)
        .map_or(Value::Null, |found| found["Value"].clone())
}

#[tokio::test]
async fn attributes_are_set_changed_and_removed() {
    let backend = Backend::start().await;
    let tokens = Person::confirmed(&backend).await.tokens(&backend).await;
    assert_eq!(
        update(&backend, &tokens, "name", "Ada").await.ok(),
        json!({ "CodeDeliveryDetailsList": [] })
    );
    assert_eq!(attribute(&backend, &tokens, "name").await, "Ada");
    update(&backend, &tokens, "name", "").await.ok();
    assert_eq!(attribute(&backend, &tokens, "name").await, Value::Null);
    update(&backend, &tokens, "nickname", "ada").await.ok();
    let body = json!({ "AccessToken": tokens["AccessToken"], "UserAttributeNames": ["nickname"] });
    backend.call("DeleteUserAttributes", body).await.ok();
    assert_eq!(attribute(&backend, &tokens, "nickname").await, Value::Null);
}

#[tokio::test]
async fn a_new_address_is_unverified_until_its_code_comes_back() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let tokens = person.tokens(&backend).await;
    let new = Person::stranger();
    let sent = update(&backend, &tokens, "email", &new.email).await.ok();
    assert_eq!(sent["CodeDeliveryDetailsList"][0]["AttributeName"], "email");
    assert_eq!(
        attribute(&backend, &tokens, "email").await,
        new.email.as_str()
    );
    assert_eq!(
        attribute(&backend, &tokens, "email_verified").await,
        "false"
    );
    let code = backend.code(&new.email).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(
        verify(&backend, &tokens, wrong).await.error_type(),
        "CodeMismatchException"
    );
    verify(&backend, &tokens, &code).await.ok();
    assert_eq!(attribute(&backend, &tokens, "email_verified").await, "true");
    assert_eq!(
        verify(&backend, &tokens, &code).await.error_type(),
        "ExpiredCodeException"
    );
    new.srp_sign_in(&backend, &person.password).await.ok();
    assert_eq!(
        person
            .srp_sign_in(&backend, &person.password)
            .await
            .error_type(),
        "NotAuthorizedException",
        "the old address is nobody's"
    );
}

#[tokio::test]
async fn a_code_for_an_address_that_was_replaced_verifies_nothing() {
    let backend = Backend::start().await;
    let tokens = Person::confirmed(&backend).await.tokens(&backend).await;
    let first = Person::stranger();
    update(&backend, &tokens, "email", &first.email).await.ok();
    let code = backend.code(&first.email).await;
    update(&backend, &tokens, "email", &Person::stranger().email)
        .await
        .ok();
    let refused = verify(&backend, &tokens, &code).await;
    assert!(
        ["CodeMismatchException", "ExpiredCodeException"].contains(&refused.error_type().as_str())
    );
    assert_eq!(
        attribute(&backend, &tokens, "email_verified").await,
        "false"
    );
}

#[tokio::test]
async fn an_address_may_wait_for_its_verification() {
    let backend = Backend::start().await;
    let pool = new_pool(&backend, json!({
        "UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
    })).await;
    let client = new_client(&backend, &pool, json!({})).await;
    let person = Person {
        client: client.clone(),
        ..Person::stranger()
    };
    person.sign_up(&backend).await.ok();
    person
        .confirm(&backend, &backend.code(&person.email).await)
        .await
        .ok();
    let tokens = person.tokens(&backend).await;
    let new = Person {
        client,
        ..Person::stranger()
    };
    update(&backend, &tokens, "email", &new.email).await.ok();
    assert_eq!(
        attribute(&backend, &tokens, "email").await,
        person.email.as_str()
    );
    assert_eq!(attribute(&backend, &tokens, "email_verified").await, "true");
    verify(&backend, &tokens, &backend.code(&new.email).await)
        .await
        .ok();
    assert_eq!(
        attribute(&backend, &tokens, "email").await,
        new.email.as_str()
    );
    new.tokens(&backend).await;
}

#[tokio::test]
async fn an_address_of_somebody_else_is_not_taken_over() {
    let backend = Backend::start().await;
    let other = Person::confirmed(&backend).await;
    let tokens = Person::confirmed(&backend).await.tokens(&backend).await;
    assert_eq!(
        update(&backend, &tokens, "email", &other.email)
            .await
            .error_type(),
        "AliasExistsException"
    );
    other.tokens(&backend).await;
}

#[tokio::test]
async fn what_a_client_may_not_write_stays() {
    let backend = Backend::start().await;
    let tokens = Person::confirmed(&backend).await.tokens(&backend).await;
    for (name, value, error) in [
        ("email_verified", "true", "NotAuthorizedException"),
        ("custom:plan", "gold", "NotAuthorizedException"),
        ("sub", "1", "InvalidParameterException"),
        ("identities", "[]", "InvalidParameterException"),
        ("email", "no address", "InvalidParameterException"),
        ("email", "", "InvalidParameterException"),
        ("phone_number", "123", "InvalidParameterException"),
    ] {
        assert_eq!(
            update(&backend, &tokens, name, value).await.error_type(),
            error,
            "{name}"
        );
    }
    let person = Person::confirmed(&backend).await;
    let reader = new_client(
        &backend,
        POOL,
        json!({ "WriteAttributes": ["email", "name"] }),
    )
    .await;
    let tokens = Person {
        client: reader,
        ..person
    }
    .tokens(&backend)
    .await;
    assert_eq!(
        update(&backend, &tokens, "nickname", "ada")
            .await
            .error_type(),
        "NotAuthorizedException"
    );
    update(&backend, &tokens, "name", "Ada").await.ok();
}

#[tokio::test]
async fn codes_for_an_address_are_asked_for_a_few_times_an_hour() {
    let backend = Backend::start().await;
    let person = Person::signed_up(&backend).await;
    backend
        .admin(
            "AdminConfirmSignUp",
            json!({ "UserPoolId": POOL, "Username": person.email }),
        )
        .await
        .ok();
    let tokens = person.tokens(&backend).await;
    backend.clock.advance(1);
    let ask = async |name: &str| {
        backend
            .call(
                "GetUserAttributeVerificationCode",
                json!({ "AccessToken": tokens["AccessToken"], "AttributeName": name }),
            )
            .await
    };
    assert_eq!(ask("name").await.error_type(), "InvalidParameterException");
    assert_eq!(
        ask("phone_number").await.error_type(),
        "InvalidParameterException"
    );
    let sent = ask("email").await.ok();
    assert_eq!(sent["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL");
    verify(&backend, &tokens, &backend.code(&person.email).await)
        .await
        .ok();
    assert_eq!(attribute(&backend, &tokens, "email_verified").await, "true");
    for _ in 0..4 {
        ask("email").await.ok();
    }
    assert_eq!(ask("email").await.error_type(), "LimitExceededException");
}

#[tokio::test]
async fn changes_that_arrive_together_do_not_undo_each_other() {
    let backend = Backend::start().await;
    let tokens = Person::confirmed(&backend).await.tokens(&backend).await;
    let names = ["name", "nickname", "locale", "website"];
    let set = |name| update(&backend, &tokens, name, "x");
    let answers = tokio::join!(set(names[0]), set(names[1]), set(names[2]), set(names[3]));
    for (name, answer) in names
        .into_iter()
        .zip([answers.0, answers.1, answers.2, answers.3])
    {
        let expected = if answer.status.is_success() {
            json!("x")
        } else {
            Value::Null
        };
        assert_eq!(
            attribute(&backend, &tokens, name).await,
            expected,
            "{name}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn one_request_cannot_send_codes_to_many_addresses() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let tokens = person.tokens(&backend).await;
    let body = json!({
        "AccessToken": tokens["AccessToken"],
        "UserAttributes": [
            { "Name": "email", "Value": "one@example.com" },
            { "Name": "email", "Value": "two@example.com" },
        ],
    });
    let answer = backend.call("UpdateUserAttributes", body).await;
    assert_eq!(answer.error_type(), "InvalidParameterException");
    let messages = backend.get("/_cognate/inbox.json?to=two@example.com").await;
    assert_eq!(messages.ok()["messages"], json!([]));
}

#[tokio::test]
async fn a_code_for_an_address_is_one_persons_once_and_for_a_day() {
    let backend = Backend::start().await;
    let (ada, bob) = (
        Person::confirmed(&backend).await,
        Person::confirmed(&backend).await,
    );
    let (adas, bobs) = (ada.tokens(&backend).await, bob.tokens(&backend).await);
    let new = Person::stranger();
    update(&backend, &adas, "email", &new.email).await.ok();
    let code = backend.code(&new.email).await;
    let other = Person::stranger();
    update(&backend, &bobs, "email", &other.email).await.ok();
    let refused = verify(&backend, &bobs, &code).await;
    assert_eq!(refused.error_type(), "CodeMismatchException");
    let as_phone = json!({ "AccessToken": adas["AccessToken"], "AttributeName": "phone_number", "Code": code });
    let refused = backend.call("VerifyUserAttribute", as_phone).await;
    assert_eq!(
        refused.error_type(),
        "ExpiredCodeException",
        "another attribute"
    );
    let as_sign_up = ada.confirm(&backend, &code).await;
    assert_eq!(
        as_sign_up.error_type(),
        "CodeMismatchException",
        "another purpose"
    );
    verify(&backend, &adas, &code).await.ok();
    let again = verify(&backend, &adas, &code).await;
    assert_eq!(again.error_type(), "ExpiredCodeException");
    let late = backend.code(&other.email).await;
    backend.clock.advance(86_400);
    let bobs = other.tokens(&backend).await;
    let refused = verify(&backend, &bobs, &late).await;
    assert_eq!(refused.error_type(), "ExpiredCodeException");
}

#[tokio::test]
async fn what_is_no_address_gets_no_code_and_what_is_required_stays() {
    let backend = Backend::start().await;
    let ada = Person::confirmed(&backend).await;
    let tokens = ada.tokens(&backend).await;
    for (attribute, error) in [
        ("name", "InvalidParameterException"),
        ("phone_number", "InvalidParameterException"),
    ] {
        let body = json!({ "AccessToken": tokens["AccessToken"], "AttributeName": attribute });
        let refused = backend.call("GetUserAttributeVerificationCode", body).await;
        assert_eq!(refused.error_type(), error, "{attribute}");
    }
    for (names, error) in [
        (json!(["email"]), "InvalidParameterException"),
        (json!(["email_verified"]), "NotAuthorizedException"),
        (json!(["sub"]), "InvalidParameterException"),
        (json!(["custom:unknown"]), "NotAuthorizedException"),
    ] {
        let body = json!({ "AccessToken": tokens["AccessToken"], "UserAttributeNames": names });
        let refused = backend.call("DeleteUserAttributes", body).await;
        assert_eq!(refused.error_type(), error, "{names}");
    }
    assert_eq!(
        attribute(&backend, &tokens, "email").await,
        ada.email.as_str()
    );
}

/// Somebody whose new address waits for its code, in a pool that verifies before it updates.
async fn with_waiting_address(backend: &Backend, new: &str) -> (Member, Value) {
    let settings = json!({ "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] } });
    let pool = new_pool(backend, settings).await;
    let client = new_client(backend, &pool, json!({})).await;
    let old = json!({ "email": "ada@example.com", "email_verified": "true" });
    let ada = Member::of(backend, &pool, &client, "ada", old).await;
    let tokens = ada.sign_in(backend).await["AuthenticationResult"].clone();
    update(backend, &tokens, "email", new).await.ok();
    (ada, tokens)
}

#[tokio::test]
async fn an_address_that_waits_does_not_replace_what_an_administrator_set_meanwhile() {
    for address in ["ada@example.org", "ada@example.com"] {
        let backend = Backend::start().await;
        let (ada, tokens) = with_waiting_address(&backend, "eve@example.net").await;
        let code = backend.code("eve@example.net").await;
        let attributes = json!([
            { "Name": "email", "Value": address }, { "Name": "email_verified", "Value": "true" },
        ]);
        let names =
            json!({ "UserPoolId": ada.pool, "Username": "ada", "UserAttributes": attributes });
        backend.admin("AdminUpdateUserAttributes", names).await.ok();
        let refused = verify(&backend, &tokens, &code).await;
        assert_eq!(refused.error_type(), "ExpiredCodeException", "{address}");
        assert_eq!(attribute(&backend, &tokens, "email").await, address);
    }
}

#[tokio::test]
async fn nor_does_it_come_after_the_old_one_was_removed() {
    let backend = Backend::start().await;
    let (_, tokens) = with_waiting_address(&backend, "eve@example.net").await;
    let code = backend.code("eve@example.net").await;
    update(&backend, &tokens, "email", "").await.ok();
    let refused = verify(&backend, &tokens, &code).await;
    assert_eq!(refused.error_type(), "ExpiredCodeException");
    assert_eq!(attribute(&backend, &tokens, "email").await, Value::Null);
}

#[tokio::test]
async fn an_address_that_waits_ends_with_the_sign_out_everywhere() {
    let backend = Backend::start().await;
    let (ada, tokens) = with_waiting_address(&backend, "eve@example.net").await;
    let code = backend.code("eve@example.net").await;
    let body = json!({ "AccessToken": tokens["AccessToken"] });
    backend.call("GlobalSignOut", body).await.ok();
    let tokens = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    let refused = verify(&backend, &tokens, &code).await;
    assert_eq!(refused.error_type(), "ExpiredCodeException");
    assert_eq!(
        attribute(&backend, &tokens, "email").await,
        "ada@example.com"
    );
}
