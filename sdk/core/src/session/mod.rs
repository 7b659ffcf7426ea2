//! The session of the person who is signed in: resumed, refreshed, ended.
//!
//! # Rules
//!
//! - Tokens are verified before they become a session.
//! - Only the service's refusal of the refresh token that is still stored ends a session. A network failure never does.
//! - Signing out always works, offline too: it forgets first, then tells the service. It wins over a
//!   refresh under way, here and in every other client.
//! - Any number of callers share one refresh, and so do any number of clients of one store.
//! - What another client has stored is adopted. A call that began in one person's name does not go on in another's.
//! - Where nothing can be stored the session lives in memory, and says so.
//!
//! # Security model
//!
//! The record that outlives a reload holds tokens; the platform's store seals it and authenticates
//! it, so a record that opens is one that a client of this configuration wrote.

mod flight;
pub(crate) mod keeping;
mod refresh;
mod sign_out;
mod tokens;
mod user;

use alloc::rc::Rc;
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
    /// The device that it came from: refreshing needs it.
    pub(crate) device_key: Option<String>,
    /// What is to be done about that device, as JSON text: `key`, and for one that the service offers `group`, with the names
    /// `typed` and `username`; `remember`. In memory only: who leaves the page before that is offered another one.
    pub(crate) offer: Option<String>,
    /// It began at the login domain.
    #[cfg(feature = "oauth")]
    pub(crate) by_redirect: bool,
    /// Seconds since 1970 by the service's clock.
    access_expires_at: u64,
    /// The service's clock minus the platform's, in milliseconds.
    clock_offset_ms: i64,
    /// Which writing of the record this is. `None`: it could not be stored, or is not to be.
    version: Option<String>,
}

/// An access token and its end.
#[derive(Debug, Clone)]
pub struct LiveToken {
    /// The token.
    pub access_token: AccessToken,
    /// The ID token of the same session, which may end before.
    pub id_token: IdToken,
    /// Milliseconds since 1970 by the platform's clock, however wrong that is.
    pub expires_at_ms: u64,
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
    /// Takes up the session as the store has it now: none, where there is none. Without network. A
    /// session that could not be stored, and a store that cannot be read, change nothing.
    pub async fn resume(&self) -> State {
        self.adopt().await;
        self.state()
    }

    /// How things stand, without asking anybody.
    #[must_use]
    pub fn state(&self) -> State {
        match &*self.session.borrow() {
            Some(session) => State::SignedIn(session.user.clone()),
            None => State::SignedOut,
        }
    }

    /// Whether the last change of the state was another client's, found in the store.
    #[must_use]
    pub fn is_adopted(&self) -> bool {
        self.is_adopted.get()
    }

    /// Whether the session is in memory only, because it could not be stored.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        let session = self.session.borrow();
        session
            .as_ref()
            .is_some_and(|session| session.version.is_none())
    }

    /// Buys new tokens, once for any number of callers at the same time and of clients of one store.
    ///
    /// # Errors
    /// [`crate::ErrorCode::SignedOut`]; [`crate::ErrorCode::SessionLost`] when the service refused the
    /// refresh token (the session has ended then); and those of every call, after which the session
    /// still stands.
    pub async fn refresh(&self, options: &Options<P>) -> Result<User, Error> {
        let person = self.current_of(options.sub.as_deref())?;
        // New means newer than what is stored when this is called.
        self.adopt().await;
        self.refresh_until(options, &self.deadline(options)).await?;
        Ok(self.current_of(Some(&person.user.sub))?.user.clone())
    }

    /// An access token that lives for at least `minimum_ttl` more seconds, by default 60, refreshed if need be; where
    /// tokens do not live so long, a new one.
    ///
    /// # Errors
    /// As [`Self::refresh`].
    pub async fn fresh_access_token(
        &self,
        minimum_ttl: Option<u32>,
        options: &Options<P>,
    ) -> Result<LiveToken, Error> {
        let minimum_ttl = minimum_ttl.unwrap_or(MINIMUM_TTL_SECONDS);
        let session = self
            .fresh_session_until(minimum_ttl, options, &self.deadline(options))
            .await?;
        let offset_ms = self.service.clock_offset_ms.get().unwrap_or(0);
        let expires_at_ms = session.access_expires_at.saturating_mul(1000);
        Ok(LiveToken {
            access_token: session.access_token.clone(),
            id_token: session.id_token.clone(),
            expires_at_ms: expires_at_ms.saturating_add_signed(offset_ms.saturating_neg()),
        })
    }

    /// Forgets the session, here and in the store, without telling the service: the user was deleted, or
    /// the service has ended it. What another person than `sub` has, here or in the store, stays.
    ///
    /// # Errors
    /// [`crate::ErrorCode::StorageBlocked`].
    pub async fn forget(&self, sub: &str) -> Result<(), Error> {
        if self.current_of(Some(sub)).is_ok() {
            self.set_session(None);
            self.drop_stored(Some(sub)).await?;
        }
        Ok(())
    }

    /// The key of the device that the session came from, and what is left to do about one.
    #[must_use]
    pub fn device(&self) -> (Option<String>, Option<String>) {
        let session = self.session.borrow();
        let session = session.as_ref();
        let key = session.and_then(|session| session.device_key.clone());
        (key, session.and_then(|session| session.offer.clone()))
    }

    /// The session, if it is of the person with this `sub`, where that matters.
    fn current_of(&self, sub: Option<&str>) -> Result<Rc<Session>, Error> {
        let session = self.session.borrow().clone();
        session
            .filter(|session| sub.is_none_or(|sub| session.user.sub == sub))
            .ok_or_else(signed_out)
    }

    /// Puts a session of this client's making, or none, in the place of the one that there is.
    fn set_session(&self, session: Option<Session>) -> Option<Rc<Session>> {
        self.generation.set(self.generation.get().wrapping_add(1));
        self.is_adopted.set(false);
        self.session.replace(session.map(Rc::new))
    }

    /// Takes over what another client has stored, or that it has removed it.
    async fn adopt(&self) {
        if self.is_in_memory() {
            return;
        }
        let loaded = loop {
            let (generation, is_leaving) = (self.generation.get(), self.leaving.get() > 0);
            let loaded = self.service.ports.load().await;
            if is_leaving {
                // Somebody was signing out: the record may be the one that goes.
                continue;
            }
            if self.generation.get() != generation {
                // Changed here while that was read: it is older.
                return;
            }
            break loaded;
        };
        let Ok(stored) = loaded else {
            if let Some(session) = &mut *self.session.borrow_mut() {
                Rc::make_mut(session).version = None;
            }
            return;
        };
        let mut adopted = None;
        if let Some(stored) = stored {
            let same = |session: &Rc<Session>| session.version.as_ref() == Some(&stored.version);
            if self.session.borrow().as_ref().is_some_and(same) {
                return;
            }
            // A record of another version of this library is no session, and not worth an error.
            if let Ok(mut session) = Session::read(&self.service.ports, &stored.record) {
                self.service
                    .clock_offset_ms
                    .set(Some(session.clock_offset_ms));
                session.version = Some(stored.version);
                adopted = Some(session);
            }
        }
        if adopted.is_some() || self.session.borrow().is_some() {
            self.set_session(adopted);
            self.is_adopted.set(true);
        }
    }
}

/// Long enough for a request to arrive before the token that it carries ends.
const MINIMUM_TTL_SECONDS: u32 = 60;

impl Session {
    fn to_json(&self) -> Zeroizing<String> {
        let mut record = Object::new();
        #[cfg(feature = "oauth")]
        record.boolean("byRedirect", self.by_redirect);
        record
            .text("accessToken", self.access_token.secret())
            .text("idToken", self.id_token.secret())
            .text("refreshToken", self.refresh_token.secret())
            .text_if("deviceKey", self.device_key.as_deref())
            .object("user", &self.user.to_object())
            .whole("accessExpiresAt", self.access_expires_at)
            .integer("clockOffsetMs", self.clock_offset_ms);
        record.finish()
    }

    fn read(json: &impl Json, record: &str) -> Result<Self, NotJson> {
        let record = json.parse(record)?;
        let text = |name| record.text_at(name)?.ok_or(NotJson);
        Ok(Self {
            access_token: AccessToken::new(text("accessToken")?),
            id_token: IdToken::new(text("idToken")?),
            refresh_token: RefreshToken::new(text("refreshToken")?),
            device_key: record.text_at("deviceKey")?,
            user: User::read(&record.member("user").ok_or(NotJson)?)?,
            access_expires_at: record.whole_at("accessExpiresAt")?.ok_or(NotJson)?,
            clock_offset_ms: record.at("clockOffsetMs", Value::integer)?.ok_or(NotJson)?,
            offer: None,
            version: None,
            #[cfg(feature = "oauth")]
            by_redirect: record.boolean_at("byRedirect")?.unwrap_or_default(),
        })
    }
}
