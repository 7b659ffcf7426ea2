//! What a second factor that was proved is worth later: what `mfa`, `devices` and `sessions` remember of it.
//!
//! # Security model
//! A proof of an authenticator app says nothing about the app that took its place, nor one of an address
//! about the next address. Whatever relies on an older proof keeps the [`Generation`] it was made in, and
//! counts only while that is the current one (`mfa::current_generation`).

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::pools::Factor;

/// What a user's second factors were at one time: a keyed hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation([u8; 32]);

/// A second factor that was proved, and what the user's factors were then.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProvedFactor {
    /// Which one.
    pub factor: Factor,
    /// What it was one of.
    pub generation: Generation,
}

impl Generation {
    /// The one with this keyed hash.
    #[must_use]
    pub fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// Whether this is the one that was stored.
    #[must_use]
    pub fn is(&self, stored: Option<&[u8]>) -> bool {
        stored.is_some_and(|stored| self.0.ct_eq(stored).into())
    }

    /// What is stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}
