//! Where the wasm starts.

use leptos::mount::mount_to_renderer;
use leptos::prelude::*;
use rlsf::SmallGlobalTlsf;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::browser::{App, ROOT, View, hand_over};

/// Two kilobytes less than the standard library's; see `docs/decisions/0012`.
#[global_allocator]
static ALLOCATOR: SmallGlobalTlsf = SmallGlobalTlsf::new();

/// Takes the page over that came as HTML, and draws it from now on.
#[wasm_bindgen(start)]
fn start() {
    let Some(root) = document().get_element_by_id(ROOT) else {
        return;
    };
    mount_to_renderer(&root, || {
        let app = App::begin();
        move || View(app.page())
    })
    .forget();
    hand_over();
}
