//! Users out of a file: what it may look like, what becomes of each row, stopping and going on.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use cognate_backend::config::Config;
use cognate_backend::import;
use serde_json::{Value, json};

use crate::support::{Answer, Backend, request, signature::Signer};

const HEADER: &str = "cognito:username,name,given_name,family_name,middle_name,nickname,\
preferred_username,profile,picture,website,email,email_verified,gender,birthdate,zoneinfo,locale,\
phone_number,phone_number_verified,address,updated_at,cognito:mfa_enabled";

/// A pool where people choose user names and may sign in with their address; and a client.
struct Pool {
    backend: Backend,
    id: String,
    client: String,
}

impl Pool {
    async fn new() -> Self {
        Self::in_backend(Backend::start().await).await
    }

    /// One that stores a few rows at a time. Whoever writes waits for a batch or two, not for the file, however fast
    /// that is: writers take turns.
    async fn with_small_batches() -> Self {
        Self::in_backend(Backend::start_with(small_batches()).await).await
    }

    async fn in_backend(backend: Backend) -> Self {
        let settings = json!({
            "PoolName": "import",
            "AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"],
            "Schema": [{ "Name": "plan", "AttributeDataType": "String",
                         "StringAttributeConstraints": { "MinLength": "1", "MaxLength": "4" } }],
        });
        let made = backend.admin("CreateUserPool", settings).await.ok();
        let id = made["UserPool"]["Id"].as_str().unwrap().to_owned();
        let client = json!({
            "UserPoolId": id, "ClientName": "app", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
            "PreventUserExistenceErrors": "ENABLED",
        });
        let client = backend.admin("CreateUserPoolClient", client).await.ok();
        let client = client["UserPoolClient"]["ClientId"].as_str().unwrap();
        let client = client.to_owned();
        Self {
            backend,
            id,
            client,
        }
    }

    async fn create(&self) -> Value {
        let body = json!({
            "UserPoolId": self.id, "JobName": "all of them",
            "CloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/logs",
        });
        let made = self.backend.admin("CreateUserImportJob", body).await.ok();
        made["UserImportJob"].clone()
    }

    fn named(&self, job: &Value) -> Value {
        json!({ "UserPoolId": self.id, "JobId": job["JobId"] })
    }

    async fn call(&self, operation: &str, job: &Value) -> Answer {
        self.backend.admin(operation, self.named(job)).await
    }

    async fn describe(&self, job: &Value) -> Value {
        let described = self.call("DescribeUserImportJob", job).await.ok();
        described["UserImportJob"].clone()
    }

    async fn upload(&self, job: &Value, file: impl Into<Body>) -> Answer {
        self.put(job["PreSignedUrl"].as_str().unwrap(), file).await
    }

    async fn put(&self, url: &str, file: impl Into<Body>) -> Answer {
        let path = url.strip_prefix("http://localhost:4100").unwrap();
        self.backend
            .send(request("PUT", path).body(file.into()).unwrap())
            .await
    }

    async fn end_of(&self, job: &Value) -> Value {
        for _ in 0..600 {
            let described = self.describe(job).await;
            if described.get("CompletionDate").is_some() {
                return described;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the job does not end: {}", self.describe(job).await);
    }

    /// Makes a job, gives it the file, and waits for its end.
    async fn import(&self, file: impl Into<Body>) -> Value {
        let job = self.create().await;
        let uploaded = self.upload(&job, file).await;
        assert_eq!(uploaded.status, StatusCode::OK, "{}", uploaded.text);
        self.call("StartUserImportJob", &job).await.ok();
        self.end_of(&job).await
    }

    async fn report(&self, job: &Value) -> Answer {
        let signer = Signer {
            method: "GET",
            path: format!("/_cognate/import/{}/report", job["JobId"].as_str().unwrap()),
            ..Signer::demo(self.backend.clock.now())
        };
        let signed = signer.sign("Report", "").body(Body::empty()).unwrap();
        self.backend.send(signed).await
    }

    async fn user(&self, name: &str) -> Value {
        let body = json!({ "UserPoolId": self.id, "Username": name });
        self.backend.admin("AdminGetUser", body).await.ok()
    }
}

fn small_batches() -> Config {
    let mut config = Config::demo();
    config.quotas.import_rows_per_batch = 5.try_into().unwrap();
    config
}

fn header() -> String {
    format!("{HEADER},custom:plan")
}

/// A row with these columns.
fn row(columns: &[(&str, &str)]) -> String {
    let value = |name: &str| {
        let given = columns.iter().find(|(column, _)| *column == name);
        given.map_or("", |(_, value)| value)
    };
    let header = header();
    let values: Vec<&str> = header.split(',').map(value).collect();
    values.join(",")
}

fn person(name: &str) -> String {
    person_with(name, &[])
}

fn person_with(name: &str, more: &[(&str, &str)]) -> String {
    let email = format!("{name}@example.com");
    let mut columns = more.to_vec();
    for (column, value) in [
        ("cognito:username", name),
        ("email", &email),
        ("email_verified", "TRUE"),
        ("cognito:mfa_enabled", "false"),
    ] {
        if !columns.iter().any(|(given, _)| *given == column) {
            columns.push((column, value));
        }
    }
    row(&columns)
}

fn file(rows: &[String]) -> String {
    format!("{}\n{}\n", header(), rows.join("\n"))
}

fn counts(job: &Value) -> [i64; 3] {
    ["ImportedUsers", "SkippedUsers", "FailedUsers"].map(|member| job[member].as_i64().unwrap())
}

fn attribute<'a>(user: &'a Value, name: &str) -> &'a str {
    let attributes = user["UserAttributes"].as_array().unwrap();
    let found = attributes
        .iter()
        .find(|attribute| attribute["Name"] == name);
    found.map_or("", |attribute| attribute["Value"].as_str().unwrap())
}

#[tokio::test]
async fn the_header_has_the_published_columns_and_the_pools_own() {
    let pool = Pool::new().await;
    let body = json!({ "UserPoolId": pool.id });
    let answer = pool.backend.admin("GetCSVHeader", body).await.ok();
    let columns = answer["CSVHeader"].as_array().unwrap().iter();
    let columns: Vec<&str> = columns.map(|column| column.as_str().unwrap()).collect();
    assert_eq!(columns.join(","), header());
}

#[tokio::test]
async fn a_user_of_a_file_recovers_the_account_and_signs_in() {
    let pool = Pool::new().await;
    let job = pool.create().await;
    assert_eq!(job["Status"], "Created");
    pool.upload(&job, file(&[person("anna")])).await;
    let started = pool.call("StartUserImportJob", &job).await.ok();
    assert_ne!(started["UserImportJob"]["Status"], "Created");
    let done = pool.end_of(&job).await;
    assert_eq!(done["Status"], "Succeeded");
    assert_eq!(counts(&done), [1, 0, 0]);
    assert_eq!(done.get("PreSignedUrl"), None);
    let user = pool.user("anna").await;
    assert_eq!(user["UserStatus"], "RESET_REQUIRED");
    assert_eq!(attribute(&user, "email_verified"), "true");

    let sign_in = |password: &str| {
        json!({
            "ClientId": pool.client, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": "anna@example.com", "PASSWORD": password },
        })
    };
    let refused = pool
        .backend
        .call("InitiateAuth", sign_in("Guessed-1!"))
        .await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    let forgot = json!({ "ClientId": pool.client, "Username": "anna" });
    pool.backend.call("ForgotPassword", forgot).await.ok();
    let code = pool.backend.code("anna@example.com").await;
    let confirm = json!({
        "ClientId": pool.client, "Username": "anna", "ConfirmationCode": code, "Password": "Chosen-123!",
    });
    pool.backend
        .call("ConfirmForgotPassword", confirm)
        .await
        .ok();
    let signed_in = pool
        .backend
        .call("InitiateAuth", sign_in("Chosen-123!"))
        .await;
    assert!(signed_in.ok()["AuthenticationResult"]["IdToken"].is_string());
}

#[tokio::test]
async fn values_are_read_as_published_and_as_spreadsheets_write_them() {
    let pool = Pool::new().await;
    let rows = [
        person_with(
            "anna",
            &[
                ("address", "1 Main St\\, Springfield"),
                ("birthdate", "02/29/2000"),
            ],
        ),
        person_with(
            "bert",
            &[("address", "\"2 Main St, \"\"The Barn\"\"\nSpringfield\"")],
        ),
        person_with(
            "carl",
            &[
                ("name", "  Carl \"Chuck\" Č  "),
                ("updated_at", "1700000000"),
            ],
        ),
    ];
    // A byte order mark, lines that end as on Windows, and no line end at the end.
    let text = format!("\u{feff}{}\r\n{}", header(), rows.join("\r\n"));
    let done = pool.import(text).await;
    assert_eq!(
        counts(&done),
        [3, 0, 0],
        "{}",
        pool.report(&done).await.text
    );
    let anna = pool.user("anna").await;
    assert_eq!(attribute(&anna, "address"), "1 Main St, Springfield");
    assert_eq!(attribute(&anna, "birthdate"), "2000-02-29");
    let bert = pool.user("bert").await;
    assert_eq!(
        attribute(&bert, "address"),
        "2 Main St, \"The Barn\"\nSpringfield"
    );
    let carl = pool.user("carl").await;
    assert_eq!(attribute(&carl, "name"), "Carl \"Chuck\" Č");
}

#[tokio::test]
async fn columns_may_be_in_any_order() {
    let pool = Pool::new().await;
    let reversed = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",");
    let text = format!("{}\n{}\n", reversed(&header()), reversed(&person("anna")));
    assert_eq!(counts(&pool.import(text).await), [1, 0, 0]);
    assert_eq!(
        attribute(&pool.user("anna").await, "email"),
        "anna@example.com"
    );
}

#[tokio::test]
async fn rows_that_make_no_user_are_reported_by_line_without_their_values() {
    let pool = Pool::new().await;
    let taken = json!({
        "UserPoolId": pool.id, "Username": "taken", "MessageAction": "SUPPRESS",
        "UserAttributes": [{ "Name": "email", "Value": "taken@example.com" },
                           { "Name": "email_verified", "Value": "true" }],
    });
    pool.backend.admin("AdminCreateUser", taken).await.ok();
    let verified = "The row does not set any of the auto verified attributes to true.";
    let schema = "Attributes did not conform to the schema:";
    let cases: Vec<(String, String)> = [
        (person("anna"), ""),
        (person("taken"), "[SKIPPED] The user already exists."),
        (person("anna"), "[SKIPPED] The user already exists."),
        (person_with("bert", &[("email", "taken@example.com")]), "[FAILED] The email belongs to another user."),
        (person_with("bert", &[("email", "anna@example.com")]), "[FAILED] The email belongs to another user."),
        (person_with("", &[]), "[FAILED] The cognito:username is missing."),
        (person_with("b c", &[]), "[FAILED] The cognito:username has blanks or more than 128 characters."),
        (person_with("carl@example.com", &[("email", "carl@example.com")]),
         "[FAILED] Username cannot be of email format, since user pool is configured for email alias."),
        (person_with("bert", &[("email_verified", "")]), &format!("[FAILED] {verified}")),
        (person_with("bert", &[("email", "")]), &format!("[FAILED] {verified}")),
        (person_with("bert", &[("email_verified", "yes")]), "[FAILED] The email_verified must be true or false."),
        (person_with("bert", &[("email", "secretive")]),
         &format!("[FAILED] {schema} email: Invalid email address format.")),
        (person_with("bert", &[("phone_number", "0123")]),
         &format!("[FAILED] {schema} phone_number: Invalid phone number format.")),
        (person_with("bert", &[("birthdate", "2000-01-01")]), "[FAILED] The birthdate must be mm/dd/yyyy."),
        (person_with("bert", &[("custom:plan", "golden")]),
         &format!("[FAILED] {schema} custom:plan: Value is outside of the attribute's bounds.")),
        (person_with("bert", &[("cognito:mfa_enabled", "true")]),
         "[FAILED] The cognito:mfa_enabled must be false in this user pool."),
        (person_with("bert", &[("cognito:mfa_enabled", "")]), "[FAILED] The cognito:mfa_enabled is missing."),
        (format!("{},secretive", person("bert")), "[FAILED] The row does not have as many values as the header."),
        ("bert".to_owned(), "[FAILED] The row does not have as many values as the header."),
        (person_with("bert", &[("name", "a\u{1b}b")]), "[FAILED] The row has control characters."),
        (person_with("bert", &[("profile", &"x".repeat(16_001))]), "[FAILED] The row has more than 16000 characters."),
        (person("bert"), ""),
    ]
    .map(|(row, reason)| (row, reason.to_owned()))
    .into();
    let rows: Vec<String> = cases.iter().map(|(row, _)| row.clone()).collect();
    let done = pool.import(file(&rows)).await;
    assert_eq!(done["Status"], "Succeeded");
    let expected: Vec<String> = (2..)
        .zip(&cases)
        .filter(|(_, (_, reason))| !reason.is_empty())
        .map(|(line, (_, reason))| reason.replace("] ", &format!("] Line Number {line} - ")))
        .collect();
    assert_eq!(counts(&done), [2, 2, 18]);
    let report = pool.report(&done).await;
    assert_eq!(report.status, StatusCode::OK);
    assert_eq!(report.text.lines().collect::<Vec<_>>(), expected);
    assert!(!report.text.contains("secretive"));
}

#[tokio::test]
async fn a_row_that_is_not_utf_8_is_refused_and_the_next_one_is_not() {
    let pool = Pool::new().await;
    let mut bytes = file(&[person_with("anna", &[("name", "?")])]).into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'?').unwrap();
    bytes[at] = 0xff;
    bytes.extend_from_slice(person("bert").as_bytes());
    let done = pool.import(bytes).await;
    assert_eq!(counts(&done), [1, 0, 1]);
    let report = pool.report(&done).await;
    assert_eq!(
        report.text,
        "[FAILED] Line Number 2 - The row is not UTF-8.\n"
    );
}

#[tokio::test]
async fn a_file_without_the_pools_header_fails_and_says_why_in_a_word() {
    let pool = Pool::new().await;
    let others = [
        String::new(),
        HEADER.to_owned(),
        format!("{},custom:other", header()),
        format!("{},email", header()),
        header().replace("locale", "language"),
    ];
    for header in others {
        let done = pool.import(format!("{header}\n{}\n", person("anna"))).await;
        assert_eq!(done["Status"], "Failed", "{header}");
        assert_eq!(done["CompletionMessage"], "WrongHeader", "{header}");
    }
    let endless = format!("{}\n\"{}", header(), "x,".repeat(100_000));
    let done = pool.import(endless).await;
    assert_eq!(done["CompletionMessage"], "UnreadableFile");
}

#[tokio::test]
async fn where_people_sign_up_with_an_address_the_row_names_them_by_it() {
    let mut pool = Pool::new().await;
    pool.id = "local_demo".to_owned();
    let anna = "anna@example.com";
    let columns = |name: &'static str, email: &'static str| {
        let columns = [
            ("cognito:username", name),
            ("email", email),
            ("email_verified", "true"),
            ("cognito:mfa_enabled", "true"),
        ];
        let row = row(&columns);
        row.strip_suffix(',').unwrap().to_owned()
    };
    let rows = [
        columns(anna, anna),
        columns("Anna@Example.com", "Anna@Example.com"),
        columns("bert@example.com", anna),
        columns("bert", anna),
    ];
    let done = pool
        .import(format!("{HEADER}\n{}\n", rows.join("\n")))
        .await;
    assert_eq!(
        counts(&done),
        [1, 1, 2],
        "{}",
        pool.report(&done).await.text
    );
    let user = pool.user(anna).await;
    assert_ne!(user["Username"], anna);
    assert_eq!(user["UserStatus"], "RESET_REQUIRED");
}

#[tokio::test]
async fn an_address_takes_one_jobs_file_for_fifteen_minutes() {
    let pool = Pool::new().await;
    let (job, other) = (pool.create().await, pool.create().await);
    let url = job["PreSignedUrl"].as_str().unwrap();
    let (path, secret) = url.split_once('?').unwrap();
    let (_, other_secret) = other["PreSignedUrl"]
        .as_str()
        .unwrap()
        .split_once('?')
        .unwrap();
    for wrong in [
        path.to_owned(),
        format!("{path}?upload="),
        format!("{path}?{other_secret}"),
        format!("{url}x"),
        format!("http://localhost:4100/_cognate/import/import-1?{secret}"),
    ] {
        let refused = pool.put(&wrong, file(&[person("eve")])).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{wrong}");
        assert!(refused.text.contains("<Code>AccessDenied</Code>"));
    }
    // A second file takes the place of the first.
    pool.put(url, file(&[person("first")])).await;
    pool.clock_forward(14 * 60);
    pool.put(url, file(&[person("second"), person("third")]))
        .await;
    pool.clock_forward(60);
    assert_eq!(pool.describe(&job).await.get("PreSignedUrl"), None);
    let late = pool.put(url, file(&[person("fourth")])).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    pool.call("StartUserImportJob", &job).await.ok();
    assert_eq!(counts(&pool.end_of(&job).await), [2, 0, 0]);
    let first = json!({ "UserPoolId": pool.id, "Username": "first" });
    let first = pool.backend.admin("AdminGetUser", first).await;
    assert_eq!(first.error_type(), "UserNotFoundException");
}

impl Pool {
    fn clock_forward(&self, seconds: i64) {
        self.backend.clock.advance(seconds);
    }
}

#[tokio::test]
async fn files_rows_and_jobs_are_as_many_as_the_configuration_lets_be() {
    let mut config = Config::demo();
    config.quotas.import_file_bytes = 2000;
    config.quotas.import_users_per_file = 3;
    config.quotas.import_jobs_per_pool = 2;
    let pool = Pool::in_backend(Backend::start_with(config).await).await;
    let job = pool.create().await;
    let large = pool.upload(&job, "x".repeat(2001)).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let early = pool.call("StartUserImportJob", &job).await;
    assert_eq!(early.error_type(), "PreconditionNotMetException");
    let rows: Vec<String> = ["a1", "a2", "a3", "a4"].map(person).into();
    let done = pool.import(file(&rows)).await;
    assert_eq!(done["CompletionMessage"], "TooManyRows");
    let third = json!({
        "UserPoolId": pool.id, "JobName": "3",
        "CloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/logs",
    });
    let third = pool.backend.admin("CreateUserImportJob", third).await;
    assert_eq!(third.error_type(), "LimitExceededException");
}

#[tokio::test]
async fn a_job_is_of_its_pool_is_started_once_and_only_with_a_file() {
    let pool = Pool::new().await;
    let job = pool.create().await;
    for operation in ["StartUserImportJob", "StopUserImportJob"] {
        let early = pool.call(operation, &job).await;
        assert_eq!(
            early.error_type(),
            "PreconditionNotMetException",
            "{operation}"
        );
    }
    let foreign = json!({ "UserPoolId": "local_demo", "JobId": job["JobId"] });
    for operation in [
        "DescribeUserImportJob",
        "StartUserImportJob",
        "StopUserImportJob",
    ] {
        let refused = pool.backend.admin(operation, foreign.clone()).await;
        assert_eq!(
            refused.error_type(),
            "ResourceNotFoundException",
            "{operation}"
        );
        let unsigned = pool.backend.call(operation, pool.named(&job)).await;
        assert_eq!(unsigned.error_type(), "MissingAuthenticationTokenException");
    }
    pool.upload(&job, file(&[person("anna")])).await;
    pool.call("StartUserImportJob", &job).await.ok();
    pool.end_of(&job).await;
    let again = pool.call("StartUserImportJob", &job).await;
    assert_eq!(again.error_type(), "PreconditionNotMetException");
    let later = pool.put(job["PreSignedUrl"].as_str().unwrap(), "x").await;
    assert_eq!(later.status, StatusCode::FORBIDDEN);

    let unsigned = format!("/_cognate/import/{}/report", job["JobId"].as_str().unwrap());
    let unsigned = pool.backend.get(&unsigned).await;
    assert_eq!(unsigned.error_type(), "MissingAuthenticationTokenException");
    let unknown = pool.report(&json!({ "JobId": "import-1" })).await;
    assert_eq!(unknown.error_type(), "ResourceNotFoundException");
}

#[tokio::test]
async fn jobs_are_listed_the_newest_first_and_expire_if_nobody_starts_them() {
    let pool = Pool::new().await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.insert(0, pool.create().await["JobId"].clone());
    }
    let mut request = json!({ "UserPoolId": pool.id, "MaxResults": 2 });
    let first = pool
        .backend
        .admin("ListUserImportJobs", request.clone())
        .await
        .ok();
    request["PaginationToken"] = first["PaginationToken"].clone();
    let second = pool.backend.admin("ListUserImportJobs", request).await.ok();
    assert_eq!(second.get("PaginationToken"), None);
    let jobs = [&first, &second].map(|page| page["UserImportJobs"].as_array().unwrap().clone());
    let ids: Vec<Value> = jobs
        .concat()
        .iter()
        .map(|job| job["JobId"].clone())
        .collect();
    assert_eq!(ids, made);

    let job = pool.create().await;
    pool.upload(&job, file(&[person("anna")])).await;
    pool.clock_forward(24 * 3600);
    assert_eq!(pool.describe(&job).await["Status"], "Expired");
    let late = pool.call("StartUserImportJob", &job).await;
    assert_eq!(late.error_type(), "PreconditionNotMetException");
    import::job::expire(&pool.backend.state).await.unwrap();
    assert_eq!(pool.describe(&job).await["Status"], "Expired");
}

#[tokio::test]
async fn some_thousand_rows_show_their_progress_and_stop_when_told_to() {
    let pool = Pool::with_small_batches().await;
    let rows: Vec<String> = (0..3000).map(|n| person(&format!("user{n:04}"))).collect();
    let job = pool.create().await;
    pool.upload(&job, file(&rows)).await;
    pool.call("StartUserImportJob", &job).await.ok();
    let mut seen = pool.describe(&job).await;
    while counts(&seen)[0] == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        seen = pool.describe(&job).await;
    }
    assert_eq!(seen["Status"], "InProgress");
    let other = pool.create().await;
    pool.upload(&other, file(&[person("anna")])).await;
    let second = pool.call("StartUserImportJob", &other).await;
    assert_eq!(second.error_type(), "PreconditionNotMetException");
    let stopping = pool.call("StopUserImportJob", &job).await.ok();
    let status = &stopping["UserImportJob"]["Status"];
    assert!(status == "Stopping" || status == "Stopped", "{status}");
    let stopped = pool.end_of(&job).await;
    assert_eq!(stopped["Status"], "Stopped");
    let [imported, _, _] = counts(&stopped);
    assert!((1..3000).contains(&imported), "{imported}");
    let body = json!({ "UserPoolId": pool.id });
    let described = pool.backend.admin("DescribeUserPool", body).await.ok();
    assert_eq!(
        described["UserPool"]["EstimatedNumberOfUsers"],
        json!(imported)
    );

    // What is there is skipped, what is not comes.
    let done = pool.import(file(&rows)).await;
    assert_eq!(counts(&done), [3000 - imported, imported, 0]);
}

#[tokio::test]
async fn a_job_goes_on_after_a_restart_and_does_no_row_twice() {
    let pool = Pool::with_small_batches().await;
    let rows: Vec<String> = (0..3000).map(|n| person(&format!("user{n:04}"))).collect();
    let job = pool.create().await;
    pool.upload(&job, file(&rows)).await;
    pool.call("StartUserImportJob", &job).await.ok();
    while counts(&pool.describe(&job).await)[0] == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let backend = pool.backend.restart_with(small_batches()).await;
    let pool = Pool { backend, ..pool };
    let left = pool.describe(&job).await;
    assert_eq!(left["Status"], "InProgress");
    assert!((1..3000).contains(&counts(&left)[0]));
    import::job::resume(&pool.backend.state).await.unwrap();
    let done = pool.end_of(&job).await;
    assert_eq!(done["Status"], "Succeeded");
    assert_eq!(counts(&done), [3000, 0, 0]);
}

#[tokio::test]
async fn the_files_of_jobs_are_sealed_and_gone_at_the_end() {
    let pool = Pool::new().await;
    let job = pool.create().await;
    pool.upload(&job, file(&[person("anna")])).await;
    let id = job["JobId"].as_str().unwrap();
    let store = &pool.backend.state.store;
    let upload = store.import_job(id).await.unwrap().unwrap().upload.unwrap();
    let sealed = store.import_chunk(&upload, 0).await.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains("anna"));
    pool.call("StartUserImportJob", &job).await.ok();
    pool.end_of(&job).await;
    assert_eq!(store.import_chunk(&upload, 0).await.unwrap(), None);
}

#[tokio::test]
async fn hashes_of_passwords_and_pools_that_verify_nothing_are_refused() {
    let pool = Pool::new().await;
    let mut body = json!({
        "UserPoolId": pool.id, "JobName": "x", "PasswordHashingAlgorithm": "BCRYPT",
        "CloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/logs",
    });
    let hashes = pool
        .backend
        .admin("CreateUserImportJob", body.clone())
        .await;
    assert_eq!(hashes.error_type(), "InvalidParameterException");
    let bare = json!({ "PoolName": "bare" });
    let bare = pool.backend.admin("CreateUserPool", bare).await.ok();
    body["UserPoolId"] = bare["UserPool"]["Id"].clone();
    body.as_object_mut()
        .unwrap()
        .remove("PasswordHashingAlgorithm");
    let nothing = pool.backend.admin("CreateUserImportJob", body).await;
    assert_eq!(nothing.error_type(), "PreconditionNotMetException");
}
