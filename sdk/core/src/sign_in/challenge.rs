//! Challenges: answered with `RespondToAuthChallenge`, turned into the next step.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Attempt, SESSION_MS, SignInStep, Step, StepKind};
use crate::client::Client;
use crate::error::{Error, incomplete};
use crate::ports::Ports;
use crate::secret::ChallengeSession;
use crate::transport::Repeat;
use crate::wire::{Call, Members, Reply, StringMap};

/// A challenge to answer.
pub(super) struct Challenge<'a> {
    pub(super) name: &'a str,
    pub(super) session: Option<&'a ChallengeSession>,
    /// The real user name, which every answer names.
    pub(super) user_id: &'a str,
}

impl<P: Ports> Client<P> {
    /// Answers a challenge; never twice, since an answer spends it.
    pub(super) async fn answer_challenge<'a>(
        &self,
        attempt: &Attempt<'_, P>,
        challenge: Challenge<'a>,
        mut responses: Members<&'a str, &'a str>,
    ) -> Result<SignInStep, Error> {
        self.have_keys(&attempt.deadline).await?;
        if responses.get("USERNAME").is_none() {
            responses.insert("USERNAME", challenge.user_id);
        }
        let call = Call {
            client_id: Some(self.config.client.as_str()),
            challenge_name: Some(challenge.name),
            challenge_responses: Some(responses),
            session: challenge.session.map(ChallengeSession::secret),
            client_metadata: attempt.options.metadata(),
            ..Call::default()
        };
        let reply = self
            .call(
                "RespondToAuthChallenge",
                Repeat::Never,
                &call,
                &attempt.deadline,
            )
            .await?;
        self.advance(attempt, reply, Some(challenge.user_id)).await
    }

    /// Tokens end the sign-in; a challenge is the next step.
    pub(super) async fn advance(
        &self,
        attempt: &Attempt<'_, P>,
        reply: Reply,
        user_id: Option<&str>,
    ) -> Result<SignInStep, Error> {
        if let Some(tokens) = reply.authentication_result {
            return self
                .begin_session(tokens, &attempt.deadline)
                .await
                .map(SignInStep::Done);
        }
        let name = reply.challenge_name.ok_or_else(incomplete)?;
        let parameters = reply.challenge_parameters.unwrap_or_default();
        let user_id = ["USER_ID_FOR_SRP", "USERNAME"]
            .iter()
            .find_map(|name| parameters.get(name).cloned())
            .or_else(|| user_id.map(ToString::to_string));
        let kind = match name.as_str() {
            "NEW_PASSWORD_REQUIRED" => StepKind::NewPassword {
                missing: self.missing_attributes(&parameters)?,
            },
            _ => StepKind::Unknown { name, parameters },
        };
        let step = self.ask(attempt, kind, SESSION_MS);
        Ok(SignInStep::Next(Step {
            user_id,
            session: reply.session,
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
        let names: Vec<String> = self.ports.read(text).map_err(|_| incomplete())?;
        let bare = |name: &String| name.trim_start_matches("userAttributes.").to_string();
        Ok(names.iter().map(bare).collect())
    }
}
