//! Signing up: who, a password, what the pool requires besides; then the code.

mod confirm;

use cognate_core::secret::Password;
use leptos::prelude::*;

pub(super) use confirm::confirm;

use crate::browser::{App, Text, typed_attributes, value_of};
use crate::components::{
    attribute_fields, below, form, new_password, paragraph, stack, username_field, when,
};
use crate::flow::Form;
use crate::routes::Route;

/// The form, or that there is none.
pub(super) fn sign_up(app: App) -> AnyView {
    let is_closed = app.is(|state| {
        let login = state.login.as_ref();
        login.is_some_and(|login| !login.sign_up.allowed)
    });
    let is_open = Signal::derive(move || !is_closed.get());
    let read = || Form::SignUp {
        username: value_of("username").unwrap_or_default(),
        password: Password::new(value_of("new-password").unwrap_or_default()),
        attributes: typed_attributes(),
    };
    let open = move || {
        let fields = vec![
            username_field(app),
            attribute_fields(app),
            new_password(app, |t| t.label_password),
        ];
        form(app, read, |t| t.sign_up_submit, |t| t.sign_up_busy, fields)
    };
    let closed = move || paragraph("lead", app.said(|t| t.sign_up_closed));
    let before: Text = |t| t.sign_up_have_account;
    stack(vec![
        when(is_closed, closed),
        when(is_open, open),
        below(app, before, Route::SignIn, |t| t.sign_up_sign_in, "sign-in"),
    ])
}
