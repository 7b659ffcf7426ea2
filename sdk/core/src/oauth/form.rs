//! `application/x-www-form-urlencoded`: queries of addresses and bodies of OAuth requests.
//!
//! Written form: everything but unreserved characters
//! ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986), section 2.3) is percent-encoded, a space too.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

/// Parameters as they are put together. `Debug` is absent on purpose: codes, verifiers and tokens are
/// among them.
pub(super) struct Form(Zeroizing<String>);

impl Form {
    pub(super) fn new() -> Self {
        // Enough for what is sent: a text that grows leaves copies of secrets behind.
        Self(Zeroizing::new(String::with_capacity(8 * 1024)))
    }

    pub(super) fn add(&mut self, name: &str, value: &str) -> &mut Self {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(name);
        self.0.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                self.0.push(char::from(byte));
            } else {
                self.0.push('%');
                self.0.push(hex_digit(byte >> 4));
                self.0.push(hex_digit(byte & 15));
            }
        }
        self
    }

    pub(super) fn add_if(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.add(name, value),
            None => self,
        }
    }

    pub(super) fn finish(self) -> Zeroizing<String> {
        self.0
    }
}

/// The parameters of a query, in its order; `None` when something is not validly encoded.
pub(super) fn parse(query: &str) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    for part in query.as_bytes().split(|&b| b == b'&') {
        if part.is_empty() {
            continue;
        }
        let end = part.iter().position(|&b| b == b'=').unwrap_or(part.len());
        let (name, value) = (part.get(..end)?, part.get(end + 1..).unwrap_or_default());
        parameters.push((decoded(name)?, decoded(value)?));
    }
    Some(parameters)
}

fn decoded(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex_value(*rest.next()?)? << 4 | hex_value(*rest.next()?)?,
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex_digit(value: u8) -> char {
    char::from(value + if value < 10 { b'0' } else { b'A' - 10 })
}

fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    #[test]
    fn everything_but_unreserved_characters_is_encoded() {
        let mut form = Form::new();
        form.add("a", "b c+&=%/é~").add_if("d", None).add("e", "");
        assert_eq!(*form.finish(), "a=b%20c%2B%26%3D%25%2F%C3%A9~&e=");
    }

    #[test]
    fn a_query_is_read_as_browsers_and_services_write_it() {
        let pair = |name: &str, value: &str| (name.into(), value.into());
        let read = vec![
            pair("a", "b c d"),
            pair("b", "x=y"),
            pair("c", ""),
            pair("", "z"),
        ];
        assert_eq!(parse("a=b+c%20d&&b=x=y&c&=z"), Some(read));
        assert_eq!(parse(""), Some(vec![]));
        for broken in ["a=%", "a=%4", "a=%g1", "a=%+1", "a=%ff"] {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(pairs in proptest::collection::vec(("[a-z_]{1,8}", ".{0,40}"), 0..6)) {
            let mut form = Form::new();
            for (name, value) in &pairs {
                form.add(name, value);
            }
            prop_assert_eq!(parse(&form.finish()), Some(pairs));
        }
    }
}
