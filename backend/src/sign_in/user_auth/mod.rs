//! `USER_AUTH`: whoever signs in chooses with what.
//!
//! # Steps
//! ```text
//! PREFERRED_CHALLENGE that this user has -> that challenge, or with PASSWORD or SRP_A its answer at once
//! none, or one they do not have          -> SELECT_CHALLENGE with AvailableChallenges
//! SELECT_CHALLENGE: ANSWER names one     -> as with PREFERRED_CHALLENGE
//! PASSWORD       -> PASSWORD                       -> after the password
//! PASSWORD_SRP   -> SRP_A -> PASSWORD_VERIFIER     -> after the password
//! EMAIL_OTP, SMS_OTP (`otp`): the code that was sent -> everything proved, or NEW_PASSWORD_REQUIRED
//! WEB_AUTHN (`passkey`): a signature of the browser   -> everything proved, or NEW_PASSWORD_REQUIRED
//! Session of ConfirmSignUp (`after_sign_up`)       -> after the password
//! ```
//!
//! # Security model
//! - Names that nobody has take the same way (`first_factors`, `otp`): the same choice, codes that are
//!   never sent, and answers that are wrong.
//! - A code or a passkey is one factor. Who needs a second one is offered the password only, and a step
//!   that was begun before that is void. A passkey is two where the pool says so.
//! - A wrong password leaves a step open, five times; waits are those of every password (`limits`).
//! - `PASSWORD_VERIFIER` is the one of `USER_SRP_AUTH`: it proves as much, and its block needs no handle.

pub mod after_sign_up;
mod choice;
pub mod otp;
pub mod passkey;

use std::collections::BTreeMap;

use cognate_core::secret::Password;

pub use choice::Choice;

use super::candidate::Candidate;
use super::password::prove_by_sending;
use super::{
    Challenge, Next, Parameters, PendingStep, Through, after_password, begin_srp, first_factors,
    invalid_session,
};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::opaque_secret::OpaqueSecret;
use crate::pools::FirstFactor;

const SELECT: &str = "SELECT_CHALLENGE";

/// What a choice may bring with it, so that it is answered at once.
#[derive(Debug, Default)]
pub struct Given<'a> {
    /// `PASSWORD`
    pub password: Option<Password>,
    /// `SRP_A`
    pub srp_a: Option<&'a str>,
}

/// Begins a sign-in.
///
/// # Errors
/// What the preferred challenge refuses with if it was answered at once; `InvalidParameterException` for
/// a challenge that is no first factor; `UserNotFoundException` only where the client wants it.
pub async fn begin(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    name: &str,
    preferred: Option<&str>,
    given: Given<'_>,
) -> Result<Next, ApiError> {
    let preferred = preferred
        .map(|preferred| Choice::of("PREFERRED_CHALLENGE", preferred))
        .transpose()?;
    let candidate = Candidate::find(state, through, name).await?;
    let factors = first_factors::available(state, through, &candidate).await?;
    let person = Person {
        name,
        candidate,
        after: None,
    };
    match preferred.filter(|choice| factors.contains(&choice.factor())) {
        Some(choice) => person.take(state, caller, through, choice, given).await,
        None => person.ask_which(state, through, &factors).await,
    }
}

/// Takes the answer to `SELECT_CHALLENGE`. A wrong password that came with it leaves the choice open.
///
/// # Errors
/// `InvalidParameterException` for what was not among the choices, `NotAuthorizedException` for a step that
/// is not this user's, and what the chosen challenge refuses with.
pub async fn choose(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    session: Option<&str>,
    username: &str,
    answer: &str,
    given: Given<'_>,
) -> Result<Next, ApiError> {
    let step = PendingStep::find(state, through, SELECT, session).await?;
    let name = name_of(&step)?;
    let person = Person::of(state, through, &step, &name, username).await?;
    let factors = first_factors::available(state, through, &person.candidate).await?;
    let choice = Choice::of("ANSWER", answer)?;
    if !factors.contains(&choice.factor()) {
        return Err(ApiError::invalid_parameter(
            "ANSWER is not one of the available challenges.",
        ));
    }
    person.take(state, caller, through, choice, given).await
}

/// Takes the answer to `PASSWORD` or `PASSWORD_SRP`.
///
/// # Errors
/// `NotAuthorizedException` for a wrong password, which leaves the step open, and for a step that is not
/// this user's.
pub async fn answer(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    choice: Choice,
    session: Option<&str>,
    username: &str,
    given: Given<'_>,
) -> Result<Next, ApiError> {
    let step = PendingStep::find(state, through, choice.name(), session).await?;
    let name = name_of(&step)?;
    let person = Person::of(state, through, &step, &name, username).await?;
    person.take(state, caller, through, choice, given).await
}

/// Who signs in: the name that was typed, whom it stands for, and the step that led here.
struct Person<'a> {
    name: &'a str,
    candidate: Candidate,
    after: Option<&'a PendingStep>,
}

impl<'a> Person<'a> {
    /// The person of a step, if they are as they were then and `username` names them, too.
    async fn of(
        state: &AppState,
        through: Through<'_>,
        step: &'a PendingStep,
        name: &'a str,
        username: &str,
    ) -> Result<Self, ApiError> {
        if !is_named(state, through, step, username).await? {
            return Err(invalid_session());
        }
        let candidate = Candidate::find(state, through, name).await?;
        let owner = candidate.owner();
        if owner.username != step.username || owner.verifier_version != step.verifier_version {
            return Err(invalid_session());
        }
        Ok(Self {
            name,
            candidate,
            after: Some(step),
        })
    }

    async fn take(
        self,
        state: &AppState,
        caller: &Caller,
        through: Through<'_>,
        choice: Choice,
        given: Given<'_>,
    ) -> Result<Next, ApiError> {
        match (choice, given) {
            (
                Choice::Password,
                Given {
                    password: Some(password),
                    ..
                },
            ) => {
                if let Some(step) = self.after {
                    step.count_try(state).await?;
                }
                let user =
                    prove_by_sending(state, caller, through, self.candidate, self.name, &password)
                        .await?;
                spend(state, self.after).await?;
                after_password(state, caller, through, user).await
            }
            (
                Choice::PasswordSrp,
                Given {
                    srp_a: Some(srp_a), ..
                },
            ) => {
                let asked = begin_srp(state, through, self.name, srp_a).await?;
                spend(state, self.after).await?;
                Ok(asked)
            }
            (Choice::Password | Choice::PasswordSrp, _) => {
                let session = self.remember(state, through, choice.name()).await?;
                Ok(asked(choice.name(), Parameters::new(), session))
            }
            (Choice::EmailOtp, _) => {
                self.send(state, caller, through, FirstFactor::EmailOtp)
                    .await
            }
            (Choice::WebAuthn, _) => passkey::ask(state, through, &self).await,
            (Choice::SmsOtp, _) => self.send(state, caller, through, FirstFactor::SmsOtp).await,
        }
    }

    async fn send(
        self,
        state: &AppState,
        caller: &Caller,
        through: Through<'_>,
        factor: FirstFactor,
    ) -> Result<Next, ApiError> {
        otp::ask(state, caller, through, &self, factor).await
    }

    async fn ask_which(
        &self,
        state: &AppState,
        through: Through<'_>,
        factors: &[FirstFactor],
    ) -> Result<Next, ApiError> {
        let choices = Choice::ALL
            .into_iter()
            .filter(|choice| factors.contains(&choice.factor()));
        Ok(Next::Challenge(Challenge {
            name: SELECT,
            parameters: BTreeMap::new(),
            available: choices.map(Choice::name).collect(),
            session: Some(self.remember(state, through, SELECT).await?),
        }))
    }

    /// A step that remembers the name that was typed.
    async fn remember(
        &self,
        state: &AppState,
        through: Through<'_>,
        challenge: &'static str,
    ) -> Result<OpaqueSecret, ApiError> {
        self.step(state, through, challenge, self.name.as_bytes())
            .await
    }

    async fn step(
        &self,
        state: &AppState,
        through: Through<'_>,
        challenge: &'static str,
        memory: &[u8],
    ) -> Result<OpaqueSecret, ApiError> {
        let owner = self.candidate.owner();
        match self.after {
            None => PendingStep::begin(state, through, owner, challenge, memory).await,
            Some(step) => step.follow(state, through, owner, challenge, memory).await,
        }
    }
}

/// Whether a name stands for the user of a step, or for the decoy that it belongs to.
async fn is_named(
    state: &AppState,
    through: Through<'_>,
    step: &PendingStep,
    name: &str,
) -> Result<bool, ApiError> {
    let user = crate::users::find(state, through.pool, name).await?;
    let named = Candidate::of(state, through, user, name);
    Ok(name == step.username || named.username() == step.username)
}

fn name_of(step: &PendingStep) -> Result<String, ApiError> {
    String::from_utf8(step.memory.to_vec()).map_err(|_| invalid_session())
}

async fn spend(state: &AppState, step: Option<&PendingStep>) -> Result<(), ApiError> {
    match step {
        Some(step) => step.spend_now(state).await,
        None => Ok(()),
    }
}

fn asked(name: &'static str, parameters: Parameters, session: OpaqueSecret) -> Next {
    Next::Challenge(Challenge {
        name,
        parameters,
        available: Vec::new(),
        session: Some(session),
    })
}
