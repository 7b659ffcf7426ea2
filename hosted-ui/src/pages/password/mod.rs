//! Passwords: instead of a temporary one, and instead of a forgotten one.

mod forgot;
mod new;
mod reset;

pub(super) use forgot::forgot;
pub(super) use new::new;
pub(super) use reset::reset;
