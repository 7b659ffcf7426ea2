//! The hashes of SRP, on bytes: client and server share them and bring their own exponentiation.
//!
//! Numbers are big-endian bytes of any length; leading zeros do not matter, since every number goes
//! through [`pad`].

use alloc::vec::Vec;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// `k`: SHA-256 over `pad(N) ‖ pad(g)`.
pub const K_MULTIPLIER: [u8; 32] = [
    0x53, 0x82, 0x82, 0xc4, 0x35, 0x47, 0x42, 0xd7, 0xcb, 0xbd, 0xe2, 0x35, 0x9f, 0xcf, 0x67, 0xf9,
    0xf5, 0xb3, 0xa6, 0xb0, 0x87, 0x91, 0xe5, 0x01, 0x1b, 0x43, 0xb8, 0xa5, 0xb6, 0x6d, 0x9e, 0xe6,
];

/// A number as the hashes want it: without leading zero bytes, then one zero byte in front if the
/// first bit is set (it would be a sign). Zero is one zero byte.
///
/// The length of the result depends on the value, as the protocol wants it.
#[must_use]
pub fn pad(number: &[u8]) -> Zeroizing<Vec<u8>> {
    let start = number
        .iter()
        .position(|&byte| byte != 0)
        .unwrap_or(number.len());
    let significant = number.get(start..).unwrap_or_default();
    let mut padded = Zeroizing::new(Vec::with_capacity(significant.len() + 1));
    if significant.first().is_none_or(|&first| first >= 0x80) {
        padded.push(0);
    }
    padded.extend_from_slice(significant);
    padded
}

/// `u` from the public values. A client must refuse zero.
#[must_use]
pub fn scrambling(a_public: &[u8], b_public: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(&*pad(a_public))
        .chain_update(&*pad(b_public))
        .finalize()
        .into()
}

/// `H(pool ‖ user ‖ ":" ‖ password)`. There is no separator between pool and user.
#[must_use]
pub fn identity_hash(pool: &str, user: &str, password: &str) -> Zeroizing<[u8; 32]> {
    let hash = Sha256::new()
        .chain_update(pool)
        .chain_update(user)
        .chain_update(":");
    Zeroizing::new(hash.chain_update(password).finalize().into())
}

/// `x` from the salt and [`identity_hash`].
#[must_use]
pub fn private_exponent(salt: &[u8], identity_hash: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    let hash = Sha256::new()
        .chain_update(&*pad(salt))
        .chain_update(identity_hash);
    Zeroizing::new(hash.finalize().into())
}

/// The first half of HKDF ([RFC 5869](https://www.rfc-editor.org/rfc/rfc5869), section 2.2), its
/// pseudo-random key.
#[must_use]
pub fn extraction(u: &[u8], s: &[u8]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(hmac(&pad(u), &[&pad(s)]))
}

/// `K` from `u` and `S`: the first 16 bytes of HKDF's expansion (section 2.3), whose first block has
/// the number 1.
#[must_use]
pub fn session_key(u: &[u8], s: &[u8]) -> Zeroizing<[u8; 16]> {
    let block = Zeroizing::new(hmac(&*extraction(u, s), &[b"Caldera Derived Key", &[1]]));
    let mut key = Zeroizing::new([0; 16]);
    for (byte, of_block) in key.iter_mut().zip(block.iter()) {
        *byte = *of_block;
    }
    key
}

/// `M1`: what the client proves the password with. Compare in constant time.
#[must_use]
pub fn claim(
    session_key: &[u8; 16],
    pool: &str,
    user: &str,
    secret_block: &[u8],
    timestamp: &str,
) -> [u8; 32] {
    let parts = [
        pool.as_bytes(),
        user.as_bytes(),
        secret_block,
        timestamp.as_bytes(),
    ];
    hmac(session_key, &parts)
}

/// HMAC ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)) with SHA-256, whose blocks have 64 bytes. Written out: through a library that
/// serves every hash it is 0.3 KB brotli more.
fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = Zeroizing::new([0; 64]);
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Zeroizing::new(<[u8; 32]>::from(Sha256::digest(key)))[..]);
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |pad: u8| {
        let bytes = Zeroizing::new(block.map(|byte| byte ^ pad));
        Sha256::new().chain_update(&bytes[..])
    };
    let (mut inner, outer) = (padded(0x36), padded(0x5c));
    for part in parts {
        inner.update(part);
    }
    outer.chain_update(inner.finalize()).finalize().into()
}
