//! What is remembered of the endpoints of a pool: which have failed, and until when they are avoided.
//!
//! After [`AVOIDED_MS`] one call that may be repeated tries the endpoint again; while it does, the others
//! go on avoiding it. Where all have failed, the one that has been avoided for longest is asked.

use alloc::vec::Vec;
use core::cell::RefCell;

use crate::ports::Network;
use crate::service::Service;

/// One entry per endpoint that has been asked for: 0, or until when it is avoided, in milliseconds since 1970.
#[derive(Debug, Default)]
pub(crate) struct Health(RefCell<Vec<u64>>);

impl<P: Network> Service<P> {
    /// The endpoint to ask: the first that is not avoided. `may_probe`: asking one in vain does no harm.
    pub(super) fn choose_endpoint(&self, may_probe: bool) -> usize {
        let now_ms = self.ports.now_ms();
        let mut avoided = self.health.0.borrow_mut();
        avoided.resize(self.config.endpoints.len(), 0);
        let mut chosen = 0;
        let mut soonest = u64::MAX;
        for (index, until) in avoided.iter_mut().enumerate() {
            if *until == 0 {
                return index;
            }
            if may_probe && *until <= now_ms {
                *until = now_ms + AVOIDED_MS;
                return index;
            }
            if *until < soonest {
                (chosen, soonest) = (index, *until);
            }
        }
        chosen
    }

    /// Notes whether an endpoint has answered.
    pub(super) fn note_endpoint(&self, index: usize, has_failed: bool) {
        if let Some(until) = self.health.0.borrow_mut().get_mut(index) {
            *until = match has_failed {
                true => self.ports.now_ms() + AVOIDED_MS,
                false => 0,
            };
        }
    }
}

/// How long an endpoint that has failed is avoided.
const AVOIDED_MS: u64 = 30_000;
