//! Montgomery multiplication ([Montgomery 1985](https://doi.org/10.1090/S0025-5718-1985-0777282-X))
//! modulo `N`, with `R = 2^3136`.
//!
//! # Columns
//!
//! A product is summed up in columns of 64 bits, limb `i` times limb `j` in column `i + j`, and
//! carries wait. That is safe: a column gets at most 112 products from the multiplication and 112
//! from the reduction, each below 2^56, and one carry below 2^37: together below 2^64. Columns are
//! worked on in blocks of four by four limbs, 16 products for four columns that go through memory.
//!
//! # This modulus
//!
//! The low 64 bits of `N` are ones, so `-1/N mod 2^28` is 1 and the quotient digits of the reduction
//! are the low limbs themselves: adding `m * N` is adding `m * (N + 1)`, whose two low limbs are
//! zero, and dropping `m`. The high 64 bits are ones too, so `R mod N` is the complement of `N`,
//! shifted.
//!
//! # Ranges
//!
//! `R` is 2^64 times as large as `N`. Operands up to `2^31 * N` give results below `2 * N`, which are
//! operands again: nothing is subtracted until [`Context::canonical`].
//!
//! # Size
//!
//! The crate is downloaded by browsers. Without `inline(never)` the loops are
//! copied and unrolled into every caller: twice the bytes, no time gained.

use zeroize::Zeroize;

use crate::limbs::{BITS, BLOCKS, Limbs, MASK};
use crate::{LENGTH, N};

/// The modulus and room for one product.
pub(crate) struct Context {
    modulus: Limbs,
    /// `N + 1`.
    successor: Limbs,
    columns: [[u64; 4]; 2 * BLOCKS],
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
            columns: [[0; 4]; 2 * BLOCKS],
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
        for (columns, limbs) in self.columns.iter_mut().zip(&number.0) {
            *columns = limbs.map(u64::from);
        }
        let mut plain = self.reduce();
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
    #[inline(never)]
    pub(crate) fn multiply(&mut self, a: &Limbs, b: &Limbs) -> Limbs {
        for (i, block) in a.0.iter().enumerate() {
            add_products(block.map(u64::from), &b.0, &mut self.columns[i..], [0; 3]);
        }
        self.reduce()
    }

    /// `a * a / R`: every pair of different blocks once, doubled.
    #[inline(never)]
    pub(crate) fn square(&mut self, a: &Limbs) -> Limbs {
        for (i, block) in a.0.iter().enumerate() {
            let [x0, x1, x2, x3] = block.map(u64::from);
            let [y0, y1, y2, y3] = [2 * x0, 2 * x1, 2 * x2, 2 * x3];
            let columns = &mut self.columns[2 * i];
            columns[0] += x0 * x0;
            columns[1] += x0 * y1;
            columns[2] += x0 * y2 + x1 * x1;
            columns[3] += x0 * y3 + x1 * y2;
            let over = [x1 * y3 + x2 * x2, x2 * y3, x3 * x3];
            add_products(
                [y0, y1, y2, y3],
                &a.0[i + 1..],
                &mut self.columns[2 * i + 1..],
                over,
            );
        }
        self.reduce()
    }

    #[inline(never)]
    pub(crate) fn square_four_times(&mut self, number: &mut Limbs) {
        for _ in 0..4 {
            *number = self.square(number);
        }
    }

    /// The columns divided by `R`, modulo `N`. Leaves them zero.
    #[inline(never)]
    fn reduce(&mut self) -> Limbs {
        let [_, _, n2, n3] = self.successor.0[0].map(u64::from);
        for i in 0..BLOCKS {
            let [c0, c1, c2, c3] = self.columns[i];
            let m0 = c0 & MASK;
            let c1 = c1 + (c0 >> BITS);
            let m1 = c1 & MASK;
            let c2 = c2 + (c1 >> BITS) + m0 * n2;
            let m2 = c2 & MASK;
            let c3 = c3 + (c2 >> BITS) + m0 * n3 + m1 * n2;
            let m3 = c3 & MASK;
            let over = [(c3 >> BITS) + m1 * n3 + m2 * n2, m2 * n3 + m3 * n2, m3 * n3];
            let digits = [m0, m1, m2, m3];
            add_products(
                digits,
                &self.successor.0[1..],
                &mut self.columns[i + 1..],
                over,
            );
        }

        let mut quotient = Limbs::default();
        let mut carry = 0;
        let (low, high) = self.columns.split_at_mut(BLOCKS);
        let limbs = quotient.0.as_flattened_mut().iter_mut();
        for (limb, column) in limbs.zip(high.as_flattened_mut()) {
            carry += *column;
            *limb = (carry & MASK) as u32;
            carry >>= BITS;
            *column = 0;
        }
        low.fill([0; 4]);
        quotient
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        self.columns.zeroize();
    }
}

/// Adds four limbs times a number to the columns, and `over` to the first three of them.
#[inline(never)]
fn add_products(x: [u64; 4], number: &[[u32; 4]], columns: &mut [[u64; 4]], over: [u64; 3]) {
    let [x0, x1, x2, x3] = x;
    let [mut c4, mut c5, mut c6] = over;
    let mut blocks = columns.iter_mut();
    for (y, column) in number.iter().zip(&mut blocks) {
        let [y0, y1, y2, y3] = y.map(u64::from);
        column[0] += c4 + x0 * y0;
        column[1] += c5 + x0 * y1 + x1 * y0;
        column[2] += c6 + x0 * y2 + x1 * y1 + x2 * y0;
        column[3] += x0 * y3 + x1 * y2 + x2 * y1 + x3 * y0;
        c4 = x1 * y3 + x2 * y2 + x3 * y1;
        c5 = x2 * y3 + x3 * y2;
        c6 = x3 * y3;
    }
    if let Some(column) = blocks.next() {
        column[0] += c4;
        column[1] += c5;
        column[2] += c6;
    }
}
