//! The two parties of a SAML sign-in as they are remembered: our pools as service providers, with their keys, and the identity providers,
//! as their metadata describes them ([`saml_metadata`](super::saml_metadata)).

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use super::saml_metadata::Documents;
use crate::app::AppState;
use crate::error::ApiError;
use crate::saml::{KeyAndCertificate, SamlError, ServiceProvider, entity_id};
use crate::seal::Place;
use crate::store::SamlKeyRow;

/// Pools that are remembered.
const MOST: usize = 300;

/// The parties, as they were read. Cloning gives another handle.
#[derive(Clone, Default)]
pub struct SamlParties {
    pools: Arc<Mutex<HashMap<String, Arc<ServiceProvider>>>>,
    pub(super) documents: Documents,
}

impl fmt::Debug for SamlParties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SamlParties(..)")
    }
}

/// A pool as a service provider; its key is made when it is first needed.
///
/// # Errors
/// For no fault of the caller's.
pub async fn service_provider(
    state: &AppState,
    pool_id: &str,
) -> Result<Arc<ServiceProvider>, ApiError> {
    let pools = &state.saml.pools;
    if let Some(known) = lock(pools).get(pool_id) {
        return Ok(Arc::clone(known));
    }
    let keys = keys(state, pool_id).await?;
    let internal = |error: SamlError| ApiError::internal(&error);
    let made = ServiceProvider::new(pool_id, &state.public_url, keys).map_err(internal)?;
    let made = Arc::new(made);
    let mut pools = lock(pools);
    if pools.len() >= MOST {
        pools.clear();
    }
    pools.insert(pool_id.to_owned(), Arc::clone(&made));
    Ok(made)
}

/// The certificate with which a pool signs requests, and for which providers encrypt: X.509, in base64 without the lines of
/// PEM, as metadata has it.
///
/// # Errors
/// For no fault of the caller's.
pub async fn bare_certificate(state: &AppState, pool_id: &str) -> Result<String, ApiError> {
    let pem = keys(state, pool_id).await?.certificate;
    Ok(pem.lines().filter(|line| !line.starts_with("--")).collect())
}

async fn keys(state: &AppState, pool_id: &str) -> Result<KeyAndCertificate, ApiError> {
    let row = match state.store.saml_key(pool_id).await? {
        Some(row) => row,
        None => {
            let now = state.clock.now();
            let made = KeyAndCertificate::generate(&entity_id(pool_id), now);
            let made = made.map_err(|error| ApiError::internal(&error))?;
            let row = SamlKeyRow {
                pool_id: pool_id.to_owned(),
                private_key: state.sealer.seal(place(pool_id), made.key.as_bytes())?,
                certificate: made.certificate,
                created_at: now,
            };
            // Another process may be faster: what is in the database counts.
            state.store.insert_first_saml_key(&row).await?;
            state.store.saml_key(pool_id).await?.unwrap_or(row)
        }
    };
    let key = state.sealer.open(place(pool_id), &row.private_key)?;
    let key = std::str::from_utf8(&key).map_err(|error| ApiError::internal(&error))?;
    Ok(KeyAndCertificate {
        key: Zeroizing::new(key.to_owned()),
        certificate: row.certificate,
    })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn place(pool_id: &str) -> Place<'_> {
    Place {
        table: "saml_keys",
        column: "private_key",
        row: pool_id,
        pool: pool_id,
    }
}
