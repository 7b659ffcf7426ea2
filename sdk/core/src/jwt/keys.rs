//! The pool's public keys (`jwks.json`), fetched when they are needed and kept.

use alloc::string::String;
use alloc::vec::Vec;

use crate::client::Client;
use crate::error::Error;
use crate::json::Value;
use crate::jwt::{Expected, Rejected, Unverified};
use crate::ports::{Ports, RsaPublicKey};
use crate::session::keeping::sealed::Keeping as _;
use crate::text::joined;
use crate::transport::Deadline;

/// How long an unknown key does not make the keys be fetched again, in milliseconds.
const COOL_DOWN_MS: u64 = 60_000;
/// The digits of the smallest modulus that is accepted: 2,048 bits in base64url.
const SHORTEST_MODULUS: usize = 342;

/// A set of JSON web keys ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)): those that RS256
/// tokens can be verified with.
#[derive(Debug, Default)]
pub struct KeySet(Vec<Jwk>);

/// One RSA key.
#[derive(Debug, Clone)]
struct Jwk {
    /// Its name.
    kid: String,
    /// The modulus, in base64url.
    n: String,
    /// The exponent, in base64url.
    e: String,
}

/// Keys that were fetched before.
#[derive(Debug, Default)]
pub(crate) struct KeyCache {
    set: KeySet,
    fetched_at_ms: Option<u64>,
}

impl KeySet {
    /// Reads `jwks.json`. Keys of another kind or use are left out, and weak and malformed ones.
    #[must_use]
    pub fn read(document: &impl Value) -> Self {
        let keys = document.member("keys").and_then(|keys| keys.elements());
        let mut usable = Vec::new();
        for key in keys.unwrap_or_default() {
            usable.extend(Jwk::read(&key));
        }
        Self(usable)
    }

    /// The key of this name.
    #[must_use]
    pub fn rs256(&self, kid: &str) -> Option<RsaPublicKey<'_>> {
        self.find(kid).map(Jwk::public_key)
    }

    fn find(&self, kid: &str) -> Option<&Jwk> {
        self.0.iter().find(|key| key.kid == kid)
    }
}

impl Jwk {
    fn read(key: &impl Value) -> Option<Self> {
        let text = |name| key.text_at(name).ok()?;
        let fits = |name, wanted| match key.member(name) {
            Some(value) => value.text().is_some_and(|text| text == wanted),
            None => true,
        };
        let n = text("n")?;
        let is_usable = text("kty")? == "RSA"
            && fits("alg", "RS256")
            && fits("use", "sig")
            && n.len() >= SHORTEST_MODULUS;
        is_usable.then_some(Self {
            kid: text("kid")?,
            n,
            e: text("e")?,
        })
    }

    fn public_key(&self) -> RsaPublicKey<'_> {
        RsaPublicKey {
            n: &self.n,
            e: &self.e,
        }
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
        // A copy: the cache must not stay borrowed while the platform verifies.
        let known = || self.keys.borrow().set.find(token.key_id()).cloned();
        let mut key = known();
        if key.is_none() && self.may_fetch_keys() {
            self.fetch_keys(deadline).await?;
            key = known();
        }
        let key = key.ok_or(Rejected::UnknownKey)?;
        token
            .verify(&self.service.ports, key.public_key(), expected)
            .await
    }

    /// Fetches the pool's keys unless it was done before: before tokens are asked for, since tokens
    /// that cannot be verified are lost, and with them perhaps the refresh token that they replaced.
    pub(crate) async fn have_keys(&self, deadline: &Deadline<'_, P::Cancel>) -> Result<(), Error> {
        #[cfg(feature = "login")]
        if self.service.login.is_some() {
            return Ok(()); // No token arrives there.
        }
        P::Keeping::prepare(self, deadline).await
    }

    /// The same, whatever the platform.
    pub(crate) async fn fetch_keys_once(
        &self,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<(), Error> {
        let were_fetched = self.keys.borrow().fetched_at_ms.is_some();
        if were_fetched {
            Ok(())
        } else {
            self.fetch_keys(deadline).await
        }
    }

    fn may_fetch_keys(&self) -> bool {
        let now_ms = self.service.ports.now_ms();
        let fetched_at_ms = self.keys.borrow().fetched_at_ms;
        fetched_at_ms.is_none_or(|at| now_ms.abs_diff(at) >= COOL_DOWN_MS)
    }

    async fn fetch_keys(&self, deadline: &Deadline<'_, P::Cancel>) -> Result<(), Error> {
        let path = joined(&[
            "/",
            self.service.config.pool.as_str(),
            "/.well-known/jwks.json",
        ]);
        let set = KeySet::read(&self.service.read_document(&path, deadline).await?.0);
        let fetched_at_ms = Some(self.service.ports.now_ms());
        *self.keys.borrow_mut() = KeyCache { set, fetched_at_ms };
        Ok(())
    }
}
