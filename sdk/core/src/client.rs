//! The client: one app client of one pool, over the powers of a platform.

use core::cell::RefCell;

use crate::config::Config;
use crate::ports::{Http, Ports};
use crate::session::Session;
use crate::wire::StringMap;

/// One app client of one pool. Operations take `&self`: any number run at once.
#[derive(Debug)]
pub struct Client<P: Ports> {
    pub(crate) ports: P,
    pub(crate) config: Config,
    pub(crate) session: RefCell<Option<Session>>,
}

/// What every operation takes.
#[derive(Debug, Clone)]
pub struct CallOptions<C> {
    /// Milliseconds for the whole operation, all its requests and retries together.
    pub timeout_ms: u32,
    /// The caller's wish to give up.
    pub cancel: C,
    /// Passed to the pool's triggers where the operation allows it.
    pub client_metadata: StringMap,
}

/// The options that fit a platform.
pub type Options<P> = CallOptions<<P as Http>::Cancel>;

impl<C: Default> Default for CallOptions<C> {
    /// 30 seconds, never cancelled, no metadata.
    fn default() -> Self {
        Self {
            timeout_ms: 30_000,
            cancel: C::default(),
            client_metadata: StringMap::new(),
        }
    }
}

impl<P: Ports> Client<P> {
    /// A client that nobody is signed in at yet; see [`Self::resume`].
    #[must_use]
    pub fn new(config: Config, ports: P) -> Self {
        Self {
            ports,
            config,
            session: RefCell::new(None),
        }
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The platform.
    #[must_use]
    pub fn ports(&self) -> &P {
        &self.ports
    }
}
