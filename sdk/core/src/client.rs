//! The client: one app client of one pool, over the powers of a platform.

use core::cell::{Cell, RefCell};

use crate::config::{Config, Username};
use crate::error::Error;
use crate::json::{Object, StringMap};
use crate::jwt::KeyCache;
#[cfg(feature = "login")]
use crate::login::TransactionId;
use crate::ports::{Http, Ports};
use crate::session::{Flight, Session};

/// One app client of one pool. Operations take `&self`: any number run at once.
#[derive(Debug)]
pub struct Client<P: Ports> {
    pub(crate) ports: P,
    pub(crate) config: Config,
    pub(crate) session: RefCell<Option<Session>>,
    /// The service's clock minus the platform's, in milliseconds, once an answer has shown it.
    pub(crate) clock_offset_ms: Cell<Option<i64>>,
    pub(crate) keys: RefCell<KeyCache>,
    pub(crate) refreshing: Flight<Result<(), Error>>,
    /// The service does not know `GetTokensFromRefreshToken`.
    pub(crate) refreshes_by_initiate_auth: Cell<bool>,
    #[cfg(feature = "oauth")]
    pub(crate) oauth: Option<crate::oauth::OAuthConfig>,
    /// The login transaction that this client serves, instead of an app.
    #[cfg(feature = "login")]
    pub(crate) login: Option<TransactionId>,
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
            client_metadata: StringMap::default(),
        }
    }
}

impl<C> CallOptions<C> {
    /// Adds the metadata to a request, if there is any.
    pub(crate) fn add_metadata(&self, call: &mut Object) {
        if !self.client_metadata.is_empty() {
            call.strings("ClientMetadata", &self.client_metadata);
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
            clock_offset_ms: Cell::new(None),
            keys: RefCell::default(),
            refreshing: Flight::default(),
            refreshes_by_initiate_auth: Cell::new(false),
            #[cfg(feature = "oauth")]
            oauth: None,
            #[cfg(feature = "login")]
            login: None,
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

    /// A request in the name of the app client.
    pub(crate) fn request(&self, options: &Options<P>) -> Object {
        let mut call = Object::new();
        call.text("ClientId", self.config.client.as_str());
        options.add_metadata(&mut call);
        call
    }

    /// A request of somebody who is not signed in.
    pub(crate) fn request_of(&self, username: &Username, options: &Options<P>) -> Object {
        let mut call = self.request(options);
        call.text("Username", username.as_str());
        call
    }

    /// Milliseconds since 1970 by the service's clock, as far as it is known.
    pub(crate) fn service_now_ms(&self) -> u64 {
        self.ports
            .now_ms()
            .saturating_add_signed(self.clock_offset_ms.get().unwrap_or(0))
    }
}
