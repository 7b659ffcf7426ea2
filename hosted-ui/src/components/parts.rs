//! The smallest pieces, each one type for the whole wasm.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use crate::browser::{App, Text};

/// What a press does.
pub(crate) type Press = Box<dyn Fn(MouseEvent)>;

/// A button.
pub(crate) struct Button {
    pub(crate) id: &'static str,
    pub(crate) class: &'static str,
    /// What it says, above what it explains.
    pub(crate) content: AnyView,
    pub(crate) press: Press,
}

/// Several views, one after the other.
pub(crate) fn stack(views: Vec<AnyView>) -> AnyView {
    views.into_any()
}

/// A box of this class.
pub(crate) fn group(class: &'static str, views: Vec<AnyView>) -> AnyView {
    view! { <div class=class>{views}</div> }.into_any()
}

/// Text.
pub(crate) fn text(text: Signal<String>) -> AnyView {
    view! { <span>{text}</span> }.into_any()
}

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

/// A list of items.
pub(crate) fn list(class: &'static str, items: Vec<AnyView>) -> AnyView {
    view! { <ul class=class>{items}</ul> }.into_any()
}

/// An item of a list, marked while `mark` holds.
pub(crate) fn item(mark: Signal<bool>, views: Vec<AnyView>) -> AnyView {
    view! { <li data-met=mark>{views}</li> }.into_any()
}

/// A button that is none of a form.
pub(crate) fn button(button: Button) -> AnyView {
    let press = button.press;
    view! {
        <button
            type="button"
            id=button.id
            class=button.class
            on:click=press
        >
            {button.content}
        </button>
    }
    .into_any()
}

/// A link. Its press may do instead what following it would.
pub(crate) fn link(id: String, href: String, label: Signal<String>, press: Press) -> AnyView {
    view! { <a id=id href=href on:click=press>{label}</a> }.into_any()
}

/// A view that is there while something holds.
pub(crate) fn when(holds: Signal<bool>, view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    replaced(Box::new(move || match holds.get() {
        true => view(),
        false => stack(Vec::new()),
    }))
}

/// A view that is drawn anew when what it reads changes.
pub(crate) fn replaced(view: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
    (move || view()).into_any()
}

/// Does something now, and whenever what it reads changes.
pub(crate) fn watch(run: impl FnMut() + 'static) {
    watched(Box::new(run));
}

fn watched(run: Box<dyn FnMut()>) {
    Effect::new(run);
}

/// One of two texts.
pub(crate) fn either(app: App, holds: Signal<bool>, yes: Text, no: Text) -> Signal<String> {
    Signal::derive(move || {
        let text = if holds.get() { yes } else { no };
        text(app.texts()).to_owned()
    })
}

/// No text.
pub(crate) const NOTHING: Text = |_| "";

// Not literals in the views: Leptos would set elements that are nothing but literals as HTML text,
// which the page's policy forbids.
const TITLE: &str = "title";
const STATUS: &str = "status";
