//! `TagResource`, `UntagResource`, `ListTagsForResource`: pools are what can have tags.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Empty;
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::pools::{Pool, find_pool, update};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::api) struct TagRequest {
    pub(in crate::api) resource_arn: String,
    pub(in crate::api) tags: BTreeMap<String, String>,
}

/// `TagResource`
pub(super) async fn tag_resource(
    state: &AppState,
    _: &Caller,
    request: TagRequest,
) -> Result<Empty, ApiError> {
    update::tag(state, pool_of(&request.resource_arn)?, &request.tags).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::api) struct UntagRequest {
    pub(in crate::api) resource_arn: String,
    pub(in crate::api) tag_keys: Vec<String>,
}

/// `UntagResource`
pub(super) async fn untag_resource(
    state: &AppState,
    _: &Caller,
    request: UntagRequest,
) -> Result<Empty, ApiError> {
    update::untag(state, pool_of(&request.resource_arn)?, &request.tag_keys).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::api) struct ListTagsRequest {
    pub(in crate::api) resource_arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::api) struct ListTagsAnswer {
    pub(in crate::api) tags: BTreeMap<String, String>,
}

/// `ListTagsForResource`
pub(super) async fn list_tags_for_resource(
    state: &AppState,
    _: &Caller,
    request: ListTagsRequest,
) -> Result<ListTagsAnswer, ApiError> {
    let pool = find_pool(state, pool_of(&request.resource_arn)?).await?;
    Ok(ListTagsAnswer {
        tags: update::tags(&pool)?,
    })
}

fn pool_of(arn: &str) -> Result<&str, ApiError> {
    Pool::id_of_arn(arn).ok_or_else(|| ApiError::resource_not_found("The resource does not exist."))
}
