//! Several clients of one stored session: tabs that refresh, sign out, freeze and close in any order.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use cognate_core::config::Username;
use cognate_core::ports::SendFailure;
use cognate_core::session::State;
use cognate_core::sign_in::Flow;
use cognate_core::{Client, Error, ErrorCode};
use proptest::prelude::*;

use crate::platform::{Platform, Scripted};
use crate::server::LIFETIME;
use crate::{
    PASSWORD, ana, client, client_of, done, is_signed_in, options, password, run, sign_in,
};

/// What a tab is doing.
type Work = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

struct Tab {
    client: Rc<Client<Platform>>,
    work: Option<Work>,
    is_frozen: bool,
}

impl Tab {
    /// A tab that has just been opened.
    fn open(platform: &Platform) -> Self {
        let client = Rc::new(client_of(platform));
        run(client.resume());
        Self {
            client,
            work: None,
            is_frozen: false,
        }
    }

    /// Asks for a token that lives, or for a new one in any case.
    fn begin(&mut self, is_explicit: bool) {
        let client = Rc::clone(&self.client);
        self.work.get_or_insert_with(|| {
            Box::pin(async move {
                match is_explicit {
                    true => client.refresh(&options()).await.map(drop),
                    false => client
                        .fresh_access_token(Some(60), &options())
                        .await
                        .map(drop),
                }
            })
        });
    }

    fn sign_out(&mut self) {
        let client = Rc::clone(&self.client);
        self.work = Some(Box::pin(async move {
            client.sign_out(false, &options()).await;
            Ok(())
        }));
        self.is_frozen = false;
    }

    fn poll(&mut self) -> Option<Result<(), Error>> {
        if self.is_frozen {
            return None;
        }
        let mut context = Context::from_waker(Waker::noop());
        match self.work.as_mut()?.as_mut().poll(&mut context) {
            Poll::Ready(result) => {
                self.work = None;
                Some(result)
            }
            Poll::Pending => None,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Event {
    /// A tab needs a token.
    Need(usize),
    /// A tab asks for new tokens.
    Refresh(usize),
    /// A tab goes on for so many turns.
    Run(usize, usize),
    /// All tabs' tokens expire.
    Expire,
    SignOut(usize),
    /// The tab is closed, whatever it is doing, and another one opened.
    Close(usize),
    Freeze(usize),
    Thaw(usize),
    /// The next request is answered, and the answer does not arrive.
    LoseAnswer,
    /// The next request does not arrive.
    LoseRequest,
    /// Time goes by: a lock is waited for at most 12 seconds.
    Wait,
}

const TABS: usize = 4;

fn orderly() -> impl Strategy<Value = Event> {
    let tab = 0..TABS;
    prop_oneof![
        4 => tab.clone().prop_map(Event::Need),
        2 => tab.clone().prop_map(Event::Refresh),
        8 => (tab, 1..25usize).prop_map(|(tab, turns)| Event::Run(tab, turns)),
        2 => Just(Event::Expire),
    ]
}

fn faulty() -> impl Strategy<Value = Event> {
    let tab = 0..TABS;
    prop_oneof![
        8 => orderly(),
        1 => tab.clone().prop_map(Event::Close),
        1 => tab.clone().prop_map(Event::Freeze),
        1 => tab.prop_map(Event::Thaw),
        1 => Just(Event::LoseAnswer),
        1 => Just(Event::LoseRequest),
        1 => Just(Event::Wait),
    ]
}

/// Tabs of one session, and what has happened to them. Wrong writes fail at once.
struct History {
    platform: Platform,
    tabs: Vec<Tab>,
    results: Vec<Result<(), Error>>,
    /// Mishaps after which somebody may have to ask again: the token that was stored then.
    mishaps: Vec<u32>,
    has_signed_out: bool,
    newest_stored: u32,
}

impl History {
    fn begin() -> Self {
        let platform = Platform::new();
        platform.server().add_user("ana", PASSWORD);
        platform.server().rotates = true;
        let first = client_of(&platform);
        let flow = Flow::Password;
        done(run(first.sign_in(
            &ana(),
            Some(&password(PASSWORD)),
            flow,
            &options(),
        )));
        let tabs = (0..TABS).map(|_| Tab::open(&platform)).collect();
        Self {
            platform,
            tabs,
            results: Vec::new(),
            mishaps: Vec::new(),
            has_signed_out: false,
            newest_stored: 0,
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Need(tab) => self.tabs[tab].begin(false),
            Event::Refresh(tab) => self.tabs[tab].begin(true),
            Event::Run(tab, turns) => (0..turns).for_each(|_| self.turn(tab)),
            // While somebody is at work it would be the end of that call's time.
            Event::Expire if self.tabs.iter().any(|tab| tab.work.is_some()) => {}
            Event::Expire => self.platform.advance_ms(LIFETIME * 1000),
            Event::SignOut(tab) => {
                self.tabs[tab].sign_out();
                while self.platform.record().is_some() {
                    self.tabs[tab].poll();
                }
                self.has_signed_out = true;
            }
            Event::Close(tab) => {
                self.mishaps.push(self.newest_stored);
                self.tabs[tab] = Tab::open(&self.platform);
            }
            Event::Freeze(tab) => {
                self.mishaps.push(self.newest_stored);
                self.tabs[tab].is_frozen = true;
            }
            Event::Thaw(tab) => self.tabs[tab].is_frozen = false,
            Event::LoseAnswer => self.mishap(Scripted::LoseAnswer),
            Event::LoseRequest => self.mishap(Scripted::Fail(SendFailure::Unreachable)),
            Event::Wait => self.platform.advance_ms(4_000),
        }
        self.check_store();
    }

    fn mishap(&mut self, scripted: Scripted) {
        self.mishaps.push(self.newest_stored);
        self.platform.script([scripted]);
    }

    fn turn(&mut self, tab: usize) {
        self.results.extend(self.tabs[tab].poll());
        self.check_store();
    }

    /// Nothing older is ever written over something newer, and nothing at all after a sign-out.
    fn check_store(&mut self) {
        match self.platform.record() {
            Some(record) => {
                assert!(!self.has_signed_out, "a session after the sign-out");
                let stored = number_of(&record);
                assert!(stored >= self.newest_stored, "an older session was stored");
                self.newest_stored = stored;
            }
            None => assert!(self.has_signed_out, "the session was dropped"),
        }
    }

    /// Lets everybody finish.
    fn end(&mut self) {
        for _ in 0..2_000 {
            for tab in 0..TABS {
                self.tabs[tab].is_frozen = false;
                self.turn(tab);
            }
            if self.tabs.iter().all(|tab| tab.work.is_none()) {
                self.platform.clear_script();
                assert!(!self.platform.is_locked(), "the lock is still held");
                return;
            }
        }
        panic!("somebody waits for ever");
    }

    /// How often each refresh token was sent to buy tokens.
    fn purchases(&self) -> BTreeMap<String, usize> {
        let mut purchases = BTreeMap::new();
        for sent in self.platform.calls() {
            if sent.operation == "GetTokensFromRefreshToken" {
                let token = sent.body["RefreshToken"].as_str().unwrap().to_owned();
                *purchases.entry(token).or_default() += 1;
            }
        }
        purchases
    }
}

fn token(tab: &Tab) -> String {
    let token = run(tab.client.fresh_access_token(Some(60), &options())).unwrap();
    token.access_token.secret().to_owned()
}

/// The number in `refresh-17`.
fn number_of(record: &str) -> u32 {
    let token = record.split("refresh-").nth(1).unwrap();
    token.split('"').next().unwrap().parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn without_mishaps_every_token_is_spent_once_and_everybody_is_served(
        events in prop::collection::vec(orderly(), 0..50),
    ) {
        let mut history = History::begin();
        events.into_iter().for_each(|event| history.happen(event));
        history.end();
        for result in &history.results {
            prop_assert!(result.is_ok(), "{result:?}");
        }
        for (token, times) in history.purchases() {
            prop_assert_eq!(times, 1, "{} was spent more than once", token);
        }
    }

    #[test]
    fn after_any_mishap_the_session_is_still_there_and_a_token_is_spent_again_only_for_a_reason(
        events in prop::collection::vec(faulty(), 0..60),
    ) {
        let mut history = History::begin();
        events.into_iter().for_each(|event| history.happen(event));
        history.end();
        for result in &history.results {
            let code = result.as_ref().err().map(|error| error.code);
            prop_assert!(
                matches!(code, None | Some(ErrorCode::Network | ErrorCode::Timeout)),
                "{result:?}"
            );
        }
        for (token, times) in history.purchases() {
            // What happened after its successor was stored is no reason.
            let number = number_of(&token);
            let reasons = history.mishaps.iter().filter(|stored| **stored <= number).count();
            prop_assert!(times <= 1 + reasons, "{token}: {times} with {reasons} mishaps");
        }
        let later = Tab::open(&history.platform);
        prop_assert!(run(later.client.refresh(&options())).is_ok(), "it works on");
        for tab in &history.tabs {
            run(tab.client.resume());
            prop_assert_eq!(token(tab), token(&later), "all tabs have the same tokens");
        }
    }

    #[test]
    fn a_sign_out_is_final_whatever_the_other_tabs_are_doing(
        before in prop::collection::vec(faulty(), 0..30),
        tab in 0..TABS,
        after in prop::collection::vec(faulty(), 0..30),
    ) {
        let mut history = History::begin();
        before.into_iter().for_each(|event| history.happen(event));
        history.happen(Event::SignOut(tab));
        after.into_iter().for_each(|event| history.happen(event));
        history.end();
        prop_assert_eq!(history.platform.record(), None);
        for tab in &history.tabs {
            prop_assert_eq!(run(tab.client.resume()), State::SignedOut);
        }
    }
}

#[test]
fn a_tab_that_is_closed_while_it_holds_the_lock_lets_the_next_one_in() {
    let (closing, platform) = client();
    sign_in(&closing);
    let mut closing = Tab::open(&platform);
    let waiting = client_of(&platform);
    run(waiting.resume());
    platform.advance_ms(LIFETIME * 1000);
    closing.begin(false);
    while !platform.is_locked() {
        assert!(closing.poll().is_none());
    }
    drop(closing);
    run(waiting.fresh_access_token(Some(60), &options())).unwrap();
}

#[test]
fn a_frozen_tab_is_waited_for_once_and_finds_the_tokens_of_the_others_when_it_wakes() {
    let (first, platform) = client();
    sign_in(&first);
    platform.server().rotates = true;
    let (mut frozen, mut waiting) = (Tab::open(&platform), Tab::open(&platform));
    platform.advance_ms(LIFETIME * 1000);
    platform.take_operations();
    frozen.begin(false);
    while platform
        .calls()
        .iter()
        .all(|sent| sent.operation != "GetTokensFromRefreshToken")
    {
        assert!(frozen.poll().is_none());
    }
    waiting.begin(false);
    for _ in 0..50 {
        assert!(waiting.poll().is_none(), "it waits");
    }
    platform.advance_ms(12_000);
    let served = std::iter::from_fn(|| Some(waiting.poll())).flatten().next();
    served.unwrap().unwrap();
    let woken = std::iter::from_fn(|| Some(frozen.poll())).flatten().next();
    woken.unwrap().unwrap();
    assert_eq!(token(&frozen), token(&waiting));
}

#[test]
fn a_caller_with_little_time_does_not_go_past_the_lock() {
    let (first, platform) = client();
    sign_in(&first);
    let mut holder = Tab::open(&platform);
    platform.advance_ms(LIFETIME * 1000);
    holder.begin(false);
    while !platform.is_locked() {
        assert!(holder.poll().is_none());
    }
    let impatient = client_of(&platform);
    run(impatient.resume());
    platform.take_operations();
    let mut options = options();
    options.timeout_ms = 3_000;
    let mut work = Box::pin(impatient.refresh(&options));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..50 {
        assert!(work.as_mut().poll(&mut context).is_pending());
    }
    platform.advance_ms(3_000);
    assert_eq!(run(work).unwrap_err().code, ErrorCode::Timeout);
    assert!(is_signed_in(&impatient));
    let bought = |operation: &String| operation == "GetTokensFromRefreshToken";
    assert!(!platform.take_operations().iter().any(bought));
}

#[test]
fn a_refused_token_ends_nothing_once_another_tab_has_stored_a_newer_one() {
    let (first, platform) = client();
    sign_in(&first);
    platform.server().rotates = true;
    let (mut slow, fast) = (Tab::open(&platform), client_of(&platform));
    run(fast.resume());
    slow.begin(true);
    while platform
        .calls()
        .iter()
        .all(|sent| sent.operation != "GetTokensFromRefreshToken")
    {
        assert!(slow.poll().is_none());
    }
    // As if the lock had been stolen: the fast one refreshes twice, and the slow one's token is worth nothing.
    platform.unlock();
    for _ in 0..2 {
        run(fast.refresh(&options())).unwrap();
    }
    let result = std::iter::from_fn(|| Some(slow.poll())).flatten().next();
    result.unwrap().unwrap();
    assert!(is_signed_in(&slow.client) && slow.client.is_adopted());
    run(slow.client.refresh(&options())).unwrap();
}

#[test]
fn a_call_that_began_as_one_person_does_not_go_on_as_another() {
    let (first, platform) = client();
    platform.server().add_user("ben", PASSWORD);
    sign_in(&first);
    let mut anas = Tab::open(&platform);
    platform.advance_ms(LIFETIME * 1000);
    anas.begin(false);
    assert!(anas.poll().is_none());
    let ben = Username::parse("ben").unwrap();
    let flow = Flow::Password;
    done(run(first.sign_in(
        &ben,
        Some(&password(PASSWORD)),
        flow,
        &options(),
    )));
    let result = std::iter::from_fn(|| Some(anas.poll())).flatten().next();
    assert_eq!(result.unwrap().unwrap_err().code, ErrorCode::SignedOut);
    run(anas.client.resume());
    assert!(run(anas.client.fresh_access_token(Some(60), &options())).is_ok());
}

#[test]
fn a_sign_out_revokes_what_another_tab_has_stored_last() {
    let (first, platform) = client();
    sign_in(&first);
    platform.server().rotates = true;
    let other = client_of(&platform);
    run(other.resume());
    run(other.refresh(&options())).unwrap();
    platform.take_operations();
    run(first.sign_out(false, &options()));
    let [revocation] = &platform.calls()[..] else {
        panic!("one call")
    };
    assert_eq!(revocation.body["Token"], "refresh-2");
}

/// Ana's tab, which has not heard that Ben has signed in with another client of the store.
fn replaced_by_ben() -> (Client<Platform>, Platform) {
    let (anas, platform) = client();
    platform.server().add_user("ben", PASSWORD);
    sign_in(&anas);
    let ben = Username::parse("ben").unwrap();
    let secret = password(PASSWORD);
    let bens = client_of(&platform);
    done(run(bens.sign_in(
        &ben,
        Some(&secret),
        Flow::Srp,
        &options(),
    )));
    platform.take_operations();
    (anas, platform)
}

#[test]
fn a_sign_out_ends_the_session_of_who_asked_for_it_and_not_of_who_signed_in_meanwhile() {
    for everywhere in [false, true] {
        let (anas, platform) = replaced_by_ben();
        let outcome = run(anas.sign_out(everywhere, &options()));
        assert!(outcome.revoked && outcome.error.is_none(), "{outcome:?}");
        let left: Vec<String> = platform.server().refresh_tokens.values().cloned().collect();
        assert_eq!(left, ["ben"], "everywhere: {everywhere}");
        assert_eq!(run(anas.resume()), run(client_of(&platform).resume()));
        assert!(is_signed_in(&anas), "as Ben");
    }
}

#[test]
fn forgetting_a_deleted_person_leaves_the_session_of_another() {
    let (anas, platform) = replaced_by_ben();
    run(anas.forget("ana-3f1c2d4e")).unwrap();
    assert!(!is_signed_in(&anas));
    assert!(platform.record().unwrap().contains("ben-3f1c2d4e"));
    // Nor where this client has heard of it.
    run(anas.resume());
    run(anas.forget("ana-3f1c2d4e")).unwrap();
    assert!(is_signed_in(&anas), "as Ben");
    assert!(platform.record().is_some());
}

#[test]
fn what_a_page_asks_for_one_person_is_not_done_to_another() {
    let (client, platform) = client();
    platform.server().add_user("ben", PASSWORD);
    sign_in(&client);
    let State::SignedIn(ana) = client.state() else {
        panic!("somebody is signed in")
    };
    // The page shows ana; in the worker somebody else has signed in since.
    let ben = Username::parse("ben").unwrap();
    let known = password(PASSWORD);
    done(run(client.sign_in(
        &ben,
        Some(&known),
        Flow::Password,
        &options(),
    )));
    let mut for_ana = options();
    for_ana.sub = Some(ana.sub.clone());
    platform.take_operations();
    let refused = run(client.refresh(&for_ana)).unwrap_err();
    assert_eq!(refused.code, ErrorCode::SignedOut);
    let refused = run(client.fresh_access_token(None, &for_ana)).unwrap_err();
    assert_eq!(refused.code, ErrorCode::SignedOut);
    let nothing = run(client.sign_out(true, &for_ana));
    assert!(!nothing.revoked && !nothing.everywhere && nothing.error.is_none());
    assert!(platform.take_operations().is_empty());
    assert!(is_signed_in(&client) && platform.record().is_some());

    // Nor where this tab has not heard of the other person yet.
    let late = client_of(&platform);
    run(late.sign_out(false, &for_ana));
    assert!(platform.record().is_some());

    let mut for_ben = options();
    let State::SignedIn(ben) = client.state() else {
        panic!("ben is signed in")
    };
    for_ben.sub = Some(ben.sub);
    run(client.refresh(&for_ben)).unwrap();
    assert!(run(client.sign_out(false, &for_ben)).revoked);
    assert_eq!(platform.record(), None);
}
