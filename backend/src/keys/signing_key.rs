//! One key: made, opened, signing, checking.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA512, RsaEncoding, RsaParameters,
};
use aws_lc_rs::{digest, rand};
use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use super::{Jwk, KeyError, TokenUse};
use crate::seal::{Place, Sealer};
use crate::store::SigningKeyRow;

/// What signatures are made with (RFC 7518, 3.1).
#[derive(Clone, Copy)]
pub(super) enum Algorithm {
    /// The user pools'.
    Rs256,
    /// The identity pools'.
    Rs512,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs512 => "RS512",
        }
    }

    fn signing(self) -> &'static dyn RsaEncoding {
        match self {
            Self::Rs256 => &RSA_PKCS1_SHA256,
            Self::Rs512 => &RSA_PKCS1_SHA512,
        }
    }

    fn checking(self) -> &'static RsaParameters {
        match self {
            Self::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        }
    }
}

/// A key as it was read, ready to sign.
pub(super) struct SigningKey {
    /// `{"kid":..,"alg":..}` in base64url: the same for every token.
    pub(super) header: String,
    pub(super) kid: String,
    /// Seconds since 1970.
    pub(super) starts_at: i64,
    algorithm: Algorithm,
    pair: KeyPair,
}

impl SigningKey {
    pub(super) fn open(sealer: &Sealer, row: &SigningKeyRow) -> Result<Self, KeyError> {
        let private = sealer.open(place(&row.kid, &row.pool_id), &row.private_key)?;
        Self::parse(&row.kid, Algorithm::Rs256, &private, row.starts_at)
    }

    /// A private key, PKCS #8.
    pub(super) fn parse(
        kid: &str,
        algorithm: Algorithm,
        private: &[u8],
        starts_at: i64,
    ) -> Result<Self, KeyError> {
        let pair = KeyPair::from_pkcs8(private).map_err(|_| KeyError::Cryptography)?;
        let header = serde_json::json!({ "kid": kid, "alg": algorithm.name() }).to_string();
        Ok(Self {
            header: Base64UrlUnpadded::encode_string(header.as_bytes()),
            kid: kid.to_owned(),
            starts_at,
            algorithm,
            pair,
        })
    }

    /// Claims, already JSON, as a signed token.
    pub(super) fn sign(&self, claims: &[u8]) -> Result<String, KeyError> {
        let mut token = self.header.clone();
        token.push('.');
        token.push_str(&Base64UrlUnpadded::encode_string(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                self.algorithm.signing(),
                &rand::SystemRandom::new(),
                token.as_bytes(),
                &mut signature,
            )
            .map_err(|_| KeyError::Cryptography)?;
        token.push('.');
        token.push_str(&Base64UrlUnpadded::encode_string(&signature));
        Ok(token)
    }

    pub(super) fn verify(&self, signed: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        let public = self.pair.public_key();
        PublicKeyComponents {
            n: public.modulus().big_endian_without_leading_zero(),
            e: public.exponent().big_endian_without_leading_zero(),
        }
        .verify(self.algorithm.checking(), signed, signature)
        .map_err(|_| KeyError::Token)
    }

    pub(super) fn jwk(&self) -> Jwk {
        Jwk::new(&self.kid, self.algorithm.name(), self.pair.public_key())
    }
}

/// A new key of a pool that signs from `starts_at` on.
pub(super) fn generate(
    sealer: &Sealer,
    pool_id: &str,
    token_use: TokenUse,
    now: i64,
    starts_at: i64,
) -> Result<SigningKeyRow, KeyError> {
    let (kid, private) = new_pair()?;
    let private_key = sealer.seal(place(&kid, pool_id), &private)?;
    Ok(SigningKeyRow {
        kid,
        pool_id: pool_id.to_owned(),
        token_use: token_use.as_str().to_owned(),
        private_key,
        created_at: now,
        starts_at,
    })
}

/// A new key's id, and the key as PKCS #8.
pub(super) fn new_pair() -> Result<(String, Zeroizing<Vec<u8>>), KeyError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Cryptography)?;
    let modulus = pair
        .public_key()
        .modulus()
        .big_endian_without_leading_zero();
    // A kid that follows from the key: two keys never share one.
    let kid = Base64UrlUnpadded::encode_string(digest::digest(&digest::SHA256, modulus).as_ref());
    let private: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Cryptography)?;
    Ok((kid, Zeroizing::new(private.as_ref().to_vec())))
}

fn place<'a>(kid: &'a str, pool: &'a str) -> Place<'a> {
    Place {
        table: "signing_keys",
        column: "private_key",
        row: kid,
        pool,
    }
}
