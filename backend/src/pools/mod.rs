//! User pools and app clients: what they are set to, found by id, made and deleted.
//!
//! Settings are stored as the service's own JSON (the shapes `UserPoolType` and
//! `UserPoolClientType`), complete with defaults, so that describing gives back what was set. The
//! typed view of them, [`Pool`] and [`Client`], is what operations decide by.

mod client;
mod create;
mod document;
mod pool;
mod seed;

pub use client::{Client, ClientSecret, ClientSettings, ExplicitAuthFlow};
pub use create::{NewClient, NewPool};
pub use pool::{
    IdentifierAttribute, PasswordPolicy, Pool, PoolSettings, RecoveryMechanism, SchemaAttribute,
};
pub use seed::{SeedError, seed};

use crate::app::AppState;
use crate::error::ApiError;

/// The pool with this id.
///
/// # Errors
/// `ResourceNotFoundException` if there is none.
pub async fn find_pool(state: &AppState, id: &str) -> Result<Pool, ApiError> {
    let row = state.store.pool(id).await?;
    let row =
        row.ok_or_else(|| ApiError::resource_not_found(format!("User pool {id} does not exist.")))?;
    Pool::read(row)
}

/// The client with this id, and its pool.
///
/// # Errors
/// `ResourceNotFoundException` if there is none.
pub async fn find_client(state: &AppState, id: &str) -> Result<(Pool, Client), ApiError> {
    let row = state.store.client(id).await?;
    let row = row.ok_or_else(|| client_not_found(id))?;
    let client = Client::read(&state.sealer, row)?;
    let pool = find_pool(state, &client.pool_id).await?;
    Ok((pool, client))
}

/// The client with this id if it belongs to this pool, and the pool.
///
/// # Errors
/// `ResourceNotFoundException` if there is no such pool, or no such client in it.
pub async fn find_client_of(
    state: &AppState,
    pool_id: &str,
    id: &str,
) -> Result<(Pool, Client), ApiError> {
    let pool = find_pool(state, pool_id).await?;
    let row = state
        .store
        .client(id)
        .await?
        .filter(|row| row.pool_id == pool_id);
    let client = Client::read(&state.sealer, row.ok_or_else(|| client_not_found(id))?)?;
    Ok((pool, client))
}

fn client_not_found(id: &str) -> ApiError {
    ApiError::resource_not_found(format!("User pool client {id} does not exist."))
}
