//! Refreshing: `GetTokensFromRefreshToken`, or `InitiateAuth` where the service does not know it; for a
//! session that began by redirect `/oauth2/token`.
//!
//! # What an answer means
//!
//! | answer | session |
//! |---|---|
//! | tokens | replaced; a rotated refresh token replaces the old one |
//! | the service refuses the refresh token | ended if that is the one still stored, [`ErrorCode::SessionLost`] |
//! | none, or one of a gateway | stands; asked once more at once, with the same token |
//! | anything else | stands |
//!
//! Asking once more at once heals a lost answer where refresh tokens rotate: the service honours the
//! old token for a grace period. If that fails too the session stands until the service says no.
//!
//! # Clients of one store
//!
//! 1. Wait for the lock, at most [`WAIT_MS`]. Whoever holds it is done after [`HOLD_MS`] at the latest, unless
//!    it is frozen: only then do two ask for the same tokens.
//! 2. Read the store again. Another record than before: somebody else has refreshed, or signed out, and
//!    that is adopted. No request.
//! 3. Buy tokens, verify them, and store them where the record of step 2 still is. Where it is not,
//!    what there is now wins.
//! 4. After a sign-out the tokens that came too late are revoked, once the lock is free.

use alloc::rc::Rc;

use super::Session;
use crate::client::{Client, Options};
use crate::error::{Error, ErrorCode, Outcome, incomplete, signed_out};
use crate::json::Object;
use crate::ports::Ports;
use crate::transport::{Deadline, Repeat};
use crate::wire::Tokens;

impl<P: Ports> Client<P> {
    pub(crate) async fn fresh_session_until(
        &self,
        minimum_ttl: u32,
        options: &Options<P>,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Rc<Session>, Error> {
        let person = self.current_of(options.sub.as_deref())?;
        let needed_until = self.service_now_ms() / 1000 + u64::from(minimum_ttl);
        let has_expired = |session: &Session| session.access_expires_at <= needed_until;
        if has_expired(&person) {
            self.adopt().await;
            if has_expired(&*self.current_of(None)?) {
                self.refresh_until(options, deadline).await?;
            }
        }
        self.current_of(Some(&person.user.sub))
    }

    /// Refreshes; shared by all who ask meanwhile. That one caller gave up is not the others' end. Whose the session is
    /// after that is for the caller to look at.
    pub(crate) async fn refresh_until(
        &self,
        options: &Options<P>,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<(), Error> {
        let gave_up = |result: &Result<(), Error>| {
            let code = result.as_ref().err().map(|error| error.code);
            matches!(code, Some(ErrorCode::Aborted | ErrorCode::Timeout))
        };
        self.refreshing
            .join(self.refresh_alone(options, deadline), gave_up)
            .await
    }

    async fn refresh_alone(
        &self,
        options: &Options<P>,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<(), Error> {
        let mut before = self.current_of(None)?;
        self.have_keys(deadline).await?;
        let mut held = None;
        if before.version.is_some() {
            held = self.turn(deadline).await?;
            self.adopt().await;
            let now = self.current_of(None)?;
            if now.version != before.version {
                return Ok(());
            }
            before = now;
        }
        let deadline = &self.service.sooner(deadline, HOLD_MS);
        let late = self.renew(&before, options, deadline).await?;
        drop(held);
        match late {
            None => Ok(()),
            Some(late) => {
                // What cannot be revoked now expires by itself: nobody has it.
                let _ = self.revoke(&late, deadline).await;
                Err(signed_out())
            }
        }
    }

    /// Waits until no other client refreshes. `None`: one has for longer than any does that is awake.
    async fn turn(&self, deadline: &Deadline<'_, P::Cancel>) -> Result<Option<P::Held>, Error> {
        let limits = self.service.limits(deadline, WAIT_MS);
        match self.service.ports.lock(limits).await {
            None if limits.timeout_ms < WAIT_MS => Err(Error::not_sent(
                ErrorCode::Timeout,
                "another tab is refreshing, and the call's time is up",
            )),
            held => Ok(held),
        }
    }

    /// Buys tokens and makes them the session's. Gives them back if somebody has signed out meanwhile.
    async fn renew(
        &self,
        before: &Session,
        options: &Options<P>,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Option<Session>, Error> {
        let generation = self.generation.get();
        let is_unchanged = || self.generation.get() == generation;
        let mut may_repeat = true;
        let bought = loop {
            match self.buy_tokens(before, options, deadline).await {
                Err(error)
                    if may_repeat && error.outcome == Outcome::Unknown && !gave_up(&error) =>
                {
                    may_repeat = false;
                }
                bought => break bought,
            }
        };
        // What another client has stored wins, over a refusal too: the lock may have been the other's.
        let mut must_adopt = bought.is_err();
        let mut bought = match bought {
            Ok(tokens) => Ok(self
                .verified_session(tokens, Some(before), deadline)
                .await?),
            Err(error) if refuses_the_token(&error) => Err(error),
            Err(error) => return Err(error),
        };
        if let (Ok(after), Some(version)) = (&mut bought, &before.version)
            && is_unchanged()
        {
            let ports = &self.service.ports;
            let saved = ports.save(&after.to_json(), Some(version)).await;
            must_adopt = saved == Ok(None);
            after.version = saved.ok().flatten();
        }
        if must_adopt {
            self.adopt().await;
        }
        match bought {
            Ok(after) if is_unchanged() => {
                self.set_session(Some(after));
                Ok(None)
            }
            // Signed out, signed in anew, or refreshed by another.
            Ok(after) => Ok(self.session.borrow().is_none().then_some(after)),
            Err(mut error) if is_unchanged() => {
                self.set_session(None);
                if let Some(version) = &before.version {
                    // A store that cannot be cleared holds a token that is worth nothing.
                    let _ = self.service.ports.take(Some(version)).await;
                }
                error.code = ErrorCode::SessionLost;
                Err(error)
            }
            Err(_) => Ok(None),
        }
    }

    /// New tokens for the session's refresh token, not verified.
    pub(super) async fn buy_tokens(
        &self,
        session: &Session,
        options: &Options<P>,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Tokens, Error> {
        let refresh_token = &session.refresh_token;
        #[cfg(feature = "oauth")]
        if let Some(oauth) = self.oauth.as_ref().filter(|_| session.by_redirect) {
            return self
                .refresh_by_redirect(oauth, refresh_token, deadline)
                .await;
        }
        let device_key = session.device_key.as_deref();
        loop {
            let is_old = self.refreshes_by_initiate_auth.get();
            let mut call = self.request(options);
            let operation = if is_old {
                let mut parameters = Object::new();
                parameters
                    .text("REFRESH_TOKEN", refresh_token.secret())
                    .text_if("DEVICE_KEY", device_key);
                call.text("AuthFlow", "REFRESH_TOKEN_AUTH")
                    .object("AuthParameters", &parameters);
                "InitiateAuth"
            } else {
                call.text("RefreshToken", refresh_token.secret())
                    .text_if("DeviceKey", device_key);
                "GetTokensFromRefreshToken"
            };
            match self.call(operation, Repeat::Never, call, deadline).await {
                Err(error) if !is_old && error.code == ErrorCode::UnknownOperation => {
                    self.refreshes_by_initiate_auth.set(true);
                }
                result => return result?.tokens()?.ok_or_else(incomplete),
            }
        }
    }
}

fn gave_up(error: &Error) -> bool {
    matches!(error.code, ErrorCode::Aborted | ErrorCode::Timeout)
}

fn refuses_the_token(error: &Error) -> bool {
    let service_type = error
        .answer
        .as_ref()
        .and_then(|answer| answer.service_type.as_deref());
    error.outcome == Outcome::Answered
        // A firewall refuses the request, not the token.
        && service_type != Some("ForbiddenException")
        && matches!(
            error.code,
            ErrorCode::NotAuthorized
                | ErrorCode::IncorrectCredentials
                | ErrorCode::SessionLost
                | ErrorCode::UserNotFound
                | ErrorCode::UserNotConfirmed
                | ErrorCode::PasswordResetRequired
        )
}

/// The longest that one client keeps the others waiting: the time for buying tokens, twice if need be.
const HOLD_MS: u32 = 10_000;
/// How long the others wait: longer than [`HOLD_MS`], so that only a frozen holder is not waited for.
const WAIT_MS: u32 = 12_000;
