//! An address of the app that a browser may be sent to.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use url::Url;

/// A registered address: absolute, without a fragment, over https, over http on this machine only, or
/// of an app's own scheme. It is kept as it was written and compared character by character.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

/// Why a text is no [`RedirectUri`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// A space, a control character, a backslash or anything else no URI contains.
    #[error("it has characters that no URI has")]
    Characters,
    /// Not `scheme:...`, or without a host where the scheme has one.
    #[error("it is not an absolute URI")]
    NotAbsolute,
    /// `#...`: the browser would keep it to itself.
    #[error("it has a fragment")]
    Fragment,
    /// A user name or password.
    #[error("it has a user name or a password")]
    Credentials,
    /// http somewhere else than on this machine.
    #[error("it uses http; only localhost, 127.0.0.1 and [::1] may")]
    Insecure,
    /// A scheme that runs script, reads files or shows what somebody else wrote.
    #[error("its scheme is not one of an app")]
    Scheme,
}

impl RedirectUri {
    /// Reads an address.
    ///
    /// # Errors
    /// [`RedirectUriError`]
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        // Parsers of URLs repair what is not one, each in its own way: nothing to repair may come in.
        if !text.bytes().all(is_uri_byte) {
            return Err(RedirectUriError::Characters);
        }
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        let url = Url::parse(text).map_err(|_| RedirectUriError::NotAbsolute)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectUriError::Credentials);
        }
        match url.scheme() {
            "https" | "http" if !has_authority(text) => Err(RedirectUriError::NotAbsolute),
            "https" => Ok(Self(text.to_owned())),
            "http" if matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) => {
                Ok(Self(text.to_owned()))
            }
            "http" => Err(RedirectUriError::Insecure),
            scheme if NEVER.contains(&scheme) => Err(RedirectUriError::Scheme),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address with these parameters added to its query.
    #[must_use]
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut location = self.0.clone();
        for (name, value) in parameters {
            location.push(if location.contains('?') { '&' } else { '?' });
            location.push_str(name);
            location.push('=');
            location.extend(utf8_percent_encode(value, ENCODED));
        }
        location
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = RedirectUriError;

    fn try_from(text: String) -> Result<Self, RedirectUriError> {
        Self::parse(&text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}

impl fmt::Debug for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Schemes that no app has as its own, and that must never be reached through a redirect.
const NEVER: [&str; 18] = [
    "about",
    "blob",
    "chrome",
    "content",
    "data",
    "file",
    "filesystem",
    "ftp",
    "intent",
    "javascript",
    "jar",
    "mailto",
    "resource",
    "tel",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// Everything but what RFC 3986 calls unreserved: `+` for a space is not understood everywhere.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// RFC 3986: unreserved, reserved, or the sign of an encoded byte.
fn is_uri_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

/// `scheme://host...`: parsers also read `https:host` and `https:///host` as that.
fn has_authority(text: &str) -> bool {
    text.split_once("://")
        .is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_apps_are_taken_as_they_are_written() {
        for text in [
            "https://app.example.com",
            "https://app.example.com/callback?tenant=1",
            "HTTPS://App.Example.com/Callback",
            "http://localhost:4200/",
            "http://127.0.0.1/cb",
            "http://[::1]:8080/cb",
            "myapp://callback",
            "com.example.app:/callback",
        ] {
            let uri = RedirectUri::parse(text);
            assert_eq!(uri.as_ref().map(RedirectUri::as_str), Ok(text));
        }
    }

    #[test]
    fn whatever_could_harm_is_refused() {
        use RedirectUriError as Error;
        for (text, expected) in [
            ("javascript:alert(1)", Error::Scheme),
            ("JaVaScRiPt:alert(1)", Error::Scheme),
            ("java\tscript:alert(1)", Error::Characters),
            (" https://app.example.com", Error::Characters),
            ("https://app.example.com\\@evil.example", Error::Characters),
            ("data:text/html,hello", Error::Scheme),
            ("vbscript:x", Error::Scheme),
            ("file:///etc/passwd", Error::Scheme),
            ("blob:https://app.example.com/1", Error::Scheme),
            ("https://app.example.com/#/callback", Error::Fragment),
            ("https://app.example.com/#", Error::Fragment),
            ("https://user:word@app.example.com/", Error::Credentials),
            ("https://user@app.example.com/", Error::Credentials),
            ("http://app.example.com/", Error::Insecure),
            ("http://localhost.evil.example/", Error::Insecure),
            ("http://127.0.0.1.evil.example/", Error::Insecure),
            ("https:app.example.com", Error::NotAbsolute),
            ("https:///app.example.com", Error::NotAbsolute),
            ("/callback", Error::NotAbsolute),
            ("//app.example.com/", Error::NotAbsolute),
            ("app.example.com", Error::NotAbsolute),
            ("", Error::NotAbsolute),
            ("https://äpp.example.com/", Error::Characters),
        ] {
            assert_eq!(RedirectUri::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn parameters_are_added_to_the_query_that_is_there_and_come_back_as_they_were() {
        let plain = RedirectUri::parse("https://app.example.com/cb").unwrap();
        let state = "a b+c&d=e#f%20ä";
        let location = plain.with(&[("code", "x"), ("state", state)]);
        let url = Url::parse(&location).unwrap();
        assert_eq!(
            url.query_pairs().into_owned().collect::<Vec<_>>(),
            [
                ("code".to_owned(), "x".to_owned()),
                ("state".to_owned(), state.to_owned())
            ]
        );
        let with_query = RedirectUri::parse("https://app.example.com/cb?a=1").unwrap();
        assert_eq!(
            with_query.with(&[("code", "x")]),
            "https://app.example.com/cb?a=1&code=x"
        );
    }
}
