//! Signing up: who, a password, what the pool requires besides; then the code.

mod confirm;

pub(super) use confirm::confirm;

use crate::components::{
    attribute_fields, below, form, item, list, new_password, paragraph, providers, username_field,
};
use crate::element::{Element, element};
use crate::routes::Route;
use crate::screen::Screen;

/// What people agree to, where the app has said where that is.
fn terms(screen: &Screen) -> Option<Element> {
    let login = screen.state.login.as_ref()?;
    let texts = screen.texts();
    let links = [
        ("terms-of-use", texts.sign_up_terms),
        ("privacy-policy", texts.sign_up_privacy),
    ];
    let links = links.into_iter().filter_map(|(name, text)| {
        let url = login.link(name, screen.lang.tag())?;
        let link = element("a", "").id(name).with("href", url);
        let link = link.with("target", "_blank").with("rel", "noopener");
        Some(item(vec![link.text(text)]))
    });
    let links: Vec<Element> = links.collect();
    (!links.is_empty()).then(|| list("terms", links))
}

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
    let mut page = vec![content];
    page.extend(terms(screen));
    page.push(below);
    page.extend(providers(screen));
    page
}
