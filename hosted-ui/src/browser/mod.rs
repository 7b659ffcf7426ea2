//! What the flows want, carried out in the browser: one module for each of the two wasms, and what both need.

#[cfg(feature = "account")]
mod account;
mod address;
mod draw;
mod field;
mod focus;
mod heard;
mod lang;
#[cfg(not(feature = "account"))]
mod login;
mod patience;

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlFormElement, PageTransitionEvent};

#[cfg(feature = "account")]
pub(crate) use account::App;
pub(crate) use draw::{ROOT, View};
#[cfg(not(feature = "account"))]
pub(crate) use login::App;

use crate::i18n::Lang;

/// The page is this code's from now on. A submit that the first script held is done now.
pub(crate) fn hand_over() {
    let Some(root) = document().document_element() else {
        return;
    };
    let was_submitted = root.has_attribute("data-submitted");
    let _ = root.remove_attribute("data-submitted");
    let _ = root.set_attribute("data-ready", "");
    if was_submitted {
        let form = document().query_selector("form").ok().flatten();
        if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
            let _ = form.request_submit();
        }
    }
}

/// The language that everything is in.
fn tell_lang(lang: Lang) {
    if let Some(html) = document().document_element() {
        let _ = html.set_attribute("lang", lang.tag());
        let _ = html.set_attribute("dir", lang.dir());
    }
}

/// Adds a stylesheet of this origin behind those there are; once.
fn add_style(path: &str) {
    let document = document();
    if document.get_element_by_id(STYLE).is_some() {
        return;
    }
    let (Some(head), Ok(link)) = (document.head(), document.create_element("link")) else {
        return;
    };
    link.set_id(STYLE);
    for (name, value) in [("rel", "stylesheet"), ("href", path)] {
        let _ = link.set_attribute(name, value);
    }
    let _ = head.append_child(&link);
}

const STYLE: &str = "brand";

/// Goes elsewhere; the page is not in the history any more.
fn leave(location: &str) {
    let _ = window().location().replace(location);
}

fn reload() {
    let _ = window().location().reload();
}

/// Whether the browser had kept the page, and shows it again as it was.
fn was_kept(event: &Event) -> bool {
    let event = event.dyn_ref::<PageTransitionEvent>();
    event.is_some_and(PageTransitionEvent::persisted)
}
