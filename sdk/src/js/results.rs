//! What goes out to JavaScript, as JSON text: claims, steps, results. No token, no password.

use alloc::string::String;

use cognate_core::json::Object;
use cognate_core::session::{LiveToken, SignedOut, State, User};
use cognate_core::sign_in::{SignInStep, Step};
use cognate_core::{Client, Error, ErrorCode};

use super::error::error_object;
pub(super) use super::{nothing, text};
use crate::browser::{Browser, Seal};

/// See [`super::JsClient::state`].
pub(super) fn state(client: &Client<Browser>) -> String {
    let mut record = Object::new();
    record
        .boolean("kept", client.ports().keeps() && !client.is_in_memory())
        .boolean("adopted", client.is_adopted());
    let (device_key, offer) = client.device();
    record
        .text_if("deviceKey", device_key.as_deref())
        .text_if("offer", offer.as_deref());
    if let State::SignedIn(user) = client.state() {
        record.object("user", &user.to_object());
    }
    text(record)
}

/// With its end in milliseconds by the device's clock.
pub(super) fn token(token: &LiveToken) -> String {
    let mut record = Object::new();
    record
        .text("accessToken", token.access_token.secret())
        .whole("expiresAt", token.expires_at_ms);
    text(record)
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

fn seal(client: &Client<Browser>) -> &Seal {
    client.ports().seal()
}

const STEP_CONTEXT: &str = "step/2";
