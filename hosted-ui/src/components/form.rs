//! A form: one submit button that is never disabled, and what it says while it works.

use super::parts::{link, text};
use super::{notice, summary};
use crate::element::{Element, Press, element};
use crate::flow::Busy;
use crate::routes::Route;
use crate::screen::Screen;

/// A form: what it says to be sent, and while it is sent.
pub(crate) fn form(screen: &Screen, submit: &str, busy: &str, fields: Vec<Element>) -> Element {
    let is_busy = screen.is_busy(Busy::Form);
    let mut parts = vec![notice(screen)];
    parts.extend(summary(screen));
    parts.extend(fields);
    let label = if is_busy { busy } else { submit };
    let button = element("button", "primary").id("submit");
    let button = button.with("type", "submit").text(label);
    parts.push(button.with_if(is_busy, "data-busy"));
    // Early submits of the same form, before this code has arrived, are posted, never put in a URL.
    element("form", "")
        .id("form")
        .with("method", "post")
        .with("action", "/login")
        .with("novalidate", "")
        .children(parts)
}

/// A link to another page of these. It takes along who somebody said they are.
pub(crate) fn route_link(screen: &Screen, id: &str, to: Route, label: &str) -> Element {
    link(id, &screen.url(to), label, Press::Go(to))
}

/// Where else one can go, at the end of a page.
pub(crate) fn below(screen: &Screen, before: &str, id: &str, to: Route, label: &str) -> Element {
    let before = text(&[before, " "].concat());
    let link = route_link(screen, id, to, label);
    element("p", "below").children(vec![before, link])
}
