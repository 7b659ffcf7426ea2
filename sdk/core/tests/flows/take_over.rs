//! A session that another client has left is taken over by its refresh token.

use std::future::Future;
use std::task::{Context, Waker};

use cognate_core::config::Username;
use cognate_core::ports::{HttpResponse, SendFailure};
use cognate_core::secret::{DevicePassword, RefreshToken};
use cognate_core::session::{State, User};
use cognate_core::sign_in::{Entry, Flow, LeftDevice, SignInStep};
use cognate_core::{Client, Error, ErrorCode};

use crate::platform::{Platform, Scripted};
use crate::{PASSWORD, client, client_of, done, is_signed_in, options, password, run, sign_in};

/// Somebody who is signed in with another client: a platform whose store is empty, and the refresh token.
fn left_elsewhere(rotates: bool) -> (Platform, String) {
    let (old, platform) = client();
    platform.server().rotates = rotates;
    sign_in(&old);
    platform.set_record(None);
    let token = platform.server().refresh_tokens.keys().next().cloned();
    (platform, token.unwrap())
}

/// What the other client has noted as the name.
fn left_name() -> Username {
    Username::parse("ana-3f1c2d4e").unwrap()
}

fn take_over(client: &Client<Platform>, token: &str) -> Result<User, Error> {
    let (username, token) = (left_name(), RefreshToken::new(token.into()));
    match run(client.enter(
        Entry::TakeOver {
            username,
            token,
            device: None,
        },
        &options(),
    ))? {
        SignInStep::Done(user) => Ok(user),
        step => panic!("asked: {step:?}"),
    }
}

#[test]
fn its_refresh_token_makes_a_session_like_any_other() {
    for rotates in [false, true] {
        let (platform, token) = left_elsewhere(rotates);
        let client = client_of(&platform);
        let user = take_over(&client, &token).unwrap();
        assert_eq!(client.state(), State::SignedIn(user.clone()));
        assert_eq!(
            run(client_of(&platform).resume()),
            State::SignedIn(user),
            "it is stored"
        );
        run(client.refresh(&options())).unwrap();
        let spent = !platform.server().refresh_tokens.contains_key(&token);
        assert_eq!(spent, rotates);
    }
}

/// Takes over what was left under a name, with a device.
fn enter_as(
    client: &Client<Platform>,
    name: &str,
    token: &str,
    key: &str,
) -> Result<SignInStep, Error> {
    let device = LeftDevice {
        key: key.into(),
        group: "-group".into(),
        password: DevicePassword::new("random".into()),
    };
    let entry = Entry::TakeOver {
        username: Username::parse(name).unwrap(),
        token: RefreshToken::new(token.into()),
        device: Some(device),
    };
    run(client.enter(entry, &options()))
}

#[test]
fn its_device_comes_along_under_the_real_name_and_stays_where_nothing_was_taken_over() {
    let (platform, token) = left_elsewhere(false);
    let client = client_of(&platform);
    let refused = enter_as(&client, "ana@example.com", "no-token", "eu_key");
    assert_eq!(refused.unwrap_err().code, ErrorCode::SessionLost);
    assert!(platform.devices().is_empty());

    let step = enter_as(&client, "ana@example.com", &token, "eu_key");
    assert!(matches!(step.unwrap(), SignInStep::Done(_)));
    let records: Vec<String> = platform.devices().values().cloned().collect();
    let [record] = &records[..] else {
        panic!("kept once: {records:?}")
    };
    for part in ["eu_key", "-group", "random"] {
        assert!(record.contains(part), "{part}");
    }
    run(client_of(&platform).resume());
    run(client.refresh(&options())).unwrap();
    let keys = platform.calls();
    let keys = keys
        .iter()
        .filter(|sent| sent.operation == "GetTokensFromRefreshToken")
        .map(|sent| &sent.body["DeviceKey"]);
    assert_eq!(keys.collect::<Vec<_>>(), ["eu_key"; 3]);
}

#[test]
fn a_device_that_is_kept_already_is_not_replaced_by_one_that_was_left() {
    let (platform, token) = left_elsewhere(false);
    for (key, kept) in [("first", "first"), ("second", "first")] {
        let client = client_of(&platform);
        enter_as(&client, "ana-3f1c2d4e", &token, key).unwrap();
        let record = platform.devices().values().next().cloned().unwrap();
        assert!(record.contains(kept), "{key}: {record}");
        assert_eq!(platform.devices().len(), 1);
        run(client.forget("ana-3f1c2d4e")).unwrap();
    }
}

#[test]
fn the_name_that_was_left_is_one_of_the_person_whose_token_it_is() {
    let (platform, token) = left_elsewhere(false);
    let client = client_of(&platform);
    for other in ["victim", "victim@example.com", "ben-3f1c2d4e", "local_demo"] {
        let error = enter_as(&client, other, &token, "eu_key").unwrap_err();
        assert_eq!(error.code, ErrorCode::TokenRejected, "{other}");
        assert!(!is_signed_in(&client) && platform.record().is_none());
        assert!(platform.devices().is_empty(), "{other}");
    }
    for own in ["ana-3f1c2d4e", "Ana@Example.com"] {
        enter_as(&client, own, &token, "eu_key").unwrap();
        run(client.forget("ana-3f1c2d4e")).unwrap();
    }
}

#[test]
fn a_token_that_the_service_refuses_gives_none_and_takes_none() {
    let (platform, token) = left_elsewhere(false);
    let client = client_of(&platform);
    for refused in [String::new(), "no-token".to_owned(), format!("{token}x")] {
        let error = take_over(&client, &refused).unwrap_err();
        assert_eq!(error.code, ErrorCode::SessionLost, "{refused}");
        assert!(!is_signed_in(&client));
    }
    let user = sign_in(&client);
    take_over(&client, "no-token").unwrap_err();
    assert_eq!(client.state(), State::SignedIn(user), "the session stands");
}

#[test]
fn an_account_that_cannot_sign_in_is_an_error_and_no_step() {
    let (platform, token) = left_elsewhere(false);
    for name in [
        "UserNotConfirmedException",
        "PasswordResetRequiredException",
    ] {
        let client = client_of(&platform);
        let keys = Scripted::Reach;
        let body = format!(r#"{{"__type":"{name}"}}"#);
        let refused = Scripted::Answer(HttpResponse {
            status: 400,
            body,
            ..HttpResponse::default()
        });
        platform.script([keys, refused]);
        assert!(take_over(&client, &token).is_err());
    }
}

#[test]
fn a_network_failure_takes_nothing_over_and_the_next_try_does() {
    let (platform, token) = left_elsewhere(false);
    let client = client_of(&platform);
    platform.script([
        Scripted::Fail(SendFailure::Offline),
        Scripted::Fail(SendFailure::Offline),
    ]);
    let error = take_over(&client, &token).unwrap_err();
    assert_eq!(error.code, ErrorCode::Offline);
    assert!(!is_signed_in(&client));
    platform.clear_script();
    take_over(&client, &token).unwrap();
}

/// A taking over that has been sent, and what happens meanwhile.
fn taken_over_while(
    first: &Client<Platform>,
    token: &str,
    meanwhile: impl FnOnce(),
) -> Result<SignInStep, Error> {
    let (username, token) = (left_name(), RefreshToken::new(token.into()));
    let entry = Entry::TakeOver {
        username,
        token,
        device: None,
    };
    let options = options();
    let mut taking = Box::pin(first.enter(entry, &options));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..3 {
        assert!(taking.as_mut().poll(&mut context).is_pending());
    }
    meanwhile();
    run(taking)
}

#[test]
fn who_signs_in_meanwhile_here_or_in_another_tab_keeps_their_place() {
    for is_other_tab in [false, true] {
        let (platform, token) = left_elsewhere(false);
        platform.server().add_user("ben", PASSWORD);
        let (first, second) = (client_of(&platform), client_of(&platform));
        let bens = if is_other_tab { &second } else { &first };
        let result = taken_over_while(&first, &token, || {
            let (ben, secret) = (Username::parse("ben").unwrap(), password(PASSWORD));
            done(run(bens.sign_in(
                &ben,
                Some(&secret),
                Flow::Srp,
                &options(),
            )));
        });
        assert_eq!(result.unwrap_err().code, ErrorCode::SignedOut);
        assert!(platform.record().unwrap().contains("ben-3f1c2d4e"));
        run(first.resume());
        assert!(is_signed_in(&first), "as Ben");
        let left: Vec<String> = platform.server().refresh_tokens.values().cloned().collect();
        assert_eq!(left, ["ben"], "what was bought is revoked");
    }
}

#[test]
fn a_sign_out_wins_over_a_taking_over_under_way() {
    let (platform, token) = left_elsewhere(false);
    let first = client_of(&platform);
    let result = taken_over_while(&first, &token, || {
        run(first.sign_out(false, &options()));
    });
    assert_eq!(result.unwrap_err().code, ErrorCode::SignedOut);
    assert!(!is_signed_in(&first) && platform.record().is_none());
    assert!(platform.server().refresh_tokens.is_empty());
}
