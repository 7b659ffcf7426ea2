//! An authenticator app: its key as a picture, as text, and as a link; then the first code.

use cognate_core::secret::{Code, TotpSecret};
use js_sys::encode_uri_component;
use leptos::prelude::*;

use super::qr::qr_code;
use crate::browser::{App, copy, value_of};
use crate::components::{below, code_field, form, lead, paragraph, status, when};
use crate::flow::Form;
use crate::routes::Route;

/// The page. The key is made for it, and made anew after a reload.
pub(crate) fn enrol_totp(app: App) -> AnyView {
    let has_key = app.is(|state| state.totp_secret.is_some());
    let waiting = app.says(|texts, state| {
        let is_waiting = state.totp_secret.is_none() && state.alert.is_none();
        if is_waiting { texts.totp_loading } else { "" }.to_owned()
    });
    let read = || Form::Code(Code::new(value_of("code").unwrap_or_default()));
    let fields = vec![paragraph("", app.said(|t| t.totp_then)), code_field(app)];
    view! {
        {lead(app.said(|t| t.totp_scan))}
        {status("hint", waiting)}
        {when(has_key, move || key(app))}
        {form(app, read, |t| t.mfa_submit, |t| t.totp_busy, fields)}
        {below(app, None, Route::SignIn, |t| t.start_over, "sign-in")}
    }
    .into_any()
}

fn key(app: App) -> AnyView {
    let Some(secret) = app.state.with_untracked(|state| state.totp_secret.clone()) else {
        return ().into_any();
    };
    let uri = app
        .state
        .with_untracked(|state| otpauth_uri(state.client_name(), &state.username, &secret));
    let was_copied = RwSignal::new(false);
    let grouped = grouped(secret.secret());
    let on_copy = move |_| {
        copy(secret.secret());
        was_copied.set(true);
    };
    let copied = Signal::derive(move || match was_copied.get() {
        true => app.texts().totp_copied.to_owned(),
        false => String::new(),
    });
    view! {
        <div class=KEY>
            {qr_code(&uri, app.said(|t| t.totp_image))}
            {paragraph("", app.said(|t| t.totp_manual))}
            <p><code id=SECRET dir="ltr">{grouped}</code></p>
            <p class=ROW>
                <button type="button" id="copy" class="quiet" on:click=on_copy>
                    {app.said(|t| t.totp_copy)}
                </button>
                <a id=OPEN href=uri>{app.said(|t| t.totp_open)}</a>
            </p>
            {status("hint", copied)}
        </div>
    }
    .into_any()
}

/// The form that authenticator apps read. The key is in it: it is shown and linked, never stored.
fn otpauth_uri(issuer: &str, user: &str, secret: &TotpSecret) -> String {
    let encoded = |text: &str| String::from(encode_uri_component(text));
    let (issuer, user, key) = (encoded(issuer), encoded(user), secret.secret());
    match &*issuer {
        "" => ["otpauth://totp/", &user, "?secret=", key].concat(),
        issuer => {
            let label = ["otpauth://totp/", issuer, ":", &user].concat();
            [&label, "?secret=", key, "&issuer=", issuer].concat()
        }
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

const KEY: &str = "key";
const ROW: &str = "row";
const SECRET: &str = "totp-key";
const OPEN: &str = "totp-open";
