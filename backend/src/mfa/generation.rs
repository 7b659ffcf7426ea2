//! Which [`Generation`] a user's second factors are of.
//!
//! # Security model
//! It ends with every factor that is turned on, replaced or taken away, and with every change of an address that
//! codes go to, whoever made it. Nobody who writes the database can make one up.

use super::{Enrolment, Requirement, asked_for};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;
use crate::second_factor::Generation;
use crate::users::User;

/// The current one of a user whom a sign-in asks for a second factor; `None` for who needs none.
///
/// # Errors
/// For no fault of the caller's.
pub async fn current_generation(
    state: &AppState,
    pool: &Pool,
    user: &User,
) -> Result<Option<Generation>, ApiError> {
    if pool.mfa.requirement() == Requirement::Off {
        return Ok(None);
    }
    let enrolment = Enrolment::find(state, user).await?;
    let is_asked = !asked_for(&pool.mfa, user, &enrolment).is_empty();
    Ok(is_asked.then(|| generation_of(state, pool, user, &enrolment)))
}

/// The one of these factors.
pub(super) fn generation_of(
    state: &AppState,
    pool: &Pool,
    user: &User,
    enrolment: &Enrolment,
) -> Generation {
    let changes = enrolment.changes().to_be_bytes();
    let mut parts = vec![
        user.pool_id.as_bytes(),
        user.username.as_bytes(),
        user.sub.as_bytes(),
        &changes,
    ];
    for factor in asked_for(&pool.mfa, user, enrolment) {
        let address = factor.address();
        let address = address.and_then(|address| user.attributes.get(address.name()));
        parts.push(factor.name().as_bytes());
        parts.push(address.unwrap_or_default().as_bytes());
    }
    Generation::new(state.sealer.derive("factor generation", &parts))
}
