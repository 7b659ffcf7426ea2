//! The database. No other module contains SQL.
//!
//! One file per domain adds its functions to [`Store`]. Statements keep to what SQLite and
//! PostgreSQL share: `$1` parameters; TEXT, BIGINT and BYTEA columns; aggregates cast to BIGINT.
//! Reads go through `pool`, writes through `writer`.
//! A function that reads and then writes begins with [`Store::begin`], which takes SQLite's write
//! lock at once: a later upgrade of a read transaction could fail. Where several requests may race
//! for one thing (spend an id, consume a code), the statement itself decides: a conditional UPDATE
//! or DELETE, and whoever changed a row has won.
//!
//! Values in columns called sealed are encrypted before they come here.

mod admin_events;
mod auth_events;
mod batch_names;
mod challenges;
mod clients;
mod codes;
mod connections;
mod consents;
mod database;
mod devices;
mod domains;
mod groups;
mod identities;
mod identity_pools;
mod identity_providers;
mod import_jobs;
mod inbox;
mod limits;
mod lookup_rows;
mod many_rows;
mod mfa;
mod oauth;
mod outbox;
mod passkeys;
mod pool_records;
mod pools;
mod provider_answers;
mod provider_sessions;
mod pushed_requests;
mod resource_servers;
mod saml_keys;
mod saml_sessions;
mod sessions;
mod signing_keys;
mod sso_sessions;
mod user_batch;
mod user_search;
mod user_sessions;
mod users;

pub use admin_events::AdminEventRow;
pub use auth_events::AuthEventRow;
pub use challenges::ChallengeRow;
pub use clients::ClientRow;
pub use codes::CodeRow;
use connections::Transaction;
pub use database::{Store, StoreError};
pub use devices::DeviceRow;
pub use domains::DomainRow;
pub use groups::{Added, GroupRow};
pub use identities::{IdentityChange, IdentityLoginRow, IdentityRow};
pub use identity_pools::{IdentityKeyRow, IdentityPoolRow};
pub use identity_providers::IdentityProviderRow;
pub use import_jobs::{ImportJobRow, RefusalRow};
pub use inbox::InboxRow;
pub use mfa::{FactorsRow, TotpUse};
pub use oauth::{AuthorizationCodeRow, Completion, LoginTransactionRow, Proved};
pub use outbox::OutboxRow;
pub use passkeys::PasskeyRow;
pub use pool_records::PoolRecordRow;
pub use pools::PoolRow;
pub use provider_answers::ProviderAnswerRow;
pub use provider_sessions::{VouchedBy, Way};
pub use pushed_requests::PushedRequestRow;
pub use resource_servers::ResourceServerRow;
pub use saml_keys::SamlKeyRow;
pub use saml_sessions::{SamlLogoutRow, SamlOrigin, SamlSession};
pub use sessions::{FamilyRow, NewFamily, RefreshRow};
pub use signing_keys::SigningKeyRow;
pub use sso_sessions::SsoRow;
pub use user_batch::{BatchEnd, Explain, NewUserRow, UserBatch};
pub use user_search::Users;
pub use user_sessions::{SessionRow, SessionsAfter};
pub use users::{LookupRow, Lookups, Saved, Spend, Together, UserRow};
