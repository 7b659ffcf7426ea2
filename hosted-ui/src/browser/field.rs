//! What stands in the fields.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// The input with this id, if there is one.
pub(super) fn input(id: &str) -> Option<HtmlInputElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// What stands in the input with this id, if there is one.
pub(super) fn value_of(id: &str) -> Option<String> {
    input(id).map(|input| input.value())
}
