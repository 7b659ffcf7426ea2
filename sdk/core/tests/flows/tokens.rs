//! Attacks on tokens: none may become a session.

use base64ct::{Base64UrlUnpadded, Encoding};
use cognate_core::config::{ClientId, Issuer};
use cognate_core::jwt::{Expected, KeySet, Rejected, Unverified, Use};
use cognate_core::{Error, ErrorCode};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::platform::{Parsed, Platform, Scripted};
use crate::server::{jwks, public_key_bytes, sign, sign_with_header};
use crate::{ISSUER, PASSWORD, ana, client, is_signed_in, options, password, run, sign_in};

const NOW: u64 = 1_788_228_184;

fn claims() -> Value {
    json!({"iss": ISSUER, "sub": "ana", "token_use": "id", "aud": "demowebclient",
        "cognito:username": "ana", "iat": NOW, "exp": NOW + 3600})
}

fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn verify_as(token: &str, token_use: Use) -> Result<(), Error> {
    let (issuer, client) = (
        Issuer::parse(ISSUER).unwrap(),
        ClientId::parse("demowebclient").unwrap(),
    );
    let expected = Expected {
        issuer: &issuer,
        client: &client,
        token_use,
        now: NOW,
    };
    let platform = Platform::new();
    let keys = KeySet::read(&Parsed(jwks()));
    let token = Unverified::parse(&platform, token)?;
    let key = keys.rs256(token.key_id()).ok_or(Rejected::UnknownKey)?;
    run(token.verify(&platform, key, expected)).map(|_| ())
}

#[track_caller]
fn assert_rejected(token: &str, reason: Rejected) {
    let error = verify_as(token, Use::Id).unwrap_err();
    assert_eq!(error.code, ErrorCode::TokenRejected);
    assert_eq!(error.message, Error::from(reason).message);
}

fn part(value: &Value) -> String {
    Base64UrlUnpadded::encode_string(value.to_string().as_bytes())
}

#[test]
fn a_genuine_token_is_believed() {
    verify_as(&sign("k1", &claims()), Use::Id).unwrap();
}

#[test]
fn a_token_that_names_no_or_another_algorithm_is_rejected() {
    for alg in ["none", "None", "RS512", "PS256", "ES256", "rs256", ""] {
        let header = json!({"alg": alg, "kid": "k1"});
        assert_rejected(
            &sign_with_header(&header, &claims(), "k1"),
            Rejected::Algorithm,
        );
        let unsigned = format!("{}.{}.", part(&header), part(&claims()));
        assert_rejected(&unsigned, Rejected::Algorithm);
    }
    assert_rejected(
        &sign_with_header(&json!({"kid": "k1"}), &claims(), "k1"),
        Rejected::Algorithm,
    );
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    let signed = format!(
        "{}.{}",
        part(&json!({"alg": "HS256", "kid": "k1"})),
        part(&claims())
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(&public_key_bytes("k1")).unwrap();
    mac.update(signed.as_bytes());
    let signature = Base64UrlUnpadded::encode_string(&mac.finalize().into_bytes());
    assert_rejected(&format!("{signed}.{signature}"), Rejected::Algorithm);
}

#[test]
fn a_token_of_a_key_that_the_pool_does_not_have_is_rejected() {
    assert_rejected(&sign("stranger", &claims()), Rejected::UnknownKey);
    let claimed = sign_with_header(&json!({"alg": "RS256", "kid": "k1"}), &claims(), "stranger");
    assert_rejected(&claimed, Rejected::Signature);
    let swapped = sign_with_header(&json!({"alg": "RS256", "kid": "k1"}), &claims(), "k2");
    assert_rejected(&swapped, Rejected::Signature);
    let unnamed = sign_with_header(&json!({"alg": "RS256"}), &claims(), "k1");
    assert_rejected(&unnamed, Rejected::UnknownKey);
}

#[test]
fn a_token_that_brings_its_own_key_or_demands_extensions_is_rejected() {
    let own = json!({"alg": "RS256", "kid": "k1", "jwk": {"kty": "RSA"}, "jku": "https://evil"});
    assert_rejected(
        &sign_with_header(&own, &claims(), "stranger"),
        Rejected::Signature,
    );
    let critical = json!({"alg": "RS256", "kid": "k1", "crit": ["b64"], "b64": false});
    assert_rejected(
        &sign_with_header(&critical, &claims(), "k1"),
        Rejected::Algorithm,
    );
}

#[test]
fn a_changed_claim_breaks_the_signature() {
    let token = sign("k1", &claims());
    let [header, _, signature]: [&str; 3] =
        token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let forged = format!(
        "{header}.{}.{signature}",
        part(&claims_with("sub", json!("root")))
    );
    assert_rejected(&forged, Rejected::Signature);
}

#[test]
fn every_claim_that_is_not_as_expected_is_rejected() {
    let cases = [
        (
            "iss",
            json!("https://issuer.example/local_demo/"),
            Rejected::Issuer,
        ),
        (
            "iss",
            json!("https://evil.example/local_demo"),
            Rejected::Issuer,
        ),
        ("token_use", json!("access"), Rejected::TokenUse),
        ("token_use", json!(""), Rejected::TokenUse),
        ("aud", json!("otherclient"), Rejected::Audience),
        (
            "aud",
            json!(["demowebclient", "otherclient"]),
            Rejected::Audience,
        ),
        ("aud", Value::Null, Rejected::Audience),
        ("exp", json!(NOW), Rejected::Expired),
        ("exp", json!(NOW - 3600), Rejected::Expired),
        ("exp", json!(0), Rejected::Expired),
        ("iat", json!(NOW + 301), Rejected::NotYet),
        ("sub", json!(""), Rejected::Subject),
        ("sub", json!(7), Rejected::Malformed),
        ("exp", json!("tomorrow"), Rejected::Malformed),
        ("exp", json!(-1), Rejected::Malformed),
    ];
    for (name, value, reason) in cases {
        assert_rejected(&sign("k1", &claims_with(name, value)), reason);
    }
    verify_as(&sign("k1", &claims_with("iat", json!(NOW + 300))), Use::Id).unwrap();
}

#[test]
fn an_access_token_names_its_client_otherwise() {
    let mut access = claims();
    access["token_use"] = json!("access");
    let error = verify_as(&sign("k2", &access), Use::Access).unwrap_err();
    assert_eq!(
        error.message,
        Error::from(Rejected::Audience).message,
        "aud does not count"
    );
    access["client_id"] = json!("demowebclient");
    verify_as(&sign("k2", &access), Use::Access).unwrap();
    assert!(verify_as(&sign("k2", &access), Use::Id).is_err());
}

#[test]
fn malformed_tokens_are_rejected() {
    let token = sign("k1", &claims());
    let truncated: String = token.chars().take(token.len() - 2).collect();
    assert_rejected(&truncated, Rejected::Signature);
    let huge = format!("{token}{}", "A".repeat(70_000));
    for malformed in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        &token.replacen('.', "..", 1),
        &format!("{token}."),
        &format!(".{token}"),
        &format!("{token}="),
        &format!(" {token}"),
        &token.replace('.', "+."),
        &huge,
    ] {
        assert_rejected(malformed, Rejected::Malformed);
    }
}

#[test]
fn weak_and_foreign_keys_are_not_used() {
    let token = sign("k1", &claims());
    let changes: [fn(&mut Value); 4] = [
        |key| key["kty"] = json!("oct"),
        |key| key["alg"] = json!("RS512"),
        |key| key["use"] = json!("enc"),
        |key| key["n"] = json!("AQAB"),
    ];
    for change in changes {
        let mut set = jwks();
        change(&mut set["keys"][0]);
        let keys = KeySet::read(&Parsed(set));
        let platform = Platform::new();
        let token = Unverified::parse(&platform, &token).unwrap();
        assert!(keys.rs256(token.key_id()).is_none());
    }
}

#[test]
fn a_sign_in_with_a_forged_token_is_no_sign_in() {
    let forgeries: [fn(&mut Value); 4] = [
        |claims| claims["iss"] = json!("https://evil.example"),
        |claims| claims["exp"] = json!(1),
        |claims| claims["iat"] = json!(NOW + 4000),
        |claims| {
            if claims["token_use"] == "access" {
                claims["sub"] = json!("somebody else");
            }
        },
    ];
    for forge in forgeries {
        let (client, platform) = client();
        platform.server().forge = Some(forge);
        let flow = Default::default();
        let error = run(client.sign_in(&ana(), Some(&password(PASSWORD)), flow, &options()));
        assert_eq!(error.unwrap_err().code, ErrorCode::TokenRejected);
        assert!(!is_signed_in(&client));
        assert_eq!(platform.record(), None);
    }
}

#[test]
fn a_refresh_that_yields_another_persons_tokens_is_rejected() {
    let (client, platform) = client();
    sign_in(&client);
    platform.server().forge = Some(|claims| claims["sub"] = json!("somebody else"));
    let error = run(client.refresh(&options())).unwrap_err();
    assert_eq!(error.code, ErrorCode::TokenRejected);
    assert!(is_signed_in(&client), "as who signed in");
}

#[test]
fn keys_are_fetched_once_and_again_for_a_new_key_after_a_cool_down() {
    let (client, platform) = client();
    sign_in(&client);
    sign_in(&client);
    let fetches = |operations: Vec<String>| operations.iter().filter(|o| *o == "GET").count();
    assert_eq!(fetches(platform.take_operations()), 1);

    platform.hide_date();
    let only_k1 = json!({"keys": [jwks()["keys"][0]]});
    let fresh = crate::client_of(&platform);
    let response = || cognate_core::ports::HttpResponse {
        status: 200,
        body: only_k1.to_string(),
        ..Default::default()
    };
    // The set lacks the access token's key: no sign-in, and no second fetch within a minute.
    let attempt = || {
        let (ana, password, options) = (ana(), password(PASSWORD), options());
        run(fresh.sign_in(&ana, Some(&password), Default::default(), &options)).map(|_| ())
    };
    platform.script([Scripted::Reach, Scripted::Answer(response())]);
    assert_eq!(attempt().unwrap_err().code, ErrorCode::TokenRejected);
    assert_eq!(attempt().unwrap_err().code, ErrorCode::TokenRejected);
    assert_eq!(fetches(platform.take_operations()), 1);
    platform.advance_ms(60_000);
    attempt().unwrap();
    assert_eq!(fetches(platform.take_operations()), 1);
}

#[test]
fn a_wrong_clock_of_the_device_does_not_matter() {
    for ahead_ms in [-86_400_000, 86_400_000] {
        for hides_date in [false, true] {
            let (client, platform) = client();
            platform.server().ahead_ms = ahead_ms;
            if hides_date {
                platform.hide_date();
            }
            sign_in(&client);
            platform.take_operations();
            run(client.fresh_access_token(Some(60), &options())).unwrap();
            assert!(
                platform.take_operations().is_empty(),
                "it lives for an hour there too"
            );
        }
    }
}
