//! Challenges: answered with `RespondToAuthChallenge`, turned into the next step.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{ATTRIBUTE, Attempt, SESSION_MS, SignInStep, Step, StepKind};
use crate::client::Client;
use crate::error::{Error, incomplete};
use crate::json::{Object, StringMap, Value};
use crate::ports::Ports;
use crate::secret::ChallengeSession;
use crate::transport::Repeat;
use crate::wire::Reply;

/// A challenge to answer.
pub(super) struct Challenge<'a> {
    pub(super) name: &'a str,
    pub(super) session: Option<ChallengeSession>,
    /// The real user name, which every answer names.
    pub(super) user_id: &'a str,
    /// Whether the answer names a user already.
    pub(super) is_named: bool,
}

impl<P: Ports> Client<P> {
    /// Answers a challenge; never twice, since an answer spends it.
    pub(super) async fn answer_challenge(
        &self,
        attempt: &Attempt<'_, P>,
        challenge: Challenge<'_>,
        mut responses: Object,
    ) -> Result<SignInStep, Error> {
        self.have_keys(&attempt.deadline).await?;
        if !challenge.is_named {
            responses.text("USERNAME", challenge.user_id);
        }
        let session = challenge.session.as_ref().map(ChallengeSession::secret);
        let mut call = self.request(attempt.options);
        call.text("ChallengeName", challenge.name)
            .object("ChallengeResponses", &responses)
            .text_if("Session", session);
        let reply = self
            .call(
                "RespondToAuthChallenge",
                Repeat::Never,
                call,
                &attempt.deadline,
            )
            .await?;
        self.advance(attempt, reply, Some(challenge.user_id)).await
    }

    /// Tokens end the sign-in; a challenge is the next step.
    pub(super) async fn advance(
        &self,
        attempt: &Attempt<'_, P>,
        reply: Reply<P::Value>,
        user_id: Option<&str>,
    ) -> Result<SignInStep, Error> {
        #[cfg(feature = "login")]
        if let Some(end) = self.redirect(&reply)? {
            return Ok(end);
        }
        if P::KEEPS
            && let Some(tokens) = reply.tokens()?
        {
            return self
                .begin_session(tokens, &attempt.deadline)
                .await
                .map(SignInStep::Done);
        }
        let name = reply.text("ChallengeName")?.ok_or_else(incomplete)?;
        let parameters = reply.strings("ChallengeParameters")?.unwrap_or_default();
        let user_id = parameters
            .get("USER_ID_FOR_SRP")
            .or_else(|| parameters.get("USERNAME"))
            .or(user_id)
            .map(ToString::to_string);
        let kind = match name.as_str() {
            "NEW_PASSWORD_REQUIRED" => StepKind::NewPassword {
                missing: self.missing_attributes(&parameters)?,
            },
            _ => StepKind::Unknown { name, parameters },
        };
        let step = self.ask(attempt, kind, SESSION_MS);
        Ok(SignInStep::Next(Step {
            user_id,
            session: reply.text("Session")?.map(ChallengeSession::new),
            ..step
        }))
    }

    /// A step that stands for itself: no challenge of the service is behind it.
    pub(super) fn ask(&self, attempt: &Attempt<'_, P>, kind: StepKind, lifetime_ms: u64) -> Step {
        Step {
            kind,
            expires_at_ms: self.ports.now_ms() + lifetime_ms,
            username: attempt.username.as_str().to_string(),
            flow: attempt.flow,
            user_id: None,
            session: None,
        }
    }

    /// `requiredAttributes` is a JSON array in a string: `["userAttributes.name"]`.
    fn missing_attributes(&self, parameters: &StringMap) -> Result<Vec<String>, Error> {
        let Some(text) = parameters.get("requiredAttributes") else {
            return Ok(Vec::new());
        };
        let names = self
            .ports
            .parse(text)
            .ok()
            .and_then(|names| names.list(Value::text));
        let mut missing = Vec::new();
        for name in names.ok_or_else(incomplete)? {
            missing.push(name.strip_prefix(ATTRIBUTE).unwrap_or(&name).to_string());
        }
        Ok(missing)
    }
}
