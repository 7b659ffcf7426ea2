//! Another code: offered always, sent after its time, which survives a reload.

use core::time::Duration;

use leptos::prelude::*;

use super::parts::status;
use crate::browser::{App, now_ms, value_of};
use crate::flow::{Busy, Event, Page};
use crate::i18n::fill;

/// The button, and how long it is still asleep.
pub(crate) fn resend(app: App) -> AnyView {
    // Seconds to wait; 0 when it is over, -1 when there was nothing to wait for.
    let rest = RwSignal::new(-1_i32);
    let tick = move || {
        let seconds = wait_s(app);
        if seconds > 0 || rest.get_untracked() > 0 {
            rest.set(seconds);
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
    let label = Signal::derive(move || {
        let texts = app.texts();
        let label = if is_busy.get() {
            texts.resend_busy
        } else {
            texts.resend_submit
        };
        label.to_owned()
    });
    let waits = Signal::derive(move || (rest.get() > 0).then_some("true"));
    let wait = Signal::derive(move || match rest.get() {
        seconds if seconds > 0 => fill(
            app.texts().resend_wait,
            &[("seconds", &seconds.to_string())],
        ),
        _ => String::new(),
    });
    let ready = Signal::derive(move || match rest.get() {
        0 => app.texts().resend_ready.to_owned(),
        _ => String::new(),
    });
    view! {
        <div class=RESEND>
            <button type="button" id="resend" class="quiet" aria-disabled=waits aria-describedby=WAIT on:click=ask>
                {label}
            </button>
            <p id=WAIT class="hint">{wait}</p>
            {status("aside", ready)}
        </div>
    }
    .into_any()
}

fn wait_s(app: App) -> i32 {
    let wait_ms = app.state.with_untracked(|state| match state.page {
        Page::Confirm {
            resend_after_ms, ..
        }
        | Page::Reset {
            resend_after_ms, ..
        } => resend_after_ms.saturating_sub(now_ms()),
        _ => 0,
    });
    let seconds = i32::try_from(wait_ms.div_ceil(1000)).unwrap_or_default();
    // More than any wait is a clock that was set back.
    if seconds > LONGEST_S { 0 } else { seconds }
}

const LONGEST_S: i32 = 60;
const RESEND: &str = "resend";
const WAIT: &str = "resend-wait";
