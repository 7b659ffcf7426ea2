//! A QR code as SVG: one path, dark on light whatever the colours of the page.

use leptos::prelude::*;

use crate::components::stack;
use qrcodegen::{QrCode, QrCodeEcc};

/// The picture. Without one (a text that is too long) there is the key beside it.
pub(super) fn qr_code(text: &str, label: Signal<String>) -> AnyView {
    let Ok(modules) = QrCode::encode_text(text, QrCodeEcc::Medium) else {
        return stack(Vec::new());
    };
    let side = (modules.size() + 2 * QUIET).to_string();
    let view_box = ["0 0 ", &side, " ", &side].concat();
    let path = path(&modules);
    view! {
        <svg id=QR role="img" aria-label=label viewBox=view_box>
            <path d=path />
        </svg>
    }
    .into_any()
}

/// A rectangle for each run of dark modules in a row.
fn path(modules: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..modules.size() {
        let mut x = 0;
        while x < modules.size() {
            let start = x;
            while x < modules.size() && modules.get_module(x, y) {
                x += 1;
            }
            if x > start {
                let [left, top] = [start + QUIET, y + QUIET].map(|at| at.to_string());
                let run = (x - start).to_string();
                for part in ["M", &left, " ", &top, "h", &run, "v1h-", &run, "z"] {
                    path.push_str(part);
                }
            }
            x += 1;
        }
    }
    path
}

/// Light modules around the code, which scanners want.
const QUIET: i32 = 4;
const QR: &str = "qr";
