//! The service around the people: wire form, signatures, local comforts, OAuth, hosted pages, pools, clients, keys,
//! published documents, configuration, restarts.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "all of this is test code, also outside of test functions"
)]

#[path = "../support/mod.rs"]
mod support;

mod arrows;
mod branding;
mod client_credentials;
mod client_updates;
mod clients;
mod configuration;
mod corpus;
mod documented;
mod groups;
mod hosted_ui;
mod id_tokens;
mod key_rotation;
mod keys;
mod local;
mod mutation;
mod oauth;
mod pool_updates;
mod pools;
mod rate;
mod records;
mod resource_servers;
mod saml;
mod serving;
mod sigv4;
mod statements;
mod ui_config;
mod users_command;
mod wire;
