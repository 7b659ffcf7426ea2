//! The pools' signing keys: RS256 over RSA with 2,048 bits, two per pool, and more while they are rotated
//! ([`rotation`]).
//!
//! ID tokens and access tokens are signed with different keys, as the service does. Keys are made
//! with the pool, sealed in the database, parsed once and kept in memory: parsing a key for each
//! signature would halve the signatures per second.
//! The public halves are the pool's JWKS (RFC 7517); tokens are JWS compact (RFC 7515).
//!
//! # Security model
//! Only `alg: RS256` is ever written or accepted, and a token is checked with the key of the use it
//! is presented for: an ID token is no access token.

mod identity_keys;
mod jwks;
pub mod rotation;
mod signing_key;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::Clock;
use crate::seal::{SealError, Sealer};
use crate::store::{SigningKeyRow, Store, StoreError};
use signing_key::{SigningKey, generate};

pub use identity_keys::IdentityKeys;
pub use jwks::{Jwk, Jwks};

/// How long another process's new keys may go unnoticed here.
const VALIDITY: Duration = Duration::from_secs(10);

/// What a token is for, as in its claim `token_use`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenUse {
    /// Says who signed in.
    Id,
    /// Allows to call.
    Access,
}

impl TokenUse {
    /// The word in the claim and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Access => "access",
        }
    }
}

/// Signs and checks tokens with the pools' keys. Cloning gives another handle.
#[derive(Clone)]
pub struct SigningKeys {
    store: Store,
    sealer: Sealer,
    clock: Clock,
    parsed: Arc<RwLock<HashMap<String, Arc<PoolKeys>>>>,
}

/// The keys of a pool that sign, will sign or still verify; for each use the oldest first.
struct PoolKeys {
    id: Vec<Arc<SigningKey>>,
    access: Vec<Arc<SigningKey>>,
    read_at: Instant,
}

impl SigningKeys {
    /// Keys of the pools in this store.
    #[must_use]
    pub fn new(store: Store, sealer: Sealer, clock: Clock) -> Self {
        Self {
            store,
            sealer,
            clock,
            parsed: Arc::default(),
        }
    }

    /// Makes the keys of a new pool, for [`Store::insert_pool`].
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn generate(&self, pool_id: &str, now: i64) -> Result<Vec<SigningKeyRow>, KeyError> {
        [TokenUse::Id, TokenUse::Access]
            .into_iter()
            .map(|token_use| generate(&self.sealer, pool_id, token_use, now, now))
            .collect()
    }

    /// The claims as a signed token (JWS compact).
    ///
    /// # Errors
    /// [`KeyError::NoPool`] if the pool has no keys.
    pub async fn sign(
        &self,
        pool_id: &str,
        token_use: TokenUse,
        claims: &(impl Serialize + Sync),
    ) -> Result<String, KeyError> {
        let keys = self.keys(pool_id).await?;
        let key = signing(keys.of(token_use), self.clock.now()).ok_or(KeyError::NoPool)?;
        key.sign(&serde_json::to_vec(claims).map_err(KeyError::Claims)?)
    }

    /// The claims of a token that this pool signed for this use. Checks the signature, `alg` and
    /// `kid`; what the claims say (expiry, issuer, `token_use`) is the caller's to check.
    ///
    /// # Errors
    /// [`KeyError::Token`] if the token is not ours.
    pub async fn verify<C: DeserializeOwned>(
        &self,
        pool_id: &str,
        token_use: TokenUse,
        token: &str,
    ) -> Result<C, KeyError> {
        let keys = self.keys(pool_id).await?;
        signed_by(keys.of(token_use), token)
    }

    /// The public keys of a pool.
    ///
    /// # Errors
    /// [`KeyError::NoPool`] if the pool has no keys.
    pub async fn jwks(&self, pool_id: &str) -> Result<Jwks, KeyError> {
        let keys = self.keys(pool_id).await?;
        let all = keys.id.iter().chain(&keys.access);
        Ok(Jwks {
            keys: all.map(|key| key.jwk()).collect(),
        })
    }

    /// Forgets what was read of a pool's keys.
    pub fn forget(&self, pool_id: &str) {
        self.parsed
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(pool_id);
    }

    async fn keys(&self, pool_id: &str) -> Result<Arc<PoolKeys>, KeyError> {
        let known = self
            .parsed
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(pool_id)
            .cloned();
        if let Some(keys) = known.as_ref().filter(|keys| keys.is_fresh()) {
            return Ok(Arc::clone(keys));
        }
        let read_at = Instant::now();
        let rows = self.store.signing_keys(pool_id).await?;
        let now = self.clock.now();
        let open = |token_use: TokenUse| {
            let of_use = rows.iter().filter(|row| {
                row.token_use == token_use.as_str() && rotation::verifies_tokens(row, &rows, now)
            });
            of_use
                .map(
                    |row| match known.as_ref().and_then(|keys| keys.find(&row.kid)) {
                        Some(parsed) => Ok(parsed),
                        None => SigningKey::open(&self.sealer, row).map(Arc::new),
                    },
                )
                .collect::<Result<Vec<_>, KeyError>>()
        };
        let (id, access) = (open(TokenUse::Id)?, open(TokenUse::Access)?);
        let mut parsed = self.parsed.write().unwrap_or_else(PoisonError::into_inner);
        if id.is_empty() || access.is_empty() {
            parsed.remove(pool_id);
            return Err(KeyError::NoPool);
        }
        let keys = Arc::new(PoolKeys {
            id,
            access,
            read_at,
        });
        parsed.insert(pool_id.to_owned(), Arc::clone(&keys));
        Ok(keys)
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeys(..)")
    }
}

impl PoolKeys {
    fn of(&self, token_use: TokenUse) -> &[Arc<SigningKey>] {
        match token_use {
            TokenUse::Id => &self.id,
            TokenUse::Access => &self.access,
        }
    }

    fn find(&self, kid: &str) -> Option<Arc<SigningKey>> {
        let mut all = self.id.iter().chain(&self.access);
        all.find(|key| key.kid == kid).map(Arc::clone)
    }

    fn is_fresh(&self) -> bool {
        self.read_at.elapsed() < VALIDITY
    }
}

/// The key that signs now, of keys with the oldest first. A clock that was set back signs with the first, not with none.
fn signing(keys: &[Arc<SigningKey>], now: i64) -> Option<&Arc<SigningKey>> {
    let started = keys.iter().rev().find(|key| key.starts_at <= now);
    started.or_else(|| keys.first())
}

/// The claims of a token that one of these keys signed.
fn signed_by<C: DeserializeOwned>(keys: &[Arc<SigningKey>], token: &str) -> Result<C, KeyError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(KeyError::Token)?;
    let (header, claims) = signed.split_once('.').ok_or(KeyError::Token)?;
    // Our own header is one constant string per key: anything else was not signed by it.
    let key = keys.iter().find(|key| key.header == header);
    let signature = Base64UrlUnpadded::decode_vec(signature).map_err(|_| KeyError::Token)?;
    key.ok_or(KeyError::Token)?
        .verify(signed.as_bytes(), &signature)?;
    let claims = Base64UrlUnpadded::decode_vec(claims).map_err(|_| KeyError::Token)?;
    serde_json::from_slice(&claims).map_err(|_| KeyError::Token)
}

/// Why a token could not be signed or was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The pool does not exist: it has no keys.
    #[error("the pool has no signing keys")]
    NoPool,
    /// Not a token this pool signed for this use.
    #[error("not a token of this pool and use")]
    Token,
    /// The claims are not JSON.
    #[error("the claims cannot be written as JSON")]
    Claims(#[source] serde_json::Error),
    /// The cryptographic library refused.
    #[error("the cryptographic library refused")]
    Cryptography,
    /// The key cannot be unsealed.
    #[error("a signing key cannot be unsealed")]
    Seal(#[from] SealError),
    /// The database failed.
    #[error("signing keys cannot be read")]
    Store(#[from] StoreError),
}
