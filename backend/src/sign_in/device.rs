//! `DEVICE_SRP_AUTH` and `DEVICE_PASSWORD_VERIFIER`: a device proves that it is the one that was
//! confirmed.
//!
//! # Steps
//! ```text
//! a remembered device that has met one of the present second factors, where the pool challenges new devices:
//!     first factor -> DEVICE_SRP_AUTH -> DEVICE_PASSWORD_VERIFIER -> everything proved
//! any other remembered device:
//!     first factor -> second factor, if any -> DEVICE_SRP_AUTH -> DEVICE_PASSWORD_VERIFIER -> proved
//! a device that is not remembered: no challenge; the session is bound to its key all the same
//! ```
//!
//! # Security model
//! SRP as for passwords, with the device's verifier and with group key and key in the place of pool and
//! user. Both challenges are steps that are answered once, the second one right or wrong; its block is
//! bound to it. Whether the device may stand in for a second factor is asked again at the end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::password::not_a_number;
use super::{Challenge, Next, PendingStep, Proof, Proved, Through, incorrect, invalid_session};
use crate::app::{AppState, Caller};
use crate::devices::{self, Device};
use crate::error::ApiError;
use crate::mfa;
use crate::second_factor::ProvedFactor;
use crate::srp::{self, Block, SrpError, Subject};
use crate::users::{self, Status, User, decoy};

const AUTH: &str = "DEVICE_SRP_AUTH";
const VERIFIER: &str = "DEVICE_PASSWORD_VERIFIER";

/// The device of this key that a request of `name` says it comes from. Pools that track none do not look.
///
/// # Errors
/// `ResourceNotFoundException` for a key that is not a device of theirs.
pub async fn named(
    state: &AppState,
    through: Through<'_>,
    name: Option<&str>,
    key: Option<&str>,
) -> Result<Option<Device>, ApiError> {
    let pool = through.pool;
    let is_tracked = pool.settings.device_configuration().is_some();
    let (Some(key), Some(name), true) = (key, name, is_tracked) else {
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

/// Asks the device of this request to prove itself in the place of a second factor, if it may.
pub(super) async fn instead_of_second_factor(
    state: &AppState,
    through: Through<'_>,
    user: &User,
) -> Result<Option<Challenge>, ApiError> {
    let device = through.device;
    let Some(device) = device else {
        return Ok(None);
    };
    check_owner(device, user)?;
    let current = mfa::current_generation(state, through.pool, user).await?;
    if !device.stands_in_for_second_factor(through.pool, current.as_ref()) {
        return Ok(None);
    }
    let memory = Memory {
        key: device.key.clone(),
        stands_in: true,
        second_factor: None,
    };
    ask(state, through, user, device, &memory, None)
        .await
        .map(Some)
}

/// The last thing to prove: the device of this request, if it is remembered and did not prove itself
/// yet. `handle` is the one of the step that was answered.
///
/// # Errors
/// For no fault of the caller's.
pub async fn after_everything(
    state: &AppState,
    through: Through<'_>,
    mut proved: Proved,
    handle: Option<&str>,
) -> Result<Next, ApiError> {
    let Some(device) = through.device.filter(|_| proved.device_key.is_none()) else {
        return Ok(Next::Proved(proved));
    };
    if !device.is_remembered {
        check_owner(device, &proved.user)?;
        proved.device_key = Some(device.key.clone());
        return Ok(Next::Proved(proved));
    }
    let memory = Memory {
        key: device.key.clone(),
        stands_in: false,
        second_factor: proved.second_factor,
    };
    ask(state, through, &proved.user, device, &memory, handle)
        .await
        .map(Next::Challenge)
}

/// Answers `DEVICE_SRP_AUTH`.
///
/// # Errors
/// `InvalidParameterException` for a hostile `A`, `NotAuthorizedException` for a step that is not this
/// user's, `ResourceNotFoundException` for another device than the step's.
pub async fn answer_srp(
    state: &AppState,
    through: Through<'_>,
    session: Option<&str>,
    username: &str,
    srp_a: &str,
) -> Result<Next, ApiError> {
    let a_public = srp::client_public(srp_a).ok_or_else(not_a_number)?;
    let step = PendingStep::find(state, through, AUTH, session).await?;
    let user = step
        .user_named(state, through, username, Status::Confirmed)
        .await?;
    let (device, _) = device_of(through, &step, &user)?;
    let next = step
        .follow(state, through, (&user).into(), VERIFIER, &step.memory)
        .await?;
    let subject = Subject {
        pool_id: &through.pool.id,
        audience: &audience(through),
        username: &device.key,
        sign_in_name: binding(&next.hash())?,
        verifier: device.verifier.element(),
        verifier_version: 0,
    };
    let salt = device.verifier.salt().iter();
    let salt = salt.map(|byte| format!("{byte:02x}")).collect();
    let challenge = srp::Challenge::new(&state.sealer, subject, a_public, state.clock.now())
        .map_err(|error| ApiError::internal(&error))?;
    Ok(Next::Challenge(Challenge {
        name: VERIFIER,
        parameters: BTreeMap::from([
            ("SALT".into(), salt),
            ("SRP_B".into(), challenge.b_public),
            ("SECRET_BLOCK".into(), challenge.secret_block),
            ("DEVICE_KEY".into(), device.key.clone()),
            ("USERNAME".into(), user.username),
        ]),
        session: Some(next),
        available: Vec::new(),
    }))
}

/// Answers `DEVICE_PASSWORD_VERIFIER`. The step is spent whatever comes of it.
///
/// # Errors
/// `NotAuthorizedException` for every wrong answer, `ResourceNotFoundException` for another device than
/// the step's, and for one that was forgotten meanwhile.
pub async fn answer_verifier(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    session: Option<&str>,
    proof: Proof<'_>,
) -> Result<Next, ApiError> {
    let step = PendingStep::find(state, through, VERIFIER, session).await?;
    let user = step
        .user_named(state, through, proof.username, Status::Confirmed)
        .await?;
    let (device, memory) = device_of(through, &step, &user)?;
    step.spend_now(state).await?;
    let (pool, now) = (through.pool, state.clock.now());
    let block = Block::open(
        &state.sealer,
        &pool.id,
        &audience(through),
        proof.secret_block,
        now,
    );
    let block = block
        .filter(|block| block.username == device.key)
        .ok_or_else(incorrect)?;
    if block.sign_in_name != binding(step.id())? || !srp::is_fresh(proof.timestamp, now) {
        return Err(incorrect());
    }
    let is_proved = block
        .proves(
            &device.group_key(state),
            device.verifier.element(),
            proof.secret_block,
            proof.timestamp,
            proof.signature,
        )
        .map_err(|error| ApiError::internal(&SrpError::from(error)))?;
    if !is_proved {
        return Err(incorrect());
    }
    if memory.stands_in {
        let current = mfa::current_generation(state, pool, &user).await?;
        if !device.stands_in_for_second_factor(pool, current.as_ref()) {
            return Err(invalid_session());
        }
    }
    let second_factor = memory.second_factor.as_ref();
    let known = device.clone();
    known
        .authenticated(
            state,
            caller,
            second_factor.map(|proved| &proved.generation),
        )
        .await?;
    Ok(Next::Proved(Proved {
        user: Box::new(user),
        second_factor: memory.second_factor,
        device_key: Some(memory.key),
        vouched_by: None,
    }))
}

/// What both steps remember.
#[derive(Serialize, Deserialize)]
struct Memory {
    key: String,
    /// Whether the proof replaces a second factor.
    stands_in: bool,
    /// The second factor that was proved before.
    second_factor: Option<ProvedFactor>,
}

async fn ask(
    state: &AppState,
    through: Through<'_>,
    user: &User,
    device: &Device,
    memory: &Memory,
    handle: Option<&str>,
) -> Result<Challenge, ApiError> {
    check_owner(device, user)?;
    let memory = serde_json::to_vec(memory).map_err(|error| ApiError::internal(&error))?;
    let session =
        PendingStep::begin_again(state, through, user.into(), AUTH, &memory, handle).await?;
    Ok(Challenge {
        name: AUTH,
        parameters: BTreeMap::new(),
        session: Some(session),
        available: Vec::new(),
    })
}

/// The device of the request, which must be the one that the step is about.
fn device_of<'a>(
    through: Through<'a>,
    step: &PendingStep,
    user: &User,
) -> Result<(&'a Device, Memory), ApiError> {
    let memory: Memory =
        serde_json::from_slice(&step.memory).map_err(|error| ApiError::internal(&error))?;
    let device = through
        .device
        .ok_or_else(|| ApiError::invalid_parameter("Missing required parameter DEVICE_KEY"))?;
    check_owner(device, user)?;
    if device.key != memory.key || !device.is_remembered {
        return Err(devices::unknown());
    }
    Ok((device, memory))
}

fn check_owner(device: &Device, user: &User) -> Result<(), ApiError> {
    let is_owner = device.pool_id == user.pool_id && device.username == user.username;
    is_owner.then_some(()).ok_or_else(devices::unknown)
}

/// Blocks of devices are no blocks of passwords, nor the other way round.
fn audience(through: Through<'_>) -> String {
    format!("device {}", through.audience())
}

/// What binds a block to its step.
fn binding(id: &[u8]) -> Result<[u8; 32], ApiError> {
    id.try_into()
        .map_err(|_| ApiError::internal_error("A handle's hash has another length."))
}
