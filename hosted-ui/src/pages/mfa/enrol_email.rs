//! An e-mail address as the second step.

use crate::components::{attribute_field, form, lead};
use crate::element::Element;
use crate::flow::Attribute;
use crate::pages::start_over;
use crate::screen::Screen;

/// The page.
pub(crate) fn enrol_email(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let fields = vec![attribute_field(screen, &Attribute::required("email"))];
    vec![
        lead(texts.email_setup_text),
        form(screen, texts.email_setup_submit, texts.mfa_busy, fields),
        start_over(screen),
    ]
}
