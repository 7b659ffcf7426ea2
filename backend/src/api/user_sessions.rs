//! `ListUserSessions`, `RevokeUserSession`, the administrators' variants, and the settings of sessions.

use cognate_core::secret::AccessToken;
use serde::{Deserialize, Serialize};

use super::page::after;
use super::requests::UserRequest;
use super::{Empty, secret};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::pools::{self, ClientSessions, Pool, PoolSessions, find_client_of, find_pool};
use crate::sessions::{self, Associated, Session, SessionId};
use crate::store::SessionsAfter;
use crate::tokens::verify_access;
use crate::users::User;

/// Sessions in a page: the contract has no member to ask for fewer.
const PAGE: usize = 60;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminListRequest {
    #[serde(flatten)]
    user: UserRequest,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListAnswer {
    sessions: Vec<Description>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    session_id: String,
    session_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    create_date: i64,
    last_active_date: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_type: Option<String>,
    #[serde(rename = "LastIPAddress", skip_serializing_if = "Option::is_none")]
    last_ip_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin_session_id: Option<String>,
    /// Never where an administrator asks.
    is_current_session: bool,
}

/// `ListUserSessions`
pub(super) async fn list_user_sessions(
    state: &AppState,
    _: &Caller,
    request: ListRequest,
) -> Result<ListAnswer, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    let own = Some(access.origin_jti.as_str());
    let token = request.next_token.as_deref();
    list(state, &access.pool, &access.user, own, token).await
}

/// `AdminListUserSessions`
pub(super) async fn admin_list_user_sessions(
    state: &AppState,
    _: &Caller,
    request: AdminListRequest,
) -> Result<ListAnswer, ApiError> {
    let (pool, user) = request.user.find_in_pool(state).await?;
    list(state, &pool, &user, None, request.next_token.as_deref()).await
}

async fn list(
    state: &AppState,
    pool: &Pool,
    user: &User,
    own: Option<&str>,
    next_token: Option<&str>,
) -> Result<ListAnswer, ApiError> {
    let position = next_token.map(position).transpose()?;
    let page = sessions::list(state, pool, user, position.as_ref(), PAGE).await?;
    let sessions = page.sessions.into_iter();
    Ok(ListAnswer {
        sessions: sessions.map(|session| describe(session, own)).collect(),
        next_token: page
            .next
            .map(|next| super::page::token_after(&format!("{} {}", next.started_at, next.id))),
    })
}

/// The last session of the page before.
fn position(next_token: &str) -> Result<SessionsAfter, ApiError> {
    let text = after(Some(next_token))?;
    text.split_once(' ')
        .and_then(|(started_at, id)| {
            Some(SessionsAfter {
                started_at: started_at.parse().ok()?,
                id: id.to_owned(),
            })
        })
        .ok_or_else(|| ApiError::invalid_parameter("Invalid pagination token given."))
}

fn describe(session: Session, own: Option<&str>) -> Description {
    let is_own = |own: &str| matches!(session.id, SessionId::Token(id) if id.to_string() == own);
    Description {
        session_type: match session.id {
            SessionId::Token(_) => "TOKEN",
            SessionId::Sso(_) => "SSO",
        },
        is_current_session: own.is_some_and(is_own),
        session_id: session.id.to_string(),
        client_id: session.client_id,
        create_date: session.started_at,
        last_active_date: session.last_active_at,
        device_type: session.device_name,
        last_ip_address: session.last_address,
        origin_session_id: session.sso.map(|id| id.to_string()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RevokeRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    session_id: String,
    #[serde(default)]
    revoke_associated_sessions: Associated,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminRevokeRequest {
    #[serde(flatten)]
    user: UserRequest,
    session_id: String,
    #[serde(default)]
    revoke_associated_sessions: Associated,
}

/// `RevokeUserSession`
pub(super) async fn revoke_user_session(
    state: &AppState,
    _: &Caller,
    request: RevokeRequest,
) -> Result<Empty, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    let own = Some(access.origin_jti.as_str());
    let (id, associated) = (&request.session_id, request.revoke_associated_sessions);
    sessions::revoke_one(state, &access.pool, &access.user, id, own, associated).await?;
    Ok(Empty {})
}

/// `AdminRevokeUserSession`
pub(super) async fn admin_revoke_user_session(
    state: &AppState,
    _: &Caller,
    request: AdminRevokeRequest,
) -> Result<Empty, ApiError> {
    let (pool, user) = request.user.find_in_pool(state).await?;
    let (id, associated) = (&request.session_id, request.revoke_associated_sessions);
    sessions::revoke_one(state, &pool, &user, id, None, associated).await?;
    Ok(Empty {})
}

/// Names a pool, and may carry its settings; the answers are the same.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PoolConfiguration {
    user_pool_id: String,
    #[serde(flatten)]
    sessions: PoolSessions,
}

/// `GetUserPoolSessionConfiguration`
pub(super) async fn get_user_pool_session_configuration(
    state: &AppState,
    _: &Caller,
    request: PoolConfiguration,
) -> Result<PoolConfiguration, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    Ok(PoolConfiguration {
        sessions: pool.sessions,
        user_pool_id: pool.id,
    })
}

/// `SetUserPoolSessionConfiguration`
pub(super) async fn set_user_pool_session_configuration(
    state: &AppState,
    _: &Caller,
    request: PoolConfiguration,
) -> Result<PoolConfiguration, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    pools::set_pool_sessions(state, &pool, request.sessions).await?;
    Ok(request)
}

/// Names a client, and may carry its settings; the answers are the same.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ClientConfiguration {
    user_pool_id: String,
    client_id: String,
    #[serde(flatten)]
    sessions: ClientSessions,
}

/// `GetUserPoolClientSessionConfiguration`
pub(super) async fn get_user_pool_client_session_configuration(
    state: &AppState,
    _: &Caller,
    request: ClientConfiguration,
) -> Result<ClientConfiguration, ApiError> {
    let (_, client) = find_client_of(state, &request.user_pool_id, &request.client_id).await?;
    Ok(ClientConfiguration {
        sessions: client.sessions,
        ..request
    })
}

/// `SetUserPoolClientSessionConfiguration`
pub(super) async fn set_user_pool_client_session_configuration(
    state: &AppState,
    _: &Caller,
    request: ClientConfiguration,
) -> Result<ClientConfiguration, ApiError> {
    let (pool, client) = find_client_of(state, &request.user_pool_id, &request.client_id).await?;
    pools::set_client_sessions(state, &pool, &client, request.sessions).await?;
    Ok(request)
}
