//! The code that confirms a sign-up.

use cognate_core::secret::Code;
use leptos::prelude::*;

use crate::browser::{app, value_of};
use crate::components::{CodeField, Form, Resend, RouteLink, UsernameField};
use crate::flow::{self, Page};
use crate::i18n::fill;
use crate::pages::{Title, isolated};
use crate::routes::Route;

/// Asks for the name too when it is not known: after a link, or a new tab.
#[component]
pub(crate) fn Confirm() -> impl IntoView {
    let app = app();
    let is_unknown = app.state.with_untracked(|state| state.username.is_empty());
    let text = move || {
        let texts = app.texts();
        let destination = app.state.with(|state| match &state.page {
            Page::Confirm { delivery, .. } => delivery.clone()?.destination,
            _ => None,
        });
        match destination {
            Some(to) => fill(texts.confirm_sent_to, &[("destination", &isolated(&to))]),
            None => texts.confirm_sent.to_owned(),
        }
    };
    let read = || flow::Form::Confirm {
        username: value_of("username"),
        code: Code::new(value_of("code").unwrap_or_default()),
    };
    view! {
        <Title />
        <p class=LEAD>{text}</p>
        <Form read submit=|texts| texts.confirm_submit busy=|texts| texts.confirm_busy>
            {is_unknown.then(|| view! { <UsernameField /> })}
            <CodeField />
        </Form>
        <Resend />
        <p class=BELOW>
            <RouteLink to=Route::SignIn text=|texts| texts.back_to_sign_in id="sign-in" />
        </p>
    }
}

const LEAD: &str = "lead";
const BELOW: &str = "below";
