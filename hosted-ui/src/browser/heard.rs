//! What the browser tells: one listener for everything, at the window.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element as Node, Event as Heard, HtmlSelectElement};

use crate::i18n::Lang;

/// Has everything of these names heard, as long as the page lives.
pub(super) fn listen(names: &[&str], hears: impl Fn(&Heard) + 'static) {
    let hear = Closure::<dyn Fn(Heard)>::new(move |event| hears(&event));
    for name in names {
        let _ = window().add_event_listener_with_callback(name, hear.as_ref().unchecked_ref());
    }
    hear.forget();
}

/// The language that was chosen, where what changed is the list of them.
pub(super) fn chosen_lang(changed: &Node) -> Option<Lang> {
    let select = changed.dyn_ref::<HtmlSelectElement>()?;
    Lang::parse(&select.value())
}
