//! What the metadata of SAML providers says: from a document in their details, or from an address.
//!
//! # Limits
//! - What an address gave is good for [`KEPT`]. If reading it again fails it goes on being good, and is tried again after [`AGAIN`]; a
//!   restart forgets it.
//! - Nobody makes us ask more often than every [`AGAIN`], whether the address answers or not: neither with messages that are signed by
//!   another key ([`newer`]), nor with any for a provider that is down. Several who need it at once wait for one request.
//! - [`MOST`] documents are remembered: a new one takes the place of the oldest.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use url::Url;

use super::saml_parties::bare_certificate;
use super::{Failure, Step};
use crate::app::AppState;
use crate::error::ApiError;
use crate::identity_providers::IdentityProvider;
use crate::opaque_secret::{hash, row_name};
use crate::saml::{ProviderMetadata, SamlError};

/// How long metadata from an address is good for, in seconds (the developer guide: the service reads it every six hours).
const KEPT: i64 = 6 * 3600;

/// How long after an address was asked it is asked again at the earliest, in seconds.
const AGAIN: i64 = 60;

/// Documents that are remembered.
const MOST: usize = 600;

/// The documents, as they were read, by address or by what they are. Cloning gives another handle.
#[derive(Clone, Default)]
pub(super) struct Documents(Arc<Mutex<HashMap<String, Arc<Slot>>>>);

/// One document's place.
#[derive(Default)]
struct Slot {
    last: Mutex<Last>,
    /// Held by whoever asks the address.
    flight: tokio::sync::Mutex<()>,
}

/// What was read last, and what came of trying.
#[derive(Default)]
struct Last {
    read: Option<(Arc<ProviderMetadata>, i64)>,
    failed: Option<(Why, i64)>,
}

/// Why a document could not be read.
#[derive(Clone, Copy)]
enum Why {
    Unreachable,
    Refused(u16),
    Unbelievable(&'static str),
}

/// What the metadata of a provider says.
///
/// # Errors
/// [`Failure::Unreachable`], [`Failure::Refused`]; [`Failure::Unbelievable`] for metadata that cannot be used.
pub async fn metadata(
    state: &AppState,
    provider: &IdentityProvider,
) -> Result<Arc<ProviderMetadata>, Failure> {
    match provider.detail("MetadataURL") {
        "" => in_file(state, provider.detail("MetadataFile")),
        address => at_address(state, address).await,
    }
}

/// What the metadata of a provider said when it was last read, however long ago: nobody is asked.
pub(super) fn remembered(
    state: &AppState,
    provider: &IdentityProvider,
) -> Option<Arc<ProviderMetadata>> {
    match provider.detail("MetadataURL") {
        "" => in_file(state, provider.detail("MetadataFile")).ok(),
        address => {
            let slot = state.saml.documents.slot(address);
            let last = slot.last();
            last.read.as_ref().map(|(read, _)| Arc::clone(read))
        }
    }
}

/// What a document says.
///
/// # Errors
/// [`Failure::Unbelievable`] for metadata that cannot be used.
pub fn in_file(state: &AppState, xml: &str) -> Result<Arc<ProviderMetadata>, Failure> {
    let slot = state.saml.documents.slot(&row_name(&hash(xml)));
    if let Some((known, _)) = &slot.last().read {
        return Ok(Arc::clone(known));
    }
    let metadata = Arc::new(parsed(xml)?);
    slot.last().read = Some((Arc::clone(&metadata), state.clock.now()));
    Ok(metadata)
}

/// What the document at an address says.
///
/// # Errors
/// As [`metadata`].
pub async fn at_address(state: &AppState, address: &str) -> Result<Arc<ProviderMetadata>, Failure> {
    let slot = state.saml.documents.slot(address);
    if let Some(known) = slot.last().known(state.clock.now()) {
        return known;
    }
    let _flight = slot.flight.lock().await;
    // Somebody else may have asked meanwhile.
    if let Some(known) = slot.last().known(state.clock.now()) {
        return known;
    }
    slot.read(state, address).await
}

/// The provider's metadata, read again because a message does not fit what was read before: its keys may be others since. `None`
/// where it has no address, was asked a moment ago, or cannot be read.
pub(super) async fn newer(
    state: &AppState,
    provider: &IdentityProvider,
) -> Option<Arc<ProviderMetadata>> {
    match provider.detail("MetadataURL") {
        "" => None,
        address => newer_at(state, address).await,
    }
}

/// The same of an address.
pub async fn newer_at(state: &AppState, address: &str) -> Option<Arc<ProviderMetadata>> {
    let slot = state.saml.documents.slot(address);
    let _flight = slot.flight.lock().await;
    if slot.last().was_asked(state.clock.now()) {
        return None;
    }
    slot.read(state, address).await.ok()
}

/// Reads the metadata in the details of a provider that is made or changed, however lately it was read, and writes down there what
/// administrators read back: `SSORedirectBindingURI`, `SLORedirectBindingURI`, and `ActiveEncryptionCertificate` where responses are
/// encrypted.
///
/// # Errors
/// `InvalidParameterException` for metadata that cannot be read or used.
pub async fn read_back(
    state: &AppState,
    pool_id: &str,
    details: &mut BTreeMap<String, String>,
) -> Result<(), ApiError> {
    let detail = |name: &str| details.get(name).map_or("", String::as_str);
    let metadata = match detail("MetadataURL") {
        "" => in_file(state, detail("MetadataFile")),
        address => {
            let slot = state.saml.documents.slot(address);
            let _flight = slot.flight.lock().await;
            let read = fetched(state, address).await;
            slot.keep(state, read)
        }
    };
    let metadata = metadata.map_err(|failure| {
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

impl Documents {
    fn slot(&self, name: &str) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(name) {
            return Arc::clone(slot);
        }
        if slots.len() >= MOST {
            let oldest = slots.iter().min_by_key(|(_, slot)| slot.last().asked_at());
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                slots.remove(&oldest);
            }
        }
        Arc::clone(slots.entry(name.to_owned()).or_default())
    }
}

impl Slot {
    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the address. What was read before stays where that fails.
    async fn read(
        &self,
        state: &AppState,
        address: &str,
    ) -> Result<Arc<ProviderMetadata>, Failure> {
        let read = fetched(state, address).await;
        let kept = self.keep(state, read);
        match (kept, &self.last().read) {
            (Err(failure), Some((before, _))) => {
                tracing::warn!(address, %failure, "metadata stays as it was");
                Ok(Arc::clone(before))
            }
            (kept, _) => kept,
        }
    }

    fn keep(
        &self,
        state: &AppState,
        read: Result<ProviderMetadata, Why>,
    ) -> Result<Arc<ProviderMetadata>, Failure> {
        let (mut last, now) = (self.last(), state.clock.now());
        match read {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *last = Last {
                    read: Some((Arc::clone(&metadata), now)),
                    failed: None,
                };
                Ok(metadata)
            }
            Err(why) => {
                last.failed = Some((why, now));
                Err(why.into())
            }
        }
    }
}

impl Last {
    /// What is known without asking.
    fn known(&self, now: i64) -> Option<Result<Arc<ProviderMetadata>, Failure>> {
        let failed = self.failed.filter(|(_, at)| is_within(*at, AGAIN, now));
        match (&self.read, failed) {
            (Some((metadata, at)), _) if is_within(*at, KEPT, now) => {
                Some(Ok(Arc::clone(metadata)))
            }
            (Some((metadata, _)), Some(_)) => Some(Ok(Arc::clone(metadata))),
            (None, Some((why, _))) => Some(Err(why.into())),
            (_, None) => None,
        }
    }

    /// Whether the address was asked a moment ago.
    fn was_asked(&self, now: i64) -> bool {
        let read = self.read.as_ref().map(|(_, at)| *at);
        let failed = self.failed.map(|(_, at)| at);
        [read, failed]
            .iter()
            .flatten()
            .any(|at| is_within(*at, AGAIN, now))
    }

    fn asked_at(&self) -> i64 {
        let read = self.read.as_ref().map(|(_, at)| *at);
        let failed = self.failed.map(|(_, at)| at);
        // One that is being read for the first time is the newest.
        read.max(failed).unwrap_or(i64::MAX)
    }
}

impl From<Why> for Failure {
    fn from(why: Why) -> Self {
        match why {
            Why::Unreachable => Self::Unreachable(Step::Metadata),
            Why::Refused(status) => Self::Refused(Step::Metadata, status),
            Why::Unbelievable(why) => Self::Unbelievable(why),
        }
    }
}

/// A clock that was set back makes nothing good for longer.
fn is_within(since: i64, seconds: i64, now: i64) -> bool {
    (0..seconds).contains(&now.saturating_sub(since))
}

async fn fetched(state: &AppState, address: &str) -> Result<ProviderMetadata, Why> {
    let address = Url::parse(address);
    let address = address.map_err(|_| Why::Unbelievable("MetadataURL is no address"))?;
    let answer = state.outgoing.get(&address, &[]).await;
    let answer = answer.map_err(|error| {
        tracing::warn!(%error, "a provider's metadata cannot be read");
        Why::Unreachable
    })?;
    if !answer.status.is_success() {
        return Err(Why::Refused(answer.status.as_u16()));
    }
    let text = std::str::from_utf8(&answer.body);
    parsed(text.map_err(|_| Why::Unbelievable("the provider's metadata is no text"))?)
}

fn parsed(xml: &str) -> Result<ProviderMetadata, Why> {
    ProviderMetadata::parse(xml).map_err(|error| match error {
        SamlError::Metadata(why) => Why::Unbelievable(why),
        _ => Why::Unbelievable("the provider's metadata cannot be used"),
    })
}
