//! The smallest pieces.

use crate::element::{Element, Press, element};

/// A box of this class.
pub(crate) fn group(class: &'static str, children: Vec<Element>) -> Element {
    element("div", class).children(children)
}

/// Words inside a line.
pub(crate) fn text(text: &str) -> Element {
    element("span", "").text(text)
}

/// The heading, which takes the focus when the page is turned to.
pub(crate) fn heading(text: &str) -> Element {
    element("h1", "")
        .id("title")
        .with("tabindex", "-1")
        .text(text)
}

/// What the page is about, under its heading.
pub(crate) fn lead(text: &str) -> Element {
    paragraph("lead", text)
}

/// A paragraph of this class.
pub(crate) fn paragraph(class: &'static str, text: &str) -> Element {
    element("p", class).text(text)
}

/// A paragraph that is read out when it changes: it is there before it says something.
pub(crate) fn status(class: &'static str, text: &str) -> Element {
    paragraph(class, text).with("role", "status")
}

/// A list of items.
pub(crate) fn list(class: &'static str, items: Vec<Element>) -> Element {
    element("ul", class).children(items)
}

/// An item of a list.
pub(crate) fn item(children: Vec<Element>) -> Element {
    element("li", "").children(children)
}

/// A button that is none of a form.
pub(crate) fn button(id: &str, class: &'static str, press: Press) -> Element {
    let button = element("button", class).id(id).with("type", "button");
    button.press(press)
}

/// A link. Its press is done instead of following it.
pub(crate) fn link(id: &str, href: &str, text: &str, press: Press) -> Element {
    let link = element("a", "").id(id).with("href", href).text(text);
    link.press(press)
}

/// A name inside a sentence keeps its own direction.
pub(crate) fn isolated(name: &str) -> String {
    ["\u{2068}", name, "\u{2069}"].concat()
}
