//! Tags of identity pools.

use std::collections::BTreeMap;

use crate::api::Empty;
use crate::api::tags::{ListTagsAnswer, ListTagsRequest, TagRequest, UntagRequest};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::identity::pool::IdentityPool;

/// `TagResource`
pub(super) async fn tag_resource(
    state: &AppState,
    _: &Caller,
    request: TagRequest,
) -> Result<Empty, ApiError> {
    change(state, &request.resource_arn, |tags| {
        tags.extend(request.tags)
    })
    .await
}

/// `UntagResource`
pub(super) async fn untag_resource(
    state: &AppState,
    _: &Caller,
    request: UntagRequest,
) -> Result<Empty, ApiError> {
    let keys = request.tag_keys;
    change(state, &request.resource_arn, |tags| {
        tags.retain(|name, _| !keys.contains(name));
    })
    .await
}

/// `ListTagsForResource`
pub(super) async fn list_tags_for_resource(
    state: &AppState,
    _: &Caller,
    request: ListTagsRequest,
) -> Result<ListTagsAnswer, ApiError> {
    let pool = pool_of(state, &request.resource_arn).await?;
    Ok(ListTagsAnswer {
        tags: pool.settings.identity_pool_tags,
    })
}

async fn change(
    state: &AppState,
    arn: &str,
    change: impl FnOnce(&mut BTreeMap<String, String>) + Send,
) -> Result<Empty, ApiError> {
    let mut pool = pool_of(state, arn).await?;
    let mut settings = pool.settings.clone();
    change(&mut settings.identity_pool_tags);
    pool.set(state, pool.name.clone(), settings)?;
    pool.save(state).await?;
    Ok(Empty {})
}

async fn pool_of(state: &AppState, arn: &str) -> Result<IdentityPool, ApiError> {
    let id = IdentityPool::id_of_arn(arn);
    let id = id.ok_or_else(|| ApiError::resource_not_found("The resource does not exist."))?;
    IdentityPool::find(state, id).await
}
