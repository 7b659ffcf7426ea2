//! `CUSTOM_AUTH`: the pool's own triggers decide what is to be proved.
//!
//! # Steps
//! ```text
//! InitiateAuth: define(session = [], or [SRP_A])
//! define: CUSTOM_CHALLENGE   -> create -> asked;  the answer -> verify -> define(session + the result)
//!         PASSWORD_VERIFIER  -> asked (only at the start, with SRP_A);  right -> define(session + it)
//!         issueTokens        -> everything proved; with the password among it, as after the password
//!         failAuthentication -> NotAuthorizedException
//! ```
//!
//! # Security model
//! - What `create` calls private is sealed in the step and never leaves the backend.
//! - A step is spent before its answer is judged: one answer per handle, right or wrong, and each
//!   round gives a new handle. Wrong answers bring waits per user and address (`limits`).
//! - The password step of a custom sign-in is bound to it ([`Origin::Custom`]): its proof is worth
//!   nothing without the handle, so nobody gets tokens for the password alone.
//! - Where answers hide who exists, a name that nobody has takes the same way: the triggers are told
//!   `userNotFound`, and whatever they decide, nobody gets in.
//! - A user who was disabled or has a new password since the start has to start again; a user's state
//!   is told only to who has proved what the triggers wanted.
//!
//! # Limits
//! MFA follows the last challenge, not the password step, and only if there was one: as in the
//! service, a custom sign-in without a password has none. How many rounds there are is for the
//! triggers to limit. The login domain does not have this flow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::password::{Proof, begin_srp, prove};
use super::{
    Challenge, Next, Origin, Owner, Parameters, PendingStep, Through, after_password, allowed,
    incorrect, invalid_session,
};
use crate::app::{AppState, Caller};
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::limits::{Gate, Guess};
use crate::opaque_secret::OpaqueSecret;
use crate::triggers::custom_challenge::{self, Answered, Creation, Definition, Sitting};
use crate::triggers::{Occasion, Source};
use crate::users::{self, User, decoy};

const CHALLENGE: &str = "CUSTOM_CHALLENGE";
const PASSWORD: &str = "PASSWORD_VERIFIER";
const SRP_A: &str = "SRP_A";

/// What a step remembers.
#[derive(Default, Serialize, Deserialize)]
struct Memory {
    exists: bool,
    answered: Vec<Answered>,
    private: BTreeMap<String, String>,
    metadata: Option<String>,
}

/// A step of a custom sign-in that may be answered now.
pub struct Step {
    step: PendingStep,
    memory: Memory,
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Step(..)")
    }
}

/// Begins a custom sign-in, with the password first if there is an `SRP_A`.
///
/// # Errors
/// `InvalidParameterException` if the pool has no triggers for it or `A` is hostile, what the
/// triggers throw, `UserNotFoundException` only where the client wants it.
pub async fn begin(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    name: &str,
    srp_a: Option<&str>,
) -> Result<Next, ApiError> {
    let user = users::find(state, through.pool, name).await?;
    if user.is_none() && !through.hides_existence() {
        return Err(users::not_found());
    }
    let username = user.as_ref().map_or_else(
        || decoy(&state.sealer, through.pool, name).username,
        |user| user.username.clone(),
    );
    let first = srp_a.map(|_| Answered {
        challenge_name: SRP_A.to_owned(),
        challenge_result: true,
        challenge_metadata: None,
    });
    let round = Round {
        through,
        username: &username,
        user: user.as_ref(),
        answered: first.into_iter().collect(),
        // The service keeps the metadata of InitiateAuth from these triggers.
        client_metadata: None,
    };
    match (round.define(state).await?, srp_a) {
        (Definition::PasswordVerifier, Some(srp_a)) => {
            let asked = begin_srp(state, in_custom(through), name, srp_a).await?;
            let Next::Challenge(mut challenge) = asked else {
                return Err(incorrect());
            };
            challenge.session = Some(round.remember(state, PASSWORD, Creation::default()).await?);
            Ok(Next::Challenge(challenge))
        }
        (definition, _) => round.proceed(state, caller, definition).await,
    }
}

/// The step that waits for the password, if the handle belongs to one.
///
/// # Errors
/// For no fault of the caller's.
pub async fn of_password(
    state: &AppState,
    through: Through<'_>,
    session: Option<&str>,
) -> Result<Option<Step>, ApiError> {
    if session.is_none() || through.origin != Origin::Api {
        return Ok(None);
    }
    match PendingStep::find(state, in_custom(through), PASSWORD, session).await {
        Ok(step) => Step::read(step).map(Some),
        // Some other handle, which plain SRP does not need: the block decides what it is worth.
        Err(error) if error.code == invalid_session().code => Ok(None),
        Err(error) => Err(error),
    }
}

/// The step that waits for an answer to a custom challenge.
///
/// # Errors
/// `NotAuthorizedException` if the handle belongs to none.
pub async fn of_challenge(
    state: &AppState,
    through: Through<'_>,
    session: Option<&str>,
) -> Result<Step, ApiError> {
    if through.origin != Origin::Api {
        return Err(invalid_session());
    }
    Step::read(PendingStep::find(state, in_custom(through), CHALLENGE, session).await?)
}

impl Step {
    fn read(step: PendingStep) -> Result<Self, ApiError> {
        let memory = serde_json::from_slice(&step.memory).map_err(|_| invalid_session())?;
        Ok(Self { step, memory })
    }

    /// Takes the proof of the password.
    ///
    /// # Errors
    /// `NotAuthorizedException` for a wrong one, what the triggers throw.
    pub async fn answer_password(
        mut self,
        state: &AppState,
        caller: &Caller,
        through: Through<'_>,
        proof: Proof<'_>,
        client_metadata: Option<&ClientMetadata>,
    ) -> Result<Next, ApiError> {
        self.step.spend_now(state).await?;
        let user = prove(state, caller, in_custom(through), proof).await?;
        let is_current = user.username == self.step.username
            && user.verifier_version == self.step.verifier_version;
        if !is_current {
            return Err(incorrect());
        }
        self.memory.answered.push(Answered {
            challenge_name: PASSWORD.to_owned(),
            challenge_result: true,
            challenge_metadata: None,
        });
        let round = self.round(through, Some(&user), client_metadata);
        let definition = round.define(state).await?;
        round.proceed(state, caller, definition).await
    }

    /// Takes an answer, which the pool's trigger judges.
    ///
    /// # Errors
    /// `NotAuthorizedException` if the step is not this user's or was answered, or the triggers fail
    /// the sign-in; what they throw.
    pub async fn answer(
        mut self,
        state: &AppState,
        caller: &Caller,
        through: Through<'_>,
        name: &str,
        answer: &str,
        client_metadata: Option<&ClientMetadata>,
    ) -> Result<Next, ApiError> {
        let user = self.user(state, through, name).await?;
        let (pool_id, username) = (&through.pool.id, &self.step.username);
        let gate = Gate::enter(state, caller, Guess::CustomAnswer, pool_id, username).await?;
        self.step.spend_now(state).await?;
        let round = self.round(through, user.as_ref(), client_metadata);
        let occasion = round.occasion(Source::VerifyAuthChallengeResponse);
        let private = &self.memory.private;
        let judged =
            custom_challenge::verify(state, occasion, round.sitting(), private, answer).await;
        // A trigger that throws at a wrong answer has judged it, too.
        gate.leave(matches!(judged, Ok(true))).await?;
        let is_right = judged?;
        self.memory.answered.push(Answered {
            challenge_name: CHALLENGE.to_owned(),
            challenge_result: is_right,
            challenge_metadata: self.memory.metadata.take(),
        });
        let round = self.round(through, user.as_ref(), client_metadata);
        let definition = round.define(state).await?;
        round.proceed(state, caller, definition).await
    }

    /// The step's user as before, or nobody if there was nobody; `name` must stand for them.
    async fn user(
        &self,
        state: &AppState,
        through: Through<'_>,
        name: &str,
    ) -> Result<Option<User>, ApiError> {
        let named = users::find(state, through.pool, name).await?;
        let named_username = named.map_or_else(
            || decoy(&state.sealer, through.pool, name).username,
            |user| user.username,
        );
        if name != self.step.username && named_username != self.step.username {
            return Err(invalid_session());
        }
        let user = users::find_by_username(state, through.pool, &self.step.username).await?;
        if !self.memory.exists {
            return Ok(None);
        }
        user.filter(|user| user.verifier_version == self.step.verifier_version)
            .map(Some)
            .ok_or_else(invalid_session)
    }

    fn round<'a>(
        &'a self,
        through: Through<'a>,
        user: Option<&'a User>,
        client_metadata: Option<&'a ClientMetadata>,
    ) -> Round<'a> {
        Round {
            through,
            username: &self.step.username,
            user,
            answered: self.memory.answered.clone(),
            client_metadata,
        }
    }
}

/// Who is at it, and what was answered so far.
struct Round<'a> {
    through: Through<'a>,
    username: &'a str,
    user: Option<&'a User>,
    answered: Vec<Answered>,
    client_metadata: Option<&'a ClientMetadata>,
}

impl Round<'_> {
    async fn define(&self, state: &AppState) -> Result<Definition, ApiError> {
        let occasion = self.occasion(Source::DefineAuthChallenge);
        custom_challenge::define(state, occasion, self.sitting()).await
    }

    async fn proceed(
        &self,
        state: &AppState,
        caller: &Caller,
        definition: Definition,
    ) -> Result<Next, ApiError> {
        match definition {
            Definition::FailAuthentication => Err(incorrect()),
            Definition::PasswordVerifier => Err(ApiError::invalid_lambda_response(
                "DefineAuthChallenge: PASSWORD_VERIFIER comes first, after SRP_A, or not at all",
            )),
            Definition::IssueTokens => {
                let user = self.user.cloned().ok_or_else(incorrect)?;
                if self
                    .answered
                    .iter()
                    .any(|one| one.challenge_name == PASSWORD)
                {
                    return after_password(state, caller, self.through, user).await;
                }
                allowed(state, self.through, user).await
            }
            Definition::CustomChallenge => {
                let occasion = self.occasion(Source::CreateAuthChallenge);
                let created = custom_challenge::create(state, occasion, self.sitting()).await?;
                let mut parameters: Parameters = created
                    .public
                    .clone()
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(name, value)| (name.into(), value))
                    .collect();
                parameters.insert("USERNAME".into(), self.username.to_owned());
                Ok(Next::Challenge(Challenge {
                    name: CHALLENGE,
                    parameters,
                    available: Vec::new(),
                    session: Some(self.remember(state, CHALLENGE, created).await?),
                }))
            }
        }
    }

    async fn remember(
        &self,
        state: &AppState,
        challenge: &'static str,
        created: Creation,
    ) -> Result<OpaqueSecret, ApiError> {
        let memory = Memory {
            exists: self.user.is_some(),
            answered: self.answered.clone(),
            private: created.private.unwrap_or_default(),
            metadata: created.metadata,
        };
        let memory = serde_json::to_vec(&memory).map_err(|error| ApiError::internal(&error))?;
        let memory = Zeroizing::new(memory);
        let owner = self.user.map_or(
            Owner {
                username: self.username,
                verifier_version: 0,
            },
            Owner::from,
        );
        PendingStep::begin(state, in_custom(self.through), owner, challenge, &memory).await
    }

    fn occasion(&self, source: Source) -> Occasion<'_> {
        Occasion {
            pool: self.through.pool,
            client_id: &self.through.client.id,
            username: self.username,
            source,
        }
    }

    fn sitting(&self) -> Sitting<'_> {
        Sitting {
            user: self.user,
            hides_existence: self.through.hides_existence(),
            answered: &self.answered,
            client_metadata: self.client_metadata,
        }
    }
}

fn in_custom(through: Through<'_>) -> Through<'_> {
    Through {
        origin: Origin::Custom,
        ..through
    }
}
