//! Cognate's hosted UI: the pages that people sign up and sign in at.
//!
//! `flow` decides what is shown and what happens next, without a browser. `i18n` has the texts,
//! `routes` the paths. The rest exists in the browser only: `browser` carries out what the flow wants,
//! over the SDK's own Rust; `pages` and `components` draw.
//!
//! # Security model
//!
//! The pages live at the login domain, under a policy that allows no inline script, no inline style and
//! no text as HTML. They sign people in for an app they know nothing of but its name: what comes out at
//! the end is a location with a one-time code, never a token.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod components;
pub mod flow;
pub mod i18n;
#[cfg(target_arch = "wasm32")]
mod pages;
pub mod routes;
#[cfg(target_arch = "wasm32")]
mod start;
