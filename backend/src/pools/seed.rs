//! The pools of the configuration, made on start-up.

use serde_json::{Map, Value};

use super::client::secret_place;
use super::document;
use crate::app::AppState;
use crate::config::{ClientConfig, PoolConfig};
use crate::keys::KeyError;
use crate::seal::SealError;
use crate::store::{ClientRow, PoolRow, StoreError};

/// Makes the configured pools and clients that do not exist yet.
///
/// # Errors
/// If the database fails or keys cannot be made.
pub async fn seed(state: &AppState) -> Result<(), SeedError> {
    for pool in &state.config.pools {
        if state.store.pool(&pool.id).await?.is_none() {
            insert_pool(state, pool).await?;
        }
        for client in &pool.clients {
            if state.store.client(&client.id).await?.is_none() {
                insert_client(state, pool, client).await?;
            }
        }
    }
    Ok(())
}

/// Why the configured pools could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The database failed.
    #[error("the pools of the configuration cannot be stored")]
    Store(#[from] StoreError),
    /// Signing keys could not be made.
    #[error("signing keys cannot be made")]
    Key(#[from] KeyError),
    /// A client's secret could not be sealed.
    #[error("a client's secret cannot be sealed")]
    Seal(#[from] SealError),
}

async fn insert_pool(state: &AppState, pool: &PoolConfig) -> Result<(), SeedError> {
    let now = state.clock.now();
    let row = PoolRow {
        id: pool.id.clone(),
        name: pool.name.clone().unwrap_or_else(|| pool.id.clone()),
        settings: Value::Object(document::of_pool(pool.settings.clone())).to_string(),
        created_at: now,
        updated_at: now,
    };
    let keys = state.keys.generate(&pool.id, now)?;
    Ok(state.store.insert_pool(&row, &keys).await?)
}

async fn insert_client(
    state: &AppState,
    pool: &PoolConfig,
    client: &ClientConfig,
) -> Result<(), SeedError> {
    let now = state.clock.now();
    let settings: Map<String, Value> = document::of_client(client.settings.clone());
    let secret = match &client.secret {
        None => None,
        Some(secret) => Some(
            state
                .sealer
                .seal(secret_place(&client.id, &pool.id), secret.as_bytes())?,
        ),
    };
    let row = ClientRow {
        id: client.id.clone(),
        pool_id: pool.id.clone(),
        name: client.name.clone().unwrap_or_else(|| client.id.clone()),
        settings: Value::Object(settings).to_string(),
        secret,
        created_at: now,
        updated_at: now,
    };
    Ok(state.store.insert_client(&row).await?)
}
