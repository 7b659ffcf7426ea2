//! What stands in the fields.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::flow::Typed;

/// Every attribute's field, by its name.
pub(super) fn typed_attributes() -> Vec<Typed> {
    let mut typed = Vec::new();
    let Ok(inputs) = document().query_selector_all("input[data-attribute]") else {
        return typed;
    };
    for i in 0..inputs.length() {
        let input = inputs
            .item(i)
            .and_then(|node| node.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input {
            typed.push(Typed {
                name: input.get_attribute("data-attribute").unwrap_or_default(),
                value: input.value(),
            });
        }
    }
    typed
}

/// Puts a text on the clipboard. A browser that does not allow it leaves the text to be selected.
pub(super) fn copy(text: &str) {
    let _ = window().navigator().clipboard().write_text(text);
}
