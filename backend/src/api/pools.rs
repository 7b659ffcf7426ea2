//! Administrators' operations on user pools.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Empty;
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::pools::{self, NewPool, Pool, find_pool};

/// Names a pool.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PoolRequest {
    user_pool_id: String,
}

/// Carries a pool.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PoolAnswer {
    user_pool: Map<String, Value>,
}

/// `CreateUserPool`
pub(super) async fn create_user_pool(
    state: &AppState,
    _: &Caller,
    settings: Map<String, Value>,
) -> Result<PoolAnswer, ApiError> {
    let pool = NewPool::new(&state.triggers, settings)?
        .store(state)
        .await?;
    Ok(PoolAnswer {
        user_pool: wire(&pool, 0)?,
    })
}

/// `DescribeUserPool`
pub(super) async fn describe_user_pool(
    state: &AppState,
    _: &Caller,
    request: PoolRequest,
) -> Result<PoolAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let users = state.store.count_users(&pool.id).await?;
    Ok(PoolAnswer {
        user_pool: wire(&pool, users)?,
    })
}

/// `DeleteUserPool`
pub(super) async fn delete_user_pool(
    state: &AppState,
    _: &Caller,
    request: PoolRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    pools::delete(state, &pool).await?;
    Ok(Empty {})
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListPoolsRequest {
    max_results: i64,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListPoolsAnswer {
    user_pools: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListUserPools`
pub(super) async fn list_user_pools(
    state: &AppState,
    _: &Caller,
    request: ListPoolsRequest,
) -> Result<ListPoolsAnswer, ApiError> {
    let after = after(request.next_token.as_deref())?;
    let mut rows = state
        .store
        .pools_after(&after, request.max_results + 1)
        .await?;
    let next_token = next_token(&mut rows, request.max_results, |row| &row.id);
    let user_pools = rows
        .into_iter()
        .map(|row| {
            let settings: Value =
                serde_json::from_str(&row.settings).map_err(|error| ApiError::internal(&error))?;
            Ok(json!({
                "Id": row.id,
                "Name": row.name,
                "LambdaConfig": settings.get("LambdaConfig"),
                "CreationDate": row.created_at,
                "LastModifiedDate": row.updated_at,
            }))
        })
        .collect::<Result<_, ApiError>>()?;
    Ok(ListPoolsAnswer {
        user_pools,
        next_token,
    })
}

/// The id that the page before ended with.
pub(super) fn after(next_token: Option<&str>) -> Result<String, ApiError> {
    let Some(token) = next_token else {
        return Ok(String::new());
    };
    Base64UrlUnpadded::decode_vec(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| ApiError::invalid_parameter("Invalid pagination token given."))
}

/// Cuts the page to its length; the token for the next one if there are more rows.
pub(super) fn next_token<R>(
    rows: &mut Vec<R>,
    limit: i64,
    id: impl Fn(&R) -> &str,
) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last()
        .map(|row| Base64UrlUnpadded::encode_string(id(row).as_bytes()))
}

fn wire(pool: &Pool, users: i64) -> Result<Map<String, Value>, ApiError> {
    let mut members = pool.document()?;
    for (member, value) in [
        ("Id", json!(pool.id)),
        ("Name", json!(pool.name)),
        (
            "Arn",
            json!(format!(
                "arn:aws:cognito-idp:local:000000000000:userpool/{}",
                pool.id
            )),
        ),
        ("CreationDate", json!(pool.created_at)),
        ("LastModifiedDate", json!(pool.updated_at)),
        ("EstimatedNumberOfUsers", json!(users)),
    ] {
        members.insert(member.to_owned(), value);
    }
    Ok(members)
}
