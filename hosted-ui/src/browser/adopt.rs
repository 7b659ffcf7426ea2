//! Inputs that outlive what drew them.
//!
//! The first form is in the HTML before this code has arrived: people type into it, and password
//! managers fill it. Its inputs are therefore taken over, not drawn again: the same element moves into
//! the new form, with its text, its selection, the focus and what the browser knows about autofill.
//! Every other input is made here, with the same attributes.

use leptos::prelude::document;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlFormElement, HtmlInputElement, Node};

/// The element that holds what the HTML brought.
const FIRST: &str = "first";

#[wasm_bindgen]
extern "C" {
    type Movable;

    /// Moves a node without the loss of state that taking it out means; not in every browser yet.
    #[wasm_bindgen(method, catch, js_name = moveBefore)]
    fn move_before(this: &Movable, node: &Node, child: Option<&Node>) -> Result<(), JsValue>;
}

/// Puts the input with this id at the front of `slot`: the one that is in the document, or a new one.
pub(crate) fn input_element(slot: &Element, id: &str) -> Option<HtmlInputElement> {
    let before = slot.first_child();
    let there = document().get_element_by_id(id);
    if let Some(input) = there.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
        let had_focus = document().active_element().as_ref() == Some(input.as_ref());
        let selection = (input.selection_start(), input.selection_end());
        let movable: &Movable = slot.unchecked_ref();
        if movable.move_before(&input, before.as_ref()).is_err() {
            slot.insert_before(&input, before.as_ref()).ok()?;
            if had_focus {
                let _ = input.focus();
                if let (Ok(Some(start)), Ok(Some(end))) = selection {
                    let _ = input.set_selection_range(start, end);
                }
            }
        }
        return Some(input);
    }
    let input: HtmlInputElement = document().create_element("input").ok()?.unchecked_into();
    input.set_id(id);
    input.set_name(id);
    slot.insert_before(&input, before.as_ref()).ok()?;
    Some(input)
}

/// Takes the first form's place: the page is this code's from now on. A submit that was held is
/// done now.
pub(crate) fn hand_over() {
    let document = document();
    if let Some(first) = document.get_element_by_id(FIRST) {
        first.remove();
    }
    let Some(root) = document.document_element() else {
        return;
    };
    let was_submitted = root.has_attribute("data-submitted");
    let _ = root.remove_attribute("data-submitted");
    let _ = root.set_attribute("data-ready", "");
    if was_submitted {
        let form = document.query_selector("form").ok().flatten();
        if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
            let _ = form.request_submit();
        }
    }
}
