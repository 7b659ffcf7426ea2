//! The second half: from the answer to a session, once.

use alloc::string::String;

use sha2::{Digest, Sha256};

use super::answer::Answer;
use super::flow::Flow;
use crate::base64::encode_url;
use crate::client::{Client, Options};
use crate::error::{Error, ErrorCode};
use crate::json::Value;
use crate::jwt::Rejected;
use crate::ports::{FlowStore, Ports};
use crate::session::{Session, User};
use crate::transport::Deadline;

/// What became of a sign-in by redirect.
#[derive(Debug)]
pub struct RedirectResult {
    /// What the app noted when it began; absent when it is not known which sign-in was answered.
    pub app_state: Option<String>,
    /// Who is signed in now, or why nothing has changed.
    pub user: Result<User, Error>,
}

impl<P: Ports + FlowStore> Client<P> {
    /// Completes a sign-in by redirect with the query of the address that the browser came back to. A
    /// session that there is stands unless this signs somebody in.
    ///
    /// # Errors
    /// In the result: [`ErrorCode::RedirectUnknown`] for an answer to no question of this tab, or one that
    /// was answered before; [`ErrorCode::ChallengeExpired`] after 15 minutes, or when the code is worth
    /// nothing; [`ErrorCode::RedirectRejected`] for an answer of another issuer, or none;
    /// [`ErrorCode::TokenRejected`], for a wrong nonce too; [`ErrorCode::LoginRequired`],
    /// [`ErrorCode::AccessDenied`] and others that the login domain gave; and those of every call.
    pub async fn complete_redirect(&self, query: &str, options: &Options<P>) -> RedirectResult {
        match self.answered(query).await {
            Err(error) => RedirectResult {
                app_state: None,
                user: Err(error),
            },
            Ok((flow, answer)) => {
                let deadline = self.deadline(options);
                RedirectResult {
                    user: self.sign_in_by(&flow, answer, &deadline).await,
                    app_state: flow.app_state,
                }
            }
        }
    }

    /// The answer, and what was asked, which is forgotten by this.
    async fn answered(&self, query: &str) -> Result<(Flow, Answer), Error> {
        let answer = Answer::parse(query)?;
        let record = self.service.ports.take_flow(&answer.state).await?;
        let flow = record.and_then(|record| Flow::read(&self.service.ports, &record).ok());
        let flow = flow.ok_or_else(|| {
            Error::answered(
                ErrorCode::RedirectUnknown,
                "this tab did not ask for this answer, or has used it already",
            )
        })?;
        Ok((flow, answer))
    }

    async fn sign_in_by(
        &self,
        flow: &Flow,
        answer: Answer,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<User, Error> {
        if answer
            .issuer
            .is_some_and(|iss| iss != self.service.config.issuer.as_str())
        {
            return Err(Error::answered(
                ErrorCode::RedirectRejected,
                "another issuer has answered than the one that was asked: see issuer",
            ));
        }
        let code = answer.result?;
        let sign_outs = self.sign_outs.get();
        if flow.is_over(self.service.ports.now_ms()) {
            return Err(Error::answered(
                ErrorCode::ChallengeExpired,
                "the answer came after more than 15 minutes",
            ));
        }
        // Before the code is spent: tokens that cannot be verified are lost.
        self.have_keys(deadline).await?;
        let tokens = self.exchange(&code, flow, deadline).await?;
        let mut session = self.verified_session(tokens, None, deadline).await?;
        self.check_binding(&session, flow)?;
        session.by_redirect = true;
        self.begin(session, sign_outs, false, deadline).await
    }

    /// Holds the ID token against what was asked: the nonce, and the access token if it names one
    /// (OpenID Connect Core 1.0, sections 3.1.3.7 and 3.1.3.8).
    fn check_binding(&self, session: &Session, flow: &Flow) -> Result<(), Error> {
        let claims = self
            .service
            .ports
            .parse(&session.user.claims)
            .map_err(Rejected::from)?;
        let text = |name| claims.text_at(name).map_err(Rejected::from);
        if text("nonce")?.as_ref() != Some(&flow.nonce) {
            return Err(Rejected::Nonce.into());
        }
        let digest = Sha256::digest(session.access_token.secret());
        let half = digest.get(..16).unwrap_or_default();
        if text("at_hash")?.is_some_and(|at_hash| at_hash != encode_url(half)) {
            return Err(Rejected::AccessToken.into());
        }
        Ok(())
    }
}
