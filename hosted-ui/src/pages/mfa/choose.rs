//! Which second step: to use (`SELECT_MFA_TYPE`), or to set up (`MFA_SETUP`).

use leptos::prelude::*;

use crate::browser::{App, Text};
use crate::components::{
    Button, NOTHING, below, button, either, item, lead, list, stack, status, summary, text,
};
use crate::flow::{Busy, Event, Factor};
use crate::routes::Route;

/// The page: one button for each.
pub(crate) fn choose(app: App, factors: Vec<Factor>, is_setup: bool) -> AnyView {
    let about: Text = match is_setup {
        true => |t| t.setup_text,
        false => |t| t.choose_text,
    };
    let is_busy = app.is(|state| state.busy == Some(Busy::Form));
    let choices = factors.into_iter().map(|factor| choice(app, factor));
    stack(vec![
        lead(app.said(about)),
        summary(app),
        list("choices", choices.collect()),
        status("hint", either(app, is_busy, |t| t.choose_busy, NOTHING)),
        below(app, NOTHING, Route::SignIn, |t| t.start_over, "sign-in"),
    ])
}

fn choice(app: App, factor: Factor) -> AnyView {
    let (id, name, hint): (_, Text, Text) = match factor {
        Factor::Totp => ("choose-totp", |t| t.choose_totp, |t| t.choose_totp_hint),
        Factor::Email => ("choose-email", |t| t.choose_email, |t| t.choose_email_hint),
        Factor::Sms => ("choose-sms", |t| t.choose_sms, |t| t.choose_sms_hint),
    };
    let choice = button(Button {
        id,
        class: "choice",
        content: stack(vec![text(app.said(name)), text(app.said(hint))]),
        press: Box::new(move |_| app.happens(Event::Chose(factor))),
    });
    item(Signal::derive(|| false), vec![choice])
}
