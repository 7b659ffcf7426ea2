//! The three operations that are measured.

use std::time::{SystemTime, UNIX_EPOCH};

use cognate_core::srp::timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connection::Connection;
use crate::srp_client::{Challenge, Client};
use crate::{Person, Plan};

/// What is repeated.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Operation {
    /// `InitiateAuth` and `RespondToAuthChallenge`: two requests are one operation.
    SrpSignIn,
    /// `InitiateAuth` with `USER_PASSWORD_AUTH`.
    PasswordSignIn,
    /// `GetTokensFromRefreshToken`.
    Refresh,
}

/// Before the clock runs: a refresh needs a refresh token.
pub(crate) fn prepare(
    plan: &Plan,
    person: &Person,
    connection: &mut Connection,
) -> Result<Option<String>, String> {
    let Operation::Refresh = plan.operation else {
        return Ok(None);
    };
    let answer = password_sign_in(plan, person, connection)?;
    text(&answer, "/AuthenticationResult/RefreshToken").map(|token| Some(token.to_owned()))
}

/// One operation, with its answer checked for tokens.
pub(crate) fn perform(
    plan: &Plan,
    person: &Person,
    refresh_token: Option<&str>,
    connection: &mut Connection,
) -> Result<(), String> {
    let answer = match plan.operation {
        Operation::SrpSignIn => srp_sign_in(plan, person, connection)?,
        Operation::PasswordSignIn => password_sign_in(plan, person, connection)?,
        Operation::Refresh => connection.call(
            "GetTokensFromRefreshToken",
            &json!({ "ClientId": plan.client, "RefreshToken": refresh_token }),
        )?,
    };
    text(&answer, "/AuthenticationResult/AccessToken")?;
    Ok(())
}

fn password_sign_in(
    plan: &Plan,
    person: &Person,
    connection: &mut Connection,
) -> Result<Value, String> {
    connection.call(
        "InitiateAuth",
        &json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": plan.client,
            "AuthParameters": { "USERNAME": person.username, "PASSWORD": person.password },
        }),
    )
}

fn srp_sign_in(plan: &Plan, person: &Person, connection: &mut Connection) -> Result<Value, String> {
    let client = Client::new(random_secret()?).map_err(|error| error.to_string())?;
    let challenge = connection.call(
        "InitiateAuth",
        &json!({
            "AuthFlow": "USER_SRP_AUTH",
            "ClientId": plan.client,
            "AuthParameters": { "USERNAME": person.username, "SRP_A": client.public_hex() },
        }),
    )?;
    let parameter = |name: &str| text(&challenge, &format!("/ChallengeParameters/{name}"));
    let (_, pool) = plan
        .pool
        .split_once('_')
        .ok_or_else(|| "not a pool id".to_owned())?;
    let user = parameter("USER_ID_FOR_SRP")?;
    let secret_block = parameter("SECRET_BLOCK")?;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(|error| error.to_string())?;
    let timestamp = timestamp(now.as_secs());
    let given = Challenge {
        pool,
        user,
        salt: parameter("SALT")?,
        b_public: parameter("SRP_B")?,
        secret_block,
    };
    let signature = client
        .prove(&given, &person.password, &timestamp)
        .ok_or_else(|| "the server's values are not usable".to_owned())?;
    connection.call(
        "RespondToAuthChallenge",
        &json!({
            "ClientId": plan.client,
            "ChallengeName": "PASSWORD_VERIFIER",
            "Session": challenge.get("Session"),
            "ChallengeResponses": {
                "USERNAME": user,
                "PASSWORD_CLAIM_SECRET_BLOCK": secret_block,
                "PASSWORD_CLAIM_SIGNATURE": signature,
                "TIMESTAMP": timestamp,
            },
        }),
    )
}

fn text<'a>(answer: &'a Value, pointer: &str) -> Result<&'a str, String> {
    answer
        .pointer(pointer)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("no {pointer} in {answer}"))
}

/// 256 bits from the kernel's generator.
fn random_secret() -> Result<[u8; 32], String> {
    use std::io::Read;
    let mut secret = [0; 32];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut secret))
        .map_err(|error| error.to_string())?;
    Ok(secret)
}
