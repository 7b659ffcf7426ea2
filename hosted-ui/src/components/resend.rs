//! Another code: offered always, sent after its time, which survives a reload.

use core::time::Duration;

use leptos::prelude::*;

use super::parts::{either, group, status};
use crate::browser::{App, now_ms, value_of};
use crate::flow::{Busy, Event, Page};
use crate::i18n::fill;

/// The button, and how long it is still asleep.
pub(crate) fn resend(app: App) -> AnyView {
    // Seconds to wait: `0` when it is over, nothing when there was nothing to wait for.
    let rest = RwSignal::new(String::new());
    let tick = move || {
        let seconds = wait_s(app);
        if seconds > 0 || rest.with_untracked(|rest| !rest.is_empty()) {
            rest.set(seconds.to_string());
        }
    };
    tick();
    if let Ok(timer) = set_interval_with_handle(tick, Duration::from_secs(1)) {
        on_cleanup(move || timer.clear());
    }
    let ask = move |_| {
        app.happens(Event::Resend {
            now_ms: now_ms(),
            username: value_of("username"),
        });
        tick();
    };
    let is_busy = app.is(|state| state.busy == Some(Busy::Resend));
    let label = either(app, is_busy, |t| t.resend_busy, |t| t.resend_submit);
    let is_waiting = move || rest.with(|rest| !rest.is_empty() && rest != "0");
    let waits = Signal::derive(move || {
        let waits = if is_waiting() { "true" } else { "false" };
        waits.to_owned()
    });
    let wait = Signal::derive(move || match is_waiting() {
        true => rest.with(|rest| fill(app.texts().resend_wait, &[("seconds", rest)])),
        false => String::new(),
    });
    let is_over = Signal::derive(move || rest.with(|rest| rest == "0"));
    let ready = either(app, is_over, |t| t.resend_ready, |_| "");
    let button = view! {
        <button type="button" id="resend" class="quiet" aria-disabled=waits aria-describedby=WAIT on:click=ask>
            {label}
        </button>
    };
    let wait = view! { <p id=WAIT class="hint">{wait}</p> };
    group(
        "resend",
        vec![button.into_any(), wait.into_any(), status("aside", ready)],
    )
}

fn wait_s(app: App) -> u64 {
    let wait_ms = app.state.with_untracked(|state| match state.page {
        Page::Confirm {
            resend_after_ms, ..
        }
        | Page::Reset {
            resend_after_ms, ..
        } => resend_after_ms.saturating_sub(now_ms()),
        _ => 0,
    });
    let seconds = wait_ms.div_ceil(1000);
    // More than any wait is a clock that was set back.
    if seconds > LONGEST_S { 0 } else { seconds }
}

const LONGEST_S: u64 = 60;
const WAIT: &str = "resend-wait";
