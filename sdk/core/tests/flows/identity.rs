//! Identity pools: identities, credentials, how long they are kept and for whom.

use std::rc::Rc;

use cognate_core::error::Outcome;
use cognate_core::identity::{
    Credentials, CredentialsFlow, CredentialsRequest, IdentityPool, IdentityPoolConfig, MARGIN_MS,
    PAUSE_MS,
};
use cognate_core::ports::{HttpResponse, SendFailure};
use cognate_core::secret::IdToken;
use cognate_core::{Config, Error, ErrorCode};
use futures_util::future::join;
use serde_json::{Value, json};

use crate::platform::{Network, Platform, START_MS, Scripted};
use crate::{ENDPOINT, ISSUER, answered, options, refused, run};

pub(crate) const POOL: &str = "eu-central-1:11111111-2222-4333-8444-555555555555";
pub(crate) const IDENTITY: &str = "eu-central-1:aaaaaaaa-2222-4333-8444-555555555555";
const GUEST: &str = "eu-central-1:bbbbbbbb-2222-4333-8444-555555555555";
const LOGIN: &str = "issuer.example/local_demo";
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/x";
pub(crate) const HOUR_MS: u64 = 3_600_000;

pub(crate) fn pool() -> (IdentityPool<Network>, Platform) {
    let platform = Platform::new();
    let config = Config::parse("local_demo", "demowebclient", &[ENDPOINT], Some(ISSUER)).unwrap();
    let settings = IdentityPoolConfig::parse(POOL, None, None).unwrap();
    (
        IdentityPool::new(config, settings, Network(platform.clone())),
        platform,
    )
}

pub(crate) fn of_ana() -> CredentialsRequest {
    CredentialsRequest {
        sub: Some("ana".into()),
        id_token: Some(IdToken::new("token.of.ana".into())),
        ..CredentialsRequest::default()
    }
}

fn guest(id: Option<&str>) -> CredentialsRequest {
    CredentialsRequest {
        guest: id.map(Into::into),
        ..CredentialsRequest::default()
    }
}

pub(crate) fn identified(id: &str) -> Scripted {
    answered(&json!({ "IdentityId": id }))
}

/// Credentials that last for so long.
fn given(key: &str, identity: &str, platform: &Platform, lifetime_ms: u64) -> Scripted {
    let expiration = (platform.now() + lifetime_ms) as f64 / 1000.0;
    answered(&json!({
        "IdentityId": identity,
        "Credentials": {
            "AccessKeyId": key, "SecretKey": "secret", "SessionToken": "session", "Expiration": expiration,
        },
    }))
}

pub(crate) fn ask(
    pool: &IdentityPool<Network>,
    request: &CredentialsRequest,
) -> Result<Rc<Credentials>, Error> {
    run(pool.credentials(request, &options()))
}

fn key(pool: &IdentityPool<Network>, request: &CredentialsRequest) -> String {
    ask(pool, request).unwrap().access_key_id.clone()
}

pub(crate) fn code(pool: &IdentityPool<Network>, request: &CredentialsRequest) -> ErrorCode {
    ask(pool, request).unwrap_err().code
}

fn last(platform: &Platform) -> Value {
    platform.calls().last().unwrap().body.clone()
}

#[test]
fn who_is_signed_in_gets_credentials_for_the_login_of_the_user_pool() {
    let (pool, platform) = pool();
    platform.script([
        identified(IDENTITY),
        given("A", IDENTITY, &platform, HOUR_MS),
    ]);
    let credentials = ask(&pool, &of_ana()).unwrap();
    assert_eq!(credentials.access_key_id, "A");
    assert_eq!(credentials.secret_access_key.secret(), "secret");
    assert_eq!(credentials.session_token.secret(), "session");
    assert_eq!(credentials.expires_at_ms, START_MS + HOUR_MS);
    assert_eq!(credentials.identity, IDENTITY);
    let calls = platform.calls();
    let address = "https://cognito-identity.eu-central-1.amazonaws.com/";
    assert!(calls.iter().all(|sent| sent.url == address));
    let logins = json!({ LOGIN: "token.of.ana" });
    assert_eq!(
        calls[0].body,
        json!({ "IdentityPoolId": POOL, "Logins": logins })
    );
    assert_eq!(
        calls[1].body,
        json!({ "IdentityId": IDENTITY, "Logins": logins })
    );
    assert_eq!(
        platform.take_operations(),
        ["GetId", "GetCredentialsForIdentity"]
    );
    let shown = format!("{credentials:?} {pool:?}");
    assert!(
        !shown.contains("secret\"") && !shown.contains("token.of"),
        "{shown}"
    );
}

#[test]
fn they_are_given_out_again_until_shortly_before_their_end_and_the_identity_is_asked_for_once() {
    let (pool, platform) = pool();
    platform.script([
        identified(IDENTITY),
        given("A", IDENTITY, &platform, HOUR_MS),
    ]);
    assert_eq!(key(&pool, &of_ana()), "A");
    platform.advance_ms(HOUR_MS - MARGIN_MS - 1);
    assert_eq!(key(&pool, &of_ana()), "A");
    platform.take_operations();
    platform.advance_ms(1);
    platform.script([given("B", IDENTITY, &platform, HOUR_MS)]);
    assert_eq!(key(&pool, &of_ana()), "B");
    assert_eq!(platform.take_operations(), ["GetCredentialsForIdentity"]);
}

#[test]
fn new_ones_are_given_to_who_insists() {
    let (pool, platform) = pool();
    platform.script([
        identified(IDENTITY),
        given("A", IDENTITY, &platform, HOUR_MS),
    ]);
    assert_eq!(key(&pool, &of_ana()), "A");
    platform.script([given("B", IDENTITY, &platform, HOUR_MS)]);
    let insisting = CredentialsRequest {
        force: true,
        ..of_ana()
    };
    assert_eq!(key(&pool, &insisting), "B");
    assert_eq!(key(&pool, &of_ana()), "B");
    platform.script([Scripted::Fail(SendFailure::Offline)]);
    assert_eq!(
        code(&pool, &insisting),
        ErrorCode::Offline,
        "old ones are not new"
    );
}

#[test]
fn short_ones_are_replaced_when_half_of_their_time_is_over() {
    let (pool, platform) = pool();
    platform.script([
        identified(IDENTITY),
        given("A", IDENTITY, &platform, 60_000),
    ]);
    assert_eq!(key(&pool, &of_ana()), "A");
    platform.advance_ms(29_999);
    assert_eq!(key(&pool, &of_ana()), "A");
    platform.advance_ms(1);
    platform.script([given("B", IDENTITY, &platform, 60_000)]);
    assert_eq!(key(&pool, &of_ana()), "B");
}

#[test]
fn any_number_who_ask_at_once_share_one_request_and_other_people_do_not() {
    let (pool, platform) = pool();
    platform.script([
        identified(IDENTITY),
        given("A", IDENTITY, &platform, HOUR_MS),
    ]);
    let (ana, options) = (of_ana(), options());
    let both = join(
        pool.credentials(&ana, &options),
        pool.credentials(&ana, &options),
    );
    let (one, other) = run(both);
    assert_eq!(one.unwrap().access_key_id, other.unwrap().access_key_id);
    assert_eq!(platform.take_operations().len(), 2);
    platform.script([identified(GUEST), given("B", GUEST, &platform, HOUR_MS)]);
    let bob = CredentialsRequest {
        sub: Some("bob".into()),
        ..of_ana()
    };
    assert_eq!(key(&pool, &bob), "B");
    assert_eq!(key(&pool, &of_ana()), "A");
}

#[test]
fn where_nobody_can_be_reached_they_are_kept_until_their_end() {
    for failure in [
        SendFailure::Offline,
        SendFailure::Unreachable,
        SendFailure::TimedOut,
    ] {
        let (pool, platform) = pool();
        platform.script([
            identified(IDENTITY),
            given("A", IDENTITY, &platform, HOUR_MS),
        ]);
        assert_eq!(key(&pool, &of_ana()), "A");
        let end_ms = platform.now() + HOUR_MS;
        platform.set_down(&[("https://", failure)]);
        platform.advance_ms(HOUR_MS - MARGIN_MS);
        let before_ms = platform.now();
        assert_eq!(key(&pool, &of_ana()), "A", "{failure:?}");
        assert!(
            platform.now() - before_ms <= 5_500,
            "nobody waits long who has some"
        );
        platform.take_operations();
        assert_eq!(key(&pool, &of_ana()), "A");
        assert!(
            platform.take_operations().is_empty(),
            "nor asks all the time"
        );
        platform.advance_ms(PAUSE_MS);
        assert_eq!(key(&pool, &of_ana()), "A");
        assert!(!platform.take_operations().is_empty());
        platform.advance_ms(end_ms - platform.now());
        assert!(
            ask(&pool, &of_ana()).is_err(),
            "what has ended is not given out"
        );
        platform.set_down(&[]);
        platform.script([given("B", IDENTITY, &platform, HOUR_MS)]);
        assert_eq!(key(&pool, &of_ana()), "B");
    }
}

#[test]
fn who_is_refused_gets_no_old_ones() {
    let (pool, platform) = pool();
    platform.script([
        identified(IDENTITY),
        given("A", IDENTITY, &platform, HOUR_MS),
    ]);
    assert_eq!(key(&pool, &of_ana()), "A");
    platform.advance_ms(HOUR_MS - MARGIN_MS);
    let refusal = || refused("NotAuthorizedException");
    platform.script([refusal(), identified(IDENTITY), refusal()]);
    assert_eq!(code(&pool, &of_ana()), ErrorCode::NotAuthorized);
}

#[test]
fn a_guest_is_made_once_and_says_nothing_of_logins() {
    let (pool, platform) = pool();
    platform.script([identified(GUEST), given("A", GUEST, &platform, HOUR_MS)]);
    let nobody = guest(None);
    assert_eq!(ask(&pool, &nobody).unwrap().identity, GUEST);
    let calls = platform.calls();
    assert_eq!(calls[0].body, json!({ "IdentityPoolId": POOL }));
    assert_eq!(calls[1].body, json!({ "IdentityId": GUEST }));
    platform.script([Scripted::Fail(SendFailure::Unreachable)]);
    pool.forget();
    let error = ask(&pool, &nobody).unwrap_err();
    assert_eq!(
        (error.code, error.outcome),
        (ErrorCode::Network, Outcome::Unknown)
    );
    assert!(
        platform.pauses().is_empty(),
        "a second attempt could make a second guest"
    );
}

#[test]
fn a_guest_who_comes_back_is_not_made_anew_unless_the_service_has_forgotten_them() {
    let (pool, platform) = pool();
    platform.script([given("A", GUEST, &platform, HOUR_MS)]);
    assert_eq!(ask(&pool, &guest(Some(GUEST))).unwrap().identity, GUEST);
    assert_eq!(platform.take_operations(), ["GetCredentialsForIdentity"]);
    for gone in ["ResourceNotFoundException", "NotAuthorizedException"] {
        pool.forget();
        platform.script([
            refused(gone),
            identified(IDENTITY),
            given("B", IDENTITY, &platform, HOUR_MS),
        ]);
        assert_eq!(
            ask(&pool, &guest(Some(GUEST))).unwrap().identity,
            IDENTITY,
            "{gone}"
        );
    }
}

#[test]
fn a_guest_who_is_refused_a_role_stays_the_guest_they_are() {
    let (pool, platform) = pool();
    let with_role = CredentialsRequest {
        flow: CredentialsFlow::Enhanced {
            role: Some(ROLE.into()),
        },
        ..guest(Some(GUEST))
    };
    platform.script([0, 1].map(|_| refused("NotAuthorizedException")));
    for _ in 0..2 {
        assert_eq!(code(&pool, &with_role), ErrorCode::NotAuthorized);
    }
    let nobody_new = ["GetCredentialsForIdentity"; 2];
    assert_eq!(platform.take_operations(), nobody_new);
    let id = run(pool.identity_id(&guest(Some(GUEST)), &options()));
    assert_eq!(id.unwrap(), GUEST);
}

#[test]
fn an_identity_is_replaced_only_by_one_that_gets_credentials() {
    let refusal = || refused("NotAuthorizedException");
    for then in [vec![identified(GUEST), refusal()], vec![refusal()]] {
        let (pool, platform) = pool();
        platform.script([
            identified(IDENTITY),
            given("A", IDENTITY, &platform, HOUR_MS),
        ]);
        assert_eq!(key(&pool, &of_ana()), "A");
        platform.advance_ms(HOUR_MS);
        platform.script(std::iter::once(refusal()).chain(then));
        assert_eq!(code(&pool, &of_ana()), ErrorCode::NotAuthorized);
        platform.script([given("B", IDENTITY, &platform, HOUR_MS)]);
        assert_eq!(key(&pool, &of_ana()), "B");
        let asked = &last(&platform)["IdentityId"];
        assert_eq!(asked, IDENTITY, "the one of before");
    }
}

#[test]
fn who_signs_in_keeps_the_identity_of_the_guest_if_the_service_links_it() {
    let (pool, platform) = pool();
    let ana = || CredentialsRequest {
        guest: Some(GUEST.into()),
        ..of_ana()
    };
    platform.script([given("A", GUEST, &platform, HOUR_MS)]);
    assert_eq!(ask(&pool, &ana()).unwrap().identity, GUEST);
    assert_eq!(last(&platform)["IdentityId"], GUEST);
    assert_eq!(last(&platform)["Logins"], json!({ LOGIN: "token.of.ana" }));

    pool.forget();
    platform.script([
        refused("ResourceConflictException"),
        identified(IDENTITY),
        given("B", IDENTITY, &platform, HOUR_MS),
    ]);
    assert_eq!(
        ask(&pool, &ana()).unwrap().identity,
        IDENTITY,
        "the login has one already"
    );

    pool.forget();
    platform.take_operations();
    platform.script([given("C", GUEST, &platform, HOUR_MS)]);
    let id = run(pool.identity_id(&ana(), &options())).unwrap();
    assert_eq!(id, GUEST, "asking for the identity links it, too");
    assert_eq!(platform.take_operations(), ["GetCredentialsForIdentity"]);
}

#[test]
fn an_identity_is_given_without_credentials() {
    let (pool, platform) = pool();
    platform.script([identified(IDENTITY)]);
    for _ in 0..2 {
        assert_eq!(
            run(pool.identity_id(&of_ana(), &options())).unwrap(),
            IDENTITY
        );
    }
    assert_eq!(
        run(pool.identity_id(&guest(Some(GUEST)), &options())).unwrap(),
        GUEST
    );
    assert_eq!(platform.take_operations(), ["GetId"]);
}

#[test]
fn each_role_has_credentials_of_its_own() {
    let (pool, platform) = pool();
    platform.script([
        identified(IDENTITY),
        given("A", IDENTITY, &platform, HOUR_MS),
        given("B", IDENTITY, &platform, HOUR_MS),
    ]);
    assert_eq!(key(&pool, &of_ana()), "A");
    let custom = CredentialsRequest {
        flow: CredentialsFlow::Enhanced {
            role: Some(ROLE.into()),
        },
        ..of_ana()
    };
    assert_eq!(key(&pool, &custom), "B");
    assert_eq!(last(&platform)["CustomRoleArn"], ROLE);
    assert_eq!(
        (key(&pool, &of_ana()), key(&pool, &custom)),
        ("A".into(), "B".into())
    );
}

#[test]
fn logins_of_other_providers_go_beside_the_one_of_the_user_pool() {
    let (pool, platform) = pool();
    platform.script([
        identified(IDENTITY),
        given("A", IDENTITY, &platform, HOUR_MS),
    ]);
    let mut request = of_ana();
    request
        .logins
        .insert("accounts.google.com".into(), "google".into());
    assert_eq!(key(&pool, &request), "A");
    assert_eq!(
        last(&platform)["Logins"],
        json!({ LOGIN: "token.of.ana", "accounts.google.com": "google" })
    );
    // Somebody else at the other provider is somebody else.
    platform.script([identified(GUEST), given("B", GUEST, &platform, HOUR_MS)]);
    request
        .logins
        .insert("accounts.google.com".into(), "other".into());
    assert_eq!(key(&pool, &request), "B");
}

#[test]
fn the_identity_of_a_developers_token_is_not_looked_for() {
    let (pool, platform) = pool();
    let mut request = CredentialsRequest {
        identity: Some(IDENTITY.into()),
        ..CredentialsRequest::default()
    };
    request
        .logins
        .insert("cognito-identity.amazonaws.com".into(), "token".into());
    platform.script([given("A", IDENTITY, &platform, HOUR_MS)]);
    assert_eq!(key(&pool, &request), "A");
    platform.advance_ms(HOUR_MS);
    platform.script([refused("NotAuthorizedException")]);
    assert_eq!(code(&pool, &request), ErrorCode::NotAuthorized);
    let operations = platform.take_operations();
    assert_eq!(
        operations,
        ["GetCredentialsForIdentity", "GetCredentialsForIdentity"]
    );
}

#[test]
fn what_is_forgotten_while_it_is_asked_for_is_not_kept() {
    let (pool, platform) = pool();
    platform.script([
        identified(IDENTITY),
        given("A", IDENTITY, &platform, HOUR_MS),
    ]);
    let (ana, options) = (of_ana(), options());
    let leaving = async { pool.forget() };
    let (asked, ()) = run(join(pool.credentials(&ana, &options), leaving));
    assert!(asked.is_ok());
    platform.script([
        identified(IDENTITY),
        given("B", IDENTITY, &platform, HOUR_MS),
    ]);
    assert_eq!(key(&pool, &ana), "B");
}

#[test]
fn many_logins_do_not_fill_the_memory() {
    let (pool, platform) = pool();
    for i in 0..100 {
        let mut request = of_ana();
        request
            .logins
            .insert("accounts.google.com".into(), format!("token {i}"));
        platform.script([
            identified(IDENTITY),
            given("A", IDENTITY, &platform, HOUR_MS),
        ]);
        ask(&pool, &request).unwrap();
    }
    assert!(format!("{pool:?}").contains("Kept(32)"), "{pool:?}");
}

#[test]
fn a_clock_that_is_wrong_is_corrected_by_the_services() {
    let (pool, platform) = pool();
    let ended = (platform.now() + 3 * HOUR_MS) as f64 / 1000.0;
    let dated = |body: Value| {
        Scripted::Answer(HttpResponse {
            status: 200,
            date_ms: Some(platform.now() + 2 * HOUR_MS),
            body: body.to_string(),
            ..HttpResponse::default()
        })
    };
    platform.script([
        identified(IDENTITY),
        dated(json!({ "IdentityId": IDENTITY, "Credentials": {
            "AccessKeyId": "A", "SecretKey": "s", "SessionToken": "t", "Expiration": ended } })),
    ]);
    let credentials = ask(&pool, &of_ana()).unwrap();
    assert!(credentials.expires_at_ms.abs_diff(platform.now() + HOUR_MS) <= 1000);
}
