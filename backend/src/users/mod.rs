//! Users: who they are, how they are found, how they change.
//!
//! # Security model
//! Attributes and verifiers are sealed, bound to their row; what a user is found by is a keyed
//! hash. A change is stored only over the revision it was read at, so that two requests cannot undo
//! each other's work.

mod attributes;
mod change;
mod decoy;
mod decoy_id;
mod destination;
pub mod identities;
mod name;
mod new_user;
mod password;
mod password_history;
mod reserved;
mod saving;
pub mod search;

use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use attributes::missing;
pub use attributes::{Attributes, Writer, check_required, readable, writable};
pub use change::change;
pub use decoy::{Decoy, decoy, decoy_address, decoy_destination};
pub use destination::{CodeDeliveryDetails, Destination, Medium};
pub use name::{identifier_of, is_email, is_phone_number, lookups_of_name, normal};
pub use new_user::{exists, new_user};
pub use password::{Credential, check_policy, generate_password};
pub use password_history::{check_new_password, check_not_used_before};
pub use reserved::{ProviderNames, check_is_no_providers};
pub use saving::{SaveError, insert, save, save_with};

use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::{IdentifierAttribute, Pool};

use crate::store::UserRow;

/// Where a user stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Signed up, not confirmed.
    Unconfirmed,
    /// Can sign in.
    Confirmed,
    /// Has a temporary password that must be replaced at the first sign-in.
    ForceChangePassword,
    /// Must recover the password before signing in.
    ResetRequired,
    /// Signs in with another provider; has no password.
    ExternalProvider,
}

impl Status {
    /// All there are.
    pub const ALL: [Self; 5] = [
        Self::Unconfirmed,
        Self::Confirmed,
        Self::ForceChangePassword,
        Self::ResetRequired,
        Self::ExternalProvider,
    ];

    /// The word on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Confirmed => "CONFIRMED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            Self::ResetRequired => "RESET_REQUIRED",
            Self::ExternalProvider => "EXTERNAL_PROVIDER",
        }
    }

    /// Whether what somebody in this state proved some time ago still counts. People who have to choose a password
    /// are signed in where another provider vouched for them: who had one of ours had it taken away, which
    /// its version tells.
    #[must_use]
    pub fn may_stay_signed_in(self) -> bool {
        match self {
            Self::Confirmed | Self::ExternalProvider | Self::ForceChangePassword => true,
            Self::Unconfirmed | Self::ResetRequired => false,
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// A user of a pool.
#[derive(Clone)]
pub struct User {
    /// The pool's id.
    pub pool_id: String,
    /// The real user name: chosen, or a UUID in pools whose people sign up with an e-mail address.
    pub username: String,
    /// The user's UUID.
    pub sub: String,
    /// Where the user stands.
    pub status: Status,
    /// Whether the user may do anything.
    pub enabled: bool,
    /// The attributes, without `sub`.
    pub attributes: Attributes,
    /// The password's verifier; `None` for a user without a password.
    pub credential: Option<Credential>,
    /// Goes up with every password.
    pub verifier_version: i64,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
    revision: i64,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("pool_id", &self.pool_id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl User {
    /// A new user who is not stored yet. `username` is the real one.
    #[must_use]
    pub fn new(pool: &Pool, username: String, sub: String, status: Status, now: i64) -> Self {
        Self {
            pool_id: pool.id.clone(),
            username,
            sub,
            status,
            enabled: true,
            attributes: Attributes::default(),
            credential: None,
            verifier_version: 0,
            created_at: now,
            updated_at: now,
            revision: 0,
        }
    }

    /// Replaces the password by a new one, in memory.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub fn set_password(&mut self, password: &str, now: i64) -> Result<(), ApiError> {
        self.credential = Some(Credential::new(
            &self.pool_id,
            &self.username,
            password,
            now,
        )?);
        self.verifier_version += 1;
        Ok(())
    }

    /// Takes the password away, in memory: nobody signs in with it any more.
    pub fn remove_password(&mut self) {
        self.credential = None;
        self.verifier_version += 1;
    }

    /// Sets an attribute, in memory; an empty value removes it. A new e-mail address or phone
    /// number is not verified.
    pub fn set_attribute(&mut self, name: &str, value: &str) {
        if matches!(name, "email" | "phone_number") && self.attributes.get(name) != Some(value) {
            let flag = format!("{name}_verified");
            self.attributes
                .set(&flag, if value.is_empty() { "" } else { "false" });
        }
        self.attributes.set(name, value);
    }

    /// Marks an address as verified if it is still the attribute's value.
    pub fn mark_verified(&mut self, proved: &Destination) {
        let name = proved.attribute.name();
        if self.attributes.get(name) == Some(&proved.value) {
            self.attributes.set(&format!("{name}_verified"), "true");
        }
    }

    /// Whether an attribute has a value that was verified.
    #[must_use]
    pub fn has_verified(&self, attribute: IdentifierAttribute) -> bool {
        self.attributes.get(attribute.name()).is_some()
            && self
                .attributes
                .get(&format!("{}_verified", attribute.name()))
                == Some("true")
    }
}

/// The user somebody means by a name they typed: user name, sub, or what the pool lets people sign
/// in with.
///
/// # Errors
/// For no fault of the caller's; nobody is `None`.
pub async fn find(state: &AppState, pool: &Pool, name: &str) -> Result<Option<User>, ApiError> {
    let lookups = lookups_of_name(&state.sealer, pool, name);
    let row = state.store.user_by(&pool.id, &lookups).await?;
    row.map(|row| User::read(state, row)).transpose()
}

/// The user with this real user name.
///
/// # Errors
/// For no fault of the caller's; nobody is `None`.
pub async fn find_by_username(
    state: &AppState,
    pool: &Pool,
    username: &str,
) -> Result<Option<User>, ApiError> {
    let row = state.store.user(&pool.id, username).await?;
    row.map(|row| User::read(state, row)).transpose()
}

/// The user an administrator names.
///
/// # Errors
/// `UserNotFoundException`.
pub async fn find_existing(state: &AppState, pool: &Pool, name: &str) -> Result<User, ApiError> {
    find(state, pool, name).await?.ok_or_else(not_found)
}

/// Users as they were stored.
///
/// # Errors
/// For no fault of the caller's.
pub fn read_all(state: &AppState, rows: Vec<UserRow>) -> Result<Vec<User>, ApiError> {
    rows.into_iter().map(|row| User::read(state, row)).collect()
}

/// Takes what a user is to be found by as an alias away from those who have it: their address is
/// unverified then.
///
/// # Errors
/// For no fault of the caller's, and if such a user is being changed.
pub async fn release_aliases(state: &AppState, pool: &Pool, user: &User) -> Result<(), ApiError> {
    for alias in pool.settings.alias_attributes() {
        let value = user.attributes.get(alias.name());
        let Some(value) = value.filter(|_| user.has_verified(*alias)) else {
            continue;
        };
        if let Some(mut holder) = find(state, pool, value).await?
            && holder.sub != user.sub
        {
            let flag = format!("{}_verified", alias.name());
            holder.attributes.set(&flag, "false");
            save(state, pool, &mut holder, None).await?;
        }
    }
    Ok(())
}

/// Deletes a user with sign-ins, codes and everything else there is of them.
///
/// # Errors
/// For no fault of the caller's.
pub async fn delete(state: &AppState, user: &User) -> Result<(), ApiError> {
    state
        .store
        .delete_user(&user.pool_id, &user.username)
        .await?;
    Ok(())
}

/// `UserNotFoundException`, as the service words it.
#[must_use]
pub fn not_found() -> ApiError {
    ApiError::user_not_found("User does not exist.")
}

/// `NotAuthorizedException` for a sign-up that there is nothing to confirm of.
#[must_use]
pub fn cannot_be_confirmed(user: &User) -> ApiError {
    ApiError::not_authorized(format!(
        "User cannot be confirmed. Current status is {}",
        user.status.as_str()
    ))
}
