//! Numbers below 2^3136 as 112 limbs of 28 bits, least significant first, in blocks of four.

use core::hint::black_box;

use cognate_modexp_kernel::{BITS, BLOCKS, Blocks, MASK};
use zeroize::DefaultIsZeroes;

use crate::LENGTH;

/// A number. Every limb is at most [`MASK`].
#[derive(Clone, Copy)]
pub(crate) struct Limbs(pub(crate) Blocks);

impl Default for Limbs {
    fn default() -> Self {
        Self([[0; 4]; BLOCKS])
    }
}

impl DefaultIsZeroes for Limbs {}

impl Limbs {
    #[inline(never)]
    pub(crate) fn from_bytes(bytes: &[u8; LENGTH]) -> Self {
        let mut number = Self::default();
        let mut bytes = bytes.iter().rev();
        let (mut bits, mut held) = (0u64, 0);
        for limb in number.0.as_flattened_mut() {
            while held < BITS {
                bits |= u64::from(bytes.next().copied().unwrap_or_default()) << held;
                held += 8;
            }
            *limb = (bits & MASK) as u32;
            bits >>= BITS;
            held -= BITS;
        }
        number
    }

    /// The low 3,072 bits.
    #[inline(never)]
    pub(crate) fn to_bytes(self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        let mut limbs = self.0.as_flattened().iter();
        let (mut bits, mut held) = (0u64, 0);
        for byte in bytes.iter_mut().rev() {
            if held < 8 {
                bits |= u64::from(limbs.next().copied().unwrap_or_default()) << held;
                held += BITS;
            }
            *byte = bits as u8;
            bits >>= 8;
            held -= 8;
        }
        bytes
    }

    /// Reads the whole table and keeps the entry at `index`.
    #[inline(never)]
    pub(crate) fn select(table: &[Self; 16], index: u32) -> Self {
        let mut chosen = Self::default();
        for (i, entry) in (0u32..).zip(table) {
            let mask = mask_of_zero(i ^ index);
            for (limb, candidate) in chosen.limbs_mut().zip(entry.limbs()) {
                *limb |= candidate & mask;
            }
        }
        chosen
    }

    /// Adds; the sum must be below 2^3136.
    #[inline(never)]
    pub(crate) fn add(&mut self, other: &Self) {
        let mut carry = 0;
        for (limb, term) in self.limbs_mut().zip(other.limbs()) {
            carry += *limb + term;
            *limb = carry & MASK as u32;
            carry >>= BITS;
        }
    }

    /// Subtracts modulo 2^3136. Returns 1 if the difference was negative, otherwise 0.
    #[inline(never)]
    pub(crate) fn subtract(&mut self, other: &Self) -> u32 {
        let mut borrow = 0;
        for (limb, term) in self.limbs_mut().zip(other.limbs()) {
            let difference = limb.wrapping_sub(term).wrapping_sub(borrow);
            *limb = difference & MASK as u32;
            borrow = difference >> 31;
        }
        borrow
    }

    /// Subtracts `other` if the difference is not negative.
    #[inline(never)]
    pub(crate) fn subtract_if_it_fits(&mut self, other: &Self) {
        let mut difference = *self;
        let keep_difference = mask_of_zero(difference.subtract(other));
        for (limb, candidate) in self.limbs_mut().zip(difference.limbs()) {
            *limb = (*limb & !keep_difference) | (candidate & keep_difference);
        }
    }

    /// Multiplies by a small number; the product must be below 2^3136.
    #[inline(never)]
    pub(crate) fn scale(&mut self, factor: u32) {
        let mut carry = 0;
        for limb in self.limbs_mut() {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = (carry & MASK) as u32;
            carry >>= BITS;
        }
    }

    fn limbs(&self) -> impl Iterator<Item = u32> {
        self.0.as_flattened().iter().copied()
    }

    fn limbs_mut(&mut self) -> impl Iterator<Item = &mut u32> {
        self.0.as_flattened_mut().iter_mut()
    }
}

/// All ones for zero, zero for a number from 1 to 2^31. Opaque to the optimiser, lest it branches.
fn mask_of_zero(number: u32) -> u32 {
    black_box((number.wrapping_sub(1) >> 31).wrapping_neg())
}
