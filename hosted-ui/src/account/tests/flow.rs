//! What happens, and what it leads to.

use super::*;

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
