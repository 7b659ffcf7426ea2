//! The few calls of IndexedDB that sessions need: database `cognate-auth`, version 1, with the
//! stores `keys` (the base key) and `sessions` (sealed records, by namespace, with their time).
//!
//! A write is reported when its transaction has committed, not when it was queued.

use alloc::string::String;

use cognate_core::ports::StoreBlocked;
use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CryptoKey, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest,
    IdbTransaction, IdbTransactionMode,
};

use super::scope::{dictionary, scope};
use super::seal::base_key;

/// An open database.
#[derive(Debug)]
pub struct IndexedDb {
    database: IdbDatabase,
}

impl IndexedDb {
    /// Opens the database, and makes it when it is not there.
    ///
    /// # Errors
    /// [`StoreBlocked`] when the browser denies storage.
    pub async fn open(name: &str) -> Result<Self, StoreBlocked> {
        let factory = scope().indexed_db().map_err(blocked)?.ok_or(StoreBlocked)?;
        let request = factory.open_with_u32(name, VERSION).map_err(blocked)?;
        let upgrade = Closure::once_into_js({
            let request = request.clone();
            move || create_stores(&request)
        });
        request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
        // Another tab holds an older version open. There is none yet; waiting would hang the start.
        let refused = Promise::new(&mut |_, reject| request.set_onblocked(Some(&reject)));
        let opened = Promise::race(&Array::of2(&answer(&request), &refused));
        JsFuture::from(opened).await.map_err(blocked)?;
        Ok(Self {
            database: request.result().map_err(blocked)?.unchecked_into(),
        })
    }

    /// The non-extractable base key of this origin; made on the first call.
    ///
    /// # Errors
    /// [`StoreBlocked`].
    pub async fn base_key(&self) -> Result<CryptoKey, StoreBlocked> {
        let (_, keys) = self.transaction(KEYS, IdbTransactionMode::Readonly)?;
        let found = result(keys.get(&BASE_KEY.into())).await?;
        if !found.is_undefined() {
            return Ok(found.unchecked_into());
        }
        let made = base_key().await.map_err(|_| StoreBlocked)?;
        // Two tabs may start at once: `add` keeps the first, and both read what was kept.
        let (adding, keys) = self.transaction(KEYS, IdbTransactionMode::Readwrite)?;
        let added = keys
            .add_with_key(&made, &BASE_KEY.into())
            .map_err(blocked)?;
        let _ = result(Ok(added)).await;
        let _ = committed(&adding).await;
        let (_, keys) = self.transaction(KEYS, IdbTransactionMode::Readonly)?;
        let kept = result(keys.get(&BASE_KEY.into())).await?;
        if kept.is_undefined() {
            Err(StoreBlocked)
        } else {
            Ok(kept.unchecked_into())
        }
    }

    /// The sealed record of a namespace.
    ///
    /// # Errors
    /// [`StoreBlocked`].
    pub async fn get(&self, namespace: &str) -> Result<Option<String>, StoreBlocked> {
        let (_, sessions) = self.transaction(SESSIONS, IdbTransactionMode::Readonly)?;
        let record = result(sessions.get(&namespace.into())).await?;
        if record.is_undefined() {
            return Ok(None);
        }
        Ok(Reflect::get(&record, &"sealed".into())
            .ok()
            .and_then(|sealed| sealed.as_string()))
    }

    /// Replaces the sealed record of a namespace.
    ///
    /// # Errors
    /// [`StoreBlocked`].
    pub async fn put(
        &self,
        namespace: &str,
        sealed: &str,
        now_ms: f64,
    ) -> Result<(), StoreBlocked> {
        let (writing, sessions) = self.transaction(SESSIONS, IdbTransactionMode::Readwrite)?;
        let record = dictionary(&[("at", now_ms.into()), ("sealed", sealed.into())]);
        sessions
            .put_with_key(&record, &namespace.into())
            .map_err(blocked)?;
        committed(&writing).await
    }

    /// Removes the record of a namespace, if there is one.
    ///
    /// # Errors
    /// [`StoreBlocked`].
    pub async fn delete(&self, namespace: &str) -> Result<(), StoreBlocked> {
        let (writing, sessions) = self.transaction(SESSIONS, IdbTransactionMode::Readwrite)?;
        sessions.delete(&namespace.into()).map_err(blocked)?;
        committed(&writing).await
    }

    /// Removes every record that was last written before `before_ms`.
    ///
    /// # Errors
    /// [`StoreBlocked`].
    pub async fn sweep(&self, before_ms: f64) -> Result<(), StoreBlocked> {
        let (writing, sessions) = self.transaction(SESSIONS, IdbTransactionMode::Readwrite)?;
        let stale = IdbKeyRange::upper_bound(&before_ms.into()).map_err(blocked)?;
        let by_time = sessions.index(BY_TIME).map_err(blocked)?;
        let names = result(by_time.get_all_keys_with_key(&stale)).await?;
        for name in Array::from(&names).iter() {
            sessions.delete(&name).map_err(blocked)?;
        }
        committed(&writing).await
    }

    fn transaction(
        &self,
        store: &str,
        mode: IdbTransactionMode,
    ) -> Result<(IdbTransaction, IdbObjectStore), StoreBlocked> {
        let transaction = self
            .database
            .transaction_with_str_and_mode(store, mode)
            .map_err(blocked)?;
        let store = transaction.object_store(store).map_err(blocked)?;
        Ok((transaction, store))
    }
}

impl Drop for IndexedDb {
    fn drop(&mut self) {
        self.database.close();
    }
}

fn create_stores(request: &IdbOpenDbRequest) -> Result<(), JsValue> {
    let database: IdbDatabase = request.result()?.unchecked_into();
    database.create_object_store(KEYS)?;
    database
        .create_object_store(SESSIONS)?
        .create_index_with_str(BY_TIME, "at")?;
    Ok(())
}

/// The event of a request that has succeeded; rejects when it fails.
fn answer(request: &IdbRequest) -> Promise {
    Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    })
}

async fn result(request: Result<IdbRequest, JsValue>) -> Result<JsValue, StoreBlocked> {
    let request = request.map_err(blocked)?;
    JsFuture::from(answer(&request)).await.map_err(blocked)?;
    request.result().map_err(blocked)
}

async fn committed(transaction: &IdbTransaction) -> Result<(), StoreBlocked> {
    let over = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    JsFuture::from(over).await.map(drop).map_err(blocked)
}

fn blocked(_: JsValue) -> StoreBlocked {
    StoreBlocked
}

const VERSION: u32 = 1;
const KEYS: &str = "keys";
const BASE_KEY: &str = "base";
const SESSIONS: &str = "sessions";
const BY_TIME: &str = "by-time";
