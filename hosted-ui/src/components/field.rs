//! A label, an input, what helps with it and what is wrong with it.

use super::parts::{group, paragraph};
use crate::element::{Element, element};
use crate::flow::{Attribute, Field};
use crate::i18n::{attribute_label, problem_text, username_label};
use crate::screen::Screen;

/// What a field is like. Its id is that of its kind.
pub(super) struct Spec<'a> {
    pub(super) field: Field,
    pub(super) label: &'a str,
    pub(super) kind: Kind,
    /// What helps to fill it in, or nothing.
    pub(super) hint: &'a str,
    /// What stands in it until somebody types.
    pub(super) value: &'a str,
    /// What stands beside the input.
    pub(super) beside: Option<Element>,
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

impl<'a> Spec<'a> {
    pub(super) fn new(field: Field, label: &'a str, kind: Kind) -> Self {
        Self {
            field,
            label,
            kind,
            hint: "",
            value: "",
            beside: None,
        }
    }
}

/// A field, and what this page has found wrong with it.
pub(super) fn field(screen: &Screen, spec: Spec<'_>) -> Element {
    let problem = problem(screen, &spec.field);
    labelled(spec, problem.as_deref())
}

/// A field, and what is wrong with it.
pub(super) fn labelled(spec: Spec<'_>, problem: Option<&str>) -> Element {
    let id = spec.field.id();
    let mut input = element("input", "")
        .id(&id)
        .with("name", &id)
        .with("type", spec.kind.of)
        .with("autocomplete", spec.kind.autocomplete)
        .with("inputmode", spec.kind.input_mode)
        .with("autocapitalize", "none")
        .with("spellcheck", "false")
        .with("dir", "auto");
    if !spec.value.is_empty() {
        input = input.with("value", spec.value);
    }
    if let Field::Attribute(name) = &spec.field {
        input = input.with("data-attribute", name);
    }
    if problem.is_some() {
        input = input.with("aria-invalid", "true");
    }
    let label = element("label", "").with("for", &id).text(spec.label);
    let mut parts = vec![label];
    let mut described = String::new();
    let hint = Some(spec.hint).filter(|hint| !hint.is_empty());
    let beside = [("hint", hint), ("problem", problem)];
    for (class, said) in beside {
        let Some(said) = said else { continue };
        let said_id = [&id, "-", class].concat();
        described.push_str(if described.is_empty() { "" } else { " " });
        described.push_str(&said_id);
        parts.push(paragraph(class, said).id(&said_id));
    }
    if !described.is_empty() {
        input = input.with("aria-describedby", &described);
    }
    let mut control = vec![input];
    control.extend(spec.beside);
    parts.push(group("control", control));
    group("field", parts)
        .id(&[&id, "-field"].concat())
        .with_if(problem.is_some(), "data-invalid")
}

/// Who somebody is, as the pool has it.
pub(crate) fn username_field(screen: &Screen) -> Element {
    let kind = Kind {
        of: "text",
        autocomplete: "username",
        input_mode: "email",
    };
    let label = username_label(screen.texts(), screen.state.login.as_ref());
    let spec = Spec {
        value: &screen.state.username,
        ..Spec::new(Field::Username, label, kind)
    };
    field(screen, spec)
}

/// The attributes that the pool requires at sign-up.
pub(crate) fn attribute_fields(screen: &Screen) -> Vec<Element> {
    let attributes = screen.attributes().iter();
    attributes
        .map(|attribute| attribute_field(screen, attribute))
        .collect()
}

/// One attribute.
pub(crate) fn attribute_field(screen: &Screen, attribute: &Attribute) -> Element {
    let texts = screen.texts();
    let mut label = attribute_label(texts, &attribute.name);
    if !attribute.required {
        label = [&label, " (", texts.hint_optional, ")"].concat();
    }
    let is_phone = attribute.name == "phone_number";
    let with = Field::Attribute(attribute.name.clone());
    let spec = Spec {
        hint: if is_phone { texts.hint_phone } else { "" },
        ..Spec::new(with, &label, kind_of(attribute))
    };
    field(screen, spec)
}

/// What is wrong with a field, in words.
fn problem(screen: &Screen, field: &Field) -> Option<String> {
    let state = &screen.state;
    let (_, problem) = state.problems.iter().find(|(with, _)| with == field)?;
    let login = state.login.as_ref();
    Some(problem_text(screen.texts(), field, problem, login))
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
