//! The session of the person who is signed in: resumed, refreshed, ended.
//!
//! # Rules
//!
//! - Tokens are verified before they become a session.
//! - Only the service's refusal of the refresh token ends a session. A network failure never does.
//! - Signing out always works, offline too: it forgets first, then tells the service.
//! - Any number of callers share one refresh.
//!
//! # Security model
//!
//! The record that outlives a reload holds tokens; the platform's store seals it and authenticates
//! it, so a record that opens is one that this client wrote.

mod flight;
pub(crate) mod keeping;
mod refresh;
mod sign_out;
mod tokens;
mod user;

use alloc::string::String;

use zeroize::Zeroizing;

use crate::client::{Client, Options};
use crate::error::{Error, signed_out};
use crate::json::{NotJson, Object, Value};
use crate::ports::{Json, Ports};
use crate::secret::{AccessToken, IdToken, RefreshToken};

pub(crate) use flight::Flight;
pub use keeping::{Keeping, NoSessions, Sessions};
pub use sign_out::SignedOut;
pub use user::User;

/// Tokens and what is known about them.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) access_token: AccessToken,
    id_token: IdToken,
    refresh_token: RefreshToken,
    pub(crate) user: User,
    /// It began at the login domain.
    #[cfg(feature = "oauth")]
    pub(crate) by_redirect: bool,
    /// Seconds since 1970 by the service's clock.
    access_expires_at: u64,
    /// The service's clock minus the platform's, in milliseconds.
    clock_offset_ms: i64,
    /// Counts up with every change, so that a late refresh cannot overwrite a newer session.
    generation: u32,
}

/// How things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is.
    SignedIn(User),
}

impl<P: Ports> Client<P> {
    /// Takes up the session as the store has it now: none, where there is none. Without network.
    ///
    /// # Errors
    /// [`crate::ErrorCode::StorageBlocked`].
    pub async fn resume(&self) -> Result<State, Error> {
        let mut stored = None;
        if let Some(record) = self.service.ports.load().await? {
            // A record of another version is no session, and not worth an error.
            if let Ok(session) = Session::read(&self.service.ports, &record) {
                self.service
                    .clock_offset_ms
                    .set(Some(session.clock_offset_ms));
                stored = Some(session);
            } else {
                self.service.ports.clear().await?;
            }
        }
        *self.session.borrow_mut() = stored;
        Ok(self.state())
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
    /// [`crate::ErrorCode::SignedOut`]; [`crate::ErrorCode::SessionLost`] when the service refused the
    /// refresh token (the session has ended then); and those of every call, after which the session
    /// still stands.
    pub async fn refresh(&self, options: &Options<P>) -> Result<User, Error> {
        self.refresh_until(options, &self.deadline(options)).await?;
        match self.state() {
            State::SignedIn(user) => Ok(user),
            State::SignedOut => Err(signed_out()),
        }
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
        self.fresh_access_token_until(minimum_ttl, options, &self.deadline(options))
            .await
    }

    /// Forgets the session, here and in the store, without telling the service: the user was deleted, or
    /// the service has ended it.
    ///
    /// # Errors
    /// [`crate::ErrorCode::StorageBlocked`].
    pub async fn forget(&self) -> Result<(), Error> {
        *self.session.borrow_mut() = None;
        Ok(self.service.ports.clear().await?)
    }

    pub(crate) fn access_token(&self) -> Option<AccessToken> {
        self.session
            .borrow()
            .as_ref()
            .map(|session| session.access_token.clone())
    }

    async fn store(&self, session: &Session) -> Result<(), Error> {
        Ok(self.service.ports.save(&session.to_json()).await?)
    }
}

impl Session {
    fn to_json(&self) -> Zeroizing<String> {
        let mut record = Object::new();
        #[cfg(feature = "oauth")]
        record.boolean("byRedirect", self.by_redirect);
        record
            .text("accessToken", self.access_token.secret())
            .text("idToken", self.id_token.secret())
            .text("refreshToken", self.refresh_token.secret())
            .object("user", &self.user.to_object())
            .whole("accessExpiresAt", self.access_expires_at)
            .integer("clockOffsetMs", self.clock_offset_ms)
            .whole("generation", self.generation.into());
        record.finish()
    }

    fn read(json: &impl Json, record: &str) -> Result<Self, NotJson> {
        let record = json.parse(record)?;
        let text = |name| record.text_at(name)?.ok_or(NotJson);
        let generation = record.whole_at("generation")?.ok_or(NotJson)?;
        Ok(Self {
            access_token: AccessToken::new(text("accessToken")?),
            id_token: IdToken::new(text("idToken")?),
            refresh_token: RefreshToken::new(text("refreshToken")?),
            user: User::read(&record.member("user").ok_or(NotJson)?)?,
            access_expires_at: record.whole_at("accessExpiresAt")?.ok_or(NotJson)?,
            clock_offset_ms: record.at("clockOffsetMs", Value::integer)?.ok_or(NotJson)?,
            generation: generation.try_into().map_err(|_| NotJson)?,
            #[cfg(feature = "oauth")]
            by_redirect: record.boolean_at("byRedirect")?.unwrap_or_default(),
        })
    }
}
