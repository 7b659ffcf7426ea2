//! A QR code as SVG: one path, dark on light whatever the colours of the page.

use leptos::prelude::*;
use qrcodegen::{QrCode as Modules, QrCodeEcc};

/// The picture. Without one (a text that is too long) there is the key beside it.
#[component]
pub(super) fn QrCode(text: String, label: Signal<&'static str>) -> impl IntoView {
    let modules = Modules::encode_text(&text, QrCodeEcc::Medium).ok();
    modules.map(|modules| {
        let side = modules.size() + 2 * QUIET;
        let view_box = format!("0 0 {side} {side}");
        view! {
            <svg id=QR role="img" aria-label=label viewBox=view_box>
                <path d=path(&modules) />
            </svg>
        }
    })
}

/// A square for each run of dark modules in a row.
fn path(modules: &Modules) -> String {
    let mut path = String::new();
    for y in 0..modules.size() {
        let mut x = 0;
        while x < modules.size() {
            let start = x;
            while x < modules.size() && modules.get_module(x, y) {
                x += 1;
            }
            if x > start {
                path += &format!(
                    "M{} {}h{}v1h-{}z",
                    start + QUIET,
                    y + QUIET,
                    x - start,
                    x - start
                );
            }
            x += 1;
        }
    }
    path
}

/// Light modules around the code, which scanners want.
const QUIET: i32 = 4;
const QR: &str = "qr";
