//! A one-time code from an app, a text message or an e-mail.

use cognate_core::secret::Code;
use leptos::prelude::*;

use crate::browser::{App, value_of};
use crate::components::{NOTHING, below, code_field, form, lead, paragraph, stack};
use crate::flow::{Challenge, Form, Page, State};
use crate::i18n::{Texts, fill};
use crate::pages::isolated;
use crate::routes::Route;

/// The page. There is no other code for the same challenge: another sign-in brings another one.
pub(crate) fn code(app: App) -> AnyView {
    let read = || Form::Code(Code::new(value_of("code").unwrap_or_default()));
    let lost = app.says(|texts, state| {
        let is_app = matches!(
            state.page,
            Page::Code {
                challenge: Challenge::Totp,
                ..
            }
        );
        if is_app { "" } else { texts.mfa_lost }.to_owned()
    });
    stack(vec![
        lead(app.says(text)),
        form(
            app,
            read,
            |t| t.mfa_submit,
            |t| t.mfa_busy,
            vec![code_field(app)],
        ),
        paragraph("hint", lost),
        below(app, NOTHING, Route::SignIn, |t| t.start_over, "sign-in"),
    ])
}

fn text(texts: &'static Texts, state: &State) -> String {
    let Page::Code {
        challenge,
        destination,
        ..
    } = &state.page
    else {
        return String::new();
    };
    let (to, plain) = match challenge {
        Challenge::Totp => return texts.mfa_totp.to_owned(),
        Challenge::Email => (texts.mfa_email_to, texts.mfa_email),
        Challenge::Sms | Challenge::SmsFirst => (texts.mfa_sms_to, texts.mfa_sms),
    };
    match destination {
        Some(destination) => fill(to, &[("destination", &isolated(destination))]),
        None => plain.to_owned(),
    }
}
