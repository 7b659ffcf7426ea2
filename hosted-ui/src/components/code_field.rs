//! One field for a whole one-time code: browsers and phones fill it, people paste into it.

use leptos::prelude::*;

use super::field::{Kind, Spec, text_field};
use super::parts::{group, stack};
use crate::browser::App;
use crate::flow::Field;

/// The code. Nothing limits its length: what is not a digit is dropped when it is sent.
pub(crate) fn code_field(app: App) -> AnyView {
    let spec = Spec {
        field: Field::Code,
        label: app.said(|texts| texts.code_label),
        hint: Some(|texts| texts.code_hint),
        kind: Kind {
            of: "text",
            autocomplete: "one-time-code",
            input_mode: "numeric",
        },
        value: app.linked_code(),
        beside: stack(Vec::new()),
    };
    group("code", vec![text_field(app, spec)])
}
