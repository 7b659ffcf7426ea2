//! Sealing with AES-256-GCM under keys that cannot be read out.
//!
//! `seal = base64url(IV | ciphertext | tag)`, a fresh random 96-bit IV each time. What a seal is
//! for (its context) is associated data: a seal made for one purpose does not open for another.
//!
//! # Security model
//! The key of persistence `session` is `HKDF-SHA256(base key, salt = tab secret, info = namespace)`.
//! The base key is non-extractable and stays in IndexedDB, the tab secret in `sessionStorage`: one
//! without the other opens nothing. Script of the same origin can use both while the tab lives.
//! The key of persistence `device` has no salt: the base key alone makes it, and script of the origin can
//! use that at any time. Browsers write the base key into the profile too: whoever copies that has the session.

use alloc::string::String;
use alloc::vec::Vec;

use cognate_core::base64::{decode_url, encode_url};
use cognate_core::ports::Unavailable;
use cognate_core::text::joined;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::CryptoKey;
use zeroize::{Zeroize, Zeroizing};

use super::task::settled;

#[wasm_bindgen(module = "/src/browser/crypto.js")]
extern "C" {
    #[wasm_bindgen(js_name = ephemeralKey)]
    fn ephemeral_key() -> Promise;

    #[wasm_bindgen(js_name = tabKey)]
    fn tab_key(base: &CryptoKey, salt: &[u8], info: &[u8]) -> Promise;

    fn encrypt(key: &CryptoKey, additional_data: &[u8], text: &[u8]) -> Promise;

    fn decrypt(key: &CryptoKey, additional_data: &[u8], all: &[u8]) -> Promise;
}

/// An AES-256-GCM key that seals and opens text, and does nothing else.
#[derive(Debug)]
pub struct Seal {
    key: CryptoKey,
    namespace: String,
}

impl Seal {
    /// A key that lives as long as this value.
    ///
    /// # Errors
    /// [`Unavailable`] outside secure contexts.
    pub async fn ephemeral(namespace: String) -> Result<Self, Unavailable> {
        Self::of(ephemeral_key(), namespace).await
    }

    /// The key of one tab and namespace.
    ///
    /// # Errors
    /// [`Unavailable`] outside secure contexts, or when `base` is not a key that only derives others.
    pub async fn of_tab(
        base: &CryptoKey,
        tab_secret: &[u8],
        namespace: String,
    ) -> Result<Self, Unavailable> {
        Self::of(tab_key(base, tab_secret, namespace.as_bytes()), namespace).await
    }

    /// Whose key this is: also a part of what every seal is bound to.
    pub(super) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Seals `text` for `context`.
    ///
    /// # Errors
    /// [`Unavailable`] when the platform refuses, which it has no reason to.
    pub async fn seal(&self, context: &str, text: &str) -> Result<String, Unavailable> {
        let associated = self.associated(context);
        let sealing = encrypt(&self.key, associated.as_bytes(), text.as_bytes());
        bytes(sealing).await.map(|sealed| encode_url(&sealed))
    }

    /// Opens what [`Self::seal`] gave; `None` if it is not exactly that.
    pub async fn open(&self, context: &str, sealed: &str) -> Option<Zeroizing<String>> {
        let sealed = decode_url(sealed)?;
        let associated = self.associated(context);
        let opening = decrypt(&self.key, associated.as_bytes(), &sealed);
        match String::from_utf8(bytes(opening).await.ok()?) {
            Ok(text) => Some(Zeroizing::new(text)),
            Err(error) => {
                error.into_bytes().zeroize();
                None
            }
        }
    }

    async fn of(making: Promise, namespace: String) -> Result<Self, Unavailable> {
        let key = settled(making).await?;
        Ok(Self {
            key: key.unchecked_into(),
            namespace,
        })
    }

    fn associated(&self, context: &str) -> String {
        joined(&[&self.namespace, "|", context])
    }
}

/// The bytes, and none of them left in the array that they came in.
async fn bytes(promise: Promise) -> Result<Vec<u8>, Unavailable> {
    let array = settled(promise).await?;
    let array: Uint8Array = array.unchecked_into();
    let bytes = array.to_vec();
    array.fill(0, 0, array.length());
    Ok(bytes)
}
