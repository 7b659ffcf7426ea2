//! Operations of a developer's backend on identities of its own users.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::credentials::TokenAnswer;
use crate::api::Empty;
use crate::api::page::{PageRequest, next_token};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::identity::developers::{self, Looked};
use crate::identity::logins::Logins;
use crate::identity::open_id_token::DEVELOPER_LIFETIME;
use crate::identity::pool::IdentityPool;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeveloperTokenRequest {
    identity_pool_id: String,
    identity_id: Option<String>,
    logins: Logins,
    #[serde(default)]
    principal_tags: BTreeMap<String, String>,
    token_duration: Option<i64>,
}

/// `GetOpenIdTokenForDeveloperIdentity`
pub(super) async fn get_open_id_token_for_developer_identity(
    state: &AppState,
    caller: &Caller,
    request: DeveloperTokenRequest,
) -> Result<TokenAnswer, ApiError> {
    let pool = IdentityPool::find(state, &request.identity_pool_id).await?;
    let lifetime = request.token_duration.unwrap_or(DEVELOPER_LIFETIME);
    let (identity_id, token) = developers::token(
        state,
        caller,
        &pool,
        request.identity_id.as_deref(),
        request.logins,
        &request.principal_tags,
        lifetime,
    )
    .await?;
    Ok(TokenAnswer { identity_id, token })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LookupRequest {
    identity_pool_id: String,
    identity_id: Option<String>,
    developer_user_identifier: Option<String>,
    #[serde(flatten)]
    page: PageRequest,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LookupAnswer {
    identity_id: String,
    developer_user_identifier_list: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `LookupDeveloperIdentity`
pub(super) async fn lookup_developer_identity(
    state: &AppState,
    _: &Caller,
    request: LookupRequest,
) -> Result<LookupAnswer, ApiError> {
    let pool = IdentityPool::find(state, &request.identity_pool_id).await?;
    let looked = Looked {
        identity_id: request.identity_id.as_deref(),
        user: request.developer_user_identifier.as_deref(),
    };
    let (identity_id, mut users) = developers::look_up(state, &pool, looked).await?;
    let (after, limit) = request.page.read()?;
    users.retain(|user| *user > after);
    let next_token = next_token(&mut users, limit, |user| user);
    Ok(LookupAnswer {
        identity_id,
        developer_user_identifier_list: users,
        next_token,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MergeRequest {
    source_user_identifier: String,
    destination_user_identifier: String,
    developer_provider_name: String,
    identity_pool_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MergeAnswer {
    identity_id: String,
}

/// `MergeDeveloperIdentities`
pub(super) async fn merge_developer_identities(
    state: &AppState,
    _: &Caller,
    request: MergeRequest,
) -> Result<MergeAnswer, ApiError> {
    let pool = IdentityPool::find(state, &request.identity_pool_id).await?;
    let identity_id = developers::merge_users(
        state,
        &pool,
        &request.developer_provider_name,
        &request.source_user_identifier,
        &request.destination_user_identifier,
    )
    .await?;
    Ok(MergeAnswer { identity_id })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UnlinkRequest {
    identity_id: String,
    identity_pool_id: String,
    developer_provider_name: String,
    developer_user_identifier: String,
}

/// `UnlinkDeveloperIdentity`
pub(super) async fn unlink_developer_identity(
    state: &AppState,
    _: &Caller,
    request: UnlinkRequest,
) -> Result<Empty, ApiError> {
    let pool = IdentityPool::find(state, &request.identity_pool_id).await?;
    developers::unlink_user(
        state,
        &pool,
        &request.developer_provider_name,
        &request.identity_id,
        &request.developer_user_identifier,
    )
    .await?;
    Ok(Empty {})
}
