//! Passwords: to be shown on request, with a word about Caps Lock, and for new ones what they need.

use cognate_core::ErrorCode;
use cognate_core::password::policy::{Policy, Violation};
use leptos::ev::{Event, KeyboardEvent};
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::Text;
use super::field::{Kind, TEXT, TextField};
use crate::browser::app;
use crate::flow::{Alert, Field, Login};
use crate::i18n::rule_text;

/// The password that somebody has.
#[component]
pub(crate) fn KnownPassword() -> impl IntoView {
    let label = Signal::derive(move || app().texts().label_password.to_owned());
    let kind = Kind {
        of: "password",
        autocomplete: "current-password",
        ..TEXT
    };
    view! { <PasswordField field=Field::Password label kind on_typed=Callback::new(|_: String| ()) /> }
}

/// The password that somebody chooses, with the pool's policy as a list that follows the typing.
#[component]
pub(crate) fn NewPassword(
    /// What it is called: whoever has none yet has no old one either.
    #[prop(default = |texts| texts.label_new_password)]
    label: Text,
) -> impl IntoView {
    let app = app();
    let label = Signal::derive(move || label(app.texts()).to_owned());
    let kind = Kind {
        of: "password",
        autocomplete: "new-password",
        ..TEXT
    };
    let policy = Memo::new(move |_| {
        app.state.with(|state| {
            state
                .login
                .as_ref()
                .map_or_else(Policy::default, Login::policy)
        })
    });
    // Only what is missing is kept, not what was typed.
    let missing = RwSignal::new(rules(policy.get_untracked()));
    let was_typed = RwSignal::new(false);
    let on_typed = Callback::new(move |password: String| {
        was_typed.set(!password.is_empty());
        missing.set(policy.get_untracked().violations(&password).collect());
    });
    let rule = move |violation: Violation| {
        let is_met = move || was_typed.get() && !missing.with(|m| m.contains(&violation));
        let text = move || rule_text(app.texts(), violation, policy.get().minimum_length);
        let state = move || match is_met() {
            true => app.texts().policy_met,
            false => app.texts().policy_unmet,
        };
        view! {
            <li data-met=move || is_met().then_some("")>
                {text} <span class=ASIDE>{move || format!(": {}", state())}</span>
            </li>
        }
    };
    let has_all = move || was_typed.get() && missing.with(Vec::is_empty);
    view! {
        <PasswordField field=Field::NewPassword label kind on_typed />
        <div class=POLICY>
            <p id=POLICY_TITLE>{move || app.texts().policy_title}</p>
            <ul aria-labelledby=POLICY_TITLE>
                {move || rules(policy.get()).into_iter().map(rule).collect_view()}
            </ul>
            <p class=ASIDE role="status">
                {move || has_all().then(|| app.texts().policy_all_met)}
            </p>
        </div>
    }
}

#[component]
fn PasswordField(
    field: Field,
    label: Signal<String>,
    kind: Kind,
    on_typed: Callback<String>,
) -> impl IntoView {
    let app = app();
    let is_shown = RwSignal::new(false);
    let has_caps = RwSignal::new(false);
    let input = StoredValue::new_local(None::<HtmlInputElement>);
    let on_input = Callback::new(move |made| input.set_value(Some(made)));
    Effect::new(move || {
        let of = if is_shown.get() { "text" } else { "password" };
        input.with_value(|input| {
            if let Some(input) = input {
                input.set_type(of);
            }
        });
    });
    // A wrong one is typed anew, not mended.
    let was_wrong = Memo::new(move |_| {
        let wrong = |alert: &Alert| matches!(alert, Alert::Call(failure) if failure.code == ErrorCode::IncorrectCredentials);
        app.state
            .with(|state| state.alert.as_ref().is_some_and(wrong))
    });
    Effect::new(move || {
        if was_wrong.get() {
            input.with_value(|input| {
                if let Some(input) = input {
                    input.set_value("");
                }
            });
        }
    });
    // A password is hidden again once it is sent: browsers remember what stands in text fields.
    Effect::new(move || {
        if app.state.with(|state| state.busy.is_some()) {
            is_shown.set(false);
        }
    });
    let typed = move |_: Event| {
        input.with_value(|input| {
            on_typed.run(
                input
                    .as_ref()
                    .map_or_else(String::new, HtmlInputElement::value),
            )
        });
    };
    let key = move |event: KeyboardEvent| has_caps.set(event.get_modifier_state("CapsLock"));
    let id = field.id();
    view! {
        <div class=PASSWORD on:input=typed on:keyup=key on:keydown=key on:focusout=move |_| has_caps.set(false)>
            <TextField field label kind on_input>
                <button
                    type="button"
                    class="toggle"
                    aria-controls=id
                    aria-pressed=move || if is_shown.get() { "true" } else { "false" }
                    aria-label=move || app.texts().password_show
                    title=move || match is_shown.get() {
                        true => app.texts().password_hide,
                        false => app.texts().password_show,
                    }
                    on:click=move |_| is_shown.update(|shown| *shown = !*shown)
                ></button>
            </TextField>
            <p class=CAPS role="status">{move || has_caps.get().then(|| app.texts().caps_lock)}</p>
            <p class=ASIDE role="status">
                {move || is_shown.get().then(|| app.texts().password_shown)}
            </p>
        </div>
    }
}

/// What the policy asks for.
fn rules(policy: Policy) -> Vec<Violation> {
    let rules = [
        (true, Violation::TooShort),
        (policy.uppercase, Violation::NoUppercase),
        (policy.lowercase, Violation::NoLowercase),
        (policy.numbers, Violation::NoNumber),
        (policy.symbols, Violation::NoSymbol),
    ];
    let asked = rules
        .into_iter()
        .filter_map(|(asked, rule)| asked.then_some(rule));
    asked.collect()
}

const PASSWORD: &str = "password";
const POLICY: &str = "policy";
const POLICY_TITLE: &str = "policy-title";
const CAPS: &str = "caps";
/// Read out, not shown.
const ASIDE: &str = "aside";
