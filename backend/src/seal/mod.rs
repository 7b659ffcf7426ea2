//! Data at rest: encryption bound to its place, and keyed hashes.
//!
//! One master key (32 bytes, [`MasterKey`]) gives three independent keys by HKDF-SHA256:
//! 1. the sealing key: AES-256-GCM-SIV with a random 96-bit nonce. The associated data is
//!    `table|column|row|pool`, so a sealed value moved to another row, column or pool does not open;
//! 2. the lookup key: HMAC-SHA256 of values that are searched for (e-mail addresses, user names),
//!    so that the database holds no plain personal data and yet finds a user;
//! 3. the derivation key: HMAC-SHA256 for answers that must be stable without being stored, such as
//!    the decoy salt of a user who does not exist.
//!
//! # Security model
//! Whoever has the database alone learns nothing from sealed columns. Whoever also has the master
//! key has everything: the SRP verifiers are fast hashes, the key is their defence.
//!
//! # Format
//! `1 | key id (4 bytes) | nonce (12) | ciphertext and tag`. The key id is the first bytes of a hash
//! of the sealing key: a wrong master key is told apart from a damaged value.

mod master_key;

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{digest, hkdf, hmac, rand};
use zeroize::Zeroizing;

pub use master_key::{MasterKey, MasterKeyError};

const FORMAT: u8 = 1;
const KEY_ID_LEN: usize = 4;
const HEADER_LEN: usize = 1 + KEY_ID_LEN + NONCE_LEN;

/// Where a sealed value lives. It opens only there.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The table's name.
    pub table: &'a str,
    /// The column's name.
    pub column: &'a str,
    /// The row's key, for example the user name.
    pub row: &'a str,
    /// The pool's id, or `""` for what belongs to no pool.
    pub pool: &'a str,
}

impl Place<'_> {
    /// Length-prefixed parts: no two places share their bytes.
    fn associated_data(&self) -> Vec<u8> {
        framed(&[
            self.table.as_bytes(),
            self.column.as_bytes(),
            self.row.as_bytes(),
            self.pool.as_bytes(),
        ])
    }
}

/// Seals, opens and derives with keys made from the master key. Cloning gives another handle.
#[derive(Clone)]
pub struct Sealer(Arc<Keys>);

struct Keys {
    id: [u8; KEY_ID_LEN],
    sealing: LessSafeKey,
    lookup: hmac::Key,
    derivation: hmac::Key,
}

impl Sealer {
    /// Derives the keys.
    ///
    /// # Errors
    /// [`SealError::Cryptography`] if the library refuses, which it has no reason to.
    pub fn new(master: &MasterKey) -> Result<Self, SealError> {
        let sealing = expand(master, b"cognate sealing v1")?;
        let lookup = expand(master, b"cognate lookup v1")?;
        let derivation = expand(master, b"cognate derivation v1")?;
        let fingerprint = digest::digest(&digest::SHA256, &sealing[..]);
        let mut id = [0; KEY_ID_LEN];
        id.copy_from_slice(&fingerprint.as_ref()[..KEY_ID_LEN]);
        let unbound =
            UnboundKey::new(&AES_256_GCM_SIV, &sealing[..]).map_err(|_| SealError::Cryptography)?;
        Ok(Self(Arc::new(Keys {
            id,
            sealing: LessSafeKey::new(unbound),
            lookup: hmac::Key::new(hmac::HMAC_SHA256, &lookup[..]),
            derivation: hmac::Key::new(hmac::HMAC_SHA256, &derivation[..]),
        })))
    }

    /// Encrypts a value for one place in the database.
    ///
    /// # Errors
    /// [`SealError::Cryptography`] if there is no randomness.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| SealError::Cryptography)?;
        let mut sealed = Vec::with_capacity(HEADER_LEN + plain.len() + AES_256_GCM_SIV.tag_len());
        sealed.push(FORMAT);
        sealed.extend_from_slice(&self.0.id);
        sealed.extend_from_slice(&nonce);
        // Encrypted in a buffer of its own: if that fails, no plain text is in `sealed`.
        let mut body = Zeroizing::new(plain.to_vec());
        let tag = self
            .0
            .sealing
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.associated_data()),
                &mut body[..],
            )
            .map_err(|_| SealError::Cryptography)?;
        sealed.extend_from_slice(&body);
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Decrypts what [`Sealer::seal`] made for the same place.
    ///
    /// # Errors
    /// [`SealError::OtherKey`] if another master key sealed it, [`SealError::Damaged`] if it was
    /// changed or belongs elsewhere.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (header, body) = sealed
            .split_at_checked(HEADER_LEN)
            .ok_or(SealError::Damaged)?;
        let (format, header) = header.split_at(1);
        let (id, nonce) = header.split_at(KEY_ID_LEN);
        if format != [FORMAT] {
            return Err(SealError::Damaged);
        }
        if id != self.0.id {
            return Err(SealError::OtherKey);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Damaged)?;
        let mut plain = Zeroizing::new(body.to_vec());
        let length = self
            .0
            .sealing
            .open_in_place(nonce, Aad::from(place.associated_data()), &mut plain)
            .map_err(|_| SealError::Damaged)?
            .len();
        plain.truncate(length);
        Ok(plain)
    }

    /// The keyed hash a value is found by: `kind` is for example `email`.
    /// The caller normalises the value (case) first.
    #[must_use]
    pub fn lookup(&self, kind: &str, pool: &str, value: &str) -> [u8; 32] {
        mac(
            &self.0.lookup,
            &[kind.as_bytes(), pool.as_bytes(), value.as_bytes()],
        )
    }

    /// 32 bytes that only this backend can compute: the same for the same label and data.
    #[must_use]
    pub fn derive(&self, label: &str, data: &[&[u8]]) -> [u8; 32] {
        let mut parts = Vec::with_capacity(data.len() + 1);
        parts.push(label.as_bytes());
        parts.extend_from_slice(data);
        mac(&self.0.derivation, &parts)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

/// Why a value could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The cryptographic library refused.
    #[error("the cryptographic library refused")]
    Cryptography,
    /// Sealed with another master key.
    #[error("sealed with another master key: is this the key file that belongs to this database?")]
    OtherKey,
    /// Changed, cut, or moved from another place.
    #[error("a sealed value is damaged or is not where it was sealed for")]
    Damaged,
}

fn expand(master: &MasterKey, label: &[u8]) -> Result<Zeroizing<[u8; 32]>, SealError> {
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, b"cognate").extract(master.secret());
    let mut out = Zeroizing::new([0; 32]);
    key.expand(&[label], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut out[..]))
        .map_err(|_| SealError::Cryptography)?;
    Ok(out)
}

fn mac(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let tag = hmac::sign(key, &framed(parts));
    let mut out = [0; 32];
    out.copy_from_slice(tag.as_ref());
    out
}

/// The parts one after another, each behind its length, so that no boundary can be moved.
fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

#[cfg(test)]
mod tests;
