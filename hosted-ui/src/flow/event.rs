//! What happens: what a person does, and what the service answers.

use cognate_core::secret::{Code, Location, Password, TotpSecret};
use cognate_core::sign_in::StepKind;
use cognate_core::wire::Attribute;

use super::{Delivery, Factor, Failure, Login, StepHandle};
use crate::routes::Route;

/// Something happened.
#[derive(Debug, Clone)]
#[cfg_attr(
    not(target_arch = "wasm32"), // where it is not that large
    expect(
        clippy::large_enum_variant,
        reason = "there is one at a time, and the large one comes once for a page"
    )
)]
pub enum Event {
    /// The service described the login, or did not.
    Described(Result<Login, Failure>),
    /// The person wants what could not be had to be tried again.
    Retry,
    /// The browser went back or forward.
    Navigated(Route),
    /// The person followed a link of the page.
    Followed {
        /// Where to.
        route: Route,
        /// What stood in the field for the user name.
        username: Option<String>,
    },
    /// A form was submitted.
    Submitted(Form),
    /// Somebody who is signed in already says what is to be.
    Decided(Decision),
    /// A second step was chosen.
    Chose(Factor),
    /// Another identity provider was chosen: the one at this place of the login's list.
    ChoseProvider(usize),
    /// The person wants to sign in with their organisation's provider.
    Organization {
        /// What stands in the field for the user name.
        address: String,
    },
    /// Another code is wanted.
    Resend {
        /// Milliseconds since 1970.
        now_ms: u64,
        /// What stands in the field for the user name, where the page has one.
        username: Option<String>,
    },
    /// The service answered a call.
    Answered {
        /// The call's number.
        call: u32,
        /// When: milliseconds since 1970.
        at_ms: u64,
        /// What.
        answer: Answer,
    },
}

/// What was typed into a form, as it stood there.
#[derive(Debug, Clone)]
pub enum Form {
    /// Of [`Page::SignIn`](super::Page::SignIn).
    SignIn {
        /// The name.
        username: String,
        /// The password.
        password: Password,
    },
    /// Of [`Page::SignUp`](super::Page::SignUp).
    SignUp {
        /// The name.
        username: String,
        /// The password.
        password: Password,
        /// What else the pool requires.
        attributes: Vec<Typed>,
    },
    /// Of [`Page::Confirm`](super::Page::Confirm).
    Confirm {
        /// The name, where the page had to ask for it.
        username: Option<String>,
        /// From the message.
        code: Code,
    },
    /// Of [`Page::NewPassword`](super::Page::NewPassword).
    NewPassword {
        /// The password.
        password: Password,
        /// What the pool requires besides.
        attributes: Vec<Typed>,
    },
    /// Of [`Page::Code`](super::Page::Code) and [`Page::EnrolTotp`](super::Page::EnrolTotp).
    Code(Code),
    /// Of [`Page::EnrolEmail`](super::Page::EnrolEmail).
    Email(String),
    /// Of [`Page::Forgot`](super::Page::Forgot).
    Forgot {
        /// The name.
        username: String,
    },
    /// Of [`Page::Reset`](super::Page::Reset).
    Reset {
        /// The name, where the page had to ask for it.
        username: Option<String>,
        /// From the message.
        code: Code,
        /// The new password.
        password: Password,
    },
}

/// What somebody says who is signed in already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// They go on as who they are.
    GoOn,
    /// The app may have what it asks for.
    Allow,
    /// It may not.
    Deny,
}

/// An attribute as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The attribute's name.
    pub name: String,
    /// What was typed.
    pub value: String,
}

/// What the service answered to a call.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The sign-in goes on, or has failed.
    Advanced(Result<Advance, Failure>),
    /// A sign-up.
    SignedUp(Result<SignedUp, Failure>),
    /// The confirmation of a sign-up.
    Confirmed(Result<(), Failure>),
    /// Another code for a sign-up.
    Resent(Result<Delivery, Failure>),
    /// A code for a forgotten password.
    ResetBegan(Result<Delivery, Failure>),
    /// The password was replaced by this one.
    PasswordReset(Result<Password, Failure>),
    /// A decision, and where it leads.
    Decided(Result<Location, Failure>),
    /// The way to another identity provider.
    Sent(Result<Location, Failure>),
    /// The secret of an authenticator app.
    Associated(Result<(TotpSecret, StepHandle), Failure>),
}

/// Where a sign-in has come to.
#[derive(Debug, Clone)]
pub enum Advance {
    /// Signed in.
    Redirect(Location),
    /// Something is asked.
    Ask {
        /// The challenge.
        step: StepHandle,
        /// What.
        kind: StepKind,
    },
}

/// What became of a sign-up.
#[derive(Debug, Clone)]
pub struct SignedUp {
    /// Whether the person can sign in already.
    pub is_confirmed: bool,
    /// Where the code went.
    pub delivery: Option<Delivery>,
}

impl From<Typed> for Attribute {
    fn from(typed: Typed) -> Self {
        Self {
            name: typed.name,
            value: Some(typed.value),
        }
    }
}
