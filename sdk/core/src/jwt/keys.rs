//! The pool's public keys (`jwks.json`), fetched when they are needed and kept.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use crate::client::Client;
use crate::error::Error;
use crate::jwt::{Expected, Rejected, Unverified};
use crate::ports::{Ports, RsaPublicKey};
use crate::transport::Deadline;

/// How long an unknown key does not make the keys be fetched again, in milliseconds.
const COOL_DOWN_MS: u64 = 60_000;
/// The digits of the smallest modulus that is accepted: 2,048 bits in base64url.
const SHORTEST_MODULUS: usize = 342;

/// A set of JSON web keys ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)).
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct KeySet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// One key.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Jwk {
    /// Its name.
    pub kid: String,
    /// `RSA`, or a kind that is not used here.
    pub kty: String,
    /// Absent, or what it may be used with.
    pub alg: Option<String>,
    /// Absent, or `sig`.
    #[serde(rename = "use")]
    pub public_key_use: Option<String>,
    /// The modulus, in base64url.
    pub n: String,
    /// The exponent, in base64url.
    pub e: String,
}

/// Keys that were fetched before.
#[derive(Debug, Default)]
pub(crate) struct KeyCache {
    set: KeySet,
    fetched_at_ms: Option<u64>,
}

impl KeySet {
    /// The RS256 key of this name, if the set has it and it is strong enough.
    #[must_use]
    pub fn rs256(&self, kid: &str) -> Option<RsaPublicKey<'_>> {
        let fits = |value: &Option<String>, wanted| value.as_deref().is_none_or(|v| v == wanted);
        let key = self.keys.iter().find(|key| key.kid == kid)?;
        let is_usable = key.kty == "RSA"
            && fits(&key.alg, "RS256")
            && fits(&key.public_key_use, "sig")
            && key.n.len() >= SHORTEST_MODULUS;
        is_usable.then_some(RsaPublicKey {
            n: &key.n,
            e: &key.e,
        })
    }
}

impl<P: Ports> Client<P> {
    /// Believes a token or not, fetching the pool's keys if its key is not known.
    ///
    /// # Errors
    /// [`crate::ErrorCode::TokenRejected`], and those of fetching.
    pub(crate) async fn verify(
        &self,
        token: Unverified<'_>,
        expected: Expected<'_>,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<(super::Claims, String), Error> {
        let known = |cache: &KeyCache| cache.set.rs256(token.key_id()).is_some();
        if !known(&self.keys.borrow()) && self.may_fetch_keys() {
            self.fetch_keys(deadline).await?;
        }
        // A copy: the cache must not stay borrowed while the platform verifies.
        let set = self.keys.borrow().set.clone();
        let key = set.rs256(token.key_id()).ok_or(Rejected::UnknownKey)?;
        token.verify(&self.ports, key, expected).await
    }

    /// Fetches the pool's keys unless it was done before: before tokens are asked for, since tokens
    /// that cannot be verified are lost, and with them perhaps the refresh token that they replaced.
    pub(crate) async fn have_keys(&self, deadline: &Deadline<'_, P::Cancel>) -> Result<(), Error> {
        let were_fetched = self.keys.borrow().fetched_at_ms.is_some();
        if were_fetched {
            Ok(())
        } else {
            self.fetch_keys(deadline).await
        }
    }

    fn may_fetch_keys(&self) -> bool {
        let now_ms = self.ports.now_ms();
        let fetched_at_ms = self.keys.borrow().fetched_at_ms;
        fetched_at_ms.is_none_or(|at| now_ms.abs_diff(at) >= COOL_DOWN_MS)
    }

    async fn fetch_keys(&self, deadline: &Deadline<'_, P::Cancel>) -> Result<(), Error> {
        let path = ["/", self.config.pool.as_str(), "/.well-known/jwks.json"].concat();
        let set = self.read_document(&path, deadline).await?;
        let fetched_at_ms = Some(self.ports.now_ms());
        *self.keys.borrow_mut() = KeyCache { set, fetched_at_ms };
        Ok(())
    }
}
