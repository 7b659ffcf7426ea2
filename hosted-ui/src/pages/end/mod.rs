//! Pages from which nothing leads on: on the way back to the app, or that there is no way.

use leptos::prelude::*;

use crate::browser::{App, Text};
use crate::components::{paragraph, stack, status};
use crate::flow::Page;
use crate::i18n::{error_text, fill};

/// Signed in: the browser is leaving.
pub(super) fn leaving(app: App) -> AnyView {
    let text = app.says(|texts, state| match state.client_name() {
        "" => texts.leaving_text_unnamed.to_owned(),
        name => fill(texts.leaving_text, &[("app", name)]),
    });
    view! {
        {status("lead", text)}
        <div class=PROGRESS aria-hidden="true"></div>
    }
    .into_any()
}

/// There is no login transaction, or no more.
pub(super) fn start_again(app: App) -> AnyView {
    explained(app, |t| t.start_again_text)
}

/// Signed out.
pub(super) fn signed_out(app: App) -> AnyView {
    explained(app, |t| t.signed_out_text)
}

/// The app's request was refused. The code is shown as text, and only if it looks like one.
pub(super) fn error(app: App, code: String) -> AnyView {
    let text = app.says(|texts, state| match &state.page {
        Page::Error(code) => error_text(texts, code).to_owned(),
        _ => String::new(),
    });
    let sound = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let is_code = (1..=64).contains(&code.len()) && code.bytes().all(sound);
    let shown = Signal::derive(move || match is_code {
        true => fill(app.texts().error_code, &[("code", &code)]),
        false => String::new(),
    });
    stack(vec![paragraph(TEXT, text), paragraph("reference", shown)])
}

fn explained(app: App, text: Text) -> AnyView {
    paragraph(TEXT, app.said(text))
}

const PROGRESS: &str = "progress";
const TEXT: &str = "text";
