//! Identity pools: the classic flow by an STS, and what is refused, here or there.

use cognate_core::identity::{
    CredentialsFlow, CredentialsRequest, IdentityPool, IdentityPoolConfig,
};
use cognate_core::ports::HttpResponse;
use cognate_core::{Config, ErrorCode};
use serde_json::json;

use crate::identity::{HOUR_MS, IDENTITY, POOL, ROLE, ask, code, identified, of_ana, pool};
use crate::platform::{Network, Platform, START_MS, Scripted};
use crate::{ENDPOINT, ISSUER, answered, refused_with};

fn classic() -> CredentialsRequest {
    CredentialsRequest {
        flow: CredentialsFlow::Classic {
            role: ROLE.into(),
            session_name: Some("files".into()),
            duration_seconds: Some(900),
        },
        ..of_ana()
    }
}

fn xml(status: u16, body: &str) -> Scripted {
    Scripted::Answer(HttpResponse {
        status,
        body: body.into(),
        ..HttpResponse::default()
    })
}

fn assumed(expiration: &str) -> Scripted {
    xml(
        200,
        &format!(
            "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleWithWebIdentityResult>\
             <Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>sec/ret+=</SecretAccessKey><SessionToken>session==</SessionToken>\
             <Expiration>{expiration}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"
        ),
    )
}

fn open_id() -> Scripted {
    answered(&json!({ "IdentityId": IDENTITY, "Token": "open.id.token" }))
}

#[test]
fn the_classic_flow_takes_the_role_that_the_app_names_at_the_sts() {
    let (pool, platform) = pool();
    platform.script([
        identified(IDENTITY),
        open_id(),
        assumed("2026-09-01T03:03:04Z"),
    ]);
    let credentials = ask(&pool, &classic()).unwrap();
    assert_eq!(credentials.access_key_id, "ASIA");
    assert_eq!(credentials.secret_access_key.secret(), "sec/ret+=");
    assert_eq!(credentials.session_token.secret(), "session==");
    assert_eq!(credentials.expires_at_ms, START_MS + HOUR_MS);
    assert_eq!(credentials.identity, IDENTITY);
    let sent = platform.calls().pop().unwrap();
    assert_eq!(sent.url, "https://sts.eu-central-1.amazonaws.com/");
    let form = json!({
        "Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleArn": ROLE,
        "RoleSessionName": "files", "WebIdentityToken": "open.id.token", "DurationSeconds": "900",
    });
    assert_eq!(sent.body, form);
    assert_eq!(
        platform.take_operations(),
        ["GetId", "GetOpenIdToken", "POST /"]
    );
}

#[test]
fn what_an_sts_refuses_is_an_error_of_the_closed_set() {
    let refusal = |name: &str| {
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{name}</Code><Message>No, {name} it is</Message></Error></ErrorResponse>"
        )
    };
    let cases = [
        (403, refusal("AccessDenied"), ErrorCode::NotAuthorized),
        (
            400,
            refusal("ExpiredTokenException"),
            ErrorCode::NotAuthorized,
        ),
        (
            400,
            refusal("InvalidIdentityToken"),
            ErrorCode::NotAuthorized,
        ),
        (
            400,
            refusal("IDPCommunicationError"),
            ErrorCode::ServiceUnavailable,
        ),
        (400, refusal("ValidationError"), ErrorCode::InvalidParameter),
        (400, refusal("Throttling"), ErrorCode::RateLimited),
        (400, refusal("SomethingNew"), ErrorCode::NotAuthorized),
        (503, String::new(), ErrorCode::ServiceUnavailable),
        (
            404,
            "<html>nothing here</html>".into(),
            ErrorCode::InvalidResponse,
        ),
    ];
    for (status, body, expected) in cases {
        let (pool, platform) = pool();
        platform.script([identified(IDENTITY), open_id(), xml(status, &body)]);
        let error = ask(&pool, &classic()).unwrap_err();
        assert_eq!(error.code, expected, "{body}");
        assert_eq!(error.answer.as_ref().unwrap().http_status, status);
        assert_eq!(error.message.contains("it is"), body.contains("it is"));
    }
}

#[test]
fn an_answer_that_is_none_is_refused() {
    for expiration in ["", "soon", "2026-09-01"] {
        let (pool, platform) = pool();
        platform.script([identified(IDENTITY), open_id(), assumed(expiration)]);
        assert_eq!(
            code(&pool, &classic()),
            ErrorCode::InvalidResponse,
            "{expiration}"
        );
    }
    let credentials = |text: &str| answered(&serde_json::from_str(text).unwrap());
    for body in [
        "{}",
        r#"{"IdentityId":"a:1"}"#,
        r#"{"IdentityId":"a:1","Credentials":{}}"#,
        r#"{"IdentityId":"a:1","Credentials":{"AccessKeyId":"A","SecretKey":"","SessionToken":"t","Expiration":1}}"#,
        r#"{"IdentityId":"a:1","Credentials":{"AccessKeyId":"A","SecretKey":"s","SessionToken":"t","Expiration":"soon"}}"#,
        r#"{"Credentials":{"AccessKeyId":"A","SecretKey":"s","SessionToken":"t","Expiration":1}}"#,
    ] {
        let (pool, platform) = pool();
        platform.script([identified(IDENTITY), credentials(body)]);
        assert_eq!(code(&pool, &of_ana()), ErrorCode::InvalidResponse, "{body}");
    }
}

#[test]
fn refusals_of_the_pool_are_errors_of_the_closed_set() {
    let cases = [
        (
            "InvalidIdentityPoolConfigurationException",
            ErrorCode::InvalidConfiguration,
        ),
        ("ResourceNotFoundException", ErrorCode::InvalidConfiguration),
        ("NotAuthorizedException", ErrorCode::NotAuthorized),
        ("ResourceConflictException", ErrorCode::AliasExists),
        ("ExternalServiceException", ErrorCode::ServiceUnavailable),
        ("TooManyRequestsException", ErrorCode::RateLimited),
        ("InvalidParameterException", ErrorCode::InvalidParameter),
    ];
    for (name, expected) in cases {
        let (pool, platform) = pool();
        platform.script((0..3).map(|_| refused_with(name, "because")));
        let error = ask(&pool, &of_ana()).unwrap_err();
        assert_eq!(error.code, expected, "{name}");
        assert_eq!(error.message, "because");
    }
}

#[test]
fn addresses_come_from_the_region_or_from_the_configuration() {
    let parse = IdentityPoolConfig::parse;
    assert!(parse("local:1111", Some("http://localhost:4100"), None).is_ok());
    assert!(
        parse(
            "local:1111",
            Some("http://localhost:4100"),
            Some("http://localhost:4566")
        )
        .is_ok()
    );
    let long = ["eu-central-1:", &"a".repeat(43)].concat();
    for (pool, endpoint, sts) in [
        ("local:1111", None, None),
        ("eu-central-1", None, None),
        ("eu-central-1:", None, None),
        (":1111", None, None),
        ("eu central:1111", None, None),
        ("eu-central-1:xyz", None, None),
        (&long, None, None),
        (POOL, Some("http://example.com"), None),
        (POOL, None, Some("ftp://example.com")),
    ] {
        let error = parse(pool, endpoint, sts).unwrap_err();
        assert_eq!(
            error.code,
            ErrorCode::InvalidConfiguration,
            "{pool} {endpoint:?} {sts:?}"
        );
    }
    // Without an address of an STS the classic flow says what is missing.
    let platform = Platform::new();
    let config = Config::parse("local_demo", "demowebclient", &[ENDPOINT], Some(ISSUER)).unwrap();
    let settings = parse("local:1111", Some(ENDPOINT), None).unwrap();
    let pool = IdentityPool::new(config, settings, Network(platform.clone()));
    platform.script([identified(IDENTITY)]);
    assert_eq!(code(&pool, &classic()), ErrorCode::InvalidConfiguration);
}
