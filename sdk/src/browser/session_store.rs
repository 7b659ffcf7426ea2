//! Where a session outlives a reload.
//!
//! Persistence `session` keeps one sealed record per pool, client and tab in IndexedDB. `memory`
//! keeps nothing. A record that does not open (tampered with, of another version, of a tab that is
//! gone) is dropped, and the person is signed out; it is never an error.

use alloc::string::String;

use cognate_core::base64::decode_url;
use cognate_core::config::Config;
use cognate_core::error::{Error, ErrorCode};
use cognate_core::ports::{SessionStore, StoreBlocked};
use cognate_core::text::joined;
use js_sys::Date;
use zeroize::Zeroizing;

use super::{Browser, IndexedDb, Seal};

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
        let secret = decode_url(tab_secret).map(Zeroizing::new);
        let secret = secret.filter(|secret| secret.len() == 32).ok_or_else(|| {
            Error::not_sent(ErrorCode::Internal, "the secret of this tab is malformed")
        })?;
        let namespace = namespace(config, tab_id);
        let database = IndexedDb::open(DATABASE).await?;
        let seal = Seal::of_tab(&database.base_key().await?, &secret, namespace.clone()).await?;
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

fn namespace(config: &Config, tab_id: &str) -> String {
    joined(&[
        config.pool.as_str(),
        "|",
        config.client.as_str(),
        "|",
        tab_id,
    ])
}

const DATABASE: &str = "cognate-auth";
const CONTEXT: &str = "session/1";
/// A refresh token lives 30 days unless the pool says otherwise, and every refresh writes anew.
const STALE_MS: f64 = 30.0 * 24.0 * 3_600_000.0;
