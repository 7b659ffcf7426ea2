//! The code and the new password. The text is the same whether there is such an account or not.

use cognate_core::secret::{Code, Password};
use leptos::prelude::*;

use super::HiddenUsername;
use crate::browser::{app, value_of};
use crate::components::{CodeField, Form, NewPassword, Resend, RouteLink, UsernameField};
use crate::flow::{self, Page};
use crate::i18n::fill;
use crate::pages::{Title, isolated};
use crate::routes::Route;

/// The page.
#[component]
pub(crate) fn Reset() -> impl IntoView {
    let app = app();
    let is_unknown = app.state.with_untracked(|state| state.username.is_empty());
    let text = move || {
        let texts = app.texts();
        app.state.with(|state| {
            let Page::Reset {
                delivery,
                is_required,
                ..
            } = &state.page
            else {
                return String::new();
            };
            let destination = delivery
                .as_ref()
                .and_then(|delivery| delivery.destination.as_deref());
            let username = isolated(&state.username);
            match destination.map(isolated) {
                _ if *is_required => texts.reset_required.to_owned(),
                Some(to) => fill(
                    texts.reset_sent_to,
                    &[("username", &username), ("destination", &to)],
                ),
                None if is_unknown => texts.forgot_text.to_owned(),
                None => fill(texts.reset_sent, &[("username", &username)]),
            }
        })
    };
    let read = || flow::Form::Reset {
        username: value_of("username"),
        code: Code::new(value_of("code").unwrap_or_default()),
        password: Password::new(value_of("new-password").unwrap_or_default()),
    };
    view! {
        <Title />
        <p class=LEAD>{text}</p>
        <Form read submit=|texts| texts.reset_submit busy=|texts| texts.reset_busy>
            {match is_unknown {
                true => view! { <UsernameField /> }.into_any(),
                false => view! { <HiddenUsername /> }.into_any(),
            }}
            <CodeField />
            <NewPassword />
        </Form>
        <Resend />
        <p class=BELOW>
            <RouteLink to=Route::SignIn text=|texts| texts.back_to_sign_in id="sign-in" />
        </p>
    }
}

const LEAD: &str = "lead";
const BELOW: &str = "below";
