//! `cognate ui-config`, the program itself: out of one client, into another, and what it refuses.

use std::path::Path;
use std::process::{Command, Output};

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use crate::support::Backend;

const POOL: &str = "local_demo";
const CLIENT: &str = "demowebclient";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and the rest";

fn run(data: &Path, command: &str, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_cognate"));
    program.args(["ui-config", command]).args(arguments);
    if command != "check" {
        program.arg("--data").arg(data);
    }
    program.output().unwrap()
}

fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What a command that fails says.
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A backend whose demo client has all there is, and another pool with a client that has terms of its own.
async fn backend() -> (Backend, String, String) {
    let backend = Backend::start().await;
    let ours = json!({ "UserPoolId": POOL, "ClientId": CLIENT });
    let with = |more: Value| {
        let mut body = ours.clone();
        let Value::Object(more) = more else {
            return body;
        };
        body.as_object_mut().unwrap().extend(more);
        body
    };
    let png = Base64::encode_string(PNG);
    let asset =
        json!({ "Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "PNG", "Bytes": png });
    let branding = with(json!({ "Settings": { "a": { "b": [1, null] } }, "Assets": [asset] }));
    let css = ".submitButton-customizable { color: #fff }";
    let look = with(json!({ "CSS": css, "ImageFile": png }));
    backend
        .admin("CreateManagedLoginBranding", branding)
        .await
        .ok();
    backend.admin("SetUICustomization", look).await.ok();
    let made = backend
        .admin("CreateUserPool", json!({ "PoolName": "other" }))
        .await
        .ok();
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let body = json!({ "UserPoolId": pool, "ClientName": "app" });
    let made = backend.admin("CreateUserPoolClient", body).await.ok();
    let client = made["UserPoolClient"]["ClientId"].as_str().unwrap();
    for (pool, client, name) in [
        (POOL, CLIENT, "privacy-policy"),
        (&pool, client, "terms-of-use"),
    ] {
        let terms = json!({
            "UserPoolId": pool, "ClientId": client, "TermsName": name, "TermsSource": "LINK",
            "Enforcement": "NONE", "Links": { "cognito:default": "https://example.com/terms" },
        });
        backend.admin("CreateTerms", terms).await.ok();
    }
    let client = client.to_owned();
    (backend, pool, client)
}

#[tokio::test]
async fn what_is_printed_of_one_client_is_what_another_has_after_it_was_applied() {
    let (backend, pool, client) = backend().await;
    let data = backend.folder.path();
    let file = data.join("look.json");
    let file = file.to_str().unwrap();
    let ours = ["--pool", POOL, "--client", CLIENT];
    let theirs = ["--pool", &pool, "--client", &client];
    let with_file = |target: [&'static str; 4]| [&target[..], &["--file", file]].concat();
    assert_eq!(done(&run(data, "print", &with_file(ours))), "");
    let written = std::fs::read_to_string(file).unwrap();
    assert!(!written.contains(&Base64::encode_string(PNG)));
    for picture in ["look-1.png", "look-2.png"] {
        assert!(written.contains(picture));
        assert_eq!(std::fs::read(data.join(picture)).unwrap(), PNG);
    }
    done(&run(data, "check", &["--file", file]));
    let before = done(&run(data, "print", &theirs));
    assert!(before.contains("terms-of-use"));
    let apply = [&theirs[..], &["--file", file]].concat();
    done(&run(data, "apply", &apply));
    let printed = done(&run(data, "print", &theirs));
    assert_eq!(printed, done(&run(data, "print", &ours)));
    assert!(printed.contains(&Base64::encode_string(PNG)));
    // As the operations see it; what was not in the file is gone.
    let named = json!({ "UserPoolId": pool, "ClientId": client });
    let described = backend
        .admin("DescribeManagedLoginBrandingByClient", named)
        .await
        .ok();
    let branding = &described["ManagedLoginBranding"];
    assert_eq!(branding["Settings"], json!({ "a": { "b": [1, null] } }));
    let listed = backend
        .admin("ListTerms", json!({ "UserPoolId": pool }))
        .await
        .ok();
    assert_eq!(listed["Terms"].as_array().unwrap().len(), 1);
    assert_eq!(listed["Terms"][0]["TermsName"], "privacy-policy");
    // Once more is the same, and a file that is there is not written over.
    done(&run(data, "apply", &apply));
    assert_eq!(printed, done(&run(data, "print", &theirs)));
    assert!(refused(&run(data, "print", &with_file(ours))).contains("cannot be opened"));
}

#[tokio::test]
async fn a_file_that_cannot_be_applied_is_refused_and_changes_nothing() {
    let (backend, pool, client) = backend().await;
    let data = backend.folder.path();
    let theirs = ["--pool", &pool, "--client", &client];
    let before = done(&run(data, "print", &theirs));
    let terms = |link: &str| {
        json!([{ "TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE",
                 "Links": { "cognito:default": link } }])
    };
    let asset = |more: Value| {
        let mut asset =
            json!({ "Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "PNG" });
        let more = more.as_object().unwrap().clone();
        asset.as_object_mut().unwrap().extend(more);
        json!({ "Assets": [asset] })
    };
    let file = data.join("look.json");
    std::fs::write(data.join("not.png"), "<svg></svg>").unwrap();
    for (members, why) in [
        (json!({ "format": "other/1" }), "format"),
        (json!({ "brand": {} }), "brand"),
        (json!({ "branding": { "Setings": {} } }), "Setings"),
        (json!({ "terms": terms("http://example.com") }), "https"),
        (
            json!({ "customization": { "CSS": "body { color: red }" } }),
            "published classes",
        ),
        (
            json!({ "branding": asset(json!({ "File": "missing.png" })) }),
            "cannot be opened",
        ),
        (
            json!({ "branding": asset(json!({ "File": "../master.key" })) }),
            "below the file's folder",
        ),
        (
            json!({ "branding": asset(json!({ "File": "not.png" })) }),
            "not a picture",
        ),
        (
            json!({ "branding": { "UseCognitoProvidedValues": true, "Settings": {} } }),
            "beside it",
        ),
    ] {
        let mut document = json!({ "format": "cognate-ui-config/1" });
        let members = members.as_object().unwrap().clone();
        document.as_object_mut().unwrap().extend(members);
        std::fs::write(&file, document.to_string()).unwrap();
        let named = ["--file", file.to_str().unwrap()];
        let said = refused(&run(data, "check", &named));
        assert!(said.contains(why), "{why}: {said}");
        refused(&run(data, "apply", &[&theirs[..], &named].concat()));
    }
    assert_eq!(done(&run(data, "print", &theirs)), before);
    // Terms are a client's, a client is a pool's, and there is no such pool.
    let document =
        json!({ "format": "cognate-ui-config/1", "terms": terms("https://example.com") });
    std::fs::write(&file, document.to_string()).unwrap();
    let named = ["--file", file.to_str().unwrap()];
    for target in [
        vec!["--pool", &pool],
        vec!["--pool", POOL, "--client", &client],
        vec!["--pool", "local_none", "--client", &client],
    ] {
        refused(&run(data, "apply", &[&target[..], &named].concat()));
    }
    assert_eq!(done(&run(data, "print", &theirs)), before);
}
