//! What pages are made of.
#![expect(
    unreachable_pub,
    clippy::needless_pass_by_value,
    reason = "the macro of components makes their properties public, and gives them away"
)]

mod code_field;
mod field;
mod form;
mod password_field;
mod resend;
mod shell;
mod summary;

pub(crate) use code_field::CodeField;
pub(crate) use field::{AttributeField, AttributeFields, UsernameField};
pub(crate) use form::{Form, RouteLink, Text};
pub(crate) use password_field::{KnownPassword, NewPassword};
pub(crate) use resend::Resend;
pub(crate) use shell::Shell;
pub(crate) use summary::Summary;
