//! A password instead of a temporary one, and what the pool requires besides.

use crate::components::{attribute_field, form, hidden_username, lead, new_password};
use crate::element::Element;
use crate::flow::Attribute;
use crate::pages::start_over;
use crate::screen::Screen;

/// The page.
pub(crate) fn new(screen: &Screen, missing: &[String]) -> Vec<Element> {
    let texts = screen.texts();
    let mut fields = vec![hidden_username(screen)];
    for name in missing {
        fields.push(attribute_field(screen, &Attribute::required(name)));
    }
    fields.extend(new_password(screen, texts.label_new_password));
    let (submit, busy) = (texts.new_password_submit, texts.new_password_busy);
    vec![
        lead(texts.new_password_text),
        form(screen, submit, busy, fields),
        start_over(screen),
    ]
}
