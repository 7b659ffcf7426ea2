//! Signing in: `InitiateAuth`, then `RespondToAuthChallenge` until there are tokens.

mod step;

use crate::client::{Client, Options};
use crate::config::Username;
use crate::error::{Error, ErrorCode};
use crate::ports::Ports;
use crate::secret::Password;

pub use step::{Answer, Flow, SignInStep, Step, StepKind};

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
        let _ = (username, password, flow, options);
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
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
        let _ = (step, answer, options);
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
    }
}
