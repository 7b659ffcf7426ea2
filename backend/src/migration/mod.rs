//! People of another directory who become users here when they come: the trigger `UserMigration`.
//!
//! # Steps
//! 1. Somebody whom nobody here knows sends a password (`sign_in`), or has forgotten it (`password`).
//! 2. The trigger is asked. If it throws, it knows nobody either, and the answer is that of every wrong name.
//! 3. Its attributes are checked against the schema as an administrator's are, and the user is stored: with the
//!    password if it was sent, whatever the pool's policy says of it.
//! 4. The sign-in or the recovery goes on with that user.
//!
//! # Security model
//! The trigger is asked behind the gate that limits guesses, with the decoy's name: a guess at the other
//! directory's passwords costs what a guess at ours does. Only flows that send the password have this; SRP never
//! shows it to anybody.
//!
//! # Limits
//! No message goes out: the password is the person's own, so there is none to be sent. That `messageAction`
//! and `desiredDeliveryMediums` say otherwise changes nothing.

use cognate_core::secret::Password;

use crate::app::AppState;
use crate::challenges::Through;
use crate::error::ApiError;
use crate::lambda_config::Trigger;
use crate::mfa::{Factor, preference};
use crate::pools::{IdentifierAttribute, Pool};
use crate::triggers::user_migration::{FinalStatus, Migrated, Stranger, user_migration};
use crate::triggers::{Occasion, Source};
use crate::users::{self, SaveError, Status, User, Writer, identifier_of};

/// Whether a pool's unknown people may be known elsewhere.
#[must_use]
pub fn is_on(pool: &Pool) -> bool {
    pool.settings.hook(Trigger::UserMigration).is_some()
}

/// Asks the trigger about a name that nobody here has, with the password unless it was forgotten, and makes
/// the user it knows. `None` if it knows nobody, or somebody else has what the user would be found by.
///
/// # Errors
/// `InvalidLambdaResponseException` for attributes that the pool does not take,
/// `UnexpectedLambdaException` for a handler that breaks.
pub async fn migrate(
    state: &AppState,
    through: Through<'_>,
    name: &str,
    password: Option<&Password>,
) -> Result<Option<User>, ApiError> {
    let pool = through.pool;
    let occasion = Occasion {
        pool,
        client_id: &through.client.id,
        username: name,
        source: match password {
            Some(_) => Source::MigrationAtSignIn,
            None => Source::MigrationAtForgotPassword,
        },
    };
    let stranger = Stranger {
        password: password.map(Password::secret),
        validation_data: through.sent.validation_data,
        client_metadata: through.sent.client_metadata,
    };
    let Some(migrated) = user_migration(state, occasion, stranger).await? else {
        return Ok(None);
    };
    let mut user = new_user(state, pool, name, &migrated)?;
    users::check_is_no_providers(state, pool, &user.username)
        .await
        .map_err(|error| unusable(&error))?;
    match password {
        Some(password) => user.set_password(password.secret(), state.clock.now())?,
        // Nobody has proved anything yet.
        None => user.status = Status::ResetRequired,
    }
    if migrated.force_alias_creation == Some(true) {
        users::release_aliases(state, pool, &user).await?;
    }
    match users::insert(state, pool, &user, None).await {
        Ok(()) => {}
        Err(SaveError::Taken) => {
            tracing::warn!(pool = %pool.id, "UserMigration: somebody has the name or address already");
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    }
    if migrated.enable_sms_mfa == Some(true) {
        let on = preference::Setting {
            enabled: Some(true),
            preferred_mfa: None,
        };
        preference::set(state, pool, &user, &[(Factor::Sms, on)])
            .await
            .map_err(|error| unusable(&error))?;
    }
    Ok(Some(user))
}

fn new_user(
    state: &AppState,
    pool: &Pool,
    name: &str,
    migrated: &Migrated,
) -> Result<User, ApiError> {
    let given = migrated.user_attributes.as_ref();
    let given = given.filter(|given| !given.is_empty()).ok_or_else(|| {
        ApiError::invalid_lambda_response("UserMigration: Unrecognizable lambda output")
    })?;
    let status = match migrated.final_user_status.unwrap_or_default() {
        FinalStatus::Confirmed => Status::Confirmed,
        FinalStatus::ResetRequired => Status::ResetRequired,
    };
    // Somebody who came with an alias has a user name of their own there.
    let has_own_name = pool.settings.username_attributes().is_empty();
    let chosen = given.get("username").filter(|_| has_own_name);
    let chosen = chosen.map_or(name, String::as_str);
    let (flags, values): (Vec<_>, Vec<_>) = given
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "username" | "sub"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .partition(|(name, _)| name.ends_with("_verified"));
    let checked = || -> Result<User, ApiError> {
        let mut user = users::new_user(state, pool, chosen, status)?;
        let all: Vec<_> = values.iter().chain(&flags).cloned().collect();
        users::writable(pool, Writer::AdminCreate, &all)?;
        for (attribute, value) in &all {
            let is_name = identifier_of(pool, name).is_some_and(|a| a.name() == attribute);
            if is_name && users::normal(pool, value) != users::normal(pool, name) {
                return Err(ApiError::invalid_parameter("another person's address"));
            }
            user.set_attribute(attribute, value);
        }
        users::check_required(pool, &user.attributes)?;
        Ok(user)
    };
    let user = checked().map_err(|error| unusable(&error))?;
    if chosen != name && !is_named(pool, &user, chosen, name) {
        return Err(unusable(&"the user it knows is not the one who came"));
    }
    Ok(user)
}

/// Whether somebody who came with `name` is this user, whose own name is another: `name` must be one of the
/// user's addresses that count as aliases, or the user name in other letters.
fn is_named(pool: &Pool, user: &User, chosen: &str, name: &str) -> bool {
    let is_alias = |attribute: &IdentifierAttribute| {
        let value = user.attributes.get(attribute.name());
        value.is_some_and(|value| users::normal(pool, value) == users::normal(pool, name))
    };
    users::normal(pool, chosen) == users::normal(pool, name)
        || pool.settings.alias_attributes().iter().any(is_alias)
}

fn unusable(why: &dyn std::fmt::Display) -> ApiError {
    tracing::warn!(%why, "what UserMigration knows cannot be used");
    ApiError::invalid_lambda_response("UserMigration: Unrecognizable lambda output")
}
