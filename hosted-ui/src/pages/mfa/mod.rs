//! Second steps: choosing one, entering its code, setting one up.

mod choose;
mod code;
mod enrol_email;
mod enrol_totp;

pub(super) use choose::choose;
pub(super) use code::code;
pub(super) use enrol_email::enrol_email;
pub(super) use enrol_totp::enrol_totp;
pub use enrol_totp::otpauth_uri;
