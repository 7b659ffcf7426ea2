//! A password instead of a temporary one, and what the pool requires besides.

use cognate_core::secret::Password;
use leptos::prelude::*;

use super::hidden_username;
use crate::browser::{App, typed_attributes, value_of};
use crate::components::{NOTHING, attribute_field, below, form, lead, new_password, stack};
use crate::flow::{Attribute, Form};
use crate::routes::Route;

/// The page.
pub(crate) fn new(app: App, missing: &[String]) -> AnyView {
    let read = || Form::NewPassword {
        password: Password::new(value_of("new-password").unwrap_or_default()),
        attributes: typed_attributes(),
    };
    let mut fields = vec![hidden_username(app)];
    for name in missing {
        fields.push(attribute_field(app, &Attribute::required(name)));
    }
    fields.push(new_password(app, |t| t.label_new_password));
    stack(vec![
        lead(app.said(|t| t.new_password_text)),
        form(
            app,
            read,
            |t| t.new_password_submit,
            |t| t.new_password_busy,
            fields,
        ),
        below(app, NOTHING, Route::SignIn, |t| t.start_over, "sign-in"),
    ])
}
