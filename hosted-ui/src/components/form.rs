//! A form: one submit button that is never disabled, and what it says while it works.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::parts::{either, link, text};
use super::summary;
use crate::browser::{App, Text, value_of};
use crate::flow::{Busy, Event, Form};
use crate::routes::Route;

/// A form whose values are read when it is submitted.
pub(crate) fn form(
    app: App,
    read: fn() -> Form,
    submit: Text,
    busy: Text,
    mut fields: Vec<AnyView>,
) -> AnyView {
    let is_busy = app.is(|state| state.busy == Some(Busy::Form));
    let label = either(app, is_busy, busy, submit);
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        app.happens(Event::Submitted(read()));
    };
    fields.insert(0, summary(app));
    // Early submits of the same form, before this code has arrived, are posted, never put in a URL.
    view! {
        <form id="form" method="post" action="/login" novalidate on:submit=on_submit>
            {fields}
            <button type="submit" id="submit" class="primary" data-busy=is_busy>{label}</button>
        </form>
    }
    .into_any()
}

/// A link to another page of these. It takes along who somebody said they are.
pub(crate) fn route_link(app: App, to: Route, text: Text, id: &'static str) -> AnyView {
    let follow = move |event: leptos::ev::MouseEvent| {
        // Another tab is the browser's business.
        if event.ctrl_key() || event.meta_key() || event.shift_key() {
            return;
        }
        event.prevent_default();
        app.happens(Event::Followed {
            route: to,
            username: value_of("username"),
        });
    };
    link(id.to_owned(), app.url(to), app.said(text), Box::new(follow))
}

/// Where else one can go, at the end of a page.
pub(crate) fn below(app: App, before: Text, to: Route, label: Text, id: &'static str) -> AnyView {
    let before = text(Signal::derive(move || [before(app.texts()), " "].concat()));
    line("below", vec![before, route_link(app, to, label, id)])
}

/// A paragraph of views.
pub(crate) fn line(class: &'static str, views: Vec<AnyView>) -> AnyView {
    view! { <p class=class>{views}</p> }.into_any()
}
