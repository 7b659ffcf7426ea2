//! From a configuration to a listening backend.
//!
//! 1. [`Listeners::bind`] takes the address (a port in use is found out before anything is made);
//! 2. [`prepare`] opens the data folder, brings the database up to date and makes the configured
//!    pools (`seed`);
//! 3. [`Listeners::serve`] answers until it is told to stop, then finishes what is under way.
//!
//! # Security model
//! On a loopback address there are comforts for the developer: demo keys and the inbox
//! (`http::local` guards them). Anywhere else they do not exist, and the backend does not start
//! without keys of its own and a named proxy that ends TLS.

mod listeners;
mod seed;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use crate::app::AppState;
use crate::audit::{self, Audit};
use crate::clock::Clock;
use crate::config::{AccessKey, Config, DEFAULT_LISTEN};
use crate::error::ApiError;
use crate::federation::saml_parties::SamlParties;
use crate::keys::{IdentityKeys, KeyError, SigningKeys};
use crate::limits::AddressRate;
use crate::messages::{self, Channels, Messages, Smtp, Webhook};
use crate::metrics::Metrics;
use crate::openid::Published;
use crate::outgoing::Outgoing;
use crate::pools::RecentClients;
use crate::seal::{MasterKey, MasterKeyError, SealError, Sealer};
use crate::store::{Store, StoreError};
use crate::triggers::{Triggers, TriggersError};
use crate::users::search::make_all_searchable;

pub use crate::http::Peer;
pub use listeners::Listeners;
pub use seed::SeedError;

/// Characters of an administrator's secret where others can try it: guesses are not limited.
const SHORTEST_SECRET: usize = 16;

/// Whoever signs in by redirect would see a page that is not there.
fn warn_of_missing_pages(config: &Config) {
    let mut clients = config.pools.iter().flat_map(|pool| &pool.clients);
    let redirects = "AllowedOAuthFlowsUserPoolClient";
    let client = clients.find(|client| client.settings.get(redirects) == Some(&true.into()));
    if let Some(client) = client.filter(|_| config.hosted_ui.is_none()) {
        tracing::warn!(
            client = %client.id,
            "there are no hosted pages, which people of this client are led to: name their folder (--hosted-ui)"
        );
    }
}

/// Opens the data folder and puts the parts together; makes the configured pools.
/// `address` is where the backend listens.
///
/// # Errors
/// [`StartError`], one sentence each.
pub async fn prepare(
    config: Config,
    clock: Clock,
    address: SocketAddr,
) -> Result<AppState, StartError> {
    let is_local = address.ip().is_loopback();
    if !is_local && (config.keys.sigv4.is_empty() || config.keys.master_key_file.is_none()) {
        return Err(StartError::Exposed(address));
    }
    if !is_local && config.proxies.is_empty() {
        return Err(StartError::NoProxy(address));
    }
    let public_url = public_url(&config, address);
    let origin =
        origin(&public_url).ok_or_else(|| StartError::PublicUrl(public_url.to_string()))?;
    let is_local = is_local && is_of_this_machine(&public_url);
    let weak = |key: &&AccessKey| key.secret().len() < SHORTEST_SECRET;
    if let Some(key) = config.keys.sigv4.iter().find(weak).filter(|_| !is_local) {
        return Err(StartError::WeakSecret(key.access_key_id.clone()));
    }
    let data = data_folder(&config);
    create_folder(&data).map_err(|source| StartError::DataFolder {
        path: data.clone(),
        source,
    })?;
    let outgoing = Outgoing::new(&config.outgoing.allow, is_local)?;
    let triggers = Triggers::load(&config, &outgoing, &clock).await?;
    let sealer = Sealer::new(&master_key(&config, &data)?)?;
    let store = Store::open(&data.join("cognate.db")).await?;
    let keys = SigningKeys::new(store.clone(), sealer.clone(), clock.clone());
    let identity_keys = IdentityKeys::new(store.clone(), sealer.clone(), clock.clone());
    let channels = channels(&config, &outgoing)?;
    let (messages, jobs) = Messages::new();
    let config = Arc::new(config);
    let (audit, events) = Audit::new();
    let state = AppState {
        store,
        sealer,
        clients: RecentClients::default(),
        keys,
        identity_keys,
        published: Published::new(outgoing.clone(), clock.clone()),
        saml: SamlParties::default(),
        outgoing,
        messages,
        audit,
        triggers,
        rate: AddressRate::new(config.limits.requests_per_second),
        metrics: Metrics::default(),
        config,
        clock,
        public_url,
        origin,
        is_local,
    };
    check_master_key(&state).await?;
    seed::seed(&state).await?;
    warn_of_missing_pages(&state.config);
    make_all_searchable(&state)
        .await
        .map_err(StartError::Search)?;
    audit::start(state.clone(), events);
    messages::start(&state, channels, jobs);
    Ok(state)
}

/// What a command works with beside a backend that may be running: the database and its keys. Sends
/// nothing, fires no trigger, makes no pools.
///
/// # Errors
/// As [`prepare`], for what it opens.
pub async fn beside(config: Config, clock: Clock) -> Result<AppState, StartError> {
    let data = data_folder(&config);
    let file = data.join("cognate.db");
    if !file.is_file() {
        return Err(StartError::NoDatabase(file));
    }
    // Their handlers are not read, since none is called.
    let without_pools = Config {
        pools: Vec::new(),
        ..config.clone()
    };
    let outgoing = Outgoing::new(&[], true)?;
    let triggers = Triggers::load(&without_pools, &outgoing, &clock).await?;
    let public_url = public_url(&config, DEFAULT_LISTEN);
    let origin =
        origin(&public_url).ok_or_else(|| StartError::PublicUrl(public_url.to_string()))?;
    let (messages, _) = Messages::new();
    let (audit, _) = Audit::new();
    let sealer = Sealer::new(&master_key(&config, &data)?)?;
    let store = Store::open(&file).await?;
    let state = AppState {
        keys: SigningKeys::new(store.clone(), sealer.clone(), clock.clone()),
        identity_keys: IdentityKeys::new(store.clone(), sealer.clone(), clock.clone()),
        published: Published::new(outgoing.clone(), clock.clone()),
        saml: SamlParties::default(),
        outgoing,
        store,
        sealer,
        clients: RecentClients::default(),
        messages,
        audit,
        triggers,
        rate: AddressRate::new(None),
        metrics: Metrics::default(),
        config: Arc::new(config),
        clock,
        public_url,
        origin,
        is_local: false,
    };
    check_master_key(&state).await?;
    Ok(state)
}

/// Why the backend does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Others could reach a backend with the keys everybody knows.
    #[error(
        "{0} can be reached by others: set keys.sigv4 and keys.master_key_file in a file given \
         with --config, or listen on 127.0.0.1"
    )]
    Exposed(SocketAddr),
    /// Passwords and tokens would cross a network in the clear.
    #[error(
        "{0} can be reached by others, and this backend speaks HTTP: name the address of the proxy \
         that ends TLS in front of it (proxies), or listen on 127.0.0.1"
    )]
    NoProxy(SocketAddr),
    /// Others could guess an administrator's secret, or read it in our example file.
    #[error(
        "the secret of the access key {0} (keys.sigv4) has fewer than {SHORTEST_SECRET} characters: \
         others can reach this backend, so choose a long random one"
    )]
    WeakSecret(String),
    /// Cookies and issuers would be nobody's.
    #[error(
        "{0} is no address to be known by (--public-url): it must be https://HOST[:PORT], or on this \
         machine http://localhost[:PORT]"
    )]
    PublicUrl(String),
    /// Somebody else listens there.
    #[error(
        "port {} is in use on {}: stop what listens there, or choose another with --listen {}:PORT",
        .0.port(), .0.ip(), .0.ip()
    )]
    PortInUse(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address} (--listen): {source}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The data folder cannot be made.
    #[error("the data folder {} cannot be made (--data): {source}", path.display())]
    DataFolder {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A command was given a folder without a database.
    #[error("there is no database {} (--data)", .0.display())]
    NoDatabase(PathBuf),
    /// The system's certificates cannot be read.
    #[error("the system's root certificates cannot be used: {0}")]
    Certificates(#[from] rustls::Error),
    /// Mail cannot leave.
    #[error("messages.smtp cannot be used: {0}")]
    Smtp(String),
    /// Others could make the receiver of text messages believe anything.
    #[error(
        "messages.sms.secret has fewer than {SHORTEST_SECRET} characters: choose a long random one"
    )]
    WeakWebhookSecret,
    /// Codes would cross a network in the clear.
    #[error(
        "{0} is no address for text messages (messages.sms.url): it must be https, http on this machine \
         while nobody else reaches this backend, or a host that outgoing.allow names"
    )]
    InsecureWebhook(Url),
    /// A handler file cannot be used.
    #[error(transparent)]
    Triggers(#[from] TriggersError),
    /// There is no master key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The sealer cannot be made.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys in the database cannot be used.
    #[error("the database cannot be used with this master key")]
    Keys(#[from] KeyError),
    /// The users of an older version cannot be made searchable.
    #[error("the users of an older version cannot be made searchable: {0}")]
    Search(#[source] ApiError),
    /// Import jobs of an earlier process cannot be read.
    #[error("the import jobs cannot go on: {0}")]
    Import(#[source] ApiError),
    /// The configured pools cannot be made.
    #[error(transparent)]
    Seed(#[from] SeedError),
}

fn channels(config: &Config, outgoing: &Outgoing) -> Result<Channels, StartError> {
    let smtp = config.messages.smtp.as_ref();
    let email = smtp.map(|smtp| Smtp::new(smtp, &config.outgoing.allow).map_err(StartError::Smtp));
    let sms = config.messages.sms.as_ref();
    if sms.is_some_and(|sms| sms.secret().len() < SHORTEST_SECRET) {
        return Err(StartError::WeakWebhookSecret);
    }
    if let Some(sms) = sms.filter(|sms| !outgoing.may_ever_call(&sms.url)) {
        return Err(StartError::InsecureWebhook(sms.url.clone()));
    }
    Ok(Channels {
        email: email.transpose()?,
        sms: sms.map(|sms| Webhook::new(sms, outgoing)),
    })
}

fn data_folder(config: &Config) -> PathBuf {
    let given = config.data.clone();
    given.unwrap_or_else(|| PathBuf::from(".data"))
}

fn public_url(config: &Config, address: SocketAddr) -> Arc<str> {
    match &config.public_url {
        Some(url) => url.trim_end_matches('/').into(),
        None => format!("http://localhost:{}", address.port()).into(),
    }
}

/// The origin of an address, as browsers write it. Without TLS only this machine's: elsewhere cookies
/// could not be `Secure`, and passwords would cross a network in the clear.
fn origin(public_url: &str) -> Option<Arc<str>> {
    let url = Url::parse(public_url).ok()?;
    let is_fit = match url.scheme() {
        "https" => true,
        "http" => is_of_this_machine(public_url),
        _ => false,
    };
    is_fit.then(|| url.origin().ascii_serialization().into())
}

/// People elsewhere reach a backend with another address than this machine's, through a proxy.
fn is_of_this_machine(url: &str) -> bool {
    let host = url.split_once("://").map(|(_, rest)| rest);
    host.and_then(|rest| rest.split('/').next())
        .is_some_and(crate::http::names_this_machine)
}

/// Opens one sealed value: a wrong master key is better found out now than by every request.
async fn check_master_key(state: &AppState) -> Result<(), StartError> {
    if let Some(pool) = state.store.pools_after("", 1).await?.first() {
        state.keys.jwks(&pool.id).await?;
    }
    Ok(())
}

/// Makes the folder for its owner only.
fn create_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
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
            "made a master key beside the database: it protects whoever loses the database alone, \
             not whoever loses the whole folder"
        );
    }
    Ok(key)
}
