//! What a device proves itself by: the SRP verifier and the salt that `ConfirmDevice` brings.

use std::fmt;

use base64ct::{Base64, Encoding};

use crate::error::ApiError;
use crate::srp::SALT_LENGTH;
use crate::srp::group::{self, Element, LENGTH};

/// Salt and verifier of a password that only the device knows.
#[derive(Clone)]
pub struct DeviceVerifier {
    element: Element,
    salt: Vec<u8>,
}

impl DeviceVerifier {
    /// Reads what a client sends: base64 of both numbers, each with one more zero byte in front at
    /// most (`cognate_core::srp` says why), and shorter where a number begins with zeros.
    ///
    /// # Errors
    /// `InvalidParameterException` for anything else, and for a verifier that everybody can prove.
    pub fn parse(verifier: &str, salt: &str) -> Result<Self, ApiError> {
        let invalid = || ApiError::invalid_parameter("DeviceSecretVerifierConfig does not fit.");
        let decode = |base64: &str, most: usize| {
            let bytes = Base64::decode_vec(base64).ok();
            let bytes = bytes.filter(|bytes| (1..=most + 1).contains(&bytes.len()));
            bytes.filter(|bytes| bytes.len() <= most || bytes.first() == Some(&0))
        };
        let salt = decode(salt, SALT_LENGTH).ok_or_else(invalid)?;
        let verifier = decode(verifier, LENGTH).ok_or_else(invalid)?;
        let digits = verifier.strip_prefix(&[0]).unwrap_or(&verifier);
        let element = Element::from_bytes(digits).ok_or_else(invalid)?;
        if is_trivial(&element) {
            return Err(invalid());
        }
        Ok(Self { element, salt })
    }

    pub(super) fn read(verifier: &[u8], salt: Vec<u8>) -> Option<Self> {
        let element = Element::from_bytes(verifier)?;
        Some(Self { element, salt })
    }

    /// `v`
    #[must_use]
    pub fn element(&self) -> &Element {
        &self.element
    }

    /// The salt as the client sent it.
    #[must_use]
    pub fn salt(&self) -> &[u8] {
        &self.salt
    }
}

impl fmt::Debug for DeviceVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceVerifier(..)")
    }
}

/// 0, 1 and -1: whatever is multiplied with their powers, everybody knows the result.
fn is_trivial(element: &Element) -> bool {
    let mut last = group::N;
    last[LENGTH - 1] -= 1;
    element.is_zero()
        || element.as_bytes() == Element::one().as_bytes()
        || *element.as_bytes() == last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(verifier: &[u8], salt: &[u8]) -> Option<DeviceVerifier> {
        let encode = |bytes: &[u8]| Base64::encode_string(bytes);
        DeviceVerifier::parse(&encode(verifier), &encode(salt)).ok()
    }

    #[test]
    fn numbers_come_with_or_without_a_zero_in_front() {
        let mut padded = vec![0];
        padded.extend([0xb3; LENGTH]);
        let parsed = parse(&padded, &[0; 17]).unwrap();
        assert_eq!(parsed.element().as_bytes(), &[0xb3; LENGTH]);
        assert_eq!(parsed.salt(), [0; 17]);
        assert!(parse(&[0xb3; LENGTH], &[7; 16]).is_some());
        assert!(parse(&[7; 12], &[7; 1]).is_some(), "short numbers");
    }

    #[test]
    fn what_is_no_number_of_the_protocol_is_refused() {
        let n = group::N;
        let mut minus_one = n;
        minus_one[LENGTH - 1] -= 1;
        for (label, verifier) in [
            ("nothing", vec![]),
            ("0", vec![0]),
            ("many zeros", vec![0; LENGTH + 1]),
            ("1", vec![1]),
            ("-1", minus_one.to_vec()),
            ("N", n.to_vec()),
            ("too long", vec![7; LENGTH + 1]),
            ("far too long", vec![0; LENGTH + 2]),
        ] {
            assert!(parse(&verifier, &[7; 16]).is_none(), "{label}");
        }
        for (label, salt) in [("nothing", vec![]), ("17 bytes, not padded", vec![7; 17])] {
            assert!(parse(&[7; LENGTH], &salt).is_none(), "salt: {label}");
        }
        assert!(DeviceVerifier::parse("not base64", "AAAA").is_err());
        assert!(DeviceVerifier::parse("AAAA", "not base64").is_err());
    }
}
