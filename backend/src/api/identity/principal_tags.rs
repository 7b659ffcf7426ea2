//! How claims of a provider become principal tags.

use serde::{Deserialize, Serialize};

use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::identity::pool::IdentityPool;
use crate::identity::principal_tags::TagMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagMapRequest {
    identity_pool_id: String,
    identity_provider_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagMapAnswer {
    identity_pool_id: String,
    identity_provider_name: String,
    #[serde(flatten)]
    map: TagMap,
}

/// `GetPrincipalTagAttributeMap`: of a provider without one, an empty one.
pub(super) async fn get_principal_tag_attribute_map(
    state: &AppState,
    _: &Caller,
    request: TagMapRequest,
) -> Result<TagMapAnswer, ApiError> {
    let mut pool = IdentityPool::find(state, &request.identity_pool_id).await?;
    let map = pool.tag_maps.remove(&request.identity_provider_name);
    Ok(TagMapAnswer {
        identity_pool_id: pool.id,
        identity_provider_name: request.identity_provider_name,
        map: map.unwrap_or_default(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetTagMapRequest {
    identity_pool_id: String,
    identity_provider_name: String,
    #[serde(flatten)]
    map: TagMap,
}

/// `SetPrincipalTagAttributeMap`
pub(super) async fn set_principal_tag_attribute_map(
    state: &AppState,
    _: &Caller,
    request: SetTagMapRequest,
) -> Result<TagMapAnswer, ApiError> {
    let mut pool = IdentityPool::find(state, &request.identity_pool_id).await?;
    let name = request.identity_provider_name;
    pool.tag_maps.insert(name.clone(), request.map.clone());
    let most = state.config.quotas.user_pools_per_identity_pool;
    if pool.tag_maps.len() > most {
        return Err(ApiError::invalid_parameter(
            "The identity pool would have more maps of principal tags than it may have.",
        ));
    }
    pool.save(state).await?;
    Ok(TagMapAnswer {
        identity_pool_id: pool.id,
        identity_provider_name: name,
        map: request.map,
    })
}
