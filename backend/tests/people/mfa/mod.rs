//! Second factors: who is asked for what, by the API and on the login domain.

pub(crate) mod person;

mod changes;
mod codes;
mod limits;
mod login_domain;
mod set_up;
mod sign_in;
