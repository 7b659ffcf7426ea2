//! The password policy of a pool: what a new password must have.
//!
//! Symbols are the service's list, and a space that is neither first nor last counts as one.

/// What a new password must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Characters, 6 to 99.
    pub minimum_length: usize,
    /// At least one of A to Z.
    pub uppercase: bool,
    /// At least one of a to z.
    pub lowercase: bool,
    /// At least one of 0 to 9.
    pub numbers: bool,
    /// At least one of [`SYMBOLS`].
    pub symbols: bool,
}

/// What counts as a symbol.
pub const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-";

/// The most characters that a password may have.
pub const MAXIMUM_LENGTH: usize = 256;

/// One thing that a password lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// Fewer characters than [`Policy::minimum_length`].
    TooShort,
    /// More characters than [`MAXIMUM_LENGTH`].
    TooLong,
    /// White space, which the API does not accept.
    WhiteSpace,
    /// No upper-case letter.
    NoUppercase,
    /// No lower-case letter.
    NoLowercase,
    /// No digit.
    NoNumber,
    /// No symbol.
    NoSymbol,
}

impl Default for Policy {
    /// A new pool's: 8 characters with all four kinds.
    fn default() -> Self {
        Self {
            minimum_length: 8,
            uppercase: true,
            lowercase: true,
            numbers: true,
            symbols: true,
        }
    }
}

impl Policy {
    /// Everything that `password` lacks, worst first; nothing when it satisfies the policy.
    pub fn violations(&self, password: &str) -> impl Iterator<Item = Violation> {
        let length = password.chars().count();
        let has = |kind: fn(char) -> bool| password.chars().any(kind);
        [
            (length < self.minimum_length, Violation::TooShort),
            (length > MAXIMUM_LENGTH, Violation::TooLong),
            (has(char::is_whitespace), Violation::WhiteSpace),
            (
                self.uppercase && !has(|c| c.is_ascii_uppercase()),
                Violation::NoUppercase,
            ),
            (
                self.lowercase && !has(|c| c.is_ascii_lowercase()),
                Violation::NoLowercase,
            ),
            (
                self.numbers && !has(|c| c.is_ascii_digit()),
                Violation::NoNumber,
            ),
            (
                self.symbols && !has(|c| SYMBOLS.contains(c)),
                Violation::NoSymbol,
            ),
        ]
        .into_iter()
        .filter_map(|(violated, violation)| violated.then_some(violation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn violations(password: &str) -> Vec<Violation> {
        Policy::default().violations(password).collect()
    }

    #[test]
    fn a_password_with_everything_passes() {
        assert_eq!(violations("Correct-Horse9"), []);
    }

    #[test]
    fn each_missing_kind_is_named() {
        assert_eq!(violations("Ab1!"), [Violation::TooShort]);
        assert_eq!(violations("abcdefg1!"), [Violation::NoUppercase]);
        assert_eq!(violations("ABCDEFG1!"), [Violation::NoLowercase]);
        assert_eq!(violations("Abcdefgh!"), [Violation::NoNumber]);
        assert_eq!(violations("Abcdefgh1"), [Violation::NoSymbol]);
        assert_eq!(violations("Abcdef 1!"), [Violation::WhiteSpace]);
        assert_eq!(
            violations(&["Aa1!", &"x".repeat(253)].concat()),
            [Violation::TooLong]
        );
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert_eq!(violations("Aa1!ééé"), [Violation::TooShort]);
        assert_eq!(violations("Aa1!éééé"), []);
    }

    #[test]
    fn a_lenient_policy_asks_only_for_length() {
        let lenient = Policy {
            minimum_length: 6,
            uppercase: false,
            lowercase: false,
            numbers: false,
            symbols: false,
        };
        assert_eq!(lenient.violations("ëëëëëë").count(), 0);
    }
}
