//! A QR code as one path.

use qrcodegen::{QrCode, QrCodeEcc};

use crate::screen::Picture;

/// The picture of a text, unless that is too long.
pub(super) fn picture(text: &str) -> Option<Picture> {
    let modules = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    Some(Picture {
        side: (modules.size() + 2 * QUIET).to_string(),
        path: path(&modules),
    })
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
