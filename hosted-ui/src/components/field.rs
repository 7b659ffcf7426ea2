//! A label, an input, what helps with it and what is wrong with it.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::parts::{stack, watch, when};
use crate::browser::{App, Text, input_element};
use crate::flow::{Attribute, Field, State};
use crate::i18n::{attribute_label, problem_text, username_label};

/// What a field is like. Its id is that of its kind.
pub(super) struct Spec {
    pub(super) field: Field,
    pub(super) label: Signal<String>,
    /// What helps to fill it in.
    pub(super) hint: Option<Text>,
    pub(super) kind: Kind,
    /// What stands in it at first, unless something was typed already.
    pub(super) value: String,
    /// What stands beside the input.
    pub(super) beside: AnyView,
}

/// What an input is like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// `type`.
    pub(super) of: &'static str,
    /// What the browser and password managers may put in.
    pub(super) autocomplete: &'static str,
    /// Which keys a phone shows.
    pub(super) input_mode: &'static str,
}

/// A field. Its input is not drawn again when anything changes.
pub(super) fn text_field(app: App, spec: Spec) -> AnyView {
    let id = spec.field.id();
    let slot = NodeRef::<Div>::new();
    let hint_id = [&id, "-hint"].concat();
    let problem_id = [&id, "-problem"].concat();
    let has_hint = spec.hint.is_some();
    let problem = problem_of(app, spec.field.clone());
    let is_wrong = Signal::derive(move || problem.with(|problem| !problem.is_empty()));

    let mut has_input = false;
    let described = [hint_id.clone(), problem_id.clone()];
    let made = Made {
        id: id.clone(),
        kind: spec.kind,
        value: spec.value,
        attribute: match spec.field {
            Field::Attribute(name) => Some(name),
            _ => None,
        },
    };
    watch(move || {
        let Some(slot) = slot.get() else { return };
        if !has_input {
            make(&slot, &made);
            has_input = true;
        }
        describe(&made.id, has_hint, is_wrong.get(), &described);
    });

    let hint = spec.hint.map_or_else(
        || stack(Vec::new()),
        |hint| described_by("hint", hint_id, app.said(hint)),
    );
    let told = when(is_wrong, move || {
        described_by("problem", problem_id.clone(), problem)
    });
    let beside = spec.beside;
    view! {
        <div class=FIELD data-invalid=is_wrong>
            <label for=id>{spec.label}</label>
            {hint}
            {told}
            <div class=CONTROL node_ref=slot>{beside}</div>
        </div>
    }
    .into_any()
}

/// Who somebody is, as the pool has it.
pub(crate) fn username_field(app: App) -> AnyView {
    let label = app.says(|texts, state| username_label(texts, state.login.as_ref()).to_owned());
    // The app's hint may come later than the field: it never replaces what somebody typed.
    watch(move || {
        let hint = app
            .state
            .with(|state| state.login.as_ref()?.login_hint.clone());
        let empty = input("username").filter(|input| input.value().is_empty());
        if let (Some(input), Some(hint)) = (empty, hint) {
            input.set_value(&hint);
        }
    });
    let spec = Spec {
        field: Field::Username,
        label,
        hint: None,
        kind: Kind {
            of: "text",
            autocomplete: "username",
            input_mode: "email",
        },
        value: app.state.with_untracked(|state| state.username.clone()),
        beside: stack(Vec::new()),
    };
    text_field(app, spec)
}

/// The attributes that the pool requires at sign-up.
pub(crate) fn attribute_fields(app: App) -> AnyView {
    let is_known = app.is(|state| state.login.is_some());
    when(is_known, move || {
        let known = app.state.with_untracked(|state| {
            let login = state.login.as_ref();
            login.map(|login| login.sign_up.attributes.clone())
        });
        let known = known.unwrap_or_default().into_iter();
        stack(
            known
                .map(|attribute| attribute_field(app, &attribute))
                .collect(),
        )
    })
}

/// One attribute.
pub(crate) fn attribute_field(app: App, attribute: &Attribute) -> AnyView {
    let name = attribute.name.clone();
    let is_optional = !attribute.required;
    let label = Signal::derive(move || {
        let label = attribute_label(app.texts(), &name);
        match is_optional {
            true => [&label, " (", app.texts().hint_optional, ")"].concat(),
            false => label,
        }
    });
    let phone: Text = |texts| texts.hint_phone;
    let spec = Spec {
        field: Field::Attribute(attribute.name.clone()),
        label,
        hint: (attribute.name == "phone_number").then_some(phone),
        kind: kind_of(attribute),
        value: String::new(),
        beside: stack(Vec::new()),
    };
    text_field(app, spec)
}

/// The input with this id, once it is there.
pub(super) fn input(id: &str) -> Option<HtmlInputElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// What is wrong with a field, in words; empty when nothing is.
fn problem_of(app: App, field: Field) -> Signal<String> {
    let problem = Memo::new(move |_| {
        let texts = app.texts();
        app.state.with(
            |State {
                 problems, login, ..
             }| {
                let found = problems.iter().find(|(with, _)| *with == field);
                found.map_or_else(String::new, |(_, problem)| {
                    problem_text(texts, &field, problem, login.as_ref())
                })
            },
        )
    });
    problem.into()
}

struct Made {
    id: String,
    kind: Kind,
    value: String,
    attribute: Option<String>,
}

fn make(slot: &web_sys::Element, made: &Made) {
    let Some(input) = input_element(slot, &made.id) else {
        return;
    };
    input.set_type(made.kind.of);
    let attributes = [
        ("autocomplete", made.kind.autocomplete),
        ("inputmode", made.kind.input_mode),
        ("autocapitalize", "none"),
        ("spellcheck", "false"),
        ("dir", "auto"),
    ];
    for (name, value) in attributes {
        let _ = input.set_attribute(name, value);
    }
    if let Some(name) = &made.attribute {
        let _ = input.set_attribute("data-attribute", name);
    }
    if input.value().is_empty() && !made.value.is_empty() {
        input.set_value(&made.value);
    }
}

fn described_by(class: &'static str, id: String, text: Signal<String>) -> AnyView {
    view! { <p class=class id=id>{text}</p> }.into_any()
}

/// Says of the input what is beside it.
fn describe(id: &str, has_hint: bool, is_wrong: bool, [hint, problem]: &[String; 2]) {
    let Some(input) = input(id) else { return };
    let _ = match is_wrong {
        true => input.set_attribute("aria-invalid", "true"),
        false => input.remove_attribute("aria-invalid"),
    };
    let described = match (has_hint, is_wrong) {
        (true, true) => [hint, " ", problem].concat(),
        (true, false) => hint.clone(),
        (false, true) => problem.clone(),
        (false, false) => String::new(),
    };
    let _ = match described.is_empty() {
        true => input.remove_attribute("aria-describedby"),
        false => input.set_attribute("aria-describedby", &described),
    };
}

fn kind_of(attribute: &Attribute) -> Kind {
    let (of, autocomplete, input_mode) = match &*attribute.name {
        "email" => ("email", "email", "email"),
        "phone_number" => ("tel", "tel", "tel"),
        "name" => ("text", "name", "text"),
        "given_name" => ("text", "given-name", "text"),
        "family_name" => ("text", "family-name", "text"),
        "middle_name" => ("text", "additional-name", "text"),
        "nickname" | "preferred_username" => ("text", "nickname", "text"),
        "birthdate" => ("date", "bday", "text"),
        "gender" => ("text", "sex", "text"),
        "address" => ("text", "street-address", "text"),
        "website" | "profile" => ("url", "url", "url"),
        "picture" => ("url", "photo", "url"),
        "locale" => ("text", "language", "text"),
        _ if attribute.data_type == "Number" => ("text", "off", "numeric"),
        _ => ("text", "off", "text"),
    };
    Kind {
        of,
        autocomplete,
        input_mode,
    }
}

const FIELD: &str = "field";
const CONTROL: &str = "control";
