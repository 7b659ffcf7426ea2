//! The code that confirms a sign-up.

use crate::components::{code_field, form, isolated, lead, resend, username_field};
use crate::element::Element;
use crate::i18n::fill;
use crate::pages::back_to_sign_in;
use crate::screen::Screen;

/// Asks for the name too when it is not known: after a link, or in a new tab.
pub(crate) fn confirm(screen: &Screen, destination: Option<&str>) -> Vec<Element> {
    let texts = screen.texts();
    let text = match destination {
        Some(to) => fill(texts.confirm_sent_to, &[("destination", &isolated(to))]),
        None => texts.confirm_sent.to_owned(),
    };
    let mut fields = Vec::new();
    if screen.now.asks_name {
        fields.push(username_field(screen));
    }
    fields.push(code_field(screen));
    vec![
        lead(&text),
        form(screen, texts.confirm_submit, texts.confirm_busy, fields),
        resend(screen),
        back_to_sign_in(screen),
    ]
}
