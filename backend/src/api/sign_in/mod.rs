//! `InitiateAuth` and its admin variant; `respond` has the answers to challenges.

mod respond;

use std::collections::BTreeMap;

use cognate_core::secret::{Password, RefreshToken};
use serde::{Deserialize, Serialize};

use super::Empty;
use super::authentication_result::AuthenticationResult;
use crate::app::{AppState, Caller};
use crate::client_metadata::{ClientMetadata, Sent};
use crate::devices::Device;
use crate::error::{ApiError, ErrorType};
use crate::limits::{self, Hourly};
use crate::pools::{find_client, find_client_of};
use crate::sessions::{self, Presented, Tokens};
use crate::sign_in::user_auth::{self, Given, after_sign_up};
use crate::sign_in::{
    self, Answered, AuthFlow, Challenge, Conclusion, Next, Parameters, SignInFlow, Through,
    Tracking, check_secret_hash, conclude,
};

pub(super) use respond::{
    RespondToAuthChallengeRequest, admin_respond_to_auth_challenge, next_step,
    respond_to_auth_challenge,
};

/// Text by name, as parameters and answers travel. The values may be secrets: not printed.
type Texts = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InitiateAuthRequest {
    client_id: String,
    pub(super) auth_flow: AuthFlow,
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
    if request.auth_flow == AuthFlow::SignIn(SignInFlow::AdminUserPassword) {
        return Err(ApiError::invalid_parameter(
            "Initiate Auth method not supported.",
        ));
    }
    let (through, given) = (Through::from(&found), &request.auth_parameters);
    count_steps(state, caller, through, request.auth_flow).await?;
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
    flow: AuthFlow,
) -> Result<(), ApiError> {
    let stores_steps =
        matches!(flow, AuthFlow::SignIn(flow) if flow.stores_a_step_for_every_name());
    if !stores_steps || !through.client.secrets.is_empty() {
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
    let (client, given) = (through.client, &request.auth_parameters);
    let secret_hash = given.get("SECRET_HASH").map(String::as_str);
    let flow = request.auth_flow;
    // A client that rotates refreshes with GetTokensFromRefreshToken only.
    let rotates =
        flow == AuthFlow::RefreshToken && client.settings.refresh_token_rotation().is_some();
    if !client.settings.allows(flow.needs()) || rotates {
        return Err(ApiError::invalid_parameter(format!(
            "{} flow not enabled for this client",
            flow.name()
        )));
    }
    let flow = match flow {
        AuthFlow::SignIn(flow) => flow,
        AuthFlow::RefreshToken => return refresh(state, caller, through, given).await,
    };
    check_secret_hash(client, username_of(given)?, secret_hash)?;
    let next = first_step(state, caller, through, flow, request).await?;
    let concluded = conclude(state, caller, through, next, Answered::default(), tracking).await?;
    Ok(concluded.into())
}

/// Goes on with the session of a refresh token.
async fn refresh(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    given: &Texts,
) -> Result<AuthAnswer, ApiError> {
    let client = through.client;
    let token = RefreshToken::new(required(given, "REFRESH_TOKEN")?.to_owned());
    if !client.secrets.is_empty() {
        let owner = sessions::owner(state, client, &token)
            .await?
            .unwrap_or_default();
        let secret_hash = given.get("SECRET_HASH").map(String::as_str);
        check_secret_hash(client, &owner, secret_hash)?;
    }
    let presented = Presented {
        device_key: given.get("DEVICE_KEY").map(String::as_str),
        address: Some(caller.peer),
        ..Presented::default()
    };
    let tokens = sessions::refresh(state, through.pool, client, &token, presented).await?;
    Ok(tokens.into())
}

/// Begins a sign-in, whoever may ask for its flow.
pub(super) async fn first_step(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    flow: SignInFlow,
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
    match flow {
        SignInFlow::UserSrp => {
            sign_in::begin_srp(state, through, username, required(given, "SRP_A")?).await
        }
        SignInFlow::UserPassword | SignInFlow::AdminUserPassword => {
            let password = Password::new(required(given, "PASSWORD")?.to_owned());
            sign_in::check_password(state, caller, through, username, &password).await
        }
        SignInFlow::Custom => {
            // The contract's prose says ChallengeName, clients say CHALLENGE_NAME.
            let first = given
                .get("CHALLENGE_NAME")
                .or_else(|| given.get("ChallengeName"));
            let srp_a = match first.map(String::as_str) {
                Some("SRP_A") => Some(required(given, "SRP_A")?),
                _ => None,
            };
            sign_in::custom::begin(state, caller, through, username, srp_a).await
        }
        SignInFlow::User => {
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
            user_auth::begin(state, caller, through, username, preferred, with).await
        }
    }
}

/// The device that a request says it comes from.
async fn device_of(
    state: &AppState,
    through: Through<'_>,
    given: &Texts,
) -> Result<Option<Device>, ApiError> {
    let [name, key] = ["USERNAME", "DEVICE_KEY"].map(|name| given.get(name).map(String::as_str));
    sign_in::device::named(state, through, name, key).await
}

impl From<Conclusion> for AuthAnswer {
    fn from(conclusion: Conclusion) -> Self {
        match conclusion {
            Conclusion::Challenge(challenge) => Self::Challenge(challenge.into()),
            Conclusion::Session(tokens) => tokens.into(),
        }
    }
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
