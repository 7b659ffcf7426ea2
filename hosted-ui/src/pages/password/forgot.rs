//! Who has forgotten their password.

use crate::components::{form, lead, username_field};
use crate::element::Element;
use crate::pages::back_to_sign_in;
use crate::screen::Screen;

/// The page.
pub(crate) fn forgot(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let fields = vec![username_field(screen)];
    vec![
        lead(texts.forgot_text),
        form(screen, texts.forgot_submit, texts.forgot_busy, fields),
        back_to_sign_in(screen),
    ]
}
