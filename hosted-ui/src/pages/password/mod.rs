//! Passwords: instead of a temporary one, and instead of a forgotten one.

mod forgot;
mod new;
mod reset;

use leptos::prelude::*;

pub(super) use forgot::Forgot;
pub(super) use new::New;
pub(super) use reset::Reset;

use crate::browser::app;

/// Who the new password belongs to, for password managers. Not shown: the page says it already.
#[component]
fn HiddenUsername() -> impl IntoView {
    let app = app();
    let username = move || app.state.with(|state| state.username.clone());
    view! {
        <input
            class=ASIDE
            type="text"
            name="username"
            autocomplete="username"
            tabindex="-1"
            aria-hidden="true"
            readonly
            prop:value=username
        />
    }
}

const ASIDE: &str = "aside";
