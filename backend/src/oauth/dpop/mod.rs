//! Proof of possession (RFC 9449): a client signs each request with a key of its own, and its tokens are
//! good with that key only.
//!
//! # Steps
//! 1. A request brings a proof: a JWT in the header `DPoP`, signed with the key whose public half is in
//!    its own header.
//! 2. [`Proof::key`] checks it against the request: method and address, time, the access token if there is
//!    one. Each proof is good once.
//! 3. Tokens carry the key's thumbprint (`cnf.jkt`), and the sign-in remembers it: its refresh token is
//!    refused without a proof, by the JSON API too, which takes none.
//!
//! # Security model
//! Asymmetric algorithms only, the key public, and an RSA key not shorter than 2,048 bits. The address a
//! proof must name comes from the configured public URL, never from `Host`. A proof that was seen is kept, as
//! a keyed hash, until it would be refused for its age.
//!
//! # Limits
//! Without [`nonce`] in the configuration, a proof that was made in advance is good when its time comes.

pub mod nonce;

use std::fmt;

use aws_lc_rs::digest;
use base64ct::{Base64UrlUnpadded, Encoding};
use cognate_core::secret::AccessToken;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq;
use url::Url;

use crate::app::AppState;
use crate::error::ApiError;
use crate::oauth::{OAuthError, OAuthErrorCode};

/// The algorithms a proof may be signed with, as discovery names them.
pub const ALGORITHMS: [&str; 5] = ["ES256", "ES384", "EdDSA", "PS256", "RS256"];

/// How far a proof's `iat` may be from our time, in seconds: clocks of devices are off by minutes.
const LEEWAY: i64 = 300;

/// The longest proof: one with an RSA key of 4,096 bits has 1,500 characters.
const LONGEST: usize = 8192;

/// Characters of a proof's id that are read.
const LONGEST_ID: usize = 256;

/// What a request brings in its header `DPoP`, and the request that it is for.
#[derive(Clone)]
pub struct Proof {
    /// The JWT.
    pub jwt: String,
    /// The request's method.
    pub method: &'static str,
    /// The request's path.
    pub path: &'static str,
}

/// Whoever has a proof can send its request once: not printed.
impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proof({} {})", self.method, self.path)
    }
}

impl Proof {
    /// The thumbprint of the key that signed (RFC 7638). `token` is the access token that the request
    /// brings along; a proof for the token endpoint has none.
    ///
    /// # Errors
    /// `invalid_dpop_proof`, in the same words whatever is wrong with it; `use_dpop_nonce` if nothing else is wrong
    /// than its nonce.
    pub async fn key(
        &self,
        state: &AppState,
        token: Option<&AccessToken>,
    ) -> Result<String, OAuthError> {
        let (claims, key) = self.read().ok_or_else(refused)?;
        let now = state.clock.now();
        let is_for_this_request = claims.htm == self.method
            && names(&claims.htu, &state.public_url, self.path)
            && (now - LEEWAY..=now + LEEWAY).contains(&claims.iat)
            && token.is_none_or(|token| claims.is_about(token));
        if !is_for_this_request {
            return Err(refused());
        }
        if !nonce::is_good(state, claims.nonce.as_deref()) {
            return Err(nonce::demanded());
        }
        let parts = [key.as_bytes(), claims.jti.as_bytes()];
        let id = state.sealer.derive("dpop proof", &parts);
        let forget_at = claims.iat + LEEWAY + 1;
        let is_first = state.store.spend_id(&id, forget_at).await;
        if !is_first.map_err(ApiError::from)? {
            return Err(refused());
        }
        Ok(key)
    }

    /// The claims, if the signature is good, and the thumbprint of its key.
    fn read(&self) -> Option<(Claims, String)> {
        if self.jwt.len() > LONGEST {
            return None;
        }
        let header = Base64UrlUnpadded::decode_vec(self.jwt.split('.').next()?).ok()?;
        let header: Value = serde_json::from_slice(&header).ok()?;
        let is_proof = header.get("typ")?.as_str()? == "dpop+jwt"
            && header.get("crit").is_none()
            && ALGORITHMS.contains(&header.get("alg")?.as_str()?);
        let jwk = header.get("jwk")?;
        if !is_proof || PRIVATE.iter().any(|member| jwk.get(member).is_some()) {
            return None;
        }
        let algorithm: Algorithm = header.get("alg")?.as_str()?.parse().ok()?;
        let jwk: Jwk = serde_json::from_value(jwk.clone()).ok()?;
        let key = DecodingKey::from_jwk(&jwk).ok()?;
        let mut rules = Validation::new(algorithm);
        // A proof has no expiry; what it has instead is checked above.
        rules.required_spec_claims.clear();
        rules.validate_exp = false;
        rules.validate_aud = false;
        let read = jsonwebtoken::decode::<Claims>(&self.jwt, &key, &rules).ok()?;
        let claims = read.claims;
        let has_id = (1..=LONGEST_ID).contains(&claims.jti.len());
        let thumbprint = jwk.thumbprint(ThumbprintHash::SHA256).ok()?;
        has_id.then_some((claims, thumbprint))
    }
}

/// `invalid_dpop_proof`
#[must_use]
pub fn refused() -> OAuthError {
    OAuthError::new(
        OAuthErrorCode::InvalidDpopProof,
        "The DPoP proof is missing, wrong, used, too old or too new, or for another request or key.",
    )
}

/// Whether this is the thumbprint of a key (`dpop_jkt`): a SHA-256 hash in base64url.
pub(super) fn is_thumbprint(text: &str) -> bool {
    Base64UrlUnpadded::decode_vec(text).is_ok_and(|hash| hash.len() == 32)
}

/// What only the private half of a key has, or a key that both sides know.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    ath: Option<String>,
    nonce: Option<String>,
}

impl Claims {
    fn is_about(&self, token: &AccessToken) -> bool {
        let hash = digest::digest(&digest::SHA256, token.secret().as_bytes());
        let expected = Base64UrlUnpadded::encode_string(hash.as_ref());
        self.ath
            .as_ref()
            .is_some_and(|given| given.as_bytes().ct_eq(expected.as_bytes()).into())
    }
}

/// Whether an address is the one of this path here, its query and fragment apart (RFC 9449, 4.3).
fn names(htu: &str, public_url: &str, path: &str) -> bool {
    let (Ok(mut given), Ok(own)) = (Url::parse(htu), Url::parse(&format!("{public_url}{path}")))
    else {
        return false;
    };
    given.set_query(None);
    given.set_fragment(None);
    given == own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_compared_after_its_normal_form_and_without_its_query() {
        let base = "https://auth.example.com";
        let names = |htu: &str| names(htu, base, "/oauth2/token");
        assert!(names("https://auth.example.com/oauth2/token"));
        assert!(names("HTTPS://Auth.Example.com:443/oauth2/token?a=1#b"));
        for other in [
            "http://auth.example.com/oauth2/token",
            "https://auth.example.com/oauth2/token/",
            "https://auth.example.com/oauth2/userInfo",
            "https://auth.example.com.evil.example/oauth2/token",
            "https://u@auth.example.com/oauth2/token",
            "/oauth2/token",
            "",
        ] {
            assert!(!names(other), "{other}");
        }
    }

    #[test]
    fn a_thumbprint_is_a_hash_in_base64url() {
        assert!(is_thumbprint("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"));
        assert!(!is_thumbprint("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4"));
        assert!(!is_thumbprint(
            "0ZcOCORZNYy+DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
        ));
        assert!(!is_thumbprint(""));
    }
}
