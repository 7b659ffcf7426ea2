//! Pages from which nothing leads on: on the way back to the app, or that there is no way.

use crate::components::{group, paragraph, status};
use crate::element::{Element, element};
use crate::i18n::{error_text, fill};
use crate::screen::Screen;

/// Signed in: the browser is leaving.
pub(super) fn leaving(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let text = match screen.state.client_name() {
        "" => texts.leaving_text_unnamed.to_owned(),
        name => fill(texts.leaving_text, &[("app", name)]),
    };
    let progress = group("progress", Vec::new());
    vec![status("lead", &text), progress.with("aria-hidden", "true")]
}

/// There is no login transaction, or no more. Who has finished it is shown the way to the app.
pub(super) fn start_again(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let Some(finished) = &screen.state.finished else {
        return vec![paragraph("text", texts.start_again_text)];
    };
    let app = match &*finished.app {
        "" => &finished.origin,
        app => app,
    };
    let go_on = element("a", "").id("go-on").with("href", &finished.origin);
    let go_on = go_on.text(&fill(texts.finished_go_on, &[("app", app)]));
    vec![
        paragraph("text", texts.finished_text),
        element("p", "text").children(vec![go_on]),
    ]
}

/// Signed out.
pub(super) fn signed_out(screen: &Screen) -> Vec<Element> {
    vec![paragraph("text", screen.texts().signed_out_text)]
}

/// The app's request was refused. The code is shown as text, and only if it looks like one.
pub(super) fn error(screen: &Screen, code: &str) -> Vec<Element> {
    let texts = screen.texts();
    let mut page = vec![paragraph("text", error_text(texts, code))];
    let sound = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if (1..=64).contains(&code.len()) && code.bytes().all(sound) {
        let shown = fill(texts.error_code, &[("code", code)]);
        page.push(paragraph("reference", &shown));
    }
    page
}
