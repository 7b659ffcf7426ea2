//! Another code: offered always, sent after its time, which survives a reload.

use core::time::Duration;

use leptos::prelude::*;

use crate::browser::{app, value_of};
use crate::flow::{Busy, Event, Page};
use crate::i18n::fill;

/// The button, and how long it is still asleep.
#[component]
pub(crate) fn Resend() -> impl IntoView {
    let app = app();
    let remaining = RwSignal::new(0_u32);
    let has_waited = RwSignal::new(false);
    let tick = move || {
        let wait_ms = app.state.with_untracked(|state| match state.page {
            Page::Confirm {
                resend_after_ms, ..
            }
            | Page::Reset {
                resend_after_ms, ..
            } => resend_after_ms.saturating_sub(js_sys::Date::now() as u64),
            _ => 0,
        });
        // More than any wait is a clock that was set back.
        let seconds = wait_ms.div_ceil(1000) as u32;
        let seconds = if seconds > LONGEST_S { 0 } else { seconds };
        if seconds > 0 || remaining.get_untracked() > 0 {
            has_waited.set(seconds == 0);
            remaining.set(seconds);
        }
    };
    tick();
    if let Ok(timer) = set_interval_with_handle(tick, Duration::from_secs(1)) {
        on_cleanup(move || timer.clear());
    }
    let is_busy = move || app.state.with(|state| state.busy == Some(Busy::Resend));
    let now = move |_| {
        let now_ms = js_sys::Date::now() as u64;
        let username = value_of("username");
        app.happens(Event::Resend { now_ms, username });
        tick();
    };
    let label = move || match is_busy() {
        true => app.texts().resend_busy,
        false => app.texts().resend_submit,
    };
    let waits = move || (remaining.get() > 0).then_some("true");
    let rest = move || {
        let seconds = remaining.get();
        (seconds > 0).then(|| {
            fill(
                app.texts().resend_wait,
                &[("seconds", &seconds.to_string())],
            )
        })
    };
    view! {
        <div class=RESEND>
            <button type="button" id="resend" class="quiet" aria-disabled=waits aria-describedby=WAIT on:click=now>
                {label}
            </button>
            <p id=WAIT class="hint">{rest}</p>
            <p class=ASIDE role="status">{move || has_waited.get().then(|| app.texts().resend_ready)}</p>
        </div>
    }
}

const LONGEST_S: u32 = 60;
const RESEND: &str = "resend";
const WAIT: &str = "resend-wait";
const ASIDE: &str = "aside";
