//! Signing in: `InitiateAuth`, then `RespondToAuthChallenge` until there are tokens.
//!
//! Steps of [`Flow::Srp`]: `SRP_A` goes out; the challenge `PASSWORD_VERIFIER` comes back; the claim
//! goes out; tokens come back, or another challenge, which becomes a [`Step`]. [`Flow::Password`]
//! sends the password and goes on from there. What the service says by an error and a person can
//! answer (an unconfirmed sign-up, a reset password) is a step too.
//!
//! # Security model
//!
//! With SRP neither the network nor whoever terminates TLS sees the password. Tokens are verified
//! before anybody counts as signed in, and the keys for that are there before the password is
//! proved. Nothing that proves the password is kept between steps.
//!
//! # Limits
//!
//! Multi-factor, passwordless and custom challenges are [`StepKind::Unknown`]: data that an app can
//! answer itself.

mod challenge;
mod step;

use crate::client::{Client, Options};
use crate::config::Username;
use crate::error::{Error, ErrorCode, incomplete};
use crate::join::join;
use crate::json::Object;
use crate::ports::Ports;
use crate::secret::{ChallengeSession, Code, Password};
use crate::srp::{Handshake, Identity, ServerValues, timestamp};
use crate::text::joined;
use crate::transport::{Deadline, Repeat};
use crate::wire::{Attribute, Reply};

use challenge::Challenge;
pub use step::{Answer, Flow, SignInStep, Step, StepKind};

/// A challenge session lives for 3 to 15 minutes, as the pool decides and does not tell.
const SESSION_MS: u64 = 3 * 60_000;
/// The code of a password reset lives for an hour.
const RESET_MS: u64 = 60 * 60_000;
/// The code of a sign-up lives for a day.
const CONFIRMATION_MS: u64 = 24 * 60 * 60_000;

/// What stands before the names of attributes in challenges and answers.
const ATTRIBUTE: &str = "userAttributes.";

/// Who is signing in, how, and until when.
struct Attempt<'a, P: Ports> {
    username: &'a Username,
    flow: Flow,
    options: &'a Options<P>,
    deadline: Deadline<'a, P::Cancel>,
}

impl<P: Ports> Client<P> {
    /// Starts to sign in. The result is [`SignInStep::Done`], or what is asked next.
    ///
    /// # Errors
    /// [`ErrorCode::IncorrectCredentials`], [`ErrorCode::NotAuthorized`], [`ErrorCode::TokenRejected`],
    /// [`ErrorCode::ServerUntrusted`], and those of every call.
    pub async fn sign_in(
        &self,
        username: &Username,
        password: &Password,
        flow: Flow,
        options: &Options<P>,
    ) -> Result<SignInStep, Error> {
        let deadline = self.deadline(options);
        self.start(
            Attempt {
                username,
                flow,
                options,
                deadline,
            },
            password,
        )
        .await
    }

    /// Answers a step. After an error the step can be answered again, except after
    /// [`ErrorCode::ChallengeExpired`], when the sign-in starts again.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidParameter`] when the answer is not of the step's kind, and those of the
    /// operation behind it.
    pub async fn respond(
        &self,
        step: &Step,
        answer: Answer,
        options: &Options<P>,
    ) -> Result<SignInStep, Error> {
        let username = step.username()?;
        let deadline = self.deadline(options);
        let attempt = Attempt {
            username: &username,
            flow: step.flow,
            options,
            deadline,
        };
        match (&step.kind, answer) {
            (
                StepKind::NewPassword { .. },
                Answer::NewPassword {
                    password,
                    attributes,
                },
            ) => {
                self.set_new_password(attempt, step, &password, &attributes)
                    .await
            }
            (StepKind::Password, Answer::Password(password)) => {
                self.start(attempt, &password).await
            }
            (StepKind::ConfirmSignUp, Answer::ConfirmSignUp(code)) => {
                self.confirm_sign_up_until(&username, &code, options, &attempt.deadline)
                    .await?;
                Ok(SignInStep::Next(self.ask(
                    &attempt,
                    StepKind::Password,
                    CONFIRMATION_MS,
                )))
            }
            (StepKind::ResetPassword, Answer::ResetPassword { code, password }) => {
                self.reset_password(attempt, &code, &password).await
            }
            (StepKind::Unknown { name, .. }, Answer::Unknown(responses)) => {
                let mut given = Object::new();
                for (name, value) in responses.iter() {
                    given.text(name, value);
                }
                let challenge = Challenge {
                    is_named: responses.get("USERNAME").is_some(),
                    ..step.challenge(name)
                };
                self.answer_challenge(&attempt, challenge, given).await
            }
            _ => Err(Error::not_sent(
                ErrorCode::InvalidParameter,
                "the answer does not belong to this kind of step",
            )),
        }
    }

    async fn start(
        &self,
        attempt: Attempt<'_, P>,
        password: &Password,
    ) -> Result<SignInStep, Error> {
        let result = match attempt.flow {
            Flow::Srp => self.start_with_srp(&attempt, password).await,
            Flow::Password => self.start_with_password(&attempt, password).await,
        };
        match result {
            Err(error) if error.code == ErrorCode::UserNotConfirmed => Ok(SignInStep::Next(
                self.ask(&attempt, StepKind::ConfirmSignUp, CONFIRMATION_MS),
            )),
            Err(error) if error.code == ErrorCode::PasswordResetRequired => Ok(SignInStep::Next(
                self.ask(&attempt, StepKind::ResetPassword, RESET_MS),
            )),
            result => result,
        }
    }

    async fn start_with_srp(
        &self,
        attempt: &Attempt<'_, P>,
        password: &Password,
    ) -> Result<SignInStep, Error> {
        let handshake = Handshake::begin(&self.ports)?;
        let public = handshake.public_hex();
        let first = self.initiate(attempt, "USER_SRP_AUTH", ("SRP_A", &public), Repeat::Safe);
        let (reply, keys) = join(first, self.have_keys(&attempt.deadline)).await;
        let reply = reply?;
        keys?;
        if reply.text("ChallengeName")?.as_deref() != Some("PASSWORD_VERIFIER") {
            return self.advance(attempt, reply, None).await;
        }

        let parameters = reply.strings("ChallengeParameters")?.unwrap_or_default();
        let parameter = |name| parameters.get(name).ok_or_else(incomplete);
        let user = parameter("USER_ID_FOR_SRP")?;
        let secret_block = parameter("SECRET_BLOCK")?;
        let server = ServerValues {
            salt: parameter("SALT")?,
            public: parameter("SRP_B")?,
            secret_block,
        };
        let identity = Identity {
            pool: self.config.pool.name(),
            user,
        };
        let timestamp = timestamp(self.service_now_ms() / 1000);
        let claim = handshake.prove(server, identity, password.secret(), &timestamp)?;

        let challenge = Challenge {
            name: "PASSWORD_VERIFIER",
            session: reply.text("Session")?.map(ChallengeSession::new),
            user_id: user,
            is_named: false,
        };
        let mut responses = Object::new();
        responses
            .text("PASSWORD_CLAIM_SECRET_BLOCK", secret_block)
            .text("PASSWORD_CLAIM_SIGNATURE", &claim)
            .text("TIMESTAMP", &timestamp);
        self.answer_challenge(attempt, challenge, responses).await
    }

    async fn start_with_password(
        &self,
        attempt: &Attempt<'_, P>,
        password: &Password,
    ) -> Result<SignInStep, Error> {
        self.have_keys(&attempt.deadline).await?;
        // Not repeated: it may count as an attempt, and triggers run.
        let proof = ("PASSWORD", password.secret());
        let reply = self
            .initiate(attempt, "USER_PASSWORD_AUTH", proof, Repeat::Never)
            .await?;
        self.advance(attempt, reply, None).await
    }

    async fn initiate(
        &self,
        attempt: &Attempt<'_, P>,
        flow: &str,
        (name, proof): (&str, &str),
        repeat: Repeat,
    ) -> Result<Reply<P::Value>, Error> {
        let mut parameters = Object::new();
        parameters
            .text("USERNAME", attempt.username.as_str())
            .text(name, proof);
        let mut call = self.request(attempt.options);
        call.text("AuthFlow", flow)
            .object("AuthParameters", &parameters);
        self.call("InitiateAuth", repeat, call, &attempt.deadline)
            .await
    }

    async fn set_new_password(
        &self,
        attempt: Attempt<'_, P>,
        step: &Step,
        password: &Password,
        attributes: &[Attribute],
    ) -> Result<SignInStep, Error> {
        let mut responses = Object::new();
        responses.text("NEW_PASSWORD", password.secret());
        for attribute in attributes {
            let value = attribute.value.as_deref().unwrap_or_default();
            responses.text(&joined(&[ATTRIBUTE, &attribute.name]), value);
        }
        self.answer_challenge(&attempt, step.challenge("NEW_PASSWORD_REQUIRED"), responses)
            .await
    }

    async fn reset_password(
        &self,
        attempt: Attempt<'_, P>,
        code: &Code,
        password: &Password,
    ) -> Result<SignInStep, Error> {
        self.confirm_forgot_password_until(
            attempt.username,
            code,
            password,
            attempt.options,
            &attempt.deadline,
        )
        .await?;
        self.start(attempt, password).await
    }
}
