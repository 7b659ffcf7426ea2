//! The wasm surface: the only exports. The TypeScript of `pkg/src/worker` is its only user.

mod arguments;
mod client;
mod error;
#[cfg(feature = "oauth")]
mod redirect;
mod results;

pub use client::JsClient;
