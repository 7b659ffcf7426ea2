//! The service, as one app client of one pool calls it: what takes no session, only the network.
//!
//! Signing up, replacing a forgotten password, and with an access token the account are operations of
//! [`Service`]. [`Client`](crate::Client) has one, and adds who is signed in. A platform that never signs
//! anybody in needs [`Network`] alone.

use core::cell::Cell;

use crate::client::{CallOptions, Options};
use crate::config::{Config, Username};
use crate::json::Object;
#[cfg(feature = "login")]
use crate::login::TransactionId;
use crate::ports::Network;
use crate::transport::{Deadline, Health};

/// One app client of one pool, without a session. Operations take `&self`: any number run at once.
#[derive(Debug)]
pub struct Service<P> {
    pub(crate) ports: P,
    pub(crate) config: Config,
    /// The service's clock minus the platform's, in milliseconds, once an answer has shown it.
    pub(crate) clock_offset_ms: Cell<Option<i64>>,
    /// Which endpoints have failed.
    pub(crate) health: Health,
    /// The login transaction that this client serves, instead of an app.
    #[cfg(feature = "login")]
    pub(crate) login: Option<TransactionId>,
}

impl<P: Network> Service<P> {
    /// The service that `config` names, over the network of `ports`.
    #[must_use]
    pub fn new(config: Config, ports: P) -> Self {
        Self {
            ports,
            config,
            clock_offset_ms: Cell::new(None),
            health: Health::default(),
            #[cfg(feature = "login")]
            login: None,
        }
    }

    /// When a call that begins now gives up.
    pub(crate) fn deadline<'a>(&self, options: &'a Options<P>) -> Deadline<'a, P::Cancel> {
        Deadline::of(options, self.ports.now_ms())
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
}

impl<C> CallOptions<C> {
    /// Adds the metadata to a request, if there is any.
    pub(crate) fn add_metadata(&self, call: &mut Object) {
        if !self.client_metadata.is_empty() {
            call.strings("ClientMetadata", &self.client_metadata);
        }
    }
}
