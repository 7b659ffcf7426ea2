//! What goes out to JavaScript, as JSON text: claims, steps, results. No token, no password.

use alloc::borrow::ToOwned;
use alloc::string::String;

use cognate_core::account::Account;
use cognate_core::json::{Array, Object, StringMap};
use cognate_core::session::{SignedOut, State, User};
use cognate_core::sign_in::{SignInStep, Step};
use cognate_core::sign_up::SignUp;
use cognate_core::wire::CodeDelivery;
use cognate_core::{Client, Error, ErrorCode};

use super::error::error_object;
use crate::browser::{Browser, Seal};

/// `null`.
pub(super) fn nothing() -> String {
    "null".to_owned()
}

/// `null` when nobody is signed in.
pub(super) fn state(state: &State) -> String {
    match state {
        State::SignedIn(user) => text(user.to_object()),
        State::SignedOut => nothing(),
    }
}

pub(super) fn user(user: &User) -> String {
    text(user.to_object())
}

/// A step, or with `user` the end of a sign-in.
pub(super) async fn step(client: &Client<Browser>, step: &SignInStep) -> Result<String, Error> {
    match step {
        SignInStep::Done(user) => {
            let mut done = Object::new();
            done.text("kind", "done").object("user", &user.to_object());
            Ok(text(done))
        }
        #[cfg(feature = "login")]
        SignInStep::Redirect(_) => Err(Error::not_sent(
            ErrorCode::Internal,
            "only the login domain ends a sign-in so",
        )),
        SignInStep::Next(step) => {
            let sealed = seal(client).seal(STEP_CONTEXT, &step.to_json()).await?;
            let mut record = Object::new();
            step.kind.write(&mut record);
            record
                // A seal begins with its random IV: 16 characters that no other step has.
                .text_if("id", sealed.get(..16))
                .whole("expiresAt", step.expires_at_ms)
                .text("username", step.username()?.as_str())
                .text("sealed", &sealed);
            Ok(text(record))
        }
    }
}

/// Opens a sealed step of this tab.
pub(super) async fn open_step(client: &Client<Browser>, sealed: &str) -> Result<Step, Error> {
    let message = "this step belongs to another tab or version: sign in again";
    let gone = || Error::not_sent(ErrorCode::ChallengeExpired, message);
    let step = seal(client).open(STEP_CONTEXT, sealed).await;
    Step::from_json(client.ports(), &step.ok_or_else(gone)?).map_err(|_| gone())
}

pub(super) fn sign_up(result: &SignUp) -> String {
    let mut record = Object::new();
    record
        .boolean("confirmed", result.confirmed)
        .text("sub", &result.user_id);
    if let Some(delivery) = &result.delivery {
        record.object("delivery", &delivery_object(delivery));
    }
    text(record)
}

pub(super) fn delivery(delivery: &CodeDelivery) -> String {
    text(delivery_object(delivery))
}

pub(super) fn deliveries(deliveries: &[CodeDelivery]) -> String {
    let mut list = Array::new();
    for delivery in deliveries {
        list.object(&delivery_object(delivery));
    }
    list.finish().as_str().to_owned()
}

pub(super) fn account(account: Account) -> String {
    let mut attributes = StringMap::new();
    for attribute in account.attributes {
        attributes.insert(attribute.name, attribute.value.unwrap_or_default());
    }
    let mut record = Object::new();
    record
        .text("username", &account.username)
        .strings("attributes", &attributes);
    text(record)
}

/// With the address at which the login domain forgets the person too.
pub(super) fn signed_out(result: &SignedOut, url: Option<&str>) -> String {
    let mut record = Object::new();
    record
        .boolean("revoked", result.revoked)
        .boolean("everywhere", result.everywhere);
    record.text_if("url", url);
    if let Some(error) = &result.error {
        record.object("error", &error_object(error));
    }
    text(record)
}

/// The text of an object without secrets.
pub(super) fn text(object: Object) -> String {
    object.finish().as_str().to_owned()
}

fn seal(client: &Client<Browser>) -> &Seal {
    client.ports().seal()
}

/// Where a code went.
fn delivery_object(delivery: &CodeDelivery) -> Object {
    let mut record = Object::new();
    record
        .text_if("destination", delivery.destination.as_deref())
        .text_if("medium", delivery.delivery_medium.as_deref())
        .text_if("attribute", delivery.attribute_name.as_deref());
    record
}

const STEP_CONTEXT: &str = "step/2";
