//! Against two libraries that nobody here wrote.

extern crate std;

use std::vec;
use std::vec::Vec;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use num_bigint::BigUint;
use proptest::prelude::*;

use super::*;

fn number(bytes: &[u8]) -> BigUint {
    BigUint::from_bytes_be(bytes)
}

fn bytes(number: &BigUint) -> [u8; LENGTH] {
    widen(&number.to_bytes_be()).unwrap()
}

fn modulus() -> BigUint {
    number(&N)
}

fn pow_by_crypto_bigint(base: &[u8; LENGTH], exponent: &[u8]) -> [u8; LENGTH] {
    let n = Odd::new(BoxedUint::from_be_slice(&N, 3072).unwrap()).unwrap();
    let params = BoxedMontyParams::new(n);
    let base = BoxedUint::from_be_slice(&reduce(base), 3072).unwrap();
    let bits = u32::try_from(8 * exponent.len()).unwrap();
    let exponent = BoxedUint::from_be_slice(exponent, bits).unwrap();
    let power = BoxedMontyForm::new(base, &params).pow(&exponent).retrieve();
    widen(&power.to_be_bytes()).unwrap()
}

/// Numbers at the edges of the ranges, and one in the middle.
fn edges() -> Vec<[u8; LENGTH]> {
    let n = modulus();
    let mut edges = vec![[0; LENGTH], [0xff; LENGTH], [0x80; LENGTH]];
    edges.extend([0u32, 1, 2, 3].map(|small| bytes(&BigUint::from(small))));
    edges.extend([1u32, 2].map(|small| bytes(&(&n - small))));
    edges.extend([0u32, 1, 2].map(|small| bytes(&(&n + small))));
    edges.extend([1u32, 27, 28, 29, 3044, 3071].map(|bit| bytes(&(BigUint::from(1u32) << bit))));
    edges
}

#[test]
fn the_modulus_is_the_safe_prime_of_the_rfc() {
    // 2^3072 - 2^3008 - 1 + 2^64 * (floor(2^2942 * pi) + 1690314): check all that needs no pi.
    let low = number(&N[LENGTH - 8..]);
    let high = number(&N[..8]);
    assert_eq!(
        (low, high),
        (BigUint::from(u64::MAX), BigUint::from(u64::MAX))
    );
    let n = modulus();
    let (q, two) = (&n >> 1u32, BigUint::from(2u32));
    assert_eq!(
        two.modpow(&(&n - 1u32), &n),
        BigUint::from(1u32),
        "Fermat for N"
    );
    assert_eq!(
        BigUint::from(3u32).modpow(&(&q - 1u32), &q),
        BigUint::from(1u32),
        "and (N-1)/2"
    );
}

#[test]
fn edge_bases_to_edge_exponents_equal_both_libraries() {
    let exponents: [&[u8]; 8] = [
        &[],
        &[0],
        &[1],
        &[2],
        &[0x0f],
        &[0xf0],
        &[0, 0, 7],
        &[0xff; 33],
    ];
    for base in edges() {
        for exponent in exponents {
            let expected = bytes(&number(&base).modpow(&number(exponent), &modulus()));
            assert_eq!(pow(&base, exponent), expected, "{base:?} ^ {exponent:?}");
            if !exponent.is_empty() {
                assert_eq!(pow_by_crypto_bigint(&base, exponent), expected);
            }
        }
    }
}

#[test]
fn every_exponent_length_up_to_1024_bits_equals_num_bigint() {
    let base = bytes(&(modulus() / 3u32));
    for length in 0..=128 {
        let exponent: Vec<u8> = (0..length).map(|i| (i * 37 + length + 1) as u8).collect();
        let expected = number(&base).modpow(&number(&exponent), &modulus());
        assert_eq!(number(&pow(&base, &exponent)), expected, "{length} bytes");
        let expected = BigUint::from(2u32).modpow(&number(&exponent), &modulus());
        assert_eq!(
            number(&pow_of_two(&exponent)),
            expected,
            "{length} bytes, base 2"
        );
    }
}

#[test]
fn products_and_differences_of_edges_equal_num_bigint() {
    let n = modulus();
    for a in edges() {
        assert_eq!(number(&reduce(&a)), number(&a) % &n);
        assert_eq!(is_zero_mod_n(&a), number(&a) % &n == BigUint::ZERO);
        for b in edges() {
            assert_eq!(number(&mul(&a, &b)), number(&a) * number(&b) % &n);
            let expected = (number(&a) + &n + &n - number(&b)) % &n;
            assert_eq!(number(&sub(&a, &b)), expected);
        }
    }
}

#[test]
fn the_largest_limbs_do_not_overflow_a_column() {
    // The tests are compiled with overflow checks: a column beyond 64 bits would panic here.
    let mut context = Context::new();
    let mut largest = Limbs([[MASK_OF_LIMB; 4]; 28]);
    largest.0[27] = [MASK_OF_LIMB, MASK_OF_LIMB, 0, 0];
    let product = context.multiply(&largest, &largest);
    let square = context.square(&largest);
    assert_eq!(product.0, square.0);
}

const MASK_OF_LIMB: u32 = (1 << 28) - 1;

#[test]
fn widening_keeps_the_number_and_refuses_more_bytes() {
    assert_eq!(number(&widen(&[1, 2]).unwrap()), BigUint::from(258u32));
    assert_eq!(widen(&[0; LENGTH + 1]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn powers_equal_both_libraries(
        base in prop::collection::vec(any::<u8>(), LENGTH),
        exponent in prop::collection::vec(any::<u8>(), 1..=128),
    ) {
        let base = widen(&base).unwrap();
        let power = pow(&base, &exponent);
        prop_assert_eq!(number(&power), number(&base).modpow(&number(&exponent), &modulus()));
        prop_assert_eq!(power, pow_by_crypto_bigint(&base, &exponent));
    }

    #[test]
    fn powers_of_two_equal_powers_of_the_base_two(
        exponent in prop::collection::vec(any::<u8>(), 0..=128),
    ) {
        prop_assert_eq!(pow_of_two(&exponent), pow(&widen(&[2]).unwrap(), &exponent));
    }

    #[test]
    fn products_and_differences_equal_num_bigint(
        a in prop::collection::vec(any::<u8>(), LENGTH),
        b in prop::collection::vec(any::<u8>(), LENGTH),
    ) {
        let (a, b, n) = (widen(&a).unwrap(), widen(&b).unwrap(), modulus());
        prop_assert_eq!(number(&mul(&a, &b)), number(&a) * number(&b) % &n);
        prop_assert_eq!(number(&sub(&a, &b)), (number(&a) + &n + &n - number(&b)) % &n);
    }
}
