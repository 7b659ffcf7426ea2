//! Base64 ([RFC 4648](https://www.rfc-editor.org/rfc/rfc4648)): the URL's alphabet without padding,
//! and the standard one with it.
//!
//! # Security model
//! Tokens and secrets pass through here: letters are translated by arithmetic, without tables and
//! branches on them, so that time and memory tell their number only. A text has one reading: bits
//! that no byte needs must be zero.
//!
//! Small, since two variants of a general library were 3 KB in the browser; property tests hold it
//! against `base64ct`.

use alloc::string::String;
use alloc::vec::Vec;

/// The letters for 62 and 63.
#[derive(Clone, Copy)]
struct Alphabet([u8; 2]);

const STANDARD: Alphabet = Alphabet(*b"+/");
const URL: Alphabet = Alphabet(*b"-_");

/// The URL's alphabet, no padding.
#[must_use]
pub fn encode_url(bytes: &[u8]) -> String {
    URL.encode(bytes)
}

/// The URL's alphabet, no padding; `None` for anything else.
#[must_use]
pub fn decode_url(text: &str) -> Option<Vec<u8>> {
    URL.decode(text)
}

/// The standard alphabet, padded.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = STANDARD.encode(bytes);
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// The standard alphabet, padded; `None` for anything else.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let text = text.strip_suffix('=').unwrap_or(text);
    let text = text.strip_suffix('=').unwrap_or(text);
    STANDARD.decode(text)
}

impl Alphabet {
    fn encode(self, bytes: &[u8]) -> String {
        let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
        let (mut held, mut bits) = (0_u32, 0);
        for &byte in bytes {
            held = held << 8 | u32::from(byte);
            bits += 8;
            while bits >= 6 {
                bits -= 6;
                text.push(self.letter(held >> bits));
            }
        }
        if bits > 0 {
            text.push(self.letter(held << (6 - bits)));
        }
        text
    }

    fn decode(self, text: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
        let (mut held, mut bits, mut is_wrong) = (0_u32, 0, 0);
        for letter in text.bytes() {
            let value = self.value(letter);
            is_wrong |= value >> 8;
            held = held << 6 | (value & 63) as u32;
            bits += 6;
            if bits >= 8 {
                bits -= 8;
                bytes.push((held >> bits) as u8);
            }
        }
        let rest = held & ((1 << bits) - 1);
        (is_wrong == 0 && rest == 0 && bits < 6).then_some(bytes)
    }

    /// The letter for the six lowest bits.
    fn letter(self, six: u32) -> char {
        let six = (six & 63) as i32;
        // All ones where `six` is above the bound, all zeros elsewhere.
        let above = |bound: i32| (bound - six) >> 8;
        let [last_but_one, last] = self.0.map(i32::from);
        let letter = six + 65 + (above(25) & 6) - (above(51) & 75);
        let letter = letter & !above(61) | last_but_one & above(61) & !above(62) | last & above(62);
        char::from(letter as u8)
    }

    /// The value of a letter, or -1.
    fn value(self, letter: u8) -> i32 {
        let letter = i32::from(letter);
        let [last_but_one, last] = self.0.map(i32::from);
        // One more than the value where the letter is in the range, zero elsewhere.
        let within = |first: i32, end: i32, value: i32| {
            ((first - 1 - letter) & (letter - end - 1)) >> 8 & (letter - first + value + 1)
        };
        within(65, 90, 0)
            + within(97, 122, 26)
            + within(48, 57, 52)
            + within(last_but_one, last_but_one, 62)
            + within(last, last, 63)
            - 1
    }
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Base64UrlUnpadded, Encoding};
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn bytes_are_written_as_another_library_writes_them(bytes in any::<Vec<u8>>()) {
            prop_assert_eq!(super::encode(&bytes), Base64::encode_string(&bytes));
            prop_assert_eq!(super::encode_url(&bytes), Base64UrlUnpadded::encode_string(&bytes));
        }

        #[test]
        fn what_was_written_is_read(bytes in any::<Vec<u8>>()) {
            prop_assert_eq!(super::decode(&super::encode(&bytes)), Some(bytes.clone()));
            prop_assert_eq!(super::decode_url(&super::encode_url(&bytes)), Some(bytes));
        }

        #[test]
        fn what_another_library_refuses_is_refused(text in "[A-Ca-c0-2+/=_-]{0,9}|[ -~]{0,9}|\\PC{0,4}") {
            prop_assert_eq!(super::decode(&text), Base64::decode_vec(&text).ok());
            prop_assert_eq!(super::decode_url(&text), Base64UrlUnpadded::decode_vec(&text).ok());
        }
    }

    #[test]
    fn every_byte_is_a_letter_of_its_alphabet_or_none() {
        for byte in 0..=127_u8 {
            let text: std::string::String = [char::from(byte), 'A'].iter().collect();
            assert_eq!(
                super::decode_url(&text),
                Base64UrlUnpadded::decode_vec(&text).ok()
            );
        }
    }
}
