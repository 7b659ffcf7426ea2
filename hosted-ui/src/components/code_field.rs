//! One field for a whole one-time code: browsers and phones fill it, people paste into it.

use leptos::prelude::*;

use super::field::{Kind, TextField};
use crate::browser::app;
use crate::flow::Field;

/// The code. Nothing limits its length: what is not a digit is dropped when it is sent.
#[component]
pub(crate) fn CodeField() -> impl IntoView {
    let app = app();
    let label = Signal::derive(move || app.texts().code_label.to_owned());
    let kind = Kind {
        of: "text",
        autocomplete: "one-time-code",
        input_mode: "numeric",
    };
    let value = app.linked_code();
    view! {
        <div class=CODE>
            <TextField field=Field::Code label kind value hint=|texts| texts.code_hint />
        </div>
    }
}

const CODE: &str = "code";
