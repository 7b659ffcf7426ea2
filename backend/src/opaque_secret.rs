//! Secrets that this backend draws and somebody brings back: codes, refresh tokens, the values of
//! cookies, and what opens a challenge (`Session`).
//!
//! # Security model
//! 256 random bits, base64url. The database has the SHA-256 of it, which needs no salt and no key:
//! nobody can guess what was hashed.

use std::fmt;

use aws_lc_rs::digest;
use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use crate::random::{self, NoRandomness};

/// One that was drawn here, or whatever somebody claims to be such. Wiped when dropped, never
/// printed.
#[derive(Clone)]
pub struct OpaqueSecret(Zeroizing<String>);

impl OpaqueSecret {
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
        let mut bytes = Zeroizing::new([0; 32]);
        random::fill(&mut *bytes)?;
        Ok(Self::new(Base64UrlUnpadded::encode_string(&*bytes)))
    }

    /// The secret itself.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// What the database has of it.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        hash(&self.0)
    }
}

impl fmt::Debug for OpaqueSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpaqueSecret(..)")
    }
}

/// What the database has of a secret that lies in a type of another part.
#[must_use]
pub fn hash(secret: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, secret.as_bytes())
        .as_ref()
        .to_vec()
}

/// A hash as the name of its row, to seal the row's content to it.
#[must_use]
pub fn row_name(hash: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(hash)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn drawn_secrets_have_256_bits_and_are_never_the_same() {
        let drawn: Vec<OpaqueSecret> = (0..100).map(|_| OpaqueSecret::draw().unwrap()).collect();
        let texts: BTreeSet<&str> = drawn.iter().map(OpaqueSecret::secret).collect();
        assert_eq!(texts.len(), 100);
        assert!(texts.iter().all(|text| text.len() == 43));
    }

    #[test]
    fn a_secret_is_not_printed_and_its_hash_is_sha_256() {
        let secret = OpaqueSecret::new("abc".to_owned());
        assert_eq!(format!("{secret:?}"), "OpaqueSecret(..)");
        // FIPS 180-4, the example of one block.
        let expected = [0xba, 0x78, 0x16, 0xbf];
        assert_eq!(secret.hash().first_chunk(), Some(&expected));
    }
}
