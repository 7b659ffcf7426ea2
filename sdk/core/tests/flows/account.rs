//! The account of the person who is signed in, and forgotten passwords.

use cognate_core::ErrorCode;
use cognate_core::session::State;
use cognate_core::wire::Attribute;

use crate::{PASSWORD, ana, client, code, options, password, run, sign_in};

#[test]
fn attributes_are_changed_and_read_back() {
    let (client, _) = client();
    sign_in(&client);
    let name = Attribute {
        name: "name".into(),
        value: Some("Ana".into()),
    };
    let deliveries =
        run(client.update_attributes(std::slice::from_ref(&name), &options())).unwrap();
    assert_eq!(deliveries.len(), 1);
    let account = run(client.get_user(&options())).unwrap();
    assert_eq!(
        (account.username.as_str(), account.attributes),
        ("ana-3f1c2d4e", vec![name])
    );
}

#[test]
fn account_operations_need_a_session() {
    let (client, platform) = client();
    assert_eq!(
        run(client.get_user(&options())).unwrap_err().code,
        ErrorCode::SignedOut
    );
    assert_eq!(
        run(client.delete_user(&options())).unwrap_err().code,
        ErrorCode::SignedOut
    );
    assert!(platform.take_operations().is_empty());
}

#[test]
fn a_revoked_access_token_is_replaced_once_and_then_the_session_is_lost() {
    let (client, platform) = client();
    sign_in(&client);
    platform.server().refresh_tokens.clear();
    platform.take_operations();
    let error = run(client.get_user(&options())).unwrap_err();
    assert_eq!(error.code, ErrorCode::SessionLost);
    assert_eq!(
        platform.take_operations(),
        ["GetUser", "GetTokensFromRefreshToken"]
    );
    assert_eq!(client.state(), State::SignedOut);
}

#[test]
fn a_password_is_changed_by_who_knows_it() {
    let (client, platform) = client();
    sign_in(&client);
    let change = |previous: &str| {
        run(client.change_password(&password(previous), &password("Better-Horse9!"), &options()))
    };
    assert_eq!(
        change("wrong").unwrap_err().code,
        ErrorCode::IncorrectCredentials
    );
    change(PASSWORD).unwrap();
    assert_eq!(platform.server().users["ana"].password, "Better-Horse9!");
    assert!(matches!(client.state(), State::SignedIn(_)));
}

#[test]
fn a_forgotten_password_is_replaced_with_a_code() {
    let (client, platform) = client();
    let delivery = run(client.forgot_password(&ana(), &options())).unwrap();
    assert_eq!(delivery.attribute_name.as_deref(), Some("email"));
    let confirm = |text: &str| {
        let (code, new) = (code(text), password("Better-Horse9!"));
        run(client.confirm_forgot_password(&ana(), &code, &new, &options()))
    };
    assert_eq!(confirm("1").unwrap_err().code, ErrorCode::CodeMismatch);
    confirm("123456").unwrap();
    assert_eq!(platform.server().users["ana"].password, "Better-Horse9!");
    assert_eq!(client.state(), State::SignedOut, "a reset does not sign in");
}

#[test]
fn a_deleted_user_is_gone_here_too() {
    let (client, platform) = client();
    sign_in(&client);
    run(client.delete_user(&options())).unwrap();
    assert!(platform.server().users.is_empty());
    assert_eq!(
        (client.state(), platform.record()),
        (State::SignedOut, None)
    );
}
