//! Where a session outlives a reload.
//!
//! One sealed record in IndexedDB: with persistence `session` per pool, client and tab, with `device` per pool, client
//! and namespace of the app's choice, for all tabs. `memory` keeps nothing. A record that does not open (tampered with,
//! of another version, of a tab that is gone) is dropped, and the person is signed out; it is never an error.
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
use zeroize::Zeroizing;

use super::tab::{database, namespace};
use super::{Browser, IndexedDb, Seal, Tab};

/// What persistence an app chose, ready to be used.
#[derive(Debug)]
pub struct Storage {
    seal: Seal,
    kept: Option<Kept>,
}

#[derive(Debug)]
struct Kept {
    database: IndexedDb,
    /// What its record is called: the seal's namespace.
    namespace: String,
}

impl Storage {
    /// Persistence `memory`: the session ends with the worker.
    ///
    /// # Errors
    /// [`ErrorCode::Unsupported`] outside secure contexts.
    pub async fn memory(config: &Config) -> Result<Self, Error> {
        Ok(Self {
            seal: Seal::ephemeral(namespace(config, "")).await?,
            kept: None,
        })
    }

    /// Persistence `session`: the session ends with the tab, whose secret half of the key this is.
    ///
    /// # Errors
    /// [`ErrorCode::StorageBlocked`], [`ErrorCode::Unsupported`] outside secure contexts,
    /// [`ErrorCode::Internal`] for a malformed tab secret.
    pub async fn session(config: &Config, tab_id: &str, tab_secret: &str) -> Result<Self, Error> {
        Self::of_tab(&Tab::parse(config, tab_id, tab_secret)?).await
    }

    /// The same for a tab that is known already.
    ///
    /// # Errors
    /// As [`Self::session`].
    pub async fn of_tab(tab: &Tab) -> Result<Self, Error> {
        let database = tab.database().await?;
        let seal = tab.seal(&database).await?;
        Self::in_database(database, seal).await
    }

    /// Persistence `device`: the session outlives the browser, and all tabs of the origin share it. Apps that
    /// have several people at once give each a `name`.
    ///
    /// # Errors
    /// [`ErrorCode::StorageBlocked`], [`ErrorCode::Unsupported`] outside secure contexts.
    pub async fn device(config: &Config, name: &str) -> Result<Self, Error> {
        let database = database().await?;
        let base = database.base_key().await?;
        // No pool is called so: a tab's record can never be meant. The sweep spares what begins with it.
        let namespace = joined(&["device|", &namespace(config, name)]);
        let seal = Seal::of_tab(&base, &[], namespace).await?;
        Self::in_database(database, seal).await
    }

    async fn in_database(database: IndexedDb, seal: Seal) -> Result<Self, Error> {
        // Records of closed tabs cannot be opened by anybody; they only take up room.
        database.sweep(Date::now() - STALE_MS).await?;
        let namespace = String::from(seal.namespace());
        Ok(Self {
            seal,
            kept: Some(Kept {
                database,
                namespace,
            }),
        })
    }

    pub(super) fn keeps(&self) -> bool {
        self.kept.is_some()
    }

    /// The seal that belongs to this storage.
    #[must_use]
    pub fn seal(&self) -> &Seal {
        &self.seal
    }
}

impl SessionStore for Browser {
    type Keeping = Sessions;

    async fn load(&self) -> Result<Option<Stored>, StoreBlocked> {
        let Some(kept) = &self.storage.kept else {
            return Ok(None);
        };
        let Some(sealed) = kept.database.get(&kept.namespace).await? else {
            return Ok(None);
        };
        let version = version(&sealed);
        match self.seal().open(CONTEXT, &sealed).await {
            Some(record) => Ok(Some(Stored { record, version })),
            None => {
                kept.database.take(&kept.namespace, Some(&version)).await?;
                Ok(None)
            }
        }
    }

    async fn save(
        &self,
        record: &str,
        replaces: Option<&str>,
    ) -> Result<Option<String>, StoreBlocked> {
        let kept = self.storage.kept.as_ref().ok_or(StoreBlocked)?;
        let sealed = self.seal().seal(CONTEXT, record).await;
        let sealed = sealed.map_err(|_| StoreBlocked)?;
        let putting = kept
            .database
            .put(&kept.namespace, &sealed, Date::now(), replaces);
        Ok(putting.await?.then(|| version(&sealed)))
    }

    async fn take(&self, version: Option<&str>) -> Result<Option<Zeroizing<String>>, StoreBlocked> {
        let Some(kept) = &self.storage.kept else {
            return Ok(None);
        };
        match kept.database.take(&kept.namespace, version).await? {
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
