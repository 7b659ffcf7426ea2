//! Another code: offered always, sent after its time, which survives a reload.

use super::parts::{button, group, paragraph, status};
use crate::element::{Element, Press};
use crate::flow::Busy;
use crate::i18n::fill;
use crate::screen::Screen;

/// The button, and how long it is still asleep.
pub(crate) fn resend(screen: &Screen) -> Element {
    let texts = screen.texts();
    let label = match screen.is_busy(Busy::Resend) {
        true => texts.resend_busy,
        false => texts.resend_submit,
    };
    let (waits, wait) = match screen.wait_s {
        None | Some(0) => ("false", String::new()),
        Some(s) => (
            "true",
            fill(texts.resend_wait, &[("seconds", &s.to_string())]),
        ),
    };
    let ready = match screen.wait_s {
        Some(0) => texts.resend_ready,
        _ => "",
    };
    let button = button("resend", "quiet", Press::Resend)
        .with("aria-disabled", waits)
        .with("aria-describedby", WAIT)
        .text(label);
    let parts = vec![
        button,
        paragraph("hint", &wait).id(WAIT),
        status("aside", ready),
    ];
    group("resend", parts)
}

const WAIT: &str = "resend-wait";
