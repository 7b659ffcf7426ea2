//! What the service's answers lead to.

use cognate_core::ErrorCode;
use cognate_core::sign_in::{Stage, StepKind};

use super::{
    Advance, Alert, Answer, Busy, Call, Challenge, Delivery, Effect, Factor, Notice, Page,
    SignedUp, State, StepHandle,
};
use crate::routes::Route;

/// How long one waits between two codes, in milliseconds.
pub(super) const COOL_DOWN_MS: u64 = 30_000;

impl State {
    pub(super) fn answered(&mut self, answer: Answer, at_ms: u64) -> Vec<Effect> {
        let was = self.busy.take();
        let was_preparing = was == Some(Busy::Preparing);
        let resend_after_ms = at_ms + COOL_DOWN_MS;
        let failure = match answer {
            Answer::Advanced(Ok(advance)) => return self.advance(advance),
            Answer::SignedUp(Ok(SignedUp {
                is_confirmed,
                delivery,
            })) => {
                if is_confirmed {
                    return self.sign_in_with_held_password(None);
                }
                return self.arrive(Page::Confirm {
                    destination: delivery.and_then(|delivery| delivery.destination),
                    resend_after_ms,
                });
            }
            Answer::Confirmed(Ok(())) => {
                return self.sign_in_with_held_password(Some(Notice::Confirmed));
            }
            Answer::Resent(Ok(delivery)) => {
                self.turn_to(Page::Confirm {
                    destination: delivery.destination,
                    resend_after_ms,
                });
                self.notice = Some(Notice::CodeSent);
                return Vec::new();
            }
            Answer::ResetBegan(Ok(delivery)) => return self.reset_began(delivery, resend_after_ms),
            Answer::PasswordReset(Ok(password)) => {
                self.held_password = Some(password);
                return self.sign_in_with_held_password(Some(Notice::PasswordChanged));
            }
            // The page stays as it is until it is left: who denies is not told that they are signed in.
            Answer::Decided(Ok(location)) => {
                self.busy = Some(Busy::Form);
                return vec![Effect::Forget, Effect::Leave(location)];
            }
            // Who was signed in is not any more.
            Answer::Decided(Err(failure)) if failure.code == ErrorCode::NotAuthorized => {
                return self.arrive(Page::SignIn);
            }
            // The same: the browser is under way.
            Answer::Sent(Ok(location)) => {
                self.busy = was;
                return vec![Effect::Visit(location)];
            }
            Answer::Sent(Err(failure)) if failure.provider_is_unknown => {
                return self.provider_unknown(was);
            }
            Answer::Associated(Ok((secret, step))) => {
                self.turn_to(Page::EnrolTotp { step });
                self.totp_secret = Some(secret);
                return Vec::new();
            }
            // The account exists, only its message does not.
            Answer::SignedUp(Err(failure)) if failure.code == ErrorCode::CodeDeliveryFailed => {
                let effects = self.arrive(Page::Confirm {
                    destination: None,
                    resend_after_ms: 0,
                });
                self.alert = Some(Alert::Call(failure));
                return effects;
            }
            Answer::Advanced(Err(failure))
            | Answer::Decided(Err(failure))
            | Answer::Sent(Err(failure))
            | Answer::SignedUp(Err(failure))
            | Answer::Confirmed(Err(failure))
            | Answer::Resent(Err(failure))
            | Answer::ResetBegan(Err(failure))
            | Answer::PasswordReset(Err(failure))
            | Answer::Associated(Err(failure)) => failure,
        };
        let alert = if was_preparing {
            Alert::Preparing
        } else {
            Alert::Call
        };
        // A wrong code does not end a sign-up: the password is still needed when the code is right.
        let held = self
            .held_password
            .take()
            .filter(|_| matches!(self.page, Page::Confirm { .. }));
        let effects = self.fail(failure, alert);
        if matches!(self.page, Page::Confirm { .. }) {
            self.held_password = held;
        }
        effects
    }

    fn advance(&mut self, advance: Advance) -> Vec<Effect> {
        match advance {
            Advance::Redirect(location) => {
                self.turn_to(Page::Leaving);
                vec![Effect::Forget, Effect::Leave(location)]
            }
            Advance::Ask { step, kind } => self.ask(step, kind),
        }
    }

    fn ask(&mut self, step: StepHandle, kind: StepKind) -> Vec<Effect> {
        let page = match kind {
            StepKind::NewPassword { missing } => Page::NewPassword { step, missing },
            StepKind::ConfirmSignUp => Page::Confirm {
                destination: None,
                resend_after_ms: 0,
            },
            StepKind::ResetPassword => Page::Reset {
                destination: None,
                resend_after_ms: 0,
                is_required: true,
            },
            StepKind::Password => Page::SignIn,
            StepKind::Code {
                factor,
                purpose,
                destination,
            } => match Challenge::of(factor, purpose) {
                Some(challenge) => Page::Code {
                    step,
                    challenge,
                    destination,
                },
                None => return self.unsupported(),
            },
            StepKind::SelectFactor { stage, options } => {
                let factors: Vec<_> = options.into_iter().filter_map(Factor::of).collect();
                if stage == Stage::First || factors.is_empty() {
                    return self.unsupported();
                }
                Page::ChooseFactor {
                    step,
                    factors,
                    is_setup: stage == Stage::SetUp,
                }
            }
            StepKind::SetUpTotp { secret } => {
                let effects = self.arrive(Page::EnrolTotp { step });
                self.totp_secret = secret;
                return effects;
            }
            StepKind::SetUpEmail => Page::EnrolEmail { step },
            StepKind::Passkey { .. } | StepKind::Custom { .. } | StepKind::Unknown { .. } => {
                return self.unsupported();
            }
        };
        self.arrive(page)
    }

    fn unsupported(&mut self) -> Vec<Effect> {
        let effects = self.arrive(Page::SignIn);
        self.alert = Some(Alert::Unsupported);
        effects
    }

    fn reset_began(&mut self, delivery: Delivery, resend_after_ms: u64) -> Vec<Effect> {
        let is_again = matches!(self.page, Page::Reset { .. });
        let page = Page::Reset {
            destination: delivery.destination,
            resend_after_ms,
            is_required: false,
        };
        let effects = self.arrive(page);
        self.notice = is_again.then_some(Notice::CodeSent);
        effects
    }

    /// The password that was typed before is still there, or is typed again.
    fn sign_in_with_held_password(&mut self, notice: Option<Notice>) -> Vec<Effect> {
        let held = self.held_password.take();
        let mut effects = self.arrive(Page::SignIn);
        self.notice = notice;
        if let Some(password) = held {
            let username = self.username.clone();
            effects.extend(self.call(Busy::Form, Call::SignIn { username, password }));
        }
        effects
    }

    /// Turns to a page that an answer led to. Back from a step leads to where the form was; nothing
    /// leads back to a form whose answer is spent.
    fn arrive(&mut self, page: Page) -> Vec<Effect> {
        let from = self.page.route();
        self.turn_to(page);
        self.shown_from(from)
    }

    fn shown_from(&self, from: Route) -> Vec<Effect> {
        let to = self.page.route();
        if to == from {
            Vec::new()
        } else if from.is_entry() && to != Route::SignIn {
            vec![Effect::Show(to)]
        } else {
            vec![Effect::Replace(to)]
        }
    }
}
