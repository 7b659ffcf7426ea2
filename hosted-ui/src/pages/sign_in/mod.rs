//! User name and password, in one form: what password managers understand everywhere.

use cognate_core::secret::Password;
use leptos::prelude::*;

use crate::browser::{App, value_of};
use crate::components::{
    below, form, known_password, lead, line, route_link, stack, username_field, when,
};
use crate::flow::Form;
use crate::i18n::fill;
use crate::routes::Route;

/// The page. The HTML that comes before this code has the same form.
pub(super) fn sign_in(app: App) -> AnyView {
    let to = app.says(|texts, state| match state.client_name() {
        "" => String::new(),
        name => fill(texts.sign_in_to, &[("app", name)]),
    });
    let read = || Form::SignIn {
        username: value_of("username").unwrap_or_default(),
        password: Password::new(value_of("password").unwrap_or_default()),
    };
    let may_sign_up = app.is(|state| {
        let login = state.login.as_ref();
        login.is_none_or(|login| login.sign_up.allowed)
    });
    let forgot = route_link(app, Route::Forgot, |t| t.sign_in_forgot, "forgot");
    let forgot = line("beside", vec![forgot]);
    let fields = vec![username_field(app), known_password(app), forgot];
    let sign_up = move || {
        let before: crate::browser::Text = |t| t.sign_in_no_account;
        below(app, before, Route::SignUp, |t| t.sign_in_create, "sign-up")
    };
    stack(vec![
        lead(to),
        form(app, read, |t| t.sign_in_submit, |t| t.sign_in_busy, fields),
        when(may_sign_up, sign_up),
    ])
}
