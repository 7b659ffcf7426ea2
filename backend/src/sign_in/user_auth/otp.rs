//! The challenges `EMAIL_OTP` and `SMS_OTP` as first factor.
//!
//! # Security model
//! A code has eight digits, is an HMAC in the sealed step, and ends with it, with the right answer and
//! with the fifth wrong one. It goes to a verified address that is still the user's when the code comes
//! back. Names that nobody has, and users who cannot get in with a code, get a step with a code that
//! nobody has: the same work, and a mismatch. Sending is limited per user and address, and per user over
//! all addresses; so that is what limits guesses from many of them, at five for each message.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::super::{Next, PendingStep, Through, allowed, invalid_session};
use super::{Candidate, Person, asked, first_factors, is_named};
use crate::app::{AppState, Caller};
use crate::codes;
use crate::error::ApiError;
use crate::limits::{self, Gate, Guess, Hourly};
use crate::messages::{self, Notice, Purpose};
use crate::pools::FirstFactor;
use crate::random;
use crate::users::{self, Destination, Status, User, decoy_destination};

/// The member of `ChallengeResponses` that a factor's code comes in.
#[must_use]
pub fn response_name(factor: FirstFactor) -> &'static str {
    match factor {
        FirstFactor::SmsOtp => "SMS_OTP_CODE",
        _ => "EMAIL_OTP_CODE",
    }
}

/// Asks for a code, and sends it to whoever can get in with it.
pub(super) async fn ask(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    person: &Person<'_>,
    factor: FirstFactor,
) -> Result<Next, ApiError> {
    let (pool, username) = (through.pool, person.candidate.username());
    limits::count(state, caller, Hourly::SignInCode, &pool.id, username)
        .await
        .map_err(|error| ApiError::too_many_requests(error.message))?;
    let user = person.candidate.user.as_ref();
    let own = own_destination(user, factor);
    let choices: Vec<_> = factor.address().into_iter().collect();
    let attributes = user.map(|user| &user.attributes);
    let invented = decoy_destination(&state.sealer, pool, username, attributes, &choices);
    let to = own.as_ref().unwrap_or(&invented);
    let code = Zeroizing::new(format!("{:08}", random::below(100_000_000)?));
    let mut sent = SentCode {
        hmac: hmac(state, &pool.id, username, factor, &code),
        address: to.value.clone(),
    };
    if own.is_none() {
        random::fill(&mut sent.hmac)?;
    }
    let memory = serde_json::to_vec(&sent).map_err(|error| ApiError::internal(&error))?;
    let session = person
        .step(state, through, step_name(factor), &memory)
        .await?;
    let parameters = BTreeMap::from([
        (
            "CODE_DELIVERY_DELIVERY_MEDIUM".into(),
            to.medium_name().to_owned(),
        ),
        ("CODE_DELIVERY_DESTINATION".into(), to.masked()),
    ]);
    let (Some(user), Some(to)) = (user, own) else {
        messages::pretend(state, &pool.id).await?;
        return Ok(asked(factor.name(), parameters, session));
    };
    let notice = Notice {
        pool,
        client_id: &through.client.id,
        user,
        medium: to.medium(),
        to: &to.value,
        purpose: Purpose::Authentication,
        code: Some(&code),
        expires_at: state.clock.now() + through.client.settings.auth_session_seconds(),
        client_metadata: through.sent.client_metadata,
    };
    let composing = codes::Asked::hidden(through).composing;
    messages::send(state, notice, composing).await?;
    Ok(asked(factor.name(), parameters, session))
}

/// A code that was asked for as first factor.
pub struct Step {
    step: PendingStep,
    factor: FirstFactor,
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Step")
            .field("factor", &self.factor)
            .finish_non_exhaustive()
    }
}

impl Step {
    /// The step of a handle; `None` if it belongs to something else: a code by e-mail may be a second
    /// factor, too.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn find(
        state: &AppState,
        through: Through<'_>,
        challenge: &str,
        session: Option<&str>,
    ) -> Result<Option<Self>, ApiError> {
        let factor = [FirstFactor::EmailOtp, FirstFactor::SmsOtp]
            .into_iter()
            .find(|factor| factor.name() == challenge);
        let Some(factor) = factor else {
            return Ok(None);
        };
        match PendingStep::find(state, through, step_name(factor), session).await {
            Ok(step) => Ok(Some(Self { step, factor })),
            Err(error) if error == invalid_session() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The member of `ChallengeResponses` that the code comes in.
    #[must_use]
    pub fn response_name(&self) -> &'static str {
        response_name(self.factor)
    }

    /// Takes the code.
    ///
    /// # Errors
    /// `CodeMismatchException` for a wrong one, which leaves the step open five times;
    /// `NotAuthorizedException` for a step that is not this user's, and while there is a wait.
    pub async fn answer(
        self,
        state: &AppState,
        caller: &Caller,
        through: Through<'_>,
        username: &str,
        code: &str,
    ) -> Result<Next, ApiError> {
        let (step, pool_id) = (&self.step, &through.pool.id);
        if !is_named(state, through, step, username).await? {
            return Err(invalid_session());
        }
        let guess = Guess::SignInCode;
        let gate = Gate::enter(state, caller, guess, pool_id, &step.username).await?;
        step.count_try(state).await?;
        let taken = self.take(state, through, code).await;
        gate.leave(taken.is_ok()).await?;
        let user = taken?;
        step.spend_now(state).await?;
        allowed(state, through, user).await
    }

    async fn take(
        &self,
        state: &AppState,
        through: Through<'_>,
        code: &str,
    ) -> Result<User, ApiError> {
        let (step, factor) = (&self.step, self.factor);
        let sent: SentCode =
            serde_json::from_slice(&step.memory).map_err(|error| ApiError::internal(&error))?;
        let given = hmac(state, &through.pool.id, &step.username, factor, code);
        let is_right = bool::from(given.ct_eq(&sent.hmac));
        let user = users::find_by_username(state, through.pool, &step.username).await?;
        let candidate = Candidate::of(state, through, user, &step.username);
        let factors = first_factors::available(state, through, &candidate).await?;
        if !is_right {
            return Err(ApiError::code_mismatch("Invalid code received for user"));
        }
        // The address may be another by now, and the code may no longer be enough.
        let to = own_destination(candidate.user.as_ref(), factor);
        candidate
            .user
            .filter(|user| {
                user.verifier_version == step.verifier_version
                    && to.is_some_and(|to| to.value == sent.address)
                    && factors.contains(&factor)
            })
            .ok_or_else(invalid_session)
    }
}

/// What a step remembers.
#[derive(Serialize, Deserialize)]
struct SentCode {
    hmac: [u8; 32],
    address: String,
}

/// Where a code goes that lets this user in; `None` if none does.
fn own_destination(user: Option<&User>, factor: FirstFactor) -> Option<Destination> {
    let user = user.filter(|user| {
        let has_none = matches!(user.status, Status::Unconfirmed | Status::ExternalProvider);
        user.enabled && !has_none
    })?;
    let address = factor
        .address()
        .filter(|address| user.has_verified(*address))?;
    Destination::of(address, &user.attributes)
}

/// `EMAIL_OTP` is a second factor's challenge as well: the steps must not be taken for each other.
fn step_name(factor: FirstFactor) -> &'static str {
    match factor {
        FirstFactor::SmsOtp => "SMS_OTP as first factor",
        _ => "EMAIL_OTP as first factor",
    }
}

fn hmac(
    state: &AppState,
    pool_id: &str,
    username: &str,
    factor: FirstFactor,
    code: &str,
) -> [u8; 32] {
    let parts = [pool_id, username, factor.name(), code].map(str::as_bytes);
    state.sealer.derive("sign-in code", &parts)
}
