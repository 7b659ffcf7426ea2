//! What happens on the account page, and what is to be done about it.

use super::{Account, Change, Failure};

/// What pressing something does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// Something is wanted; what takes something away is asked about first.
    Want(Change),
    /// The person is sure.
    Sure,
    /// They are not.
    Keep,
    /// What could not be read is read again.
    Retry,
    /// To the sign-in.
    SignIn,
    /// A code is wanted, to prove who one is.
    SendCode,
    /// This browser is signed out.
    SignOut,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// Something was pressed.
    Pressed(Press),
    /// The form with the code was sent.
    Submitted {
        /// Whether there is anything in its field.
        has_code: bool,
    },
    /// The service has told of the account, or not.
    Described(Result<Account, Failure>),
    /// The service has answered; a way to a provider is a location.
    Answered {
        /// The call's number.
        call: u32,
        /// What.
        result: Result<Option<String>, Failure>,
    },
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask for the account; answered by [`Event::Described`].
    Describe,
    /// Ask for a change; answered by [`Event::Answered`].
    Call {
        /// Its number.
        number: u32,
        /// What.
        call: Call,
    },
    /// Go to the sign-in for this page.
    SignIn,
    /// Go to a provider; back leads to this page again.
    Visit(String),
    /// The keyboard goes to the element with this id.
    Focus(&'static str),
}

/// A call of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// `LinkProvider` with its name.
    Link(String),
    /// `UnlinkProvider` with its name and its id of the person.
    Unlink(String, String),
    /// `EndSession` with its id.
    EndSession(String),
    /// `WithdrawConsent` with the app's id.
    Withdraw(String),
    /// `SignOut`
    SignOut,
    /// `SendProofCode`
    SendProofCode,
    /// `ConfirmProof` with what stands in the field: the code goes from there to the service and through nothing else.
    ConfirmProof,
}
