//! What a client's request brings besides its form.

use std::fmt;
use std::net::IpAddr;

use super::Proof;

/// The headers that say who sends a request.
#[derive(Clone, Default)]
pub struct Credentials {
    /// `Authorization`: a secret is in it.
    pub authorization: Option<String>,
    /// `DPoP`
    pub proof: Option<Proof>,
    /// The address that asks.
    pub address: Option<IpAddr>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}
