//! The pages as a state machine, without a browser: what is shown, what a person's step leads to, and
//! what must be asked of the service.
//!
//! Steps: [`open`] gives the first state from where the page was opened; [`step`] takes an [`Event`] and
//! gives the next state and the [`Effect`]s to carry out; what these lead to comes back as events.
//! Nothing here waits, draws, reads a clock or touches a network, so that any order of events can be
//! tried natively.
//!
//! # Security model
//!
//! The state has a serial form, so that a reload goes on where it was. Passwords, codes and the
//! secrets of authenticator apps are never in it: what is typed arrives in an event and leaves in an
//! effect. Two exceptions live in memory only: the password of somebody who has just signed up is held
//! while the code is asked, so that the code ends the sign-up and begins the sign-in; and the secret
//! of an authenticator app is held while it is shown. The session of a challenge is in the serial form:
//! without the transaction's cookie, which no script sees, it is of no use.
//!
//! Going back and forward never sends anything: it only shows.
//!
//! # Limits
//!
//! Custom challenges, passwordless sign-in and remembered devices are not offered: whoever needs them
//! is told so.

mod answers;
mod effect;
mod event;
mod failure;
mod forms;
mod login;
mod page;
mod problem;
mod providers;
mod stored;
#[cfg(test)]
pub(crate) mod tests;

use cognate_core::ErrorCode;
use cognate_core::secret::{Password, TotpSecret};
pub use effect::{Call, Effect};
pub use event::{Advance, Answer, Decision, Event, Form, SignedUp, Typed};
pub use failure::{Alert, Failure, ProviderProblem};
pub(crate) use login::is_path;
pub use login::{Attribute, Link, Login, Provider};
pub use page::{Challenge, Delivery, Factor, Page, StepHandle};
pub use problem::{Field, Problem};

use crate::routes::Route;

/// Where and how a page was opened.
#[derive(Debug, Clone, Default)]
pub struct Arrival {
    /// From the path.
    pub route: Route,
    /// Whether the query names a login transaction.
    pub has_transaction: bool,
    /// `error` of the query.
    pub error: Option<String>,
    /// `problem` of the query: why a sign-in with another identity provider came to nothing.
    pub problem: Option<String>,
    /// Who it is about, if the link says so.
    pub username: Option<String>,
    /// This login was finished in this tab before.
    pub finished: Option<Finished>,
}

/// A login that has led back to its app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finished {
    /// The app's name, for people.
    pub app: String,
    /// The app's origin.
    pub origin: String,
}

impl Finished {
    /// The origin of a location, if it is one of the web.
    #[must_use]
    pub fn origin_of(location: &str) -> Option<&str> {
        let (scheme, rest) = location.split_once("://")?;
        let host = rest.split(['/', '?', '#', '\\']).next()?;
        let is_web = matches!(scheme, "https" | "http") && !host.is_empty() && !host.contains('@');
        is_web.then(|| location.split_at(scheme.len() + "://".len() + host.len()).0)
    }
}

/// What is shown, and what is going on.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The page.
    pub page: Page,
    /// What the person last typed as their name: carried from page to page, never asked twice.
    pub username: String,
    /// Something that went well, to be said on the page.
    pub notice: Option<Notice>,
    /// What the service says about this sign-in, once it has.
    pub login: Option<Login>,
    /// What is under way.
    pub busy: Option<Busy>,
    /// What went wrong with the whole.
    pub alert: Option<Alert>,
    /// What is wrong with single fields, in their order.
    pub problems: Vec<(Field, Problem)>,
    /// The login was finished before: who comes back to it is shown the way on.
    pub finished: Option<Finished>,
    /// The secret of the authenticator app that is being enrolled.
    pub totp_secret: Option<TotpSecret>,
    /// Counts calls: the answer to an earlier one than the last is ignored.
    call: u32,
    describing: bool,
    /// Asked for before the service had described the login.
    queued: Option<Call>,
    /// See the security model.
    held_password: Option<Password>,
}

/// Something that went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The sign-up is confirmed.
    Confirmed,
    /// A forgotten password was replaced.
    PasswordChanged,
    /// Another code was sent.
    CodeSent,
}

/// What is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// What the page's form is for.
    Form,
    /// Another code is being sent.
    Resend,
    /// The way to another identity provider: the one at this place of the login's list.
    Provider(usize),
    /// The way to the provider of an organisation.
    Organization,
    /// What the page needs before it can be used.
    Preparing,
}

/// The first state, from where the page was opened and what was stored before a reload.
#[must_use]
pub fn open(arrival: Arrival, stored: Option<State>) -> (State, Vec<Effect>) {
    let mut state = State {
        finished: arrival.finished.clone(),
        ..State::default()
    };
    match arrival.route {
        Route::SignedOut => state.page = Page::SignedOut,
        // Another browser's sign-in, or one that is over, came back from a provider: the page for that knows what to do.
        Route::Error if arrival.error.as_deref() == Some(ENDED) => state.page = Page::StartAgain,
        Route::Error => state.page = Page::Error(arrival.error.unwrap_or_default()),
        _ if !arrival.has_transaction => state.page = Page::StartAgain,
        route => return resume(route, arrival, stored.unwrap_or_default()),
    }
    (state, Vec::new())
}

fn resume(route: Route, arrival: Arrival, stored: State) -> (State, Vec<Effect>) {
    let mut state = State {
        username: arrival.username.unwrap_or(stored.username),
        finished: arrival.finished,
        describing: true,
        ..State::default()
    };
    let mut effects = vec![Effect::Describe];
    if stored.page.route() == route && stored.page.can_be_resumed() {
        state.page = stored.page;
        state.notice = stored.notice;
        effects.extend(state.prepare());
    } else {
        effects.extend(state.show(route));
    }
    let problem = arrival.problem.as_deref().map(ProviderProblem::parse);
    if let Some(problem) = problem {
        state.alert = Some(Alert::Provider(problem));
    }
    (state, effects)
}

/// What an event leads to.
#[must_use]
pub fn step(mut state: State, event: Event) -> (State, Vec<Effect>) {
    if state.page.is_final() {
        return (state, Vec::new());
    }
    let effects = match event {
        Event::Described(result) => state.described(result),
        Event::Retry => state.retry(),
        Event::Navigated(route) => state.go(route),
        Event::Followed { route, username } => {
            state.remember(username);
            let mut effects = vec![Effect::Show(route)];
            effects.extend(state.go(route));
            effects
        }
        Event::Submitted(form) if state.busy.is_none() => state.submit(form),
        Event::Chose(factor) if state.busy.is_none() => state.choose(factor),
        Event::ChoseProvider(at) if state.busy.is_none() => state.choose_provider(at),
        Event::Organization { address } if state.busy.is_none() => {
            state.choose_organization(&address)
        }
        Event::Decided(decision) if state.busy.is_none() => state.decide(decision),
        Event::Resend { now_ms, username } if state.busy.is_none() => {
            state.resend(now_ms, username)
        }
        Event::Answered {
            call,
            at_ms,
            answer,
        } if call == state.call && state.busy.is_some() => state.answered(answer, at_ms),
        Event::Submitted(_)
        | Event::Chose(_)
        | Event::ChoseProvider(_)
        | Event::Organization { .. }
        | Event::Decided(_)
        | Event::Resend { .. }
        | Event::Answered { .. } => Vec::new(),
    };
    (state, effects)
}

impl State {
    /// The app's name, for people; empty while nobody has said it.
    #[must_use]
    pub fn client_name(&self) -> &str {
        let finished = self.finished.as_ref().map_or("", |finished| &finished.app);
        let login = self.login.as_ref();
        login.map_or(finished, |login| &login.client_name)
    }

    /// The number of the last call.
    #[must_use]
    pub fn call_number(&self) -> u32 {
        self.call
    }

    fn described(&mut self, result: Result<Login, Failure>) -> Vec<Effect> {
        self.describing = false;
        match result {
            Ok(login) => {
                if self.username.is_empty() {
                    self.username = login.login_hint.clone().unwrap_or_default();
                }
                let is_asked = match self.page {
                    Page::Account => login.account.is_some(),
                    Page::Consent => !login.scopes.is_empty(),
                    Page::SignUp | Page::Confirm { .. } | Page::Forgot | Page::Reset { .. } => {
                        !login.only_providers
                    }
                    _ => true,
                };
                self.login = Some(login);
                if !is_asked {
                    self.turn_to(Page::SignIn);
                    return vec![Effect::Replace(Route::SignIn)];
                }
                let queued = self.queued.take();
                queued.map_or_else(Vec::new, |call| vec![self.effect(call)])
            }
            Err(failure) => {
                self.queued = None;
                self.fail(failure, Alert::Describing)
            }
        }
    }

    /// Asks again for what the page needs and could not get.
    fn retry(&mut self) -> Vec<Effect> {
        self.alert = None;
        let mut effects = Vec::new();
        if self.login.is_none() && !self.describing {
            self.describing = true;
            effects.push(Effect::Describe);
        }
        if self.busy.is_none() {
            effects.extend(self.prepare());
        }
        effects
    }

    /// Shows what a link or the browser's history leads to. What was under way counts no more.
    fn go(&mut self, route: Route) -> Vec<Effect> {
        if self.page.route() == route {
            return Vec::new();
        }
        self.call += 1;
        self.busy = None;
        self.queued = None;
        self.show(route)
    }

    /// The page that a path alone leads to. What needs a step of a sign-in begins at the beginning.
    fn show(&mut self, route: Route) -> Vec<Effect> {
        let (page, shown) = match Page::of_route(route) {
            Some(page) => (page, route),
            None => (Page::SignIn, Route::SignIn),
        };
        self.turn_to(page);
        if shown == route {
            Vec::new()
        } else {
            vec![Effect::Replace(shown)]
        }
    }

    /// Turns to a page; what belonged to the last one is gone.
    fn turn_to(&mut self, page: Page) {
        if !matches!(page, Page::Confirm { .. }) {
            self.held_password = None;
        }
        self.page = page;
        self.totp_secret = None;
        self.notice = None;
        self.clear_problems();
    }

    fn clear_problems(&mut self) {
        self.alert = None;
        self.problems.clear();
    }

    fn remember(&mut self, username: Option<String>) {
        if let Some(username) = username.filter(|name| !name.trim().is_empty()) {
            self.username = username.trim().to_owned();
        }
    }

    /// What the page needs before it can be used.
    fn prepare(&mut self) -> Vec<Effect> {
        match &self.page {
            Page::EnrolTotp { step } if self.totp_secret.is_none() => {
                let step = step.clone();
                self.call(Busy::Preparing, Call::Associate { step })
            }
            _ => Vec::new(),
        }
    }

    /// Asks something of the service, as soon as it is known what kind of login this is.
    fn call(&mut self, busy: Busy, call: Call) -> Vec<Effect> {
        self.busy = Some(busy);
        self.call += 1;
        if self.login.is_some() {
            return vec![self.effect(call)];
        }
        self.queued = Some(call);
        if self.describing {
            return Vec::new();
        }
        self.describing = true;
        vec![Effect::Describe]
    }

    fn effect(&self, call: Call) -> Effect {
        Effect::Call {
            number: self.call,
            call,
        }
    }

    fn fail(&mut self, failure: Failure, alert: fn(Failure) -> Alert) -> Vec<Effect> {
        self.busy = None;
        self.held_password = None;
        if failure.transaction_is_gone {
            self.turn_to(Page::StartAgain);
            return vec![Effect::Forget];
        }
        if failure.code == ErrorCode::ChallengeExpired && self.page.step().is_some() {
            self.turn_to(Page::SignIn);
            self.alert = Some(alert(failure));
            return vec![Effect::Replace(Route::SignIn)];
        }
        match self.page.field_at_fault(failure.code) {
            Some(problem) => self.problems = vec![problem],
            None => self.alert = Some(alert(failure)),
        }
        Vec::new()
    }
}

/// The service's word for a sign-in that is over, or another browser's.
const ENDED: &str = "sign_in_ended";
