//! `application/x-www-form-urlencoded`: queries of addresses, and bodies of requests of OAuth and to an STS.
//!
//! Written form: everything but unreserved characters
//! ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986), section 2.3) is percent-encoded, a space too.

use alloc::string::String;

use zeroize::Zeroizing;

/// Parameters as they are put together. `Debug` is absent on purpose: codes, verifiers and tokens are
/// among them.
pub(crate) struct Form(Zeroizing<String>);

impl Form {
    pub(crate) fn new() -> Self {
        // Enough for what is sent: a text that grows leaves copies of secrets behind.
        Self(Zeroizing::new(String::with_capacity(8 * 1024)))
    }

    pub(crate) fn add(&mut self, name: &str, value: &str) -> &mut Self {
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

    pub(crate) fn add_if(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.add(name, value),
            None => self,
        }
    }

    pub(crate) fn finish(self) -> Zeroizing<String> {
        self.0
    }
}

fn hex_digit(value: u8) -> char {
    char::from(value + if value < 10 { b'0' } else { b'A' - 10 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_unreserved_characters_is_encoded() {
        let mut form = Form::new();
        form.add("a", "b c+&=%/é~").add_if("d", None).add("e", "");
        assert_eq!(*form.finish(), "a=b%20c%2B%26%3D%25%2F%C3%A9~&e=");
    }
}
