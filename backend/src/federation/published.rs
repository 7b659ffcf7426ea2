//! What identity providers publish about themselves: discovery documents and public keys, kept for a while.
//!
//! # Limits
//! A document is good for [`KEPT`]; one in which something is missing is read again after [`AGAIN`] at the earliest, so
//! that tokens with invented keys do not make us ask a provider more often. [`MOST`] documents are kept.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use url::Url;

use super::{Failure, Step};
use crate::outgoing::Outgoing;

/// How long a document is good for.
const KEPT: Duration = Duration::from_secs(3600);

/// How long after it was read a document is read again for something it does not have.
const AGAIN: Duration = Duration::from_secs(30);

/// Documents that are kept.
const MOST: usize = 600;

/// The documents, as they were read. Cloning gives another handle.
#[derive(Clone)]
pub struct Published {
    outgoing: Outgoing,
    read: Arc<Mutex<HashMap<Url, Document>>>,
}

#[derive(Clone)]
struct Document {
    json: Arc<Value>,
    read_at: Instant,
}

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Published(..)")
    }
}

impl Published {
    /// Nothing read yet.
    #[must_use]
    pub fn new(outgoing: Outgoing) -> Self {
        Self {
            outgoing,
            read: Arc::default(),
        }
    }

    /// What `find` finds in the document at this address, which is read again if it finds nothing in an older one.
    ///
    /// # Errors
    /// [`Failure::Unreachable`], [`Failure::Refused`]; [`Failure::Unbelievable`] if it is not JSON.
    pub(super) async fn find<T>(
        &self,
        step: Step,
        address: &Url,
        find: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let known = self.known(address);
        if let Some(known) = known.filter(|known| known.read_at.elapsed() < KEPT) {
            let found = find(&known.json);
            if found.is_some() || known.read_at.elapsed() < AGAIN {
                return Ok(found);
            }
        }
        let json = self.fetch(step, address).await?;
        let found = find(&json);
        self.keep(address, json);
        Ok(found)
    }

    async fn fetch(&self, step: Step, address: &Url) -> Result<Value, Failure> {
        let answer = self.outgoing.get(address, &[]).await;
        let answer = answer.map_err(|error| Failure::of_request(step, &error))?;
        if !answer.status.is_success() {
            return Err(Failure::Refused(step, answer.status.as_u16()));
        }
        serde_json::from_slice(&answer.body)
            .map_err(|_| Failure::Unbelievable("a document of the provider's is not JSON"))
    }

    fn known(&self, address: &Url) -> Option<Document> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.get(address).cloned()
    }

    fn keep(&self, address: &Url, json: Value) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.len() >= MOST && !read.contains_key(address) {
            read.clear();
        }
        let document = Document {
            json: Arc::new(json),
            read_at: Instant::now(),
        };
        read.insert(address.clone(), document);
    }
}
