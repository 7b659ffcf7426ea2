//! The Cognito protocol: pure Rust, no I/O, no browser.
//!
//! [`Client`] signs in over [`ports`], [`Service`] runs what takes no session; [`srp`] has the formulas that client and server share;
//! [`wire`] has what the JSON API answers. A folder is a domain word: `sign_up`, `sign_in`,
//! `password`, `session`, and with the feature of its name `account`, `oauth`, `identity`.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(feature = "account")]
pub mod account;
pub mod base64;
mod client;
pub mod config;
mod device;
pub mod error;
#[cfg(any(feature = "oauth", feature = "identity"))]
mod form;
#[cfg(feature = "identity")]
pub mod identity;
mod join;
pub mod json;
pub mod jwt;
#[cfg(feature = "login")]
pub mod login;
#[cfg(feature = "oauth")]
pub mod oauth;
pub mod password;
pub mod ports;
pub mod secret;
mod service;
pub mod session;
pub mod sign_in;
pub mod sign_up;
pub mod srp;
pub mod text;
mod transport;
pub mod wire;

pub use client::{CallOptions, Client, Options};
pub use config::Config;
pub use error::{Error, ErrorCode};
pub use service::Service;
