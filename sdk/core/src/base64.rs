//! Base64 ([RFC 4648](https://www.rfc-editor.org/rfc/rfc4648)), with and without the URL's alphabet.
//!
//! Constant-time, by `base64ct`. One of its variants is instantiated and the other made of it: each
//! costs 2 KB in the browser.

use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding};

/// The URL's alphabet, no padding.
#[must_use]
pub fn encode_url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// The URL's alphabet, no padding; `None` for anything else.
#[must_use]
pub fn decode_url(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

/// The standard alphabet, padded. For public bytes: the exchange of letters is not constant-time.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for letter in encode_url(bytes).chars() {
        text.push(match letter {
            '-' => '+',
            '_' => '/',
            letter => letter,
        });
    }
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// The standard alphabet, padded; `None` for anything else. For public text, as [`encode`].
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let text = text.strip_suffix('=').unwrap_or(text);
    let text = text.strip_suffix('=').unwrap_or(text);
    let mut exchanged = String::with_capacity(text.len());
    for letter in text.chars() {
        exchanged.push(match letter {
            '+' => '-',
            '/' => '_',
            '-' | '_' => return None,
            letter => letter,
        });
    }
    decode_url(&exchanged)
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_standard_variant_is_the_crates_own(bytes in any::<std::vec::Vec<u8>>()) {
            let text = Base64::encode_string(&bytes);
            prop_assert_eq!(super::encode(&bytes), text.clone());
            prop_assert_eq!(super::decode(&text), Some(bytes));
        }

        #[test]
        fn what_the_crate_refuses_is_refused(text in "[A-D+/=_-]{0,12}") {
            prop_assert_eq!(super::decode(&text), Base64::decode_vec(&text).ok());
        }
    }
}
