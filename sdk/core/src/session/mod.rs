//! The session of the person who is signed in: resumed, refreshed, ended.

mod user;

use alloc::boxed::Box;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::client::{Client, Options};
use crate::error::{Error, ErrorCode};
use crate::ports::Ports;
use crate::secret::{AccessToken, IdToken, RefreshToken};

pub use user::User;

/// Tokens and what is known about them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub(crate) access_token: AccessToken,
    pub(crate) id_token: IdToken,
    pub(crate) refresh_token: RefreshToken,
    pub(crate) user: User,
    /// Seconds since 1970 by the service's clock.
    pub(crate) access_expires_at: u64,
    /// The service's clock minus this device's, in milliseconds.
    pub(crate) clock_offset_ms: i64,
    /// Counts up with every change, so that a late refresh cannot overwrite a newer session.
    pub(crate) generation: u32,
}

/// How things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is.
    SignedIn(User),
}

/// What became of a sign-out. Locally it always succeeds.
#[derive(Debug, Clone, Default)]
pub struct SignedOut {
    /// The service revoked the refresh token.
    pub revoked: bool,
    /// Every device was signed out.
    pub everywhere: bool,
    /// Why the service could not be told.
    pub error: Option<Box<Error>>,
}

impl<P: Ports> Client<P> {
    /// Takes up the stored session, if there is one. Without network.
    ///
    /// # Errors
    /// [`ErrorCode::StorageBlocked`].
    pub async fn resume(&self) -> Result<State, Error> {
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
    }

    /// How things stand, without asking anybody.
    #[must_use]
    pub fn state(&self) -> State {
        match &*self.session.borrow() {
            Some(session) => State::SignedIn(session.user.clone()),
            None => State::SignedOut,
        }
    }

    /// Buys new tokens, once for any number of callers at the same time.
    ///
    /// # Errors
    /// [`ErrorCode::SignedOut`]; [`ErrorCode::SessionLost`] when the service refused the refresh token
    /// (the session has ended then); and those of every call, after which the session still stands.
    pub async fn refresh(&self, options: &Options<P>) -> Result<User, Error> {
        let _ = options;
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
    }

    /// An access token that lives for at least `minimum_ttl` more seconds, refreshed if need be.
    ///
    /// # Errors
    /// As [`Self::refresh`].
    pub async fn fresh_access_token(
        &self,
        minimum_ttl: u32,
        options: &Options<P>,
    ) -> Result<AccessToken, Error> {
        let _ = (minimum_ttl, options);
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
    }

    /// Signs out: forgets first, then tells the service. Cannot fail locally, except that a blocked
    /// store is reported in [`SignedOut::error`].
    pub async fn sign_out(&self, everywhere: bool, options: &Options<P>) -> SignedOut {
        let _ = (everywhere, options);
        SignedOut::default()
    }
}

/// The claims of an ID token, as JSON text.
pub type ClaimsJson = String;
