//! `MFA_SETUP`, and the association of an authenticator app: `AssociateSoftwareToken` and
//! `VerifySoftwareToken`.
//!
//! # Steps
//! Signed in, by access token: the new secret waits with the user, its first right code puts it in
//! the place of the one before. Where the pool demands MFA it is turned on by that, elsewhere by
//! `SetUserMFAPreference`.
//!
//! While signing in, by the handle of `MFA_SETUP`: the secret, and then the fact that it was proved,
//! travel in the sealed steps that follow one another; the answer to `MFA_SETUP` stores it and turns
//! it on. Until then nothing of the account changes, and every step asks again whether there is still
//! nothing else to prove.
//!
//! # Limits
//! An address that the account has already can be proved here, not replaced: whoever has only the
//! password must not move the account to another address.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::enrolment::Totp;
use super::{
    Decision, Enrolment, Factor, Requirement, TotpSecret, challenge, decide, generation_of,
};
use crate::app::{AppState, Caller};
use crate::challenges::{Challenge, Next, PendingStep, Through, invalid as invalid_session};
use crate::error::ApiError;
use crate::limits::{Gate, Guess};
use crate::opaque_secret::OpaqueSecret;
use crate::pools::{IdentifierAttribute, Pool};
use crate::second_factor::{Generation, ProvedFactor};
use crate::store::Together;
use crate::tokens::Access;
use crate::users::{self, Destination, SaveError, Status, User};

const NAME: &str = "MFA_SETUP";
const LONGEST_DEVICE_NAME: usize = 256;

/// Asks somebody without a second factor to set one up.
pub(super) async fn ask(
    state: &AppState,
    through: Through<'_>,
    user: &User,
    factors: &[Factor],
) -> Result<Challenge, ApiError> {
    let memory = Memory::default().encode()?;
    let session = PendingStep::begin(state, through, user.into(), NAME, &memory).await?;
    let names = serde_json::to_string(factors).map_err(|error| ApiError::internal(&error))?;
    Ok(Challenge {
        name: NAME,
        parameters: BTreeMap::from([
            ("USER_ID_FOR_SRP".into(), user.username.clone()),
            ("MFAS_CAN_SETUP".into(), names),
        ]),
        available: Vec::new(),
        session: Some(session),
    })
}

/// Answers `MFA_SETUP`: with an e-mail address, to which a code goes, or with nothing, after the
/// authenticator app was proved.
///
/// # Errors
/// `NotAuthorizedException` for a step that is not this user's, `InvalidParameterException` if
/// nothing was set up or the address cannot be.
pub async fn answer(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    session: Option<&str>,
    username: &str,
    email: Option<&str>,
) -> Result<Next, ApiError> {
    let step = PendingStep::find(state, through, NAME, session).await?;
    let user = step
        .user_named(state, through, username, Status::Confirmed)
        .await?;
    let mut enrolment = check_is_needed(state, through.pool, &user).await?;
    if let Some(email) = email {
        check_address(through.pool, &user, email)?;
        let asked =
            challenge::ask_at_new_address(state, caller, through, &user, email, &step).await?;
        return Ok(Next::Challenge(asked));
    }
    let Memory {
        secret: Some(secret),
        device_name,
        proved_at_step: Some(totp_step),
    } = Memory::decode(&step)?
    else {
        return Err(ApiError::invalid_parameter(
            "MFA is not set up: verify a software token, or send EMAIL.",
        ));
    };
    check_is_offered(through.pool)?;
    let secret = decode_secret(&secret)?;
    enrolment.set_totp(
        Totp {
            secret,
            device_name,
        },
        totp_step,
    );
    enrolment.turn(Factor::SoftwareToken, true);
    let generation = generation_of(state, through.pool, &user, &enrolment);
    enrolment.save(state, Some(&step)).await?;
    let factor = Factor::SoftwareToken;
    Ok(Next::proved_with(
        user,
        Some(ProvedFactor { factor, generation }),
    ))
}

/// The code of an address that `MFA_SETUP` was answered with came back: the address is the user's and
/// verified, and codes to it are turned on, in one piece. Nothing that was turned on meanwhile is passed by:
/// both are stored only over what was read.
pub(super) async fn finish_with_email(
    state: &AppState,
    through: Through<'_>,
    step: &PendingStep,
    mut user: User,
    to: Destination,
) -> Result<(User, Generation), ApiError> {
    let mut enrolment = check_is_needed(state, through.pool, &user).await?;
    let own = user.attributes.get(to.attribute.name());
    if own.is_some_and(|own| *own != to.value) {
        return Err(invalid_session());
    }
    user.set_attribute(to.attribute.name(), &to.value);
    user.mark_verified(&to);
    enrolment.turn(Factor::Email, true);
    let generation = generation_of(state, through.pool, &user, &enrolment);
    let (spend, factors) = (Some(step.spend()), enrolment.into_row(state)?);
    let together = Together {
        spend,
        factors: Some(&factors),
        ..Together::default()
    };
    match users::save_with(state, through.pool, &mut user, together).await {
        Ok(()) => Ok((user, generation)),
        Err(SaveError::AlreadySpent) => Err(invalid_session()),
        Err(error) => Err(error.into()),
    }
}

/// `AssociateSoftwareToken` by the handle of `MFA_SETUP`: a new secret, and the next handle.
///
/// # Errors
/// `SoftwareTokenMFANotFoundException` if the pool has no TOTP, `NotAuthorizedException` for a step
/// that may not be answered.
pub async fn associate(
    state: &AppState,
    through: Through<'_>,
    session: Option<&str>,
) -> Result<(TotpSecret, OpaqueSecret), ApiError> {
    let step = PendingStep::find(state, through, NAME, session).await?;
    let user = step.user(state, through, Status::Confirmed).await?;
    check_is_needed(state, through.pool, &user).await?;
    check_is_offered(through.pool)?;
    let secret = TotpSecret::generate()?;
    let memory = Memory {
        secret: Some(Zeroizing::new(Base64::encode_string(secret.secret()))),
        ..Memory::default()
    };
    let next = step
        .follow(state, through, (&user).into(), NAME, &memory.encode()?)
        .await?;
    Ok((secret, next))
}

/// `VerifySoftwareToken` by the handle that came with the secret: the first code, and the next
/// handle, which answers `MFA_SETUP`.
///
/// # Errors
/// `EnableSoftwareTokenMFAException` for a wrong code, which leaves the step open five times.
pub async fn verify(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    session: Option<&str>,
    code: &str,
    device_name: &str,
) -> Result<OpaqueSecret, ApiError> {
    check_device_name(device_name)?;
    let step = PendingStep::find(state, through, NAME, session).await?;
    let user = step.user(state, through, Status::Confirmed).await?;
    check_is_needed(state, through.pool, &user).await?;
    check_is_offered(through.pool)?;
    let mut memory = Memory::decode(&step)?;
    let secret = memory.secret.as_ref().ok_or_else(not_associated)?;
    let secret = decode_secret(secret)?;
    let gate = enter(state, caller, &user).await?;
    step.count_try(state).await?;
    let totp_step = secret.matching_step(code, state.clock.now());
    gate.leave(totp_step.is_some()).await?;
    memory.proved_at_step = Some(totp_step.ok_or_else(mismatch)?);
    device_name.clone_into(&mut memory.device_name);
    step.follow(state, through, (&user).into(), NAME, &memory.encode()?)
        .await
}

/// `AssociateSoftwareToken` by access token: a new secret, which replaces one that still waits.
///
/// # Errors
/// `SoftwareTokenMFANotFoundException` if the pool has no TOTP.
pub async fn associate_signed_in(
    state: &AppState,
    access: &Access,
) -> Result<TotpSecret, ApiError> {
    check_is_offered(&access.pool)?;
    let secret = TotpSecret::generate()?;
    let mut enrolment = Enrolment::find(state, &access.user).await?;
    enrolment.associate(secret.clone());
    enrolment.save(state, None).await?;
    Ok(secret)
}

/// `VerifySoftwareToken` by access token.
///
/// # Errors
/// `EnableSoftwareTokenMFAException` for a wrong code, `NotAuthorizedException` while there is a
/// wait.
pub async fn verify_signed_in(
    state: &AppState,
    caller: &Caller,
    access: &Access,
    code: &str,
    device_name: &str,
) -> Result<(), ApiError> {
    check_device_name(device_name)?;
    check_is_offered(&access.pool)?;
    let gate = enter(state, caller, &access.user).await?;
    let mut enrolment = Enrolment::find(state, &access.user).await?;
    let secret = enrolment.pending().cloned().ok_or_else(not_associated)?;
    let totp_step = secret.matching_step(code, state.clock.now());
    gate.leave(totp_step.is_some()).await?;
    let totp = Totp {
        secret,
        device_name: device_name.to_owned(),
    };
    enrolment.set_totp(totp, totp_step.ok_or_else(mismatch)?);
    if access.pool.mfa.requirement() == Requirement::On {
        enrolment.turn(Factor::SoftwareToken, true);
    }
    enrolment.save(state, None).await
}

/// What a step of `MFA_SETUP` remembers.
#[derive(Default, Serialize, Deserialize)]
struct Memory {
    secret: Option<Zeroizing<String>>,
    device_name: String,
    proved_at_step: Option<i64>,
}

impl Memory {
    fn encode(&self) -> Result<Zeroizing<Vec<u8>>, ApiError> {
        let json = serde_json::to_vec(self).map_err(|error| ApiError::internal(&error))?;
        Ok(Zeroizing::new(json))
    }

    fn decode(step: &PendingStep) -> Result<Self, ApiError> {
        serde_json::from_slice(&step.memory).map_err(|error| ApiError::internal(&error))
    }
}

async fn enter<'a>(
    state: &'a AppState,
    caller: &Caller,
    user: &User,
) -> Result<Gate<'a>, ApiError> {
    Gate::enter(state, caller, Guess::MfaCode, &user.pool_id, &user.username).await
}

fn decode_secret(base64: &str) -> Result<TotpSecret, ApiError> {
    let bytes = Base64::decode_vec(base64)
        .map(Zeroizing::new)
        .map_err(|_| ApiError::internal_error("A step's secret is damaged."))?;
    Ok(TotpSecret::from_bytes(&bytes))
}

fn check_is_offered(pool: &Pool) -> Result<(), ApiError> {
    if pool.mfa.offers(Factor::SoftwareToken) {
        return Ok(());
    }
    Err(ApiError::software_token_mfa_not_found(
        "Software Token MFA has not been enabled by the userPool",
    ))
}

/// Something else may count as a factor meanwhile, set up by another sign-in or given by an
/// administrator: this sign-in must use it, then. Answers what the user has.
async fn check_is_needed(
    state: &AppState,
    pool: &Pool,
    user: &User,
) -> Result<Enrolment, ApiError> {
    let enrolment = Enrolment::find(state, user).await?;
    match decide(&pool.mfa, user, &enrolment) {
        Decision::SetUp(_) => Ok(enrolment),
        _ => Err(invalid_session()),
    }
}

fn check_address(pool: &Pool, user: &User, email: &str) -> Result<(), ApiError> {
    if !pool.mfa.offers(Factor::Email) {
        return Err(ApiError::invalid_parameter(
            "The user pool has no MFA by email.",
        ));
    }
    if !users::is_email(email) {
        return Err(ApiError::invalid_parameter("Invalid email address format."));
    }
    let own = user.attributes.get(IdentifierAttribute::Email.name());
    if own.is_some_and(|own| own != email) {
        return Err(ApiError::invalid_parameter(
            "Cannot modify an already provided email",
        ));
    }
    Ok(())
}

fn check_device_name(name: &str) -> Result<(), ApiError> {
    if name.chars().count() <= LONGEST_DEVICE_NAME {
        return Ok(());
    }
    Err(ApiError::invalid_parameter(
        "FriendlyDeviceName must have at most 256 characters.",
    ))
}

fn not_associated() -> ApiError {
    ApiError::software_token_mfa_not_found("No software token was associated.")
}

fn mismatch() -> ApiError {
    ApiError::enable_software_token_mfa("Code mismatch")
}
