//! Triggers that real handler files decide: before a sign-up and after a confirmation, and what
//! becomes of handlers that throw, break or answer nonsense.

use cognate_backend::clock::Clock;
use cognate_backend::config::{Config, Runs};
use cognate_backend::serve::prepare;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::person::{CLIENT, POOL, Person, claims, new_client};
use crate::support::{Answer, Backend, START, loopback};

/// A configuration file beside its handler files: the demo pool with these triggers.
pub(crate) struct Handlers {
    folder: TempDir,
}

impl Handlers {
    /// Trigger (as the configuration names it), file name, source.
    pub(crate) fn new(files: &[(&str, &str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut text = "[[pools]]\nid = \"local_demo\"\n[pools.triggers]\n".to_owned();
        for (trigger, name, source) in files {
            text += &format!("{trigger} = \"{name}\"\n");
            std::fs::write(folder.path().join(name), source).unwrap();
        }
        std::fs::write(folder.path().join("cognate.toml"), text).unwrap();
        Self { folder }
    }

    /// The same with one handler of a trigger that has versions.
    pub(crate) fn versioned(trigger: &str, version: &str, source: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("handler.mjs"), source).unwrap();
        let text = format!(
            "[[pools]]\nid = \"local_demo\"\n[pools.triggers]\n\
             {trigger} = {{ file = \"handler.mjs\", version = \"{version}\" }}\n"
        );
        std::fs::write(folder.path().join("cognate.toml"), text).unwrap();
        Self { folder }
    }

    /// The same with this table of triggers (TOML) and these files.
    pub(crate) fn written(triggers: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, source) in files {
            std::fs::write(folder.path().join(name), source).unwrap();
        }
        let text = format!("[[pools]]\nid = \"local_demo\"\n[pools.triggers]\n{triggers}\n");
        std::fs::write(folder.path().join("cognate.toml"), text).unwrap();
        Self { folder }
    }

    /// The demo configuration with the triggers of the file.
    pub(crate) fn config(&self) -> Config {
        let read = Config::read(&self.folder.path().join("cognate.toml")).unwrap();
        let mut config = Config::demo();
        config.pools[0].triggers = read.pools[0].triggers.clone();
        config
    }

    pub(crate) async fn start(&self) -> Backend {
        Backend::start_with(self.config()).await
    }
}

async fn with_pre_sign_up(source: &str) -> Backend {
    Handlers::new(&[("pre_sign_up", "pre-sign-up.mjs", source)])
        .start()
        .await
}

pub(crate) async fn admin_get(backend: &Backend, name: &str) -> Answer {
    let body = json!({ "UserPoolId": POOL, "Username": name });
    backend.admin("AdminGetUser", body).await
}

pub(crate) fn attribute(user: &Value, name: &str) -> Option<String> {
    let attributes = user["UserAttributes"].as_array().unwrap();
    let found = attributes.iter().find(|a| a["Name"] == name)?;
    Some(found["Value"].as_str().unwrap().to_owned())
}

/// The event that a handler threw back as text.
pub(crate) fn thrown_event(trigger: &str, answer: &Answer) -> Value {
    let (name, message) = answer.error();
    assert_eq!(name, "UserLambdaValidationException");
    let text = message
        .strip_prefix(&format!("{trigger} failed with error "))
        .and_then(|rest| rest.strip_suffix('.'));
    serde_json::from_str(text.unwrap()).unwrap()
}

pub(crate) const THROWS_ITS_EVENT: &str =
    "export const handler = async (event) => { throw new Error(JSON.stringify(event)); };";

#[tokio::test]
async fn pre_sign_up_confirms_and_verifies_and_no_code_goes_out() {
    let backend = with_pre_sign_up(
        "export const handler = async (event) => {
            event.response.autoConfirmUser = true;
            event.response.autoVerifyEmail = true;
            return event;
        };",
    )
    .await;
    let person = Person::stranger();
    let answer = person.sign_up(&backend).await.ok();
    assert_eq!(answer["UserConfirmed"], true);
    assert!(answer.get("CodeDeliveryDetails").is_none());
    backend.state.messages.flush().await;
    assert!(
        backend
            .get("/_cognate/inbox/messages")
            .await
            .text
            .find(&person.email)
            .is_none()
    );
    let tokens = person.tokens(&backend).await;
    assert_eq!(claims(&tokens["IdToken"])["email_verified"], true);
    // Verified: it can be recovered by.
    backend
        .call("ForgotPassword", person.naming(json!({})))
        .await
        .ok();
    assert_eq!(backend.code(&person.email).await.len(), 6);
}

#[tokio::test]
async fn pre_sign_up_that_changes_nothing_leaves_the_code_to_decide() {
    for source in [
        "export const handler = async (event) => event;",
        "exports.handler = (event, context, callback) => callback(null, event);",
        "exports.handler = async () => ({ response: {} });",
        "exports.handler = async () => ({ response: { autoConfirmUser: null, unknown: 1 } });",
    ] {
        let backend = Handlers::new(&[("pre_sign_up", "pre.js", source)])
            .start()
            .await;
        let person = Person::stranger();
        assert_eq!(
            person.sign_up(&backend).await.ok()["UserConfirmed"],
            false,
            "{source}"
        );
        assert_eq!(
            person
                .password_sign_in(&backend, &person.password)
                .await
                .error_type(),
            "UserNotConfirmedException"
        );
        let code = backend.code(&person.email).await;
        person.confirm(&backend, &code).await.ok();
        person.tokens(&backend).await;
    }
}

#[tokio::test]
async fn pre_sign_up_refuses_in_its_own_words_and_nobody_is_made() {
    let backend = with_pre_sign_up(
        "export const handler = async (event) => {
            if (event.request.validationData?.invite !== 'golden') throw new Error('You need an invitation');
            return event;
        };",
    )
    .await;
    let person = Person::stranger();
    assert_eq!(
        person.sign_up(&backend).await.error(),
        (
            "UserLambdaValidationException".to_owned(),
            "PreSignUp failed with error You need an invitation.".to_owned()
        )
    );
    assert_eq!(
        admin_get(&backend, &person.email).await.error_type(),
        "UserNotFoundException"
    );
    let invited = person.naming(json!({
        "Password": person.password,
        "UserAttributes": [{ "Name": "email", "Value": person.email }],
        "ValidationData": [{ "Name": "invite", "Value": "golden" }],
    }));
    backend.call("SignUp", invited).await.ok();
    let user = admin_get(&backend, &person.email).await.ok();
    assert_eq!(
        attribute(&user, "invite"),
        None,
        "validation data is not stored"
    );
}

#[tokio::test]
async fn the_event_of_a_sign_up_has_the_published_form_and_no_password() {
    let backend = with_pre_sign_up(THROWS_ITS_EVENT).await;
    let person = Person::stranger();
    let body = person.naming(json!({
        "Password": person.password,
        "UserAttributes": [{ "Name": "email", "Value": person.email }, { "Name": "name", "Value": "Ada" }],
        "ValidationData": [{ "Name": "__proto__", "Value": "x" }],
        "ClientMetadata": { "lang": "de" },
    }));
    let mut event = thrown_event("PreSignUp", &backend.call("SignUp", body).await);
    let username = event["userName"].take();
    assert_eq!(
        username.as_str().unwrap().len(),
        36,
        "the real user name is a UUID here"
    );
    assert_eq!(
        event,
        json!({
            "version": "1", "region": "local", "userPoolId": POOL, "userName": null,
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT },
            "triggerSource": "PreSignUp_SignUp",
            "request": {
                "userAttributes": { "email": person.email, "name": "Ada" },
                "validationData": { "__proto__": "x" },
                "clientMetadata": { "lang": "de" },
            },
            "response": { "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false },
        })
    );
    let event = thrown_event("PreSignUp", &person.sign_up(&backend).await);
    assert_eq!(event["request"]["validationData"], Value::Null);
    assert!(event["request"].get("clientMetadata").is_none());
}

#[tokio::test]
async fn whoever_is_confirmed_by_code_is_told_to_post_confirmation() {
    let files = [(
        "post_confirmation",
        "post-confirmation.mjs",
        THROWS_ITS_EVENT,
    )];
    let backend = Handlers::new(&files).start().await;
    let person = Person::signed_up(&backend).await;
    assert_eq!(
        person.confirm(&backend, "000000").await.error_type(),
        "CodeMismatchException"
    );
    let code = backend.code(&person.email).await;
    let body = person.naming(json!({ "ConfirmationCode": code, "ClientMetadata": { "k": "v" } }));
    let event = thrown_event(
        "PostConfirmation",
        &backend.call("ConfirmSignUp", body).await,
    );
    assert_eq!(event["triggerSource"], "PostConfirmation_ConfirmSignUp");
    assert_eq!(event["callerContext"]["clientId"], CLIENT);
    assert_eq!(event["response"], json!({}));
    assert_eq!(
        event["request"],
        json!({
            "userAttributes": {
                "sub": event["userName"], "email": person.email, "email_verified": "true",
                "cognito:user_status": "CONFIRMED",
            },
            "clientMetadata": { "k": "v" },
        })
    );
    // What was confirmed stays confirmed.
    person.tokens(&backend).await;

    backend
        .call("ForgotPassword", person.naming(json!({})))
        .await
        .ok();
    let code = backend.code(&person.email).await;
    let new = "Another-Horse9!";
    let body = person.naming(json!({ "ConfirmationCode": code, "Password": new }));
    let event = thrown_event(
        "PostConfirmation",
        &backend.call("ConfirmForgotPassword", body).await,
    );
    assert_eq!(
        event["triggerSource"],
        "PostConfirmation_ConfirmForgotPassword"
    );
    assert!(!event.to_string().contains(new) && !event.to_string().contains(&code));
    person.password_sign_in(&backend, new).await.ok();
}

#[tokio::test]
async fn a_sign_up_that_a_trigger_confirms_is_told_to_post_confirmation_too() {
    let confirms = "export const handler = async (event) => { event.response.autoConfirmUser = true; return event; };";
    let backend = Handlers::new(&[
        ("pre_sign_up", "pre.mjs", confirms),
        ("post_confirmation", "post.mjs", THROWS_ITS_EVENT),
    ])
    .start()
    .await;
    let person = Person::stranger();
    let event = thrown_event("PostConfirmation", &person.sign_up(&backend).await);
    assert_eq!(event["triggerSource"], "PostConfirmation_ConfirmSignUp");
    assert_eq!(
        event["request"]["userAttributes"]["cognito:user_status"],
        "CONFIRMED"
    );
    assert_eq!(
        event["request"]["userAttributes"]["email_verified"],
        "false"
    );
    person.tokens(&backend).await;
}

#[tokio::test]
async fn administrators_fire_them_without_a_client() {
    let backend = Handlers::new(&[
        (
            "pre_sign_up",
            "pre.mjs",
            "export const handler = async (event) => {
                if (event.request.clientMetadata?.show) throw new Error(JSON.stringify(event));
                event.response.autoConfirmUser = true;
                return event;
            };",
        ),
        ("post_confirmation", "post.mjs", THROWS_ITS_EVENT),
    ])
    .start()
    .await;
    let body = |more: Value| {
        let mut body = json!({
            "UserPoolId": POOL, "Username": "invited@example.com", "MessageAction": "SUPPRESS",
            "UserAttributes": [{ "Name": "email", "Value": "invited@example.com" }],
        });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let shown = body(json!({
        "ClientMetadata": { "show": "1" }, "ValidationData": [{ "Name": "a", "Value": "b" }],
    }));
    let event = thrown_event("PreSignUp", &backend.admin("AdminCreateUser", shown).await);
    assert_eq!(event["triggerSource"], "PreSignUp_AdminCreateUser");
    assert_eq!(
        event["callerContext"]["clientId"],
        "CLIENT_ID_NOT_APPLICABLE"
    );
    assert_eq!(event["request"]["validationData"], json!({ "a": "b" }));
    let created = backend.admin("AdminCreateUser", body(json!({}))).await.ok();
    assert_eq!(created["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
}

#[tokio::test]
async fn an_administrator_s_confirmation_is_told_to_post_confirmation() {
    let files = [("post_confirmation", "post.mjs", THROWS_ITS_EVENT)];
    let backend = Handlers::new(&files).start().await;
    let person = Person::signed_up(&backend).await;
    let body = json!({ "UserPoolId": POOL, "Username": person.email, "ClientMetadata": { "by": "admin" } });
    let event = thrown_event(
        "PostConfirmation",
        &backend.admin("AdminConfirmSignUp", body).await,
    );
    assert_eq!(event["triggerSource"], "PostConfirmation_ConfirmSignUp");
    assert_eq!(
        event["callerContext"]["clientId"],
        "CLIENT_ID_NOT_APPLICABLE"
    );
    assert_eq!(event["request"]["clientMetadata"], json!({ "by": "admin" }));
    person.tokens(&backend).await;
}

#[tokio::test]
async fn an_answer_of_the_wrong_form_signs_nobody_up() {
    for body in [
        "",
        "return null",
        "return 'yes'",
        "return []",
        "return [{ autoConfirmUser: true }]",
        "return {}",
        "return { response: null }",
        "return { response: [true, true, true] }",
        "return { response: { autoConfirmUser: 'true' } }",
        "return { response: { autoConfirmUser: 1 } }",
        "return { response: { autoVerifyPhone: true } }",
        "event.response.self = event; return event",
    ] {
        let source = format!("export const handler = async (event) => {{ {body} }};");
        let backend = with_pre_sign_up(&source).await;
        let person = Person::stranger();
        assert_eq!(
            person.sign_up(&backend).await.error_type(),
            "InvalidLambdaResponseException",
            "{body}"
        );
        assert_eq!(
            admin_get(&backend, &person.email).await.error_type(),
            "UserNotFoundException",
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_handler_that_breaks_or_takes_too_long_signs_nobody_up() {
    for body in [
        "const all = []; for (;;) all.push(new Array(1000).fill(1.5))",
        "for (;;) {}",
        "await new Promise((done) => setTimeout(done, 60000))",
    ] {
        let source = format!("export const handler = async (event) => {{ {body} }};");
        let backend = with_pre_sign_up(&source).await;
        let person = Person::stranger();
        let (name, message) = person.sign_up(&backend).await.error();
        assert_eq!(name, "UnexpectedLambdaException", "{body}: {message}");
        assert!(
            message.starts_with("PreSignUp invocation failed"),
            "{message}"
        );
        assert_eq!(
            admin_get(&backend, &person.email).await.error_type(),
            "UserNotFoundException",
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_recursion_and_a_missing_function_are_errors_of_the_handler() {
    for body in [
        "const f = () => f() + 1; f()",
        "await fetch('http://localhost')",
        "throw { message: 'plain' }",
    ] {
        let source = format!("export const handler = async (event) => {{ {body} }};");
        let backend = with_pre_sign_up(&source).await;
        let answer = Person::stranger().sign_up(&backend).await;
        assert_eq!(
            answer.error_type(),
            "UserLambdaValidationException",
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_handler_keeps_nothing_from_one_person_to_the_next() {
    let backend = with_pre_sign_up(
        "let seen = 0;
        export const handler = async (event) => {
            seen += 1;
            globalThis.all = [...(globalThis.all ?? []), event.request.userAttributes.email];
            Object.prototype.polluted = (Object.prototype.polluted ?? 0) + 1;
            throw new Error(`${seen} ${globalThis.all.length} ${{}.polluted}`);
        };",
    )
    .await;
    for _ in 0..3 {
        let (_, message) = Person::stranger().sign_up(&backend).await.error();
        assert_eq!(message, "PreSignUp failed with error 1 1 1.");
    }
}

#[tokio::test]
async fn sign_ups_at_the_same_time_each_get_their_own_answer() {
    let backend = with_pre_sign_up(
        "export const handler = async (event) => {
            await new Promise((done) => setTimeout(done, 50));
            throw new Error(event.request.userAttributes.email);
        };",
    )
    .await;
    let people: Vec<Person> = (0..24).map(|_| Person::stranger()).collect();
    let mut tasks = tokio::task::JoinSet::new();
    let backend = std::sync::Arc::new(backend);
    for person in people {
        let backend = backend.clone();
        tasks.spawn(async move {
            let (_, message) = person.sign_up(&backend).await.error();
            assert_eq!(
                message,
                format!("PreSignUp failed with error {}.", person.email)
            );
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn a_pool_shows_its_handlers_and_another_may_name_them() {
    let refuses = "export const handler = async () => { throw new Error('closed'); };";
    let handlers = Handlers::new(&[("pre_sign_up", "closed.mjs", refuses)]);
    let backend = handlers.start().await;
    let described = backend
        .admin("DescribeUserPool", json!({ "UserPoolId": POOL }))
        .await
        .ok();
    let arn = "arn:aws:lambda:local:000000000000:function:closed.mjs";
    assert_eq!(
        described["UserPool"]["LambdaConfig"],
        json!({ "PreSignUp": arn })
    );
    let listed = backend
        .admin("ListUserPools", json!({ "MaxResults": 10 }))
        .await
        .ok();
    assert_eq!(
        listed["UserPools"][0]["LambdaConfig"],
        json!({ "PreSignUp": arn })
    );

    for (config, said) in [
        (
            json!({ "PreSignUp": "arn:aws:lambda:us-east-1:123456789012:function:f" }),
            arn,
        ),
        (
            json!({ "InboundFederation": { "LambdaVersion": "V1_0", "LambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:f" } }),
            arn,
        ),
        (
            json!({ "KMSKeyID": "arn:aws:kms:us-east-1:123456789012:key/1" }),
            "KMSKeyID",
        ),
    ] {
        let body = json!({ "PoolName": "p", "LambdaConfig": config });
        let (name, message) = backend.admin("CreateUserPool", body).await.error();
        assert_eq!(name, "InvalidParameterException", "{config}");
        assert!(message.contains(said), "{message}");
    }
    let body = json!({ "PoolName": "p", "LambdaConfig": { "PreSignUp": arn } });
    let made = backend.admin("CreateUserPool", body).await.ok();
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    assert_eq!(
        made["UserPool"]["LambdaConfig"],
        json!({ "PreSignUp": arn })
    );
    let client = new_client(&backend, &pool, json!({})).await;
    let sign_up = json!({ "ClientId": client, "Username": "ada", "Password": "Correct-Horse9!" });
    let refused = backend.call("SignUp", sign_up.clone()).await;
    assert_eq!(refused.error().1, "PreSignUp failed with error closed.");

    // A handler that is gone from the configuration decides nothing, and nobody gets past it.
    let backend = backend.restart_with(Config::demo()).await;
    assert_eq!(
        backend.call("SignUp", sign_up).await.error_type(),
        "UnexpectedLambdaException"
    );
    let person = Person::signed_up(&backend).await;
    assert_eq!(
        person.password_sign_in(&backend, "x").await.error_type(),
        "NotAuthorizedException"
    );
}

#[tokio::test]
async fn a_configuration_with_a_mistake_does_not_start_and_says_where_it_is() {
    let unknown = Config::parse(
        "[[pools]]\nid = \"local_a\"\n[pools.triggers]\npre_everything = \"a.mjs\"\n",
    );
    let text = unknown.unwrap_err().to_string();
    assert!(
        text.contains("pre_everything") && text.contains("pre_sign_up"),
        "{text}"
    );
    let start = async |config: Config| {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            data: Some(folder.path().to_owned()),
            ..config
        };
        let failed = prepare(config, Clock::frozen_at(START), loopback()).await;
        failed.unwrap_err().to_string()
    };
    let broken = Handlers::new(&[("pre_sign_up", "broken.mjs", "export const handler = (")]);
    assert!(start(broken.config()).await.contains("broken.mjs"));
    let mut missing = broken.config();
    for handler in missing.pools[0].triggers.values_mut() {
        handler.runs = Runs::Embedded("missing.mjs".into());
    }
    assert!(start(missing).await.contains("missing.mjs"));
    let one = Handlers::new(&[("pre_sign_up", "same.mjs", THROWS_ITS_EVENT)]).config();
    let folder = Handlers::new(&[("post_confirmation", "same.mjs", THROWS_ITS_EVENT)]);
    let mut both = folder.config();
    both.pools[0].triggers.extend(one.pools[0].triggers.clone());
    assert!(start(both).await.contains("same.mjs"));
}
