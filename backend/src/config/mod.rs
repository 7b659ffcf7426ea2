//! The configuration: a TOML file, every part of it optional.
//!
//! `docs/configuration.md` describes each setting. An unknown name is an error that says where it
//! stands and what was expected. Without a file there is one demo pool and the demo keys.

mod handlers;
mod identity;
mod messages;
mod pools;
mod quotas;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use zeroize::Zeroizing;

pub use handlers::{FunctionsConfig, HandlerConfig, Runs};
pub use identity::{
    EndpointsConfig, IdentityConfig, IdentityPoolConfig, OidcProviderConfig, SamlProviderConfig,
    StsConfig,
};
pub use messages::{Encryption, MessagesConfig, SmsConfig, SmtpConfig};
pub use pools::{ClientConfig, IdentityProviderConfig, PoolConfig};
pub use quotas::Quotas;

/// Where the backend listens if nothing says otherwise.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4100);

/// Where the demo pool's app is if nothing says otherwise.
pub const DEFAULT_DEMO_APP: &str = "http://localhost:4200";

/// Where the hosted pages are if nothing says otherwise.
pub const DEFAULT_HOSTED_UI: &str = "hosted-ui/dist";

/// Everything a file may set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address and port. Default `127.0.0.1:4100`, and `[::1]:4100` where it can be had.
    pub listen: Option<SocketAddr>,
    /// The folder of the database. Default `.data`.
    pub data: Option<PathBuf>,
    /// The address others know the backend by; the issuer of tokens begins with it.
    /// Default `http://localhost:PORT`.
    pub public_url: Option<String>,
    /// The proxies that end TLS in front of the backend. Beyond loopback there must be one; whoever
    /// does not come through one is refused. Default none.
    pub proxies: Vec<IpAddr>,
    /// The folder of the hosted pages. Default: `hosted-ui/dist`, if there is one.
    pub hosted_ui: Option<PathBuf>,
    /// Keys.
    pub keys: KeysConfig,
    /// What one address may do.
    pub limits: LimitsConfig,
    /// Numbers for whoever runs the backend.
    pub metrics: MetricsConfig,
    /// The program that runs handlers in Node. Default `node`, found by `PATH`.
    pub node: Option<PathBuf>,
    /// Where functions are that others run. Default nowhere.
    pub functions: Option<FunctionsConfig>,
    /// Where requests of the backend may go.
    pub outgoing: OutgoingConfig,
    /// How many of a thing there may be.
    pub quotas: Quotas,
    /// How messages leave. Default: they stay in the inbox.
    pub messages: MessagesConfig,
    /// The OAuth endpoints.
    pub oauth: OAuthConfig,
    /// The pools that exist from the start. Default: the demo pool, if there is no file.
    pub pools: Vec<PoolConfig>,
    /// What identity pools work with.
    pub identity: IdentityConfig,
    /// The identity pools that exist from the start. Default: the demo's, if there is no file.
    pub identity_pools: Vec<IdentityPoolConfig>,
}

/// What one address may do, whatever it asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Requests a second of one address. Default any number: a proxy in front may count better.
    pub requests_per_second: Option<NonZeroU32>,
}

/// Where the backend's numbers are read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsConfig {
    /// Address and port of a listener that has `/metrics` and nothing else. Default none.
    pub listen: Option<SocketAddr>,
}

/// The OAuth endpoints.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OAuthConfig {
    /// Proofs of possession must carry a nonce of ours (RFC 9449, 8); a new one comes after this many
    /// seconds, and the one before it stays good as long. Default: none is asked for.
    pub dpop_nonce_seconds: Option<NonZeroU32>,
}

/// Where requests of the backend may go.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutgoingConfig {
    /// `HOST` or `HOST:PORT` that may be called though it is private, or speaks HTTP. Default none.
    pub allow: Vec<String>,
}

/// Keys that must not be the demo's when others can reach the backend.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeysConfig {
    /// The file with the master key. Default `master.key` in the data folder, made on first start.
    pub master_key_file: Option<PathBuf>,
    /// After how many days a pool's signing keys are replaced by new ones. Default never.
    pub rotate_after_days: Option<u32>,
    /// The file with the key that codes for custom senders are sealed with. Default none: there are no
    /// custom senders.
    pub sender_key_file: Option<PathBuf>,
    /// The access keys of administrators. Default: `test` with secret `test`, on loopback only.
    pub sigv4: Vec<AccessKey>,
}

/// An administrator's access key.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// The public part.
    pub access_key_id: String,
    secret_access_key: Zeroizing<String>,
}

impl AccessKey {
    /// The secret part.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret_access_key
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// The configuration without a file: the demo pool, whose app is at [`DEFAULT_DEMO_APP`].
    #[must_use]
    pub fn demo() -> Self {
        Self::demo_for(DEFAULT_DEMO_APP)
    }

    /// The same with the app at another origin, for example `http://localhost:5000`.
    #[must_use]
    pub fn demo_for(app: &str) -> Self {
        Self {
            pools: vec![PoolConfig::demo(app)],
            identity_pools: vec![IdentityPoolConfig::demo()],
            ..Self::default()
        }
    }

    /// How long a password of a pool's users is good for, in seconds. Default for ever.
    #[must_use]
    pub fn password_seconds(&self, pool_id: &str) -> Option<i64> {
        let pool = self.pools.iter().find(|pool| pool.id == pool_id)?;
        let days = pool.password_expires_after_days?;
        Some(i64::from(days.get()) * 24 * 3600)
    }

    /// Whether people are asked before an app client gets what it asks for. Default false.
    #[must_use]
    pub fn asks_for_consent(&self, client_id: &str) -> bool {
        let mut clients = self.pools.iter().flat_map(|pool| &pool.clients);
        clients.any(|client| client.id == client_id && client.ask_for_consent)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read or has a mistake; the error shows the line.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File {
            path: path.to_owned(),
            source,
        })?;
        let mut config = Self::parse(&text).map_err(|error| match error {
            ConfigError::Mistake { what, .. } => ConfigError::Mistake {
                path: path.to_owned(),
                what,
            },
            other => other,
        })?;
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        for pool in &mut config.pools {
            for handler in pool.triggers.values_mut() {
                handler.in_folder(folder);
            }
        }
        Ok(config)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// If it has a mistake.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError::Mistake {
            path: PathBuf::new(),
            what: described(text, &error),
        })
    }
}

/// Where the mistake is and what was expected. The parser would show the line itself, and quote
/// values: not where the line has a secret.
fn described(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or(text);
    let number = before.matches('\n').count();
    let line = text.lines().nth(number).unwrap_or_default();
    if line.contains("secret") {
        return format!("line {}: the secret is not a text in quotes", number + 1);
    }
    error.to_string()
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration {} cannot be read: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file has a mistake.
    #[error("the configuration {} has a mistake: {what}", path.display())]
    Mistake {
        /// The file.
        path: PathBuf,
        /// Line, column and what was expected.
        what: String,
    },
}
