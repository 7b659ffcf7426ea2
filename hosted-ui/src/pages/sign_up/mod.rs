//! Signing up: who, a password, what the pool requires besides; then the code.

mod confirm;

use cognate_core::secret::Password;
use leptos::prelude::*;

pub(super) use confirm::Confirm;

use super::Title;
use crate::browser::{app, typed_attributes, value_of};
use crate::components::{AttributeFields, Form, NewPassword, RouteLink, UsernameField};
use crate::flow;
use crate::routes::Route;

/// The form, or that there is none.
#[component]
pub(super) fn SignUp() -> impl IntoView {
    let app = app();
    let is_closed = Memo::new(move |_| {
        app.state.with(|state| {
            state
                .login
                .as_ref()
                .is_some_and(|login| !login.sign_up.allowed)
        })
    });
    let read = || flow::Form::SignUp {
        username: value_of("username").unwrap_or_default(),
        password: Password::new(value_of("new-password").unwrap_or_default()),
        attributes: typed_attributes(),
    };
    view! {
        <Title />
        {move || match is_closed.get() {
            true => view! { <p>{move || app.texts().sign_up_closed}</p> }.into_any(),
            false => view! {
                <Form read submit=|texts| texts.sign_up_submit busy=|texts| texts.sign_up_busy>
                    <UsernameField />
                    <AttributeFields />
                    <NewPassword label=|texts| texts.label_password />
                </Form>
            }
            .into_any(),
        }}
        <p class=BELOW>
            {move || app.texts().sign_up_have_account} " "
            <RouteLink to=Route::SignIn text=|texts| texts.sign_up_sign_in id="sign-in" />
        </p>
    }
}

const BELOW: &str = "below";
