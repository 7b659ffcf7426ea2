//! Whole flows of the client over a scripted platform and a small server with an SRP of its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod account;
mod account_operations;
mod challenges;
mod contract;
mod devices;
mod endpoints;
mod identity;
mod identity_refusals;
mod login;
mod login_domain;
mod oauth;
mod oauth_hostile;
mod platform;
mod server;
mod session;
mod sign_in;
mod sign_up;
mod tabs;
mod take_over;
mod tokens;
mod transitions;
mod transport;

use std::future::Future;

use cognate_core::account::Account;
use cognate_core::config::Username;
use cognate_core::secret::{AccessToken, Code, Password};
use cognate_core::session::{State, User};
use cognate_core::sign_in::{Flow, SignInStep, Step};
use cognate_core::{CallOptions, Client, Config, Error};

use cognate_core::ports::HttpResponse;
use platform::{Cancel, Platform, Scripted};
use serde_json::{Value, json};

const ENDPOINT: &str = "http://localhost:4100";
const ISSUER: &str = "https://issuer.example/local_demo";
const PASSWORD: &str = "Correct-Horse9!";

/// A client of a fresh platform with a user `ana` whose sign-up is confirmed.
fn client() -> (Client<Platform>, Platform) {
    let platform = Platform::new();
    platform.server().add_user("ana", PASSWORD);
    (client_of(&platform), platform)
}

fn client_of(platform: &Platform) -> Client<Platform> {
    let config = Config::parse("local_demo", "demowebclient", &[ENDPOINT], Some(ISSUER)).unwrap();
    Client::new(config, platform.clone())
}

fn run<T>(future: impl Future<Output = T>) -> T {
    futures_executor::block_on(future)
}

fn options() -> CallOptions<Cancel> {
    CallOptions::default()
}

fn ana() -> Username {
    Username::parse("ana").unwrap()
}

fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

fn code(text: &str) -> Code {
    Code::new(text.to_owned())
}

fn sign_in(client: &Client<Platform>) -> User {
    done(run(client.sign_in(
        &ana(),
        Some(&password(PASSWORD)),
        Flow::Srp,
        &options(),
    )))
}

/// The account of the person who is signed in, as the service has it.
fn get_user(client: &Client<Platform>) -> Result<Account, Error> {
    run(async {
        let token = client.fresh_access_token(Some(60), &options()).await?;
        client
            .service()
            .get_user(&token.access_token, &options())
            .await
    })
}

/// The token that opens the account of who is signed in.
fn access_token(client: &Client<Platform>) -> AccessToken {
    run(client.fresh_access_token(Some(60), &options()))
        .unwrap()
        .access_token
}

fn done(result: Result<SignInStep, Error>) -> User {
    match result.unwrap() {
        SignInStep::Done(user) => user,
        step => panic!("not done: {step:?}"),
    }
}

fn next(result: Result<SignInStep, Error>) -> Step {
    match result.unwrap() {
        SignInStep::Next(step) => step,
        step => panic!("not asked: {step:?}"),
    }
}

fn answered(body: &Value) -> Scripted {
    Scripted::Answer(HttpResponse {
        status: 200,
        body: body.to_string(),
        ..HttpResponse::default()
    })
}

fn refused(name: &str) -> Scripted {
    refused_with(name, "")
}

fn refused_with(name: &str, message: &str) -> Scripted {
    Scripted::Answer(HttpResponse {
        status: 400,
        error_type: Some(name.into()),
        body: json!({ "message": message }).to_string(),
        ..HttpResponse::default()
    })
}

fn is_signed_in(client: &Client<Platform>) -> bool {
    matches!(client.state(), State::SignedIn(_))
}
