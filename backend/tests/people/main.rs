//! People's lives through the router: sign-up, sign-in, tokens, recovery, accounts, administration,
//! and every rule that says no.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "all of this is test code, also outside of test functions"
)]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod administration;
mod aliases;
mod audit;
mod authorization;
mod authorization_codes;
mod browser;
mod code_flow;
mod codes;
mod consent;
mod custom;
mod devices;
mod dpop;
mod existence;
mod export;
mod federation;
mod identities;
mod import;
mod limits;
mod login_domain;
mod messages;
mod mfa;
mod name_and_id;
mod new_password;
mod password_history;
mod passwords;
mod person;
mod pushed;
mod refresh;
mod search;
mod secrets;
mod sign_up;
mod single_sign_on;
mod srp;
mod sweep;
mod tokens;
mod trigger_flows;
mod triggers;
mod user_auth;
mod user_sessions;
