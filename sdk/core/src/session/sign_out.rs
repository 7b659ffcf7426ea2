//! Signing out: `RevokeToken`, and `GlobalSignOut` for every device.

use alloc::rc::Rc;
use core::cell::Cell;

use super::Session;
use crate::client::{Client, Options};
use crate::error::Error;
use crate::json::Object;
use crate::ports::{Ports, StoreBlocked};
use crate::secret::AccessToken;
use crate::transport::{Deadline, Repeat};

/// What became of a sign-out. On this device it has happened, whatever this says.
#[derive(Debug, Clone, Default)]
pub struct SignedOut {
    /// The service revoked the refresh token.
    pub revoked: bool,
    /// Every device was signed out.
    pub everywhere: bool,
    /// Why the service could not be told, or why the store could not be cleared.
    pub error: Option<Error>,
}

impl<P: Ports> Client<P> {
    /// Signs out: forgets first, then tells the service. `everywhere` ends all sessions of this
    /// person; access tokens that other services verify themselves live on until they expire. Whoever else
    /// has signed in meanwhile, here or in another client of the store, stays signed in if [`CallOptions::sub`] says who is
    /// meant.
    ///
    /// [`CallOptions::sub`]: crate::CallOptions::sub
    pub async fn sign_out(&self, everywhere: bool, options: &Options<P>) -> SignedOut {
        let mut outcome = SignedOut::default();
        let own = self.current_of(None).ok();
        let own = own.as_ref().map(|own| own.user.sub.as_str());
        let meant = options.sub.as_deref().or(own);
        if own.is_some() && own != meant {
            return outcome;
        }
        self.sign_outs.set(self.sign_outs.get().wrapping_add(1));
        let mut session = self.set_session(None);
        match self.drop_stored(meant).await {
            // Another client may have refreshed: the service must hear of the token that was stored last.
            Ok(Some(stored)) if session.as_ref().is_none_or(|own| own.version.is_some()) => {
                session = Some(Rc::new(stored));
            }
            Ok(_) => {}
            Err(blocked) => outcome.error = Some(blocked.into()),
        }
        let Some(mut session) = session else {
            return outcome;
        };
        let deadline = self.deadline(options);
        if everywhere {
            let own = Rc::make_mut(&mut session);
            match self.sign_out_everywhere(own, options, &deadline).await {
                // Every refresh token of the person is revoked, this one too.
                Ok(()) => {
                    (outcome.everywhere, outcome.revoked) = (true, true);
                    return outcome;
                }
                Err(error) => outcome.error = Some(error),
            }
        }
        match self.revoke(&session, &deadline).await {
            Ok(()) => outcome.revoked = true,
            Err(error) => outcome.error = Some(error),
        }
        outcome
    }

    /// Takes the session out of the store, unless it is another person's than that of `sub`, where that matters.
    pub(super) async fn drop_stored(
        &self,
        sub: Option<&str>,
    ) -> Result<Option<Session>, StoreBlocked> {
        let _leaving = Leaving::begin(&self.leaving);
        let ports = &self.service.ports;
        loop {
            let Some(found) = ports.load().await? else {
                return Ok(None);
            };
            let stored = Session::read(ports, &found.record).ok();
            if let (Some(sub), Some(stored)) = (sub, &stored)
                && sub != stored.user.sub
            {
                return Ok(None);
            }
            // Else another client was faster: what it has stored is looked at anew.
            if ports.take(Some(&found.version)).await?.is_some() {
                return Ok(stored);
            }
        }
    }

    async fn sign_out_everywhere(
        &self,
        session: &mut Session,
        options: &Options<P>,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<(), Error> {
        let mut bought = None;
        if session.access_expires_at <= self.service_now_ms() / 1000 {
            let tokens = self.buy_tokens(session, options, deadline).await?;
            bought = tokens.access;
            // What is revoked if this fails is the newest.
            if let Some(refresh_token) = tokens.refresh {
                session.refresh_token = refresh_token;
            }
        }
        let token: &AccessToken = bought.as_ref().unwrap_or(&session.access_token);
        let mut call = Object::new();
        call.text("AccessToken", token.secret());
        self.call("GlobalSignOut", Repeat::Safe, call, deadline)
            .await?;
        Ok(())
    }

    pub(super) async fn revoke(
        &self,
        session: &Session,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<(), Error> {
        let mut call = Object::new();
        call.text("ClientId", self.service.config.client.as_str())
            .text("Token", session.refresh_token.secret());
        // Revoking what is revoked succeeds: repeating is safe.
        self.call("RevokeToken", Repeat::Safe, call, deadline)
            .await?;
        Ok(())
    }
}

/// Says that a record is being removed, also to who is given up in the middle of it.
struct Leaving<'a>(&'a Cell<u32>);

impl<'a> Leaving<'a> {
    fn begin(count: &'a Cell<u32>) -> Self {
        count.set(count.get() + 1);
        Self(count)
    }
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
