//! `cognate users export`, `users import` and `audit`, the program itself, beside a backend that runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cognate_backend::config::Config;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::Backend;

const POOL: &str = "local_demo";
const PASSWORD: &str = "Correct-Horse9!";

/// Two backends, of which the first has somebody with a password and a group, and a folder for files.
struct Commands {
    from: Backend,
    to: Backend,
    files: TempDir,
}

impl Commands {
    async fn start() -> Self {
        let from = Backend::start().await;
        let user = json!({
            "UserPoolId": POOL, "Username": "ada@example.com", "MessageAction": "SUPPRESS",
            "UserAttributes": [
                { "Name": "email", "Value": "ada@example.com" },
                { "Name": "email_verified", "Value": "true" },
            ],
        });
        from.admin("AdminCreateUser", user).await.ok();
        let named = |more: Value| {
            let mut body = json!({ "UserPoolId": POOL, "Username": "ada@example.com" });
            body.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            body
        };
        let password = named(json!({ "Password": PASSWORD, "Permanent": true }));
        from.admin("AdminSetUserPassword", password).await.ok();
        let group = json!({ "UserPoolId": POOL, "GroupName": "editors" });
        from.admin("CreateGroup", group).await.ok();
        let member = named(json!({ "GroupName": "editors" }));
        from.admin("AdminAddUserToGroup", member).await.ok();
        Self {
            from,
            to: Backend::start().await,
            files: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    fn written(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }
}

fn run(backend: &Backend, command: &str, file: &Path, more: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_cognate"));
    program.args(["users", command, "--pool", POOL, "--file"]);
    program.arg(file).arg("--data").arg(backend.folder.path());
    program.args(more).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stdout, b"");
    String::from_utf8(output.stderr.clone()).unwrap()
}

async fn sign_in(backend: &Backend) -> Value {
    let body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "demowebclient",
        "AuthParameters": { "USERNAME": "ada@example.com", "PASSWORD": PASSWORD },
    });
    backend.call("InitiateAuth", body).await.json()
}

#[tokio::test]
async fn people_move_with_their_passwords_if_told_to_and_not_otherwise() {
    let all = Commands::start().await;
    let without = all.path("without.json");
    assert_eq!(
        said(&run(&all.from, "export", &without, &[])),
        "1 exported\n"
    );
    let lines = fs::read_to_string(&without).unwrap();
    assert!(
        lines.contains("ada@example.com") && !lines.contains("verifier"),
        "{lines}"
    );
    let file = all.path("people.json");
    said(&run(&all.from, "export", &file, &["--with-secrets"]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "for its owner only");
    }
    assert_eq!(
        said(&run(&all.to, "import", &file, &[])),
        "1 imported, 0 refused\n"
    );
    let signed_in = sign_in(&all.to).await;
    assert!(
        signed_in["AuthenticationResult"]["AccessToken"].is_string(),
        "{signed_in}"
    );
    let groups = json!({ "UserPoolId": POOL, "Username": "ada@example.com" });
    let groups = all.to.admin("AdminListGroupsForUser", groups).await.ok();
    assert_eq!(groups["Groups"][0]["GroupName"], "editors");
    let again = run(&all.to, "import", &file, &[]);
    assert_eq!(said(&again), "0 imported, 1 refused\n", "they are there");
}

#[tokio::test]
async fn a_csv_file_is_known_by_its_name_and_its_refused_rows_are_reported() {
    let all = Commands::start().await;
    let csv = all.path("people.csv");
    said(&run(&all.from, "export", &csv, &[]));
    let text = fs::read_to_string(&csv).unwrap();
    assert!(text.starts_with("cognito:username,"), "{text}");
    let header = text.lines().next().unwrap();
    let columns = header.split(',').count();
    let bad = format!("{text}{}\n", vec!["no address"; columns].join(","));
    let report = all.path("refused.txt");
    let output = run(
        &all.to,
        "import",
        &all.written("more.csv", &bad),
        &["--report", report.to_str().unwrap()],
    );
    assert_eq!(said(&output), "1 imported, 1 refused\n");
    let report = fs::read_to_string(report).unwrap();
    assert!(
        report.contains('3') && !report.contains("no address"),
        "{report}"
    );
}

#[tokio::test]
async fn what_cannot_be_done_is_said_and_nothing_is_written_over() {
    let all = Commands::start().await;
    let there = all.written("there.json", "mine");
    refused(&run(&all.from, "export", &there, &[]));
    assert_eq!(fs::read_to_string(&there).unwrap(), "mine");
    let csv = all.path("secrets.csv");
    let why = refused(&run(&all.from, "export", &csv, &["--with-secrets"]));
    assert!(why.contains("JSON lines"), "{why}");
    assert!(!csv.exists());
    refused(&run(&all.to, "import", &all.path("nowhere.json"), &[]));
    refused(&run(
        &all.to,
        "import",
        &all.written("junk.json", "{}\n"),
        &[],
    ));
    let elsewhere = Command::new(env!("CARGO_BIN_EXE_cognate"))
        .args(["users", "export", "--pool", "local_nowhere", "--file"])
        .arg(all.path("no.json"))
        .arg("--data")
        .arg(all.from.folder.path())
        .output()
        .unwrap();
    refused(&elsewhere);
    assert!(!all.path("no.json").exists());
}

#[tokio::test]
async fn audit_prints_who_changed_what_as_json_lines() {
    let mut config = Config::demo();
    let add_ons = json!({ "AdvancedSecurityMode": "AUDIT" });
    config.pools[0]
        .settings
        .insert("UserPoolAddOns".to_owned(), add_ons);
    let backend = Backend::start_with(config).await;
    let user =
        json!({ "UserPoolId": POOL, "Username": "ada@example.com", "MessageAction": "SUPPRESS" });
    backend.admin("AdminCreateUser", user).await.ok();
    let link = json!({
        "UserPoolId": POOL,
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": "ada@example.com" },
        "SourceUser": { "ProviderName": "Nobody", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "x" },
    });
    backend.admin("AdminLinkProviderForUser", link).await;
    backend.state.audit.flush().await;
    let output = Command::new(env!("CARGO_BIN_EXE_cognate"))
        .args(["audit", "--pool", POOL, "--data"])
        .arg(backend.folder.path())
        .output()
        .unwrap();
    let lines = said(&output);
    let rows: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |operation: &str| {
        let row = rows.iter().find(|row| row["operation"] == operation);
        row.unwrap_or_else(|| panic!("{operation} in {lines}"))
    };
    assert_eq!(of("AdminCreateUser")["outcome"], "ok");
    let sub = of("AdminCreateUser")["sub"].as_str().unwrap().to_owned();
    assert_eq!(of("AdminLinkProviderForUser")["sub"], sub, "about whom");
    assert!(!lines.contains("ada@example.com"), "{lines}");
}
