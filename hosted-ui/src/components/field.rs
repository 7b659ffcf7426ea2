//! A label, an input, what helps with it and what is wrong with it.

use leptos::html::Div;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::browser::{app, input_element};
use crate::flow::{Attribute, Field, Login, State};
use crate::i18n::{Texts, attribute_label, problem_text, username_label};

/// What an input is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// `type`.
    pub(crate) of: &'static str,
    /// What the browser and password managers may put in.
    pub(crate) autocomplete: &'static str,
    /// Which keys a phone shows.
    pub(crate) input_mode: &'static str,
}

/// Plain text.
pub(crate) const TEXT: Kind = Kind {
    of: "text",
    autocomplete: "off",
    input_mode: "text",
};

/// A field. Its input is not drawn again when anything changes.
#[component]
pub(crate) fn TextField(
    /// Which; its id is the input's.
    field: Field,
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
    /// What helps to fill it in.
    #[prop(optional)]
    hint: Option<fn(&'static Texts) -> &'static str>,
    kind: Kind,
    /// What stands in it at first, unless something was typed already.
    #[prop(into, optional)]
    value: String,
    /// The input, once it is there.
    #[prop(optional)]
    on_input: Option<Callback<HtmlInputElement>>,
    /// What stands beside the input.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let app = app();
    let id = field.id();
    let attribute = match &field {
        Field::Attribute(name) => Some(name.clone()),
        _ => None,
    };
    let slot = NodeRef::<Div>::new();
    let problem = problem_of(field);
    let hint_id = hint.map(|_| format!("{id}-hint"));
    let problem_id = format!("{id}-problem");
    let input = StoredValue::new_local(None::<HtmlInputElement>);

    Effect::new({
        let (id, hint_id, problem_id) = (id.clone(), hint_id.clone(), problem_id.clone());
        move || {
            let Some(slot) = slot.get() else { return };
            if input.with_value(Option::is_none) {
                let Some(made) = input_element(&slot, &id) else {
                    return;
                };
                dress(&made, kind);
                if let Some(name) = &attribute {
                    let _ = made.set_attribute("data-attribute", name);
                }
                if made.value().is_empty() && !value.is_empty() {
                    made.set_value(&value);
                }
                if let Some(on_input) = on_input {
                    on_input.run(made.clone());
                }
                input.set_value(Some(made));
            }
            let is_wrong = problem.with(Option::is_some);
            let described = [hint_id.as_deref(), is_wrong.then_some(&*problem_id)];
            let described: Vec<&str> = described.into_iter().flatten().collect();
            input.with_value(|input| {
                let Some(input) = input else { return };
                let _ = match is_wrong {
                    true => input.set_attribute("aria-invalid", "true"),
                    false => input.remove_attribute("aria-invalid"),
                };
                let _ = match described.is_empty() {
                    true => input.remove_attribute("aria-describedby"),
                    false => input.set_attribute("aria-describedby", &described.join(" ")),
                };
            });
        }
    });

    view! {
        <div class=FIELD data-invalid=move || problem.with(Option::is_some).then_some("")>
            <label for=id.clone()>{label}</label>
            {hint.map(|hint| view! { <p class=HINT id=hint_id>{move || hint(app.texts())}</p> })}
            {move || {
                let id = problem_id.clone();
                problem.get().map(|text| view! { <p class="problem" id=id>{text}</p> })
            }}
            <div class=CONTROL node_ref=slot>{children.map(|children| children())}</div>
        </div>
    }
}

/// Who somebody is, as the pool has it.
#[component]
pub(crate) fn UsernameField() -> impl IntoView {
    let app = app();
    let label = Signal::derive(move || {
        let texts = app.texts();
        app.state
            .with(|state| username_label(texts, state.login.as_ref()).to_owned())
    });
    let kind = Kind {
        autocomplete: "username",
        input_mode: "email",
        ..TEXT
    };
    let value = app.state.with_untracked(|state| state.username.clone());
    let input = StoredValue::new_local(None::<HtmlInputElement>);
    // The app's hint may come later than the field: it never replaces what somebody typed.
    Effect::new(move || {
        let hint = app
            .state
            .with(|state| state.login.as_ref()?.login_hint.clone());
        input.with_value(|input| {
            let empty = input.as_ref().filter(|input| input.value().is_empty());
            if let (Some(input), Some(hint)) = (empty, hint) {
                input.set_value(&hint);
            }
        });
    });
    let on_input = Callback::new(move |made| input.set_value(Some(made)));
    view! { <TextField field=Field::Username label kind value on_input /> }
}

/// The attributes that the pool requires at sign-up.
#[component]
pub(crate) fn AttributeFields() -> impl IntoView {
    let app = app();
    let known = Memo::new(move |_| {
        let of = |login: &Login| login.sign_up.attributes.clone();
        app.state
            .with(|state| state.login.as_ref().map(of).unwrap_or_default())
    });
    move || {
        let fields = known.get().into_iter();
        fields
            .map(|attribute| view! { <AttributeField attribute /> })
            .collect_view()
    }
}

/// One attribute.
#[component]
pub(crate) fn AttributeField(attribute: Attribute) -> impl IntoView {
    let app = app();
    let name = attribute.name.clone();
    let is_optional = !attribute.required;
    let label = Signal::derive(move || {
        let label = attribute_label(app.texts(), &name);
        match is_optional {
            true => format!("{label} ({})", app.texts().hint_optional),
            false => label,
        }
    });
    let kind = kind_of(&attribute);
    let field = Field::Attribute(attribute.name.clone());
    let phone: fn(&'static Texts) -> &'static str = |texts| texts.hint_phone;
    match attribute.name == "phone_number" {
        true => view! { <TextField field label kind hint=phone /> },
        false => view! { <TextField field label kind /> },
    }
}

/// What is wrong with a field, in words.
fn problem_of(field: Field) -> Memo<Option<String>> {
    let app = app();
    Memo::new(move |_| {
        let texts = app.texts();
        app.state.with(
            |State {
                 problems, login, ..
             }| {
                let (_, problem) = problems.iter().find(|(with, _)| *with == field)?;
                Some(problem_text(texts, &field, problem, login.as_ref()))
            },
        )
    })
}

fn dress(input: &HtmlInputElement, kind: Kind) {
    input.set_type(kind.of);
    let attributes = [
        ("autocomplete", kind.autocomplete),
        ("inputmode", kind.input_mode),
        ("autocapitalize", "none"),
        ("spellcheck", "false"),
        ("dir", "auto"),
    ];
    for (name, value) in attributes {
        let _ = input.set_attribute(name, value);
    }
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

// Not literals in the views: Leptos would set elements that are nothing but literals as HTML text,
// which the page's policy forbids.
const FIELD: &str = "field";
const HINT: &str = "hint";
const CONTROL: &str = "control";
