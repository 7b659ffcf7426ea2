//! Arithmetic in the group of SRP: multiplication and exponentiation modulo the 3,072-bit prime `N`
//! of RFC 3526 group 15, with `g = 2`, by AWS-LC.
//!
//! # Security model
//! Every exponent here is a secret (a password hash, the server's `b`) or is applied to one, so
//! only the functions of AWS-LC whose time does not depend on values are called:
//! `BN_mod_exp_mont_consttime`, Montgomery multiplication and `BN_mod_add_quick`. Intermediate
//! numbers are wiped when they are dropped.
//!
//! # Limits
//! A base must be below `N`; the callers hold [`Element`], which says so by its type. The time does
//! depend on the lengths of numbers without their leading zero words (64 bits), which reveals
//! nothing for random 256-bit values.
//!
//! This is the only module of the backend with `unsafe`: `aws-lc-rs` offers no modular
//! exponentiation, and the safe alternative (crypto-bigint, the oracle of the tests below) takes
//! twice the time.
#![expect(
    unsafe_code,
    reason = "aws-lc-rs does not expose AWS-LC's modular exponentiation"
)]

mod generator;

use std::ptr::{NonNull, null_mut};
use std::sync::OnceLock;

use aws_lc_sys::{
    BIGNUM, BN_CTX, BN_CTX_free, BN_CTX_new, BN_MONT_CTX, BN_MONT_CTX_free,
    BN_MONT_CTX_new_for_modulus, BN_bin2bn, BN_bn2bin_padded, BN_bn2le_padded, BN_clear_free,
    BN_le2bn, BN_mod_add_quick, BN_mod_exp_mont_consttime, BN_mod_mul_montgomery, BN_new,
    BN_to_montgomery,
};
pub use cognate_core::srp::N;
pub use generator::generator_power;
use zeroize::Zeroizing;

/// Bytes of a number modulo `N`.
pub const LENGTH: usize = 384;

/// A number from 0 to `N - 1`, big-endian, wiped when it is dropped.
#[derive(Clone)]
pub struct Element(Zeroizing<[u8; LENGTH]>);

/// AWS-LC refused a call: it could not allocate memory. There is nothing a caller could send to
/// cause it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the exponentiation could not be carried out")]
pub struct ArithmeticError;

impl Element {
    /// The number written in `bytes` (big-endian, at most 384 of them), unless it is `N` or more.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut element = Zeroizing::new([0; LENGTH]);
        let start = LENGTH.checked_sub(bytes.len())?;
        element.get_mut(start..)?.copy_from_slice(bytes);
        (*element < N).then_some(Self(element))
    }

    /// 1.
    #[must_use]
    pub fn one() -> Self {
        let mut element = Zeroizing::new([0; LENGTH]);
        element[LENGTH - 1] = 1;
        Self(element)
    }

    /// The number as 384 bytes, big-endian.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// Whether the number is 0, 1 or `N - 1`: whoever stores such a verifier knows all powers of it.
    #[must_use]
    pub fn is_trivial(&self) -> bool {
        let mut last = N;
        last[LENGTH - 1] -= 1; // N is odd
        self.is_zero() || *self.0 == Self::one().as_bytes()[..] || *self.0 == last
    }

    /// Whether the number is 0, which SRP refuses as `A` and as `B`.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.iter().fold(0, |bits, byte| bits | byte) == 0
    }
}

impl std::fmt::Debug for Element {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Element([redacted])")
    }
}

/// `base^exponent mod N`; the exponent is big-endian.
///
/// # Errors
/// [`ArithmeticError`] when memory is exhausted.
pub fn element_power(base: &Element, exponent: &[u8]) -> Result<Element, ArithmeticError> {
    power(&Number::from_element(base)?, exponent)?.to_element()
}

/// `left * right mod N`.
///
/// # Errors
/// [`ArithmeticError`] when memory is exhausted.
pub fn product(left: &Element, right: &Element) -> Result<Element, ArithmeticError> {
    let scratch = Scratch::new()?;
    let (left, right) = (Number::from_element(left)?, Number::from_element(right)?);
    // The product of one factor in Montgomery form and one outside is the plain product.
    let result = Number::new()?;
    result.set_montgomery_product(&left.to_montgomery(&scratch)?, &right, &scratch)?;
    result.to_element()
}

/// `left + right mod N`.
///
/// # Errors
/// [`ArithmeticError`] when memory is exhausted.
pub fn sum(left: &Element, right: &Element) -> Result<Element, ArithmeticError> {
    let group = Group::get()?;
    let (left, right) = (Number::from_element(left)?, Number::from_element(right)?);
    let result = Number::new()?;
    // SAFETY: all pointers come from live owners of this frame; both summands are below N, as the
    // call asks.
    check(unsafe { BN_mod_add_quick(result.ptr(), left.ptr(), right.ptr(), group.modulus.ptr()) })?;
    result.to_element()
}

fn power(base: &Number, exponent: &[u8]) -> Result<Number, ArithmeticError> {
    let (group, scratch) = (Group::get()?, Scratch::new()?);
    let exponent = Number::from_bytes(exponent)?;
    let result = Number::new()?;
    // SAFETY: all pointers come from live owners of this frame; `base` is below N (an Element, or
    // 2) and the Montgomery context belongs to the modulus that is passed.
    check(unsafe {
        BN_mod_exp_mont_consttime(
            result.ptr(),
            base.ptr(),
            exponent.ptr(),
            group.modulus.ptr(),
            scratch.ptr(),
            group.montgomery.as_ptr(),
        )
    })?;
    Ok(result)
}

/// `N` and what AWS-LC computes from it once (0.1 ms, so not for each call).
struct Group {
    modulus: Number,
    montgomery: NonNull<BN_MONT_CTX>,
}

// SAFETY: after its construction the group is only read (AWS-LC takes both as pointers to const and
// documents a Montgomery context as safe to share between threads then), and it is never mutated or
// freed: it lives in a static.
unsafe impl Send for Group {}
// SAFETY: see above.
unsafe impl Sync for Group {}

impl Group {
    fn get() -> Result<&'static Self, ArithmeticError> {
        static GROUP: OnceLock<Result<Group, ArithmeticError>> = OnceLock::new();
        GROUP
            .get_or_init(Self::new)
            .as_ref()
            .map_err(|error| *error)
    }

    fn new() -> Result<Self, ArithmeticError> {
        let modulus = Number::from_bytes(&N)?;
        let scratch = Scratch::new()?;
        // SAFETY: both pointers are live; the context copies what it needs of the modulus.
        let montgomery = unsafe { BN_MONT_CTX_new_for_modulus(modulus.ptr(), scratch.ptr()) };
        Ok(Self {
            modulus,
            montgomery: NonNull::new(montgomery).ok_or(ArithmeticError)?,
        })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // SAFETY: the pointer came from BN_MONT_CTX_new_for_modulus and is freed once.
        unsafe { BN_MONT_CTX_free(self.montgomery.as_ptr()) }
    }
}

/// An owned big number of AWS-LC, wiped when it is dropped.
struct Number(NonNull<BIGNUM>);

impl Number {
    fn new() -> Result<Self, ArithmeticError> {
        // SAFETY: no precondition; null means that memory is exhausted.
        NonNull::new(unsafe { BN_new() })
            .map(Self)
            .ok_or(ArithmeticError)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, ArithmeticError> {
        // SAFETY: the pointer and the length are those of one live slice; a null `ret` asks for a
        // new number.
        let number = unsafe { BN_bin2bn(bytes.as_ptr(), bytes.len(), null_mut()) };
        NonNull::new(number).map(Self).ok_or(ArithmeticError)
    }

    fn from_element(element: &Element) -> Result<Self, ArithmeticError> {
        Self::from_bytes(element.as_bytes())
    }

    fn to_element(&self) -> Result<Element, ArithmeticError> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        // SAFETY: the buffer is live and as long as stated; the call fails if the number does not
        // fit.
        check(unsafe { BN_bn2bin_padded(bytes.as_mut_ptr(), LENGTH, self.ptr()) })?;
        Ok(Element(bytes))
    }

    /// Gives the number a new value, little-endian.
    fn set(&self, bytes: &[u8; LENGTH]) -> Result<(), ArithmeticError> {
        // SAFETY: the pointer and the length are those of one live array, and this number is live.
        let number = unsafe { BN_le2bn(bytes.as_ptr(), LENGTH, self.ptr()) };
        NonNull::new(number).map(drop).ok_or(ArithmeticError)
    }

    fn to_little_endian(&self) -> Result<[u8; LENGTH], ArithmeticError> {
        let mut bytes = [0; LENGTH];
        // SAFETY: the buffer is live and as long as stated; the call fails if the number does not
        // fit.
        check(unsafe { BN_bn2le_padded(bytes.as_mut_ptr(), LENGTH, self.ptr()) })?;
        Ok(bytes)
    }

    /// `number * R mod N`, for a number below `N`.
    fn to_montgomery(&self, scratch: &Scratch) -> Result<Self, ArithmeticError> {
        let (group, scaled) = (Group::get()?, Self::new()?);
        // SAFETY: all pointers come from live owners; the number is below N, as the call asks.
        check(unsafe {
            BN_to_montgomery(
                scaled.ptr(),
                self.ptr(),
                group.montgomery.as_ptr(),
                scratch.ptr(),
            )
        })?;
        Ok(scaled)
    }

    /// Makes this number `left * right / R mod N`, of factors below `N`; one of them may be itself.
    fn set_montgomery_product(
        &self,
        left: &Self,
        right: &Self,
        scratch: &Scratch,
    ) -> Result<(), ArithmeticError> {
        let group = Group::get()?;
        // SAFETY: all pointers come from live owners; the factors are below N, as the call asks, and
        // the result may be one of them.
        check(unsafe {
            BN_mod_mul_montgomery(
                self.ptr(),
                left.ptr(),
                right.ptr(),
                group.montgomery.as_ptr(),
                scratch.ptr(),
            )
        })
    }

    fn ptr(&self) -> *mut BIGNUM {
        self.0.as_ptr()
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: the pointer came from BN_new or BN_bin2bn and is freed once.
        unsafe { BN_clear_free(self.0.as_ptr()) }
    }
}

/// AWS-LC's pool of temporaries for one computation.
struct Scratch(NonNull<BN_CTX>);

impl Scratch {
    fn new() -> Result<Self, ArithmeticError> {
        // SAFETY: no precondition; null means that memory is exhausted.
        NonNull::new(unsafe { BN_CTX_new() })
            .map(Self)
            .ok_or(ArithmeticError)
    }

    fn ptr(&self) -> *mut BN_CTX {
        self.0.as_ptr()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // SAFETY: the pointer came from BN_CTX_new and is freed once.
        unsafe { BN_CTX_free(self.0.as_ptr()) }
    }
}

fn check(outcome: std::ffi::c_int) -> Result<(), ArithmeticError> {
    if outcome == 1 {
        Ok(())
    } else {
        Err(ArithmeticError)
    }
}

#[cfg(test)]
mod tests;
