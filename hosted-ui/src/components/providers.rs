//! Other ways to sign in: a button for each provider of the app, and one for those that are found by an address.
//!
//! They stand below the form, so that nothing which was there before them moves when they come. Their marks are
//! the first letters of their names: the logos of others have rules of their own, and belong to the brand.

use super::parts::{button, item, list, paragraph, status, text};
use crate::element::{Element, Press, element};
use crate::flow::{Busy, Login, Provider};
use crate::i18n::fill;
use crate::screen::Screen;

/// The buttons, in the order of the app's settings; nothing until they are known.
pub(crate) fn providers(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let Some(login) = &screen.state.login else {
        return Vec::new();
    };
    let mut items: Vec<Element> = login
        .providers
        .iter()
        .enumerate()
        .map(|(at, provider)| item(vec![choice(screen, at, provider)]))
        .collect();
    if login.by_identifier && !login.only_providers {
        let button = button("organization", "provider", Press::Organization);
        let button = button.with_if(screen.is_busy(Busy::Organization), "data-busy");
        let words = vec![initial("@"), text(texts.organization_continue)];
        items.push(item(vec![button.children(words)]));
    }
    if items.is_empty() {
        return Vec::new();
    }
    let mut parts = Vec::new();
    if !login.has_no_form() {
        parts.push(paragraph("or", texts.provider_or));
    }
    parts.push(list("providers", items));
    parts.push(status("aside", &under_way(screen, login)));
    parts
}

fn choice(screen: &Screen, at: usize, provider: &Provider) -> Element {
    let name = provider.label();
    let letter: String = name.chars().take(1).collect();
    let label = fill(screen.texts().provider_continue, &[("name", name)]);
    button(
        &["provider-", &at.to_string()].concat(),
        "provider",
        Press::Provider(at),
    )
    .with_if(screen.is_busy(Busy::Provider(at)), "data-busy")
    .children(vec![initial(&letter), text(&label).with("dir", "auto")])
}

/// A letter in the place of a mark.
pub(crate) fn initial(letter: &str) -> Element {
    element("span", "initial")
        .with("aria-hidden", "true")
        .text(letter)
}

fn under_way(screen: &Screen, login: &Login) -> String {
    let texts = screen.texts();
    match screen.state.busy {
        Some(Busy::Provider(at)) => {
            let name = login.providers.get(at).map_or("", Provider::label);
            fill(texts.provider_busy, &[("name", name)])
        }
        Some(Busy::Organization) => texts.organization_busy.to_owned(),
        _ => String::new(),
    }
}
