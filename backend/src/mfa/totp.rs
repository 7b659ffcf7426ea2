//! Time-based one-time passwords: RFC 6238 over RFC 4226, with HMAC-SHA-1, six digits and steps of 30
//! seconds, which is what every authenticator app does without being asked.
//!
//! # Security model
//! A code of the step before or after counts, too: clocks differ and people type slowly. All three
//! are compared, in constant time, and the step that matched is told, so that nobody uses a code
//! twice (RFC 6238, 5.2).

use aws_lc_rs::hmac;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::random::{self, NoRandomness};

/// RFC 4226 wants at least 128 bits and recommends 160.
const SECRET_LENGTH: usize = 20;
const STEP_SECONDS: i64 = 30;
const DIGITS: usize = 6;
const MODULUS: u32 = 1_000_000;

/// What an authenticator app and this backend share.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl TotpSecret {
    /// 160 random bits.
    ///
    /// # Errors
    /// [`NoRandomness`]
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut bytes = Zeroizing::new(vec![0; SECRET_LENGTH]);
        random::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// A stored secret.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// The secret's bytes.
    #[must_use]
    pub fn secret(&self) -> &[u8] {
        &self.0
    }

    /// Base32 of RFC 4648, without padding: the form that apps read.
    #[must_use]
    pub fn to_base32(&self) -> Zeroizing<String> {
        const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let mut text = Zeroizing::new(String::with_capacity(self.0.len().div_ceil(5) * 8));
        let (mut bits, mut count) = (0u32, 0);
        for byte in self.0.iter() {
            bits = (bits << 8) | u32::from(*byte);
            count += 8;
            while count >= 5 {
                count -= 5;
                text.push(char::from(LETTERS[(bits >> count & 31) as usize]));
            }
        }
        if count > 0 {
            text.push(char::from(LETTERS[(bits << (5 - count) & 31) as usize]));
        }
        text
    }

    /// The step whose code this is, of the one at `now` (seconds since 1970) and its neighbours.
    #[must_use]
    pub fn matching_step(&self, code: &str, now: i64) -> Option<i64> {
        let given = number(code);
        let (mut found, mut step) = (Choice::from(0), 0);
        for candidate in [-1, 0, 1].map(|skew| now.div_euclid(STEP_SECONDS) + skew) {
            let expected = self.truncated(candidate) % MODULUS;
            let matches = expected.ct_eq(&given.unwrap_or(MODULUS));
            step.conditional_assign(&candidate, matches);
            found |= matches;
        }
        bool::from(found).then_some(step)
    }

    /// RFC 4226, 5.3: 31 bits of the HMAC, from where its last four bits say.
    fn truncated(&self, step: i64) -> u32 {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag[tag.len() - 1] & 15);
        let mut word = [0; 4];
        word.copy_from_slice(&tag[offset..offset + 4]);
        u32::from_be_bytes(word) & 0x7fff_ffff
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(..)")
    }
}

fn number(code: &str) -> Option<u32> {
    let is_code = code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit());
    code.parse().ok().filter(|_| is_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC_SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_vectors_of_rfc_6238_appendix_b() {
        let secret = TotpSecret::from_bytes(RFC_SECRET);
        for (time, code) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            // The appendix has codes of eight digits.
            assert_eq!(
                secret.truncated(time / 30) % 100_000_000,
                code,
                "time {time}"
            );
            let six = format!("{:06}", code % MODULUS);
            assert_eq!(
                secret.matching_step(&six, time),
                Some(time / 30),
                "time {time}"
            );
        }
    }

    #[test]
    fn the_vectors_of_rfc_4226_appendix_d() {
        let secret = TotpSecret::from_bytes(RFC_SECRET);
        let codes = [
            755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871,
            520_489,
        ];
        for (count, code) in (0..).zip(codes) {
            assert_eq!(secret.truncated(count) % MODULUS, code, "count {count}");
        }
    }

    #[test]
    fn a_code_counts_one_step_either_way_and_no_further() {
        let secret = TotpSecret::from_bytes(RFC_SECRET);
        let (step, code) = (37_037_036, "081804"); // 1,111,111,080 to 1,111,111,109
        let first = step * 30;
        for now in [first - 30, first, first + 29, first + 59] {
            assert_eq!(secret.matching_step(code, now), Some(step), "now {now}");
        }
        for now in [first - 31, first + 60] {
            assert_eq!(secret.matching_step(code, now), None, "now {now}");
        }
    }

    #[test]
    fn only_six_ascii_digits_are_a_code() {
        let secret = TotpSecret::from_bytes(RFC_SECRET);
        for code in ["81804", "0081804", "+81804", " 81804", "08180٤", ""] {
            assert_eq!(secret.matching_step(code, 1_111_111_109), None, "{code:?}");
        }
    }

    #[test]
    fn base32_is_that_of_rfc_4648_without_padding() {
        for (bytes, text) in [
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
            ("12345678901234567890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
        ] {
            let base32 = TotpSecret::from_bytes(bytes.as_bytes()).to_base32();
            assert_eq!(*base32, text, "{bytes}");
        }
    }

    #[test]
    fn secrets_have_160_bits_and_differ() {
        let (one, two) = (
            TotpSecret::generate().unwrap(),
            TotpSecret::generate().unwrap(),
        );
        assert_eq!(one.to_base32().len(), 32);
        assert_ne!(one.secret(), two.secret());
    }
}
