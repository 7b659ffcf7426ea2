//! The two parties of a SAML sign-in: our pool as a service provider, with its key, and the identity provider, as its
//! metadata describes it.
//!
//! # Limits
//! Metadata at an address is read again after [`KEPT`]. If that fails, what was read before goes on being good, and it is
//! tried again after [`AGAIN`]; a restart forgets it. [`MOST`] of each party are remembered.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Url;
use zeroize::Zeroizing;

use super::{Failure, Step};
use crate::app::AppState;
use crate::error::ApiError;
use crate::identity_providers::IdentityProvider;
use crate::saml::{KeyAndCertificate, ProviderMetadata, SamlError, ServiceProvider, entity_id};
use crate::seal::Place;
use crate::store::SamlKeyRow;

/// How long metadata from an address is good for (the developer guide: the service reads it every six hours).
const KEPT: Duration = Duration::from_secs(6 * 3600);

/// How long after a failure metadata is asked for again.
const AGAIN: Duration = Duration::from_secs(60);

/// Parties of each side that are remembered.
const MOST: usize = 300;

/// The parties, as they were read. Cloning gives another handle.
#[derive(Clone, Default)]
pub struct SamlParties {
    pools: Arc<Mutex<HashMap<String, Arc<ServiceProvider>>>>,
    providers: Arc<Mutex<HashMap<String, Read>>>,
}

#[derive(Clone)]
struct Read {
    metadata: Arc<ProviderMetadata>,
    good_until: Instant,
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
    keep(&mut lock(pools), pool_id, Arc::clone(&made));
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

/// What a provider's metadata says, from the document in its details or at the address there.
///
/// # Errors
/// [`Failure::Unreachable`], [`Failure::Refused`]; [`Failure::Unbelievable`] for metadata that cannot be used.
pub async fn metadata(
    state: &AppState,
    provider: &IdentityProvider,
) -> Result<Arc<ProviderMetadata>, Failure> {
    in_details(state, &provider.details).await
}

async fn in_details(
    state: &AppState,
    details: &BTreeMap<String, String>,
) -> Result<Arc<ProviderMetadata>, Failure> {
    let detail = |name: &str| details.get(name).map_or("", String::as_str);
    match detail("MetadataURL") {
        "" => parsed(detail("MetadataFile")).map(Arc::new),
        address => at_address(state, address).await,
    }
}

/// What the metadata at an address says.
///
/// # Errors
/// As [`metadata`].
pub async fn at_address(state: &AppState, address: &str) -> Result<Arc<ProviderMetadata>, Failure> {
    let known = lock(&state.saml.providers).get(address).cloned();
    let now = Instant::now();
    if let Some(known) = known.as_ref().filter(|known| known.good_until > now) {
        return Ok(Arc::clone(&known.metadata));
    }
    let (metadata, kept) = match (read(state, address).await, known) {
        (Ok(metadata), _) => (Arc::new(metadata), KEPT),
        (Err(failure), Some(known)) => {
            tracing::warn!(address, %failure, "metadata stays as it was");
            (known.metadata, AGAIN)
        }
        (Err(failure), None) => return Err(failure),
    };
    let read = Read {
        metadata: Arc::clone(&metadata),
        good_until: now + kept,
    };
    keep(&mut lock(&state.saml.providers), address, read);
    Ok(metadata)
}

/// Reads the metadata in the details of a provider that is made or changed, and writes down there what administrators read back:
/// `SSORedirectBindingURI`, `SLORedirectBindingURI`, and `ActiveEncryptionCertificate` where responses are encrypted.
///
/// # Errors
/// `InvalidParameterException` for metadata that cannot be read or used.
pub async fn read_back(
    state: &AppState,
    pool_id: &str,
    details: &mut BTreeMap<String, String>,
) -> Result<(), ApiError> {
    let metadata = in_details(state, details).await.map_err(|failure| {
        ApiError::invalid_parameter(format!("ProviderDetails: the metadata: {failure}."))
    })?;
    let certificate = match details.get("EncryptedResponses").map(String::as_str) {
        Some("true") => Some(bare_certificate(state, pool_id).await?),
        _ => None,
    };
    for (name, value) in [
        ("SSORedirectBindingURI", Some(metadata.sign_in.clone())),
        ("SLORedirectBindingURI", metadata.logout.clone()),
        ("ActiveEncryptionCertificate", certificate),
    ] {
        match value {
            Some(value) => details.insert(name.to_owned(), value),
            None => details.remove(name),
        };
    }
    Ok(())
}

async fn read(state: &AppState, address: &str) -> Result<ProviderMetadata, Failure> {
    let address = Url::parse(address);
    let address = address.map_err(|_| Failure::Unbelievable("MetadataURL is no address"))?;
    let answer = state.outgoing.get(&address, &[]).await;
    let answer = answer.map_err(|error| Failure::of_request(Step::Metadata, &error))?;
    if !answer.status.is_success() {
        return Err(Failure::Refused(Step::Metadata, answer.status.as_u16()));
    }
    let text = std::str::from_utf8(&answer.body);
    parsed(text.map_err(|_| Failure::Unbelievable("the provider's metadata is no text"))?)
}

/// What metadata says.
///
/// # Errors
/// [`Failure::Unbelievable`] for metadata that cannot be used.
pub fn parsed(xml: &str) -> Result<ProviderMetadata, Failure> {
    ProviderMetadata::parse(xml).map_err(|error| match error {
        SamlError::Metadata(why) => Failure::Unbelievable(why),
        _ => Failure::Unbelievable("the provider's metadata cannot be used"),
    })
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

fn keep<T>(all: &mut HashMap<String, T>, key: &str, value: T) {
    if all.len() >= MOST && !all.contains_key(key) {
        all.clear();
    }
    all.insert(key.to_owned(), value);
}

fn place(pool_id: &str) -> Place<'_> {
    Place {
        table: "saml_keys",
        column: "private_key",
        row: pool_id,
        pool: pool_id,
    }
}
