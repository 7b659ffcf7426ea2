//! User pools and app clients: what they are set to, found by id, made and deleted.
//!
//! Settings are stored as the service's own JSON (the shapes `UserPoolType` and
//! `UserPoolClientType`), complete with defaults, so that describing gives back what was set. The
//! typed view of them, [`Pool`] and [`Client`], is what operations decide by.

mod client;
mod client_secrets;
mod create;
mod devices;
mod document;
mod factor;
mod first_factor;
mod mfa;
mod oauth_settings;
mod pool;
mod recent;
pub mod schema;
mod sessions;
mod texts;
pub mod update;

pub use client::{Client, ClientSettings, ExplicitAuthFlow};
pub use client_secrets::{ClientSecret, ClientSecrets, StoredSecret, add_secret, delete_secret};
pub use create::{NewClient, NewPool};
pub use devices::DeviceConfiguration;
pub use factor::Factor;
pub use first_factor::FirstFactor;
pub use mfa::{PoolMfa, PoolMfaChange, Requirement, UserVerification};
pub use oauth_settings::{OAuthFlow, OAuthSettings};
pub use pool::{
    IdentifierAttribute, PasswordPolicy, Pool, PoolSettings, RecoveryMechanism, SchemaAttribute,
};
pub use recent::RecentClients;
pub use sessions::{
    ClientSessions, PoolSessions, longest_sso_seconds, set_client_sessions, set_pool_sessions,
};
pub use texts::PoolTexts;

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
    if let Some(found) = state.clients.get(id) {
        return Ok(found);
    }
    let reading = state.clients.reading();
    let row = state.store.client(id).await?;
    let row = row.ok_or_else(|| client_not_found(id))?;
    let client = Client::read(&state.sealer, row)?;
    let found = (find_pool(state, &client.pool_id).await?, client);
    state.clients.keep(reading, &found);
    Ok(found)
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
    if let Some(found) = state.clients.get(id).filter(|(pool, _)| pool.id == pool_id) {
        return Ok(found);
    }
    let pool = find_pool(state, pool_id).await?;
    let row = state
        .store
        .client(id)
        .await?
        .filter(|row| row.pool_id == pool_id);
    let client = Client::read(&state.sealer, row.ok_or_else(|| client_not_found(id))?)?;
    Ok((pool, client))
}

/// Changes a pool's settings of second factors.
///
/// # Errors
/// `InvalidParameterException` if MFA would be on without a factor,
/// `FeatureUnavailableInTierException` for codes by e-mail in the tier `LITE`.
pub async fn set_mfa(
    state: &AppState,
    pool: &Pool,
    change: PoolMfaChange,
) -> Result<PoolMfa, ApiError> {
    if change.has_email() && pool.is_lite()? {
        return Err(ApiError::feature_unavailable_in_tier(
            "MFA by email is not available in the LITE tier.",
        ));
    }
    let mfa = pool.mfa.changed(change)?;
    let now = state.clock.now();
    state
        .store
        .set_pool_mfa(&pool.id, &mfa.to_json()?, now)
        .await?;
    state.clients.forget();
    Ok(mfa)
}

/// Deletes a pool with its users, clients and signing keys.
///
/// # Errors
/// `InvalidParameterException` if the pool is protected or has a domain.
pub async fn delete(state: &AppState, pool: &Pool) -> Result<(), ApiError> {
    if pool.settings.is_protected_from_deletion() {
        return Err(ApiError::invalid_parameter(
            "The user pool cannot be deleted because deletion protection is activated.",
        ));
    }
    if !state.store.domains_of_pool(&pool.id).await?.is_empty() {
        return Err(ApiError::invalid_parameter(
            "User pool cannot be deleted. It has a domain configured that should be deleted first.",
        ));
    }
    state.store.delete_pool(&pool.id).await?;
    state.keys.forget(&pool.id);
    state.clients.forget();
    Ok(())
}

/// Deletes a client with the sign-ins through it.
///
/// # Errors
/// For no fault of the caller's.
pub async fn delete_client(state: &AppState, client: &Client) -> Result<(), ApiError> {
    state
        .store
        .delete_client(&client.pool_id, &client.id)
        .await?;
    state.clients.forget();
    Ok(())
}

fn client_not_found(id: &str) -> ApiError {
    ApiError::resource_not_found(format!("User pool client {id} does not exist."))
}
