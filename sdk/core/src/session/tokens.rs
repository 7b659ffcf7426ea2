//! From what the service gave to a session: verified, belonging together, belonging to one person.

use super::{Session, User};
use crate::client::Client;
use crate::error::{Error, incomplete, signed_out};
use crate::jwt::{Claims, Expected, Rejected, Unverified, Use};
use crate::ports::Ports;
use crate::transport::{Deadline, signed_difference};
use crate::wire::Tokens;

impl<P: Ports> Client<P> {
    /// Makes a session of verified tokens the one that there is, in the store too, if that can be. Where somebody has
    /// signed out since `sign_outs`, or what `is_taken_over` would take another's place, its tokens are revoked
    /// instead.
    pub(crate) async fn begin(
        &self,
        mut session: Session,
        sign_outs: u32,
        is_taken_over: bool,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<User, Error> {
        let is_late = || {
            self.sign_outs.get() != sign_outs || is_taken_over && self.session.borrow().is_some()
        };
        if !is_late() {
            let ports = &self.service.ports;
            let replaces = is_taken_over.then_some("");
            let saved = ports.save(&session.to_json(), replaces).await;
            let is_other = is_taken_over && saved == Ok(None);
            session.version = saved.ok().flatten();
            if !is_other && !is_late() {
                let user = session.user.clone();
                self.set_session(Some(session));
                return Ok(user);
            }
            if let Some(version) = &session.version {
                let _ = ports.take(Some(version)).await;
            }
        }
        let _ = self.revoke(&session, deadline).await;
        Err(signed_out())
    }

    /// A session of verified tokens. With a `previous` one it must be the same person's, and keeps
    /// the refresh token if there is no new one.
    pub(crate) async fn verified_session(
        &self,
        tokens: Tokens,
        previous: Option<&Session>,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<Session, Error> {
        let id_token = tokens.id.ok_or_else(incomplete)?;
        let access_token = tokens.access.ok_or_else(incomplete)?;
        let kept = || previous.map(|session| session.refresh_token.clone());
        let refresh_token = tokens.refresh.or_else(kept).ok_or_else(incomplete)?;

        let (id, claims) = self.believe(id_token.secret(), Use::Id, deadline).await?;
        let (access, _) = self
            .believe(access_token.secret(), Use::Access, deadline)
            .await?;
        let is_other = previous.is_some_and(|session| session.user.sub != id.sub);
        if is_other || access.sub != id.sub {
            return Err(Rejected::Subject.into());
        }

        let username = id
            .cognito_username
            .or(access.username)
            .ok_or(Rejected::Malformed)?;
        Ok(Session {
            access_token,
            id_token,
            refresh_token,
            device_key: previous.and_then(|session| session.device_key.clone()),
            offer: previous.and_then(|session| session.offer.clone()),
            user: User {
                sub: id.sub,
                username,
                claims,
            },
            access_expires_at: access.exp,
            clock_offset_ms: self.service.clock_offset_ms.get().unwrap_or(0),
            version: None,
            #[cfg(feature = "oauth")]
            by_redirect: previous.is_some_and(|session| session.by_redirect),
        })
    }

    async fn believe(
        &self,
        token: &str,
        token_use: Use,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<(Claims, alloc::string::String), Error> {
        let token = Unverified::parse(&self.service.ports, token)?;
        if self.service.clock_offset_ms.get().is_none() {
            // No answer showed its date. The token was made for the call that just ended, so the
            // time of its making is the service's time.
            let issued_at_ms = token.issued_at().saturating_mul(1000);
            let offset = signed_difference(issued_at_ms, self.service.ports.now_ms());
            self.service.clock_offset_ms.set(Some(offset));
        }
        let expected = Expected {
            issuer: &self.service.config.issuer,
            client: &self.service.config.client,
            token_use,
            now: self.service_now_ms() / 1000,
        };
        self.verify(token, expected, deadline).await
    }
}
