//! What went wrong, at the top of the form: it takes the focus, and leads to the fields.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use crate::browser::{app, focus};
use crate::flow::{Alert, Event, Field, Notice};
use crate::i18n::{alert_text, fill, problem_text, reference};

/// Problems and alerts; and above them what went well.
#[component]
pub(crate) fn Summary() -> impl IntoView {
    let app = app();
    let notice = move || {
        let notice = app.state.with(|state| state.notice)?;
        let texts = app.texts();
        Some(match notice {
            Notice::Confirmed => texts.notice_confirmed,
            Notice::PasswordChanged => texts.notice_password_changed,
            Notice::CodeSent => texts.resend_done,
        })
    };
    let has_problems = Memo::new(move |_| app.state.with(|state| !state.problems.is_empty()));
    let alert = Memo::new(move |_| app.state.with(|state| state.alert.clone()));
    let problems = move || {
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
        let item = |(id, text): (String, String)| {
            let href = format!("#{id}");
            let go = move |event: MouseEvent| {
                event.prevent_default();
                focus(&id);
            };
            view! { <li><a href=href on:click=go>{text}</a></li> }
        };
        problems.into_iter().map(item).collect_view()
    };
    view! {
        <p class=NOTICE role="status">{notice}</p>
        {move || has_problems.get().then(|| view! {
            <div id=SUMMARY class="summary" role="alert" tabindex="-1">
                <h2>{move || app.texts().summary_title}</h2>
                <ul>{problems}</ul>
            </div>
        })}
        {move || alert.get().map(|alert| view! { <AlertBox alert /> })}
    }
}

#[component]
fn AlertBox(alert: Alert) -> impl IntoView {
    let app = app();
    let id = reference(&alert).map(ToOwned::to_owned);
    let can_retry = matches!(alert, Alert::Describing(_) | Alert::Preparing(_));
    let text = move || {
        app.state
            .with_untracked(|state| alert_text(app.texts(), &alert, &state.page))
    };
    view! {
        <div id=SUMMARY class="summary" role="alert" tabindex="-1">
            <p>{text}</p>
            {id.map(|id| view! {
                <p class="reference">{move || fill(app.texts().alert_reference, &[("id", &id)])}</p>
            })}
            {can_retry.then(|| view! {
                <button type="button" id="retry" class="quiet" on:click=move |_| app.happens(Event::Retry)>
                    {move || app.texts().alert_retry}
                </button>
            })}
        </div>
    }
}

const SUMMARY: &str = "summary";
const NOTICE: &str = "notice";
