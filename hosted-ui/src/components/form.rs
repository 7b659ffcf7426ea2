//! A form: one submit button that is never disabled, and what it says while it works.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::Summary;
use crate::browser::{app, value_of};
use crate::flow::{Busy, Event, Form as Typed};
use crate::i18n::Texts;
use crate::routes::Route;

/// A text of the catalogue.
pub(crate) type Text = fn(&'static Texts) -> &'static str;

/// A form whose values are read when it is submitted.
#[component]
pub(crate) fn Form(
    /// Reads what was typed.
    read: fn() -> Typed,
    /// What the button says.
    submit: Text,
    /// What it says meanwhile.
    busy: Text,
    children: Children,
) -> impl IntoView {
    let app = app();
    let is_busy = move || app.state.with(|state| state.busy == Some(Busy::Form));
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        app.happens(Event::Submitted(read()));
    };
    // Early submits of the same form, before this code has arrived, are posted, never put in a URL.
    view! {
        <form id="form" method="post" action="/login" novalidate on:submit=on_submit>
            <Summary />
            {children()}
            <button type="submit" id="submit" class="primary" data-busy=move || is_busy().then_some("")>
                {move || if is_busy() { busy(app.texts()) } else { submit(app.texts()) }}
            </button>
        </form>
    }
}

/// A link to another page of these. It takes along who somebody said they are.
#[component]
pub(crate) fn RouteLink(
    to: Route,
    text: Text,
    /// For tests and style sheets.
    id: &'static str,
) -> impl IntoView {
    let app = app();
    let href = move || app.url(to);
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
    view! { <a id=id href=href on:click=follow>{move || text(app.texts())}</a> }
}
