//! Proving a client with a key (RFC 7523; OpenID Connect Core, 9, `private_key_jwt`), and Apple's secret, which is a
//! JWT of the same making.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Failure;

/// How long one is good for, in seconds: it is made for one request.
pub(super) const SECONDS: i64 = 5 * 60;

/// Signs claims with a private key in PKCS#8, as PEM or its base64 alone: P-256 with ES256, RSA with RS256.
///
/// # Errors
/// [`Failure::Unbelievable`] if the configured key is neither.
pub(super) fn signed(
    key: &str,
    key_id: Option<&str>,
    claims: &Value,
) -> Result<Zeroizing<String>, Failure> {
    let unusable =
        || Failure::Unbelievable("the private key of the provider's settings is unusable");
    let der = der_of(key).ok_or_else(unusable)?;
    let elliptic = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).ok();
    let mut header =
        json!({ "typ": "JWT", "alg": if elliptic.is_some() { "ES256" } else { "RS256" } });
    if let Some(key_id) = key_id {
        header["kid"] = json!(key_id);
    }
    let part = |json: &Value| Base64UrlUnpadded::encode_string(json.to_string().as_bytes());
    let signed = format!("{}.{}", part(&header), part(claims));
    let random = SystemRandom::new();
    let signature = match elliptic {
        Some(key) => key
            .sign(&random, signed.as_bytes())
            .map_err(|_| unusable())?
            .as_ref()
            .to_vec(),
        None => {
            let key = RsaKeyPair::from_pkcs8(&der).map_err(|_| unusable())?;
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(
                &RSA_PKCS1_SHA256,
                &random,
                signed.as_bytes(),
                &mut signature,
            )
            .map_err(|_| unusable())?;
            signature
        }
    };
    let signature = Base64UrlUnpadded::encode_string(&signature);
    Ok(Zeroizing::new(format!("{signed}.{signature}")))
}

fn der_of(key: &str) -> Option<Zeroizing<Vec<u8>>> {
    let lines = key.lines().filter(|line| !line.starts_with("-----"));
    let base64: Zeroizing<String> = Zeroizing::new(
        lines
            .flat_map(str::chars)
            .filter(|c| !c.is_whitespace())
            .collect(),
    );
    Base64::decode_vec(&base64).ok().map(Zeroizing::new)
}
