//! The account page as a state machine, without a browser.
//!
//! Steps: [`open`] gives the first state; [`step`] takes an [`Event`] and gives the next state and the [`Effect`]s to carry
//! out; what these lead to comes back as events.
//!
//! # Security model
//! What the service answers decides: `NotAuthorized` to a question is a browser in which nobody is signed in, and leads to
//! the sign-in; to a change it may be an old proof as well, so the service is asked again what it knows. The page holds nothing that a
//! reload would need, and stores nothing.
//!
//! What takes something away is asked about once ([`Change::is_asked`]), on the page.

use super::proof::Proof;
use super::{
    Account, Alert, Call, Change, Effect, Event, Failure, Kind, LinkProblem, Notice, Press,
};

/// How the page was opened.
#[derive(Debug, Clone, Default)]
pub struct Arrival {
    /// Whether the query names an app.
    pub has_client: bool,
    /// The browser comes from the sign-in for this page (`back`).
    pub is_back: bool,
    /// The provider that was linked just now.
    pub linked: Option<String>,
    /// Why none was.
    pub problem: Option<String>,
}

/// What is shown, and what is going on.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The page.
    pub page: Page,
    /// The app's name, once it is known: also of who has signed out.
    pub client_name: String,
    /// What is under way.
    pub busy: Option<Busy>,
    /// A change that the person is asked about.
    pub asked: Option<Change>,
    /// Something that went well.
    pub notice: Option<Notice>,
    /// What went wrong.
    pub alert: Option<Alert>,
    /// A proof by a code, as far as it has got.
    pub proof: Proof,
    is_back: bool,
    /// Counts calls: the answer to an earlier one than the last is ignored.
    call: u32,
    /// Sessions that are still to be ended.
    others: Vec<String>,
    /// A change was refused, and the service is asked whether for the proof's age.
    refused: Option<Change>,
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Page {
    /// The service has not told anything yet.
    #[default]
    Opening,
    /// The account.
    Account(Box<Account>),
    /// On the way to the sign-in.
    SigningIn,
    /// Nobody is signed in, although the browser comes from there.
    Nobody,
    /// The address names no app.
    NoApp,
    /// Signed out.
    SignedOut,
}

/// What is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// The account is read.
    Describing,
    /// A change.
    Change(Change),
    /// This browser is signed out.
    SigningOut,
    /// A code is sent.
    SendingCode,
    /// A code is tried.
    Proving,
}

/// The first state.
#[must_use]
pub fn open(arrival: Arrival) -> (State, Vec<Effect>) {
    let mut state = State {
        is_back: arrival.is_back,
        notice: arrival.linked.map(Notice::Linked),
        ..State::default()
    };
    if !arrival.has_client {
        state.page = Page::NoApp;
        return (state, Vec::new());
    }
    let problem = arrival.problem.as_deref().map(LinkProblem::parse);
    state.alert = problem.map(Alert::Link);
    let effects = state.describe();
    (state, effects)
}

/// What an event leads to.
#[must_use]
pub fn step(mut state: State, event: Event) -> (State, Vec<Effect>) {
    let effects = match event {
        Event::Pressed(press) if state.busy.is_none() => state.pressed(press),
        Event::Submitted { has_code } if state.busy.is_none() => state.prove(has_code),
        Event::Described(result) if state.busy == Some(Busy::Describing) => state.described(result),
        Event::Answered { call, result } if call == state.call => match state.busy {
            Some(Busy::Change(change)) => state.changed(change, result),
            Some(Busy::SigningOut) => state.signed_out(result.err()),
            Some(Busy::SendingCode) => state.code_sent(result.err()),
            Some(Busy::Proving) => state.proved(result.err()),
            _ => Vec::new(),
        },
        Event::Pressed(_)
        | Event::Submitted { .. }
        | Event::Described(_)
        | Event::Answered { .. } => Vec::new(),
    };
    (state, effects)
}

impl State {
    /// The account, once it is known.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match &self.page {
            Page::Account(account) => Some(account),
            _ => None,
        }
    }

    /// The number of the last call.
    #[must_use]
    pub fn call_number(&self) -> u32 {
        self.call
    }

    fn pressed(&mut self, press: Press) -> Vec<Effect> {
        match press {
            Press::Retry => {
                self.alert = None;
                self.describe()
            }
            Press::SignIn => self.go_to_sign_in(),
            Press::SendCode => self.send_code(),
            Press::SignOut => {
                self.busy = Some(Busy::SigningOut);
                self.call(Call::SignOut)
            }
            Press::Keep => {
                let asked = self.asked.take();
                asked.map_or_else(Vec::new, |change| {
                    vec![Effect::Focus(change.section().id())]
                })
            }
            Press::Sure => match self.asked.take() {
                Some(change) => self.change(change),
                None => Vec::new(),
            },
            Press::Want(change) => {
                self.asked = None;
                if self.account().is_some_and(|account| !account.is_recent) {
                    return self.fail(Alert::NotRecent(change.section()));
                }
                if !change.is_asked() {
                    return self.change(change);
                }
                self.asked = Some(change);
                vec![Effect::Focus(QUESTION)]
            }
        }
    }

    fn change(&mut self, change: Change) -> Vec<Effect> {
        let Page::Account(account) = &self.page else {
            return Vec::new();
        };
        let call = match change {
            Change::Link(at) => {
                let provider = account.providers.get(at);
                provider.map(|provider| Call::Link(provider.name.clone()))
            }
            Change::Unlink(at) => account
                .links
                .get(at)
                .map(|link| Call::Unlink(link.provider.name.clone(), link.user_id.clone())),
            Change::EndSession(at) => {
                let session = account.sessions.get(at);
                session.map(|session| Call::EndSession(session.id.clone()))
            }
            Change::EndOthers => {
                let others = account.sessions.iter().filter(|session| !session.is_this);
                self.others = others.map(|session| session.id.clone()).collect();
                self.others.pop().map(Call::EndSession)
            }
            Change::Withdraw(at) => account
                .apps
                .get(at)
                .map(|app| Call::Withdraw(app.id.clone())),
        };
        let Some(call) = call else { return Vec::new() };
        self.notice = None;
        self.alert = None;
        self.busy = Some(Busy::Change(change));
        self.call(call)
    }

    fn changed(&mut self, change: Change, result: Result<Option<String>, Failure>) -> Vec<Effect> {
        let failure = match (result, change) {
            // The browser is leaving: nothing else can be pressed.
            (Ok(Some(location)), Change::Link(_)) => return vec![Effect::Visit(location)],
            (Ok(None), Change::Link(_)) => Failure::from(Kind::Service),
            (Ok(_), _) => return self.succeeded(change),
            // Another browser was faster: that one has ended as well.
            (Err(failure), Change::EndOthers) if failure.kind == Kind::Gone => {
                return self.succeeded(change);
            }
            (Err(failure), _) => failure,
        };
        self.others.clear();
        match failure.kind {
            Kind::NotAuthorized => {
                self.refused = Some(change);
                self.describe()
            }
            // What is shown is not what is there.
            Kind::Gone | Kind::NoAnswer => {
                self.alert = Some(Alert::Change(change, failure));
                self.describe()
            }
            _ => self.fail(Alert::Change(change, failure)),
        }
    }

    fn succeeded(&mut self, change: Change) -> Vec<Effect> {
        if let Some(next) = self.others.pop() {
            return self.call(Call::EndSession(next));
        }
        self.notice = match change {
            Change::Link(_) => None,
            Change::Unlink(_) => Some(Notice::Unlinked),
            Change::EndSession(_) => Some(Notice::SessionEnded),
            Change::EndOthers => Some(Notice::OthersEnded),
            Change::Withdraw(_) => Some(Notice::Withdrawn),
        };
        self.describe()
    }

    fn described(&mut self, result: Result<Account, Failure>) -> Vec<Effect> {
        self.busy = None;
        let refused = self.refused.take();
        match result {
            Ok(account) => {
                let may_change = account.is_recent;
                if may_change {
                    self.proof = Proof::default();
                }
                // The address only claims it.
                if let Some(Notice::Linked(name)) = &mut self.notice {
                    let mut links = account.links.iter();
                    match links.find(|link| link.provider.name == *name) {
                        Some(link) => link.provider.label().clone_into(name),
                        None => self.notice = None,
                    }
                }
                self.client_name.clone_from(&account.client_name);
                self.page = Page::Account(Box::new(account));
                if let Some(change) = refused {
                    return self.fail(match may_change {
                        false => Alert::NotRecent(change.section()),
                        true => Alert::Change(change, Kind::NotAuthorized.into()),
                    });
                }
                match (&self.alert, &self.notice) {
                    (Some(_), _) => vec![Effect::Focus(SUMMARY)],
                    (None, Some(notice)) => vec![Effect::Focus(notice.section().id())],
                    (None, None) => Vec::new(),
                }
            }
            Err(failure) if failure.kind == Kind::NotAuthorized => {
                if self.is_back && self.page == Page::Opening {
                    self.alert = None;
                    self.page = Page::Nobody;
                    return Vec::new();
                }
                self.go_to_sign_in()
            }
            Err(failure) => self.fail(Alert::Describing(failure)),
        }
    }

    fn signed_out(&mut self, failure: Option<Failure>) -> Vec<Effect> {
        match failure {
            // Who is not signed in needs no more.
            Some(failure) if failure.kind != Kind::NotAuthorized => {
                self.fail(Alert::SigningOut(failure))
            }
            _ => {
                self.busy = None;
                self.page = Page::SignedOut;
                self.notice = None;
                self.alert = None;
                Vec::new()
            }
        }
    }

    fn go_to_sign_in(&mut self) -> Vec<Effect> {
        self.page = Page::SigningIn;
        self.notice = None;
        self.alert = None;
        vec![Effect::SignIn]
    }

    pub(super) fn describe(&mut self) -> Vec<Effect> {
        self.busy = Some(Busy::Describing);
        self.asked = None;
        vec![Effect::Describe]
    }

    pub(super) fn call(&mut self, call: Call) -> Vec<Effect> {
        self.call += 1;
        let number = self.call;
        vec![Effect::Call { number, call }]
    }

    fn fail(&mut self, alert: Alert) -> Vec<Effect> {
        self.busy = None;
        self.notice = None;
        self.alert = Some(alert);
        vec![Effect::Focus(SUMMARY)]
    }
}

/// The id of what went wrong.
pub(super) const SUMMARY: &str = "summary";
/// The id of the question whether somebody is sure.
pub(super) const QUESTION: &str = "question";
