//! Where the wasm starts.

use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlElement;

use crate::browser::{App, hand_over};
use crate::pages::pages;

/// Draws the pages into `#app`, and takes over from the HTML that came first.
#[wasm_bindgen(start)]
fn start() {
    let root = document().get_element_by_id("app");
    let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    mount_to(root, || {
        let app = App::begin();
        Effect::new(move || {
            if let Some(html) = document().document_element() {
                let _ = html.set_attribute("lang", app.lang.get().tag());
                let _ = html.set_attribute("dir", app.lang.get().dir());
            }
        });
        pages(app)
    })
    .forget();
    // The inputs are taken over by effects, which run before this.
    spawn_local(async { hand_over() });
}
