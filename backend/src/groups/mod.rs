//! Groups of users: `CreateGroup` and its siblings, and who is in them.
//!
//! What a group means is up to whoever reads the tokens: its name and role go into them, the group with
//! the lowest precedence first ([`of_user`]). Groups do not hold groups.
//!
//! # Limits
//! `quotas.groups_per_pool` and `quotas.groups_per_user`. Deleting a group takes its members out of it.

use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;
pub use crate::store::GroupRow as Group;
use crate::store::{Added, StoreError};
use crate::users::{self, User};

/// What a group is set to; `None` is not set.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// What it is for.
    pub description: Option<String>,
    /// The role its members may take.
    pub role_arn: Option<String>,
    /// The group with the lowest counts most. Default: it counts least.
    pub precedence: Option<i64>,
}

/// `CreateGroup`
///
/// # Errors
/// `GroupExistsException`, `LimitExceededException`.
pub async fn create(
    state: &AppState,
    pool: &Pool,
    name: String,
    settings: Settings,
) -> Result<Group, ApiError> {
    let now = state.clock.now();
    let group = Group {
        pool_id: pool.id.clone(),
        name,
        description: settings.description,
        role_arn: settings.role_arn,
        precedence: settings.precedence,
        created_at: now,
        updated_at: now,
    };
    let most = state.config.quotas.groups_per_pool;
    match state.store.insert_group(&group, most).await {
        Err(StoreError::Exists(_)) => Err(ApiError::group_exists(format!(
            "A group with the name {} already exists.",
            group.name
        ))),
        Ok(Added::TooMany) => Err(ApiError::limit_exceeded(
            "The user pool has as many groups as it may have.",
        )),
        outcome => outcome.map(|_| group).map_err(ApiError::from),
    }
}

/// The group with this name.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(state: &AppState, pool: &Pool, name: &str) -> Result<Group, ApiError> {
    let group = state.store.group(&pool.id, name).await?;
    group.ok_or_else(not_found)
}

/// Changes a group; what is not set stays as it is.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn update(
    state: &AppState,
    pool: &Pool,
    name: &str,
    settings: Settings,
) -> Result<Group, ApiError> {
    let mut group = find(state, pool, name).await?;
    group.description = settings.description.or(group.description);
    group.role_arn = settings.role_arn.or(group.role_arn);
    group.precedence = settings.precedence.or(group.precedence);
    group.updated_at = state.clock.now();
    if state.store.update_group(&group).await? {
        Ok(group)
    } else {
        Err(not_found())
    }
}

/// Deletes a group. Its members stay users.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn delete(state: &AppState, pool: &Pool, name: &str) -> Result<(), ApiError> {
    if state.store.delete_group(&pool.id, name).await? {
        Ok(())
    } else {
        Err(not_found())
    }
}

/// Puts a user into a group; nothing changes if the user is in it.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for one group too many.
pub async fn add(state: &AppState, user: &User, group: &str) -> Result<(), ApiError> {
    let most = state.config.quotas.groups_per_user;
    let store = &state.store;
    match store
        .add_group_member(&user.pool_id, group, &user.username, most)
        .await?
    {
        Added::Done => Ok(()),
        Added::NotFound => Err(not_found()),
        Added::TooMany => Err(ApiError::invalid_parameter(
            "The user is in as many groups as a user may be in.",
        )),
    }
}

/// Takes a user out of a group; nothing changes if the user is not in it.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn remove(
    state: &AppState,
    pool: &Pool,
    user: &User,
    group: &str,
) -> Result<(), ApiError> {
    find(state, pool, group).await?;
    let store = &state.store;
    store
        .remove_group_member(&pool.id, group, &user.username)
        .await?;
    Ok(())
}

/// Every group a user is in, in the order of their precedence, then of their names.
///
/// # Errors
/// For no fault of the caller's.
pub async fn of_user(state: &AppState, user: &User) -> Result<Vec<Group>, ApiError> {
    let mut groups = state
        .store
        .groups_of_user_after(&user.pool_id, &user.username, "", i64::MAX)
        .await?;
    groups.sort_by_key(|group| group.precedence.unwrap_or(i64::MAX));
    Ok(groups)
}

/// Up to `limit` users of a group with user names after `after`.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn members_after(
    state: &AppState,
    pool: &Pool,
    group: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<User>, ApiError> {
    find(state, pool, group).await?;
    let rows = state
        .store
        .group_members_after(&pool.id, group, after, limit)
        .await?;
    users::read_all(state, rows)
}

fn not_found() -> ApiError {
    ApiError::resource_not_found("Group not found.")
}
