//! The account page: what somebody sees and changes of their own account on the login domain, natively testable.
//!
//! `description` is what the service tells of the account, `flow` decides what is shown and what must be asked of the
//! service, `page` says what it looks like. `browser/account` carries out. It is a wasm of its own: who signs in downloads
//! none of it (`docs/decisions/0038`).

mod description;
mod failure;
mod flow;
mod page;
#[cfg(test)]
mod tests;
mod words;

pub use description::{Account, App, Link, Session};
pub use failure::{Failure, Kind, LinkProblem};
pub use flow::{
    Alert, Arrival, Busy, Call, Change, Effect, Event, Notice, Page, Press, Section, State, open,
    step,
};
pub use page::{Screen, page, window_title};
