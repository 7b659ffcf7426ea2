//! Powers of the generator from a table: `g` never changes, so its powers are made once.
//!
//! An exponent of 256 bits is 64 digits to the base 16, and `g^e` the product of one power for each:
//! 63 multiplications where an exponentiation takes 256 squarings and 84 multiplications. The table
//! has 64 rows of 16 powers, 393 KB, made by the first call in about a millisecond.
//!
//! # Security model
//! The exponent is a secret. A row is read in full for every digit, and the multiplications are the
//! ones of the parent module, on numbers of one fixed length.

use std::sync::OnceLock;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{ArithmeticError, Element, LENGTH, Number, Scratch};

/// The values of a digit.
const BASE: usize = 16;
/// Digits of an exponent.
const DIGITS: usize = 64;

/// `g^exponent mod N`; the exponent is big-endian.
///
/// # Errors
/// [`ArithmeticError`] when memory is exhausted.
pub fn generator_power(exponent: &[u8; DIGITS / 2]) -> Result<Element, ArithmeticError> {
    let scratch = Scratch::new()?;
    let digits = exponent
        .iter()
        .rev()
        .flat_map(|byte| [byte & 15, byte >> 4]);
    let mut factors = Table::get()?.0.iter().zip(digits);
    let (product, factor) = (Number::new()?, Number::new()?);
    if let Some((row, digit)) = factors.next() {
        product.set(&select(row, digit))?;
    }
    for (row, digit) in factors {
        factor.set(&select(row, digit))?;
        product.set_montgomery_product(&product, &factor, &scratch)?;
    }
    product.to_element()
}

/// Little-endian, of full length whatever its value.
type Power = [u8; LENGTH];

/// Row `i` has `g^(j * 16^i)` at `j`: the first row as it is, the others in Montgomery form, so that
/// the product of one of each row is `g^e` as it is.
struct Table(Vec<[Power; BASE]>);

impl Table {
    fn get() -> Result<&'static Self, ArithmeticError> {
        static TABLE: OnceLock<Result<Table, ArithmeticError>> = OnceLock::new();
        TABLE
            .get_or_init(Self::new)
            .as_ref()
            .map_err(|error| *error)
    }

    fn new() -> Result<Self, ArithmeticError> {
        let scratch = Scratch::new()?;
        let mut rows = Vec::with_capacity(DIGITS);
        let one = Number::from_element(&Element::one())?;
        let montgomery_one = one.to_montgomery(&scratch)?.to_little_endian()?;
        let one = one.to_little_endian()?;
        let two = Element::from_bytes(&[2]).ok_or(ArithmeticError)?;
        let base = Number::from_element(&two)?.to_montgomery(&scratch)?;
        for digit in 0..DIGITS {
            // A factor in Montgomery form leaves the other one's form as it is.
            let power = Number::new()?;
            power.set(if digit == 0 { &one } else { &montgomery_one })?;
            let mut row = [[0; LENGTH]; BASE];
            for entry in &mut row {
                *entry = power.to_little_endian()?;
                power.set_montgomery_product(&power, &base, &scratch)?;
            }
            rows.push(row);
            for _ in 0..4 {
                base.set_montgomery_product(&base, &base, &scratch)?;
            }
        }
        Ok(Self(rows))
    }
}

/// Reads the whole row and keeps the entry at `digit`.
fn select(row: &[Power; BASE], digit: u8) -> Zeroizing<Power> {
    let mut chosen = Zeroizing::new([0; LENGTH]);
    for (i, entry) in (0u8..).zip(row) {
        let mask = i.ct_eq(&digit).unwrap_u8().wrapping_neg();
        for (byte, candidate) in chosen.iter_mut().zip(entry) {
            *byte |= candidate & mask;
        }
    }
    chosen
}
