//! The code that confirms a sign-up.

use cognate_core::secret::Code;
use leptos::prelude::*;

use crate::browser::{App, value_of};
use crate::components::{NOTHING, below, code_field, form, lead, resend, stack, username_field};
use crate::flow::{Form, Page};
use crate::i18n::fill;
use crate::pages::isolated;
use crate::routes::Route;

/// Asks for the name too when it is not known: after a link, or in a new tab.
pub(crate) fn confirm(app: App) -> AnyView {
    let text = app.says(|texts, state| {
        let destination = match &state.page {
            Page::Confirm { destination, .. } => destination.as_ref(),
            _ => None,
        };
        match destination {
            Some(to) => fill(texts.confirm_sent_to, &[("destination", &isolated(to))]),
            None => texts.confirm_sent.to_owned(),
        }
    });
    let read = || Form::Confirm {
        username: value_of("username"),
        code: Code::new(value_of("code").unwrap_or_default()),
    };
    let mut fields = vec![code_field(app)];
    if app.state.with_untracked(|state| state.username.is_empty()) {
        fields.insert(0, username_field(app));
    }
    stack(vec![
        lead(text),
        form(app, read, |t| t.confirm_submit, |t| t.confirm_busy, fields),
        resend(app),
        below(
            app,
            NOTHING,
            Route::SignIn,
            |t| t.back_to_sign_in,
            "sign-in",
        ),
    ])
}
