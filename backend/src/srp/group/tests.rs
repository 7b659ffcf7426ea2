//! Against crypto-bigint, which shares no code with AWS-LC.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use proptest::prelude::*;

use super::*;

fn modulus() -> BoxedMontyParams {
    let n = BoxedUint::from_be_slice(&N, 3072).unwrap();
    BoxedMontyParams::new(Odd::new(n).unwrap())
}

fn oracle(bytes: &[u8]) -> BoxedMontyForm {
    BoxedMontyForm::new(BoxedUint::from_be_slice(bytes, 3072).unwrap(), &modulus())
}

fn bytes_of(form: &BoxedMontyForm) -> Vec<u8> {
    form.retrieve().to_be_bytes().to_vec()
}

fn below_n() -> impl Strategy<Value = Element> {
    proptest::collection::vec(any::<u8>(), 0..=LENGTH)
        .prop_filter_map("N or more", |bytes| Element::from_bytes(&bytes))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_power_equals_the_one_of_crypto_bigint(
        base in below_n(),
        exponent in proptest::collection::vec(any::<u8>(), 1..=64),
    ) {
        let mut wide = vec![0; 64 - exponent.len()];
        wide.extend(&exponent);
        let expected = oracle(base.as_bytes()).pow(&BoxedUint::from_be_slice(&wide, 512).unwrap());
        let actual = element_power(&base, &exponent).unwrap();
        prop_assert_eq!(bytes_of(&expected), actual.as_bytes().to_vec());
    }

    #[test]
    fn a_power_of_the_generator_equals_the_one_of_crypto_bigint(exponent in any::<[u8; 32]>()) {
        let expected = oracle(&[2]).pow(&BoxedUint::from_be_slice(&exponent, 256).unwrap());
        let actual = generator_power(&exponent).unwrap();
        prop_assert_eq!(bytes_of(&expected), actual.as_bytes().to_vec());
    }

    #[test]
    fn sum_and_product_equal_those_of_crypto_bigint(left in below_n(), right in below_n()) {
        let (l, r) = (oracle(left.as_bytes()), oracle(right.as_bytes()));
        prop_assert_eq!(bytes_of(&l.mul(&r)), product(&left, &right).unwrap().as_bytes().to_vec());
        prop_assert_eq!(bytes_of(&l.add(&r)), sum(&left, &right).unwrap().as_bytes().to_vec());
    }
}

#[test]
fn the_generator_is_two() {
    let mut sixteen = [0; 32];
    sixteen[31] = 16;
    let expected = Element::from_bytes(&[1, 0, 0]).unwrap();
    assert_eq!(
        generator_power(&sixteen).unwrap().as_bytes(),
        expected.as_bytes()
    );
}

#[test]
fn the_first_and_the_last_entries_of_the_table_are_powers_of_the_generator() {
    let two = Element::from_bytes(&[2]).unwrap();
    for exponent in [[0; 32], [0xff; 32], [0x0f; 32], [0xf0; 32]] {
        assert_eq!(
            generator_power(&exponent).unwrap().as_bytes(),
            element_power(&two, &exponent).unwrap().as_bytes(),
            "exponent {exponent:02x?}"
        );
    }
}

#[test]
fn edges_of_the_range_behave() {
    let mut top = N;
    top[LENGTH - 1] -= 1;
    let minus_one = Element::from_bytes(&top).unwrap();
    let one = Element::from_bytes(&[1]).unwrap();
    assert_eq!(
        product(&minus_one, &minus_one).unwrap().as_bytes(),
        one.as_bytes()
    );
    assert!(sum(&minus_one, &one).unwrap().is_zero());
    assert_eq!(
        element_power(&minus_one, &[0]).unwrap().as_bytes(),
        one.as_bytes()
    );
    assert!(
        element_power(&Element::from_bytes(&[]).unwrap(), &[7])
            .unwrap()
            .is_zero()
    );
}

#[test]
fn n_itself_and_longer_numbers_are_not_elements() {
    assert!(Element::from_bytes(&N).is_none());
    assert!(Element::from_bytes(&[0xff; LENGTH]).is_none());
    assert!(Element::from_bytes(&[0; LENGTH + 1]).is_none());
}
