//! Cognito's variant of SRP-6a ([RFC 5054](https://www.rfc-editor.org/rfc/rfc5054) is its ancestor):
//! a password is proved without being sent.
//!
//! # Glossary
//!
//! | letter | meaning |
//! |---|---|
//! | `N`, `g` | the 3,072-bit group of RFC 3526, number 15, and 2 |
//! | `k` | `H(pad(N) ‖ pad(g))`, a constant |
//! | `pool`, `user` | the part of the pool id after the underscore; the real user name (`USER_ID_FOR_SRP`) |
//! | `salt`, `x`, `v` | stored salt; `H(pad(salt) ‖ H(pool ‖ user ‖ ":" ‖ password))`; the verifier `g^x` |
//! | `a`, `A` | the client's secret of this sign-in; `g^a` |
//! | `b`, `B` | the server's secret of this sign-in; `k·v + g^b` |
//! | `u` | `H(pad(A) ‖ pad(B))` |
//! | `S` | the shared value: `(B − k·g^x)^(a + u·x)` for the client, `(A·v^u)^b` for the server |
//! | `K` | HKDF-SHA256, salt `pad(u)`, key material `pad(S)`, info `Caldera Derived Key`, 16 bytes |
//! | `M1` | `HMAC(K, pool ‖ user ‖ secret block ‖ timestamp)`, what the client sends |
//!
//! `H` is SHA-256, powers are modulo `N`, and [`pad`] is the two's complement form without
//! superfluous bytes. For a remembered device the same formulas hold with the device's group key
//! for `pool` and its key for `user`.

mod client;
mod hash;
mod hex;
mod timestamp;

pub use client::{Handshake, Identity, Refused, ServerValues, public_value, verifier};
pub use cognate_modexp::N;
pub use hash::{
    K_MULTIPLIER, claim, extraction, identity_hash, pad, private_exponent, scrambling, session_key,
};
pub use timestamp::timestamp;
