//! What every operation works with, put together once at start-up.

use std::net::IpAddr;
use std::sync::Arc;

use crate::audit::Audit;
use crate::clock::Clock;
use crate::config::Config;
use crate::federation::saml_parties::SamlParties;
use crate::keys::{IdentityKeys, SigningKeys};
use crate::limits::AddressRate;
use crate::messages::Messages;
use crate::metrics::Metrics;
use crate::openid::Published;
use crate::outgoing::Outgoing;
use crate::pools::RecentClients;
use crate::seal::Sealer;
use crate::store::Store;
use crate::triggers::Triggers;

/// The parts an operation may use. Cloning it is cheap: every part is a handle.
#[derive(Debug, Clone)]
pub struct AppState {
    /// The database; the only place with SQL.
    pub store: Store,
    /// Encryption at rest and keyed hashes.
    pub sealer: Sealer,
    /// The app clients of the last second, with their pools.
    pub clients: RecentClients,
    /// The pools' signing keys.
    pub keys: SigningKeys,
    /// The key of identities' tokens.
    pub identity_keys: IdentityKeys,
    /// The client of requests to others.
    pub outgoing: Outgoing,
    /// What other issuers publish about themselves, as it was read.
    pub published: Published,
    /// User pools and identity providers that speak SAML, as they were read.
    pub saml: SamlParties,
    /// Outgoing messages, queued.
    pub messages: Messages,
    /// What happened at people's sign-ins, queued.
    pub audit: Audit,
    /// The handlers of triggers.
    pub triggers: Triggers,
    /// How many requests an address may send.
    pub rate: AddressRate,
    /// How many requests there were, and how they ended.
    pub metrics: Metrics,
    /// The configuration the process was started with.
    pub config: Arc<Config>,
    /// The time.
    pub clock: Clock,
    /// The address people and tokens know this backend by, without a slash at the end.
    pub public_url: Arc<str>,
    /// The origin of `public_url`, as browsers write it.
    pub origin: Arc<str>,
    /// Whether only this machine can reach the backend: the comforts of `http::local` exist.
    pub is_local: bool,
}

impl AppState {
    /// The issuer of a pool's tokens: public URL and pool id.
    #[must_use]
    pub fn issuer(&self, pool_id: &str) -> String {
        format!("{}/{pool_id}", self.public_url)
    }
}

/// Who asks: what an operation may know about the request besides its body.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The address that asks: the peer's, or what a trusted proxy says of it. Limits count by it.
    pub peer: IpAddr,
    /// The id of the key that signed the request, where it was signed.
    pub access_key_id: Option<String>,
    /// The id of this request, also sent back as `x-amzn-RequestId`.
    pub request_id: String,
}
