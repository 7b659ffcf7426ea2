//! Passwords: instead of a temporary one, and instead of a forgotten one.

mod forgot;
mod new;
mod reset;

use leptos::prelude::*;

pub(super) use forgot::forgot;
pub(super) use new::new;
pub(super) use reset::reset;

use crate::browser::App;

/// Who the new password belongs to, for password managers. Not shown: the page says it already.
fn hidden_username(app: App) -> AnyView {
    let username = app.state.with_untracked(|state| state.username.clone());
    view! {
        <input
            class=ASIDE
            type="text"
            name="username"
            autocomplete="username"
            tabindex="-1"
            aria-hidden="true"
            readonly
            value=username
        />
    }
    .into_any()
}

const ASIDE: &str = "aside";
