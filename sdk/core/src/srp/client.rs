//! The client's side of one SRP sign-in.
//!
//! Steps: [`Handshake::begin`] picks `a`; `SRP_A` goes to the server; [`Handshake::prove`] checks what
//! came back and makes the claim.
//!
//! # Security model
//!
//! A server that picks `B = 0 mod N`, or values that give `u = 0`, would learn a password verifier or
//! make the proof independent of the password: both are refused, and so is every number that is not
//! in its range. `a` has 256 bits, RFC 5054's minimum; the server cannot see its size. The password
//! and everything derived from it is computed in constant time and wiped.

use alloc::string::String;
use alloc::vec::Vec;

use cognate_modexp::{LENGTH, is_zero_mod_n, mul, pow, pow_of_two, sub, widen};
use zeroize::Zeroizing;

use super::hash::{K_MULTIPLIER, claim, identity_hash, private_exponent, scrambling, session_key};
use super::hex;
use crate::base64;
use crate::error::{Error, ErrorCode};
use crate::ports::{Random, Unavailable};

/// The most bytes that a salt may have. The service sends 16, a device's may have 17.
const MAXIMUM_SALT: usize = 64;
/// The most characters that a secret block may have. The service's have about 1,700.
const MAXIMUM_SECRET_BLOCK: usize = 16_384;

/// The client's secret and public value of one sign-in. Not reusable: [`Self::prove`] consumes it.
pub struct Handshake {
    secret: Zeroizing<Vec<u8>>,
    public: [u8; LENGTH],
}

/// What the server's `PASSWORD_VERIFIER` challenge holds.
#[derive(Debug, Clone, Copy)]
pub struct ServerValues<'a> {
    /// `SALT`, in hexadecimal.
    pub salt: &'a str,
    /// `SRP_B`, in hexadecimal.
    pub public: &'a str,
    /// `SECRET_BLOCK`, in base64.
    pub secret_block: &'a str,
}

/// Whose password is proved. For a device: its group key and its key.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// The part of the pool id after the underscore.
    pub pool: &'a str,
    /// `USER_ID_FOR_SRP`: the real user name.
    pub user: &'a str,
}

/// Why the server's values were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// A number has no digits, other characters than hexadecimal digits, or too many of them.
    MalformedNumber,
    /// `B` is not below `N`.
    OutOfRange,
    /// `A` or `B` is zero modulo `N`.
    ZeroPublicValue,
    /// `u` is zero.
    ZeroScrambling,
    /// The secret block is not base64, or too long.
    MalformedSecretBlock,
}

impl Handshake {
    /// Picks 256 random bits.
    ///
    /// # Errors
    /// [`Unavailable`] when the platform has no secure randomness.
    pub fn begin(random: &impl Random) -> Result<Self, Unavailable> {
        let mut secret = Zeroizing::new([0; 32]);
        random.fill(&mut *secret)?;
        // 2^-256 for a zero secret: then the source is broken.
        Self::dangerous_with_secret(&*secret).map_err(|_| Unavailable)
    }

    /// Uses a given secret, up to 1,024 bits: for tests against recorded values. A secret that is
    /// used twice, or known to anybody, gives the password away.
    ///
    /// # Errors
    /// [`Refused::ZeroPublicValue`] when `A` is 1, the public value of a zero secret, and
    /// [`Refused::OutOfRange`] for more than 128 bytes.
    pub fn dangerous_with_secret(secret: &[u8]) -> Result<Self, Refused> {
        if secret.len() > 128 {
            return Err(Refused::OutOfRange);
        }
        let public = pow_of_two(secret);
        // g is a unit: A is never 0 mod N. A = 1 is its equivalent here, a secret of zero.
        if widen(&[1]).is_some_and(|one| one == public) {
            return Err(Refused::ZeroPublicValue);
        }
        Ok(Self {
            secret: Zeroizing::new(secret.to_vec()),
            public,
        })
    }

    /// `A`.
    #[must_use]
    pub fn public(&self) -> &[u8; LENGTH] {
        &self.public
    }

    /// `SRP_A`: lower-case hexadecimal without leading zeros, perhaps an odd number of digits.
    #[must_use]
    pub fn public_hex(&self) -> String {
        hex::from_number(&self.public)
    }

    /// `PASSWORD_CLAIM_SIGNATURE`: the proof that `password` is known, for this sign-in and this
    /// [`timestamp`](super::timestamp) only.
    ///
    /// # Errors
    /// [`Refused`] when the server's values are ones that an honest server never sends.
    pub fn prove(
        self,
        server: ServerValues<'_>,
        identity: Identity<'_>,
        password: &str,
        timestamp: &str,
    ) -> Result<String, Refused> {
        let public = public_value(server.public)?;
        let salt = hex::to_bytes(server.salt, MAXIMUM_SALT).ok_or(Refused::MalformedNumber)?;
        if server.secret_block.len() > MAXIMUM_SECRET_BLOCK {
            return Err(Refused::MalformedSecretBlock);
        }
        let secret_block =
            base64::decode(server.secret_block).ok_or(Refused::MalformedSecretBlock)?;

        let u = scrambling(&self.public, &public);
        if u == [0; 32] {
            return Err(Refused::ZeroScrambling);
        }
        let x = private_exponent(
            &salt,
            &identity_hash(identity.pool, identity.user, password),
        );
        let key = session_key(&u, &*self.shared_value(&public, &u, &x));
        let proof = claim(&key, identity.pool, identity.user, &secret_block, timestamp);
        Ok(base64::encode(&proof))
    }

    /// `S = (B - k * g^x) ^ (a + u * x)`.
    #[must_use]
    pub fn shared_value(
        &self,
        server_public: &[u8; LENGTH],
        u: &[u8; 32],
        x: &[u8; 32],
    ) -> Zeroizing<[u8; LENGTH]> {
        let mut k = [0; LENGTH];
        k[LENGTH - K_MULTIPLIER.len()..].copy_from_slice(&K_MULTIPLIER);
        let verifier = Zeroizing::new(verifier(x));
        let base = Zeroizing::new(sub(server_public, &Zeroizing::new(mul(&k, &verifier))));
        Zeroizing::new(pow(&base, &exponent(&self.secret, u, x)))
    }
}

impl core::fmt::Debug for Handshake {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Handshake([redacted])")
    }
}

impl From<Refused> for Error {
    fn from(_: Refused) -> Self {
        Self::answered(
            ErrorCode::ServerUntrusted,
            "the server's SRP values are ones that an honest server never sends",
        )
    }
}

/// `v = g^x`: what a server keeps instead of the password.
#[must_use]
pub fn verifier(x: &[u8; 32]) -> [u8; LENGTH] {
    pow_of_two(x)
}

/// Parses the `SRP_A` or `SRP_B` of the other side: at most 768 digits, below `N`, not zero.
///
/// # Errors
/// [`Refused`].
pub fn public_value(text: &str) -> Result<[u8; LENGTH], Refused> {
    let bytes = hex::to_bytes(text, LENGTH).ok_or(Refused::MalformedNumber)?;
    let number = widen(&bytes).ok_or(Refused::MalformedNumber)?;
    if is_zero_mod_n(&number) {
        return Err(Refused::ZeroPublicValue);
    }
    match number < cognate_modexp::N {
        true => Ok(number),
        false => Err(Refused::OutOfRange),
    }
}

/// `a + u * x`, never shortened modulo anything. The length depends on the length of `a` only.
fn exponent(a: &[u8], u: &[u8; 32], x: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    // u * x + a is below 2^512 as long as a is below 2^256.
    let length = if a.len() <= 32 {
        64
    } else {
        a.len().max(64) + 1
    };
    // Columns of byte products, least significant first: at most 32 * 255^2 + 255 in each.
    let mut columns = Zeroizing::new(alloc::vec![0u32; length]);
    for (i, u) in u.iter().rev().enumerate() {
        for (column, x) in columns.iter_mut().skip(i).zip(x.iter().rev()) {
            *column += u32::from(*u) * u32::from(*x);
        }
    }
    for (column, a) in columns.iter_mut().zip(a.iter().rev()) {
        *column += u32::from(*a);
    }
    let mut bytes = Zeroizing::new(alloc::vec![0; length]);
    let mut carry = 0;
    for (byte, column) in bytes.iter_mut().rev().zip(columns.iter()) {
        carry += column;
        *byte = carry as u8;
        carry >>= 8;
    }
    bytes
}
