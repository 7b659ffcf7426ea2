//! RS256 by Web Crypto: RSASSA-PKCS1-v1_5 with SHA-256, the key imported from its JWK.

use cognate_core::ports::{Rs256, RsaPublicKey, Unavailable};
use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::Browser;
use super::task::settled;

#[wasm_bindgen(module = "/src/browser/crypto.js")]
extern "C" {
    #[wasm_bindgen(js_name = hasWebCrypto)]
    fn has_web_crypto() -> bool;

    fn verify(n: &str, e: &str, message: &[u8], signature: &[u8]) -> Promise;
}

impl Rs256 for Browser {
    async fn verify(
        &self,
        key: RsaPublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Unavailable> {
        if !has_web_crypto() {
            return Err(Unavailable);
        }
        let holds = settled(verify(key.n, key.e, message, signature)).await;
        Ok(holds.is_ok_and(|holds| holds.is_truthy()))
    }
}
