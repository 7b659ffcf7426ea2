//! Changes of an input by chance, always the same ones for a seed.

use std::env;

/// Changes in a run of the tests.
const ROUNDS: usize = 2_000;

/// What readers of XML, JSON and base64 stumble over.
const PIECES: [&str; 24] = [
    "<",
    ">",
    "/>",
    "\"",
    "'",
    "&",
    "&amp;",
    "&#0;",
    "&#x110000;",
    "<!--x-->",
    "<![CDATA[",
    "]]>",
    "<?x?>",
    "<!DOCTYPE x>",
    "xmlns:saml=\"x\"",
    "ID=\"_1\"",
    "\u{feff}",
    "\u{202e}",
    "\u{0}",
    ".",
    "{",
    "[",
    "-1",
    "99999999999999999999",
];

/// A source of changes: a generator (xorshift64*) that anybody can run again.
pub(crate) struct Mutation(u64);

impl Mutation {
    /// `COGNATE_FUZZ_SEED`, or the same as always.
    pub(crate) fn new() -> Self {
        let seed = env::var("COGNATE_FUZZ_SEED").ok();
        let seed: u64 = seed.map_or(1, |seed| seed.parse().unwrap());
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// How many changes to try: `COGNATE_FUZZ_ROUNDS`, or [`ROUNDS`].
    pub(crate) fn rounds(&self) -> usize {
        let rounds = env::var("COGNATE_FUZZ_ROUNDS").ok();
        rounds.map_or(ROUNDS, |rounds| rounds.parse().unwrap())
    }

    /// One to four changes; a part of another input may come into this one.
    pub(crate) fn change(&mut self, input: &[u8], others: &[String]) -> Vec<u8> {
        let mut changed = input.to_vec();
        for _ in 0..=self.below(3) {
            self.change_once(&mut changed, others);
        }
        changed
    }

    fn change_once(&mut self, input: &mut Vec<u8>, others: &[String]) {
        let from = self.below(input.len());
        let to = (from + self.below(400)).min(input.len());
        match self.below(5) {
            0 if from < input.len() => input[from] ^= 1 << self.below(7),
            1 => drop(input.drain(from..to)),
            2 => {
                let repeated = input[from..to].to_vec();
                input.splice(to..to, repeated);
            }
            3 => {
                let piece = PIECES[self.below(PIECES.len() - 1)];
                input.splice(from..from, piece.bytes());
            }
            _ => {
                let other = others[self.below(others.len() - 1)].as_bytes();
                let start = self.below(other.len());
                let end = (start + self.below(800)).min(other.len());
                input.splice(from..to, other[start..end].iter().copied());
            }
        }
    }

    /// From 0 to this, both included.
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(drawn).unwrap() % (most + 1)
    }
}
