//! A form: one submit button that is never disabled, and what it says while it works.

use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::prelude::*;

use super::field::flag;
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
    fields: Vec<AnyView>,
) -> AnyView {
    let is_busy = app.is(|state| state.busy == Some(Busy::Form));
    let label = Signal::derive(move || {
        let text = if is_busy.get() { busy } else { submit };
        text(app.texts()).to_owned()
    });
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        app.happens(Event::Submitted(read()));
    };
    let flag = flag(is_busy);
    // Early submits of the same form, before this code has arrived, are posted, never put in a URL.
    view! {
        <form id="form" method="post" action="/login" novalidate on:submit=on_submit>
            {summary(app)}
            {fields}
            <button type="submit" id="submit" class="primary" data-busy=flag>{label}</button>
        </form>
    }
    .into_any()
}

/// A link to another page of these. It takes along who somebody said they are.
pub(crate) fn route_link(app: App, to: Route, text: Text, id: &'static str) -> AnyView {
    let follow = move |event: MouseEvent| {
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
    view! { <a id=id href=app.url(to) on:click=follow>{app.said(text)}</a> }.into_any()
}
