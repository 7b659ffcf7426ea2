//! Where a device keeps what it proves itself by: sealed records in IndexedDB, beside the sessions, per pool and
//! client and for all tabs, kept over signing out. With persistence `memory` nothing is kept, and no device confirmed.
//!
//! # Security model
//! The seal is that of persistence `device` (`seal`), of a key of its own for each record, which is bound to its place: it
//! protects what is copied without the browser's key store. A device's password signs nobody in without what the
//! person knows.

use alloc::string::String;
#[cfg(feature = "account")]
use alloc::vec::Vec;

use cognate_core::config::Config;
#[cfg(feature = "account")]
use cognate_core::json::Value;
use cognate_core::ports::{DeviceStore, StoreBlocked};
use cognate_core::text::joined;
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use super::tab::namespace;
use super::task::settled;
use super::{Browser, IndexedDb};
#[cfg(feature = "account")]
use super::{JsJson, Network, tab::database};

#[wasm_bindgen(module = "/src/browser/device_store.js")]
extern "C" {
    fn device(database: &JsValue, place: &str, record: Option<&str>) -> Promise;

    #[cfg(feature = "account")]
    fn places(database: &JsValue, prefix: &str) -> Promise;

    #[cfg(feature = "account")]
    #[wasm_bindgen(js_name = userAgent)]
    fn user_agent() -> String;
}

/// What the places of one pool and client begin with.
pub(super) fn namespace_of(config: &Config) -> String {
    // No pool is called so. The sweep spares what begins with it.
    joined(&["device|remembered|", &namespace(config, "")])
}

impl DeviceStore for Browser {
    async fn device(
        &self,
        place: &str,
        record: Option<&str>,
    ) -> Result<Option<Zeroizing<String>>, StoreBlocked> {
        let (database, namespace) = self.storage.devices().ok_or(StoreBlocked)?;
        access(database, namespace, place, record).await
    }

    fn keeps_devices(&self) -> bool {
        self.storage.keeps()
    }
}

#[cfg(feature = "account")]
impl DeviceStore for Network {
    async fn device(
        &self,
        place: &str,
        record: Option<&str>,
    ) -> Result<Option<Zeroizing<String>>, StoreBlocked> {
        access(&database().await?, &self.devices, place, record).await
    }

    async fn devices(&self) -> Result<Vec<String>, StoreBlocked> {
        let found = settled(places(database().await?.raw(), &self.devices)).await?;
        JsJson(found).list(Value::text).ok_or(StoreBlocked)
    }

    fn device_name(&self) -> Option<String> {
        Some(user_agent())
    }
}

async fn access(
    database: &IndexedDb,
    namespace: &str,
    place: &str,
    record: Option<&str>,
) -> Result<Option<Zeroizing<String>>, StoreBlocked> {
    let doing = device(database.raw(), &joined(&[namespace, place]), record);
    let done = settled(doing).await?;
    Ok(done.as_string().map(Zeroizing::new))
}
