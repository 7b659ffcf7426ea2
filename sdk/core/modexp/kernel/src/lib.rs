//! Montgomery multiplication ([Montgomery 1985](https://doi.org/10.1090/S0025-5718-1985-0777282-X)) modulo the `N` of
//! Cognito's SRP, with `R = 2^3136`: the innermost loops, in which an exponentiation spends its time.
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
//! zero, and dropping `m`.
//!
//! # Ranges
//!
//! `R` is 2^64 times as large as `N`. Operands up to `2^31 * N` give results below `2 * N`, which are
//! operands again: nothing is subtracted here.
//!
//! # Size
//!
//! Only this crate is compiled for speed: the unit of that choice is a crate, and browsers download it. Without `inline(never)` the
//! loops are copied and unrolled into every caller: twice the bytes, no time gained.
#![no_std]

use core::fmt;

use zeroize::Zeroize;

/// Bits of a limb.
pub const BITS: u32 = 28;
/// The largest limb.
pub const MASK: u64 = (1 << BITS) - 1;
/// Blocks of four limbs in a number.
pub const BLOCKS: usize = 28;

/// A number below 2^3136: limbs of 28 bits, least significant first.
pub type Blocks = [[u32; 4]; BLOCKS];

/// Room for one product, wiped when dropped. Zero between two calls.
pub struct Columns([[u64; 4]; 2 * BLOCKS]);

impl Columns {
    /// `a * b / R`. `successor` is `N + 1`, here and below.
    #[inline(never)]
    pub fn multiply(&mut self, a: &Blocks, b: &Blocks, successor: &Blocks) -> Blocks {
        for (i, block) in a.iter().enumerate() {
            add_products(block.map(u64::from), b, &mut self.0[i..], [0; 3]);
        }
        self.reduce(successor)
    }

    /// `a * a / R`: every pair of different blocks once, doubled.
    #[inline(never)]
    pub fn square(&mut self, a: &Blocks, successor: &Blocks) -> Blocks {
        for (i, block) in a.iter().enumerate() {
            let [x0, x1, x2, x3] = block.map(u64::from);
            let [y0, y1, y2, y3] = [2 * x0, 2 * x1, 2 * x2, 2 * x3];
            let columns = &mut self.0[2 * i];
            columns[0] += x0 * x0;
            columns[1] += x0 * y1;
            columns[2] += x0 * y2 + x1 * x1;
            columns[3] += x0 * y3 + x1 * y2;
            let over = [x1 * y3 + x2 * x2, x2 * y3, x3 * x3];
            add_products(
                [y0, y1, y2, y3],
                &a[i + 1..],
                &mut self.0[2 * i + 1..],
                over,
            );
        }
        self.reduce(successor)
    }

    /// `a / R`.
    #[inline(never)]
    pub fn divide(&mut self, a: &Blocks, successor: &Blocks) -> Blocks {
        for (columns, limbs) in self.0.iter_mut().zip(a) {
            *columns = limbs.map(u64::from);
        }
        self.reduce(successor)
    }

    /// The columns divided by `R`, modulo `N`. Leaves them zero.
    #[inline(never)]
    fn reduce(&mut self, successor: &Blocks) -> Blocks {
        let [_, _, n2, n3] = successor[0].map(u64::from);
        for i in 0..BLOCKS {
            let [c0, c1, c2, c3] = self.0[i];
            let m0 = c0 & MASK;
            let c1 = c1 + (c0 >> BITS);
            let m1 = c1 & MASK;
            let c2 = c2 + (c1 >> BITS) + m0 * n2;
            let m2 = c2 & MASK;
            let c3 = c3 + (c2 >> BITS) + m0 * n3 + m1 * n2;
            let m3 = c3 & MASK;
            let over = [(c3 >> BITS) + m1 * n3 + m2 * n2, m2 * n3 + m3 * n2, m3 * n3];
            let digits = [m0, m1, m2, m3];
            add_products(digits, &successor[1..], &mut self.0[i + 1..], over);
        }

        let mut quotient = [[0; 4]; BLOCKS];
        let mut carry = 0;
        let (low, high) = self.0.split_at_mut(BLOCKS);
        let limbs = quotient.as_flattened_mut().iter_mut();
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

impl Default for Columns {
    fn default() -> Self {
        Self([[0; 4]; 2 * BLOCKS])
    }
}

impl Drop for Columns {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Columns([redacted])")
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
