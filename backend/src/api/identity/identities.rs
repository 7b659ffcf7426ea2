//! `GetId`, `UnlinkIdentity`, and administrators' operations on identities.

use serde::{Deserialize, Serialize};

use crate::api::Empty;
use crate::api::page::{PageRequest, next_token};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::identity::find;
use crate::identity::linking::{
    Authority, IdentityDescription, describe, new_guest, resolve, unlink,
};
use crate::identity::logins::{Logins, canonical, verify};
use crate::identity::pool::IdentityPool;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetIdRequest {
    identity_pool_id: String,
    #[serde(default)]
    logins: Logins,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetIdAnswer {
    identity_id: String,
}

/// `GetId`: no logins is a guest, a new one each time.
pub(super) async fn get_id(
    state: &AppState,
    caller: &Caller,
    request: GetIdRequest,
) -> Result<GetIdAnswer, ApiError> {
    let pool = IdentityPool::find(state, &request.identity_pool_id).await?;
    let identity_id = match request.logins.is_empty() {
        true => new_guest(state, caller, &pool).await?,
        false => {
            let logins = verify(state, caller, &pool, &request.logins).await?;
            resolve(state, &pool, None, &logins, Authority::Logins).await?
        }
    };
    Ok(GetIdAnswer { identity_id })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UnlinkRequest {
    identity_id: String,
    logins: Logins,
    logins_to_remove: Vec<String>,
}

/// `UnlinkIdentity`: whoever has a login of the identity takes logins off it.
pub(super) async fn unlink_identity(
    state: &AppState,
    caller: &Caller,
    request: UnlinkRequest,
) -> Result<Empty, ApiError> {
    let identity = find(state, &request.identity_id).await?;
    let pool = IdentityPool::find(state, &identity.pool_id).await?;
    let logins = verify(state, caller, &pool, &request.logins).await?;
    let linked = state.store.identity_logins(&identity.id).await?;
    let leads_there = logins.iter().any(|login| {
        let subject = login.subject_hash(state, &pool.id);
        let mut linked = linked.iter();
        linked.any(|row| row.provider == login.provider && row.subject == subject)
    });
    if !leads_there {
        return Err(ApiError::not_authorized(format!(
            "Access to Identity '{}' is forbidden.",
            identity.id
        )));
    }
    let names = request.logins_to_remove.iter();
    let names: Vec<_> = names.map(|name| canonical(state, name)).collect();
    unlink(state, &identity, |row| {
        row.developer_user.is_none() && names.contains(&row.provider)
    })
    .await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListIdentitiesRequest {
    identity_pool_id: String,
    #[serde(default)]
    hide_disabled: bool,
    #[serde(flatten)]
    page: PageRequest,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListIdentitiesAnswer {
    identity_pool_id: String,
    identities: Vec<IdentityDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListIdentities`
pub(super) async fn list_identities(
    state: &AppState,
    _: &Caller,
    request: ListIdentitiesRequest,
) -> Result<ListIdentitiesAnswer, ApiError> {
    let pool = IdentityPool::find(state, &request.identity_pool_id).await?;
    let (after, limit) = request.page.read()?;
    let with_disabled = !request.hide_disabled;
    let rows = state
        .store
        .identities_after(&pool.id, &after, with_disabled, limit + 1);
    let mut rows = rows.await?;
    let next_token = next_token(&mut rows, limit, |row| &row.id);
    let mut identities = Vec::with_capacity(rows.len());
    for row in rows {
        identities.push(describe(state, row).await?);
    }
    Ok(ListIdentitiesAnswer {
        identity_pool_id: pool.id,
        identities,
        next_token,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct IdentityRequest {
    identity_id: String,
}

/// `DescribeIdentity`
pub(super) async fn describe_identity(
    state: &AppState,
    _: &Caller,
    request: IdentityRequest,
) -> Result<IdentityDescription, ApiError> {
    describe(state, find(state, &request.identity_id).await?).await
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteIdentitiesRequest {
    identity_ids_to_delete: Vec<String>,
}

/// `UnprocessedIdentityId`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Unprocessed {
    identity_id: String,
    error_code: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteIdentitiesAnswer {
    unprocessed_identity_ids: Vec<Unprocessed>,
}

/// `DeleteIdentities`: one that is not there is deleted.
pub(super) async fn delete_identities(
    state: &AppState,
    _: &Caller,
    request: DeleteIdentitiesRequest,
) -> Result<DeleteIdentitiesAnswer, ApiError> {
    let mut unprocessed_identity_ids = Vec::new();
    for identity_id in request.identity_ids_to_delete {
        if let Err(error) = state.store.delete_identity(&identity_id).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "an identity cannot be deleted"
            );
            unprocessed_identity_ids.push(Unprocessed {
                identity_id,
                error_code: "InternalServerError",
            });
        }
    }
    Ok(DeleteIdentitiesAnswer {
        unprocessed_identity_ids,
    })
}
