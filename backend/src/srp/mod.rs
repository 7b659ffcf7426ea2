//! SRP-6a on the server: verifiers, challenges and the check of a client's proof. The formulas and
//! the letters are explained in [`cognate_core::srp`].
//!
//! # Steps
//! 1. A password becomes a [`verifier`]; salt and verifier are stored, the password is not.
//! 2. `USER_SRP_AUTH` sends `A` ([`client_public`]); [`Challenge::new`] answers salt, `B` and a
//!    `SECRET_BLOCK`, which carries the server's secrets sealed, so that nothing is stored between
//!    the two requests.
//! 3. `PASSWORD_VERIFIER` sends the block back with a proof; [`Block::open`] checks the block's
//!    place and age, the caller spends its one-time id, and [`Block::proves`] compares the proof in
//!    constant time.
//!
//! # Security model
//! - The block is sealed (AES-256-GCM-SIV) for one pool and one audience; in it are `b`, `A`, `u`,
//!   the user, the verifier's version, the time of issue and a one-time id. It is valid for
//!   [`BLOCK_SECONDS`].
//! - `A` of 0, of `N` or more, or of more than 768 digits is refused before anything is computed.
//! - An unknown user's verifier comes from a keyed function (`users::decoy`): the same work, the
//!   same answers.
//! - The exponent `b` has 256 bits; no exponent is ever shortened.
//!
//! # Cost
//! A power of the generator (0.1 ms) for the challenge, two exponentiations (0.45 ms each) for the
//! proof. They run inline on the
//! async worker: moving such a short computation to another thread costs more in latency than the
//! wait it would save.

mod block;
pub mod group;
mod timestamp;

use base64ct::{Base64, Encoding};
use cognate_core::srp::{K_MULTIPLIER, identity_hash, private_exponent, scrambling};
use zeroize::Zeroizing;

pub use block::{BLOCK_SECONDS, Block};
use group::{ArithmeticError, Element};
pub use timestamp::{TIMESTAMP_TOLERANCE_SECONDS, is_fresh, seconds_of_timestamp};

use crate::random::{self, NoRandomness};
use crate::seal::{SealError, Sealer};

/// Bytes of a salt.
pub const SALT_LENGTH: usize = 16;

/// Why SRP could not be carried out; nothing a client sends causes it.
#[derive(Debug, thiserror::Error)]
pub enum SrpError {
    /// The exponentiation failed.
    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
    /// The system gave no randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// A block could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// The name of a pool in SRP: what follows the first underscore of its id.
#[must_use]
pub fn pool_name(pool_id: &str) -> &str {
    pool_id.split_once('_').map_or(pool_id, |(_, name)| name)
}

/// `v = g^x` for a password. `username` is the real user name (`USER_ID_FOR_SRP`): a verifier is of
/// no use for another user or pool.
///
/// # Errors
/// [`ArithmeticError`] when memory is exhausted.
pub fn verifier(
    pool_id: &str,
    username: &str,
    password: &str,
    salt: &[u8],
) -> Result<Element, ArithmeticError> {
    let inner = identity_hash(pool_name(pool_id), username, password);
    group::generator_power(&private_exponent(salt, &inner))
}

/// `A` as a client sends it (`SRP_A`): hexadecimal of either case and of any number of digits up to
/// 768. `None` if it is not that, or 0, or not below `N`.
#[must_use]
pub fn client_public(hex: &str) -> Option<Element> {
    if hex.is_empty() || hex.len() > 2 * group::LENGTH {
        return None;
    }
    let digits: Vec<u8> = hex
        .chars()
        .map(|c| c.to_digit(16))
        .collect::<Option<Vec<_>>>()
        .map(|digits| {
            digits
                .into_iter()
                .filter_map(|digit| u8::try_from(digit).ok())
                .collect()
        })?;
    let bytes: Vec<u8> = digits
        .rchunks(2)
        .rev()
        .map(|pair| pair.iter().fold(0, |byte, d| byte << 4 | d))
        .collect();
    Element::from_bytes(&bytes).filter(|a_public| !a_public.is_zero())
}

/// Whom a challenge is for, and by which verifier.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The pool's id.
    pub pool_id: &'a str,
    /// Where the answer is taken: an app client, or one login transaction of it.
    pub audience: &'a str,
    /// The real user name, or the decoy's.
    pub username: &'a str,
    /// Keyed hash of the name that was typed, which the client may send again instead of the real
    /// one.
    pub sign_in_name: [u8; 32],
    /// `v`
    pub verifier: &'a Element,
    /// Goes up with every change of the password.
    pub verifier_version: i64,
}

/// What the server answers to `A`.
#[derive(Debug)]
pub struct Challenge {
    /// `B`, hexadecimal without leading zeros.
    pub b_public: String,
    /// The sealed block, base64.
    pub secret_block: String,
}

impl Challenge {
    /// Draws `b`, computes `B = k·v + g^b` and seals the block.
    ///
    /// # Errors
    /// [`SrpError`], for no fault of the client's.
    pub fn new(
        sealer: &Sealer,
        subject: Subject<'_>,
        a_public: Element,
        now: i64,
    ) -> Result<Self, SrpError> {
        let mut b = Zeroizing::new([0; 32]);
        random::fill(&mut b[..])?;
        Self::with_secret(sealer, subject, a_public, now, b)
    }

    fn with_secret(
        sealer: &Sealer,
        subject: Subject<'_>,
        a_public: Element,
        now: i64,
        b: Zeroizing<[u8; 32]>,
    ) -> Result<Self, SrpError> {
        let k = Element::from_bytes(&K_MULTIPLIER).ok_or(ArithmeticError)?;
        // B = 0 would need 2^3072 luck; a client refuses it, and the person tries again.
        let b_public = group::sum(
            &group::product(&k, subject.verifier)?,
            &group::generator_power(&b)?,
        )?;
        let mut id = [0; 16];
        random::fill(&mut id)?;
        let block = Block {
            id,
            issued_at: now,
            verifier_version: subject.verifier_version,
            b,
            u: scrambling(a_public.as_bytes(), b_public.as_bytes()),
            a_public,
            sign_in_name: subject.sign_in_name,
            username: subject.username.to_owned(),
        };
        let sealed = block.seal(sealer, subject.pool_id, subject.audience)?;
        Ok(Self {
            b_public: hex(b_public.as_bytes()),
            secret_block: Base64::encode_string(&sealed),
        })
    }
}

/// Lower-case hexadecimal without leading zeros, as numbers travel in this protocol.
fn hex(number: &[u8]) -> String {
    let digits: String = number.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests;
