//! A one-time code from an app, a text message or an e-mail.

use cognate_core::secret;
use leptos::prelude::*;

use crate::browser::{app, value_of};
use crate::components::{CodeField, Form, RouteLink};
use crate::flow::{self, Challenge, Page};
use crate::i18n::fill;
use crate::pages::{Title, isolated};
use crate::routes::Route;

/// The page. There is no other code for the same challenge: another sign-in brings another one.
#[component]
pub(crate) fn Code() -> impl IntoView {
    let app = app();
    let text = move || {
        let texts = app.texts();
        app.state.with(|state| {
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
        })
    };
    let was_sent = app.state.with_untracked(|state| {
        !matches!(
            state.page,
            Page::Code {
                challenge: Challenge::Totp,
                ..
            }
        )
    });
    let read = || flow::Form::Code(secret::Code::new(value_of("code").unwrap_or_default()));
    view! {
        <Title />
        <p class=LEAD>{text}</p>
        <Form read submit=|texts| texts.mfa_submit busy=|texts| texts.mfa_busy>
            <CodeField />
        </Form>
        {was_sent.then(|| view! { <p class="hint">{move || app.texts().mfa_lost}</p> })}
        <p class=BELOW>
            <RouteLink to=Route::SignIn text=|texts| texts.start_over id="sign-in" />
        </p>
    }
}

const LEAD: &str = "lead";
const BELOW: &str = "below";
