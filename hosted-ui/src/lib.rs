//! Cognate's hosted UI: the pages that people sign up and sign in at.
//!
//! `flow` decides what is shown and what happens next. `i18n` has the texts, `routes` the paths. `pages`
//! and `components` say what a `screen` looks like, as data (`element`). All of that runs without a
//! browser. `browser` carries out what the flow wants, over the SDK's own Rust, and draws with Leptos.
//! `account` has the same parts for the account page, which is a wasm of its own (feature `account`).
//!
//! # Security model
//!
//! The pages live at the login domain, under a policy that allows no inline script, no inline style and
//! no text as HTML. They sign people in for an app they know nothing of but its name: what comes out at
//! the end is a location with a one-time code, never a token.

pub mod account;
#[cfg(target_arch = "wasm32")]
mod browser;
mod components;
pub mod element;
pub mod flow;
pub mod i18n;
pub mod pages;
pub mod routes;
pub mod screen;
#[cfg(target_arch = "wasm32")]
mod start;
