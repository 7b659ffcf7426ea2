//! The tab: what of it outlives its pages, and so can seal for the pages that follow in it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use cognate_core::base64::decode_url;
use cognate_core::config::Config;
use cognate_core::error::{Error, ErrorCode};
use cognate_core::ports::StoreBlocked;
use cognate_core::text::joined;
use zeroize::Zeroizing;

use super::IndexedDb;
#[cfg(feature = "oauth")]
use super::Seal;

/// One tab, for one pool and client. Its secret lives in the page's `sessionStorage`, and ends with it.
pub struct Tab {
    secret: Zeroizing<Vec<u8>>,
    namespace: String,
}

impl fmt::Debug for Tab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tab([redacted])")
    }
}

impl Tab {
    /// Reads the id and the secret as the page has them.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] when the secret is not 32 bytes in base64url.
    pub fn parse(config: &Config, id: &str, secret: &str) -> Result<Self, Error> {
        let secret = decode_url(secret).map(Zeroizing::new);
        let secret = secret.filter(|secret| secret.len() == 32).ok_or_else(|| {
            Error::not_sent(ErrorCode::Internal, "the secret of this tab is malformed")
        })?;
        let namespace = namespace(config, id);
        Ok(Self { secret, namespace })
    }

    /// Where this tab's records are.
    pub(super) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// This tab's half of its key.
    pub(super) fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The database of all tabs.
    #[cfg(feature = "oauth")]
    pub(super) async fn database(&self) -> Result<IndexedDb, StoreBlocked> {
        database().await
    }

    /// The seal of this tab alone: half of its key is in the database, half in the tab.
    #[cfg(feature = "oauth")]
    pub(super) async fn seal(&self, database: &IndexedDb) -> Result<Seal, Error> {
        let base = database.base_key().await?;
        Ok(Seal::of_tab(&base, &self.secret, self.namespace.clone()).await?)
    }
}

/// The database of all tabs of the origin.
pub(super) async fn database() -> Result<IndexedDb, StoreBlocked> {
    IndexedDb::open("cognate-auth").await
}

/// The name under which sealed texts of one pool, client and tab are.
pub(super) fn namespace(config: &Config, tab_id: &str) -> String {
    joined(&[
        config.pool.as_str(),
        "|",
        config.client.as_str(),
        "|",
        tab_id,
    ])
}
