//! The foundation through its router: wire form, signatures, local comforts, pools, clients,
//! published documents, configuration, restarts.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "all of this is test code, also outside of test functions"
)]

#[path = "../support/mod.rs"]
mod support;

mod clients;
mod configuration;
mod local;
mod pools;
mod serving;
mod signatures;
mod tokens;
mod wire;
