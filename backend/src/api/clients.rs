//! Administrators' operations on app clients.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Empty;
use super::page::{after, next_token};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::pools::{self, Client, NewClient, find_client_of, find_pool, update};

/// Names a client.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ClientRequest {
    user_pool_id: String,
    client_id: String,
}

/// Carries a client.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ClientAnswer {
    user_pool_client: Map<String, Value>,
}

/// `CreateUserPoolClient`
pub(super) async fn create_user_pool_client(
    state: &AppState,
    _: &Caller,
    settings: Map<String, Value>,
) -> Result<ClientAnswer, ApiError> {
    let pool_id = settings
        .get("UserPoolId")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let pool = find_pool(state, pool_id).await?;
    let client = NewClient::new(&pool, settings)?.store(state, &pool).await?;
    Ok(ClientAnswer {
        user_pool_client: wire(&client)?,
    })
}

/// `UpdateUserPoolClient`
pub(super) async fn update_user_pool_client(
    state: &AppState,
    _: &Caller,
    settings: Map<String, Value>,
) -> Result<ClientAnswer, ApiError> {
    let text = |member: &str| settings.get(member).and_then(Value::as_str);
    let pool_id = text("UserPoolId").unwrap_or_default().to_owned();
    let id = text("ClientId").unwrap_or_default().to_owned();
    let (pool, client) = find_client_of(state, &pool_id, &id).await?;
    update::update_client(state, &pool, &client, settings).await?;
    let (_, client) = find_client_of(state, &pool_id, &id).await?;
    Ok(ClientAnswer {
        user_pool_client: wire(&client)?,
    })
}

/// `DescribeUserPoolClient`
pub(super) async fn describe_user_pool_client(
    state: &AppState,
    _: &Caller,
    request: ClientRequest,
) -> Result<ClientAnswer, ApiError> {
    let (_, client) = find_client_of(state, &request.user_pool_id, &request.client_id).await?;
    Ok(ClientAnswer {
        user_pool_client: wire(&client)?,
    })
}

/// `DeleteUserPoolClient`
pub(super) async fn delete_user_pool_client(
    state: &AppState,
    _: &Caller,
    request: ClientRequest,
) -> Result<Empty, ApiError> {
    let (_, client) = find_client_of(state, &request.user_pool_id, &request.client_id).await?;
    pools::delete_client(state, &client).await?;
    Ok(Empty {})
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListClientsRequest {
    user_pool_id: String,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListClientsAnswer {
    user_pool_clients: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListUserPoolClients`
pub(super) async fn list_user_pool_clients(
    state: &AppState,
    _: &Caller,
    request: ListClientsRequest,
) -> Result<ListClientsAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let after = after(request.next_token.as_deref())?;
    let limit = request.max_results.unwrap_or(60);
    let mut rows = state
        .store
        .clients_after(&pool.id, &after, limit + 1)
        .await?;
    let next_token = next_token(&mut rows, limit, |row| &row.id);
    let user_pool_clients = rows
        .into_iter()
        .map(|row| json!({ "ClientId": row.id, "UserPoolId": row.pool_id, "ClientName": row.name }))
        .collect();
    Ok(ListClientsAnswer {
        user_pool_clients,
        next_token,
    })
}

fn wire(client: &Client) -> Result<Map<String, Value>, ApiError> {
    let mut members = client.document()?;
    for (member, value) in [
        ("ClientId", json!(client.id)),
        ("UserPoolId", json!(client.pool_id)),
        ("ClientName", json!(client.name)),
        ("CreationDate", json!(client.created_at)),
        ("LastModifiedDate", json!(client.updated_at)),
    ] {
        members.insert(member.to_owned(), value);
    }
    if let Some(oldest) = client.secrets.iter().next() {
        let secret = json!(oldest.secret.secret());
        members.insert("ClientSecret".to_owned(), secret);
    }
    Ok(members)
}
