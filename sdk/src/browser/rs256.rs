//! RS256 by Web Crypto: RSASSA-PKCS1-v1_5 with SHA-256, the key imported from its JWK.

use cognate_core::ports::{Rs256, RsaPublicKey, Unavailable};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::CryptoKey;

use super::Browser;
use super::scope::{dictionary, subtle};

impl Rs256 for Browser {
    async fn verify(
        &self,
        key: RsaPublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Unavailable> {
        let subtle = subtle().ok_or(Unavailable)?;
        let algorithm = dictionary(&[("name", NAME.into()), ("hash", "SHA-256".into())]);
        let jwk = dictionary(&[
            ("kty", "RSA".into()),
            ("alg", "RS256".into()),
            ("n", key.n.into()),
            ("e", key.e.into()),
        ]);
        let usages = Array::of1(&"verify".into());
        // What Web Crypto refuses to import is not a key that could have signed anything.
        let Ok(importing) = subtle.import_key_with_object("jwk", &jwk, &algorithm, false, &usages)
        else {
            return Ok(false);
        };
        let Ok(key) = JsFuture::from(importing).await else {
            return Ok(false);
        };
        let key: CryptoKey = key.unchecked_into();
        let Ok(verifying) =
            subtle.verify_with_str_and_u8_array_and_u8_array(NAME, &key, signature, message)
        else {
            return Ok(false);
        };
        Ok(JsFuture::from(verifying)
            .await
            .is_ok_and(|holds| holds.is_truthy()))
    }
}

const NAME: &str = "RSASSA-PKCS1-v1_5";
