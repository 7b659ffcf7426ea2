//! Randomness from the operating system, and what is drawn from it without bias.

use aws_lc_rs::rand;

/// The system gave no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no randomness")]
pub struct NoRandomness;

/// Fills all of `into`.
///
/// # Errors
/// [`NoRandomness`]; `into` may be filled in part then.
pub fn fill(into: &mut [u8]) -> Result<(), NoRandomness> {
    rand::fill(into).map_err(|_| NoRandomness)
}

/// A number below `bound` (at least 1), each with the same probability.
///
/// # Errors
/// [`NoRandomness`]
pub fn below(bound: usize) -> Result<usize, NoRandomness> {
    // The largest multiple of `bound`: a remainder above it would favour small numbers.
    let fair = usize::MAX - usize::MAX % bound;
    loop {
        let mut bytes = [0; size_of::<usize>()];
        fill(&mut bytes)?;
        let value = usize::from_be_bytes(bytes);
        if value < fair {
            return Ok(value % bound);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_number_below_the_bound_comes_and_none_above() {
        let drawn: BTreeSet<usize> = (0..1000).map(|_| below(6).unwrap()).collect();
        assert_eq!(drawn, (0..6).collect());
        assert_eq!(below(1), Ok(0));
    }
}
