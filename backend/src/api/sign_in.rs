//! `InitiateAuth`, `RespondToAuthChallenge` and their admin variants.

use std::collections::BTreeMap;

use cognate_core::secret::{Password, RefreshToken};
use serde::{Deserialize, Serialize};

use super::Empty;
use super::authentication_result::AuthenticationResult;
use crate::app::{AppState, Caller};
use crate::devices::{self, Device, NewDevice};
use crate::error::{ApiError, ErrorType};
use crate::limits::{self, Hourly};
use crate::mfa::{self, Factor};
use crate::pools::{ExplicitAuthFlow, find_client, find_client_of};
use crate::sessions::{self, Presented, SessionDevice, Tokens};
use crate::sign_in::user_auth::{self, Choice, Given, after_sign_up, otp, passkey};
use crate::sign_in::{
    self, Challenge, Next, Parameters, Proof, Through, answer_new_password,
    answer_password_verifier, check_secret_hash,
};
use crate::tokens::Reason;
use crate::triggers::{ClientMetadata, Sent, TokenOccasion};
use crate::users::{self, decoy};

/// Text by name, as parameters and answers travel. The values may be secrets: not printed.
type Texts = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InitiateAuthRequest {
    client_id: String,
    pub(super) auth_flow: String,
    #[serde(default)]
    auth_parameters: Texts,
    session: Option<String>,
    client_metadata: Option<ClientMetadata>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminInitiateAuthRequest {
    user_pool_id: String,
    #[serde(flatten)]
    request: InitiateAuthRequest,
}

/// The answer of all four operations: something to prove, or tokens.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum AuthAnswer {
    Challenge(ChallengeAnswer),
    #[serde(rename_all = "PascalCase")]
    Tokens {
        challenge_parameters: Empty,
        authentication_result: AuthenticationResult,
    },
}

/// Something to prove.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChallengeAnswer {
    pub(super) challenge_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<String>,
    pub(super) challenge_parameters: Parameters,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) available_challenges: Vec<&'static str>,
}

/// `InitiateAuth`
pub(super) async fn initiate_auth(
    state: &AppState,
    caller: &Caller,
    request: InitiateAuthRequest,
) -> Result<AuthAnswer, ApiError> {
    let found = find_client(state, &request.client_id).await?;
    if request.auth_flow.starts_with("ADMIN_") {
        return Err(ApiError::invalid_parameter(
            "Initiate Auth method not supported.",
        ));
    }
    let (through, given) = (Through::from(&found), &request.auth_parameters);
    count_steps(state, caller, through, &request.auth_flow).await?;
    let device = match device_of(state, through, given).await {
        // What only asks for a proof now tells of an unknown device when the proof comes.
        Err(error)
            if error.code == ErrorType::ResourceNotFound && !given.contains_key("PASSWORD") =>
        {
            None
        }
        found => found?,
    };
    let through = Through {
        device: device.as_ref(),
        ..through
    };
    begin(state, caller, through, &request, Tracking::On).await
}

/// These flows store a step for every name, so that names are no limit to them. A client that proves a
/// secret is a server, which asks for many people from one address.
async fn count_steps(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    flow: &str,
) -> Result<(), ApiError> {
    if !matches!(flow, "USER_AUTH" | "CUSTOM_AUTH") || !through.client.secrets.is_empty() {
        return Ok(());
    }
    limits::count(state, caller, Hourly::SignInStep, &through.pool.id, "")
        .await
        .map_err(|error| ApiError::too_many_requests(error.message))
}

/// `AdminInitiateAuth`
pub(super) async fn admin_initiate_auth(
    state: &AppState,
    caller: &Caller,
    request: AdminInitiateAuthRequest,
) -> Result<AuthAnswer, ApiError> {
    let found = find_client_of(state, &request.user_pool_id, &request.request.client_id).await?;
    let through = (&found).into();
    begin(state, caller, through, &request.request, Tracking::Off).await
}

async fn begin(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    request: &InitiateAuthRequest,
    tracking: Tracking,
) -> Result<AuthAnswer, ApiError> {
    use ExplicitAuthFlow as Flow;
    let (client, given) = (through.client, &request.auth_parameters);
    let secret_hash = given.get("SECRET_HASH").map(String::as_str);
    let flow = request.auth_flow.as_str();
    let allowed = match flow {
        "USER_SRP_AUTH" => Flow::AllowUserSrpAuth,
        "USER_PASSWORD_AUTH" => Flow::AllowUserPasswordAuth,
        "ADMIN_USER_PASSWORD_AUTH" | "ADMIN_NO_SRP_AUTH" => Flow::AllowAdminUserPasswordAuth,
        "CUSTOM_AUTH" => Flow::AllowCustomAuth,
        "USER_AUTH" => Flow::AllowUserAuth,
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => Flow::AllowRefreshTokenAuth,
        other => {
            return Err(ApiError::invalid_parameter(format!(
                "{other} is not supported by this backend."
            )));
        }
    };
    // A client that rotates refreshes with GetTokensFromRefreshToken only.
    let rotates = allowed == Flow::AllowRefreshTokenAuth
        && client.settings.refresh_token_rotation().is_some();
    if !client.settings.allows(allowed) || rotates {
        return Err(ApiError::invalid_parameter(format!(
            "{flow} flow not enabled for this client"
        )));
    }
    if allowed == Flow::AllowRefreshTokenAuth {
        let token = RefreshToken::new(required(given, "REFRESH_TOKEN")?.to_owned());
        if !client.secrets.is_empty() {
            let owner = sessions::owner(state, client, &token)
                .await?
                .unwrap_or_default();
            check_secret_hash(client, &owner, secret_hash)?;
        }
        let presented = Presented {
            device_key: given.get("DEVICE_KEY").map(String::as_str),
            ..Presented::default()
        };
        let tokens = sessions::refresh(state, through.pool, client, &token, presented).await?;
        return Ok(tokens.into());
    }
    check_secret_hash(client, username_of(given)?, secret_hash)?;
    let next = first_step(state, caller, through, request).await?;
    finish(state, through, next, Answered::default(), tracking).await
}

/// Begins the flow of a request, whoever may ask for it.
pub(super) async fn first_step(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    request: &InitiateAuthRequest,
) -> Result<Next, ApiError> {
    let given = &request.auth_parameters;
    let username = username_of(given)?;
    let through = Through {
        sent: Sent {
            validation_data: request.client_metadata.as_ref(),
            client_metadata: None,
        },
        ..through
    };
    sign_in::announce(state, through, username).await?;
    if request.auth_flow == "USER_SRP_AUTH" {
        return sign_in::begin_srp(state, through, username, required(given, "SRP_A")?).await;
    }
    if request.auth_flow == "CUSTOM_AUTH" {
        // The contract's prose says ChallengeName, clients say CHALLENGE_NAME.
        let first = given
            .get("CHALLENGE_NAME")
            .or_else(|| given.get("ChallengeName"));
        let srp_a = match first.map(String::as_str) {
            Some("SRP_A") => Some(required(given, "SRP_A")?),
            _ => None,
        };
        return sign_in::custom::begin(state, caller, through, username, srp_a).await;
    }
    if request.auth_flow == "USER_AUTH" {
        if let Some(unknown) = STEP_UP.iter().find(|name| given.contains_key(**name)) {
            return Err(ApiError::invalid_parameter(format!(
                "{unknown} is not supported by this backend."
            )));
        }
        if let Some(session) = &request.session {
            return after_sign_up::sign_in(state, caller, through, session, username).await;
        }
        let preferred = given.get("PREFERRED_CHALLENGE").map(String::as_str);
        let with = given_with(given);
        return user_auth::begin(state, caller, through, username, preferred, with).await;
    }
    let password = Password::new(required(given, "PASSWORD")?.to_owned());
    sign_in::check_password(state, caller, through, username, &password).await
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RespondToAuthChallengeRequest {
    client_id: String,
    challenge_name: String,
    session: Option<String>,
    #[serde(default)]
    challenge_responses: Texts,
    client_metadata: Option<ClientMetadata>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminRespondToAuthChallengeRequest {
    user_pool_id: String,
    #[serde(flatten)]
    request: RespondToAuthChallengeRequest,
}

impl RespondToAuthChallengeRequest {
    /// The same with what the app sent along.
    pub(super) fn told<'a>(&'a self, through: Through<'a>) -> Through<'a> {
        through.telling(self.client_metadata.as_ref())
    }
}

/// `RespondToAuthChallenge`
pub(super) async fn respond_to_auth_challenge(
    state: &AppState,
    caller: &Caller,
    request: RespondToAuthChallengeRequest,
) -> Result<AuthAnswer, ApiError> {
    let found = find_client(state, &request.client_id).await?;
    let through = Through::from(&found);
    let device = device_of(state, through, &request.challenge_responses).await?;
    let through = Through {
        device: device.as_ref(),
        ..through
    };
    respond(state, caller, through, &request, Tracking::On).await
}

/// `AdminRespondToAuthChallenge`
pub(super) async fn admin_respond_to_auth_challenge(
    state: &AppState,
    caller: &Caller,
    request: AdminRespondToAuthChallengeRequest,
) -> Result<AuthAnswer, ApiError> {
    let found = find_client_of(state, &request.user_pool_id, &request.request.client_id).await?;
    let through = (&found).into();
    respond(state, caller, through, &request.request, Tracking::Off).await
}

async fn respond(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    request: &RespondToAuthChallengeRequest,
    tracking: Tracking,
) -> Result<AuthAnswer, ApiError> {
    let given = &request.challenge_responses;
    let secret_hash = given.get("SECRET_HASH").map(String::as_str);
    check_secret_hash(through.client, username_of(given)?, secret_hash)?;
    let next = next_step(state, caller, through, request).await?;
    let answered = Answered {
        challenge: Some(&request.challenge_name),
        handle: request.session.as_deref(),
    };
    finish(state, request.told(through), next, answered, tracking).await
}

/// Takes the answer to a challenge, whoever may give it.
pub(super) async fn next_step(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    request: &RespondToAuthChallengeRequest,
) -> Result<Next, ApiError> {
    let given = &request.challenge_responses;
    let username = username_of(given)?;
    let through = request.told(through);
    match request.challenge_name.as_str() {
        "PASSWORD_VERIFIER" => {
            let proof = proof_of(username, given)?;
            let (session, metadata) =
                (request.session.as_deref(), request.client_metadata.as_ref());
            match sign_in::custom::of_password(state, through, session).await? {
                Some(step) => {
                    step.answer_password(state, caller, through, proof, metadata)
                        .await
                }
                None => answer_password_verifier(state, caller, through, proof).await,
            }
        }
        "NEW_PASSWORD_REQUIRED" => {
            let password = Password::new(required(given, "NEW_PASSWORD")?.to_owned());
            let session = request.session.as_deref();
            answer_new_password(state, caller, through, session, username, &password, given).await
        }
        "CUSTOM_CHALLENGE" => {
            let (session, metadata) =
                (request.session.as_deref(), request.client_metadata.as_ref());
            let answer = required(given, "ANSWER")?;
            let step = sign_in::custom::of_challenge(state, through, session).await?;
            step.answer(state, caller, through, username, answer, metadata)
                .await
        }
        "SELECT_CHALLENGE" => {
            let (session, with) = (request.session.as_deref(), given_with(given));
            let answer = required(given, "ANSWER")?;
            user_auth::choose(state, caller, through, session, username, answer, with).await
        }
        "PASSWORD" => {
            required(given, "PASSWORD")?;
            let (session, with) = (request.session.as_deref(), given_with(given));
            let choice = Choice::Password;
            user_auth::answer(state, caller, through, choice, session, username, with).await
        }
        "PASSWORD_SRP" => {
            required(given, "SRP_A")?;
            let (session, with) = (request.session.as_deref(), given_with(given));
            let choice = Choice::PasswordSrp;
            user_auth::answer(state, caller, through, choice, session, username, with).await
        }
        "WEB_AUTHN" => {
            let (session, credential) =
                (request.session.as_deref(), required(given, "CREDENTIAL")?);
            passkey::answer(state, through, session, username, credential).await
        }
        "SMS_OTP" | "EMAIL_OTP"
            if let Some(step) = otp::Step::find(
                state,
                through,
                &request.challenge_name,
                request.session.as_deref(),
            )
            .await? =>
        {
            let code = required(given, step.response_name())?;
            step.answer(state, caller, through, username, code).await
        }
        "SMS_OTP" => Err(sign_in::invalid_session()),
        "SELECT_MFA_TYPE" => {
            let session = request.session.as_deref();
            let answer = required(given, "ANSWER")?;
            mfa::challenge::choose(state, caller, through, session, username, answer).await
        }
        "MFA_SETUP" => {
            let session = request.session.as_deref();
            let email = given.get("EMAIL").map(String::as_str);
            mfa::set_up::answer(state, caller, through, session, username, email).await
        }
        "DEVICE_SRP_AUTH" => {
            let (session, srp_a) = (request.session.as_deref(), required(given, "SRP_A")?);
            sign_in::device::answer_srp(state, through, session, username, srp_a).await
        }
        "DEVICE_PASSWORD_VERIFIER" => {
            let (session, proof) = (request.session.as_deref(), proof_of(username, given)?);
            sign_in::device::answer_verifier(state, caller, through, session, proof).await
        }
        name if let Some(factor) = Factor::of(name) => {
            let session = request.session.as_deref();
            let code = required(given, mfa::challenge::response_name(factor))?;
            mfa::challenge::answer(state, caller, through, factor, session, username, code).await
        }
        other => Err(ApiError::invalid_parameter(format!(
            "The challenge {other} is not supported by this backend."
        ))),
    }
}

/// Whether a sign-in notices devices. Those that administrators begin or go on with do not, by the
/// contract.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tracking {
    On,
    Off,
}

/// The device that a request says it comes from. Pools that track none do not look.
async fn device_of(
    state: &AppState,
    through: Through<'_>,
    given: &Texts,
) -> Result<Option<Device>, ApiError> {
    let pool = through.pool;
    let is_tracked = pool.settings.device_configuration().is_some();
    let (Some(key), Some(name), true) =
        (given.get("DEVICE_KEY"), given.get("USERNAME"), is_tracked)
    else {
        return Ok(None);
    };
    let user = users::find(state, pool, name).await?;
    let username = user.map_or_else(
        || decoy(&state.sealer, pool, name).username,
        |user| user.username,
    );
    devices::find(state, &pool.id, &username, key)
        .await
        .map(Some)
}

/// The challenge that was answered, if it was one.
#[derive(Clone, Copy, Default)]
struct Answered<'a> {
    challenge: Option<&'a str>,
    handle: Option<&'a str>,
}

impl Answered<'_> {
    /// What the trigger that may change tokens is told.
    fn occasion(self) -> TokenOccasion {
        match self.challenge {
            Some("NEW_PASSWORD_REQUIRED") => TokenOccasion::NewPasswordChallenge,
            Some("DEVICE_PASSWORD_VERIFIER") => TokenOccasion::AuthenticateDevice,
            _ => TokenOccasion::Authentication,
        }
    }
}

/// Whoever has proved everything to the JSON API gets tokens.
async fn finish(
    state: &AppState,
    through: Through<'_>,
    next: Next,
    answered: Answered<'_>,
    tracking: Tracking,
) -> Result<AuthAnswer, ApiError> {
    let next = match next {
        Next::Proved(proved) if tracking == Tracking::On => {
            sign_in::device::after_everything(state, through, proved, answered.handle).await?
        }
        next => next,
    };
    let (pool, client) = (through.pool, through.client);
    let proved = match next {
        Next::Challenge(challenge) => return Ok(AuthAnswer::Challenge(challenge.into())),
        Next::Proved(proved) => proved,
    };
    let is_tracked = tracking == Tracking::On && pool.settings.device_configuration().is_some();
    let is_new_device = is_tracked && proved.device_key.is_none();
    sign_in::conclude(state, through, &proved, is_new_device).await?;
    let device = is_tracked.then(|| match proved.device_key {
        Some(key) => SessionDevice::Known(key),
        None => SessionDevice::New(NewDevice::draw(state, &proved.user)),
    });
    let second_factor = proved.second_factor.map(|proved| proved.generation);
    let (user, reason) = (
        &proved.user,
        Reason {
            occasion: answered.occasion(),
            client_metadata: through.sent.client_metadata,
        },
    );
    let tokens = sessions::start(state, pool, client, user, second_factor, device, reason);
    Ok(tokens.await?.into())
}

/// The answer to a challenge of SRP.
fn proof_of<'a>(username: &'a str, given: &'a Texts) -> Result<Proof<'a>, ApiError> {
    Ok(Proof {
        username,
        secret_block: required(given, "PASSWORD_CLAIM_SECRET_BLOCK")?,
        signature: required(given, "PASSWORD_CLAIM_SIGNATURE")?,
        timestamp: required(given, "TIMESTAMP")?,
    })
}

impl From<Challenge> for ChallengeAnswer {
    fn from(challenge: Challenge) -> Self {
        Self {
            challenge_name: challenge.name,
            session: challenge.session.map(|handle| handle.secret().to_owned()),
            challenge_parameters: challenge.parameters,
            available_challenges: challenge.available,
        }
    }
}

impl From<Tokens> for AuthAnswer {
    fn from(tokens: Tokens) -> Self {
        Self::Tokens {
            challenge_parameters: Empty {},
            authentication_result: tokens.into(),
        }
    }
}

/// Parameters of `USER_AUTH` that ask for a stronger sign-in than this backend knows. To ignore them would
/// give less than was asked for.
const STEP_UP: [&str; 3] = ["TARGET_ACR_VALUES", "ACCESS_TOKEN", "MAX_AGE"];

fn given_with(given: &Texts) -> Given<'_> {
    Given {
        password: given.get("PASSWORD").cloned().map(Password::new),
        srp_a: given.get("SRP_A").map(String::as_str),
    }
}

/// The contract bounds user names everywhere but among these parameters.
fn username_of(given: &Texts) -> Result<&str, ApiError> {
    let name = required(given, "USERNAME")?;
    if !(1..=128).contains(&name.chars().count()) {
        return Err(ApiError::invalid_parameter(
            "USERNAME must have 1 to 128 characters.",
        ));
    }
    Ok(name)
}

fn required<'a>(given: &'a Texts, name: &str) -> Result<&'a str, ApiError> {
    given
        .get(name)
        .map(String::as_str)
        .ok_or_else(|| ApiError::invalid_parameter(format!("Missing required parameter {name}")))
}
