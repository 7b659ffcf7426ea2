//! The smallest pieces of the account page.

use super::Press;
use crate::components::{button, group, initial, item};
use crate::element::{self, Element, element};

pub(super) fn row(key: &str, parts: Vec<Element>, question: Option<Element>) -> Element {
    let mut content = vec![group("entry", parts)];
    content.extend(question);
    let mut row = item(content);
    row.key.push_str(key);
    row
}

pub(super) fn press(id: &str, class: &'static str, press: Press) -> Element {
    button(id, class, element::Press::Account(press))
}

pub(super) fn numbered(prefix: &str, at: usize) -> String {
    [prefix, &at.to_string()].concat()
}

pub(super) fn strong(words: &str) -> Element {
    element("strong", "").with("dir", "auto").text(words)
}

pub(super) fn small(words: &str) -> Element {
    element("small", "").text(words)
}

pub(super) fn letter(name: &str) -> Element {
    let first: String = name.chars().take(1).collect();
    initial(&first)
}
