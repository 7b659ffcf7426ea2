//! Signing in: `InitiateAuth` and `RespondToAuthChallenge`, and their admin variants.
//!
//! # Steps
//! ```text
//! USER_SRP_AUTH                                -> PASSWORD_VERIFIER -> password proved
//! USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH ----------------------> password proved
//! password proved: disabled, unconfirmed, reset required -> refused
//!                  temporary password                    -> NEW_PASSWORD_REQUIRED -> second factor
//!                  otherwise                             -> second factor
//! CUSTOM_AUTH (`custom`): what the pool's triggers ask for -> everything proved; with the password
//!                  among it, as after the password
//! second factor (`mfa`): none needed, or its challenges answered -> everything proved
//! ```
//! What somebody gets who has proved everything is not decided here: the JSON API gives tokens
//! (`sessions`), the login domain a code (`oauth`).
//!
//! # Security model
//! A user's state is told only after the right password. Users who do not exist take the same path
//! with a decoy (`users::decoy`): the same statements, the same exponentiations, the same answers.
//! Guesses are limited per user and address together (`limits`). Handles and `SECRET_BLOCK`s are bound
//! to their [`Origin`]: what the JSON API asked is not answered on the login domain, nor the other way
//! round, nor in another login transaction.
//!
//! # Limits
//! The flow `USER_AUTH` and devices do not exist yet: they are refused by name.

pub mod custom;
mod new_password;
mod password;
mod secret_hash;
mod step;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use new_password::answer as answer_new_password;
pub use password::{Proof, answer_password_verifier, begin_srp, check_password};
pub use secret_hash::{check_client_secret, check_secret_hash};
pub use step::{Owner, PendingStep, invalid as invalid_session};

use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::mfa::{self, Factor};
use crate::opaque_secret::OpaqueSecret;
use crate::pools::{Client, Pool};
use crate::users::{Status, User};

/// The app client that signs somebody in, its pool, and where it does so.
#[derive(Debug, Clone, Copy)]
pub struct Through<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// The client.
    pub client: &'a Client,
    /// Where.
    pub origin: Origin<'a>,
}

/// Where a sign-in takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'a> {
    /// The JSON API.
    Api,
    /// A custom sign-in at the JSON API: what it asks is answered in it only, so that nobody takes
    /// its password step for the whole.
    Custom,
    /// The login transaction with this id, on the login domain.
    Login(&'a str),
}

impl Through<'_> {
    /// Whether answers hide which users exist: always on the login domain, elsewhere as the client
    /// wants it.
    #[must_use]
    pub fn hides_existence(&self) -> bool {
        matches!(self.origin, Origin::Login(_))
            || self.client.settings.prevents_user_existence_errors()
    }

    /// Who may answer what this sign-in asks. A client's id has no space in it, so no client is
    /// mistaken for anything else.
    fn audience(&self) -> Cow<'_, str> {
        match self.origin {
            Origin::Api => Cow::Borrowed(&self.client.id),
            Origin::Custom => Cow::Owned(format!("custom {}", self.client.id)),
            Origin::Login(id) => Cow::Owned(format!("login {id}")),
        }
    }
}

impl<'a> From<&'a (Pool, Client)> for Through<'a> {
    fn from((pool, client): &'a (Pool, Client)) -> Self {
        Self {
            pool,
            client,
            origin: Origin::Api,
        }
    }
}

/// What comes next: something to prove, or nothing any more.
#[derive(Debug)]
pub enum Next {
    /// Something to prove.
    Challenge(Challenge),
    /// This user has proved everything.
    Proved(Proved),
}

/// Who has proved everything, and how.
#[derive(Debug)]
pub struct Proved {
    /// The user, as stored now.
    pub user: Box<User>,
    /// The second factor among it, if there was one.
    pub second_factor: Option<Factor>,
}

impl Next {
    /// Everything is proved, without a second factor.
    #[must_use]
    pub fn proved(user: User) -> Self {
        Self::proved_with(user, None)
    }

    /// Everything is proved, with this second factor if there was one.
    #[must_use]
    pub fn proved_with(user: User, second_factor: Option<Factor>) -> Self {
        let user = Box::new(user);
        Self::Proved(Proved {
            user,
            second_factor,
        })
    }
}

/// What a challenge tells the client, by name.
pub type Parameters = BTreeMap<Cow<'static, str>, String>;

/// Something a client is asked to prove.
#[derive(Debug)]
pub struct Challenge {
    /// Its name.
    pub name: &'static str,
    /// What the client needs to answer it.
    pub parameters: Parameters,
    /// The handle to send back; `PASSWORD_VERIFIER` has none.
    pub session: Option<OpaqueSecret>,
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
        Next::Proved(proved) => mfa::next(state, caller, through, *proved.user).await,
        asked => Ok(asked),
    }
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
        Status::ForceChangePassword => new_password::require(state, through, &user).await,
        Status::Confirmed => Ok(Next::proved(user)),
    }
}

/// `NotAuthorizedException` for every wrong name, password or proof.
#[must_use]
pub fn incorrect() -> ApiError {
    ApiError::not_authorized("Incorrect username or password.")
}
