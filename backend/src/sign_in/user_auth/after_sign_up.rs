//! The first sign-in right after the sign-up, without asking for the password again.
//!
//! # Steps
//! 1. `SignUp` gives a handle ([`begin`]), if the client has `USER_AUTH`.
//! 2. `ConfirmSignUp` takes it with the code and gives another one ([`confirmed`]).
//! 3. `InitiateAuth` with `USER_AUTH` takes that one, once ([`sign_in`]).
//!
//! A user whom the trigger `PreSignUp` confirmed needs no second step: `SignUp` gives the handle of the
//! third. Where codes to the same address are a first factor, the code alone is enough for the second: Amplify
//! does not send the first handle.
//!
//! # Security model
//! Each handle works once, for this user, client and pool, for `AuthSessionValidity`. The first one alone
//! is worth nothing: whoever signs somebody else up and never sees the code does not get in when that
//! person confirms. A handle stands for the password: a required second factor is still asked for.

use super::super::{Next, PendingStep, Through, after_password};
use crate::app::{AppState, Caller};
use crate::challenges::Origin;
use crate::error::ApiError;
use crate::opaque_secret::OpaqueSecret;
use crate::pools::{ExplicitAuthFlow, FirstFactor, IdentifierAttribute, Pool};
use crate::users::{Status, User};

const SIGNED_UP: &str = "signed up";
const CONFIRMED: &str = "confirmed";

/// What a sign-up leaves behind; `None` if the client could not use it.
///
/// # Errors
/// For no fault of the caller's.
pub async fn begin(
    state: &AppState,
    through: Through<'_>,
    user: &User,
) -> Result<Option<OpaqueSecret>, ApiError> {
    if !is_for(through) {
        return Ok(None);
    }
    let step = match user.status {
        Status::Confirmed => CONFIRMED,
        _ => SIGNED_UP,
    };
    let handle = PendingStep::begin(state, through, user.into(), step, &[]).await?;
    Ok(Some(handle))
}

/// What a confirmation leaves behind that proved this attribute. A handle that is not this sign-up's, or has
/// expired, is no reason not to confirm: it leaves nothing.
///
/// # Errors
/// For no fault of the caller's.
pub async fn confirmed(
    state: &AppState,
    through: Through<'_>,
    session: Option<&str>,
    proved: IdentifierAttribute,
    user: &User,
) -> Result<Option<OpaqueSecret>, ApiError> {
    if !is_for(through) {
        return Ok(None);
    }
    let is_enough = match session {
        Some(session) => is_of_sign_up(state, through, session, user).await,
        None => signs_in(through.pool, proved),
    };
    if !is_enough {
        return Ok(None);
    }
    let handle = PendingStep::begin(state, through, user.into(), CONFIRMED, &[]).await?;
    Ok(Some(handle))
}

/// `InitiateAuth` with the handle of a confirmation.
///
/// # Errors
/// `NotAuthorizedException` if it is not this user's, was used or has expired, and what follows the
/// password refuses with.
pub async fn sign_in(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    session: &str,
    name: &str,
) -> Result<Next, ApiError> {
    let step = PendingStep::find(state, through, CONFIRMED, Some(session)).await?;
    let user = step
        .user_named(state, through, name, Status::Confirmed)
        .await?;
    step.spend_now(state).await?;
    after_password(state, caller, through, user).await
}

fn is_for(through: Through<'_>) -> bool {
    let settings = &through.client.settings;
    through.origin == Origin::Api && settings.allows(ExplicitAuthFlow::AllowUserAuth)
}

/// Takes the handle of the sign-up.
async fn is_of_sign_up(state: &AppState, through: Through<'_>, session: &str, user: &User) -> bool {
    let Ok(step) = PendingStep::find(state, through, SIGNED_UP, Some(session)).await else {
        return false;
    };
    step.username == user.username
        && step.verifier_version == user.verifier_version
        && step.spend_now(state).await.is_ok()
}

/// Whether somebody who reads what is sent there could sign in with it anyway.
fn signs_in(pool: &Pool, address: IdentifierAttribute) -> bool {
    FirstFactor::ALL.into_iter().any(|factor| {
        factor.address() == Some(address) && pool.settings.allows_first_factor(factor)
    })
}
