//! Where a session outlives a reload.
//!
//! Persistence `session` keeps one sealed record per pool, client and tab in IndexedDB. `memory`
//! keeps nothing. A record that does not open (tampered with, of another version, of a tab that is
//! gone) is dropped, and the person is signed out; it is never an error.

use alloc::string::String;

#[cfg(doc)]
use cognate_core::ErrorCode;
use cognate_core::config::Config;
use cognate_core::error::Error;
use cognate_core::ports::{SessionStore, StoreBlocked};
use cognate_core::session::Sessions;
use js_sys::Date;
use zeroize::Zeroizing;

use super::tab::namespace;
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
        let namespace = String::from(tab.namespace());
        let database = tab.database().await?;
        let seal = tab.seal(&database).await?;
        // Records of closed tabs cannot be opened by anybody; they only take up room.
        database.sweep(Date::now() - STALE_MS).await?;
        Ok(Self {
            seal,
            kept: Some(Kept {
                database,
                namespace,
            }),
        })
    }

    /// The seal that belongs to this storage.
    #[must_use]
    pub fn seal(&self) -> &Seal {
        &self.seal
    }
}

impl SessionStore for Browser {
    type Keeping = Sessions;

    async fn load(&self) -> Result<Option<Zeroizing<String>>, StoreBlocked> {
        let Some(kept) = &self.storage.kept else {
            return Ok(None);
        };
        let Some(sealed) = kept.database.get(&kept.namespace).await? else {
            return Ok(None);
        };
        let record = self.seal().open(CONTEXT, &sealed).await;
        if record.is_none() {
            kept.database.delete(&kept.namespace).await?;
        }
        Ok(record)
    }

    async fn save(&self, record: &str) -> Result<(), StoreBlocked> {
        let Some(kept) = &self.storage.kept else {
            return Ok(());
        };
        let sealed = self
            .seal()
            .seal(CONTEXT, record)
            .await
            .map_err(|_| StoreBlocked)?;
        kept.database
            .put(&kept.namespace, &sealed, Date::now())
            .await
    }

    async fn clear(&self) -> Result<(), StoreBlocked> {
        match &self.storage.kept {
            Some(kept) => kept.database.delete(&kept.namespace).await,
            None => Ok(()),
        }
    }
}

const CONTEXT: &str = "session/1";
/// A refresh token lives 30 days unless the pool says otherwise, and every refresh writes anew.
const STALE_MS: f64 = 30.0 * 24.0 * 3_600_000.0;
