//! Signing in: `InitiateAuth`, then `RespondToAuthChallenge` until there are tokens.
//!
//! Steps of [`Flow::Srp`]: `SRP_A` goes out; the challenge `PASSWORD_VERIFIER` comes back; the claim
//! goes out; tokens come back, or another challenge, which becomes a [`Step`]. The other flows differ
//! in what goes out first. What the service says by an error and a person can answer (an unconfirmed
//! sign-up, a reset password) is a step too. An authenticator app is set up within the step that asks
//! for it: `AssociateSoftwareToken` when it arrives, `VerifySoftwareToken` when it is answered.
//!
//! # Security model
//!
//! With SRP neither the network nor whoever terminates TLS sees the password: whatever the service asks for, [`Flow::Srp`]
//! and [`Flow::Custom`] do not send it; only a new one that replaces it is sent. Tokens are verified
//! before anybody counts as signed in, and the keys for that are there before anything is
//! proved. Nothing that proves the password is kept between steps, nor the secret of an authenticator
//! app: whoever comes back to that step gets a new secret, which replaces the old one.
//!
//! # Limits
//!
//! A challenge that this version does not know is [`StepKind::Unknown`]: data that an app can
//! answer itself. The proof of a password has to follow its `SRP_A` at once, with nothing asked in between.

mod answer;
mod device;
mod factor;
mod flow;
mod kind;
mod proof;
mod step;
mod turn;

use crate::client::{Client, Options};
use crate::config::Username;
use crate::error::{Error, ErrorCode};
use crate::json::Object;
use crate::ports::Ports;
use crate::secret::{ChallengeSession, Password, RefreshToken};
use crate::text::joined;
use crate::transport::Repeat;

pub use crate::device::Device as LeftDevice;
pub use answer::Answer;
pub use factor::Factor;
pub use flow::Flow;
use kind::{NOT_CONFIRMED, PASSWORD, SELECT_CHALLENGE, START_AGAIN};
pub use kind::{Purpose, Stage, StepKind};
pub use step::{SignInStep, Step};
use turn::{Attempt, CONFIRMATION_MS, Next, SESSION_MS, Then};

/// What stands before the names of attributes in challenges and answers.
const ATTRIBUTE: &str = "userAttributes.";

/// Where a sign-in is entered.
#[derive(Debug)]
pub enum Entry {
    /// At its beginning; see [`Client::sign_in`].
    SignIn {
        /// Who.
        username: Username,
        /// The password, if it is known already.
        password: Option<Password>,
        /// How.
        flow: Flow,
    },
    /// After a sign-up: with the code that confirms it, and where the service gave a session for that,
    /// on without the password.
    SignedUp {
        /// Who.
        username: Username,
        /// The user is confirmed already.
        is_confirmed: bool,
        /// Of the sign-up.
        session: Option<ChallengeSession>,
    },
    /// With the refresh token that another client of the same app has left. What else it left is not
    /// believed: what this token buys is verified like the end of any sign-in, and must be of the person whose
    /// name was left with it ([`ErrorCode::TokenRejected`]). Where refresh tokens
    /// rotate, it is spent by this. It takes nobody's place: where somebody has signed in, or out, meanwhile,
    /// what it bought is revoked.
    TakeOver {
        /// Who it was.
        username: Username,
        /// What is taken over.
        token: RefreshToken,
        /// With the device that the token belongs to, if it does to one.
        device: Option<LeftDevice>,
    },
    /// With an answer; see [`Client::respond`].
    Respond(Step, Answer),
    /// At a step that was read back; see [`Client::resume_step`].
    Resume(Step),
}

impl<P: Ports> Client<P> {
    /// Starts to sign in. The result is [`SignInStep::Done`], or what is asked next: where the flow
    /// needs a password and there is none, that, before anything is sent. A password that the flow has
    /// no use for is not sent.
    ///
    /// # Errors
    /// [`ErrorCode::IncorrectCredentials`], [`ErrorCode::NotAuthorized`], [`ErrorCode::TokenRejected`],
    /// [`ErrorCode::ServerUntrusted`], and those of every call.
    pub async fn sign_in(
        &self,
        username: &Username,
        password: Option<&Password>,
        flow: Flow,
        options: &Options<P>,
    ) -> Result<SignInStep, Error> {
        let entry = Entry::SignIn {
            username: username.clone(),
            password: password.cloned(),
            flow,
        };
        self.enter(entry, options).await
    }

    /// Answers a step. After an error the step can be answered again, except after
    /// [`ErrorCode::ChallengeExpired`], when the sign-in starts again.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidParameter`] when the answer is not of the step's kind, and those of the
    /// operation behind it.
    pub async fn respond(
        &self,
        step: Step,
        answer: Answer,
        options: &Options<P>,
    ) -> Result<SignInStep, Error> {
        self.enter(Entry::Respond(step, answer), options).await
    }

    /// Takes up a step that was read back: one that sets an authenticator app up gets a new secret.
    ///
    /// # Errors
    /// [`ErrorCode::ChallengeExpired`], and those of every call.
    pub async fn resume_step(&self, step: Step, options: &Options<P>) -> Result<SignInStep, Error> {
        self.enter(Entry::Resume(step), options).await
    }

    /// Any of the three: what waits is compiled once for whoever uses this.
    ///
    /// # Errors
    /// As [`Self::sign_in`], [`Self::respond`], [`Self::resume_step`].
    pub async fn enter(&self, entry: Entry, options: &Options<P>) -> Result<SignInStep, Error> {
        let mut attempt;
        let first = match entry {
            Entry::SignIn {
                username,
                password,
                flow,
            } => {
                attempt = Attempt::new(username, flow, options);
                attempt.password = password;
                self.start(&mut attempt)
            }
            Entry::SignedUp {
                username,
                is_confirmed,
                session,
            } => {
                attempt = Attempt::new(username, Flow::Srp, options);
                match is_confirmed {
                    true => self.confirmed(&attempt, session),
                    false => self.ask(&attempt, NOT_CONFIRMED, CONFIRMATION_MS, session),
                }
            }
            Entry::TakeOver {
                username,
                token,
                device,
            } => {
                attempt = Attempt::new(username, Flow::default(), options);
                let mut body = self.service.request(options);
                let key = device.as_ref().map(|device| &*device.key);
                body.text("RefreshToken", token.secret())
                    .text_if("DeviceKey", key);
                attempt.here.take_over(device);
                let then = Then::TakenOver(token);
                Ok(Next::once("GetTokensFromRefreshToken", body, then))
            }
            Entry::Respond(step, answer) => {
                attempt = Attempt::new(step.username()?, step.flow, options);
                attempt.user_id.clone_from(&step.user_id);
                attempt.here.remember = step.remembers;
                self.answer_to(&mut attempt, step, &answer)
            }
            Entry::Resume(step) => {
                attempt = Attempt::new(step.username()?, step.flow, options);
                Ok(Next::ask(step))
            }
        };
        self.run(attempt, first?).await
    }

    /// The first call of the attempt's flow.
    fn start(&self, attempt: &mut Attempt<'_, P>) -> Result<Next, Error> {
        let mut parameters = Object::new();
        parameters.text("USERNAME", attempt.username.as_str());
        let mut preferred = attempt.flow.preferred();
        let has_password = attempt.password.is_some();
        let (flow, by_srp) = match attempt.flow {
            Flow::Srp => ("USER_SRP_AUTH", true),
            Flow::Password => ("USER_PASSWORD_AUTH", false),
            Flow::Custom => {
                if has_password {
                    parameters.text("CHALLENGE_NAME", "SRP_A");
                }
                ("CUSTOM_AUTH", true)
            }
            Flow::UserAuth(_) => {
                preferred = preferred.or_else(|| has_password.then_some(Factor::Password));
                ("USER_AUTH", preferred == Some(Factor::Password))
            }
        };
        if let Some(name) = preferred.and_then(Factor::preferred) {
            parameters.text("PREFERRED_CHALLENGE", name);
        }
        match &attempt.password {
            None if attempt.flow.needs_password() => {
                return self.ask(attempt, START_AGAIN, SESSION_MS, None);
            }
            Some(_) if by_srp => self.begin_srp(attempt, &mut parameters)?,
            Some(password) if attempt.flow == Flow::Password => {
                parameters.text("PASSWORD", password.secret());
            }
            _ => attempt.is_first = matches!(attempt.flow, Flow::UserAuth(_)),
        }
        // Anything else counts as an attempt, sends messages, or lets triggers run.
        let repeat = match attempt.flow {
            Flow::Srp => Repeat::Safe,
            _ => Repeat::Never,
        };
        let turn = self.initiate(attempt, flow, parameters, repeat);
        Ok(Next::Call(turn))
    }

    /// What an answer leads to.
    fn answer_to(
        &self,
        attempt: &mut Attempt<'_, P>,
        step: Step,
        answer: &Answer,
    ) -> Result<Next, Error> {
        let mut responses = Object::new();
        match (&step.kind, answer) {
            (
                StepKind::Code { .. },
                Answer::Code {
                    code,
                    remember_device,
                },
            ) => {
                attempt.here.remember |= *remember_device;
                responses.text(&joined(&[&step.name, "_CODE"]), code.secret());
            }
            (StepKind::SelectFactor { stage, options }, Answer::SelectFactor(factor))
                if options.contains(factor) =>
            {
                let name = step.offered(*stage, *factor);
                if *stage == Stage::SetUp || *factor == Factor::Password {
                    let stage = *stage;
                    let step = step.narrowed(&self.service.ports, stage, name)?;
                    return Ok(Next::ask(step));
                }
                attempt.is_first = *stage == Stage::First;
                responses.text("ANSWER", name);
            }
            (StepKind::SetUpTotp { .. }, Answer::SetUpTotp { code, device_name }) => {
                responses
                    .text_if("Session", step.session())
                    .text("UserCode", code.secret())
                    .text_if("FriendlyDeviceName", device_name.as_deref());
                return Ok(Next::once("VerifySoftwareToken", responses, Then::Verified));
            }
            (StepKind::SetUpEmail, Answer::SetUpEmail(address)) => {
                responses.text("EMAIL", address);
            }
            (StepKind::Passkey { .. }, Answer::Passkey(credential)) => {
                responses.text("CREDENTIAL", credential.secret());
            }
            (StepKind::Custom { .. }, Answer::Custom(answer)) => {
                responses.text("ANSWER", answer.secret());
            }
            (
                StepKind::NewPassword { .. },
                Answer::NewPassword {
                    password,
                    attributes,
                },
            ) => {
                responses.text("NEW_PASSWORD", password.secret());
                for attribute in attributes {
                    let value = attribute.value.as_deref().unwrap_or_default();
                    responses.text(&joined(&[ATTRIBUTE, &attribute.name]), value);
                }
            }
            (StepKind::Password, Answer::Password(password)) => {
                let is_choice = step.name == SELECT_CHALLENGE;
                let way = match is_choice {
                    true => step.offered(Stage::First, Factor::Password),
                    false => &step.name,
                };
                if way == START_AGAIN {
                    attempt.password = Some(password.clone());
                    return self.start(attempt);
                }
                if is_choice {
                    responses.text("ANSWER", way);
                }
                if way == PASSWORD {
                    if matches!(step.flow, Flow::Srp | Flow::Custom) {
                        return Err(Error::answered(
                            ErrorCode::InvalidResponse,
                            "the service wants the password itself, which this flow never sends",
                        ));
                    }
                    responses.text("PASSWORD", password.secret());
                } else {
                    self.begin_srp(attempt, &mut responses)?;
                }
                attempt.password = Some(password.clone());
            }
            (StepKind::ConfirmSignUp, Answer::ConfirmSignUp(code)) => {
                let mut body = self.service.request_of(&attempt.username, attempt.options);
                body.text("ConfirmationCode", code.secret());
                let without = step.session().map(|_| body.clone());
                body.text_if("Session", step.session());
                let then = Then::Confirmed(without);
                return Ok(Next::once("ConfirmSignUp", body, then));
            }
            (StepKind::ResetPassword, Answer::ResetPassword { code, password }) => {
                let mut body = self.service.request_of(&attempt.username, attempt.options);
                body.text("ConfirmationCode", code.secret())
                    .text("Password", password.secret());
                attempt.password = Some(password.clone());
                return Ok(Next::once("ConfirmForgotPassword", body, Then::Replaced));
            }
            (StepKind::Unknown { .. }, Answer::Unknown(given)) => {
                for (name, value) in given.iter() {
                    match name {
                        "USERNAME" => attempt.user_id = Some(value.into()),
                        _ => _ = responses.text(name, value),
                    }
                }
            }
            _ => {
                return Err(Error::not_sent(
                    ErrorCode::InvalidParameter,
                    "the answer does not belong to this kind of step",
                ));
            }
        }
        let turn = self.challenge(attempt, &step.name, step.session.as_ref(), responses);
        Ok(Next::Call(turn))
    }
}
