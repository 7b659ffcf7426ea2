//! Proving who one is by a code.

use super::*;

/// Somebody without a password, whose provider does not say when they proved who they are.
fn unproved() -> Account {
    Account {
        is_recent: false,
        has_password: false,
        proof_address: Some("a***@e***".into()),
        inbox: Some("/_cognate/inbox".into()),
        ..account()
    }
}

/// The same person, with a code under way.
fn sent() -> Walk {
    let mut walk = Walk::begin(unproved());
    walk.presses(Press::SendCode);
    assert_eq!(walk.call(), &Call::SendProofCode);
    walk.answers(Ok(None));
    walk
}

fn submits(walk: &mut Walk, has_code: bool) {
    walk.happens(Event::Submitted { has_code });
}

#[test]
fn a_code_is_sent_typed_and_taken_and_the_account_is_read_again() {
    let walk = Walk::begin(unproved());
    assert!(words(&walk.finds("send-code").unwrap()).contains("a***@e***"));
    assert!(walk.finds("code").is_none() && walk.finds("sign-in").is_some());
    let mut walk = sent();
    assert_eq!(walk.effects, [Effect::Focus("code")]);
    assert!(walk.finds("proof").is_some() && walk.finds("inbox").is_some());
    submits(&mut walk, true);
    assert_eq!(walk.call(), &Call::ConfirmProof);
    submits(&mut walk, true);
    assert!(walk.effects.is_empty(), "one at a time");
    walk.answers(Ok(None));
    assert_eq!(walk.effects, [Effect::Describe]);
    walk.happens(Event::Described(Ok(account())));
    assert_eq!(walk.effects, [Effect::Focus("ways")]);
    assert_eq!(walk.state.notice, Some(Notice::Proved(Section::Ways)));
    assert!(walk.finds("proof").is_none() && walk.finds("send-code").is_none());
    walk.happens(Event::Pressed(Press::Want(Change::Link(2))));
    assert_eq!(walk.call(), &Call::Link("Else".into()));
}

#[test]
fn it_is_offered_where_a_change_was_wanted_and_what_came_of_it_is_said_there() {
    let mut walk = Walk::begin(unproved());
    walk.presses(Press::Want(Change::EndSession(0)));
    assert_eq!(walk.state.alert, Some(Alert::NotRecent(Section::Sessions)));
    assert!(walk.finds("send-code").is_some());
    walk.presses(Press::SendCode);
    walk.answers(Ok(None));
    submits(&mut walk, true);
    walk.answers(Ok(None));
    walk.happens(Event::Described(Ok(account())));
    assert_eq!(walk.effects, [Effect::Focus("sessions")]);
    assert_eq!(walk.state.alert, None);
}

#[test]
fn an_empty_field_and_a_code_that_is_wrong_or_too_old_are_said_at_the_field() {
    let mut walk = sent();
    submits(&mut walk, false);
    assert_eq!(walk.effects, [Effect::Focus("code")]);
    assert!(words(&walk.finds("code-problem").unwrap()).contains("Enter the code."));
    for (kind, said) in [
        (Kind::WrongCode, "not right"),
        (Kind::ExpiredCode, "too old"),
    ] {
        submits(&mut walk, true);
        walk.fails(kind);
        assert_eq!(walk.effects, [Effect::Focus("code")], "{kind:?}");
        assert!(words(&walk.finds("code-problem").unwrap()).contains(said));
        assert!(
            walk.finds("code")
                .unwrap()
                .attributes
                .contains(&("aria-invalid", "true".into()))
        );
    }
    walk.presses(Press::SendCode);
    walk.answers(Ok(None));
    assert!(walk.finds("code-problem").is_none());
    let form = page(&screen(walk.state, Lang::En));
    assert!(
        words(&form).contains("Earlier codes no longer work"),
        "another"
    );
}

#[test]
fn what_is_no_fault_of_the_code_is_said_beside_it_and_an_ended_session_is_asked_about() {
    for (kind, said) in [
        (Kind::Offline, "offline"),
        (Kind::TooMany, "Too many"),
        (Kind::Service, "our side"),
    ] {
        let mut walk = sent();
        submits(&mut walk, true);
        walk.fails(kind);
        assert!(walk.effects.is_empty() && walk.state.busy.is_none());
        assert!(walk.finds("code-problem").is_none());
        let all = words(&page(&screen(walk.state, Lang::En)));
        assert!(all.contains(said), "{all}");
    }
    for kind in [Kind::NotAuthorized, Kind::Refused] {
        let mut walk = sent();
        submits(&mut walk, true);
        walk.fails(kind);
        assert_eq!(walk.effects, [Effect::Describe], "{kind:?}");
        walk.happens(Event::Described(Err(Kind::NotAuthorized.into())));
        assert_eq!(walk.effects, [Effect::SignIn]);
    }
}

#[test]
fn who_has_a_password_or_no_address_is_offered_the_sign_in_alone() {
    let without = Account {
        proof_address: None,
        ..unproved()
    };
    let walk = Walk::begin(without);
    assert!(walk.finds("send-code").is_none() && walk.finds("sign-in").is_some());
}
