//! Pages from which nothing leads on: on the way back to the app, or that there is no way.

use leptos::prelude::*;

use super::Title;
use crate::browser::app;
use crate::i18n::{error_text, fill};

/// Signed in: the browser is leaving.
#[component]
pub(super) fn Leaving() -> impl IntoView {
    let app = app();
    let text = move || {
        let name = app
            .state
            .with(|state| Some(state.login.as_ref()?.client_name.clone()));
        match name.filter(|name| !name.is_empty()) {
            Some(name) => fill(app.texts().leaving_text, &[("app", &name)]),
            None => app.texts().leaving_text_unnamed.to_owned(),
        }
    };
    view! {
        <Title />
        <p class=LEAD role="status">{text}</p>
        <div class=PROGRESS aria-hidden="true"></div>
    }
}

/// There is no login transaction, or no more.
#[component]
pub(super) fn StartAgain() -> impl IntoView {
    let app = app();
    view! {
        <Title />
        <p id=TEXT>{move || app.texts().start_again_text}</p>
    }
}

/// Signed out.
#[component]
pub(super) fn SignedOut() -> impl IntoView {
    let app = app();
    view! {
        <Title />
        <p id=TEXT>{move || app.texts().signed_out_text}</p>
    }
}

/// The app's request was refused. The code is shown as text, and only if it looks like one.
#[component]
pub(super) fn Error(code: String) -> impl IntoView {
    let app = app();
    let sound = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let is_code = (1..=64).contains(&code.len()) && code.bytes().all(sound);
    let shown = is_code.then(|| code.clone());
    view! {
        <Title />
        <p id=TEXT>{move || error_text(app.texts(), &code)}</p>
        {shown.map(|code| view! {
            <p class="reference" id=CODE>{move || fill(app.texts().error_code, &[("code", &code)])}</p>
        })}
    }
}

const LEAD: &str = "lead";
const PROGRESS: &str = "progress";
const TEXT: &str = "text";
const CODE: &str = "error-code";
