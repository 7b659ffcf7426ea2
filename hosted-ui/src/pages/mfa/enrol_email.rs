//! An e-mail address as the second step.

use leptos::prelude::*;

use crate::browser::{App, value_of};
use crate::components::{attribute_field, below, form, lead};
use crate::flow::{Attribute, Form};
use crate::routes::Route;

/// The page.
pub(crate) fn enrol_email(app: App) -> AnyView {
    let read = || Form::Email(value_of("attribute-email").unwrap_or_default());
    let fields = vec![attribute_field(app, &Attribute::required("email"))];
    view! {
        {lead(app.said(|t| t.email_setup_text))}
        {form(app, read, |t| t.email_setup_submit, |t| t.mfa_busy, fields)}
        {below(app, None, Route::SignIn, |t| t.start_over, "sign-in")}
    }
    .into_any()
}
