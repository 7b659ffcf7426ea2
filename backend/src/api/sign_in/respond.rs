//! `RespondToAuthChallenge` and its admin variant.

use cognate_core::secret::Password;
use serde::Deserialize;

use super::{AuthAnswer, Texts, device_of, given_with, required, username_of};
use crate::app::{AppState, Caller};
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::mfa::{self, Factor};
use crate::pools::{find_client, find_client_of};
use crate::sign_in::user_auth::{self, Choice, otp, passkey};
use crate::sign_in::{
    self, Answered, Next, Proof, Through, Tracking, answer_new_password, answer_password_verifier,
    check_secret_hash, conclude,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::api) struct RespondToAuthChallengeRequest {
    client_id: String,
    challenge_name: String,
    session: Option<String>,
    #[serde(default)]
    challenge_responses: Texts,
    client_metadata: Option<ClientMetadata>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::api) struct AdminRespondToAuthChallengeRequest {
    user_pool_id: String,
    #[serde(flatten)]
    request: RespondToAuthChallengeRequest,
}

impl RespondToAuthChallengeRequest {
    /// The same with what the app sent along.
    pub(in crate::api) fn told<'a>(&'a self, through: Through<'a>) -> Through<'a> {
        through.telling(self.client_metadata.as_ref())
    }
}

/// `RespondToAuthChallenge`
pub(in crate::api) async fn respond_to_auth_challenge(
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
pub(in crate::api) async fn admin_respond_to_auth_challenge(
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
    let concluded = conclude(
        state,
        caller,
        request.told(through),
        next,
        answered,
        tracking,
    )
    .await?;
    Ok(concluded.into())
}

/// Takes the answer to a challenge, whoever may give it.
pub(in crate::api) async fn next_step(
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

/// The answer to a challenge of SRP.
fn proof_of<'a>(username: &'a str, given: &'a Texts) -> Result<Proof<'a>, ApiError> {
    Ok(Proof {
        username,
        secret_block: required(given, "PASSWORD_CLAIM_SECRET_BLOCK")?,
        signature: required(given, "PASSWORD_CLAIM_SIGNATURE")?,
        timestamp: required(given, "TIMESTAMP")?,
    })
}
