//! Proving a password: by SRP, or by sending it.

use std::collections::BTreeMap;

use cognate_core::secret::Password;

use super::candidate::Candidate;
use super::{Next, Through, after_password, incorrect};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::limits::{Gate, Guess};
use crate::migration;
use crate::srp::{self, BLOCK_SECONDS, Block, Challenge, SrpError, Subject, is_fresh};
use crate::users::{self, User};

/// `USER_SRP_AUTH`: answers the challenge `PASSWORD_VERIFIER`, for a user who exists or not.
///
/// # Errors
/// `InvalidParameterException` for a hostile `A`; `UserNotFoundException` only where the client
/// wants it.
pub async fn begin_srp(
    state: &AppState,
    through: Through<'_>,
    name: &str,
    srp_a: &str,
) -> Result<Next, ApiError> {
    let a_public = srp::client_public(srp_a).ok_or_else(not_a_number)?;
    let candidate = Candidate::find(state, through, name).await?;
    let credential = candidate.credential();
    let subject = Subject {
        pool_id: &through.pool.id,
        audience: &through.audience(),
        username: candidate.username(),
        sign_in_name: name_hash(state, through, name),
        verifier: &credential.verifier,
        verifier_version: candidate.verifier_version(),
    };
    let challenge = Challenge::new(&state.sealer, subject, a_public, state.clock.now())
        .map_err(|error| ApiError::internal(&error))?;
    let username = candidate.username().to_owned();
    let salt = credential
        .salt
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(Next::Challenge(super::Challenge {
        name: "PASSWORD_VERIFIER",
        parameters: BTreeMap::from([
            ("SALT".into(), salt),
            ("SRP_B".into(), challenge.b_public),
            ("SECRET_BLOCK".into(), challenge.secret_block),
            ("USERNAME".into(), username.clone()),
            ("USER_ID_FOR_SRP".into(), username),
        ]),
        available: Vec::new(),
        session: None,
    }))
}

/// The answer to `PASSWORD_VERIFIER`: the strings as they were sent.
#[derive(Clone, Copy)]
pub struct Proof<'a> {
    /// `USERNAME`: the name of the challenge, or the one that was typed.
    pub username: &'a str,
    /// `PASSWORD_CLAIM_SECRET_BLOCK`
    pub secret_block: &'a str,
    /// `PASSWORD_CLAIM_SIGNATURE`
    pub signature: &'a str,
    /// `TIMESTAMP`
    pub timestamp: &'a str,
}

impl std::fmt::Debug for Proof<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proof")
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}

/// Checks the answer to `PASSWORD_VERIFIER`. Its block is spent whatever comes of it.
///
/// # Errors
/// `NotAuthorizedException` in the same words for every wrong answer.
pub async fn answer_password_verifier(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    proof: Proof<'_>,
) -> Result<Next, ApiError> {
    let user = prove(state, caller, through, proof).await?;
    after_password(state, caller, through, user).await
}

/// The user whose password was proved.
pub(super) async fn prove(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    proof: Proof<'_>,
) -> Result<User, ApiError> {
    let (pool_id, now) = (&through.pool.id, state.clock.now());
    let block = Block::open(
        &state.sealer,
        pool_id,
        &through.audience(),
        proof.secret_block,
        now,
    )
    .ok_or_else(incorrect)?;
    // Nobody answers a block later than this, so its id may be forgotten then.
    if !state
        .store
        .spend_id(&block.id, block.issued_at + BLOCK_SECONDS + 1)
        .await?
    {
        return Err(incorrect());
    }
    let is_same_user = proof.username == block.username
        || name_hash(state, through, proof.username) == block.sign_in_name;
    if !is_same_user || !is_fresh(proof.timestamp, now) {
        return Err(incorrect());
    }
    let gate = Gate::enter(state, caller, Guess::Password, pool_id, &block.username).await?;
    let user = users::find_by_username(state, through.pool, &block.username).await?;
    let candidate = Candidate::of(state, through, user, &block.username);
    let is_proved = block
        .proves(
            srp::pool_name(pool_id),
            &candidate.credential().verifier,
            proof.secret_block,
            proof.timestamp,
            proof.signature,
        )
        .map_err(|error| ApiError::internal(&SrpError::from(error)))?;
    let user = candidate
        .with_password()
        .filter(|user| is_proved && user.verifier_version == block.verifier_version);
    gate.leave(user.is_some()).await?;
    user.ok_or_else(incorrect)
}

/// `USER_PASSWORD_AUTH` and `ADMIN_USER_PASSWORD_AUTH`: checks a password that was sent.
///
/// # Errors
/// `NotAuthorizedException` in the same words for a wrong password and an unknown user; what `migration`
/// refuses with.
pub async fn check_password(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    name: &str,
    password: &Password,
) -> Result<Next, ApiError> {
    let candidate = if migration::is_on(through.pool) {
        // Who is not here may be known elsewhere.
        let user = users::find(state, through.pool, name).await?;
        Candidate::of(state, through, user, name)
    } else {
        Candidate::find(state, through, name).await?
    };
    let user = prove_by_sending(state, caller, through, candidate, name, password).await?;
    after_password(state, caller, through, user).await
}

/// The user whose password was sent. Somebody whom nobody here knows may be known elsewhere by `name` and
/// the password.
pub(super) async fn prove_by_sending(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    candidate: Candidate,
    name: &str,
    password: &Password,
) -> Result<User, ApiError> {
    let pool_id = &through.pool.id;
    let username = candidate.username();
    let gate = Gate::enter(state, caller, Guess::Password, pool_id, username).await?;
    // As they are now: while this one waited, the password may have been changed.
    let user = users::find_by_username(state, through.pool, username).await?;
    let candidate = Candidate::of(state, through, user, username);
    let username = candidate.username();
    let credential = candidate.credential();
    let is_right = credential.matches(pool_id, username, password.secret())?;
    let is_unknown = candidate.user.is_none();
    let mut user = candidate.with_password().filter(|_| is_right);
    if is_unknown && migration::is_on(through.pool) {
        user = migration::migrate(state, through, name, Some(password)).await?;
    }
    gate.leave(user.is_some()).await?;
    user.ok_or_else(|| {
        if is_unknown && !through.hides_existence() {
            users::not_found()
        } else {
            incorrect()
        }
    })
}

/// For an `A` that no client sends.
pub(super) fn not_a_number() -> ApiError {
    ApiError::invalid_parameter("SRP_A is not a number of the protocol.")
}

fn name_hash(state: &AppState, through: Through<'_>, name: &str) -> [u8; 32] {
    let name = users::normal(through.pool, name);
    state.sealer.lookup("sign-in name", &through.pool.id, &name)
}
