//! `USER_AUTH`: people who choose how to sign in.

pub(crate) mod authenticator;
pub(crate) mod person;

mod after_sign_up;
mod choice;
mod passkeys;
