//! Cognate's backend: an API compatible with Amazon Cognito's user pools and identity pools, over SQLite.
//!
//! The arrows point down: `http` (routes, CORS, signatures) calls `api` (the table of operations),
//! which calls the domain (`pools`, `users`, `sign_in`, ...), which uses `store` (the only SQL),
//! `seal` (data at rest), `keys` (tokens' signatures) and `messages` (the outbox). The domain knows
//! no HTTP, the store no rules. No module uses another that uses it (`tests/service/arrows.rs`); the one exception is `app`, the
//! parts put together, which everything is handed.

pub mod account;
pub mod administration;
pub mod api;
pub mod app;
pub mod audit;
pub mod branding;
pub mod challenges;
pub mod client_metadata;
pub mod clock;
pub mod codes;
pub mod config;
pub mod contract;
pub mod devices;
pub mod domains;
pub mod error;
pub mod export;
pub mod federation;
pub mod groups;
mod html;
pub mod http;
pub mod identity;
pub mod identity_providers;
pub mod import;
pub mod keys;
pub mod lambda_config;
pub mod limits;
pub mod messages;
pub mod metrics;
pub mod mfa;
pub mod migration;
pub mod oauth;
pub mod opaque_secret;
pub mod openid;
pub mod outgoing;
pub mod passkeys;
pub mod password;
pub mod pools;
pub mod random;
pub mod redirect_uri;
pub mod resource_servers;
pub mod saml;
pub mod scope;
pub mod seal;
pub mod second_factor;
pub mod serve;
pub mod sessions;
pub mod sign_in;
pub mod sign_up;
pub mod srp;
pub mod store;
pub mod sweep;
pub mod this_machine;
pub mod tokens;
pub mod triggers;
pub mod users;
