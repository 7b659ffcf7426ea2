//! Numbers in Montgomery form, and the way in and out of it. The multiplication itself is
//! [`cognate_modexp_kernel`], in whose terms this is.
//!
//! The high 64 bits of `N` are ones, so `R mod N` is the complement of `N`, shifted. Results of the kernel are below
//! `2 * N`: nothing is subtracted until [`Context::canonical`].

use cognate_modexp_kernel::Columns;
use zeroize::Zeroize;

use crate::limbs::Limbs;
use crate::{LENGTH, N};

/// The modulus and room for one product.
pub(crate) struct Context {
    modulus: Limbs,
    /// `N + 1`.
    successor: Limbs,
    columns: Columns,
}

impl Context {
    #[inline(never)]
    pub(crate) fn new() -> Self {
        let modulus = Limbs::from_bytes(&N);
        let mut one = Limbs::default();
        one.0[0][0] = 1;
        let mut successor = modulus;
        successor.add(&one);
        Self {
            modulus,
            successor,
            columns: Columns::default(),
        }
    }

    pub(crate) fn modulus(&self) -> &Limbs {
        &self.modulus
    }

    /// `R mod N`: the 1 of the Montgomery form.
    #[inline(never)]
    #[expect(clippy::unused_self, reason = "it is the 1 of this context")]
    pub(crate) fn one(&self) -> Limbs {
        // R mod N = 2^64 * (2^3072 - N) = 2^64 * (!N + 1).
        let mut bytes = [0; LENGTH];
        for (byte, n) in bytes.iter_mut().zip(N.iter().skip(8)) {
            *byte = !n;
        }
        bytes[LENGTH - 9] = 1;
        Limbs::from_bytes(&bytes)
    }

    /// Into Montgomery form: `number * R mod N`.
    #[inline(never)]
    pub(crate) fn enter(&mut self, number: &Limbs) -> Limbs {
        // R as a residue in Montgomery form, by its exponent: 3136 = (2 * 24 + 1) * 2^6.
        let mut r = self.one();
        r.scale(1 << 24);
        r = self.square(&r);
        r.scale(2);
        for _ in 0..6 {
            r = self.square(&r);
        }
        self.multiply(number, &r)
    }

    /// Out of Montgomery form, canonical.
    #[inline(never)]
    pub(crate) fn leave(&mut self, number: &Limbs) -> [u8; LENGTH] {
        let mut plain = Limbs(self.columns.divide(&number.0, &self.successor.0));
        let bytes = self.canonical(&plain);
        plain.zeroize();
        bytes
    }

    /// The residue in `[0, N)` of a number below `4 * N`.
    #[inline(never)]
    pub(crate) fn canonical(&self, number: &Limbs) -> [u8; LENGTH] {
        let mut number = *number;
        for _ in 0..3 {
            number.subtract_if_it_fits(&self.modulus);
        }
        let bytes = number.to_bytes();
        number.zeroize();
        bytes
    }

    /// `a * b / R`.
    pub(crate) fn multiply(&mut self, a: &Limbs, b: &Limbs) -> Limbs {
        Limbs(self.columns.multiply(&a.0, &b.0, &self.successor.0))
    }

    /// `a * a / R`.
    pub(crate) fn square(&mut self, a: &Limbs) -> Limbs {
        Limbs(self.columns.square(&a.0, &self.successor.0))
    }

    pub(crate) fn square_four_times(&mut self, number: &mut Limbs) {
        for _ in 0..4 {
            *number = self.square(number);
        }
    }
}
