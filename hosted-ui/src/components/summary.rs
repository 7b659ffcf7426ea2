//! What went wrong, at the top of the form: it takes the focus, and leads to the fields.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::parts::{
    Button, button, item, link, list, paragraph, replaced, stack, status, text, when,
};
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
    stack(vec![
        status("notice", notice),
        when(has_problems, move || problems(app)),
        when(has_alert, move || alert(app)),
    ])
}

fn problems(app: App) -> AnyView {
    let items = move || {
        let texts = app.texts();
        let problems = app.state.with(|state| {
            let text = |(field, problem): &(Field, _)| {
                let text = problem_text(texts, field, problem, state.login.as_ref());
                (field.id(), text)
            };
            state.problems.iter().map(text).collect::<Vec<_>>()
        });
        list("", problems.into_iter().map(problem).collect())
    };
    let heading = app.said(|texts| texts.summary_title);
    boxed(vec![
        view! { <h2>{heading}</h2> }.into_any(),
        replaced(Box::new(items)),
    ])
}

fn problem((id, text): (String, String)) -> AnyView {
    let href = ["#", &id].concat();
    let go = move |event: MouseEvent| {
        event.prevent_default();
        focus(&id);
    };
    let label = Signal::derive(move || text.clone());
    let link = link(String::new(), href, label, Box::new(go));
    item(Signal::derive(|| false), vec![link])
}

fn alert(app: App) -> AnyView {
    let said = app.says(|texts, state| {
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
        button(Button {
            id: "retry",
            class: "quiet",
            content: text(app.said(|texts| texts.alert_retry)),
            press: Box::new(move |_| app.happens(Event::Retry)),
        })
    };
    boxed(vec![
        paragraph("", said),
        paragraph("reference", id),
        when(can_retry, retry),
    ])
}

fn boxed(content: Vec<AnyView>) -> AnyView {
    view! { <div id=SUMMARY class="summary" role="alert" tabindex="-1">{content}</div> }.into_any()
}

const SUMMARY: &str = "summary";
