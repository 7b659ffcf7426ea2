//! People of other providers who are linked to users, and aliases that an administrator moves.

use serde_json::{Value, json};

use crate::person::{PASSWORD, POOL, Person, new_client, new_pool};
use crate::support::{Answer, Backend};

async fn with_provider() -> Backend {
    let backend = Backend::start().await;
    let provider = json!({
        "UserPoolId": POOL, "ProviderName": "Google", "ProviderType": "Google",
        "ProviderDetails": { "client_id": "1", "client_secret": "2", "authorize_scopes": "openid" },
    });
    backend.admin("CreateIdentityProvider", provider).await.ok();
    backend
}

async fn link(backend: &Backend, username: &str, subject: &str) -> Answer {
    let body = json!({
        "UserPoolId": POOL,
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": username },
        "SourceUser": {
            "ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": subject,
        },
    });
    backend.admin("AdminLinkProviderForUser", body).await
}

async fn identities(backend: &Backend, username: &str) -> Value {
    let body = json!({ "UserPoolId": POOL, "Username": username });
    let user = backend.admin("AdminGetUser", body).await.ok();
    let attributes = user["UserAttributes"].as_array().unwrap();
    let found = attributes
        .iter()
        .find(|attribute| attribute["Name"] == "identities");
    found.map_or(Value::Null, |attribute| {
        serde_json::from_str(attribute["Value"].as_str().unwrap()).unwrap()
    })
}

fn unlinked(subject: &str) -> Value {
    json!({
        "UserPoolId": POOL,
        "User": { "ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": subject },
    })
}

#[tokio::test]
async fn a_link_is_told_until_it_is_taken_away() {
    let backend = with_provider().await;
    let person = Person::confirmed(&backend).await;
    link(&backend, &person.email, "1001").await.ok();
    link(&backend, &person.email, "1001").await.ok();
    let told = identities(&backend, &person.email).await;
    assert_eq!(told.as_array().unwrap().len(), 1);
    assert_eq!(told[0]["userId"], "1001");
    assert_eq!(told[0]["providerName"], "Google");
    backend
        .admin("AdminDisableProviderForUser", unlinked("1001"))
        .await
        .ok();
    assert_eq!(identities(&backend, &person.email).await, Value::Null);
    let again = backend
        .admin("AdminDisableProviderForUser", unlinked("1001"))
        .await;
    assert_eq!(again.error_type(), "UserNotFoundException");
}

#[tokio::test]
async fn one_person_of_a_provider_is_one_user_and_a_user_is_five_at_most() {
    let backend = with_provider().await;
    let ada = Person::confirmed(&backend).await;
    let bob = Person::confirmed(&backend).await;
    link(&backend, &ada.email, "1001").await.ok();
    assert_eq!(
        link(&backend, &bob.email, "1001").await.error_type(),
        "AliasExistsException"
    );
    for subject in ["1", "2", "3", "4", "5"] {
        link(&backend, &bob.email, subject).await.ok();
    }
    assert_eq!(
        link(&backend, &bob.email, "6").await.error_type(),
        "LimitExceededException"
    );
    assert_eq!(
        link(&backend, "nobody@example.com", "7").await.error_type(),
        "UserNotFoundException"
    );
    let unknown = json!({
        "UserPoolId": POOL,
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": ada.email },
        "SourceUser": { "ProviderName": "Facebook", "ProviderAttributeValue": "1" },
    });
    assert_eq!(
        backend
            .admin("AdminLinkProviderForUser", unknown)
            .await
            .error_type(),
        "InvalidParameterException"
    );
    ada.tokens(&backend).await;
}

#[tokio::test]
async fn nobody_writes_links_but_by_the_operation_and_a_password_can_be_taken_away() {
    let backend = with_provider().await;
    let person = Person::confirmed(&backend).await;
    let forged = json!([{ "Name": "identities", "Value": "[]" }]);
    let tokens = person.tokens(&backend).await;
    let own = json!({ "AccessToken": tokens["AccessToken"], "UserAttributes": forged });
    assert_eq!(
        backend.call("UpdateUserAttributes", own).await.error_type(),
        "InvalidParameterException"
    );
    let admins = json!({ "UserPoolId": POOL, "Username": person.email, "UserAttributes": forged });
    assert_eq!(
        backend
            .admin("AdminUpdateUserAttributes", admins)
            .await
            .error_type(),
        "InvalidParameterException"
    );
    let own = json!({
        "UserPoolId": POOL, "User": { "ProviderName": "Cognito", "ProviderAttributeValue": person.email },
    });
    backend.admin("AdminDisableProviderForUser", own).await.ok();
    assert_eq!(
        person
            .password_sign_in(&backend, PASSWORD)
            .await
            .error_type(),
        "NotAuthorizedException"
    );
}

#[tokio::test]
async fn an_administrator_may_move_an_alias_to_a_new_user() {
    let backend = Backend::start().await;
    let pool = new_pool(&backend, json!({ "AliasAttributes": ["email"] })).await;
    let client = new_client(&backend, &pool, json!({})).await;
    let make = |username: &str, force: bool| {
        let attributes = json!([
            { "Name": "email", "Value": "shared@example.com" }, { "Name": "email_verified", "Value": "true" },
        ]);
        let body = json!({
            "UserPoolId": pool, "Username": username, "UserAttributes": attributes, "MessageAction": "SUPPRESS",
            "TemporaryPassword": PASSWORD, "ForceAliasCreation": force,
        });
        backend.admin("AdminCreateUser", body)
    };
    make("first", false).await.ok();
    assert_eq!(
        make("second", false).await.error_type(),
        "UsernameExistsException"
    );
    make("second", true).await.ok();
    assert_eq!(
        make("first", true).await.error_type(),
        "UsernameExistsException",
        "a user name is nobody else's, whatever is forced"
    );
    let parameters = json!({ "USERNAME": "shared@example.com", "PASSWORD": PASSWORD });
    let body = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": parameters });
    let challenge = backend.call("InitiateAuth", body).await.ok();
    assert_eq!(
        challenge["ChallengeParameters"]["USER_ID_FOR_SRP"],
        "second"
    );
}

#[tokio::test]
async fn the_old_settings_turn_text_messages_on_and_off() {
    let backend = Backend::start().await;
    let pool = new_pool(&backend, json!({})).await;
    let mfa =
        json!({ "UserPoolId": pool, "MfaConfiguration": "OPTIONAL", "SmsMfaConfiguration": {} });
    backend.admin("SetUserPoolMfaConfig", mfa).await.ok();
    let made = json!({
        "UserPoolId": pool, "Username": "ada", "MessageAction": "SUPPRESS",
        "UserAttributes": [{ "Name": "phone_number", "Value": "+14325551212" }],
    });
    backend.admin("AdminCreateUser", made).await.ok();
    let named = json!({ "UserPoolId": pool, "Username": "ada" });
    let set = |options: Value| {
        let body = json!({ "UserPoolId": pool, "Username": "ada", "MFAOptions": options });
        backend.admin("AdminSetUserSettings", body)
    };
    let sms = json!([{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }]);
    set(sms).await.ok();
    let user = backend.admin("AdminGetUser", named.clone()).await.ok();
    assert_eq!(user["UserMFASettingList"], json!(["SMS_MFA"]));
    set(json!([])).await.ok();
    let user = backend.admin("AdminGetUser", named).await.ok();
    assert_eq!(user.get("UserMFASettingList"), None);
    let email = json!([{ "DeliveryMedium": "EMAIL", "AttributeName": "email" }]);
    assert_eq!(set(email).await.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn an_id_token_tells_links_as_a_list_of_texts() {
    let backend = with_provider().await;
    let person = Person::confirmed(&backend).await;
    link(&backend, &person.email, "1001").await.ok();
    let settings = json!({ "ReadAttributes": ["email", "identities"] });
    let client = new_client(&backend, POOL, settings).await;
    let person = Person { client, ..person };
    let tokens = person.tokens(&backend).await;
    let told = crate::person::claims(&tokens["IdToken"])["identities"].clone();
    assert_eq!(
        told,
        json!([{
            "userId": "1001", "providerName": "Google", "providerType": "Google", "issuer": null,
            "primary": "false", "dateCreated": (crate::support::START * 1000).to_string(),
        }])
    );
}
