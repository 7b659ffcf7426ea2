//! What is told, and what is to be seen of it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::element;
use crate::flow::ProviderProblem;
use crate::flow::tests::Parsed;

#[test]
fn what_the_service_tells_is_read_and_what_is_of_another_kind_is_refused() {
    let told = json!({
        "Account": "ada@example.com", "ClientName": "Demo", "IsRecent": true, "Inbox": "/inbox",
        "ProofCode": { "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "a***@e***" },
        "HasPassword": true,
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
    assert_eq!(account.proof_address.as_deref(), Some("a***@e***"));
    assert_eq!(account.inbox.as_deref(), Some("/inbox"));
    assert_eq!(account.style.as_deref(), Some("/_cognate/brand/x"));
    for (member, value) in [
        ("Account", json!(null)),
        ("IsRecent", json!("yes")),
        ("Links", json!([{ "Provider": "Works" }])),
        ("Sessions", json!([{ "Id": 1 }])),
        ("Apps", json!({})),
        ("ProofCode", json!({ "Destination": 1 })),
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
        happens in proptest::collection::vec((0..17_u8, 0..4_usize), 0..40),
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
                12 => {
                    let proof_address = (at > 1).then(|| "a***@e***".to_owned());
                    let told = Account { is_recent: at % 2 > 0, proof_address, ..account() };
                    walk.happens(Event::Described(Ok(told)));
                }
                13 => walk.presses(Press::SendCode),
                14 => walk.happens(Event::Submitted { has_code: at > 0 }),
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
