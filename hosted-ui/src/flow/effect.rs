//! What is to be done outside.

use cognate_core::secret::{Code, Location, Password};
use cognate_core::sign_in::Answer;
use cognate_core::wire::Attribute;

use super::{Decision, StepHandle};
use crate::routes::Route;

/// Something to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Ask the service what kind of login this is; answered by
    /// [`Event::Described`](super::Event::Described).
    Describe,
    /// Ask something of the service; answered by [`Event::Answered`](super::Event::Answered).
    Call {
        /// The call's number.
        number: u32,
        /// What.
        call: Call,
    },
    /// A new entry in the browser's history.
    Show(Route),
    /// Another path for the entry that there is.
    Replace(Route),
    /// Go to the app, without a way back.
    Leave(Location),
    /// Go to another identity provider; back leads to this page again.
    Visit(Location),
    /// Forget what was stored for reloads.
    Forget,
}

/// A call of the service.
#[derive(Debug, Clone)]
pub enum Call {
    /// Starts to sign in.
    SignIn {
        /// The name.
        username: String,
        /// The password.
        password: Password,
    },
    /// Answers a challenge.
    Respond {
        /// Which.
        step: StepHandle,
        /// With what.
        answer: Answer,
    },
    /// Creates an account.
    SignUp {
        /// The name.
        username: String,
        /// The password.
        password: Password,
        /// What the pool requires besides.
        attributes: Vec<Attribute>,
    },
    /// Confirms a sign-up.
    Confirm {
        /// The name.
        username: String,
        /// From the message.
        code: Code,
    },
    /// Sends another code for a sign-up.
    Resend {
        /// The name.
        username: String,
    },
    /// Sends a code for a forgotten password.
    Forgot {
        /// The name.
        username: String,
    },
    /// Replaces a forgotten password.
    Reset {
        /// The name.
        username: String,
        /// From the message.
        code: Code,
        /// The new one.
        password: Password,
    },
    /// Says what somebody has decided who is signed in already.
    Decide(Decision),
    /// Goes to the identity provider with this name.
    GoToProvider(String),
    /// Goes to the identity provider of this e-mail address's domain.
    GoToOrganization(String),
    /// Asks for another secret of an authenticator app, after a reload.
    Associate {
        /// The challenge.
        step: StepHandle,
    },
}
