//! Which roles the identities of a pool get.

use serde::{Deserialize, Serialize};

use super::pools::PoolRequest;
use crate::api::Empty;
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::identity::pool::IdentityPool;
use crate::identity::roles::PoolRoles;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RolesAnswer {
    identity_pool_id: String,
    #[serde(flatten)]
    roles: PoolRoles,
}

/// `GetIdentityPoolRoles`
pub(super) async fn get_identity_pool_roles(
    state: &AppState,
    _: &Caller,
    request: PoolRequest,
) -> Result<RolesAnswer, ApiError> {
    let pool = IdentityPool::find(state, &request.identity_pool_id).await?;
    Ok(RolesAnswer {
        identity_pool_id: pool.id,
        roles: pool.roles,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetRolesRequest {
    identity_pool_id: String,
    #[serde(flatten)]
    roles: PoolRoles,
}

/// `SetIdentityPoolRoles`: all of them; mappings that are not given are gone.
pub(super) async fn set_identity_pool_roles(
    state: &AppState,
    _: &Caller,
    request: SetRolesRequest,
) -> Result<Empty, ApiError> {
    let mut pool = IdentityPool::find(state, &request.identity_pool_id).await?;
    request
        .roles
        .check(state.config.quotas.rules_per_role_mapping)?;
    pool.roles = request.roles;
    pool.save(state).await?;
    Ok(Empty {})
}
