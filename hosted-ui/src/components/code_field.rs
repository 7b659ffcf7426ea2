//! One field for a whole one-time code: browsers and phones fill it, people paste into it.

use super::field::{Kind, Spec, field};
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
    let kind = Kind {
        of: "text",
        autocomplete: "one-time-code",
        input_mode: "numeric",
    };
    let spec = Spec {
        hint: texts.code_hint,
        value: &screen.linked_code,
        ..Spec::new(Field::Code, texts.code_label, kind)
    };
    field(screen, spec)
}

/// Where a developer finds the code, on their own machine.
fn inbox(screen: &Screen) -> Option<Element> {
    let inbox = screen.state.login.as_ref()?.inbox.as_ref()?;
    let link = element("a", "").id("inbox").with("href", inbox);
    // A page of its own: this one is still needed.
    let link = link.with("target", "_blank").with("rel", "noopener");
    let link = link.text(screen.texts().inbox_open);
    Some(element("p", "hint").id("inbox-hint").children(vec![link]))
}
