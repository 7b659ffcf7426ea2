//! The account page: what somebody sees and changes of their own account on the login domain, natively testable.
//!
//! `description` is what the service tells of the account, `flow` decides what is shown and what must be asked of the
//! service (`proof`: how somebody proves who they are by a code), `page` and `proof_form` say what it looks like. `browser/account` carries out. It is a wasm of its own: who signs in downloads
//! none of it (`docs/decisions/0038`).

mod change;
mod description;
mod event;
mod failure;
mod flow;
mod page;
mod parts;
mod proof;
mod proof_form;
mod screen;
#[cfg(test)]
mod tests;
mod words;

pub use change::{Alert, Change, Notice, Section};
pub use description::{Account, App, Link, Session};
pub use event::{Call, Effect, Event, Press};
pub use failure::{Failure, Kind, LinkProblem};
pub use flow::{Arrival, Busy, Page, State, open, step};
pub use page::{page, window_title};
pub use proof::{Proof, ProofProblem};
pub use screen::Screen;
