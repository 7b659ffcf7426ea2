//! Passwords: to be shown on request, with a word about Caps Lock, and for new ones what they need.

use cognate_core::ErrorCode;
use cognate_core::password::policy::{Policy, Violation};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::field::{Kind, Spec, input, text_field};
use super::parts::{
    NOTHING, either, group, item, list, paragraph, replaced, stack, status, text, watch,
};
use crate::browser::{App, Text};
use crate::flow::{Alert, Field, Login};
use crate::i18n::rule_text;

/// The password that somebody has.
pub(crate) fn known_password(app: App) -> AnyView {
    // A wrong one is typed anew, not mended.
    let was_wrong = app.is(|state| match &state.alert {
        Some(Alert::Call(failure)) => failure.code == ErrorCode::IncorrectCredentials,
        _ => false,
    });
    watch(move || {
        if was_wrong.get()
            && let Some(input) = input("password")
        {
            input.set_value("");
        }
    });
    let met = RwSignal::new(String::new());
    let label: Text = |texts| texts.label_password;
    password_field(app, Field::Password, label, "current-password", met)
}

/// The password that somebody chooses, with the pool's policy as a list that follows the typing.
pub(crate) fn new_password(app: App, label: Text) -> AnyView {
    // Which rules it meets, a letter each: not what was typed.
    let met = RwSignal::new(String::new());
    let field = password_field(app, Field::NewPassword, label, "new-password", met);
    let has_all = Signal::derive(move || {
        let policy = policy(app);
        met.with(|met| {
            let is_met = |rule| met.contains(letter(rule));
            rules(policy).into_iter().all(is_met)
        })
    });
    let is_known = app.is(|state| state.login.is_some());
    let rules = move || {
        is_known.track();
        let rules = rules(policy(app)).into_iter();
        list(
            "",
            rules.map(|violation| rule(app, violation, met)).collect(),
        )
    };
    let policy = vec![
        paragraph("", app.said(|texts| texts.policy_title)),
        replaced(Box::new(rules)),
        status(
            "aside",
            either(app, has_all, |texts| texts.policy_all_met, NOTHING),
        ),
    ];
    stack(vec![field, group("policy", policy)])
}

fn rule(app: App, violation: Violation, met: RwSignal<String>) -> AnyView {
    let is_met = Signal::derive(move || met.with(|met| met.contains(letter(violation))));
    let name =
        Signal::derive(move || rule_text(app.texts(), violation, policy(app).minimum_length));
    let state = either(
        app,
        is_met,
        |texts| texts.policy_met,
        |texts| texts.policy_unmet,
    );
    let state = Signal::derive(move || state.with(|state| [": ", state].concat()));
    let state = view! { <span class=ASIDE>{state}</span> }.into_any();
    item(is_met, vec![text(name), state])
}

fn password_field(
    app: App,
    field: Field,
    label: Text,
    autocomplete: &'static str,
    met: RwSignal<String>,
) -> AnyView {
    let id = field.id();
    let is_shown = RwSignal::new(false);
    let has_caps = RwSignal::new(false);
    let shown_id = id.clone();
    watch(move || {
        let of = if is_shown.get() { "text" } else { "password" };
        if let Some(input) = input(&shown_id) {
            input.set_type(of);
        }
    });
    // A password is hidden again once it is sent: browsers remember what stands in text fields.
    let is_busy = app.is(|state| state.busy.is_some());
    watch(move || {
        if is_busy.get() {
            is_shown.set(false);
        }
    });
    let typed_id = id.clone();
    let on_input = move |_| {
        if let Some(input) = input(&typed_id) {
            met.set(met_rules(policy(app), &input.value()));
        }
    };
    let key = move |event: KeyboardEvent| has_caps.set(event.get_modifier_state("CapsLock"));
    let spec = Spec {
        field,
        label: app.said(label),
        hint: None,
        kind: Kind {
            of: "password",
            autocomplete,
            input_mode: "text",
        },
        value: String::new(),
        beside: toggle(app, id, is_shown),
    };
    let caps = either(app, has_caps.into(), |texts| texts.caps_lock, NOTHING);
    let shown = either(app, is_shown.into(), |texts| texts.password_shown, NOTHING);
    let views = vec![
        text_field(app, spec),
        status("caps", caps),
        status("aside", shown),
    ];
    view! {
        <div class=PASSWORD on:input=on_input on:keyup=key on:focusout=move |_| has_caps.set(false)>
            {views}
        </div>
    }
    .into_any()
}

fn toggle(app: App, id: String, is_shown: RwSignal<bool>) -> AnyView {
    let label = app.said(|texts| texts.password_show);
    let pressed = either(app, is_shown.into(), |_| "true", |_| "false");
    let tip = either(
        app,
        is_shown.into(),
        |texts| texts.password_hide,
        |texts| texts.password_show,
    );
    let turn = move |_| is_shown.update(|shown| *shown = !*shown);
    view! {
        <button
            type="button"
            class="toggle"
            aria-controls=id
            aria-pressed=pressed
            aria-label=label
            title=tip
            on:click=turn
        ></button>
    }
    .into_any()
}

/// The pool's policy; the service's usual one until it is known.
fn policy(app: App) -> Policy {
    app.state.with_untracked(|state| {
        state
            .login
            .as_ref()
            .map_or_else(Policy::default, Login::policy)
    })
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

fn met_rules(policy: Policy, password: &str) -> String {
    let violated: Vec<_> = policy.violations(password).collect();
    let is_met = |rule: &Violation| !password.is_empty() && !violated.contains(rule);
    rules(policy)
        .into_iter()
        .filter(is_met)
        .map(letter)
        .collect()
}

fn letter(rule: Violation) -> char {
    match rule {
        Violation::TooShort => 's',
        Violation::TooLong => 'l',
        Violation::WhiteSpace => 'w',
        Violation::NoUppercase => 'A',
        Violation::NoLowercase => 'a',
        Violation::NoNumber => '1',
        Violation::NoSymbol => '!',
    }
}

const PASSWORD: &str = "password";
/// Read out, not shown.
const ASIDE: &str = "aside";
