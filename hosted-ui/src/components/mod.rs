//! What pages are made of: functions that give finished pieces.

mod code_field;
mod field;
mod form;
mod parts;
mod password_field;
mod providers;
mod resend;
mod shell;
mod summary;

pub(crate) use code_field::{app_code_field, code_field, code_input, inbox_link};
pub(crate) use field::{attribute_field, attribute_fields, username_field};
pub(crate) use form::{below, form, route_link};
pub(crate) use parts::{
    button, group, heading, isolated, item, lead, list, paragraph, status, text,
};
pub(crate) use password_field::{hidden_username, known_password, new_password};
pub(crate) use providers::{initial, providers};
pub(crate) use resend::resend;
pub(crate) use shell::{Frame, framed, shell};
pub(crate) use summary::{notice, summary};
