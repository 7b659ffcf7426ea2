//! Turns: calls of the service and what their answers lead to, until there are tokens or something is
//! asked.
//!
//! What is called next is decided by plain functions, and one loop waits for all of it: each place of
//! the code that waits is a state of its own in the wasm.

use alloc::string::{String, ToString};

use super::device::is_unknown_device;
use super::kind::{AVAILABLE, MFA_SETUP, MUST_RESET, NOT_CONFIRMED, START_AGAIN};
use super::{Flow, SignInStep, Step, StepKind};
use crate::client::{Client, Options};
use crate::config::Username;
use crate::device::Presence;
use crate::error::{Error, ErrorCode, incomplete};
use crate::join::join;
use crate::json::{Object, StringMap};
use crate::ports::Ports;
use crate::secret::{ChallengeSession, Password, RefreshToken, TotpSecret};
use crate::session::Session;
use crate::session::keeping::sealed::Keeping as _;
use crate::srp::Handshake;
use crate::transport::Repeat;
use crate::wire::{Reply, Tokens};

/// A challenge session lives for 3 to 15 minutes, as the pool decides and does not tell.
pub(super) const SESSION_MS: u64 = 3 * 60_000;
/// The code of a password reset lives for an hour.
const RESET_MS: u64 = 60 * 60_000;
/// The code of a sign-up lives for a day.
pub(super) const CONFIRMATION_MS: u64 = 24 * 60 * 60_000;

/// Who is signing in, how, and with what.
pub(super) struct Attempt<'a, P: Ports> {
    pub(super) username: Username,
    pub(super) flow: Flow,
    pub(super) options: &'a Options<P>,
    pub(super) password: Option<Password>,
    /// The real user name, once the service has said it.
    pub(super) user_id: Option<String>,
    /// What is sent proves nothing: a code that is asked for then is the first factor.
    pub(super) is_first: bool,
    /// The device that is signed in from.
    pub(super) here: Presence,
    /// The session is taken over from another client.
    pub(super) is_taken_over: bool,
    /// Verified, while its device is seen to.
    pub(super) session: Option<Session>,
    /// Of the `SRP_A` that was sent last.
    pub(super) handshake: Option<Handshake>,
}

/// A call of the service, and what its answer is taken for.
pub(super) struct Turn {
    pub(super) operation: &'static str,
    pub(super) body: Object,
    /// The object within the body that names the device, and its name.
    pub(super) proof: Option<(&'static str, Object)>,
    /// What is safe to repeat proves nothing.
    pub(super) repeat: Repeat,
    pub(super) then: Then,
}

/// What an answer is taken for.
pub(super) enum Then {
    /// The end of the sign-in, or what is asked next.
    Advance,
    /// The same, after a sign-up was confirmed: where it fails the password is asked for.
    AdvanceOrAsk,
    /// The sign-up is confirmed. Where that failed because its session had expired, this is sent
    /// without it.
    Confirmed(Option<Object>),
    /// The password was replaced by that of the attempt.
    Replaced,
    /// The secret of an authenticator app, for this step.
    Associated(Step),
    /// The authenticator app is proved.
    Verified,
    /// The end of the sign-in, with this refresh token where there is no newer one.
    TakenOver(RefreshToken),
}

/// What comes next.
pub(super) enum Next {
    Call(Turn),
    Begin(Tokens),
    /// The verified session.
    Settled,
    End(SignInStep),
}

impl<'a, P: Ports> Attempt<'a, P> {
    pub(super) fn new(username: Username, flow: Flow, options: &'a Options<P>) -> Self {
        Self {
            username,
            flow,
            options,
            password: None,
            user_id: None,
            is_first: false,
            here: Presence::default(),
            is_taken_over: false,
            session: None,
            handshake: None,
        }
    }
}

impl Turn {
    /// What is sent: with the key of the device, if that is known.
    fn body<P: Ports>(&self, attempt: &Attempt<'_, P>) -> Object {
        let mut body = self.body.clone();
        if let Some((name, proof)) = &self.proof {
            let mut proof = proof.clone();
            proof.text_if("DEVICE_KEY", attempt.here.key());
            body.object(name, &proof);
        }
        body
    }
}

impl Next {
    /// Asks, or gets first what the step cannot do without.
    pub(super) fn ask(step: Step) -> Self {
        if !matches!(step.kind, StepKind::SetUpTotp { secret: None }) {
            return Self::End(SignInStep::Next(step));
        }
        let mut body = Object::new();
        body.text_if("Session", step.session());
        Self::once("AssociateSoftwareToken", body, Then::Associated(step))
    }

    /// A call that is not repeated.
    pub(super) fn once(operation: &'static str, body: Object, then: Then) -> Self {
        Self::Call(Turn {
            operation,
            body,
            proof: None,
            repeat: Repeat::Never,
            then,
        })
    }
}

impl<P: Ports> Client<P> {
    /// Takes turns.
    pub(super) async fn run(
        &self,
        mut attempt: Attempt<'_, P>,
        mut next: Next,
    ) -> Result<SignInStep, Error> {
        let deadline = self.deadline(attempt.options);
        let sign_outs = self.sign_outs.get();
        loop {
            if P::Keeping::DEVICES {
                if matches!(&next, Next::Call(turn) if turn.proof.is_some()) {
                    let name = attempt.user_id.as_deref();
                    let name = name.unwrap_or(attempt.username.as_str());
                    attempt.here.look_for(name);
                }
                while let Some(work) = attempt.here.next() {
                    let record = work.record.as_ref().map(|record| record.as_str());
                    let ports = &self.service.ports;
                    let result = ports.device(&work.place, record).await;
                    attempt.here.done(ports, &work, result);
                }
            }
            let turn = match next {
                Next::Call(turn) => turn,
                Next::Begin(mut tokens) => {
                    let offered = tokens.device.take();
                    P::Keeping::verify(self, tokens, &deadline, &mut attempt.session).await?;
                    self.settle(&mut attempt, offered)?;
                    next = Next::Settled;
                    continue;
                }
                Next::Settled => {
                    let session = attempt.session.take().ok_or_else(incomplete)?;
                    let is_taken_over = attempt.is_taken_over;
                    let user =
                        P::Keeping::begin(self, session, sign_outs, is_taken_over, &deadline);
                    return Ok(SignInStep::Done(user.await?));
                }
                Next::End(step) => return Ok(step),
            };
            let body = turn.body(&attempt);
            let (operation, repeat) = (turn.operation, turn.repeat);
            // Nothing is proved to a pool whose keys are not there.
            if repeat == Repeat::Never
                && let Err(error) = self.have_keys(&deadline).await
            {
                next = self.recover(&mut attempt, turn.then, error)?;
                continue;
            }
            let call = self.call(operation, repeat, body, &deadline);
            let (reply, keys) = join(call, self.have_keys(&deadline)).await;
            next = match reply {
                Ok(reply) => {
                    keys?;
                    self.decide(&mut attempt, turn.then, &reply)?
                }
                Err(error) if attempt.here.device.is_some() && is_unknown_device(&error) => {
                    attempt.here.refuse();
                    Next::Call(turn)
                }
                Err(error) => self.recover(&mut attempt, turn.then, error)?,
            };
        }
    }

    fn decide(
        &self,
        attempt: &mut Attempt<'_, P>,
        then: Then,
        reply: &Reply<P::Value>,
    ) -> Result<Next, Error> {
        let session = reply.text("Session")?.map(ChallengeSession::new);
        match then {
            Then::Advance | Then::AdvanceOrAsk => self.advance(attempt, reply, session.as_ref()),
            Then::Confirmed(_) => self.confirmed(attempt, session),
            Then::Replaced => self.start(attempt),
            Then::Associated(step) => {
                let secret = reply.text("SecretCode")?.ok_or_else(incomplete)?;
                Ok(Next::End(SignInStep::Next(Step {
                    kind: StepKind::SetUpTotp {
                        secret: Some(TotpSecret::new(secret)),
                    },
                    session,
                    ..step
                })))
            }
            Then::TakenOver(token) => {
                let tokens = reply.tokens()?.ok_or_else(incomplete)?;
                let refresh = tokens.refresh.or(Some(token));
                attempt.is_taken_over = true;
                Ok(Next::Begin(Tokens { refresh, ..tokens }))
            }
            Then::Verified if reply.text("Status")?.as_deref() != Some("SUCCESS") => {
                let message = "the code does not belong to the secret";
                Err(Error::answered(ErrorCode::CodeMismatch, message))
            }
            Then::Verified => {
                let nothing_more = Object::new();
                let turn = self.challenge(attempt, MFA_SETUP, session.as_ref(), nothing_more);
                Ok(Next::Call(turn))
            }
        }
    }

    /// A confirmed sign-up signs in, where there is a session for that; else with the password.
    pub(super) fn confirmed(
        &self,
        attempt: &Attempt<'_, P>,
        session: Option<ChallengeSession>,
    ) -> Result<Next, Error> {
        let Some(session) = session else {
            return self.ask(attempt, START_AGAIN, CONFIRMATION_MS, None);
        };
        let mut parameters = Object::new();
        parameters.text("USERNAME", attempt.username.as_str());
        let mut turn = self.initiate(attempt, "USER_AUTH", parameters, Repeat::Never);
        turn.body.text("Session", session.secret());
        turn.then = Then::AdvanceOrAsk;
        Ok(Next::Call(turn))
    }

    /// Two errors are something to ask, wherever they come.
    fn recover(
        &self,
        attempt: &mut Attempt<'_, P>,
        then: Then,
        error: Error,
    ) -> Result<Next, Error> {
        match (error.code, then) {
            (_, Then::TakenOver(_)) => Err(error),
            (ErrorCode::ChallengeExpired, Then::Confirmed(Some(body))) => {
                Ok(Next::once("ConfirmSignUp", body, Then::Confirmed(None)))
            }
            (_, Then::AdvanceOrAsk) => self.ask(attempt, START_AGAIN, CONFIRMATION_MS, None),
            (ErrorCode::UserNotConfirmed, _) => {
                self.ask(attempt, NOT_CONFIRMED, CONFIRMATION_MS, None)
            }
            (ErrorCode::PasswordResetRequired, _) => self.ask(attempt, MUST_RESET, RESET_MS, None),
            _ => Err(error),
        }
    }

    /// Tokens end the sign-in; a challenge is the next turn or step.
    fn advance(
        &self,
        attempt: &mut Attempt<'_, P>,
        reply: &Reply<P::Value>,
        session: Option<&ChallengeSession>,
    ) -> Result<Next, Error> {
        #[cfg(feature = "login")]
        if let Some(end) = self.redirect(reply)? {
            return Ok(Next::End(end));
        }
        if let Some(tokens) = reply.tokens()? {
            return Ok(Next::Begin(tokens));
        }
        let name = reply.text("ChallengeName")?.ok_or_else(incomplete)?;
        let mut parameters = reply.parameters()?;
        if let Some(factors) = reply.words(AVAILABLE)? {
            parameters.insert(AVAILABLE.to_string(), factors);
        }
        let user_id = parameters.get("USER_ID_FOR_SRP");
        if let Some(user_id) = user_id.or_else(|| parameters.get("USERNAME")) {
            attempt.user_id = Some(user_id.to_string());
        }
        if name == "PASSWORD_VERIFIER" {
            let turn = self.prove(attempt, &parameters, session)?;
            return Ok(Next::Call(turn));
        }
        if let Some(turn) = self.answer_as_device(attempt, &name, &parameters, session)? {
            return Ok(Next::Call(turn));
        }
        let session = session.cloned();
        let step = self.step(attempt, name, parameters, SESSION_MS)?;
        Ok(Next::ask(Step { session, ..step }))
    }

    /// `InitiateAuth`.
    pub(super) fn initiate(
        &self,
        attempt: &Attempt<'_, P>,
        flow: &str,
        parameters: Object,
        repeat: Repeat,
    ) -> Turn {
        let mut body = self.request(attempt.options);
        body.text("AuthFlow", flow);
        Turn {
            operation: "InitiateAuth",
            body,
            proof: Some(("AuthParameters", parameters)),
            repeat,
            then: Then::Advance,
        }
    }

    /// `RespondToAuthChallenge`; never twice, since an answer spends the challenge.
    pub(super) fn challenge(
        &self,
        attempt: &Attempt<'_, P>,
        name: &str,
        session: Option<&ChallengeSession>,
        mut responses: Object,
    ) -> Turn {
        let user_id = attempt.user_id.as_deref();
        responses.text("USERNAME", user_id.unwrap_or(attempt.username.as_str()));
        let mut body = self.request(attempt.options);
        body.text("ChallengeName", name)
            .text_if("Session", session.map(ChallengeSession::secret));
        Turn {
            operation: "RespondToAuthChallenge",
            body,
            proof: Some(("ChallengeResponses", responses)),
            repeat: Repeat::Never,
            then: Then::Advance,
        }
    }

    /// A step that stands for itself: no challenge of the service is behind it.
    pub(super) fn ask(
        &self,
        attempt: &Attempt<'_, P>,
        name: &str,
        lifetime_ms: u64,
        session: Option<ChallengeSession>,
    ) -> Result<Next, Error> {
        let nothing = StringMap::new();
        let step = self.step(attempt, name.to_string(), nothing, lifetime_ms)?;
        Ok(Next::ask(Step { session, ..step }))
    }

    fn step(
        &self,
        attempt: &Attempt<'_, P>,
        name: String,
        mut parameters: StringMap,
        lifetime_ms: u64,
    ) -> Result<Step, Error> {
        let kind = StepKind::of(&self.service.ports, &name, &parameters, attempt.is_first);
        // Who the person is has no business in what is kept.
        parameters.remove("userAttributes");
        Ok(Step {
            kind: kind.map_err(|_| incomplete())?,
            expires_at_ms: self.service.ports.now_ms() + lifetime_ms,
            username: attempt.username.as_str().to_string(),
            flow: attempt.flow,
            user_id: attempt.user_id.clone(),
            session: None,
            name,
            parameters,
            is_first: attempt.is_first,
            remembers: attempt.here.remember,
        })
    }
}
