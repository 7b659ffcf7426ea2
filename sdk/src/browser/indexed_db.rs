//! The few calls of IndexedDB that sessions need: database `cognate-auth`, version 1, with the
//! stores `keys` (the base key) and `sessions` (sealed records, by namespace, with their time; those of
//! sign-ins by redirect are among them).
//!
//! A write is reported when its transaction has committed, not when it was queued.

use alloc::string::String;

use cognate_core::ports::StoreBlocked;
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::CryptoKey;

use super::task::settled;

#[wasm_bindgen(module = "/src/browser/indexed_db.js")]
extern "C" {
    fn open(name: &str) -> Promise;

    #[wasm_bindgen(js_name = keptKey)]
    fn kept_key(database: &JsValue) -> Promise;

    fn get(database: &JsValue, name: &str) -> Promise;

    fn put(database: &JsValue, name: &str, sealed: &str, at: f64, version: Option<&str>)
    -> Promise;

    fn take(database: &JsValue, name: &str, version: Option<&str>) -> Promise;

    fn sweep(database: &JsValue, before: f64) -> Promise;

    fn close(database: &JsValue);
}

/// An open database.
#[derive(Debug)]
pub struct IndexedDb {
    database: JsValue,
}

impl IndexedDb {
    /// Opens the database, and makes it when it is not there.
    ///
    /// # Errors
    /// [`StoreBlocked`] when the browser denies storage.
    pub async fn open(name: &str) -> Result<Self, StoreBlocked> {
        let database = settled(open(name)).await?;
        Ok(Self { database })
    }

    /// The database as JavaScript has it.
    pub(super) fn raw(&self) -> &JsValue {
        &self.database
    }

    /// The non-extractable base key of this origin; made on the first call.
    ///
    /// # Errors
    /// [`StoreBlocked`].
    pub async fn base_key(&self) -> Result<CryptoKey, StoreBlocked> {
        let key = settled(kept_key(&self.database)).await?;
        match key.is_undefined() {
            true => Err(StoreBlocked),
            false => Ok(key.unchecked_into()),
        }
    }

    /// The sealed record of a namespace.
    ///
    /// # Errors
    /// [`StoreBlocked`].
    pub async fn get(&self, namespace: &str) -> Result<Option<String>, StoreBlocked> {
        let sealed = settled(get(&self.database, namespace)).await?;
        Ok(sealed.as_string())
    }

    /// Replaces the sealed record of a namespace; with `replaces` only if it begins so, with an
    /// empty one only if there is none. Says whether it did.
    ///
    /// # Errors
    /// [`StoreBlocked`].
    pub async fn put(
        &self,
        namespace: &str,
        sealed: &str,
        now_ms: f64,
        replaces: Option<&str>,
    ) -> Result<bool, StoreBlocked> {
        let putting = put(&self.database, namespace, sealed, now_ms, replaces);
        Ok(settled(putting).await?.is_truthy())
    }

    /// Takes the sealed record of a namespace out, with `version` only if it begins so: one of any number
    /// who ask at once gets it.
    ///
    /// # Errors
    /// [`StoreBlocked`].
    pub async fn take(
        &self,
        namespace: &str,
        version: Option<&str>,
    ) -> Result<Option<String>, StoreBlocked> {
        let sealed = settled(take(&self.database, namespace, version)).await?;
        Ok(sealed.as_string())
    }

    /// Removes every record of a tab that was last written before `before_ms`.
    ///
    /// # Errors
    /// [`StoreBlocked`].
    pub async fn sweep(&self, before_ms: f64) -> Result<(), StoreBlocked> {
        settled(sweep(&self.database, before_ms)).await?;
        Ok(())
    }
}

impl Drop for IndexedDb {
    fn drop(&mut self) {
        close(&self.database);
    }
}
