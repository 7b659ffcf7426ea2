use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::element::{self, Element};
use crate::flow::tests::Parsed;
use crate::flow::{Provider, ProviderProblem};
use crate::i18n::Lang;

fn provider(name: &str) -> Provider {
    Provider {
        name: name.into(),
        kind: "OIDC".into(),
    }
}

/// An account with everything: two links of three providers, three sessions, an app.
fn account() -> Account {
    let link = |name: &str| Link {
        provider: provider(name),
        user_id: format!("{name}-7"),
        since: 1_700_000_000,
    };
    let session = |id: &str, is_this| Session {
        id: id.into(),
        started_at: 1_700_000_000,
        last_active_at: 1_700_000_100,
        is_this,
    };
    Account {
        name: "ada@example.com".into(),
        client_name: "Demo".into(),
        is_recent: true,
        has_password: true,
        providers: ["Works", "Corp", "Else"].map(provider).into(),
        links: ["Works", "Corp"].map(link).into(),
        sessions: vec![session("a", false), session("b", true), session("c", false)],
        apps: vec![App {
            id: "app".into(),
            name: "Notes".into(),
            scopes: vec!["openid".into(), "notes/read".into()],
        }],
        style: None,
    }
}

fn arrival() -> Arrival {
    Arrival {
        has_client: true,
        ..Arrival::default()
    }
}

/// The page with this account, and what happened since.
struct Walk {
    state: State,
    effects: Vec<Effect>,
}

impl Walk {
    fn begin(account: Account) -> Self {
        let (state, effects) = open(arrival());
        assert_eq!(effects, [Effect::Describe]);
        let mut walk = Self { state, effects };
        walk.happens(Event::Described(Ok(account)));
        walk
    }

    fn happens(&mut self, event: Event) {
        (self.state, self.effects) = step(self.state.clone(), event);
    }

    fn presses(&mut self, press: Press) {
        self.happens(Event::Pressed(press));
    }

    fn call(&self) -> &Call {
        match &*self.effects {
            [Effect::Call { call, .. }] => call,
            other => panic!("{other:?}"),
        }
    }

    fn answers(&mut self, result: Result<Option<String>, Failure>) {
        let call = self.state.call_number();
        self.happens(Event::Answered { call, result });
    }

    fn fails(&mut self, kind: Kind) {
        self.answers(Err(kind.into()));
    }

    /// The element with this id, if there is one.
    fn finds(&self, id: &str) -> Option<Element> {
        page(&screen(self.state.clone(), Lang::En))
            .find(id)
            .cloned()
    }
}

fn screen(state: State, lang: Lang) -> Screen {
    Screen {
        state,
        lang,
        date: |lang, seconds| format!("{} {seconds}", lang.tag()),
        is_online: true,
        is_slow: false,
    }
}

fn words(element: &Element) -> String {
    let mut all = element.text.clone();
    for child in &element.children {
        all.push(' ');
        all.push_str(&words(child));
    }
    all
}

#[test]
fn what_the_service_tells_is_read_and_what_is_of_another_kind_is_refused() {
    let told = json!({
        "Account": "ada@example.com", "ClientName": "Demo", "IsRecent": true, "HasPassword": true,
        "Providers": [{ "Name": "Works", "Type": "OIDC" }],
        "Links": [{ "Provider": "G", "Type": "Google", "UserId": "1", "Since": 5 }],
        "Sessions": [{ "Id": "s", "StartedAt": 1, "LastActiveAt": 2, "IsThis": true }],
        "Apps": [{ "Id": "app", "Name": "Notes", "Scopes": ["openid"] }],
        "Style": "/_cognate/brand/x",
    });
    let account = Account::read(&Parsed(told.clone())).unwrap();
    assert_eq!(account.links[0].provider.label(), "Google");
    assert_eq!(
        (
            account.sessions[0].last_active_at,
            account.sessions[0].is_this
        ),
        (2, true)
    );
    assert_eq!(account.apps[0].scopes, ["openid"]);
    assert_eq!(account.style.as_deref(), Some("/_cognate/brand/x"));
    for (member, value) in [
        ("Account", json!(null)),
        ("IsRecent", json!("yes")),
        ("Links", json!([{ "Provider": "Works" }])),
        ("Sessions", json!([{ "Id": 1 }])),
        ("Apps", json!({})),
    ] {
        let mut changed = told.clone();
        changed[member] = value;
        assert!(Account::read(&Parsed(changed)).is_err(), "{member}");
    }
    let mut elsewhere = told;
    elsewhere["Style"] = json!("//elsewhere.example/x");
    assert_eq!(Account::read(&Parsed(elsewhere)).unwrap().style, None);
}

#[test]
fn who_is_not_signed_in_goes_to_the_sign_in_once_and_is_told_if_that_did_not_help() {
    let (state, _) = open(arrival());
    let nobody = || Event::Described(Err(Kind::NotAuthorized.into()));
    let (state, effects) = step(state, nobody());
    assert_eq!(
        (state.page, &*effects),
        (Page::SigningIn, &[Effect::SignIn][..])
    );

    let (state, _) = open(Arrival {
        is_back: true,
        ..arrival()
    });
    let (state, effects) = step(state, nobody());
    assert_eq!((&state.page, &*effects), (&Page::Nobody, &[][..]));
    let (_, effects) = step(state, Event::Pressed(Press::SignIn));
    assert_eq!(effects, [Effect::SignIn]);

    let (state, effects) = open(Arrival::default());
    assert_eq!((state.page, &*effects), (Page::NoApp, &[][..]));
}

#[test]
fn what_takes_something_away_is_asked_about_and_what_does_not_is_not() {
    let mut walk = Walk::begin(account());
    for change in [Change::Unlink(1), Change::EndOthers, Change::Withdraw(0)] {
        walk.presses(Press::Want(change));
        assert_eq!(walk.effects, [Effect::Focus("question")], "{change:?}");
        walk.presses(Press::Keep);
        assert_eq!(walk.effects, [Effect::Focus(change.section().id())]);
        walk.presses(Press::Sure);
        assert!(walk.effects.is_empty(), "nobody was asked");
    }
    walk.presses(Press::Want(Change::Unlink(1)));
    walk.presses(Press::Sure);
    assert_eq!(walk.call(), &Call::Unlink("Corp".into(), "Corp-7".into()));
    let mut walk = Walk::begin(account());
    walk.presses(Press::Want(Change::EndSession(2)));
    assert_eq!(walk.call(), &Call::EndSession("c".into()));
    walk.presses(Press::Want(Change::EndSession(0)));
    assert!(walk.effects.is_empty(), "one at a time");
}

#[test]
fn a_change_that_was_made_is_said_where_it_was_made_and_the_account_is_read_again() {
    let mut walk = Walk::begin(account());
    walk.presses(Press::Want(Change::Withdraw(0)));
    walk.presses(Press::Sure);
    assert_eq!(walk.call(), &Call::Withdraw("app".into()));
    walk.answers(Ok(None));
    assert_eq!(walk.effects, [Effect::Describe]);
    let without = Account {
        apps: Vec::new(),
        ..account()
    };
    walk.happens(Event::Described(Ok(without)));
    assert_eq!(walk.effects, [Effect::Focus("apps")]);
    assert_eq!(walk.state.notice, Some(Notice::Withdrawn));
    walk.presses(Press::Want(Change::EndSession(0)));
    assert_eq!(walk.state.notice, None);
}

#[test]
fn all_others_are_ended_one_after_the_other_and_one_that_is_gone_already_counts() {
    let mut walk = Walk::begin(account());
    walk.presses(Press::Want(Change::EndOthers));
    walk.presses(Press::Sure);
    assert_eq!(walk.call(), &Call::EndSession("c".into()));
    walk.fails(Kind::Gone);
    assert_eq!(walk.call(), &Call::EndSession("a".into()));
    walk.answers(Ok(None));
    assert_eq!(walk.state.notice, Some(Notice::OthersEnded));
    assert_eq!(walk.effects, [Effect::Describe]);

    let mut walk = Walk::begin(account());
    walk.presses(Press::Want(Change::EndOthers));
    walk.presses(Press::Sure);
    walk.fails(Kind::Service);
    walk.presses(Press::Want(Change::EndSession(0)));
    walk.answers(Ok(None));
    assert_eq!(
        walk.state.notice,
        Some(Notice::SessionEnded),
        "the rest was given up"
    );
}

#[test]
fn a_proof_that_is_too_old_asks_for_a_sign_in_before_and_after_the_service_says_so() {
    let old = Account {
        is_recent: false,
        ..account()
    };
    let mut walk = Walk::begin(old.clone());
    assert!(walk.finds("sign-in").is_some(), "said at once");
    walk.presses(Press::Want(Change::Link(2)));
    assert_eq!(walk.state.alert, Some(Alert::NotRecent(Section::Ways)));
    assert_eq!(walk.effects, [Effect::Focus("summary")]);

    let mut walk = Walk::begin(account());
    assert!(walk.finds("sign-in").is_none());
    walk.presses(Press::Want(Change::EndSession(0)));
    walk.fails(Kind::NotAuthorized);
    assert_eq!(walk.effects, [Effect::Describe], "who is it that asks?");
    let asked = walk.state.clone();
    walk.happens(Event::Described(Ok(old)));
    assert_eq!(walk.state.alert, Some(Alert::NotRecent(Section::Sessions)));
    walk.presses(Press::SignIn);
    assert_eq!(walk.effects, [Effect::SignIn]);

    walk.state = asked;
    walk.happens(Event::Described(Err(Kind::NotAuthorized.into())));
    assert_eq!(
        (&walk.state.page, &*walk.effects),
        (&Page::SigningIn, &[Effect::SignIn][..])
    );
}

#[test]
fn a_provider_is_left_for_once_and_what_came_of_it_is_told_by_the_account_not_the_address() {
    let mut walk = Walk::begin(account());
    walk.presses(Press::Want(Change::Link(2)));
    assert_eq!(walk.call(), &Call::Link("Else".into()));
    walk.answers(Ok(Some("https://else.example/".into())));
    assert_eq!(
        walk.effects,
        [Effect::Visit("https://else.example/".into())]
    );
    walk.presses(Press::Want(Change::Link(2)));
    assert!(walk.effects.is_empty(), "it is leaving");

    for (claimed, notice) in [
        ("Works", Some(Notice::Linked("Works".into()))),
        ("Your bank, call 0900", None),
    ] {
        let (state, _) = open(Arrival {
            linked: Some(claimed.into()),
            ..arrival()
        });
        let (state, _) = step(state, Event::Described(Ok(account())));
        assert_eq!(state.notice, notice);
    }
    let (state, _) = open(Arrival {
        problem: Some("provider_user_taken".into()),
        ..arrival()
    });
    let (state, effects) = step(state, Event::Described(Ok(account())));
    assert_eq!(effects, [Effect::Focus("summary")]);
    let told = page(&screen(state, Lang::En));
    assert!(words(told.find("summary").unwrap()).contains("somebody else's account"));
}

#[test]
fn what_is_not_as_it_was_is_read_again_and_other_failures_leave_the_page() {
    for kind in [Kind::Gone, Kind::NoAnswer] {
        let mut walk = Walk::begin(account());
        walk.presses(Press::Want(Change::EndSession(0)));
        walk.fails(kind);
        assert_eq!(walk.effects, [Effect::Describe], "{kind:?}");
        walk.happens(Event::Described(Ok(account())));
        assert_eq!(walk.effects, [Effect::Focus("summary")]);
        assert!(walk.finds("summary").is_some());
    }
    for kind in [Kind::Refused, Kind::TooMany, Kind::Offline, Kind::Service] {
        let mut walk = Walk::begin(account());
        walk.presses(Press::Want(Change::EndSession(0)));
        walk.fails(kind);
        assert_eq!(walk.effects, [Effect::Focus("summary")], "{kind:?}");
        assert_eq!(walk.state.busy, None);
    }
    let (state, _) = open(arrival());
    let (state, _) = step(state, Event::Described(Err(Kind::Service.into())));
    assert_eq!(state.page, Page::Opening);
    let (_, effects) = step(state, Event::Pressed(Press::Retry));
    assert_eq!(effects, [Effect::Describe]);
}

#[test]
fn signing_out_ends_there_also_for_who_was_signed_out_already() {
    for answer in [Ok(None), Err(Kind::NotAuthorized.into())] {
        let mut walk = Walk::begin(account());
        walk.presses(Press::SignOut);
        assert_eq!(walk.call(), &Call::SignOut);
        walk.answers(answer);
        assert_eq!(walk.state.page, Page::SignedOut);
        let title = window_title(&screen(walk.state, Lang::En));
        assert_eq!(title, "You are signed out · Demo");
    }
    let mut walk = Walk::begin(account());
    walk.presses(Press::SignOut);
    walk.fails(Kind::Offline);
    assert!(walk.finds("sign-out").is_some() && walk.finds("summary").is_some());
}

#[test]
fn an_answer_to_an_earlier_call_changes_nothing() {
    let mut walk = Walk::begin(account());
    walk.presses(Press::Want(Change::EndSession(0)));
    let before = walk.state.call_number();
    walk.fails(Kind::Service);
    walk.presses(Press::Want(Change::EndSession(2)));
    let result = Ok(None);
    walk.happens(Event::Answered {
        call: before,
        result,
    });
    assert!(walk.effects.is_empty() && walk.state.busy.is_some());
}

#[test]
fn the_only_way_in_has_no_button_to_take_it_away_and_linked_providers_are_not_offered() {
    let one = Account {
        has_password: false,
        links: account().links[..1].to_vec(),
        ..account()
    };
    let walk = Walk::begin(one);
    assert!(walk.finds("unlink-0").is_none());
    let all = words(&page(&screen(walk.state.clone(), Lang::En)));
    assert!(all.contains("only way to sign in"), "{all}");
    assert!(walk.finds("link-0").is_none() && walk.finds("link-1").is_some());
    let walk = Walk::begin(account());
    assert!(walk.finds("unlink-0").is_some() && walk.finds("link-2").is_some());
}

#[test]
fn this_browser_is_marked_and_ended_by_signing_out_only() {
    let walk = Walk::begin(account());
    let all = words(&page(&screen(walk.state.clone(), Lang::En)));
    assert_eq!(all.matches("This browser").count(), 1, "{all}");
    assert!(walk.finds("end-1").is_none() && walk.finds("end-0").is_some());
    assert!(walk.finds("end-others").is_some());
    let alone = Account {
        sessions: account().sessions[1..2].to_vec(),
        apps: Vec::new(),
        ..account()
    };
    let walk = Walk::begin(alone);
    let all = words(&page(&screen(walk.state.clone(), Lang::En)));
    assert!(all.contains("signed in nowhere else") && all.contains("not been asked to allow"));
    assert!(walk.finds("end-others").is_none());
}

#[test]
fn two_accounts_of_one_provider_are_told_apart() {
    let mut twice = account();
    twice.links[1].provider = provider("Works");
    let all = words(&page(&screen(Walk::begin(twice).state, Lang::En)));
    assert!(all.contains("Works-7") && all.contains("Corp-7"), "{all}");
    let all = words(&page(&screen(Walk::begin(account()).state, Lang::En)));
    assert!(!all.contains("Works-7"), "{all}");
}

#[test]
fn only_who_takes_a_link_away_is_told_of_the_only_way_in() {
    for (change, is_told) in [(Change::Unlink(0), true), (Change::Link(0), false)] {
        let mut walk = Walk::begin(account());
        walk.state.alert = Some(Alert::Change(change, Kind::Refused.into()));
        let page = page(&screen(walk.state, Lang::En));
        let told = words(page.find("summary").unwrap());
        assert_eq!(told.contains("only way"), is_told, "{told}");
    }
}

#[test]
fn every_failure_is_said_in_every_language_and_a_service_s_fault_has_its_reference() {
    for lang in Lang::ALL {
        let mut said = BTreeSet::new();
        for kind in Kind::ALL {
            let mut walk = Walk::begin(account());
            walk.state.alert = Some(Alert::Change(
                Change::Unlink(0),
                Failure {
                    retry_after_s: Some(90),
                    request_id: Some("req-1".into()),
                    ..kind.into()
                },
            ));
            let page = page(&screen(walk.state, lang));
            let told = words(page.find("summary").unwrap());
            assert_eq!(
                told.contains("req-1"),
                kind == Kind::Service || kind == Kind::Refused
            );
            said.insert(told);
        }
        assert_eq!(said.len(), Kind::ALL.len(), "each its own words");
    }
    for (name, problem) in ProviderProblem::NAMED {
        assert_eq!(LinkProblem::parse(name), LinkProblem::Provider(problem));
    }
    assert_eq!(
        LinkProblem::parse("provider_link_limit"),
        LinkProblem::TooMany
    );
    assert_eq!(Kind::of_error("LimitExceededException"), Kind::TooMany);
    assert_eq!(Kind::of_error("<script>"), Kind::Service);
}

/// What must hold of every picture: one heading, ids once, what can be pressed has an id and a name, dates in its language.
fn check(screen: &Screen) {
    fn visit(element: &Element, ids: &mut Vec<String>, buttons: &mut Vec<String>) {
        if !element.id.is_empty() {
            ids.push(element.id.clone());
        }
        assert!(element.text.is_empty() || element.children.is_empty());
        let labels = ["aria-labelledby", "for"];
        for (name, value) in &element.attributes {
            assert!(!value.contains('{'), "{name} {value}");
            if labels.contains(name) {
                buttons.push(value.clone());
            }
        }
        if let Some(press) = &element.press {
            assert!(matches!(press, element::Press::Account(_)));
            assert!(!element.id.is_empty() && !words(element).trim().is_empty());
            let named = element
                .attributes
                .iter()
                .find(|(name, _)| *name == "aria-label");
            if let Some((_, label)) = named {
                assert!(
                    label.contains(&*element.text),
                    "{label} begins with what is seen"
                );
            }
        }
        for child in &element.children {
            visit(child, ids, buttons);
        }
    }
    let page = page(screen);
    let (mut ids, mut referred) = (Vec::new(), Vec::new());
    visit(&page, &mut ids, &mut referred);
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    for id in &referred {
        assert!(ids.contains(id), "{id} is referred to");
    }
    assert!(!window_title(screen).is_empty());
}

proptest! {
    #[test]
    fn whatever_happens_in_any_order_the_page_can_be_drawn_and_never_hangs(
        happens in proptest::collection::vec((0..14_u8, 0..4_usize), 0..40),
    ) {
        let mut walk = Walk::begin(account());
        for (what, at) in happens {
            let kind = Kind::ALL[at % Kind::ALL.len()];
            match what {
                0 => walk.presses(Press::Want(Change::Link(at))),
                1 => walk.presses(Press::Want(Change::Unlink(at))),
                2 => walk.presses(Press::Want(Change::EndSession(at))),
                3 => walk.presses(Press::Want(Change::EndOthers)),
                4 => walk.presses(Press::Want(Change::Withdraw(at))),
                5 => walk.presses(Press::Sure),
                6 => walk.presses(Press::Keep),
                7 => walk.presses(Press::Retry),
                8 => walk.presses(Press::SignOut),
                9 => walk.answers(Ok(None)),
                10 => walk.fails(kind),
                11 => walk.happens(Event::Described(Err(kind.into()))),
                12 => walk.happens(Event::Described(Ok(Account { is_recent: at > 0, ..account() }))),
                _ => walk.answers(Ok(Some("https://else.example/".into()))),
            }
            // What was asked for comes back as an event: somebody who is busy waits for one.
            let asked = walk.effects.iter().any(|effect| !matches!(effect, Effect::Focus(_)));
            prop_assert!(!asked || walk.state.busy.is_some() || walk.state.page == Page::SigningIn);
            for lang in Lang::ALL {
                check(&screen(walk.state.clone(), lang));
            }
        }
    }
}
