//! An e-mail address as the second step.

use leptos::prelude::*;

use crate::browser::{App, value_of};
use crate::components::{NOTHING, attribute_field, below, form, lead, stack};
use crate::flow::{Attribute, Form};
use crate::routes::Route;

/// The page.
pub(crate) fn enrol_email(app: App) -> AnyView {
    let read = || Form::Email(value_of("attribute-email").unwrap_or_default());
    let fields = vec![attribute_field(app, &Attribute::required("email"))];
    stack(vec![
        lead(app.said(|t| t.email_setup_text)),
        form(app, read, |t| t.email_setup_submit, |t| t.mfa_busy, fields),
        below(app, NOTHING, Route::SignIn, |t| t.start_over, "sign-in"),
    ])
}
