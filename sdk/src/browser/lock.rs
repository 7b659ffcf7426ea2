//! One lock per stored session, of the Web Locks API. Its name is the namespace of the record.
//!
//! # Limits
//! Script of the same origin can hold the lock, or steal it: a refresh then waits for as long as it waits for a frozen
//! tab, and what it stores is still compared with what it has read.

use cognate_core::ports::{Limits, Lock};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::task::settled;
use super::{Browser, Cancel};

#[wasm_bindgen(module = "/src/browser/lock.js")]
extern "C" {
    fn lock(name: &str, ms: u32, cancel: Option<&AbortSignal>) -> Promise;

    fn release(held: &JsValue);
}

/// The lock while it is held.
#[derive(Debug)]
pub struct Held(JsValue);

impl Drop for Held {
    fn drop(&mut self) {
        release(&self.0);
    }
}

impl Lock for Browser {
    type Held = Held;

    async fn lock(&self, limits: Limits<'_, Cancel>) -> Option<Held> {
        let name = self.seal().namespace();
        let locking = lock(name, limits.timeout_ms, limits.cancel.0.as_ref());
        let held = settled(locking).await.ok()?;
        // Not `then_some`: what was never held must not be let go.
        (!held.is_undefined()).then(|| Held(held))
    }
}
