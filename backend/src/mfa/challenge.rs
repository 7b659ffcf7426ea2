//! The challenges `SMS_MFA`, `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP` and `SELECT_MFA_TYPE`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Decision, Enrolment, Factor, asked_for, decide, generation_of, set_up};
use crate::app::{AppState, Caller};
use crate::challenges::{
    Challenge, Next, Parameters, PendingStep, Through, invalid as invalid_session,
};
use crate::error::ApiError;
use crate::limits::{self, Gate, Guess, Hourly};
use crate::messages::{self, Composing, Notice, Purpose};
use crate::pools::IdentifierAttribute;
use crate::random;
use crate::second_factor::{Generation, ProvedFactor};
use crate::users::{self, Destination, Medium, SaveError, Status, User};

const SELECT: &str = "SELECT_MFA_TYPE";

/// The member of `ChallengeResponses` that a factor's code comes in.
#[must_use]
pub fn response_name(factor: Factor) -> &'static str {
    match factor {
        Factor::Sms => "SMS_MFA_CODE",
        Factor::SoftwareToken => "SOFTWARE_TOKEN_MFA_CODE",
        Factor::Email => "EMAIL_OTP_CODE",
    }
}

/// Asks for a code of one factor, and sends it if it is one that is sent. `after` is the step that
/// led here, which is spent.
pub(super) async fn ask(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    user: &User,
    enrolment: &Enrolment,
    factor: Factor,
    after: Option<&PendingStep>,
) -> Result<Challenge, ApiError> {
    let attribute = match factor {
        Factor::SoftwareToken => {
            let mut parameters =
                BTreeMap::from([("USER_ID_FOR_SRP".into(), user.username.clone())]);
            let name = enrolment.totp().map(|totp| totp.device_name.clone());
            if let Some(name) = name.filter(|name| !name.is_empty()) {
                parameters.insert("FRIENDLY_DEVICE_NAME".into(), name);
            }
            return challenge(state, through, user, factor.name(), parameters, &[], after).await;
        }
        Factor::Sms => IdentifierAttribute::PhoneNumber,
        Factor::Email => IdentifierAttribute::Email,
    };
    let to = Destination::of(attribute, &user.attributes)
        .ok_or_else(|| ApiError::internal_error("A code has nowhere to go."))?;
    send(state, caller, through, user, to, after, false).await
}

/// Asks for a code that is sent to a new e-mail address, which `MFA_SETUP` was answered with.
pub(super) async fn ask_at_new_address(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    user: &User,
    address: &str,
    set_up: &PendingStep,
) -> Result<Challenge, ApiError> {
    let to = Destination {
        attribute: IdentifierAttribute::Email,
        value: address.to_owned(),
    };
    send(state, caller, through, user, to, Some(set_up), true).await
}

async fn send(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    user: &User,
    to: Destination,
    after: Option<&PendingStep>,
    sets_up: bool,
) -> Result<Challenge, ApiError> {
    let pool = through.pool;
    let factor = match to.medium() {
        Medium::Sms => Factor::Sms,
        Medium::Email => Factor::Email,
    };
    limits::count(state, caller, Hourly::MfaCode, &pool.id, &user.username)
        .await
        .map_err(|error| ApiError::too_many_requests(error.message))?;
    let code = Zeroizing::new(format!("{:06}", random::below(1_000_000)?));
    let sent = SentCode {
        hmac: hmac(state, user, factor, &code),
        attribute: to.attribute,
        address: to.value.clone(),
        sets_up,
    };
    let memory = serde_json::to_vec(&sent).map_err(|error| ApiError::internal(&error))?;
    let parameters = BTreeMap::from([
        ("USER_ID_FOR_SRP".into(), user.username.clone()),
        (
            "CODE_DELIVERY_DELIVERY_MEDIUM".into(),
            to.medium_name().to_owned(),
        ),
        ("CODE_DELIVERY_DESTINATION".into(), to.masked()),
    ]);
    let asked = challenge(
        state,
        through,
        user,
        factor.name(),
        parameters,
        &memory,
        after,
    )
    .await?;
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
    messages::send(state, notice, Composing::Now).await?;
    Ok(asked)
}

/// Asks which factor somebody wants to use.
pub(super) async fn ask_which(
    state: &AppState,
    through: Through<'_>,
    user: &User,
    factors: &[Factor],
) -> Result<Challenge, ApiError> {
    let names = serde_json::to_string(factors).map_err(|error| ApiError::internal(&error))?;
    let parameters = BTreeMap::from([
        ("USER_ID_FOR_SRP".into(), user.username.clone()),
        ("MFAS_CAN_CHOOSE".into(), names),
    ]);
    challenge(state, through, user, SELECT, parameters, &[], None).await
}

/// Answers `SELECT_MFA_TYPE`: the chosen factor's challenge follows.
///
/// # Errors
/// `NotAuthorizedException` for a step that is not this user's, `InvalidParameterException` for a
/// factor that was not among those to choose from: the step stays open.
pub async fn choose(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    session: Option<&str>,
    username: &str,
    answer: &str,
) -> Result<Next, ApiError> {
    let step = PendingStep::find(state, through, SELECT, session).await?;
    let user = step
        .user_named(state, through, username, Status::Confirmed)
        .await?;
    let enrolment = Enrolment::find(state, &user).await?;
    // The model's text says EMAIL_MFA, its clients send EMAIL_OTP.
    let name = if answer == "EMAIL_MFA" {
        Factor::Email.name()
    } else {
        answer
    };
    let factor = match decide(&through.pool.mfa, &user, &enrolment) {
        Decision::Choose(factors) => Factor::of(name).filter(|factor| factors.contains(factor)),
        // What there is to choose from has changed meanwhile.
        _ => return Err(invalid_session()),
    };
    let factor =
        factor.ok_or_else(|| ApiError::invalid_parameter("ANSWER is not one of the MFA types."))?;
    let asked = ask(
        state,
        caller,
        through,
        &user,
        &enrolment,
        factor,
        Some(&step),
    )
    .await?;
    Ok(Next::Challenge(asked))
}

/// Takes a code.
///
/// # Errors
/// `CodeMismatchException` for a wrong one, which leaves the step open five times;
/// `ExpiredCodeException` for a TOTP code that was used before; `NotAuthorizedException` for a step
/// that is not this user's, and while there is a wait.
pub async fn answer(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    factor: Factor,
    session: Option<&str>,
    username: &str,
    code: &str,
) -> Result<Next, ApiError> {
    let step = PendingStep::find(state, through, factor.name(), session).await?;
    let user = step
        .user_named(state, through, username, Status::Confirmed)
        .await?;
    let gate = Gate::enter(
        state,
        caller,
        Guess::MfaCode,
        &through.pool.id,
        &user.username,
    )
    .await?;
    step.count_try(state).await?;
    let taken = take(state, through, &step, user, factor, code).await;
    // A right code that does not count, used before or meant for another address, is no success.
    gate.leave(taken.is_ok()).await?;
    let (user, generation) = taken?;
    Ok(Next::proved_with(
        user,
        Some(ProvedFactor { factor, generation }),
    ))
}

async fn take(
    state: &AppState,
    through: Through<'_>,
    step: &PendingStep,
    user: User,
    factor: Factor,
    code: &str,
) -> Result<(User, Generation), ApiError> {
    let enrolment = Enrolment::find(state, &user).await?;
    if factor == Factor::SoftwareToken {
        let now = state.clock.now();
        let totp = enrolment.totp();
        let totp_step = totp.and_then(|totp| totp.secret.matching_step(code, now));
        let totp_step = totp_step.ok_or_else(mismatch)?;
        check_is_asked_for(through, &user, &enrolment, factor)?;
        enrolment.use_totp(state, totp_step, step).await?;
        let generation = generation_of(state, through.pool, &user, &enrolment);
        return Ok((user, generation));
    }
    let sent: SentCode =
        serde_json::from_slice(&step.memory).map_err(|error| ApiError::internal(&error))?;
    if !bool::from(hmac(state, &user, factor, code).ct_eq(&sent.hmac)) {
        return Err(mismatch());
    }
    if sent.sets_up {
        return set_up::finish_with_email(state, through, step, user, sent.into()).await;
    }
    check_is_asked_for(through, &user, &enrolment, factor)?;
    let user = spend(state, through, step, user, &sent.into()).await?;
    let generation = generation_of(state, through.pool, &user, &enrolment);
    Ok((user, generation))
}

/// Spends the step. The code also proves its address, which is verified now if it was not. Whoever
/// reads an address that is the user's no longer proves nothing.
async fn spend(
    state: &AppState,
    through: Through<'_>,
    step: &PendingStep,
    mut user: User,
    to: &Destination,
) -> Result<User, ApiError> {
    let is_current = user.attributes.get(to.attribute.name()) == Some(&to.value);
    if !is_current {
        return Err(invalid_session());
    }
    if user.has_verified(to.attribute) {
        step.spend_now(state).await?;
        return Ok(user);
    }
    user.mark_verified(to);
    match users::save(state, through.pool, &mut user, Some(step.spend())).await {
        Ok(()) => Ok(user),
        Err(SaveError::AlreadySpent) => Err(invalid_session()),
        Err(error) => Err(error.into()),
    }
}

/// What was asked for may not be enough any more: another factor was turned on meanwhile.
fn check_is_asked_for(
    through: Through<'_>,
    user: &User,
    enrolment: &Enrolment,
    factor: Factor,
) -> Result<(), ApiError> {
    let is_asked_for = asked_for(&through.pool.mfa, user, enrolment).contains(&factor);
    is_asked_for.then_some(()).ok_or_else(invalid_session)
}

/// What a step remembers of a code that was sent.
#[derive(Serialize, Deserialize)]
struct SentCode {
    hmac: [u8; 32],
    attribute: IdentifierAttribute,
    address: String,
    /// Whether it is a code of `MFA_SETUP`.
    sets_up: bool,
}

impl From<SentCode> for Destination {
    fn from(sent: SentCode) -> Self {
        Self {
            attribute: sent.attribute,
            value: sent.address,
        }
    }
}

async fn challenge(
    state: &AppState,
    through: Through<'_>,
    user: &User,
    name: &'static str,
    parameters: Parameters,
    memory: &[u8],
    after: Option<&PendingStep>,
) -> Result<Challenge, ApiError> {
    let owner = user.into();
    let session = match after {
        None => PendingStep::begin(state, through, owner, name, memory).await?,
        Some(step) => step.follow(state, through, owner, name, memory).await?,
    };
    Ok(Challenge {
        name,
        parameters,
        available: Vec::new(),
        session: Some(session),
    })
}

fn hmac(state: &AppState, user: &User, factor: Factor, code: &str) -> [u8; 32] {
    let parts = [&user.pool_id, &user.username, factor.name(), code].map(str::as_bytes);
    state.sealer.derive("mfa code", &parts)
}

fn mismatch() -> ApiError {
    ApiError::code_mismatch("Invalid code received for user")
}
