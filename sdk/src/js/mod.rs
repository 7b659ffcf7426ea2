//! The wasm surface: the only exports. The TypeScript of `pkg/src/worker` is its only user.

mod arguments;
mod client;
mod error;
mod results;

pub use client::JsClient;
