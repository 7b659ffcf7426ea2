//! What pages are made of: functions that give finished pieces.
//!
//! In Leptos every closure and every tree of elements in a view is a type of its own, for which the whole
//! machinery is compiled once more. What the pages share is therefore made in one place and erased: texts
//! are `Signal<String>` ([`App::said`](crate::browser::App::said)), conditions `Signal<bool>`, views
//! [`AnyView`]. This halves the wasm.

mod code_field;
mod field;
mod form;
mod parts;
mod password_field;
mod resend;
mod shell;
mod summary;

pub(crate) use code_field::code_field;
pub(crate) use field::{attribute_field, attribute_fields, username_field};
pub(crate) use form::{below, form, line, route_link};
pub(crate) use parts::{
    Button, NOTHING, button, either, group, item, lead, link, list, paragraph, stack, status, text,
    title, watch, when,
};
pub(crate) use password_field::{known_password, new_password};
pub(crate) use resend::resend;
pub(crate) use shell::shell;
pub(crate) use summary::summary;
