//! The client: one app client of one pool, over the powers of a platform.

use alloc::rc::Rc;
use alloc::string::String;
use core::cell::{Cell, RefCell};

use crate::config::Config;
use crate::error::Error;
use crate::json::{Object, StringMap};
use crate::jwt::KeyCache;
use crate::ports::{Http, Ports};
use crate::service::Service;
use crate::session::{Flight, Session};
use crate::transport::{Deadline, Repeat};
use crate::wire::Reply;

/// One app client of one pool. Operations take `&self`: any number run at once.
#[derive(Debug)]
pub struct Client<P: Ports> {
    pub(crate) service: Service<P>,
    pub(crate) session: RefCell<Option<Rc<Session>>>,
    /// Counts the changes of `session`: whoever has waited sees whether somebody else was faster.
    pub(crate) generation: Cell<u32>,
    /// Counts the sign-outs that were asked for here: a sign-in that began before one ends without a session.
    pub(crate) sign_outs: Cell<u32>,
    /// How many sign-outs are removing what is stored: what is read meanwhile is not to be believed.
    pub(crate) leaving: Cell<u32>,
    /// The last change of `session` was found in the store: another client has made it.
    pub(crate) is_adopted: Cell<bool>,
    pub(crate) keys: RefCell<KeyCache>,
    pub(crate) refreshing: Flight<Result<(), Error>>,
    /// The service does not know `GetTokensFromRefreshToken`.
    pub(crate) refreshes_by_initiate_auth: Cell<bool>,
    #[cfg(feature = "oauth")]
    pub(crate) oauth: Option<crate::oauth::OAuthConfig>,
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
    /// Who is meant: what uses or ends a session does so only if it is this person's. `None`: whoever's it is.
    pub sub: Option<String>,
}

/// The options that fit a platform.
pub type Options<P> = CallOptions<<P as Http>::Cancel>;

impl<C: Default> Default for CallOptions<C> {
    /// 30 seconds, never cancelled, no metadata, whoever is signed in.
    fn default() -> Self {
        Self {
            timeout_ms: 30_000,
            cancel: C::default(),
            client_metadata: StringMap::default(),
            sub: None,
        }
    }
}

impl<P: Ports> Client<P> {
    /// A client that nobody is signed in at yet; see [`Self::resume`].
    #[must_use]
    pub fn new(config: Config, ports: P) -> Self {
        Self {
            service: Service::new(config, ports),
            session: RefCell::new(None),
            generation: Cell::new(0),
            sign_outs: Cell::new(0),
            leaving: Cell::new(0),
            is_adopted: Cell::new(false),
            keys: RefCell::default(),
            refreshing: Flight::default(),
            refreshes_by_initiate_auth: Cell::new(false),
            #[cfg(feature = "oauth")]
            oauth: None,
        }
    }

    /// The same app client without the session: signing up, forgotten passwords.
    #[must_use]
    pub fn service(&self) -> &Service<P> {
        &self.service
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.service.config
    }

    /// The platform.
    #[must_use]
    pub fn ports(&self) -> &P {
        &self.service.ports
    }

    /// Calls an operation of the service.
    pub(crate) fn call<'a>(
        &'a self,
        operation: &'a str,
        repeat: Repeat,
        call: Object,
        deadline: &'a Deadline<'_, P::Cancel>,
    ) -> impl Future<Output = Result<Reply<P::Value>, Error>> + 'a {
        self.service.call(operation, repeat, call, deadline)
    }

    /// When a call that begins now gives up.
    pub(crate) fn deadline<'a>(&self, options: &'a Options<P>) -> Deadline<'a, P::Cancel> {
        self.service.deadline(options)
    }

    /// A request in the name of the app client.
    pub(crate) fn request(&self, options: &Options<P>) -> Object {
        self.service.request(options)
    }

    /// Milliseconds since 1970 by the service's clock, as far as it is known.
    pub(crate) fn service_now_ms(&self) -> u64 {
        let offset_ms = self.service.clock_offset_ms.get().unwrap_or(0);
        self.service.ports.now_ms().saturating_add_signed(offset_ms)
    }
}
