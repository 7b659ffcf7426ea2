//! Second factors: what comes after a right password.
//!
//! # Steps
//! ```text
//! pool OFF ------------------------------------------------------------> proved
//! factors turned on: the preferred one, or the only one -> its challenge -> proved
//!                    several, none preferred -> SELECT_MFA_TYPE -> the chosen one's challenge
//!                    none of them can be used -> MFAMethodNotFoundException, never less than before
//! none turned on:    pool OPTIONAL ------------------------------------> proved
//!                    pool ON: a phone number or a verified e-mail address that codes can go to
//!                             counts as if it were turned on; without one -> MFA_SETUP
//! MFA_SETUP: AssociateSoftwareToken and VerifySoftwareToken with its handle, or an e-mail address
//!            whose code then comes back as EMAIL_OTP
//! ```
//! [`next`] decides; [`challenge`] asks for codes and takes them; [`set_up`] is `MFA_SETUP` and the
//! association of authenticator apps; [`preference`] turns factors on and off.
//!
//! # Security model
//! - Nothing here is read, and nobody learns anything of it, before the password is right.
//! - A TOTP secret is sealed; a code of it counts once ([`totp`]). Codes that are sent are six
//!   digits, an HMAC in the sealed step, and end with it.
//! - A step is spent by the right answer and after five tries. Wrong codes of all steps together
//!   bring waits per user and address, and per user over all addresses (`limits`); sending is
//!   limited, too.
//! - An address that codes go to is no way to recover the password, too: whoever reads the mail would
//!   have both. A new one counts when it is verified, and it cannot be removed.
//! - A temporary password alone gives an account no such address either, nor takes one away
//!   ([`fixed_addresses`]).
//! - Codes by e-mail go to a verified address only. A text message may go to a number that was not
//!   verified yet: the code that comes back verifies it.
//!
//! # Limits
//! Devices, which may stand in for a second factor, are `sign_in::device`. A passkey that counts as two factors
//! is asked for first (`sign_in::user_auth`).

pub mod challenge;
mod enrolment;
mod generation;
pub mod preference;
pub mod set_up;
mod totp;

pub use enrolment::{Enrolment, Totp};
pub use generation::current_generation;
pub use totp::TotpSecret;

pub use crate::pools::{Factor, PoolMfa, PoolMfaChange, Requirement};

use crate::app::{AppState, Caller};
use crate::challenges::{Next, Through};
use crate::error::ApiError;
use crate::pools::{IdentifierAttribute, Pool};
use crate::second_factor::ProvedFactor;
use crate::users::User;
use generation::generation_of;

/// What follows when a user has proved the password.
///
/// # Errors
/// `MFAMethodNotFoundException` if none of the factors that the user turned on can be used,
/// `TooManyRequestsException` if too many codes were sent.
pub async fn next(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    user: User,
) -> Result<Next, ApiError> {
    let mfa = &through.pool.mfa;
    if mfa.requirement() == Requirement::Off {
        return Ok(Next::proved(user));
    }
    let enrolment = Enrolment::find(state, &user).await?;
    let asked = match decide(mfa, &user, &enrolment) {
        Decision::Proved => return Ok(Next::proved(user)),
        Decision::Ask(factor) => {
            challenge::ask(state, caller, through, &user, &enrolment, factor, None).await?
        }
        Decision::Choose(factors) => challenge::ask_which(state, through, &user, &factors).await?,
        Decision::SetUp(factors) => set_up::ask(state, through, &user, &factors).await?,
        Decision::Unusable => {
            return Err(ApiError::mfa_method_not_found(
                "None of the user's MFA methods can be used.",
            ));
        }
    };
    Ok(Next::Challenge(asked))
}

/// Whether the password and this second factor, proved some time ago, are what a sign-in of this user
/// would ask for now. A factor that was proved before the user's factors changed does not count.
///
/// # Errors
/// For no fault of the caller's.
pub async fn is_enough(
    state: &AppState,
    pool: &Pool,
    user: &User,
    second_factor: Option<&ProvedFactor>,
) -> Result<bool, ApiError> {
    if pool.mfa.requirement() == Requirement::Off {
        return Ok(true);
    }
    let enrolment = Enrolment::find(state, user).await?;
    Ok(match decide(&pool.mfa, user, &enrolment) {
        Decision::Proved => true,
        Decision::Ask(_) | Decision::Choose(_) => second_factor.is_some_and(|proved| {
            proved.generation == generation_of(state, pool, user, &enrolment)
        }),
        Decision::SetUp(_) | Decision::Unusable => false,
    })
}

/// What a user who has proved the password must do.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    Proved,
    Ask(Factor),
    Choose(Vec<Factor>),
    SetUp(Vec<Factor>),
    Unusable,
}

fn decide(mfa: &PoolMfa, user: &User, enrolment: &Enrolment) -> Decision {
    let asked_for = asked_for(mfa, user, enrolment);
    if asked_for.is_empty() {
        if mfa.requirement() != Requirement::On {
            return Decision::Proved;
        }
        // A phone number cannot be given while signing in.
        let offered = Factor::ALL.into_iter().filter(|factor| mfa.offers(*factor));
        let (phone, others): (Vec<_>, Vec<_>) = offered.partition(|factor| *factor == Factor::Sms);
        return Decision::SetUp(if others.is_empty() { phone } else { others });
    }
    let usable = asked_for.into_iter();
    let usable: Vec<Factor> = usable
        .filter(|factor| is_usable(*factor, user, enrolment))
        .collect();
    match (usable.as_slice(), enrolment.preferred()) {
        ([], _) => Decision::Unusable,
        (several, Some(preferred)) if several.contains(&preferred) => Decision::Ask(preferred),
        ([only], _) => Decision::Ask(*only),
        _ => Decision::Choose(usable),
    }
}

/// The factors that a sign-in of this user asks for: those turned on, or, where everybody needs one
/// and nothing is turned on, those that can be used without being set up.
fn asked_for(mfa: &PoolMfa, user: &User, enrolment: &Enrolment) -> Vec<Factor> {
    let offered = || Factor::ALL.into_iter().filter(|factor| mfa.offers(*factor));
    let on: Vec<Factor> = offered()
        .filter(|factor| enrolment.is_on(*factor))
        .collect();
    if !on.is_empty() || mfa.requirement() != Requirement::On {
        return on;
    }
    offered()
        .filter(|factor| is_usable(*factor, user, enrolment))
        .collect()
}

/// The addresses that codes of this user's second factors go to. They are not good for the recovery of
/// the password as well, and change only when the new one is verified. For a name without a user the
/// answer takes as long.
///
/// # Errors
/// For no fault of the caller's.
pub async fn addresses(
    state: &AppState,
    pool: &Pool,
    username: &str,
    user: Option<&User>,
) -> Result<Vec<IdentifierAttribute>, ApiError> {
    if pool.mfa.requirement() == Requirement::Off {
        return Ok(Vec::new());
    }
    let Some(user) = user else {
        state.store.user_factors(&pool.id, username).await?;
        return Ok(Vec::new());
    };
    let enrolment = Enrolment::find(state, user).await?;
    let addresses = asked_for(&pool.mfa, user, &enrolment).into_iter();
    Ok(addresses.filter_map(Factor::address).collect())
}

/// The addresses that somebody who has proved nothing but a password may not give the account, change
/// or remove: those that codes go to, and where everybody needs a second factor also those that would
/// count as one beside what there is. Somebody who has no second factor yet may give a first address,
/// not replace one.
///
/// # Errors
/// For no fault of the caller's.
pub async fn fixed_addresses(
    state: &AppState,
    pool: &Pool,
    user: &User,
) -> Result<Vec<IdentifierAttribute>, ApiError> {
    if pool.mfa.requirement() == Requirement::Off {
        return Ok(Vec::new());
    }
    let enrolment = Enrolment::find(state, user).await?;
    let asked_for = asked_for(&pool.mfa, user, &enrolment);
    // With something turned on, a new address does not count by itself.
    let is_on = |factor: &Factor| enrolment.is_on(*factor);
    let counts_by_itself =
        pool.mfa.requirement() == Requirement::On && !asked_for.iter().any(is_on);
    let factors = Factor::ALL.into_iter().filter(|factor| {
        enrolment.is_on(*factor)
            || counts_by_itself
                && pool.mfa.offers(*factor)
                && (!asked_for.is_empty() || has_address(*factor, user))
    });
    Ok(factors.filter_map(Factor::address).collect())
}

fn has_address(factor: Factor, user: &User) -> bool {
    let address = factor.address();
    address.is_some_and(|address| user.attributes.get(address.name()).is_some())
}

/// Whether a code of this factor can reach or be made by the user.
fn is_usable(factor: Factor, user: &User, enrolment: &Enrolment) -> bool {
    match factor {
        Factor::SoftwareToken => enrolment.totp().is_some(),
        Factor::Sms => user.attributes.get("phone_number").is_some(),
        Factor::Email => user.has_verified(IdentifierAttribute::Email),
    }
}

#[cfg(test)]
mod tests;
