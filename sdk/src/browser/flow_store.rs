//! Where sign-ins by redirect are remembered while the person is away.
//!
//! One sealed record per sign-in, beside the sessions, also with persistence `memory`: the page that
//! begins is not the one that completes. The key is the tab's, and the sign-in's id is sealed with it: a
//! record opens in this tab, for this sign-in. What nobody comes back to is swept with the sessions
//! of closed tabs.

use alloc::string::String;

use cognate_core::ports::{FlowStore, StoreBlocked};
use cognate_core::text::joined;
use js_sys::Date;
use zeroize::Zeroizing;

use super::{Browser, IndexedDb, Seal, Tab};

impl FlowStore for Browser {
    async fn save_flow(&self, id: &str, record: &str) -> Result<(), StoreBlocked> {
        let (tab, database, seal) = self.flows().await?;
        let sealed = seal.seal(&context(id), record).await;
        let sealed = sealed.map_err(|_| StoreBlocked)?;
        let name = name(tab, id);
        database.put(&name, &sealed, Date::now(), None).await?;
        Ok(())
    }

    async fn take_flow(&self, id: &str) -> Result<Option<Zeroizing<String>>, StoreBlocked> {
        let (tab, database, seal) = self.flows().await?;
        match database.take(&name(tab, id), None).await? {
            Some(sealed) => Ok(seal.open(&context(id), &sealed).await),
            None => Ok(None),
        }
    }
}

impl Browser {
    /// Opened when it is needed: persistence `memory` works where storage is blocked, and so must
    /// everything but the redirect.
    async fn flows(&self) -> Result<(&Tab, IndexedDb, Seal), StoreBlocked> {
        let tab = self.tab.as_ref().ok_or(StoreBlocked)?;
        let database = tab.database().await?;
        let seal = tab.seal(&database).await.map_err(|_| StoreBlocked)?;
        Ok((tab, database, seal))
    }
}

fn name(tab: &Tab, id: &str) -> String {
    joined(&[tab.namespace(), "|", id])
}

fn context(id: &str) -> String {
    joined(&["flow/1|", id])
}
