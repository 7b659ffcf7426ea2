//! Sealing with AES-256-GCM under keys that cannot be read out.
//!
//! `seal = base64url(IV | ciphertext | tag)`, a fresh random 96-bit IV each time. What a seal is
//! for (its context) is associated data: a seal made for one purpose does not open for another.
//!
//! # Security model
//! The key of persistence `session` is `HKDF-SHA256(base key, salt = tab secret, info = namespace)`.
//! The base key is non-extractable and stays in IndexedDB, the tab secret in `sessionStorage`: one
//! without the other opens nothing. Script of the same origin can use both while the tab lives.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use cognate_core::base64::{decode_url, encode_url};
use cognate_core::ports::{Random, Unavailable};
use cognate_core::text::joined;
use js_sys::{Array, Object, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::CryptoKey;
use zeroize::{Zeroize, Zeroizing};

use super::random::WebRandom;
use super::scope::{dictionary, subtle};

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
        let subtle = subtle().ok_or(Unavailable)?;
        let generating = subtle.generate_key_with_object(
            &aes_256_gcm(),
            false,
            &usages(&["encrypt", "decrypt"]),
        );
        Ok(Self {
            key: key(generating).await?,
            namespace,
        })
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
        let subtle = subtle().ok_or(Unavailable)?;
        let hkdf = dictionary(&[
            ("name", "HKDF".into()),
            ("hash", "SHA-256".into()),
            ("salt", Uint8Array::from(tab_secret).into()),
            ("info", Uint8Array::from(namespace.as_bytes()).into()),
        ]);
        let deriving = subtle.derive_key_with_object_and_object(
            &hkdf,
            base,
            &aes_256_gcm(),
            false,
            &usages(&["encrypt", "decrypt"]),
        );
        Ok(Self {
            key: key(deriving).await?,
            namespace,
        })
    }

    /// Seals `text` for `context`.
    ///
    /// # Errors
    /// [`Unavailable`] when the platform refuses, which it has no reason to.
    pub async fn seal(&self, context: &str, text: &str) -> Result<String, Unavailable> {
        let mut sealed = vec![0_u8; IV_BYTES];
        WebRandom.fill(&mut sealed)?;
        let parameters = self.parameters(&sealed, context);
        let plain = Zeroizing::new(text.as_bytes().to_vec());
        let encrypting = subtle()
            .ok_or(Unavailable)?
            .encrypt_with_object_and_u8_array(&parameters, &self.key, &plain);
        sealed.extend_from_slice(&bytes(encrypting).await?);
        Ok(encode_url(&sealed))
    }

    /// Opens what [`Self::seal`] gave; `None` if it is not exactly that.
    pub async fn open(&self, context: &str, sealed: &str) -> Option<Zeroizing<String>> {
        let mut sealed = decode_url(sealed)?;
        let (iv, ciphertext) = sealed.split_at_mut_checked(IV_BYTES)?;
        let parameters = self.parameters(iv, context);
        let decrypting =
            subtle()?.decrypt_with_object_and_u8_array(&parameters, &self.key, ciphertext);
        let plain = bytes(decrypting).await.ok()?;
        match String::from_utf8(plain) {
            Ok(text) => Some(Zeroizing::new(text)),
            Err(error) => {
                error.into_bytes().zeroize();
                None
            }
        }
    }

    fn parameters(&self, iv: &[u8], context: &str) -> Object {
        let associated = joined(&[&self.namespace, "|", context]);
        dictionary(&[
            ("name", "AES-GCM".into()),
            ("iv", Uint8Array::from(iv).into()),
            (
                "additionalData",
                Uint8Array::from(associated.as_bytes()).into(),
            ),
        ])
    }
}

/// A fresh base key, fit for nothing but deriving others.
///
/// # Errors
/// [`Unavailable`] outside secure contexts.
pub(super) async fn base_key() -> Result<CryptoKey, Unavailable> {
    let subtle = subtle().ok_or(Unavailable)?;
    let mut raw = Zeroizing::new([0_u8; 32]);
    WebRandom.fill(&mut *raw)?;
    let copy = Uint8Array::from(raw.as_slice());
    let importing =
        subtle.import_key_with_str("raw", &copy, "HKDF", false, &usages(&["deriveKey"]));
    let key = key(importing).await;
    copy.fill(0, 0, 32);
    key
}

async fn key(promise: Result<Promise, JsValue>) -> Result<CryptoKey, Unavailable> {
    let promise = promise.map_err(|_| Unavailable)?;
    Ok(JsFuture::from(promise)
        .await
        .map_err(|_| Unavailable)?
        .unchecked_into())
}

async fn bytes(promise: Result<Promise, JsValue>) -> Result<Vec<u8>, Unavailable> {
    let promise = promise.map_err(|_| Unavailable)?;
    let buffer = JsFuture::from(promise).await.map_err(|_| Unavailable)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn aes_256_gcm() -> Object {
    dictionary(&[("name", "AES-GCM".into()), ("length", 256.into())])
}

fn usages(names: &[&str]) -> Array {
    let usages = Array::new();
    for name in names {
        usages.push(&JsValue::from_str(name));
    }
    usages
}

const IV_BYTES: usize = 12;
