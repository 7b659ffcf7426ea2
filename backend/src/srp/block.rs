//! The `SECRET_BLOCK`: what the server must remember between its challenge and the client's proof,
//! sealed.

use std::fmt;

use base64ct::{Base64, Encoding};
use cognate_core::srp::{claim, session_key};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::group::{self, ArithmeticError, Element};
use crate::seal::{Place, SealError, Sealer};

/// How long a block may be answered, in seconds. No person acts in between, but a slow device
/// computes and a bad network repeats.
pub const BLOCK_SECONDS: i64 = 60;

/// Bytes before the user name.
const FIXED_LENGTH: usize = 16 + 8 + 8 + 32 + 32 + group::LENGTH + 32;

/// What is in a `SECRET_BLOCK`.
pub struct Block {
    /// Random; spent in the database by the first answer, right or wrong.
    pub id: [u8; 16],
    /// Seconds since 1970.
    pub issued_at: i64,
    /// The verifier's version: a password that was changed meanwhile makes the block void.
    pub verifier_version: i64,
    /// The real user name, or the decoy's; for a device its key.
    pub username: String,
    /// Keyed hash of the name that was typed; for a device, of the step's handle.
    pub sign_in_name: [u8; 32],
    pub(super) b: Zeroizing<[u8; 32]>,
    pub(super) u: [u8; 32],
    pub(super) a_public: Element,
}

impl Block {
    /// Reads a block that was sealed for this pool and audience and is not older than
    /// [`BLOCK_SECONDS`]. `None` for anything else: the client may know no more than that.
    #[must_use]
    pub fn open(
        sealer: &Sealer,
        pool_id: &str,
        audience: &str,
        base64: &str,
        now: i64,
    ) -> Option<Self> {
        let sealed = Base64::decode_vec(base64).ok()?;
        let plain = sealer.open(place(pool_id, audience), &sealed).ok()?;
        let block = Self::decode(&plain)?;
        (0..=BLOCK_SECONDS)
            .contains(&(now - block.issued_at))
            .then_some(block)
    }

    /// Whether `signature` (base64) is the proof of the password behind `verifier`, compared in
    /// constant time. `pool_name` is the pool's name in SRP, or a device's group key; `timestamp` and `secret_block` are the strings that were sent, unchanged.
    ///
    /// # Errors
    /// [`ArithmeticError`] when memory is exhausted.
    pub fn proves(
        &self,
        pool_name: &str,
        verifier: &Element,
        secret_block: &str,
        timestamp: &str,
        signature: &str,
    ) -> Result<bool, ArithmeticError> {
        let blinded = group::product(&self.a_public, &group::element_power(verifier, &self.u)?)?;
        let shared = group::element_power(&blinded, &self.b[..])?;
        let key = session_key(&self.u, shared.as_bytes());
        let block = Base64::decode_vec(secret_block).unwrap_or_default();
        let expected = claim(&key, pool_name, &self.username, &block, timestamp);
        // A signature of another form is compared too, as one that no key gives.
        let mut given = [0; 32];
        let well_formed =
            Base64::decode(signature, &mut given).is_ok_and(|bytes| bytes.len() == 32);
        Ok(bool::from(expected.ct_eq(&given)) & well_formed)
    }

    pub(super) fn seal(
        &self,
        sealer: &Sealer,
        pool_id: &str,
        audience: &str,
    ) -> Result<Vec<u8>, SealError> {
        let mut plain = Zeroizing::new(Vec::with_capacity(FIXED_LENGTH + self.username.len()));
        plain.extend_from_slice(&self.id);
        plain.extend_from_slice(&self.issued_at.to_be_bytes());
        plain.extend_from_slice(&self.verifier_version.to_be_bytes());
        plain.extend_from_slice(&self.b[..]);
        plain.extend_from_slice(&self.u);
        plain.extend_from_slice(self.a_public.as_bytes());
        plain.extend_from_slice(&self.sign_in_name);
        plain.extend_from_slice(self.username.as_bytes());
        sealer.seal(place(pool_id, audience), &plain)
    }

    fn decode(plain: &[u8]) -> Option<Self> {
        let (id, rest) = plain.split_first_chunk::<16>()?;
        let (issued_at, rest) = rest.split_first_chunk::<8>()?;
        let (version, rest) = rest.split_first_chunk::<8>()?;
        let (b, rest) = rest.split_first_chunk::<32>()?;
        let (u, rest) = rest.split_first_chunk::<32>()?;
        let (a_public, rest) = rest.split_first_chunk::<{ group::LENGTH }>()?;
        let (sign_in_name, username) = rest.split_first_chunk::<32>()?;
        Some(Self {
            id: *id,
            issued_at: i64::from_be_bytes(*issued_at),
            verifier_version: i64::from_be_bytes(*version),
            b: Zeroizing::new(*b),
            u: *u,
            a_public: Element::from_bytes(a_public)?,
            sign_in_name: *sign_in_name,
            username: std::str::from_utf8(username).ok()?.to_owned(),
        })
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block")
            .field("issued_at", &self.issued_at)
            .finish_non_exhaustive()
    }
}

/// A block never lies in a table; the sealer's place binds it to the pool and to where it may
/// be used.
fn place<'a>(pool_id: &'a str, audience: &'a str) -> Place<'a> {
    Place {
        table: "(wire)",
        column: "SECRET_BLOCK",
        row: audience,
        pool: pool_id,
    }
}
