//! Second steps: choosing one, entering its code, setting one up.

mod choose;
mod code;
mod enrol_email;
mod enrol_totp;
mod qr;

pub(super) use choose::Choose;
pub(super) use code::Code;
pub(super) use enrol_email::EnrolEmail;
pub(super) use enrol_totp::EnrolTotp;
