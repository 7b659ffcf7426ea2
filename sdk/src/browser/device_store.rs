//! Where a device keeps what it proves itself by: sealed records in IndexedDB, beside the sessions, per pool and
//! client and for all tabs, kept over signing out. With persistence `memory` nothing is kept, and no device confirmed.
//!
//! # Security model
//! The seal is that of persistence `device` ([`Seal`]): it protects what is copied without the browser's key store.
//! A device's password signs nobody in without what the person knows.

use alloc::string::String;

use cognate_core::config::Config;
use cognate_core::ports::{DeviceStore, StoreBlocked};
use cognate_core::text::joined;
use js_sys::Date;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use super::tab::namespace;
use super::{Browser, IndexedDb, Seal};

#[wasm_bindgen(module = "/src/browser/device_store.js")]
extern "C" {
    #[wasm_bindgen(js_name = userAgent)]
    fn user_agent() -> String;
}

/// What the records of one pool and client begin with.
pub(super) fn namespace_of(config: &Config) -> String {
    // No pool is called so. The sweep spares what begins with it.
    joined(&["device|remembered|", &namespace(config, "")])
}

impl DeviceStore for Browser {
    async fn device(&self, name: &str) -> Option<Zeroizing<String>> {
        let (database, namespace) = self.storage.devices()?;
        let place = joined(&[namespace, name]);
        let sealed = database.get(&place).await.ok()??;
        let seal = seal(database, place).await.ok()?;
        seal.open(CONTEXT, &sealed).await
    }

    async fn keep_device(&self, name: &str, record: Option<&str>) -> Result<(), StoreBlocked> {
        let (database, namespace) = self.storage.devices().ok_or(StoreBlocked)?;
        let place = joined(&[namespace, name]);
        let Some(record) = record else {
            return database.take(&place, None).await.map(drop);
        };
        let seal = seal(database, place).await?;
        let sealed = seal.seal(CONTEXT, record).await;
        let sealed = sealed.map_err(|_| StoreBlocked)?;
        let putting = database.put(seal.namespace(), &sealed, Date::now(), None);
        putting.await.map(drop)
    }

    fn device_name(&self) -> Option<String> {
        Some(user_agent())
    }
}

/// The seal of one record.
async fn seal(database: &IndexedDb, place: String) -> Result<Seal, StoreBlocked> {
    let base = database.base_key().await?;
    Seal::of_tab(&base, &[], place)
        .await
        .map_err(|_| StoreBlocked)
}

const CONTEXT: &str = "device/1";
