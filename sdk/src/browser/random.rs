//! Randomness from `crypto.getRandomValues`.

use cognate_core::ports::{Random, Unavailable};

use super::Browser;
use super::scope::scope;

impl Random for Browser {
    fn fill(&self, into: &mut [u8]) -> Result<(), Unavailable> {
        WebRandom.fill(into)
    }
}

/// The same randomness for those who have no [`Browser`] yet.
#[derive(Debug)]
pub(super) struct WebRandom;

impl Random for WebRandom {
    fn fill(&self, into: &mut [u8]) -> Result<(), Unavailable> {
        let crypto = scope().crypto().ok_or(Unavailable)?;
        // The API fills at most 65,536 bytes at a time.
        for part in into.chunks_mut(65_536) {
            crypto
                .get_random_values_with_u8_array(part)
                .map_err(|_| Unavailable)?;
        }
        Ok(())
    }
}
