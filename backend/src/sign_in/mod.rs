//! Signing in: `InitiateAuth` and `RespondToAuthChallenge`, and their admin variants.
//!
//! # Steps
//! ```text
//! USER_SRP_AUTH                                -> PASSWORD_VERIFIER -> password proved
//! USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH ----------------------> password proved
//! password proved: disabled, unconfirmed, reset required -> refused
//!                  temporary password, not too old       -> NEW_PASSWORD_REQUIRED -> second factor
//!                  otherwise                             -> second factor
//! CUSTOM_AUTH (`custom`): what the pool's triggers ask for -> everything proved; with the password
//!                  among it, as after the password
//! USER_AUTH (`user_auth`): the choice of a first factor: the password as above, a code by e-mail or text
//!                  message, or what a confirmed sign-up left behind
//! second factor (`mfa`): none needed, or its challenges answered -> everything proved
//!                  a remembered device may prove itself instead, or has to do so at the end (`device`)
//! ```
//! Whoever has proved everything to the JSON API gets a session (`conclusion`); on the login domain it is a code
//! (`oauth::completion`).
//!
//! # Security model
//! A user's state is told only after the right password. Users who do not exist take the same path
//! with a decoy (`users::decoy`): the same statements, the same exponentiations, the same answers.
//! Guesses are limited per user and address together (`limits`). Handles and `SECRET_BLOCK`s are bound
//! to their [`Origin`]: what the JSON API asked is not answered on the login domain, nor the other way
//! round, nor in another login transaction.

mod auth_flow;
mod candidate;
mod conclusion;
pub mod custom;
pub mod device;
pub mod first_factors;
mod new_password;
mod password;
mod secret_hash;
pub mod user_auth;

pub use auth_flow::{AuthFlow, SignInFlow, UnknownFlow};
pub use conclusion::{Answered, Conclusion, Tracking, conclude};
pub use new_password::answer as answer_new_password;
pub use password::{Proof, answer_password_verifier, begin_srp, check_password};
pub use secret_hash::{check_client_secret, check_secret_hash};

pub use crate::challenges::{
    Challenge, Next, Origin, Owner, Parameters, PendingStep, Proved, Through,
    invalid as invalid_session,
};

use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::lambda_config::Trigger;
use crate::mfa;
use crate::triggers::Source;
use crate::triggers::pre_authentication::pre_authentication;
use crate::users::{self, Status, User};

/// Asks the trigger `PreAuthentication` whether a sign-in of this name may begin.
///
/// # Errors
/// What the trigger throws.
pub async fn announce(state: &AppState, through: Through<'_>, name: &str) -> Result<(), ApiError> {
    let pool = through.pool;
    if pool.settings.hook(Trigger::PreAuthentication).is_none() {
        return Ok(());
    }
    let user = users::find(state, pool, name).await?;
    if user.is_none() && !through.hides_existence() {
        return Ok(());
    }
    let username = user.as_ref().map_or_else(
        || users::decoy(&state.sealer, pool, name).username,
        |user| user.username.clone(),
    );
    let occasion = through.occasion(&username, Source::PreAuthentication);
    let (hides, validation_data) = (through.hides_existence(), through.sent.validation_data);
    pre_authentication(state, occasion, user.as_ref(), hides, validation_data).await
}

/// What follows a right password.
///
/// # Errors
/// `NotAuthorizedException`, `UserNotConfirmedException` or `PasswordResetRequiredException`, by
/// the user's state, and what `mfa::next` refuses with.
pub async fn after_password(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    user: User,
) -> Result<Next, ApiError> {
    match allowed(state, through, user).await? {
        Next::Proved(proved) => {
            refuse_expired_password(state, &proved.user)?;
            second_factor(state, caller, through, *proved.user).await
        }
        asked => Ok(asked),
    }
}

/// What follows the first factor: the second one, or a device in its place.
async fn second_factor(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    user: User,
) -> Result<Next, ApiError> {
    if let Some(asked) = device::instead_of_second_factor(state, through, &user).await? {
        return Ok(Next::Challenge(asked));
    }
    mfa::next(state, caller, through, user).await
}

/// What follows when somebody has proved to be this user: nothing, or a new password.
async fn allowed(state: &AppState, through: Through<'_>, user: User) -> Result<Next, ApiError> {
    if !user.enabled {
        return Err(ApiError::not_authorized("User is disabled."));
    }
    match user.status {
        Status::Unconfirmed => Err(ApiError::user_not_confirmed("User is not confirmed.")),
        Status::ResetRequired => Err(ApiError::password_reset_required(
            "Password reset required for the user",
        )),
        Status::ForceChangePassword => {
            refuse_old_temporary_password(state, through, &user)?;
            new_password::require(state, through, &user).await
        }
        // Nothing of theirs can be proved here.
        Status::ExternalProvider => Err(incorrect()),
        Status::Confirmed => Ok(Next::proved(user)),
    }
}

/// `NotAuthorizedException` for every wrong name, password or proof.
#[must_use]
pub fn incorrect() -> ApiError {
    ApiError::not_authorized("Incorrect username or password.")
}

/// Where the operator wants passwords to end: who signs in with an old one recovers the account first.
fn refuse_expired_password(state: &AppState, user: &User) -> Result<(), ApiError> {
    let Some(lifetime) = state.config.password_seconds(&user.pool_id) else {
        return Ok(());
    };
    let now = state.clock.now();
    let credential = user.credential.as_ref();
    if credential.is_some_and(|credential| credential.set_at.saturating_add(lifetime) <= now) {
        return Err(ApiError::password_reset_required(
            "Password reset required for the user",
        ));
    }
    Ok(())
}

/// Whatever else was proved: an invitation that nobody took up in time is none any more.
fn refuse_old_temporary_password(
    state: &AppState,
    through: Through<'_>,
    user: &User,
) -> Result<(), ApiError> {
    let lifetime = through.pool.settings.temporary_password_seconds();
    let is_old = user
        .credential
        .as_ref()
        .is_some_and(|credential| credential.set_at + lifetime <= state.clock.now());
    if is_old {
        return Err(ApiError::not_authorized(
            "Temporary password has expired and must be reset by an administrator.",
        ));
    }
    Ok(())
}
