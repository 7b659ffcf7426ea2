//! The ports of `cognate-core` implemented with web APIs. One file per port; nothing here decides.
//!
//! Where a port is nothing but calls of a web API, these are in a JavaScript module beside it: through
//! bindings each call would cost the wasm more than it costs there.

mod clock;
mod fetch;
mod indexed_db;
mod json;
mod random;
mod rs256;
mod seal;
mod session_store;

pub use fetch::Cancel;
pub use indexed_db::IndexedDb;
pub use json::JsJson;
pub use seal::Seal;
pub use session_store::Storage;

/// The browser as the protocol sees it.
#[derive(Debug)]
pub struct Browser {
    storage: Storage,
}

impl Browser {
    /// A browser whose sessions go to `storage`.
    #[must_use]
    pub fn new(storage: Storage) -> Self {
        Self { storage }
    }

    /// The seal of this tab, for what leaves the worker and must come back unread and unchanged.
    #[must_use]
    pub fn seal(&self) -> &Seal {
        self.storage.seal()
    }
}
