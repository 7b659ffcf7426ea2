//! Administrators' operations on groups.

use serde::{Deserialize, Serialize};

use super::Empty;
use super::admin_users::UserDescription;
use super::page::{PageRequest, next_token};
use super::requests::UserRequest;
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::groups::{self, Group, Settings};
use crate::pools::find_pool;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupSettingsRequest {
    user_pool_id: String,
    group_name: String,
    description: Option<String>,
    role_arn: Option<String>,
    precedence: Option<i64>,
}

/// `GroupType`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupDescription {
    group_name: String,
    user_pool_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    precedence: Option<i64>,
    creation_date: i64,
    last_modified_date: i64,
}

impl From<Group> for GroupDescription {
    fn from(group: Group) -> Self {
        Self {
            group_name: group.name,
            user_pool_id: group.pool_id,
            description: group.description,
            role_arn: group.role_arn,
            precedence: group.precedence,
            creation_date: group.created_at,
            last_modified_date: group.updated_at,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupAnswer {
    group: GroupDescription,
}

/// `CreateGroup`
pub(super) async fn create_group(
    state: &AppState,
    _: &Caller,
    request: GroupSettingsRequest,
) -> Result<GroupAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let (name, settings) = request.split();
    let group = groups::create(state, &pool, name, settings).await?;
    Ok(group.into())
}

/// `UpdateGroup`
pub(super) async fn update_group(
    state: &AppState,
    _: &Caller,
    request: GroupSettingsRequest,
) -> Result<GroupAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let (name, settings) = request.split();
    let group = groups::update(state, &pool, &name, settings).await?;
    Ok(group.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupRequest {
    user_pool_id: String,
    group_name: String,
}

/// `GetGroup`
pub(super) async fn get_group(
    state: &AppState,
    _: &Caller,
    request: GroupRequest,
) -> Result<GroupAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let group = groups::find(state, &pool, &request.group_name).await?;
    Ok(group.into())
}

/// `DeleteGroup`
pub(super) async fn delete_group(
    state: &AppState,
    _: &Caller,
    request: GroupRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    groups::delete(state, &pool, &request.group_name).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListGroupsRequest {
    user_pool_id: String,
    #[serde(flatten)]
    page: PageRequest,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListGroupsAnswer {
    groups: Vec<GroupDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListGroups`
pub(super) async fn list_groups(
    state: &AppState,
    _: &Caller,
    request: ListGroupsRequest,
) -> Result<ListGroupsAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let (after, limit) = request.page.read()?;
    let rows = state
        .store
        .groups_after(&pool.id, &after, limit + 1)
        .await?;
    Ok(ListGroupsAnswer::of(rows, limit))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MemberRequest {
    #[serde(flatten)]
    user: UserRequest,
    group_name: String,
}

/// `AdminAddUserToGroup`
pub(super) async fn admin_add_user_to_group(
    state: &AppState,
    _: &Caller,
    request: MemberRequest,
) -> Result<Empty, ApiError> {
    let user = request.user.find(state).await?;
    groups::add(state, &user, &request.group_name).await?;
    Ok(Empty {})
}

/// `AdminRemoveUserFromGroup`
pub(super) async fn admin_remove_user_from_group(
    state: &AppState,
    _: &Caller,
    request: MemberRequest,
) -> Result<Empty, ApiError> {
    let (pool, user) = request.user.find_in_pool(state).await?;
    groups::remove(state, &pool, &user, &request.group_name).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupsOfUserRequest {
    #[serde(flatten)]
    user: UserRequest,
    #[serde(flatten)]
    page: PageRequest,
}

/// `AdminListGroupsForUser`
pub(super) async fn admin_list_groups_for_user(
    state: &AppState,
    _: &Caller,
    request: GroupsOfUserRequest,
) -> Result<ListGroupsAnswer, ApiError> {
    let user = request.user.find(state).await?;
    let (after, limit) = request.page.read()?;
    let rows = state
        .store
        .groups_of_user_after(&user.pool_id, &user.username, &after, limit + 1)
        .await?;
    Ok(ListGroupsAnswer::of(rows, limit))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListMembersRequest {
    #[serde(flatten)]
    group: GroupRequest,
    #[serde(flatten)]
    page: PageRequest,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListMembersAnswer {
    users: Vec<UserDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListUsersInGroup`
pub(super) async fn list_users_in_group(
    state: &AppState,
    _: &Caller,
    request: ListMembersRequest,
) -> Result<ListMembersAnswer, ApiError> {
    let pool = find_pool(state, &request.group.user_pool_id).await?;
    let (after, limit) = request.page.read()?;
    let name = &request.group.group_name;
    let mut users = groups::members_after(state, &pool, name, &after, limit + 1).await?;
    let next_token = next_token(&mut users, limit, |user| &user.username);
    Ok(ListMembersAnswer {
        users: users.iter().map(Into::into).collect(),
        next_token,
    })
}

impl GroupSettingsRequest {
    fn split(self) -> (String, Settings) {
        let settings = Settings {
            description: self.description,
            role_arn: self.role_arn,
            precedence: self.precedence,
        };
        (self.group_name, settings)
    }
}

impl From<Group> for GroupAnswer {
    fn from(group: Group) -> Self {
        Self {
            group: group.into(),
        }
    }
}

impl ListGroupsAnswer {
    fn of(mut rows: Vec<Group>, limit: i64) -> Self {
        let next_token = next_token(&mut rows, limit, |group| &group.name);
        Self {
            groups: rows.into_iter().map(Into::into).collect(),
            next_token,
        }
    }
}
