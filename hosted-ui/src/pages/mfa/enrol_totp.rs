//! An authenticator app: its key as a picture, as text, and as a link; then the first code.

use cognate_core::secret::{Code, TotpSecret};
use js_sys::encode_uri_component;
use leptos::prelude::*;

use super::qr::QrCode;
use crate::browser::{app, copy, value_of};
use crate::components::{CodeField, Form, RouteLink};
use crate::flow;
use crate::pages::Title;
use crate::routes::Route;

/// The page. The key is made for it, and made anew after a reload.
#[component]
pub(crate) fn EnrolTotp() -> impl IntoView {
    let app = app();
    let has_secret = Memo::new(move |_| app.state.with(|state| state.totp_secret.is_some()));
    let key = move || {
        has_secret.get().then(|| {
            let secret = app.state.with_untracked(|state| state.totp_secret.clone());
            secret.map(|secret| view! { <Key secret /> })
        })
    };
    let is_waiting = move || {
        app.state
            .with(|state| state.totp_secret.is_none() && state.alert.is_none())
    };
    let read = || flow::Form::Code(Code::new(value_of("code").unwrap_or_default()));
    view! {
        <Title />
        <p class=LEAD>{move || app.texts().totp_scan}</p>
        <p class="hint" role="status">{move || is_waiting().then(|| app.texts().totp_loading)}</p>
        {key}
        <Form read submit=|texts| texts.mfa_submit busy=|texts| texts.totp_busy>
            <p>{move || app.texts().totp_then}</p>
            <CodeField />
        </Form>
        <p class=BELOW>
            <RouteLink to=Route::SignIn text=|texts| texts.start_over id="sign-in" />
        </p>
    }
}

#[component]
fn Key(secret: TotpSecret) -> impl IntoView {
    let app = app();
    let uri = app.state.with_untracked(|state| {
        let issuer = state.login.as_ref().map_or("", |login| &login.client_name);
        otpauth_uri(issuer, &state.username, &secret)
    });
    let was_copied = RwSignal::new(false);
    let grouped = grouped(secret.secret());
    let on_copy = move |_| {
        copy(secret.secret());
        was_copied.set(true);
    };
    view! {
        <div class=KEY>
            <QrCode text=uri.clone() label=Signal::derive(move || app.texts().totp_image) />
            <p>{move || app.texts().totp_manual}</p>
            <p><code id=SECRET dir="ltr">{grouped}</code></p>
            <p class=ROW>
                <button type="button" id="copy" class="quiet" on:click=on_copy>
                    {move || app.texts().totp_copy}
                </button>
                <a id=OPEN href=uri>{move || app.texts().totp_open}</a>
            </p>
            <p class="hint" role="status">{move || was_copied.get().then(|| app.texts().totp_copied)}</p>
        </div>
    }
}

/// The form that authenticator apps read. The key is in it: it is shown and linked, never stored.
fn otpauth_uri(issuer: &str, user: &str, secret: &TotpSecret) -> String {
    let encoded = |text: &str| String::from(encode_uri_component(text));
    let (issuer, user, key) = (encoded(issuer), encoded(user), secret.secret());
    match issuer.is_empty() {
        true => format!("otpauth://totp/{user}?secret={key}"),
        false => format!("otpauth://totp/{issuer}:{user}?secret={key}&issuer={issuer}"),
    }
}

/// Four characters at a time: easier to type.
fn grouped(key: &str) -> String {
    let mut text = String::new();
    for (i, letter) in key.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            text.push(' ');
        }
        text.push(letter);
    }
    text
}

const LEAD: &str = "lead";
const BELOW: &str = "below";
const KEY: &str = "key";
const ROW: &str = "row";
const SECRET: &str = "totp-key";
const OPEN: &str = "totp-open";
