//! Second factors: how often somebody may guess and have codes sent, and what the database keeps.

use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::mfa::person::{Member, all_factors, associate, totp, totp_only, with, wrong};
use crate::person::PASSWORD;
use crate::support::{Answer, Backend};

const CODE: &str = "SOFTWARE_TOKEN_MFA_CODE";
const ANSWER: &str = "RespondToAuthChallenge";
const EXCEEDED: &str = "Verification code attempts exceeded";

fn address(last: u8) -> IpAddr {
    IpAddr::from([203, 0, 113, last])
}

/// Tries a code from an address, in a sign-in of its own.
async fn guess(backend: &Backend, ada: &Member, from: IpAddr, code: &str) -> Answer {
    let challenge = begin(backend, ada, from).await;
    backend
        .call_from(from, ANSWER, reply(ada, &challenge, code))
        .await
}

async fn begin(backend: &Backend, ada: &Member, from: IpAddr) -> Value {
    let request = ada.person.password_request(PASSWORD);
    backend.call_from(from, "InitiateAuth", request).await.ok()
}

fn reply(ada: &Member, challenge: &Value, code: &str) -> Value {
    json!({
        "ClientId": ada.person.client, "ChallengeName": "SOFTWARE_TOKEN_MFA",
        "Session": challenge["Session"], "ChallengeResponses": { "USERNAME": "ada", CODE: code },
    })
}

#[tokio::test]
async fn new_sign_ins_do_not_bring_more_tries() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let secret = ada.with_totp(&backend).await;
    let right = || totp(&secret, backend.clock.now());
    for _ in 0..5 {
        let answer = guess(&backend, &ada, address(1), &wrong(&right())).await;
        assert_eq!(answer.error_type(), "CodeMismatchException");
    }
    let waits = guess(&backend, &ada, address(1), &right()).await;
    assert_eq!(
        waits.error(),
        ("NotAuthorizedException".to_owned(), EXCEEDED.to_owned())
    );
    // From another address the person signs in.
    guess(&backend, &ada, address(2), &right()).await.ok();
    backend.clock.advance(1);
    let answer = guess(&backend, &ada, address(1), &wrong(&right())).await;
    assert_eq!(answer.error_type(), "CodeMismatchException");
    backend.clock.advance(1);
    let waits = guess(&backend, &ada, address(1), &right()).await;
    assert_eq!(waits.error().1, EXCEEDED, "2 s now");
}

#[tokio::test]
async fn guesses_from_many_addresses_have_a_limit_that_a_success_does_not_lift() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let secret = ada.with_totp(&backend).await;
    for last in 1..=50 {
        if last == 25 {
            let right = totp(&secret, backend.clock.now());
            guess(&backend, &ada, address(200), &right).await.ok();
        }
        let code = wrong(&totp(&secret, backend.clock.now() + 30));
        let answer = guess(&backend, &ada, address(last), &code).await;
        assert_eq!(answer.error_type(), "CodeMismatchException", "guess {last}");
    }
    backend.clock.advance(60);
    let right = totp(&secret, backend.clock.now());
    let waits = guess(&backend, &ada, address(201), &right).await;
    assert_eq!(waits.error().1, EXCEEDED);
    backend.clock.advance(3600);
    let right = totp(&secret, backend.clock.now());
    guess(&backend, &ada, address(201), &right).await.ok();
}

#[tokio::test]
async fn a_burst_of_guesses_from_many_addresses_gets_no_more_tries_than_a_row_of_them() {
    let backend = Arc::new(Backend::start().await);
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    let secret = ada.with_totp(&backend).await;
    let wrong = wrong(&totp(&secret, backend.clock.now() + 30));
    let mut waiting = Vec::new();
    for last in 1..=60 {
        let challenge = begin(&backend, &ada, address(last)).await;
        waiting.push((address(last), reply(&ada, &challenge, &wrong)));
    }
    let mut refusals = Vec::new();
    // As many as may wait for their turn.
    for burst in waiting.chunks(9) {
        let mut guesses = JoinSet::new();
        for (from, body) in burst.iter().cloned() {
            let backend = Arc::clone(&backend);
            guesses.spawn(async move { backend.call_from(from, ANSWER, body).await.error() });
        }
        refusals.extend(guesses.join_all().await);
    }
    let tried = refusals
        .iter()
        .filter(|(name, _)| name == "CodeMismatchException");
    assert_eq!(tried.count(), 50);
    let held = refusals.iter().filter(|(_, message)| message == EXCEEDED);
    assert_eq!(held.count(), 10);
}

#[tokio::test]
async fn twenty_codes_an_hour_are_sent() {
    let backend = Backend::start().await;
    let attributes = json!({ "email": "ada@example.com", "email_verified": "true" });
    let ada = Member::new(&backend, all_factors("ON"), attributes).await;
    for _ in 0..20 {
        ada.challenge(&backend, "EMAIL_OTP").await;
    }
    let refused = ada.person.password_sign_in(&backend, PASSWORD).await;
    assert_eq!(refused.error_type(), "TooManyRequestsException");
    backend.clock.advance(3600);
    ada.challenge(&backend, "EMAIL_OTP").await;
}

#[tokio::test]
async fn answers_do_not_tell_whether_a_name_has_a_second_factor() {
    let backend = Backend::start().await;
    let ada = Member::new(&backend, totp_only("OPTIONAL"), json!({})).await;
    Member::of(&backend, &ada.pool, &ada.person.client, "bob", json!({})).await;
    ada.with_totp(&backend).await;
    let answers = async |operation: &str, more: Value| {
        let mut texts = Vec::new();
        for name in ["ada", "bob", "nobody"] {
            let body = with(json!({ "ClientId": ada.person.client }), more.clone());
            let body = body.to_string().replace("WHO", name);
            let body = serde_json::from_str(&body).unwrap();
            texts.push(backend.call(operation, body).await.text);
        }
        texts
    };
    let session = "A".repeat(43);
    for (operation, more) in [
        (
            "InitiateAuth",
            json!({
                "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": { "USERNAME": "WHO", "PASSWORD": "Wrong-Horse9!" },
            }),
        ),
        (
            "RespondToAuthChallenge",
            json!({
                "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": session,
                "ChallengeResponses": { "USERNAME": "WHO", CODE: "123456" },
            }),
        ),
        (
            "RespondToAuthChallenge",
            json!({
                "ChallengeName": "SELECT_MFA_TYPE", "Session": session,
                "ChallengeResponses": { "USERNAME": "WHO", "ANSWER": "SMS_MFA" },
            }),
        ),
        (
            "RespondToAuthChallenge",
            json!({
                "ChallengeName": "MFA_SETUP", "Session": session,
                "ChallengeResponses": { "USERNAME": "WHO" },
            }),
        ),
    ] {
        let texts = answers(operation, more).await;
        assert!(texts[0].contains("NotAuthorizedException"), "{}", texts[0]);
        assert_eq!(texts[0], texts[1], "{operation}");
        assert_eq!(texts[0], texts[2], "{operation}");
    }
}

#[tokio::test]
async fn the_database_has_no_secret_no_code_and_no_word_of_who_has_what() {
    let backend = Backend::start().await;
    let attributes = json!({ "email": "ada@example.com", "email_verified": "true" });
    let ada = Member::new(&backend, all_factors("OPTIONAL"), attributes).await;
    let tokens = ada.sign_in(&backend).await["AuthenticationResult"].clone();
    let secret = ada.enrol(&backend, &tokens).await;
    let waiting = associate(&backend, &tokens).await;
    let on = json!({ "EmailMfaSettings": { "Enabled": true } });
    ada.prefer(&backend, on).await.ok();
    let challenge = ada.challenge(&backend, "EMAIL_OTP").await;
    let code = backend.code("ada@example.com").await;
    let handle = challenge["Session"].as_str().unwrap().to_owned();
    backend.state.store.close().await;
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(backend.folder.path()).unwrap() {
        let file = file.unwrap();
        if file.file_name().to_string_lossy().contains("sqlite")
            || file.file_name().to_string_lossy().contains(".db")
        {
            bytes.extend(std::fs::read(file.path()).unwrap());
        }
    }
    let has = |text: &str| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(has("user_factors"), "this is the database");
    for base32 in [&secret, &waiting] {
        assert!(!has(base32), "a secret as it was shown");
        let raw = raw_bytes(base32);
        assert!(
            !bytes.windows(raw.len()).any(|window| window == raw),
            "a secret"
        );
    }
    assert!(!has(&handle), "a handle");
    assert!(
        !has(&format!("\"{code}\"")) && !has(&format!(" {code}.")),
        "a code"
    );
    for word in ["\"on\":", "[\"EMAIL_OTP\"", "\"SOFTWARE_TOKEN_MFA\""] {
        assert!(!has(word), "{word}");
    }
}

fn raw_bytes(base32: &str) -> Vec<u8> {
    let bits: String = base32
        .bytes()
        .map(|letter| match letter {
            b'A'..=b'Z' => format!("{:05b}", letter - b'A'),
            _ => format!("{:05b}", letter - b'2' + 26),
        })
        .collect();
    bits.as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}
