//! The code and the new password. The text is the same whether there is such an account or not.

use cognate_core::secret::{Code, Password};
use leptos::prelude::*;

use super::hidden_username;
use crate::browser::{App, value_of};
use crate::components::{
    NOTHING, below, code_field, form, lead, new_password, resend, stack, username_field,
};
use crate::flow::{Form, Page, State};
use crate::i18n::{Texts, fill};
use crate::pages::isolated;
use crate::routes::Route;

/// The page.
pub(crate) fn reset(app: App) -> AnyView {
    let is_unknown = app.state.with_untracked(|state| state.username.is_empty());
    let read = || Form::Reset {
        username: value_of("username"),
        code: Code::new(value_of("code").unwrap_or_default()),
        password: Password::new(value_of("new-password").unwrap_or_default()),
    };
    let who = match is_unknown {
        true => username_field(app),
        false => hidden_username(app),
    };
    let fields = vec![
        who,
        code_field(app),
        new_password(app, |t| t.label_new_password),
    ];
    stack(vec![
        lead(app.says(text)),
        form(app, read, |t| t.reset_submit, |t| t.reset_busy, fields),
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

fn text(texts: &'static Texts, state: &State) -> String {
    let Page::Reset {
        destination,
        is_required,
        ..
    } = &state.page
    else {
        return String::new();
    };
    let username = isolated(&state.username);
    match destination.as_deref().map(isolated) {
        _ if *is_required => texts.reset_required.to_owned(),
        _ if state.username.is_empty() => texts.forgot_text.to_owned(),
        Some(to) => fill(
            texts.reset_sent_to,
            &[("username", &username), ("destination", &to)],
        ),
        None => fill(texts.reset_sent, &[("username", &username)]),
    }
}
