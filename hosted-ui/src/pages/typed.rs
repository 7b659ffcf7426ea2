//! What stands in the fields of a page, as the form that the flow takes.

use cognate_core::secret::{Code, Password};

use crate::flow::{Form, Page, Typed};

/// What was typed. `value` reads the field with an id; `None` for a page without a form.
#[must_use]
pub fn typed(
    page: &Page,
    value: &dyn Fn(&str) -> Option<String>,
    attributes: Vec<Typed>,
) -> Option<Form> {
    let or_empty = |id: &str| value(id).unwrap_or_default();
    let username = value("username");
    let code = || Code::new(or_empty("code"));
    let new_password = || Password::new(or_empty("new-password"));
    Some(match page {
        Page::SignIn => Form::SignIn {
            username: username.unwrap_or_default(),
            password: Password::new(or_empty("password")),
        },
        Page::SignUp => Form::SignUp {
            username: username.unwrap_or_default(),
            password: new_password(),
            attributes,
        },
        Page::Confirm { .. } => Form::Confirm {
            username,
            code: code(),
        },
        Page::NewPassword { .. } => Form::NewPassword {
            password: new_password(),
            attributes,
        },
        Page::Code { .. } | Page::EnrolTotp { .. } => Form::Code(code()),
        Page::EnrolEmail { .. } => Form::Email(or_empty("attribute-email")),
        Page::Forgot => Form::Forgot {
            username: username.unwrap_or_default(),
        },
        Page::Reset { .. } => Form::Reset {
            username,
            code: code(),
            password: new_password(),
        },
        _ => return None,
    })
}
