//! One field for a whole one-time code: browsers and phones fill it, people paste into it.

use super::field::{Kind, Spec, field};
use super::parts::group;
use crate::element::Element;
use crate::flow::Field;
use crate::screen::Screen;

/// The code. Nothing limits its length: what is not a digit is dropped when it is sent.
pub(crate) fn code_field(screen: &Screen) -> Element {
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
    group("code", vec![field(screen, spec)])
}
