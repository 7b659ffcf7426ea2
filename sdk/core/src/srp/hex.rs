//! Hexadecimal as the wire has it: any case, perhaps an odd number of digits. Public values only:
//! this is not constant-time.

use alloc::string::String;
use alloc::vec::Vec;

/// The bytes of 1 to `2 * most` digits, big-endian. `None` for anything else.
pub(super) fn to_bytes(text: &str, most: usize) -> Option<Vec<u8>> {
    if text.is_empty() || text.len() > 2 * most {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len().div_ceil(2));
    let mut held = (text.len() % 2 == 1).then_some(0);
    for c in text.bytes() {
        let digit = char::from(c).to_digit(16)? as u8;
        held = match held {
            None => Some(digit),
            Some(high) => {
                bytes.push(16 * high + digit);
                None
            }
        };
    }
    Some(bytes)
}

/// Lower-case digits without leading zeros; zero is `0`.
pub(super) fn from_number(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|&byte| [byte >> 4, byte & 15]);
    let mut text = String::with_capacity(2 * bytes.len());
    for digit in digits.skip_while(|&digit| digit == 0) {
        text.push(char::from_digit(u32::from(digit), 16).unwrap_or_default());
    }
    if text.is_empty() { "0".into() } else { text }
}
