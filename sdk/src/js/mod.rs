//! The wasm surface: the only exports. The TypeScript of `pkg/src/worker` is its only user.
//!
//! Arguments cross as plain objects, results as JSON text, errors as the JSON text that is thrown:
//! glue code for each type would be several kilobytes. All promises are of one kind for the same
//! reason: what makes a promise of a future is compiled once.

#[cfg(feature = "account")]
mod account;
mod arguments;
#[cfg(feature = "js")]
mod client;
mod error;
#[cfg(feature = "identity")]
mod identity;
#[cfg(all(feature = "js", feature = "oauth"))]
mod redirect;
#[cfg(feature = "js")]
mod results;

#[cfg(any(feature = "js", feature = "account"))]
use alloc::borrow::ToOwned;
#[cfg(any(feature = "js", feature = "account"))]
use alloc::string::String;
use core::future::Future;

use cognate_core::Error;
#[cfg(any(feature = "js", feature = "account"))]
use cognate_core::json::Object;
use js_sys::Promise;
use wasm_bindgen::JsValue;

#[cfg(feature = "account")]
pub use account::JsAccount;
#[cfg(feature = "js")]
pub use client::JsClient;
use error::error_object;
#[cfg(feature = "identity")]
pub use identity::JsIdentity;

use crate::browser::task;

/// `null`.
#[cfg(any(feature = "js", feature = "account"))]
fn nothing() -> String {
    "null".to_owned()
}

/// The text of an object without secrets.
#[cfg(any(feature = "js", feature = "account"))]
fn text(object: Object) -> String {
    object.finish().as_str().to_owned()
}

fn promise(work: impl Future<Output = Result<JsValue, Error>> + 'static) -> Promise {
    task::promise(async { work.await.map_err(thrown) })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that `map_err` wants"
)]
fn thrown(error: Error) -> JsValue {
    error_object(&error).finish().as_str().into()
}
