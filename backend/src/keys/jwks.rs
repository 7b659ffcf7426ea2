//! The public keys of a pool as a JSON Web Key Set (RFC 7517).

use aws_lc_rs::rsa::PublicKey;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;

/// A pool's public keys.
#[derive(Debug, Clone, Serialize)]
pub struct Jwks {
    /// The ID tokens' keys, then the access tokens'; for each use the oldest first.
    pub keys: Vec<Jwk>,
}

/// One public RSA key.
#[derive(Debug, Clone, Serialize)]
pub struct Jwk {
    /// The key's id, as in the tokens' headers.
    pub kid: String,
    /// `RSA`.
    pub kty: &'static str,
    /// `RS256` for tokens of user pools, `RS512` for those of identities.
    pub alg: &'static str,
    /// `sig`.
    #[serde(rename = "use")]
    pub key_use: &'static str,
    /// The exponent, base64url.
    pub e: String,
    /// The modulus, base64url.
    pub n: String,
}

impl Jwk {
    pub(super) fn new(kid: &str, alg: &'static str, key: &PublicKey) -> Self {
        let encode = Base64UrlUnpadded::encode_string;
        Self {
            kid: kid.to_owned(),
            kty: "RSA",
            alg,
            key_use: "sig",
            e: encode(key.exponent().big_endian_without_leading_zero()),
            n: encode(key.modulus().big_endian_without_leading_zero()),
        }
    }
}
