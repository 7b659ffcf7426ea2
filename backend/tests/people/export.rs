//! Users into a file and back: what it carries, people who go on signing in, what is refused.

use std::io::Cursor;

use base64ct::{Base64, Encoding};
use cognate_backend::export::{csv, json as lines};
use cognate_backend::import::job::Failure;
use cognate_backend::import::run::{Counts, End, Form, go_through};
use cognate_backend::pools::{Pool, find_pool};
use cognate_backend::srp::group::N;
use serde_json::{Value, json};

use crate::mfa::person::{Member, totp};
use crate::person::{CLIENT, PASSWORD, POOL, Person, new_pool};
use crate::support::Backend;
use crate::user_auth::authenticator::Authenticator;

async fn demo(backend: &Backend) -> Pool {
    find_pool(&backend.state, POOL).await.unwrap()
}

async fn exported(backend: &Backend, has_secrets: bool) -> String {
    let mut out = Vec::new();
    let pool = demo(backend).await;
    let count = lines::write(&backend.state, &pool, has_secrets, &mut out, |_| {}).await;
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), count.unwrap() + 1);
    text
}

async fn exported_csv(backend: &Backend) -> String {
    let mut out = Vec::new();
    let pool = demo(backend).await;
    csv::write(&backend.state, &pool, &mut out, |_| {})
        .await
        .unwrap();
    String::from_utf8(out).unwrap()
}

/// Answers the end and the reasons of what was refused.
async fn import_into(
    backend: &Backend,
    pool: &str,
    form: Form,
    file: &str,
) -> (Result<End, Failure>, Vec<String>) {
    let pool = find_pool(&backend.state, pool).await.unwrap();
    let mut refused = Vec::new();
    let file = Cursor::new(file.as_bytes().to_vec());
    let end = go_through(&backend.state, &pool, form, file, None, 0, |_, rows| {
        refused.extend(
            rows.iter()
                .map(|row| format!("{}: {}", row.line, row.reason)),
        );
    });
    (end.await, refused)
}

fn through(imported: usize, refused: usize) -> Result<End, Failure> {
    Ok(End::Through(Counts { imported, refused }))
}

fn naming(name: &str) -> Value {
    json!({ "UserPoolId": POOL, "Username": name })
}

async fn passkey_of(backend: &Backend, tokens: &Value) -> Authenticator {
    let token = json!({ "AccessToken": tokens["AccessToken"] });
    let started = backend.call("StartWebAuthnRegistration", token.clone());
    let options = started.await.ok()["CredentialCreationOptions"].clone();
    let mut device = Authenticator::new();
    let mut body = token;
    body["Credential"] = device.create(&options);
    backend
        .call("CompleteWebAuthnRegistration", body)
        .await
        .ok();
    device
}

/// Everything that a user can have: somebody with an authenticator app, somebody with a passkey, in groups,
/// disabled, invited, not confirmed.
async fn populated() -> (Backend, Member, String, Person) {
    let backend = Backend::start().await;
    for (name, precedence) in [("staff", json!(3)), ("empty", Value::Null)] {
        let body = json!({
            "UserPoolId": POOL, "GroupName": name, "Precedence": precedence,
            "Description": "a group", "RoleArn": "arn:aws:iam::123456789012:role/x",
        });
        backend.admin("CreateGroup", body).await.ok();
    }
    let careful = Member {
        pool: POOL.to_owned(),
        person: Person::confirmed(&backend).await,
    };
    let secret = careful.with_totp(&backend).await;
    let mut body = naming(&careful.person.email);
    body["GroupName"] = json!("staff");
    backend.admin("AdminAddUserToGroup", body).await.ok();
    let modern = Person::confirmed(&backend).await;
    passkey_of(&backend, &modern.tokens(&backend).await).await;
    let gone = Person::confirmed(&backend).await;
    backend
        .admin("AdminDisableUser", naming(&gone.email))
        .await
        .ok();
    Person::signed_up(&backend).await;
    let mut invited = naming("invited@example.com");
    invited["UserAttributes"] = json!([
        { "Name": "email", "Value": "invited@example.com" },
        { "Name": "address", "Value": "1 Main St,\n\"The Barn\"" },
    ]);
    backend.admin("AdminCreateUser", invited).await.ok();
    (backend, careful, secret, modern)
}

#[tokio::test]
async fn an_export_with_secrets_loses_nothing_on_its_way_into_another_backend() {
    let (backend, careful, secret, modern) = populated().await;
    let file = exported(&backend, true).await;
    let other = Backend::start().await;
    let (end, refused) = import_into(&other, POOL, Form::JsonLines, &file).await;
    assert_eq!(end, through(5, 0), "{refused:?}");
    assert_eq!(exported(&other, true).await, file);

    let asked = careful.person.password_sign_in(&other, PASSWORD).await.ok();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    other.clock.advance(60);
    let answer = json!({
        "ClientId": CLIENT, "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": asked["Session"],
        "ChallengeResponses": {
            "USERNAME": careful.person.email,
            "SOFTWARE_TOKEN_MFA_CODE": totp(&secret, other.clock.now()),
        },
    });
    let answer = other.call("RespondToAuthChallenge", answer).await.ok();
    let tokens = &answer["AuthenticationResult"];
    let claims = crate::person::claims(&tokens["IdToken"]);
    assert_eq!(claims["cognito:groups"], json!(["staff"]));
    let signed_in = modern.srp_sign_in(&other, PASSWORD).await.ok();
    assert!(signed_in["AuthenticationResult"].is_object());
    let listed = json!({ "AccessToken": signed_in["AuthenticationResult"]["AccessToken"] });
    let listed = other.call("ListWebAuthnCredentials", listed).await.ok();
    assert_eq!(listed["Credentials"].as_array().unwrap().len(), 1);

    // Everybody is there already.
    let (end, refused) = import_into(&other, POOL, Form::JsonLines, &file).await;
    assert_eq!(end, through(0, 5));
    assert_eq!(refused[0], "2: The user already exists.");
}

#[tokio::test]
async fn without_secrets_nothing_that_proves_a_person_is_in_the_file() {
    let (backend, careful, _, _) = populated().await;
    let file = exported(&backend, false).await;
    for name in ["verifier", "salt", "\"totp\"", "\"password\""] {
        assert!(!file.contains(name), "{name}");
    }
    let other = Backend::start().await;
    let (end, refused) = import_into(&other, POOL, Form::JsonLines, &file).await;
    assert_eq!(end, through(5, 0), "{refused:?}");
    let found = other.admin("AdminGetUser", naming(&careful.person.email));
    let found = found.await.ok();
    assert_eq!(found["UserStatus"], "RESET_REQUIRED");
    // Its secret is not there: it must not be asked for.
    assert_eq!(found.get("UserMFASettingList"), None);
}

#[tokio::test]
async fn passwords_are_good_for_a_pool_of_the_same_name_only() {
    let backend = Backend::start().await;
    Person::confirmed(&backend).await;
    let file = exported(&backend, true).await;
    let other = new_pool(&backend, json!({ "UsernameAttributes": ["email"] })).await;
    let (end, _) = import_into(&backend, &other, Form::JsonLines, &file).await;
    assert_eq!(end, Err(Failure::OtherPool));
    let file = exported(&backend, false).await;
    let (end, refused) = import_into(&backend, &other, Form::JsonLines, &file).await;
    assert_eq!(end, through(1, 0), "{refused:?}");
}

#[tokio::test]
async fn a_csv_export_comes_back_as_the_same_csv() {
    let backend = Backend::start().await;
    let address = "1 Main St,\n\"The Barn\" C:\\,x\\";
    for (name, birthdate) in [("anna", "2000-02-29"), ("bert", "1970-12-31")] {
        let email = format!("{name}@example.com");
        let mut body = naming(&email);
        body["UserAttributes"] = json!([
            { "Name": "email", "Value": email }, { "Name": "email_verified", "Value": "true" },
            { "Name": "birthdate", "Value": birthdate }, { "Name": "address", "Value": address },
            { "Name": "name", "Value": "\"Quoted\", Č" },
        ]);
        backend.admin("AdminCreateUser", body).await.ok();
    }
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let file = exported_csv(&backend).await;
    let other = Backend::start().await;
    let (end, refused) = import_into(&other, POOL, Form::Csv, &file).await;
    assert_eq!(end, through(2, 0), "{refused:?}");
    // Their user names are new ones, and so is their order.
    assert_eq!(sorted(&exported_csv(&other).await), sorted(&file));
    let user = other.admin("AdminGetUser", naming("anna@example.com"));
    let user = user.await.ok();
    let attributes = user["UserAttributes"].as_array().unwrap();
    assert!(attributes.contains(&json!({ "Name": "address", "Value": address })));
    assert!(attributes.contains(&json!({ "Name": "birthdate", "Value": "2000-02-29" })));
}

#[tokio::test]
async fn lines_that_are_no_user_are_refused_and_other_files_are_not_taken() {
    let backend = Backend::start().await;
    Person::confirmed(&backend).await;
    let file = exported(&backend, true).await;
    let (header, person) = file.trim_end().split_once('\n').unwrap();
    let changed = |member: &str, value: Value| {
        let mut person: Value = serde_json::from_str(person).unwrap();
        person[member] = value;
        person.to_string()
    };
    let damaged = json!({ "salt": "AA==", "verifier": "AA==", "setAt": 1 });
    let rows = [
        "{".to_owned(),
        changed("sub", json!("not-a-uuid")),
        changed("username", json!("")),
        changed("status", json!("ARCHIVED")),
        changed("attributes", json!({ "email": "secretive" })),
        changed("attributes", json!({ "custom:none": "secretive" })),
        changed("password", damaged),
        changed("passkeys", json!([{ "createdAt": 1, "credential": {} }])),
        changed("more", json!(1)),
        person.to_owned(),
    ];
    let other = Backend::start().await;
    let text = format!("{header}\n{}\n", rows.join("\n"));
    let (end, refused) = import_into(&other, POOL, Form::JsonLines, &text).await;
    assert_eq!(end, through(1, 9), "{refused:?}");
    assert!(!refused.concat().contains("secretive"), "{refused:?}");
    for wrong in ["", "{}\n", person, "cognito:username\n"] {
        let (end, _) = import_into(&other, POOL, Form::JsonLines, wrong).await;
        assert_eq!(end, Err(Failure::WrongHeader), "{wrong}");
    }
}

#[tokio::test]
async fn a_file_is_not_believed_about_verifiers_subs_and_what_its_first_line_says() {
    let backend = Backend::start().await;
    Person::confirmed(&backend).await;
    let file = exported(&backend, true).await;
    let (header, person) = file.trim_end().split_once('\n').unwrap();
    let read: Value = serde_json::from_str(person).unwrap();
    let sub = read["sub"].as_str().unwrap();
    let with_verifier = |bytes: &[u8]| {
        let mut changed = read.clone();
        changed["password"]["verifier"] = json!(Base64::encode_string(bytes));
        changed.to_string()
    };
    let with_sub = |sub: &str| {
        let mut changed = read.clone();
        changed["sub"] = json!(sub);
        changed.to_string()
    };
    let mut last = N;
    last[383] -= 1;
    let damaged = "The password's verifier is damaged.";
    let no_sub = "The user has no user name or no sub.";
    let cases = [
        (with_verifier(&[0; 384]), damaged),
        (with_verifier(&[1]), damaged),
        (with_verifier(&last), damaged),
        (with_verifier(&N), damaged),
        (with_sub(&sub.to_uppercase()), no_sub),
        (with_sub(&sub.replace('-', "")), no_sub),
        (with_sub(&format!("{{{sub}}}")), no_sub),
        (with_sub(&format!("urn:uuid:{sub}")), no_sub),
    ];
    let other = Backend::start().await;
    let rows: Vec<&str> = cases.iter().map(|(row, _)| row.as_str()).collect();
    let text = format!("{header}\n{}\n", rows.join("\n"));
    let (end, refused) = import_into(&other, POOL, Form::JsonLines, &text).await;
    assert_eq!(end, through(0, cases.len()), "{refused:?}");
    let expected = (2..).zip(&cases);
    let expected: Vec<String> = expected
        .map(|(line, (_, why))| format!("{line}: {why}"))
        .collect();
    assert_eq!(refused, expected);
    // Passwords that the first line denies were compared with no pool's name.
    let denied = header.replace("\"hasSecrets\":true", "\"hasSecrets\":false");
    assert_ne!(denied, header);
    let text = format!("{denied}\n{person}\n");
    let (end, refused) = import_into(&other, POOL, Form::JsonLines, &text).await;
    assert_eq!(end, through(0, 1));
    assert!(
        refused[0].contains("the first line says that there are none"),
        "{refused:?}"
    );
    // A sub that is somebody's user name would be found by it.
    let named = new_pool(&other, json!({})).await;
    let taken = json!({ "UserPoolId": named, "Username": sub, "MessageAction": "SUPPRESS" });
    other.admin("AdminCreateUser", taken).await.ok();
    let without = exported(&backend, false).await;
    let (header, person) = without.trim_end().split_once('\n').unwrap();
    let mut changed: Value = serde_json::from_str(person).unwrap();
    changed["username"] = json!("somebody-else");
    let text = format!("{header}\n{changed}\n");
    let (end, refused) = import_into(&other, &named, Form::JsonLines, &text).await;
    assert_eq!(end, through(0, 1), "{refused:?}");
}
