//! The keys that tokens of identities are signed with: RS512 over RSA with 2,048 bits, one that signs for all
//! identity pools, made when it is first needed, rotated as the user pools' are ([`super::rotation`]).

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::rotation::{self, ANNOUNCED_SECONDS};
use super::signing_key::{Algorithm, SigningKey, new_pair};
use super::{Jwks, KeyError, VALIDITY, signed_by, signing};
use crate::clock::Clock;
use crate::seal::{Place, Sealer};
use crate::store::{IdentityKeyRow, Store};

/// Signs and checks the tokens of identities. Cloning gives another handle.
#[derive(Clone)]
pub struct IdentityKeys {
    store: Store,
    sealer: Sealer,
    clock: Clock,
    parsed: Arc<RwLock<Option<Parsed>>>,
}

/// The keys that sign, will sign or still verify, the oldest first.
#[derive(Clone)]
struct Parsed {
    keys: Arc<[Arc<SigningKey>]>,
    read_at: Instant,
}

impl IdentityKeys {
    /// The keys in this store.
    #[must_use]
    pub fn new(store: Store, sealer: Sealer, clock: Clock) -> Self {
        Self {
            store,
            sealer,
            clock,
            parsed: Arc::default(),
        }
    }

    /// The claims as a signed token (JWS compact).
    ///
    /// # Errors
    /// If the key cannot be read or made.
    pub async fn sign(&self, claims: &(impl Serialize + Sync)) -> Result<String, KeyError> {
        let keys = self.keys().await?;
        let key = signing(&keys, self.clock.now()).ok_or(KeyError::Cryptography)?;
        key.sign(&serde_json::to_vec(claims).map_err(KeyError::Claims)?)
    }

    /// The claims of a token that was signed here; what they say is the caller's to check.
    ///
    /// # Errors
    /// [`KeyError::Token`] if the token is not ours.
    pub async fn verify<C: DeserializeOwned>(&self, token: &str) -> Result<C, KeyError> {
        signed_by(&self.keys().await?, token)
    }

    /// The public halves.
    ///
    /// # Errors
    /// If a key cannot be read or made.
    pub async fn jwks(&self) -> Result<Jwks, KeyError> {
        Ok(Jwks {
            keys: self.keys().await?.iter().map(|key| key.jwk()).collect(),
        })
    }

    /// Makes the next key. Answers when it signs, seconds since 1970; one that is announced already is not
    /// overtaken.
    ///
    /// # Errors
    /// If a key cannot be read or made.
    pub async fn rotate(&self) -> Result<i64, KeyError> {
        let now = self.clock.now();
        let newest = self.rows().await?.last().map_or(now, |row| row.starts_at);
        if newest > now {
            return Ok(newest);
        }
        let starts_at = now + ANNOUNCED_SECONDS;
        let new = self.next(starts_at)?;
        self.store.replace_identity_keys(Some(&new), &[]).await?;
        self.forget();
        tracing::info!(starts_at, "a new signing key of identities is announced");
        Ok(starts_at)
    }

    /// Makes a new key that signs at once and deletes the others: every token of an identity ends.
    ///
    /// # Errors
    /// If a key cannot be made.
    pub async fn replace(&self) -> Result<(), KeyError> {
        let old = self.store.identity_keys().await?;
        let old: Vec<&str> = old.iter().map(|row| row.kid.as_str()).collect();
        let new = self.next(self.clock.now())?;
        self.store.replace_identity_keys(Some(&new), &old).await?;
        self.forget();
        tracing::warn!("the signing key of identities was replaced");
        Ok(())
    }

    /// Deletes the keys that verify no more and, if there is a `period` in seconds, makes the next one when the
    /// newest has been signing for that long. Makes none where none was needed yet.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn maintain(&self, period: Option<i64>) -> Result<(), KeyError> {
        let now = self.clock.now();
        let rows = self.store.identity_keys().await?;
        let ended: Vec<&str> = rows
            .iter()
            .filter(|row| !verifies(row, &rows, now))
            .map(|row| row.kid.as_str())
            .collect();
        if !ended.is_empty() {
            self.store.replace_identity_keys(None, &ended).await?;
            self.forget();
        }
        let is_due = |row: &IdentityKeyRow| period.is_some_and(|p| row.starts_at + p <= now);
        if rows.last().is_some_and(is_due) {
            self.rotate().await?;
        }
        Ok(())
    }

    fn forget(&self) {
        *self.parsed.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn keys(&self) -> Result<Arc<[Arc<SigningKey>]>, KeyError> {
        let known = self
            .parsed
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(known) = known.filter(|known| known.read_at.elapsed() < VALIDITY) {
            return Ok(known.keys);
        }
        let read_at = Instant::now();
        let (rows, now) = (self.rows().await?, self.clock.now());
        let rows_that_count = rows.iter().filter(|row| verifies(row, &rows, now));
        let keys = rows_that_count.map(|row| self.open(row));
        let keys: Arc<[_]> = keys.collect::<Result<Vec<_>, KeyError>>()?.into();
        let parsed = Parsed {
            keys: Arc::clone(&keys),
            read_at,
        };
        *self.parsed.write().unwrap_or_else(PoisonError::into_inner) = Some(parsed);
        Ok(keys)
    }

    /// One at least, the first to sign first.
    async fn rows(&self) -> Result<Vec<IdentityKeyRow>, KeyError> {
        let rows = self.store.identity_keys().await?;
        if !rows.is_empty() {
            return Ok(rows);
        }
        // Another process may be faster: what is in the database counts.
        let first = self.next(self.clock.now())?;
        self.store.insert_first_identity_key(&first).await?;
        Ok(self.store.identity_keys().await?)
    }

    fn next(&self, starts_at: i64) -> Result<IdentityKeyRow, KeyError> {
        let (kid, private) = new_pair()?;
        Ok(IdentityKeyRow {
            private_key: self.sealer.seal(place(&kid), &private)?,
            kid,
            created_at: self.clock.now(),
            starts_at,
        })
    }

    fn open(&self, row: &IdentityKeyRow) -> Result<Arc<SigningKey>, KeyError> {
        let private = self.sealer.open(place(&row.kid), &row.private_key)?;
        let key = SigningKey::parse(&row.kid, Algorithm::Rs512, &private, row.starts_at)?;
        Ok(Arc::new(key))
    }
}

impl fmt::Debug for IdentityKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityKeys(..)")
    }
}

fn verifies(row: &IdentityKeyRow, rows: &[IdentityKeyRow], now: i64) -> bool {
    rotation::verifies(row.starts_at, rows.iter().map(|other| other.starts_at), now)
}

fn place(kid: &str) -> Place<'_> {
    Place {
        table: "identity_signing_keys",
        column: "private_key",
        row: kid,
        pool: "",
    }
}
