//! Signing in: `InitiateAuth` and `RespondToAuthChallenge`, and their admin variants.
//!
//! # Steps
//! ```text
//! USER_SRP_AUTH                                -> PASSWORD_VERIFIER -> password proved
//! USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH ----------------------> password proved
//! password proved: disabled, unconfirmed, reset required -> refused
//!                  temporary password                    -> NEW_PASSWORD_REQUIRED -> tokens
//!                  otherwise                             -> tokens
//! ```
//!
//! # Security model
//! A user's state is told only after the right password. Users who do not exist take the same path
//! with a decoy (`users::decoy`): the same statements, the same exponentiations, the same answers.
//! Guesses are limited per user and address together (`limits`).
//!
//! # Limits
//! The flows `USER_AUTH` and `CUSTOM_AUTH`, MFA and devices do not exist yet: they are refused by
//! name.

mod new_password;
mod password;
mod secret_hash;
mod step;

use std::collections::BTreeMap;

pub use new_password::answer as answer_new_password;
pub use password::{Proof, answer_password_verifier, begin_srp, check_password};
pub use secret_hash::{check_client_secret, check_secret_hash};
pub use step::{Handle, PendingStep};

use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::{Client, Pool};
use crate::sessions::{self, Tokens};
use crate::users::{Status, User};

/// The app client that signs somebody in, and its pool.
#[derive(Debug, Clone, Copy)]
pub struct Through<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// The client.
    pub client: &'a Client,
}

impl<'a> From<&'a (Pool, Client)> for Through<'a> {
    fn from((pool, client): &'a (Pool, Client)) -> Self {
        Self { pool, client }
    }
}

/// What the service answers: something to do next, or tokens.
#[derive(Debug)]
pub enum Next {
    /// A challenge.
    Challenge {
        /// Its name.
        name: &'static str,
        /// What the client needs to answer it.
        parameters: BTreeMap<&'static str, String>,
        /// The handle to send back; `PASSWORD_VERIFIER` has none.
        session: Option<Handle>,
    },
    /// Signed in.
    Tokens(Tokens),
}

/// What follows a right password.
///
/// # Errors
/// `NotAuthorizedException`, `UserNotConfirmedException` or `PasswordResetRequiredException`, by
/// the user's state.
pub async fn after_password(
    state: &AppState,
    through: Through<'_>,
    user: &User,
) -> Result<Next, ApiError> {
    if !user.enabled {
        return Err(ApiError::not_authorized("User is disabled."));
    }
    match user.status {
        Status::Unconfirmed => Err(ApiError::user_not_confirmed("User is not confirmed.")),
        Status::ResetRequired => Err(ApiError::password_reset_required(
            "Password reset required for the user",
        )),
        Status::ForceChangePassword => new_password::require(state, through, user).await,
        Status::Confirmed => sessions::start(state, through.pool, through.client, user)
            .await
            .map(Next::Tokens),
    }
}

/// `NotAuthorizedException` for every wrong name, password or proof.
#[must_use]
pub fn incorrect() -> ApiError {
    ApiError::not_authorized("Incorrect username or password.")
}
