//! An authenticator app: its key as a picture, as text, and as a link; then the first code.

use cognate_core::secret::{Code, TotpSecret};
use js_sys::encode_uri_component;
use leptos::prelude::*;

use super::qr::qr_code;
use crate::browser::{App, copy, value_of};
use crate::components::{
    Button, NOTHING, below, button, code_field, either, form, group, lead, line, link, paragraph,
    stack, status, text, when,
};
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
    stack(vec![
        lead(app.said(|t| t.totp_scan)),
        status("hint", waiting),
        when(has_key, move || key(app)),
        form(app, read, |t| t.mfa_submit, |t| t.totp_busy, fields),
        below(app, NOTHING, Route::SignIn, |t| t.start_over, "sign-in"),
    ])
}

fn key(app: App) -> AnyView {
    let Some(secret) = app.state.with_untracked(|state| state.totp_secret.clone()) else {
        return stack(Vec::new());
    };
    let uri = app
        .state
        .with_untracked(|state| otpauth_uri(state.client_name(), &state.username, &secret));
    let was_copied = RwSignal::new(false);
    let grouped = grouped(secret.secret());
    let copy_button = button(Button {
        id: "copy",
        class: "quiet",
        content: text(app.said(|t| t.totp_copy)),
        press: Box::new(move |_| {
            copy(secret.secret());
            was_copied.set(true);
        }),
    });
    let picture = qr_code(&uri, app.said(|t| t.totp_image));
    let open = app.said(|t| t.totp_open);
    let open = link("totp-open".to_owned(), uri, open, Box::new(|_| ()));
    let copied = either(app, was_copied.into(), |t| t.totp_copied, NOTHING);
    group(
        "key",
        vec![
            picture,
            paragraph("", app.said(|t| t.totp_manual)),
            view! { <p><code id=SECRET dir="ltr">{grouped}</code></p> }.into_any(),
            line("row", vec![copy_button, open]),
            status("hint", copied),
        ],
    )
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

const SECRET: &str = "totp-key";
