//! Administrators' operations on resource servers.

use serde::{Deserialize, Serialize};

use super::Empty;
use super::page::{after, next_token};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::pools::find_pool;
use crate::resource_servers::{self, ResourceServer};

/// Names a resource server.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResourceServerRequest {
    user_pool_id: String,
    identifier: String,
}

/// Carries a resource server.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResourceServerAnswer {
    resource_server: ResourceServer,
}

/// `CreateResourceServer`
pub(super) async fn create_resource_server(
    state: &AppState,
    _: &Caller,
    resource_server: ResourceServer,
) -> Result<ResourceServerAnswer, ApiError> {
    find_pool(state, &resource_server.user_pool_id).await?;
    resource_server.create(state).await?;
    Ok(ResourceServerAnswer { resource_server })
}

/// `DescribeResourceServer`
pub(super) async fn describe_resource_server(
    state: &AppState,
    _: &Caller,
    request: ResourceServerRequest,
) -> Result<ResourceServerAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    Ok(ResourceServerAnswer {
        resource_server: resource_servers::find(state, &pool.id, &request.identifier).await?,
    })
}

/// `UpdateResourceServer`
pub(super) async fn update_resource_server(
    state: &AppState,
    _: &Caller,
    resource_server: ResourceServer,
) -> Result<ResourceServerAnswer, ApiError> {
    find_pool(state, &resource_server.user_pool_id).await?;
    resource_server.update(state).await?;
    Ok(ResourceServerAnswer { resource_server })
}

/// `DeleteResourceServer`
pub(super) async fn delete_resource_server(
    state: &AppState,
    _: &Caller,
    request: ResourceServerRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    resource_servers::delete(state, &pool.id, &request.identifier).await?;
    Ok(Empty {})
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResourceServersRequest {
    user_pool_id: String,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResourceServersAnswer {
    resource_servers: Vec<ResourceServer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListResourceServers`
pub(super) async fn list_resource_servers(
    state: &AppState,
    _: &Caller,
    request: ListResourceServersRequest,
) -> Result<ListResourceServersAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let after = after(request.next_token.as_deref())?;
    let limit = request.max_results.unwrap_or(LONGEST_PAGE);
    let mut rows = state
        .store
        .resource_servers_after(&pool.id, &after, limit + 1)
        .await?;
    let next_token = next_token(&mut rows, limit, |row| &row.identifier);
    Ok(ListResourceServersAnswer {
        resource_servers: rows
            .into_iter()
            .map(ResourceServer::read)
            .collect::<Result<_, _>>()?,
        next_token,
    })
}

/// The most that a request may ask for (`ListResourceServersLimitType`).
const LONGEST_PAGE: i64 = 50;
