//! One field for a whole one-time code: browsers and phones fill it, people paste into it.

use super::field::{Kind, Spec, field, labelled};
use super::parts::group;
use crate::element::{Element, element};
use crate::flow::Field;
use crate::screen::Screen;

/// A code that was sent. Nothing limits its length: what is not a digit is dropped when it is sent back.
pub(crate) fn code_field(screen: &Screen) -> Element {
    let mut parts = vec![bare(screen)];
    parts.extend(inbox(screen));
    group("code", parts)
}

/// A code that an authenticator app shows.
pub(crate) fn app_code_field(screen: &Screen) -> Element {
    group("code", vec![bare(screen)])
}

fn bare(screen: &Screen) -> Element {
    let texts = screen.texts();
    let spec = Spec {
        value: &screen.linked_code,
        ..spec(texts.code_label, texts.code_hint)
    };
    field(screen, spec)
}

/// The field by itself, with these words, and what is wrong with it.
pub(crate) fn code_input(label: &str, hint: &str, problem: Option<&str>) -> Element {
    labelled(spec(label, hint), problem)
}

fn spec<'a>(label: &'a str, hint: &'a str) -> Spec<'a> {
    let kind = Kind {
        of: "text",
        autocomplete: "one-time-code",
        input_mode: "numeric",
    };
    Spec {
        hint,
        ..Spec::new(Field::Code, label, kind)
    }
}

/// Where a developer finds the code, on their own machine.
fn inbox(screen: &Screen) -> Option<Element> {
    let inbox = screen.state.login.as_ref()?.inbox.as_ref()?;
    Some(inbox_link(inbox, screen.texts().inbox_open))
}

/// A link to the inbox that is at this path.
pub(crate) fn inbox_link(path: &str, text: &str) -> Element {
    let link = element("a", "").id("inbox").with("href", path);
    // A page of its own: this one is still needed.
    let link = link.with("target", "_blank").with("rel", "noopener");
    let link = link.text(text);
    element("p", "hint").id("inbox-hint").children(vec![link])
}
