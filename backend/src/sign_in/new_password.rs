//! `NEW_PASSWORD_REQUIRED`: the first sign-in with a temporary password.

use std::collections::BTreeMap;

use cognate_core::secret::Password;

use super::{Challenge, Next, PendingStep, Through, second_factor};
use crate::app::{AppState, Caller};
use crate::challenges::invalid;
use crate::error::ApiError;
use crate::mfa;
use crate::users::{self, SaveError, Status, User, Writer};

const NAME: &str = "NEW_PASSWORD_REQUIRED";
const PREFIX: &str = "userAttributes.";

pub(super) async fn require(
    state: &AppState,
    through: Through<'_>,
    user: &User,
) -> Result<Next, ApiError> {
    let session = PendingStep::begin(state, through, user.into(), NAME, &[]).await?;
    let attributes: BTreeMap<&str, &str> = user
        .attributes
        .iter()
        .filter(|(name, _)| users::readable(through.client, name))
        .collect();
    let required: Vec<String> = users::missing(through.pool, &user.attributes)
        .map(|name| [PREFIX, name].concat())
        .collect();
    let json = |value| serde_json::to_string(&value).map_err(|error| ApiError::internal(&error));
    Ok(Next::Challenge(Challenge {
        name: NAME,
        parameters: BTreeMap::from([
            ("USER_ID_FOR_SRP".into(), user.username.clone()),
            (
                "userAttributes".into(),
                json(serde_json::json!(attributes))?,
            ),
            (
                "requiredAttributes".into(),
                json(serde_json::json!(required))?,
            ),
        ]),
        available: Vec::new(),
        session: Some(session),
    }))
}

/// Answers `NEW_PASSWORD_REQUIRED`: sets the password and attributes, but not those that would move
/// the second factor, which is asked for afterwards. A refused password or attribute leaves the step
/// open; success spends it.
///
/// # Errors
/// `NotAuthorizedException` for a step that is not this user's, `InvalidPasswordException` by the
/// policy, `InvalidParameterException` by the schema.
pub async fn answer(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    session: Option<&str>,
    username: &str,
    password: &Password,
    responses: &BTreeMap<String, String>,
) -> Result<Next, ApiError> {
    let step = PendingStep::find(state, through, NAME, session).await?;
    let pool = through.pool;
    let mut user = step
        .user_named(state, through, username, Status::ForceChangePassword)
        .await?;
    users::check_new_password(state, pool, &user, password.secret()).await?;
    let given: Vec<(String, String)> = responses
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value.clone())))
        .collect();
    users::writable(pool, Writer::User(through.client), &given)?;
    let fixed = mfa::fixed_addresses(state, pool, &user).await?;
    for (name, value) in &given {
        let is_fixed = fixed.iter().any(|address| address.name() == name);
        if is_fixed && user.attributes.get(name).unwrap_or_default() != value {
            return Err(ApiError::invalid_parameter(format!(
                "Cannot modify {name}, which the second factor depends on"
            )));
        }
        let is_required = pool
            .settings
            .schema()
            .iter()
            .any(|s| s.required && s.name == *name);
        if is_required && user.attributes.get(name).is_some_and(|old| old != value) {
            return Err(ApiError::invalid_parameter(format!(
                "Cannot modify an already provided {name}"
            )));
        }
        user.set_attribute(name, value);
    }
    users::check_required(pool, &user.attributes)?;
    user.set_password(password.secret(), state.clock.now())?;
    user.status = Status::Confirmed;
    match users::save(state, pool, &mut user, Some(step.spend())).await {
        Ok(()) => {}
        Err(SaveError::AlreadySpent | SaveError::Outdated) => {
            return Err(invalid());
        }
        Err(error) => return Err(error.into()),
    }
    second_factor(state, caller, through, user).await
}
