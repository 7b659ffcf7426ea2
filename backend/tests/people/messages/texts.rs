//! Texts of the pool, links, and `CustomMessage`.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{all, newest, stranger_of};
use crate::person::{CLIENT, POOL, Person};
use crate::support::{Backend, request};
use crate::trigger_flows::with;
use crate::triggers::{Handlers, THROWS_ITS_EVENT, admin_get, thrown_event};

#[tokio::test]
async fn a_pools_own_texts_are_used_for_each_kind_of_message() {
    let backend = Backend::start().await;
    let (pool, person) = stranger_of(
        &backend,
        json!({
            "VerificationMessageTemplate": {
                "EmailMessage": "Hello, <b>{####}</b> is your code.", "EmailSubject": "Welcome",
            },
            "AdminCreateUserConfig": { "InviteMessageTemplate": {
                "EmailMessage": "Dear {username}, come with {####}.", "EmailSubject": "Invited",
            } },
        }),
    )
    .await;
    person.sign_up(&backend).await.ok();
    let code = backend.code(&person.email).await;
    let said = newest(&backend, &person.email).await;
    let expected = format!("Hello, <b>{code}</b> is your code.");
    assert_eq!(said, ("Welcome".to_owned(), expected));

    let guest = Person::stranger();
    let body = json!({
        "UserPoolId": pool, "Username": guest.email, "TemporaryPassword": "Temporary-1",
        "UserAttributes": [{ "Name": "email", "Value": guest.email }],
    });
    backend.admin("AdminCreateUser", body).await.ok();
    let said = newest(&backend, &guest.email).await;
    let expected = format!("Dear {}, come with Temporary-1.", guest.email);
    assert_eq!(said, ("Invited".to_owned(), expected));
}

#[tokio::test]
async fn the_older_members_for_texts_count_where_the_template_says_nothing() {
    let backend = Backend::start().await;
    let (_, person) = stranger_of(
        &backend,
        json!({
            "EmailVerificationMessage": "Old {####}", "EmailVerificationSubject": "Older",
            "VerificationMessageTemplate": { "EmailSubject": "Newer" },
        }),
    )
    .await;
    person.sign_up(&backend).await.ok();
    let code = backend.code(&person.email).await;
    let said = newest(&backend, &person.email).await;
    assert_eq!(said, ("Newer".to_owned(), format!("Old {code}")));
}

#[tokio::test]
async fn a_text_without_the_place_of_its_code_is_refused() {
    let backend = Backend::start().await;
    let template = json!({ "EmailMessage": "no code", "EmailSubject": "s" });
    let body = json!({ "PoolName": "p", "VerificationMessageTemplate": template });
    let refused = backend.admin("CreateUserPool", body).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
}

#[tokio::test]
async fn a_link_confirms_when_its_form_is_posted_and_once() {
    let backend = Backend::start().await;
    let (pool, person) = stranger_of(
        &backend,
        json!({ "VerificationMessageTemplate": {
            "DefaultEmailOption": "CONFIRM_WITH_LINK",
            "EmailMessageByLink": "Please {##click here##}!", "EmailSubjectByLink": "One click",
        } }),
    )
    .await;
    person.sign_up(&backend).await.ok();
    let (subject, body) = newest(&backend, &person.email).await;
    assert_eq!(subject, "One click");
    let link = body
        .strip_prefix("Please <a href=\"http://localhost:4100/confirmUser?")
        .and_then(|rest| rest.strip_suffix("\">click here</a>!"))
        .unwrap_or_else(|| panic!("{body}"))
        .replace("&amp;", "&");

    // Whoever only opens it, as programs that look at mails do, confirms nothing.
    let page = backend.get(&format!("/confirmUser?{link}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .contains("frame-ancestors 'none'")
    );
    assert!(page.text.contains("<form method=\"post\""), "{}", page.text);
    let status = async || {
        let body = json!({ "UserPoolId": pool, "Username": person.email });
        backend.admin("AdminGetUser", body).await.ok()["UserStatus"].clone()
    };
    assert_eq!(status().await, "UNCONFIRMED");

    let wrong = link.replace("confirmation_code=", "confirmation_code=1");
    assert_eq!(post(&backend, &wrong).await, StatusCode::BAD_REQUEST);
    assert_eq!(
        post(&backend, "client_id=a&user_name=b").await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(post(&backend, &link).await, StatusCode::OK);
    assert_eq!(status().await, "CONFIRMED");
    assert_eq!(post(&backend, &link).await, StatusCode::BAD_REQUEST, "once");
    person.tokens(&backend).await;
}

#[tokio::test]
async fn what_is_in_a_link_is_not_html() {
    let backend = Backend::start().await;
    let query = "client_id=%22%3E%3Cscript%3E&user_name=%3Cb%3E&confirmation_code=1";
    let page = backend.get(&format!("/confirmUser?{query}")).await;
    assert!(
        page.text.contains("value=\"&quot;&gt;&lt;script&gt;\""),
        "{}",
        page.text
    );
    assert!(!page.text.contains("<script>") && !page.text.contains("<b>"));
    let page = backend
        .get("/confirmUser?client_id=a&client_id=b&confirmation_code=1")
        .await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    // As it stands in the message's source.
    let copied = "client_id=a&amp;user_name=b&amp;confirmation_code=1";
    let page = backend.get(&format!("/confirmUser?{copied}")).await;
    assert!(page.text.contains("not complete"), "{}", page.text);
}

async fn post(backend: &Backend, form: &str) -> StatusCode {
    let request = request("POST", "/confirmUser")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form.to_owned()));
    backend.send(request.unwrap()).await.status
}

#[tokio::test]
async fn custom_message_gets_the_published_event_for_each_occasion() {
    let backend = with("custom_message", THROWS_ITS_EVENT).await;
    let person = Person::stranger();
    let body = person.naming(json!({
        "Password": person.password, "ClientMetadata": { "lang": "de" },
        "UserAttributes": [{ "Name": "email", "Value": person.email }],
    }));
    let event = thrown_event("CustomMessage", &backend.call("SignUp", body).await);
    let attributes = &event["request"]["userAttributes"];
    assert_eq!(attributes["email"], json!(person.email));
    assert_eq!(
        event,
        json!({
            "version": "1", "region": "local", "userPoolId": POOL, "userName": event["userName"],
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT },
            "triggerSource": "CustomMessage_SignUp",
            "request": {
                "userAttributes": attributes, "codeParameter": "{####}", "linkParameter": "{##Click Here##}",
                "usernameParameter": null, "clientMetadata": { "lang": "de" },
            },
            "response": { "smsMessage": null, "emailMessage": null, "emailSubject": null },
        })
    );
    let guest = Person::stranger();
    let invitation = json!({
        "UserPoolId": POOL, "Username": guest.email,
        "UserAttributes": [{ "Name": "email", "Value": guest.email }],
    });
    let answer = backend.admin("AdminCreateUser", invitation).await;
    let event = thrown_event("CustomMessage", &answer);
    assert_eq!(event["triggerSource"], "CustomMessage_AdminCreateUser");
    assert_eq!(event["request"]["usernameParameter"], "{username}");
    assert_eq!(
        event["callerContext"]["clientId"],
        "CLIENT_ID_NOT_APPLICABLE"
    );
}

const GERMAN: &str = "export const handler = async (event) => {
    const { codeParameter, clientMetadata } = event.request;
    event.response.emailMessage = `${event.triggerSource} ${clientMetadata?.lang ?? '-'}: ${codeParameter}`;
    if (event.request.usernameParameter) event.response.emailMessage += ` ${event.request.usernameParameter}`;
    event.response.emailSubject = 'Hallo';
    return event;
};";

#[tokio::test]
async fn custom_message_words_what_people_read() {
    let backend = with("custom_message", GERMAN).await;
    let person = Person::signed_up(&backend).await;
    let code = backend.code(&person.email).await;
    let (subject, body) = newest(&backend, &person.email).await;
    assert_eq!(
        (subject.as_str(), body),
        ("Hallo", format!("CustomMessage_SignUp -: {code}"))
    );
    person.confirm(&backend, &code).await.ok();
    let metadata = json!({ "ClientMetadata": { "lang": "de" } });
    backend
        .call("ForgotPassword", person.naming(metadata))
        .await
        .ok();
    let code = backend.code(&person.email).await;
    let (_, body) = newest(&backend, &person.email).await;
    assert_eq!(body, format!("CustomMessage_ForgotPassword de: {code}"));
    let tokens = person.tokens(&backend).await;
    let asked = json!({ "AccessToken": tokens["AccessToken"], "AttributeName": "email" });
    backend
        .call("GetUserAttributeVerificationCode", asked)
        .await
        .ok();
    let (_, body) = newest(&backend, &person.email).await;
    assert!(
        body.starts_with("CustomMessage_VerifyUserAttribute -: "),
        "{body}"
    );
    let other = Person::stranger().email;
    let change = json!({
        "AccessToken": tokens["AccessToken"], "UserAttributes": [{ "Name": "email", "Value": other }],
        "ClientMetadata": { "lang": "fr" },
    });
    backend.call("UpdateUserAttributes", change).await.ok();
    let (_, body) = newest(&backend, &other).await;
    assert!(
        body.starts_with("CustomMessage_UpdateUserAttribute fr: "),
        "{body}"
    );
    let choice = json!({
        "AuthFlow": "USER_AUTH", "ClientId": CLIENT,
        "AuthParameters": { "USERNAME": person.email, "PREFERRED_CHALLENGE": "EMAIL_OTP" },
    });
    backend.call("InitiateAuth", choice).await.ok();
    all(&backend, &person.email).await;
}

#[tokio::test]
async fn a_wording_without_what_the_reader_needs_is_refused() {
    let long = "'x'.repeat(141)";
    for response in [
        "{ emailMessage: 'no code' }",
        "{ emailMessage: 7 }",
        "{ emailMessage: '{####}' + 'x'.repeat(20000) }",
        &format!("{{ emailSubject: {long} }}"),
    ] {
        let source = format!("export const handler = async () => ({{ response: {response} }});");
        let backend = with("custom_message", &source).await;
        let answer = Person::stranger().sign_up(&backend).await;
        assert_eq!(
            answer.error_type(),
            "InvalidLambdaResponseException",
            "{response}"
        );
    }
    // What is about another medium does not matter.
    let source = "export const handler = async () => ({ response: { smsMessage: 'no code' } });";
    let backend = with("custom_message", source).await;
    Person::stranger().sign_up(&backend).await.ok();
}

#[tokio::test]
async fn where_answers_hide_who_exists_a_handler_that_throws_is_not_heard() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let throws = [(
        "custom_message",
        "handler.mjs",
        "export const handler = async () => { throw new Error('x'); };",
    )];
    let backend = backend.restart_with(Handlers::new(&throws).config()).await;
    let known = backend
        .call("ForgotPassword", person.naming(json!({})))
        .await;
    let unknown = Person::stranger();
    let unknown = backend
        .call("ForgotPassword", unknown.naming(json!({})))
        .await;
    let shape = |answer: &Value| answer["CodeDeliveryDetails"].as_object().unwrap().len();
    assert_eq!(shape(&known.ok()), shape(&unknown.ok()));
    let said = all(&backend, &person.email).await;
    assert!(
        said.iter().all(|(subject, _)| !subject.contains("reset")),
        "{said:?}"
    );
    admin_get(&backend, &person.email).await.ok();
}
