//! Administrators' operations on identity pools.

use serde::{Deserialize, Serialize};

use crate::api::Empty;
use crate::api::page::{PageRequest, next_token};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::identity::pool::{IdentityPool, PoolSettings};

/// `IdentityPool`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PoolAnswer {
    identity_pool_id: String,
    identity_pool_name: String,
    #[serde(flatten)]
    settings: PoolSettings,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreatePoolRequest {
    identity_pool_name: String,
    #[serde(flatten)]
    settings: PoolSettings,
}

/// `CreateIdentityPool`
pub(super) async fn create_identity_pool(
    state: &AppState,
    _: &Caller,
    request: CreatePoolRequest,
) -> Result<PoolAnswer, ApiError> {
    let pool = IdentityPool::new(state, request.identity_pool_name, request.settings)?;
    pool.create(state).await?;
    Ok(pool.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdatePoolRequest {
    identity_pool_id: String,
    identity_pool_name: String,
    #[serde(flatten)]
    settings: PoolSettings,
}

/// `UpdateIdentityPool`: what is not given gets its default.
pub(super) async fn update_identity_pool(
    state: &AppState,
    _: &Caller,
    request: UpdatePoolRequest,
) -> Result<PoolAnswer, ApiError> {
    let mut pool = IdentityPool::find(state, &request.identity_pool_id).await?;
    pool.set(state, request.identity_pool_name, request.settings)?;
    pool.save(state).await?;
    Ok(pool.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PoolRequest {
    pub(super) identity_pool_id: String,
}

/// `DeleteIdentityPool`
pub(super) async fn delete_identity_pool(
    state: &AppState,
    _: &Caller,
    request: PoolRequest,
) -> Result<Empty, ApiError> {
    IdentityPool::delete(state, &request.identity_pool_id).await?;
    Ok(Empty {})
}

/// `DescribeIdentityPool`
pub(super) async fn describe_identity_pool(
    state: &AppState,
    _: &Caller,
    request: PoolRequest,
) -> Result<PoolAnswer, ApiError> {
    let pool = IdentityPool::find(state, &request.identity_pool_id).await?;
    Ok(pool.into())
}

/// `IdentityPoolShortDescription`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PoolSummary {
    identity_pool_id: String,
    identity_pool_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListPoolsAnswer {
    identity_pools: Vec<PoolSummary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListIdentityPools`
pub(super) async fn list_identity_pools(
    state: &AppState,
    _: &Caller,
    request: PageRequest,
) -> Result<ListPoolsAnswer, ApiError> {
    let (after, limit) = request.read()?;
    let mut pools = IdentityPool::list_after(state, &after, limit + 1).await?;
    let next_token = next_token(&mut pools, limit, |pool| &pool.id);
    let pools = pools.into_iter().map(|pool| PoolSummary {
        identity_pool_id: pool.id,
        identity_pool_name: pool.name,
    });
    Ok(ListPoolsAnswer {
        identity_pools: pools.collect(),
        next_token,
    })
}

impl From<IdentityPool> for PoolAnswer {
    fn from(pool: IdentityPool) -> Self {
        Self {
            identity_pool_id: pool.id,
            identity_pool_name: pool.name,
            settings: pool.settings,
        }
    }
}
