//! Administrators' operations on user pools.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Empty;
use super::page::{after, next_token};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::pools::{self, NewPool, Pool, find_pool, update};

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
    let pool = NewPool::new(state, settings)?.store(state).await?;
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
    let mut user_pool = wire(&pool, users)?;
    for domain in state.store.domains_of_pool(&pool.id).await? {
        let member = if domain.is_custom {
            "CustomDomain"
        } else {
            "Domain"
        };
        user_pool.insert(member.to_owned(), json!(domain.domain));
    }
    Ok(PoolAnswer { user_pool })
}

/// `UpdateUserPool`
pub(super) async fn update_user_pool(
    state: &AppState,
    _: &Caller,
    settings: Map<String, Value>,
) -> Result<Empty, ApiError> {
    let id = settings.get("UserPoolId").and_then(Value::as_str);
    let pool = find_pool(state, id.unwrap_or_default()).await?;
    update::update(state, &pool, settings).await?;
    Ok(Empty {})
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AddAttributesRequest {
    user_pool_id: String,
    custom_attributes: Vec<Value>,
}

/// `AddCustomAttributes`
pub(super) async fn add_custom_attributes(
    state: &AppState,
    _: &Caller,
    request: AddAttributesRequest,
) -> Result<Empty, ApiError> {
    let (id, attributes) = (&request.user_pool_id, &request.custom_attributes);
    update::add_custom_attributes(state, id, attributes).await?;
    Ok(Empty {})
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

fn wire(pool: &Pool, users: i64) -> Result<Map<String, Value>, ApiError> {
    let mut members = pool.document()?;
    for (member, value) in [
        ("Id", json!(pool.id)),
        ("Name", json!(pool.name)),
        ("Arn", json!(pool.arn())),
        ("CreationDate", json!(pool.created_at)),
        ("LastModifiedDate", json!(pool.updated_at)),
        ("EstimatedNumberOfUsers", json!(users)),
    ] {
        members.insert(member.to_owned(), value);
    }
    Ok(members)
}
