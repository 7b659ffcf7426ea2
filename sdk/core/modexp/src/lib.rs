//! Constant-time modular exponentiation in the one group that Cognito's SRP uses: the 3,072-bit
//! safe prime `N` of [RFC 3526](https://www.rfc-editor.org/rfc/rfc3526), group 15, with generator 2.
//!
//! Numbers are big-endian bytes. Every function accepts any 384 bytes, also a number that is not
//! below `N`, and returns the canonical residue in `[0, N)`.
//!
//! # Security model
//!
//! The instructions executed and the addresses read depend on the lengths of the arguments only,
//! never on their values: no branch and no index is taken from a secret, and the table of powers is
//! read in full for every window. That holds for the source; compilers and WebAssembly engines
//! promise nothing, and nobody has audited this. Intermediate values are wiped before returning.
//!
//! # How
//!
//! Montgomery multiplication on 112 limbs of 28 bits, so that a column of products fits in 64 bits
//! without carries in between (module `montgomery`). Exponents are read in windows of four bits. Powers of
//! 2 need no table: a window is a shift.
#![no_std]

mod limbs;
mod montgomery;
#[cfg(test)]
mod tests;

use zeroize::Zeroize;

use limbs::Limbs;
use montgomery::Context;

/// Bytes of a residue.
pub const LENGTH: usize = 384;

/// The modulus.
pub static N: [u8; LENGTH] = parse(
    b"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
);

/// `base ^ exponent mod N`. The empty exponent is zero.
#[must_use]
pub fn pow(base: &[u8; LENGTH], exponent: &[u8]) -> [u8; LENGTH] {
    let mut context = Context::new();
    let mut table = [context.one(); 16];
    table[1] = context.enter(&Limbs::from_bytes(base));
    for i in 2..16 {
        table[i] = match i % 2 {
            0 => context.square(&table[i / 2]),
            _ => context.multiply(&table[i - 1], &table[1]),
        };
    }

    let mut power = table[0];
    for (i, window) in windows(exponent).enumerate() {
        if i > 0 {
            context.square_four_times(&mut power);
        }
        let mut factor = Limbs::select(&table, window);
        power = if i > 0 {
            context.multiply(&power, &factor)
        } else {
            factor
        };
        factor.zeroize();
    }
    let result = context.leave(&power);
    table.zeroize();
    power.zeroize();
    result
}

/// `2 ^ exponent mod N`, a third faster than [`pow`].
#[must_use]
pub fn pow_of_two(exponent: &[u8]) -> [u8; LENGTH] {
    let mut context = Context::new();
    let mut power = context.one();
    for (i, window) in windows(exponent).enumerate() {
        if i > 0 {
            context.square_four_times(&mut power);
        }
        // At most 2^15, and a Montgomery operand may be 2^31 times as large as N.
        power.scale(1 << window);
    }
    let result = context.leave(&power);
    power.zeroize();
    result
}

/// `a * b mod N`.
#[must_use]
pub fn mul(a: &[u8; LENGTH], b: &[u8; LENGTH]) -> [u8; LENGTH] {
    let mut context = Context::new();
    let mut a = context.enter(&Limbs::from_bytes(a));
    let mut product = context.multiply(&a, &Limbs::from_bytes(b));
    let result = context.canonical(&product);
    a.zeroize();
    product.zeroize();
    result
}

/// `a - b mod N`, never negative.
#[must_use]
pub fn sub(a: &[u8; LENGTH], b: &[u8; LENGTH]) -> [u8; LENGTH] {
    let context = Context::new();
    let mut difference = Limbs::from_bytes(a);
    difference.add(context.modulus());
    difference.add(context.modulus());
    difference.subtract(&Limbs::from_bytes(b));
    let result = context.canonical(&difference);
    difference.zeroize();
    result
}

/// `number mod N`.
#[must_use]
pub fn reduce(number: &[u8; LENGTH]) -> [u8; LENGTH] {
    Context::new().canonical(&Limbs::from_bytes(number))
}

/// Whether `number mod N` is zero, as it is for `0` and for `N`.
#[must_use]
pub fn is_zero_mod_n(number: &[u8; LENGTH]) -> bool {
    reduce(number).iter().fold(0, |any, byte| any | byte) == 0
}

/// Big-endian bytes of at most [`LENGTH`], as a number of that length. `None` if there are more.
#[must_use]
pub fn widen(number: &[u8]) -> Option<[u8; LENGTH]> {
    let mut wide = [0; LENGTH];
    let start = LENGTH.checked_sub(number.len())?;
    wide.get_mut(start..)?.copy_from_slice(number);
    Some(wide)
}

/// The four-bit windows of an exponent, most significant first.
fn windows(exponent: &[u8]) -> impl Iterator<Item = u32> {
    exponent
        .iter()
        .flat_map(|&byte| [u32::from(byte >> 4), u32::from(byte & 15)])
}

const fn parse(hex: &[u8; 2 * LENGTH]) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    let mut i = 0;
    while i < LENGTH {
        bytes[i] = (digit(hex[2 * i]) << 4) | digit(hex[2 * i + 1]);
        i += 1;
    }
    bytes
}

const fn digit(c: u8) -> u8 {
    match c {
        b'0'..=b'9' => c - b'0',
        _ => c - b'A' + 10,
    }
}
