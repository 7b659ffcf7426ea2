//! Where a session outlives a reload.
//!
//! One sealed record in IndexedDB: with persistence `session` per pool, client and tab, with `device` per pool, client
//! and namespace of the app's choice, for all tabs. `memory` keeps nothing. A record that does not open (tampered with,
//! of another version, of a tab that is gone) is none: the person is signed out; it is never an error.
//!
//! The version of a record is the random IV that its seal begins with. It is compared and the record replaced in one
//! transaction, which IndexedDB runs one after the other for all tabs.

use alloc::string::String;

#[cfg(doc)]
use cognate_core::ErrorCode;
use cognate_core::config::Config;
use cognate_core::error::Error;
use cognate_core::ports::{SessionStore, StoreBlocked, Stored};
use cognate_core::session::Sessions;
use cognate_core::text::joined;
use js_sys::Date;
use web_sys::CryptoKey;
use zeroize::Zeroizing;

use super::tab::{database, namespace};
use super::{Browser, IndexedDb, Seal, Tab, device_store};

/// What an app chose.
#[derive(Debug, Clone, Copy)]
pub enum Persistence<'a> {
    /// The session ends with the worker.
    Memory,
    /// The session ends with the tab, whose secret is half of its key.
    Session(&'a Tab),
    /// The session outlives the browser, and all tabs of the origin share it. Apps that have several people
    /// at once give each a name.
    Device(&'a str),
}

/// Where a session is kept, ready to be used.
#[derive(Debug)]
pub struct Storage {
    seal: Seal,
    database: Option<IndexedDb>,
    /// What the records of devices begin with.
    devices: String,
}

impl Storage {
    /// Opens what was chosen. Where the browser denies storage it is as [`Persistence::Memory`]: see [`Browser::keeps`].
    ///
    /// # Errors
    /// [`ErrorCode::Unsupported`] outside secure contexts.
    pub async fn open(config: &Config, persistence: Persistence<'_>) -> Result<Self, Error> {
        let (namespace, secret): (String, &[u8]) = match persistence {
            Persistence::Memory => (namespace(config, ""), &[]),
            Persistence::Session(tab) => (tab.namespace().into(), tab.secret()),
            // No pool is called so: a tab's record can never be meant. The sweep spares what begins with it.
            Persistence::Device(name) => (joined(&["device|", &namespace(config, name)]), &[]),
        };
        let opened = match persistence {
            Persistence::Memory => None,
            _ => opened().await.ok(),
        };
        let (seal, database) = match opened {
            Some((database, base)) => (
                Seal::of_tab(&base, secret, namespace).await?,
                Some(database),
            ),
            None => (Seal::ephemeral(namespace).await?, None),
        };
        let devices = device_store::namespace_of(config);
        Ok(Self {
            seal,
            database,
            devices,
        })
    }

    /// Where devices are kept, and what their records begin with.
    pub(super) fn devices(&self) -> Option<(&IndexedDb, &str)> {
        Some((self.database.as_ref()?, &self.devices))
    }

    /// The seal that belongs to this storage.
    #[must_use]
    pub fn seal(&self) -> &Seal {
        &self.seal
    }

    pub(super) fn keeps(&self) -> bool {
        self.database.is_some()
    }
}

/// The database with its base key. Records of closed tabs cannot be opened by anybody; they only take up room.
async fn opened() -> Result<(IndexedDb, CryptoKey), StoreBlocked> {
    let database = database().await?;
    let base = database.base_key().await?;
    database.sweep(Date::now() - STALE_MS).await?;
    Ok((database, base))
}

impl SessionStore for Browser {
    type Keeping = Sessions;

    async fn load(&self) -> Result<Option<Stored>, StoreBlocked> {
        let Some(database) = &self.storage.database else {
            return Ok(None);
        };
        let Some(sealed) = database.get(self.seal().namespace()).await? else {
            return Ok(None);
        };
        let record = self.seal().open(CONTEXT, &sealed).await;
        let version = version(&sealed);
        Ok(record.map(|record| Stored { record, version }))
    }

    async fn save(
        &self,
        record: &str,
        replaces: Option<&str>,
    ) -> Result<Option<String>, StoreBlocked> {
        let database = self.storage.database.as_ref().ok_or(StoreBlocked)?;
        let sealed = self.seal().seal(CONTEXT, record).await;
        let sealed = sealed.map_err(|_| StoreBlocked)?;
        let putting = database.put(self.seal().namespace(), &sealed, Date::now(), replaces);
        Ok(putting.await?.then(|| version(&sealed)))
    }

    async fn take(&self, version: Option<&str>) -> Result<Option<Zeroizing<String>>, StoreBlocked> {
        let Some(database) = &self.storage.database else {
            return Ok(None);
        };
        match database.take(self.seal().namespace(), version).await? {
            Some(sealed) => Ok(self.seal().open(CONTEXT, &sealed).await),
            None => Ok(None),
        }
    }
}

/// A seal begins with its random IV: 16 characters that no other has.
fn version(sealed: &str) -> String {
    sealed.get(..16).map(String::from).unwrap_or_default()
}

const CONTEXT: &str = "session/1";
/// A refresh token lives 30 days unless the pool says otherwise, and every refresh writes anew.
const STALE_MS: f64 = 30.0 * 24.0 * 3_600_000.0;
