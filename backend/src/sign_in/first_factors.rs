//! What somebody can begin a sign-in with.
//!
//! # Security model
//! The list of a name that nobody has is what most people of the pool would have, drawn with a keyed
//! function where they differ: always the same for the same user name, which the name that was typed and
//! the id that a sign-in tells both lead to. A user who has nothing at all gets the
//! list of everybody, which only a wrong answer follows.
//!
//! # Limits
//! Who has more or less than most is seen to be somebody: the list is theirs, by contract.

use super::Through;
use super::candidate::Candidate;
use crate::app::AppState;
use crate::error::ApiError;
use crate::mfa::{self, Requirement};
use crate::passkeys;
use crate::pools::{FirstFactor, IdentifierAttribute, Pool};
use crate::users::{self, Status, User};

/// What a user has of what the pool allows (`ConfiguredUserAuthFactors`).
///
/// # Errors
/// For no fault of the caller's.
pub async fn configured(
    state: &AppState,
    pool: &Pool,
    user: &User,
) -> Result<Vec<FirstFactor>, ApiError> {
    let mut factors = Vec::new();
    for factor in allowed(pool) {
        let has = match (factor, factor.address()) {
            (_, Some(address)) => user.has_verified(address),
            (FirstFactor::WebAuthn, None) => {
                passkeys::has_usable(state, pool, &user.username).await?
            }
            (_, None) => user.credential.is_some(),
        };
        if has {
            factors.push(factor);
        }
    }
    Ok(factors)
}

/// What somebody may sign in with now. Who needs a second factor needs the password for it: a code alone
/// is one factor, and so is a passkey unless the pool takes it for two.
pub(super) async fn available(
    state: &AppState,
    through: Through<'_>,
    candidate: &Candidate,
) -> Result<Vec<FirstFactor>, ApiError> {
    let pool = through.pool;
    let (mut factors, is_enough) = match &candidate.user {
        Some(user) => {
            let is_enough = mfa::is_enough(state, pool, user, None).await?;
            let own = configured(state, pool, user).await?;
            let factors = match user.status {
                // Nothing of theirs is verified yet: the list must not say so.
                Status::Unconfirmed | Status::ExternalProvider => {
                    of_nobody(state, pool, &user.username, Some(user))
                }
                _ => own,
            };
            (factors, is_enough)
        }
        None => {
            let username = candidate.username();
            mfa::addresses(state, pool, username, None).await?;
            if pool.settings.allows_first_factor(FirstFactor::WebAuthn) {
                passkeys::has_usable(state, pool, username).await?;
            }
            let is_enough = pool.mfa.requirement() != Requirement::On;
            (of_nobody(state, pool, username, None), is_enough)
        }
    };
    factors.retain(|factor| match factor {
        FirstFactor::Password => true,
        FirstFactor::WebAuthn => is_enough || pool.mfa.passkeys_are_two_factors(),
        FirstFactor::EmailOtp | FirstFactor::SmsOtp => is_enough,
    });
    if factors.is_empty() {
        factors.push(FirstFactor::Password);
    }
    Ok(factors)
}

fn allowed(pool: &Pool) -> impl Iterator<Item = FirstFactor> {
    FirstFactor::ALL
        .into_iter()
        .filter(|factor| pool.settings.allows_first_factor(*factor))
}

/// What a decoy has, and a user of whom nothing is verified yet.
fn of_nobody(
    state: &AppState,
    pool: &Pool,
    username: &str,
    user: Option<&User>,
) -> Vec<FirstFactor> {
    let own = match user {
        Some(_) => None,
        None => users::decoy_address(&state.sealer, pool, username),
    };
    let signs_in_with = |address: IdentifierAttribute| match user {
        Some(user) => {
            pool.settings.username_attributes().contains(&address)
                && user.attributes.get(address.name()).is_some()
        }
        None => own.as_ref().is_some_and(|own| own.attribute == address),
    };
    allowed(pool)
        .filter(|factor| match (factor, factor.address()) {
            (_, Some(address)) => {
                nobody_has(state, pool, username, address, signs_in_with(address))
            }
            (FirstFactor::WebAuthn, None) => {
                passkeys::relying_party::id(state, pool).is_some()
                    && passkeys::assertion::nobody_has(state, pool, username)
            }
            (_, None) => true,
        })
        .collect()
}

/// Whoever signs in with an address has it. What the pool verifies by itself most people have, either
/// of two some.
fn nobody_has(
    state: &AppState,
    pool: &Pool,
    username: &str,
    address: IdentifierAttribute,
    signs_in_with: bool,
) -> bool {
    let settings = &pool.settings;
    let mut identifiers = settings
        .username_attributes()
        .iter()
        .chain(settings.alias_attributes());
    if signs_in_with && identifiers.any(|identifier| *identifier == address) {
        return true;
    }
    let verified = settings.auto_verified_attributes();
    if !verified.contains(&address) {
        return false;
    }
    let parts = [&pool.id, username, address.name()].map(str::as_bytes);
    verified.len() == 1 || state.sealer.derive("decoy factor", &parts)[0] & 1 == 0
}
