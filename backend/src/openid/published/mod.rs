//! The documents of issuers, kept for a while: metadata and public keys.
//!
//! # Limits
//! A document is good for [`KEPT`]. One in which something is missing (a key with an unknown id, or another key under a
//! known one) is read again after [`AGAIN`] at the earliest, so that tokens with invented keys do not make us ask an
//! issuer more often; [`FAILED`] holds for one that could not be read. Several who need a document at once wait for one
//! request. Documents have [`LONGEST`] bytes at most, and [`MOST`] are kept: a new one takes the place of the oldest.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use url::Url;

use super::{Document, OpenIdError};
use crate::clock::Clock;
use crate::outgoing::Outgoing;

/// How long a document is good for, in seconds.
const KEPT: i64 = 3600;

/// How long after it was read a document is read again for something it does not have, in seconds.
const AGAIN: i64 = 30;

/// How long a document that could not be read is not asked for again, in seconds.
const FAILED: i64 = 5;

/// The longest document, in bytes.
const LONGEST: usize = 256 * 1024;

/// Documents that are kept.
const MOST: usize = 600;

/// The documents, as they were read. Cloning gives another handle.
#[derive(Clone)]
pub struct Published {
    outgoing: Outgoing,
    clock: Clock,
    slots: Arc<Mutex<HashMap<Url, Arc<Slot>>>>,
}

/// One document's place.
#[derive(Default)]
struct Slot {
    last: Mutex<Last>,
    /// Held by whoever asks the issuer.
    flight: tokio::sync::Mutex<()>,
}

/// What was read last, and what came of trying.
#[derive(Clone, Default)]
struct Last {
    document: Option<(Arc<Value>, i64)>,
    failed: Option<(OpenIdError, i64)>,
}

/// What is known without asking.
enum Known<T> {
    Found(T),
    Missing,
    Failed(OpenIdError),
    /// The issuer has to be asked.
    Nothing,
}

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Published(..)")
    }
}

impl Published {
    /// Nothing read yet.
    #[must_use]
    pub fn new(outgoing: Outgoing, clock: Clock) -> Self {
        Self {
            outgoing,
            clock,
            slots: Arc::default(),
        }
    }

    /// What `find` finds in the document at this address, which is read again if it finds nothing in an older one.
    ///
    /// # Errors
    /// [`OpenIdError::Unreachable`], [`OpenIdError::Refused`]; [`OpenIdError::Unbelievable`] if it is not JSON.
    pub async fn find<T>(
        &self,
        document: Document,
        address: &Url,
        find: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, OpenIdError> {
        let slot = self.slot(address);
        if let Some(known) = slot.known(self.clock.now(), &find).answer() {
            return known;
        }
        let _flight = slot.flight.lock().await;
        // Somebody else may have asked meanwhile.
        if let Some(known) = slot.known(self.clock.now(), &find).answer() {
            return known;
        }
        let read = self.fetch(document, address).await;
        let now = self.clock.now();
        let mut last = slot.last();
        match read {
            Ok(json) => {
                let found = find(&json);
                *last = Last {
                    document: Some((Arc::new(json), now)),
                    failed: None,
                };
                Ok(found)
            }
            Err(error) => {
                last.failed = Some((error, now));
                Err(error)
            }
        }
    }

    async fn fetch(&self, document: Document, address: &Url) -> Result<Value, OpenIdError> {
        let answer = self.outgoing.get(address, &[]).await;
        let answer = answer.map_err(|error| {
            tracing::warn!(?document, %error, "an identity provider does not answer");
            OpenIdError::Unreachable(document)
        })?;
        if !answer.status.is_success() {
            return Err(OpenIdError::Refused(document, answer.status.as_u16()));
        }
        let body = Some(&answer.body).filter(|body| body.len() <= LONGEST);
        let body = body.ok_or(OpenIdError::Unbelievable(
            "a document of the provider's is too long",
        ))?;
        serde_json::from_slice(body)
            .map_err(|_| OpenIdError::Unbelievable("a document of the provider's is not JSON"))
    }

    fn slot(&self, address: &Url) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(address) {
            return Arc::clone(slot);
        }
        if slots.len() >= MOST {
            let oldest = slots.iter().min_by_key(|(_, slot)| slot.last().tried_at());
            if let Some(oldest) = oldest.map(|(address, _)| address.clone()) {
                slots.remove(&oldest);
            }
        }
        Arc::clone(slots.entry(address.clone()).or_default())
    }
}

impl<T> Known<T> {
    fn answer(self) -> Option<Result<Option<T>, OpenIdError>> {
        match self {
            Self::Found(found) => Some(Ok(Some(found))),
            Self::Missing => Some(Ok(None)),
            Self::Failed(error) => Some(Err(error)),
            Self::Nothing => None,
        }
    }
}

impl Slot {
    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known<T>(&self, now: i64, find: impl Fn(&Value) -> Option<T>) -> Known<T> {
        let last = self.last().clone();
        // A clock that was set back makes no document good for longer.
        let is_within = |since: i64, seconds| (0..seconds).contains(&now.saturating_sub(since));
        if let Some((json, read_at)) = last.document.filter(|(_, at)| is_within(*at, KEPT)) {
            if let Some(found) = find(&json) {
                return Known::Found(found);
            }
            if is_within(read_at, AGAIN) {
                return Known::Missing;
            }
        }
        match last.failed {
            Some((error, at)) if is_within(at, FAILED) => Known::Failed(error),
            _ => Known::Nothing,
        }
    }
}

impl Last {
    fn tried_at(&self) -> i64 {
        let read = self.document.as_ref().map(|(_, at)| *at);
        let failed = self.failed.map(|(_, at)| at);
        // One that is being read for the first time is the newest.
        read.max(failed).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests;
