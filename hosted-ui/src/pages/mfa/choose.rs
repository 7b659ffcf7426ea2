//! Which second step: to use (`SELECT_MFA_TYPE`), or to set up (`MFA_SETUP`).

use leptos::prelude::*;

use crate::browser::app;
use crate::components::{RouteLink, Summary};
use crate::flow::{Busy, Event, Factor};
use crate::i18n::Texts;
use crate::pages::Title;
use crate::routes::Route;

/// The page: one button for each.
#[component]
pub(crate) fn Choose(factors: Vec<Factor>, is_setup: bool) -> impl IntoView {
    let app = app();
    let text = move || match is_setup {
        true => app.texts().setup_text,
        false => app.texts().choose_text,
    };
    let is_busy = move || app.state.with(|state| state.busy == Some(Busy::Form));
    let choice = move |factor: Factor| {
        let (id, name, hint) = words(factor);
        view! {
            <li>
                <button type="button" id=id class="choice" on:click=move |_| app.happens(Event::Chose(factor))>
                    <strong>{move || name(app.texts())}</strong>
                    <span>{move || hint(app.texts())}</span>
                </button>
            </li>
        }
    };
    view! {
        <Title />
        <p class=LEAD>{text}</p>
        <Summary />
        <ul class=CHOICES>{factors.into_iter().map(choice).collect_view()}</ul>
        <p class="hint" role="status">{move || is_busy().then(|| app.texts().choose_busy)}</p>
        <p class=BELOW>
            <RouteLink to=Route::SignIn text=|texts| texts.start_over id="sign-in" />
        </p>
    }
}

type Text = fn(&'static Texts) -> &'static str;

fn words(factor: Factor) -> (&'static str, Text, Text) {
    match factor {
        Factor::Totp => ("choose-totp", |t| t.choose_totp, |t| t.choose_totp_hint),
        Factor::Email => ("choose-email", |t| t.choose_email, |t| t.choose_email_hint),
        Factor::Sms => ("choose-sms", |t| t.choose_sms, |t| t.choose_sms_hint),
    }
}

const LEAD: &str = "lead";
const CHOICES: &str = "choices";
const BELOW: &str = "below";
