//! Which second step: to use (`SELECT_MFA_TYPE`), or to set up (`MFA_SETUP`).

use leptos::prelude::*;

use crate::browser::{App, Text};
use crate::components::{below, lead, status, summary};
use crate::flow::{Busy, Event, Factor};
use crate::routes::Route;

/// The page: one button for each.
pub(crate) fn choose(app: App, factors: Vec<Factor>, is_setup: bool) -> AnyView {
    let text: Text = match is_setup {
        true => |t| t.setup_text,
        false => |t| t.choose_text,
    };
    let busy = app.says(|texts, state| match state.busy {
        Some(Busy::Form) => texts.choose_busy.to_owned(),
        _ => String::new(),
    });
    let choices = factors.into_iter().map(|factor| choice(app, factor));
    let choices = choices.collect::<Vec<_>>();
    view! {
        {lead(app.said(text))}
        {summary(app)}
        <ul class=CHOICES>{choices}</ul>
        {status("hint", busy)}
        {below(app, None, Route::SignIn, |t| t.start_over, "sign-in")}
    }
    .into_any()
}

fn choice(app: App, factor: Factor) -> AnyView {
    let (id, name, hint): (_, Text, Text) = match factor {
        Factor::Totp => ("choose-totp", |t| t.choose_totp, |t| t.choose_totp_hint),
        Factor::Email => ("choose-email", |t| t.choose_email, |t| t.choose_email_hint),
        Factor::Sms => ("choose-sms", |t| t.choose_sms, |t| t.choose_sms_hint),
    };
    let choose = move |_| app.happens(Event::Chose(factor));
    view! {
        <li>
            <button type="button" id=id class="choice" on:click=choose>
                <strong>{app.said(name)}</strong>
                <span>{app.said(hint)}</span>
            </button>
        </li>
    }
    .into_any()
}

const CHOICES: &str = "choices";
