//! Limits on attempts: wrong passwords, wrong codes, requests for codes.
//!
//! # Security model
//! Everything is counted per user **and** address together: somebody far away who guesses blocks
//! himself, not the person. An IPv6 address counts by its /48, which anybody can have: neighbours
//! in it share a counter only for one and the same account. Codes have six digits, so tries of them
//! are also counted over all addresses, codes that were sent again included. Users who do not
//! exist are counted under their decoy's name, so that limits tell nothing either. Keys are
//! keyed hashes.
//!
//! Counters are in the database and hold across processes. Within one process, guesses that share a
//! counter wait for each other ([`Gate`]), those at a second factor wherever they come from: else a
//! burst of requests could all pass the check before the first failure is counted.
//!
//! What one code or one challenge endures is counted beside it: `codes` (`MOST_ATTEMPTS`),
//! `challenges::PendingStep` (`MOST_TRIES`). These limits are about an account, over all its codes.
//!
//! # Limits
//! Somebody with very many addresses gets as many tries of a password. Somebody with a dozen can
//! spend an account's `TRIES_EVERYWHERE` or `SIGN_IN_CODES_EVERYWHERE` and so hold up a recovery, a
//! confirmation, or a sign-in without the password; who also has
//! the password, its `MFA_FAILURES_EVERYWHERE`, and so hold up a sign-in with a second factor.

mod rate;
mod turn;

use std::net::IpAddr;

use crate::app::{AppState, Caller};
use crate::error::ApiError;
use turn::Turn;

pub use rate::AddressRate;

/// Wrong passwords before the first wait.
const FREE_FAILURES: i64 = 5;
/// The longest wait, and how long a key must be quiet to be forgotten.
const QUIET_MILLIS: i64 = 15 * 60 * 1000;
const HOUR_MILLIS: i64 = 3_600_000;
/// Tries of an account's codes an hour from all addresses together: 1 in 200 to guess one in a day.
const TRIES_EVERYWHERE: i64 = 200;

/// Codes that one account is sent an hour to sign in with, from all addresses together: five tries each, of
/// eight digits. 1 in 14,000 to guess one in a day, and no flood of messages.
const SIGN_IN_CODES_EVERYWHERE: i64 = 60;

/// Wrong codes of a second factor from all addresses together before the account waits an hour. Whoever
/// tries them has the password. 1 in 280 to guess a TOTP code in a day, of which three count at a time.
const MFA_FAILURES_EVERYWHERE: i64 = 50;

/// Codes that one address asks for in an hour, for whomever: each leaves a row, also where nobody is known.
const CODES_FROM_HERE: i64 = 3000;

/// Sign-ups an hour that one address of mail or telephone endures, from all addresses together.
const SIGN_UPS_EVERYWHERE: i64 = 60;

/// Something a user may do so many times an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hourly {
    /// Make an account, by where its code goes: 20.
    SignUp,
    /// Try a sign-up code: 15.
    ConfirmSignUp,
    /// Try a code for an attribute: 15.
    VerifyAttribute,
    /// Ask for a sign-up code again: 5.
    ResendCode,
    /// Ask for a code for an attribute: 5.
    AttributeCode,
    /// Ask for a code to prove oneself on the account page: 5.
    ProofCode,
    /// Try such a code: 15.
    ConfirmProof,
    /// Ask for a recovery code: 5.
    ForgotPassword,
    /// Try a recovery code: 20.
    ConfirmForgotPassword,
    /// Be sent a code of a second factor: 20.
    MfaCode,
    /// Be sent a code to sign in with: 20.
    SignInCode,
    /// Begin a sign-in on the login domain, whoever it will be: 1,000.
    LoginTransaction,
    /// Go to another identity provider from a page of ours, whoever it will be: 1,000.
    WayToProvider,
    /// Begin a sign-in that waits for a choice or a challenge, whoever it will be: 1,000.
    SignInStep,
    /// Become a guest of an identity pool, whoever it is: 1,000.
    Guest,
    /// Bring a login about which a provider is asked, in vain, to an identity pool, whoever it is: 1,000.
    AskedLogin,
    /// Bring one and the same login of that kind: 60, however good it is, as somebody else answers each time.
    SameLogin,
    /// Begin to register a passkey: 50.
    PasskeyRegistration,
    /// Give the old password wrongly when changing it: 5.
    ChangePassword,
}

impl Hourly {
    fn limit(self) -> i64 {
        match self {
            Self::ConfirmSignUp | Self::VerifyAttribute | Self::ConfirmProof => 15,
            Self::ResendCode
            | Self::AttributeCode
            | Self::ProofCode
            | Self::ForgotPassword
            | Self::ChangePassword => 5,
            Self::SignUp | Self::ConfirmForgotPassword | Self::MfaCode | Self::SignInCode => 20,
            Self::SameLogin => 60,
            Self::PasskeyRegistration => 50,
            Self::LoginTransaction
            | Self::WayToProvider
            | Self::SignInStep
            | Self::Guest
            | Self::AskedLogin => 1000,
        }
    }

    /// How often an hour from all addresses together, where that is limited, too.
    fn limit_everywhere(self) -> Option<i64> {
        match self {
            Self::ConfirmSignUp
            | Self::VerifyAttribute
            | Self::ConfirmProof
            | Self::ConfirmForgotPassword => Some(TRIES_EVERYWHERE),
            Self::SignInCode => Some(SIGN_IN_CODES_EVERYWHERE),
            Self::SignUp => Some(SIGN_UPS_EVERYWHERE),
            Self::ResendCode
            | Self::AttributeCode
            | Self::ProofCode
            | Self::ForgotPassword
            | Self::MfaCode
            | Self::LoginTransaction
            | Self::WayToProvider
            | Self::SignInStep
            | Self::Guest
            | Self::AskedLogin
            | Self::SameLogin
            | Self::PasskeyRegistration
            | Self::ChangePassword => None,
        }
    }

    /// How often an hour one address may do it for all users together, where that is limited, too.
    fn limit_from_here(self) -> Option<i64> {
        matches!(
            self,
            Self::ResendCode | Self::AttributeCode | Self::ProofCode | Self::ForgotPassword
        )
        .then_some(CODES_FROM_HERE)
    }

    fn purpose(self) -> &'static str {
        match self {
            Self::SignUp => "SignUp",
            Self::ConfirmSignUp => "ConfirmSignUp",
            Self::VerifyAttribute => "VerifyUserAttribute",
            Self::ResendCode => "ResendConfirmationCode",
            Self::AttributeCode => "GetUserAttributeVerificationCode",
            Self::ProofCode => "ProofCode",
            Self::ConfirmProof => "ConfirmProof",
            Self::ForgotPassword => "ForgotPassword",
            Self::ConfirmForgotPassword => "ConfirmForgotPassword",
            Self::MfaCode => "MfaCode",
            Self::SignInCode => "SignInCode",
            Self::LoginTransaction => "LoginTransaction",
            Self::WayToProvider => "WayToProvider",
            Self::SignInStep => "SignInStep",
            Self::Guest => "Guest",
            Self::AskedLogin => "AskedLogin",
            Self::SameLogin => "SameLogin",
            Self::PasskeyRegistration => "PasskeyRegistration",
            Self::ChangePassword => "ChangePassword",
        }
    }
}

/// Counts an attempt. `username` is the real user name, or the decoy's.
///
/// # Errors
/// `LimitExceededException` when there were too many within an hour of the first.
pub async fn count(
    state: &AppState,
    caller: &Caller,
    action: Hourly,
    pool_id: &str,
    username: &str,
) -> Result<(), ApiError> {
    let (store, now) = (&state.store, state.clock.now_millis());
    let here = key(state, caller, action.purpose(), pool_id, username);
    let mut is_exceeded = store.count_attempt(&here, now, HOUR_MILLIS).await? > action.limit();
    // What was refused here is no try, so nobody uses up everybody's from one address.
    if let Some(limit) = action.limit_everywhere().filter(|_| !is_exceeded) {
        let parts = [action.purpose(), pool_id, username].map(str::as_bytes);
        let everywhere = state.sealer.derive("attempts everywhere", &parts);
        is_exceeded = store.count_attempt(&everywhere, now, HOUR_MILLIS).await? > limit;
    }
    if let Some(limit) = action.limit_from_here().filter(|_| !is_exceeded) {
        let here = key(state, caller, "codes", pool_id, "");
        is_exceeded = store.count_attempt(&here, now, HOUR_MILLIS).await? > limit;
    }
    if is_exceeded {
        return Err(ApiError::limit_exceeded(
            "Attempt limit exceeded, please try after some time.",
        ));
    }
    Ok(())
}

/// Forgets the attempts of an action that succeeded.
///
/// # Errors
/// For no fault of the caller's.
pub async fn forget(
    state: &AppState,
    caller: &Caller,
    action: Hourly,
    pool_id: &str,
    username: &str,
) -> Result<(), ApiError> {
    let key = key(state, caller, action.purpose(), pool_id, username);
    Ok(state.store.forget_attempts(&key).await?)
}

/// Takes one attempt back that has succeeded, of those that only failures are to use up.
///
/// # Errors
/// For no fault of the caller's.
pub async fn take_back(
    state: &AppState,
    caller: &Caller,
    action: Hourly,
    pool_id: &str,
    username: &str,
) -> Result<(), ApiError> {
    let key = key(state, caller, action.purpose(), pool_id, username);
    Ok(state.store.take_back_attempt(&key).await?)
}

/// What is guessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    /// A password.
    Password,
    /// A code of a second factor, by somebody who has the password.
    MfaCode,
    /// An answer to a challenge of the pool's own triggers.
    CustomAnswer,
    /// A code that signs in by itself.
    SignInCode,
}

/// Permission to check one guess at one user. Holding it keeps other guesses waiting that it is counted
/// with.
#[derive(Debug)]
pub struct Gate<'a> {
    state: &'a AppState,
    key: [u8; 32],
    everywhere: Option<[u8; 32]>,
    has_failures: bool,
    _turn: Turn,
}

impl<'a> Gate<'a> {
    /// Waits for its turn and asks whether this user may be tried from this address now. `username`
    /// is the real user name, or the decoy's.
    ///
    /// # Errors
    /// `NotAuthorizedException: ... attempts exceeded` during a wait; that does not make the wait
    /// longer. `TooManyRequestsException` where eight wait for their turn already.
    pub async fn enter(
        state: &'a AppState,
        caller: &Caller,
        guess: Guess,
        pool_id: &str,
        username: &str,
    ) -> Result<Self, ApiError> {
        let (purpose, refusal) = match guess {
            Guess::Password => ("password", "Password attempts exceeded"),
            Guess::SignInCode => ("sign-in code", "Verification code attempts exceeded"),
            Guess::CustomAnswer => ("custom answer", "Challenge attempts exceeded"),
            Guess::MfaCode => ("mfa code", "Verification code attempts exceeded"),
        };
        let key = key(state, caller, purpose, pool_id, username);
        let parts = [purpose, pool_id, username].map(str::as_bytes);
        let everywhere =
            (guess == Guess::MfaCode).then(|| state.sealer.derive("attempts everywhere", &parts));
        let widest = everywhere.as_ref().unwrap_or(&key);
        let _turn = Turn::wait(*widest)
            .await
            .ok_or_else(|| ApiError::too_many_requests("Too many requests"))?;
        let now = state.clock.now_millis();
        let blocked_until = state.store.blocked_until(&key).await?;
        let mut is_blocked = blocked_until.is_some_and(|until| until > now);
        if let Some(everywhere) = &everywhere {
            let until = state.store.blocked_until(everywhere).await?;
            is_blocked |= until.is_some_and(|until| until > now);
        }
        if is_blocked {
            return Err(ApiError::not_authorized(refusal));
        }
        Ok(Self {
            state,
            key,
            everywhere,
            has_failures: blocked_until.is_some(),
            _turn,
        })
    }

    /// Counts what came of it. From the fifth failure on there is a wait of 1 s, then 2, 4, ... up
    /// to 15 minutes; a success, or 15 quiet minutes, begins anew. What is counted over all addresses
    /// is forgotten after a quiet hour only: a person's own success must not help who guesses.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn leave(self, is_right: bool) -> Result<(), ApiError> {
        let store = &self.state.store;
        if !is_right {
            let now = self.state.clock.now_millis();
            store
                .count_failure(&self.key, now, QUIET_MILLIS, wait_millis)
                .await?;
            if let Some(everywhere) = &self.everywhere {
                store
                    .count_failure(everywhere, now, HOUR_MILLIS, wait_everywhere_millis)
                    .await?;
            }
        } else if self.has_failures {
            store.forget_attempts(&self.key).await?;
        }
        Ok(())
    }
}

fn wait_everywhere_millis(failures: i64) -> i64 {
    if failures < MFA_FAILURES_EVERYWHERE {
        0
    } else {
        HOUR_MILLIS
    }
}

fn wait_millis(failures: i64) -> i64 {
    if failures < FREE_FAILURES {
        return 0;
    }
    // 2^10 s are more than the longest wait already.
    let doublings = (failures - FREE_FAILURES).min(10);
    (1000 << doublings).min(QUIET_MILLIS)
}

/// What counts as one address: of IPv6 the /48, which anybody can have.
fn network(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(_) => address.octets(),
            None => {
                let mut network = address.octets();
                network[6..].fill(0);
                network
            }
        },
    }
}

fn key(
    state: &AppState,
    caller: &Caller,
    purpose: &str,
    pool_id: &str,
    username: &str,
) -> [u8; 32] {
    let address = network(caller.peer);
    let parts = [
        purpose.as_bytes(),
        pool_id.as_bytes(),
        username.as_bytes(),
        &address,
    ];
    state.sealer.derive("attempts", &parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_begin_with_the_fifth_failure_double_and_end_at_15_minutes() {
        assert_eq!([0, 1, 4].map(wait_millis), [0, 0, 0]);
        assert_eq!([5, 6, 7, 14].map(wait_millis), [1000, 2000, 4000, 512_000]);
        assert_eq!([15, 16, 1000, i64::MAX].map(wait_millis), [900_000; 4]);
    }
}
