//! Secrets that this backend draws and somebody brings back: codes and the values of cookies.

use std::fmt;

use aws_lc_rs::digest;
use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use crate::random::{self, NoRandomness};

/// 256 random bits, base64url, or whatever somebody claims to be such. Wiped when dropped, never
/// printed.
#[derive(Clone)]
pub struct Bearer(Zeroizing<String>);

impl Bearer {
    /// Takes what somebody brought.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Draws a new one.
    ///
    /// # Errors
    /// [`NoRandomness`]
    pub fn draw() -> Result<Self, NoRandomness> {
        random::bearer_text().map(Self::new)
    }

    /// The secret itself.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// What the database has of it. 256 random bits need no salt and no key: nobody can guess what
    /// was hashed.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, self.0.as_bytes())
            .as_ref()
            .to_vec()
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(..)")
    }
}

/// A hash as the name of its row, to seal the row's content to it.
pub(super) fn row_name(hash: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(hash)
}
