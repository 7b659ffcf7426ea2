//! Refreshing: `GetTokensFromRefreshToken`, or `InitiateAuth` where the service does not know it; for a
//! session that began by redirect `/oauth2/token`.
//!
//! # What an answer means
//!
//! | answer | session |
//! |---|---|
//! | tokens | replaced; a rotated refresh token replaces the old one |
//! | the service refuses the refresh token | ended, [`ErrorCode::SessionLost`] |
//! | none, or one of a gateway | stands; asked once more at once, with the same token |
//! | anything else | stands |
//!
//! Asking once more at once heals a lost answer where refresh tokens rotate: the service honours the
//! old token for a grace period. If that fails too the session stands until the service says no.

use super::Session;
use crate::client::{Client, Options};
use crate::error::{Error, ErrorCode, Outcome, incomplete, signed_out};
use crate::json::Object;
use crate::ports::Ports;
use crate::secret::AccessToken;
use crate::transport::{Deadline, Repeat};
use crate::wire::Tokens;

impl<P: Ports> Client<P> {
    pub(crate) async fn fresh_access_token_until(
        &self,
        minimum_ttl: u32,
        options: &Options<P>,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<AccessToken, Error> {
        let needed_until = self.service_now_ms() / 1000 + u64::from(minimum_ttl);
        let lives = |session: &Session| session.access_expires_at > needed_until;
        if !self.session.borrow().as_ref().is_some_and(lives) {
            self.refresh_until(options, deadline).await?;
        }
        self.access_token().ok_or_else(signed_out)
    }

    /// Refreshes; shared by all who ask meanwhile. That one caller gave up is not the others' end.
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
        let before = self.session.borrow().clone().ok_or_else(signed_out)?;
        self.have_keys(deadline).await?;
        let tokens = match self.buy_tokens(&before, options, deadline).await {
            Err(error) if error.outcome == Outcome::Unknown && !gave_up(&error) => {
                self.buy_tokens(&before, options, deadline).await
            }
            result => result,
        };
        let tokens = match tokens {
            Ok(tokens) => tokens,
            Err(error) if refuses_the_token(&error) => {
                return Err(self.lose(&before, error).await);
            }
            Err(error) => return Err(error),
        };
        let after = self
            .verified_session(tokens, Some(&before), deadline)
            .await?;
        if !self.is_current(&before) {
            // Signed out, or signed in anew, while this was under way: that wins.
            return Err(signed_out());
        }
        *self.session.borrow_mut() = Some(after.clone());
        // The session stands without the store. What a reload finds there is older, and with
        // rotation perhaps spent: then it asks the person to sign in, which is safe.
        let _ = self.store(&after).await;
        if !self.is_current(&after) {
            // Signed out, or in anew, while this was being stored: what came late must not stay.
            let newer = self.session.borrow().clone();
            let _ = match &newer {
                Some(newer) => self.store(newer).await,
                None => self.service.ports.clear().await.map_err(Error::from),
            };
            return Err(signed_out());
        }
        Ok(())
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
        if !self.refreshes_by_initiate_auth.get() {
            let mut call = self.request(options);
            call.text("RefreshToken", refresh_token.secret());
            match self
                .call("GetTokensFromRefreshToken", Repeat::Never, call, deadline)
                .await
            {
                Err(error) if error.code == ErrorCode::UnknownOperation => {
                    self.refreshes_by_initiate_auth.set(true);
                }
                result => return result?.tokens()?.ok_or_else(incomplete),
            }
        }
        let mut parameters = Object::new();
        parameters.text("REFRESH_TOKEN", refresh_token.secret());
        let mut call = self.request(options);
        call.text("AuthFlow", "REFRESH_TOKEN_AUTH")
            .object("AuthParameters", &parameters);
        let reply = self
            .call("InitiateAuth", Repeat::Never, call, deadline)
            .await?;
        reply.tokens()?.ok_or_else(incomplete)
    }

    /// Ends the session that the service refused, unless there is a newer one.
    async fn lose(&self, refused: &Session, mut error: Error) -> Error {
        if self.is_current(refused) {
            // The refusal is what the caller must know; a store that cannot be cleared holds a
            // token that is worth nothing.
            let _ = self.forget().await;
        }
        error.code = ErrorCode::SessionLost;
        error
    }

    fn is_current(&self, session: &Session) -> bool {
        let same = |current: &Session| {
            current.generation == session.generation && current.user.sub == session.user.sub
        };
        self.session.borrow().as_ref().is_some_and(same)
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
