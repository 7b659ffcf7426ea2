//! The ports of `cognate-core` implemented with web APIs. One file per port, and
//! `web_ports` for those that every platform has alike; nothing here decides.
//!
//! Where a port is nothing but calls of a web API, these are in a JavaScript module beside it: through
//! bindings each call would cost the wasm more than it costs there.

#[macro_use]
mod web_ports;

mod clock;
mod device_store;
mod fetch;
#[cfg(feature = "oauth")]
mod flow_store;
mod indexed_db;
mod json;
mod lock;
#[cfg(feature = "login")]
mod login_page;
#[cfg(any(feature = "account", feature = "identity"))]
mod network;
mod random;
mod rs256;
mod seal;
mod session_store;
mod tab;
pub(crate) mod task;

pub use fetch::Cancel;
pub use indexed_db::IndexedDb;
pub use json::JsJson;
pub use lock::Held;
#[cfg(feature = "login")]
pub use login_page::LoginPage;
#[cfg(feature = "identity")]
pub use network::BareNetwork;
#[cfg(feature = "account")]
pub use network::Network;
pub use seal::Seal;
pub use session_store::{Persistence, Storage};
pub use tab::Tab;

/// The browser as the protocol sees it.
#[derive(Debug)]
pub struct Browser {
    storage: Storage,
    #[cfg(feature = "oauth")]
    tab: Option<Tab>,
}

web_ports!(Browser);

impl Browser {
    /// A browser whose sessions go to `storage`.
    #[must_use]
    pub fn new(storage: Storage) -> Self {
        Self {
            storage,
            #[cfg(feature = "oauth")]
            tab: None,
        }
    }

    /// The same browser, which also remembers sign-ins by redirect, in this tab.
    #[cfg(feature = "oauth")]
    #[must_use]
    pub fn with_tab(mut self, tab: Option<Tab>) -> Self {
        self.tab = tab;
        self
    }

    /// Whether sessions outlive the worker: not with persistence `memory`, nor where storage is blocked.
    #[must_use]
    pub fn keeps(&self) -> bool {
        self.storage.keeps()
    }

    /// The seal of this tab, for what leaves the worker and must come back unread and unchanged.
    #[must_use]
    pub fn seal(&self) -> &Seal {
        self.storage.seal()
    }
}
