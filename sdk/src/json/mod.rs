//! JSON for serde, as small as it can be: it is downloaded by every visitor of every app.
//!
//! The usual formats carry error messages, and with them the formatting of floating point numbers,
//! into the wasm: 30 KB compressed for text that nobody may see, since what does not parse may be
//! secret. Here an error says only that the text is [`NotJson`].
//!
//! # Limits
//! Numbers are integers of 64 bits or approximate fractions, which is what tokens and answers hold.
//! Writing knows what requests and records hold: no fractions, no bytes. Nesting is bounded.

mod read;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod write;

use core::fmt;

pub use read::from_str;
pub use write::to_string;

/// The text is not JSON of the expected shape, or the value has no JSON form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotJson;

impl fmt::Display for NotJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not JSON")
    }
}

impl core::error::Error for NotJson {}

impl serde::de::Error for NotJson {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: serde::de::Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self
    }

    fn invalid_value(_: serde::de::Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn serde::de::Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

impl serde::ser::Error for NotJson {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}
