//! Who has forgotten their password.

use leptos::prelude::*;

use crate::browser::{App, value_of};
use crate::components::{NOTHING, below, form, lead, stack, username_field};
use crate::flow::Form;
use crate::routes::Route;

/// The page.
pub(crate) fn forgot(app: App) -> AnyView {
    let read = || Form::Forgot {
        username: value_of("username").unwrap_or_default(),
    };
    let fields = vec![username_field(app)];
    stack(vec![
        lead(app.said(|t| t.forgot_text)),
        form(app, read, |t| t.forgot_submit, |t| t.forgot_busy, fields),
        below(
            app,
            NOTHING,
            Route::SignIn,
            |t| t.back_to_sign_in,
            "sign-in",
        ),
    ])
}
