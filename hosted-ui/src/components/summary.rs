//! What went wrong, at the top of the form: it takes the focus, and leads to the fields.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::parts::{paragraph, status, when};
use crate::browser::{App, focus};
use crate::flow::{Alert, Event, Field, Notice};
use crate::i18n::{alert_text, fill, problem_text, reference};

/// What went well, then problems or an alert.
pub(crate) fn summary(app: App) -> AnyView {
    let notice = app.says(|texts, state| {
        let text = match state.notice {
            Some(Notice::Confirmed) => texts.notice_confirmed,
            Some(Notice::PasswordChanged) => texts.notice_password_changed,
            Some(Notice::CodeSent) => texts.resend_done,
            None => "",
        };
        text.to_owned()
    });
    let has_problems = app.is(|state| !state.problems.is_empty());
    let has_alert = app.is(|state| state.alert.is_some());
    view! {
        {status("notice", notice)}
        {when(has_problems, move || problems(app))}
        {when(has_alert, move || alert(app))}
    }
    .into_any()
}

fn problems(app: App) -> AnyView {
    let items = move || {
        let texts = app.texts();
        let problems = app.state.with(|state| {
            let text = |(field, problem): &(Field, _)| {
                (
                    field.id(),
                    problem_text(texts, field, problem, state.login.as_ref()),
                )
            };
            state.problems.iter().map(text).collect::<Vec<_>>()
        });
        problems.into_iter().map(item).collect::<Vec<_>>()
    };
    boxed(
        view! {
            {heading(app)}
            <ul>{items}</ul>
        }
        .into_any(),
    )
}

fn heading(app: App) -> AnyView {
    let text = app.said(|texts| texts.summary_title);
    view! { <h2>{text}</h2> }.into_any()
}

fn item((id, text): (String, String)) -> AnyView {
    let href = ["#", &id].concat();
    let go = move |event: MouseEvent| {
        event.prevent_default();
        focus(&id);
    };
    view! { <li><a href=href on:click=go>{text}</a></li> }.into_any()
}

fn alert(app: App) -> AnyView {
    let text = app.says(|texts, state| {
        let text = |alert| alert_text(texts, alert, &state.page);
        state.alert.as_ref().map_or_else(String::new, text)
    });
    let id = app.says(|texts, state| {
        let id = state.alert.as_ref().and_then(reference);
        id.map_or_else(String::new, |id| fill(texts.alert_reference, &[("id", id)]))
    });
    let can_retry = app.is(|state| {
        matches!(
            state.alert,
            Some(Alert::Describing(_) | Alert::Preparing(_))
        )
    });
    let retry = move || {
        let label = app.said(|texts| texts.alert_retry);
        let again = move |_| app.happens(Event::Retry);
        view! { <button type="button" id="retry" class="quiet" on:click=again>{label}</button> }
            .into_any()
    };
    boxed(
        view! {
            {paragraph("", text)}
            {paragraph("reference", id)}
            {when(can_retry, retry)}
        }
        .into_any(),
    )
}

fn boxed(content: AnyView) -> AnyView {
    view! { <div id=SUMMARY class="summary" role="alert" tabindex="-1">{content}</div> }.into_any()
}

const SUMMARY: &str = "summary";
