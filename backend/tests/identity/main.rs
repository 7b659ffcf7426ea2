//! Identity pools: administration, identities, logins of user pools and of others, roles, credentials.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "all of this is test code, also outside of test functions"
)]

#[path = "../support/mod.rs"]
mod support;

mod administration;
mod audit;
mod credentials;
mod developers;
mod guests;
mod identities;
mod issuer;
mod keys;
mod logins;
mod person;
mod providers;
mod saml;
mod twitter;
