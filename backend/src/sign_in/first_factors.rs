//! What somebody can begin a sign-in with.
//!
//! # Security model
//! The list of a name that nobody has is what most people of the pool would have, drawn with a keyed
//! function where they differ: always the same for the same name. A user who has nothing at all gets the
//! list of everybody, which only a wrong answer follows.
//!
//! # Limits
//! Who has more or less than most is seen to be somebody: the list is theirs, by contract.

use super::Through;
use super::candidate::Candidate;
use crate::app::AppState;
use crate::error::ApiError;
use crate::mfa::{self, Requirement};
use crate::pools::{FirstFactor, IdentifierAttribute, Pool};
use crate::users::{self, Status, User};

/// What a user has of what the pool allows (`ConfiguredUserAuthFactors`).
#[must_use]
pub fn configured(pool: &Pool, user: &User) -> Vec<FirstFactor> {
    let has = |factor: FirstFactor| match factor.address() {
        Some(address) => user.has_verified(address),
        None => factor == FirstFactor::Password && user.credential.is_some(),
    };
    FirstFactor::ALL
        .into_iter()
        .filter(|factor| pool.settings.allows_first_factor(*factor) && has(*factor))
        .collect()
}

/// What somebody may sign in with now. Who needs a second factor needs the password for it: a code alone
/// is one factor.
pub(super) async fn available(
    state: &AppState,
    through: Through<'_>,
    name: &str,
    candidate: &Candidate,
) -> Result<Vec<FirstFactor>, ApiError> {
    let pool = through.pool;
    let (mut factors, is_enough) = match &candidate.user {
        Some(user) => {
            let is_enough = mfa::is_enough(state, pool, user, None).await?;
            let factors = match user.status {
                // Nothing of theirs is verified yet: the list must not say so.
                Status::Unconfirmed => of_nobody(state, pool, name),
                _ => configured(pool, user),
            };
            (factors, is_enough)
        }
        None => {
            let username = candidate.username();
            mfa::addresses(state, pool, username, None).await?;
            let is_enough = pool.mfa.requirement() != Requirement::On;
            (of_nobody(state, pool, name), is_enough)
        }
    };
    factors.retain(|factor| is_enough || *factor == FirstFactor::Password);
    if factors.is_empty() {
        factors.push(FirstFactor::Password);
    }
    Ok(factors)
}

fn of_nobody(state: &AppState, pool: &Pool, name: &str) -> Vec<FirstFactor> {
    FirstFactor::ALL
        .into_iter()
        .filter(|factor| pool.settings.allows_first_factor(*factor))
        .filter(|factor| match factor.address() {
            Some(address) => nobody_has(state, pool, name, address),
            None => *factor == FirstFactor::Password,
        })
        .collect()
}

/// Whoever signs in with an address has it. What the pool verifies by itself most people have, either
/// of two some.
fn nobody_has(state: &AppState, pool: &Pool, name: &str, address: IdentifierAttribute) -> bool {
    let settings = &pool.settings;
    let name = users::normal(pool, name);
    let names_itself = match address {
        IdentifierAttribute::Email => users::is_email(&name),
        IdentifierAttribute::PhoneNumber => users::is_phone_number(&name),
        IdentifierAttribute::PreferredUsername => false,
    };
    let mut identifiers = settings
        .username_attributes()
        .iter()
        .chain(settings.alias_attributes());
    if names_itself && identifiers.any(|identifier| *identifier == address) {
        return true;
    }
    let verified = settings.auto_verified_attributes();
    if !verified.contains(&address) {
        return false;
    }
    let parts = [&pool.id, &name, address.name()].map(str::as_bytes);
    verified.len() == 1 || state.sealer.derive("decoy factor", &parts)[0] & 1 == 0
}
