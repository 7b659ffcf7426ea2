//! Users who are new: the real user name that a chosen one leads to, and what is said if it is taken.

use uuid::Uuid;

use super::{SaveError, Status, User, identifier_of, is_email, is_phone_number, normal};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::{IdentifierAttribute, Pool};

/// A user with the real user name that a chosen one leads to: itself, or a UUID where people sign
/// up with an address, which then is the attribute's value.
///
/// # Errors
/// `InvalidParameterException` if the pool does not take such a name.
pub fn new_user(
    state: &AppState,
    pool: &Pool,
    chosen: &str,
    status: Status,
) -> Result<User, ApiError> {
    let now = state.clock.now();
    let sub = Uuid::new_v4().to_string();
    if !pool.settings.username_attributes().is_empty() {
        let attribute = identifier_of(pool, chosen).ok_or_else(|| {
            let allowed: Vec<&str> = pool
                .settings
                .username_attributes()
                .iter()
                .map(|a| a.name())
                .collect();
            ApiError::invalid_parameter(format!("Username should be an {}.", allowed.join(" or ")))
        })?;
        let mut user = User::new(pool, sub.clone(), sub, status, now);
        user.set_attribute(attribute.name(), chosen);
        return Ok(user);
    }
    for (alias, has_its_form) in [
        (IdentifierAttribute::Email, is_email(chosen)),
        (IdentifierAttribute::PhoneNumber, is_phone_number(chosen)),
    ] {
        if has_its_form && pool.settings.alias_attributes().contains(&alias) {
            return Err(ApiError::invalid_parameter(format!(
                "Username cannot be of {0} format, since user pool is configured for {0} alias.",
                alias.name()
            )));
        }
    }
    Ok(User::new(pool, normal(pool, chosen), sub, status, now))
}

/// `UsernameExistsException` for whoever chose a name or address that is taken, as the contract has it
/// for people and administrators alike.
#[must_use]
pub fn exists(pool: &Pool, chosen: &str, error: SaveError) -> ApiError {
    match error {
        SaveError::Taken => match identifier_of(pool, chosen) {
            Some(attribute) => ApiError::username_exists(format!(
                "An account with the given {} already exists.",
                attribute.name()
            )),
            None => ApiError::username_exists("User already exists"),
        },
        other => other.into(),
    }
}
