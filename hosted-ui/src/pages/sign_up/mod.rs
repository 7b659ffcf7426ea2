//! Signing up: who, a password, what the pool requires besides; then the code.

mod confirm;

pub(super) use confirm::confirm;

use crate::components::{attribute_fields, below, form, new_password, paragraph, username_field};
use crate::element::Element;
use crate::routes::Route;
use crate::screen::Screen;

/// The form, or that there is none.
pub(super) fn sign_up(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let content = if screen.may_sign_up() {
        let mut fields = vec![username_field(screen)];
        fields.extend(attribute_fields(screen));
        fields.extend(new_password(screen, texts.label_password));
        form(screen, texts.sign_up_submit, texts.sign_up_busy, fields)
    } else {
        paragraph("lead", texts.sign_up_closed)
    };
    let (before, back) = (texts.sign_up_have_account, texts.sign_up_sign_in);
    let below = below(screen, before, "sign-in", Route::SignIn, back);
    vec![content, below]
}
