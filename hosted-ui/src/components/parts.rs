//! The smallest pieces.

use leptos::prelude::*;

use super::form::route_link;
use crate::browser::{App, Text};
use crate::routes::Route;

/// The heading, which takes the focus when the page is turned to.
pub(crate) fn title(text: Signal<String>) -> AnyView {
    view! { <h1 id=TITLE tabindex="-1">{text}</h1> }.into_any()
}

/// What the page is about, under its heading.
pub(crate) fn lead(text: Signal<String>) -> AnyView {
    paragraph("lead", text)
}

/// A paragraph of this class.
pub(crate) fn paragraph(class: &'static str, text: Signal<String>) -> AnyView {
    view! { <p class=class>{text}</p> }.into_any()
}

/// A paragraph that is read out when it changes.
pub(crate) fn status(class: &'static str, text: Signal<String>) -> AnyView {
    view! { <p class=class role=STATUS>{text}</p> }.into_any()
}

/// Where else one can go, at the end of a page.
pub(crate) fn below(
    app: App,
    before: Option<Text>,
    to: Route,
    text: Text,
    id: &'static str,
) -> AnyView {
    let before = before.map(|before| app.said(before));
    let link = route_link(app, to, text, id);
    view! { <p class=BELOW>{before} " " {link}</p> }.into_any()
}

/// A view that is there while something holds.
pub(crate) fn when(holds: Signal<bool>, view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let view: Box<dyn Fn() -> AnyView + Send> = Box::new(view);
    shown_when(holds, view)
}

fn shown_when(holds: Signal<bool>, view: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
    (move || holds.get().then(&view)).into_any()
}

// Not literals in the views: Leptos would set elements that are nothing but literals as HTML text,
// which the page's policy forbids.
const TITLE: &str = "title";
const BELOW: &str = "below";
const STATUS: &str = "status";
