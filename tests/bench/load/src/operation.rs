//! The operations that are measured.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
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
    /// `GetUser`.
    GetUser,
    /// `SignUp`, each time of somebody else.
    SignUp,
    /// `ListUsers`, as the plan has it signed.
    ListUsers,
}

/// A request that the driver has signed.
#[derive(Debug, Deserialize)]
pub(crate) struct Signed {
    headers: BTreeMap<String, String>,
    body: String,
}

/// Before the clock runs: a refresh needs a refresh token, and who asks for themselves an access token.
pub(crate) fn prepare(
    plan: &Plan,
    person: &Person,
    connection: &mut Connection,
) -> Result<Option<String>, String> {
    let name = match plan.operation {
        Operation::Refresh => "RefreshToken",
        Operation::GetUser => "AccessToken",
        _ => return Ok(None),
    };
    let answer = password_sign_in(plan, person, connection)?;
    text(&answer, &format!("/AuthenticationResult/{name}")).map(|token| Some(token.to_owned()))
}

/// One operation, with its answer checked for what it must have.
pub(crate) fn perform(
    plan: &Plan,
    person: &Person,
    token: Option<&str>,
    connection: &mut Connection,
) -> Result<(), String> {
    let (answer, expected) = match plan.operation {
        Operation::SrpSignIn => (srp_sign_in(plan, person, connection)?, ACCESS_TOKEN),
        Operation::PasswordSignIn => (password_sign_in(plan, person, connection)?, ACCESS_TOKEN),
        Operation::Refresh => {
            let body = json!({ "ClientId": plan.client, "RefreshToken": token });
            let answer = connection.call("GetTokensFromRefreshToken", &body)?;
            (answer, ACCESS_TOKEN)
        }
        Operation::GetUser => {
            let answer = connection.call("GetUser", &json!({ "AccessToken": token }))?;
            (answer, "/Username")
        }
        Operation::SignUp => (sign_up(plan, connection)?, "/UserSub"),
        Operation::ListUsers => (list_users(plan, connection)?, "/Users/0/Username"),
    };
    text(&answer, expected).map(|_| ())
}

const ACCESS_TOKEN: &str = "/AuthenticationResult/AccessToken";

fn sign_up(plan: &Plan, connection: &mut Connection) -> Result<Value, String> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(|error| error.to_string())?;
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let email = format!("new-{}-{number}@example.com", now.as_micros());
    connection.call(
        "SignUp",
        &json!({
            "ClientId": plan.client,
            "Username": email,
            "Password": "Correct-Horse9!",
            "UserAttributes": [{ "Name": "email", "Value": email }],
        }),
    )
}

fn list_users(plan: &Plan, connection: &mut Connection) -> Result<Value, String> {
    let signed = plan
        .signed
        .as_ref()
        .ok_or_else(|| "the plan has no signed request".to_owned())?;
    let headers: Vec<_> = signed
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    connection.send(&headers, &signed.body)
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
