//! From a configuration to a listening backend.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::AppState;
use crate::clock::Clock;
use crate::config::{Config, DEFAULT_LISTEN};
use crate::keys::SigningKeys;
use crate::messages::Messages;
use crate::pools::{self, SeedError};
use crate::seal::{MasterKey, MasterKeyError, SealError, Sealer};
use crate::store::{Store, StoreError};

/// The address of the peer of a connection, put into each of its requests.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

impl Peer {
    /// A peer nobody knows is nobody to trust: not loopback.
    pub const UNKNOWN: Self = Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0));
}

/// Opens the data folder and puts the parts together; makes the configured pools.
///
/// # Errors
/// [`StartError`], one sentence each.
pub async fn prepare(config: Config, clock: Clock) -> Result<AppState, StartError> {
    let data = config
        .data
        .clone()
        .unwrap_or_else(|| PathBuf::from(".data"));
    std::fs::create_dir_all(&data).map_err(|source| StartError::DataFolder {
        path: data.clone(),
        source,
    })?;
    let sealer = Sealer::new(&master_key(&config, &data)?)?;
    let store = Store::open(&data.join("cognate.db")).await?;
    let keys = SigningKeys::new(store.clone(), sealer.clone());
    let messages = Messages::start(store.clone(), sealer.clone(), clock.clone());
    let port = config.listen.unwrap_or(DEFAULT_LISTEN).port();
    let public_url = config
        .public_url
        .clone()
        .unwrap_or(format!("http://localhost:{port}"));
    let state = AppState {
        store,
        sealer,
        keys,
        messages,
        config: Arc::new(config),
        clock,
        public_url: public_url.trim_end_matches('/').into(),
    };
    pools::seed(&state).await?;
    Ok(state)
}

/// Why the backend does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be made.
    #[error("the data folder {} cannot be made: {source}", path.display())]
    DataFolder {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// There is no master key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The sealer cannot be made.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The configured pools cannot be made.
    #[error(transparent)]
    Seed(#[from] SeedError),
}

fn master_key(config: &Config, data: &Path) -> Result<MasterKey, MasterKeyError> {
    if let Some(path) = &config.keys.master_key_file {
        return MasterKey::read(path);
    }
    let path = data.join("master.key");
    let (key, made) = MasterKey::read_or_create(&path)?;
    if made {
        tracing::warn!(
            file = %path.display(),
            "made a master key beside the database: it protects a copy of the database alone, \
             not one of the whole folder"
        );
    }
    Ok(key)
}
