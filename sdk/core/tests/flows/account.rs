//! The account of the person who is signed in, and forgotten passwords.

use cognate_core::ports::HttpResponse;
use cognate_core::session::State;
use cognate_core::wire::Attribute;
use cognate_core::{Config, ErrorCode, Service};

use crate::platform::{Network, Platform, Scripted};
use crate::{
    ENDPOINT, ISSUER, PASSWORD, access_token, ana, client, code, get_user, is_signed_in, options,
    password, run, sign_in,
};

#[test]
fn attributes_are_changed_and_read_back() {
    let (client, platform) = client();
    sign_in(&client);
    let name = Attribute {
        name: "name".into(),
        value: Some("Ana".into()),
    };
    let token = access_token(&client);
    let account = account_of(&platform);
    let (names, options) = ([name], options());
    let changed = account.update_attributes(&token, &names, &options);
    assert_eq!(run(changed).unwrap().len(), 1);
    let account = run(account.get_user(&token, &options)).unwrap();
    assert_eq!(
        (account.username.as_str(), account.attributes),
        ("ana-3f1c2d4e", names.to_vec())
    );
}

#[test]
fn account_operations_need_a_session() {
    let (client, platform) = client();
    let error = get_user(&client).unwrap_err();
    assert_eq!(error.code, ErrorCode::SignedOut);
    assert!(platform.take_operations().is_empty());
}

#[test]
fn an_access_token_that_was_revoked_is_told_apart_from_one_without_the_scope() {
    let (client, platform) = client();
    sign_in(&client);
    let token = access_token(&client);
    let refused = |message: &str| {
        let body = format!(r#"{{"__type":"NotAuthorizedException","message":"{message}"}}"#);
        platform.script([Scripted::Answer(HttpResponse {
            status: 400,
            body,
            ..HttpResponse::default()
        })]);
        run(client.service().get_user(&token, &options()))
            .unwrap_err()
            .code
    };
    assert_eq!(
        refused("Access Token has been revoked"),
        ErrorCode::SessionLost
    );
    assert_eq!(refused("Access Token has expired"), ErrorCode::SessionLost);
    assert_eq!(
        refused("Access Token does not have required scopes"),
        ErrorCode::MissingScope
    );
    assert!(
        is_signed_in(&client),
        "whether a session has ended is for the refresh to find out"
    );
}

#[test]
fn a_password_is_changed_by_who_knows_it() {
    let (client, platform) = client();
    sign_in(&client);
    let token = access_token(&client);
    let change = |previous: &str| {
        let (previous, proposed) = (password(previous), password("Better-Horse9!"));
        let account = account_of(&platform);
        run(async {
            account
                .change_password(&token, Some(&previous), &proposed, &options())
                .await
        })
    };
    assert_eq!(
        change("wrong").unwrap_err().code,
        ErrorCode::IncorrectCredentials
    );
    change(PASSWORD).unwrap();
    assert_eq!(platform.server().users["ana"].password, "Better-Horse9!");
    assert!(is_signed_in(&client));
}

#[test]
fn a_forgotten_password_is_replaced_with_a_code() {
    let (client, platform) = client();
    let delivery = run(client.service().forgot_password(&ana(), &options())).unwrap();
    assert_eq!(delivery.attribute_name.as_deref(), Some("email"));
    let confirm = |text: &str| {
        let (code, new) = (code(text), password("Better-Horse9!"));
        run(client
            .service()
            .confirm_forgot_password(&ana(), &code, &new, &options()))
    };
    assert_eq!(confirm("1").unwrap_err().code, ErrorCode::CodeMismatch);
    confirm("123456").unwrap();
    assert_eq!(platform.server().users["ana"].password, "Better-Horse9!");
    assert_eq!(client.state(), State::SignedOut, "a reset does not sign in");
}

#[test]
fn a_deleted_user_is_forgotten_here_too() {
    let (client, platform) = client();
    let sub = sign_in(&client).sub;
    let token = access_token(&client);
    run(account_of(&platform).delete_user(&token, &options())).unwrap();
    assert!(platform.server().users.is_empty());
    platform.take_operations();
    run(client.forget(&sub)).unwrap();
    assert_eq!(
        (client.state(), platform.record()),
        (State::SignedOut, None)
    );
    assert!(
        platform.take_operations().is_empty(),
        "there is nobody to tell"
    );
}

/// The service over a platform that has a network and nothing else.
pub(crate) fn account_of(platform: &Platform) -> Service<Network> {
    let config = Config::parse("local_demo", "demowebclient", &[ENDPOINT], Some(ISSUER)).unwrap();
    Service::new(config, Network(platform.clone()))
}
