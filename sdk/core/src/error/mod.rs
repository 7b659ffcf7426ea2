//! One error for everything that can go wrong, split by what a caller can do about it.
//!
//! [`ErrorCode`] is closed: an app can match all of it. [`Outcome`] says whether the request may
//! have had an effect. What the service called the error is kept beside it, for logs.

mod code;
pub(crate) mod service;
#[cfg(test)]
mod tests;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::ops::{Deref, DerefMut};

pub use code::{ErrorCode, UserAction};

use crate::ports::{StoreBlocked, Unavailable};

/// What went wrong: one pointer wide, because nearly every function returns it and almost never does.
#[derive(Debug, Clone)]
pub struct Error(Box<Details>);

/// What an [`Error`] knows; read through it.
#[derive(Debug, Clone)]
pub struct Details {
    /// What went wrong, as a closed union.
    pub code: ErrorCode,
    /// Whether the request may have had an effect.
    pub outcome: Outcome,
    /// One sentence for a developer: the service's own when it gave one. Not for an end user.
    pub message: Cow<'static, str>,
    /// How long the service asked to wait, in milliseconds.
    pub retry_after_ms: Option<u32>,
    /// What the answer said, when there was one.
    pub answer: Option<Answer>,
}

/// Whether a request may have had an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was sent: no effect.
    NotSent,
    /// It may have been sent and no answer was understood: an effect is possible.
    Unknown,
    /// The service answered: what it said is what happened.
    Answered,
}

/// The answer behind an [`Error`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub http_status: u16,
    /// The service's id of this request, for its support.
    pub request_id: Option<String>,
    /// The service's own name of the error, such as `NotAuthorizedException`.
    pub service_type: Option<String>,
}

impl Error {
    /// An error that was found before anything was sent.
    #[must_use]
    pub fn not_sent(code: ErrorCode, message: &'static str) -> Self {
        Self::from(Details {
            code,
            outcome: Outcome::NotSent,
            message: Cow::Borrowed(message),
            retry_after_ms: None,
            answer: None,
        })
    }

    /// An error in what the service answered.
    #[must_use]
    pub fn answered(code: ErrorCode, message: &'static str) -> Self {
        Self::not_sent(code, message).at(Outcome::Answered)
    }

    /// The same, found at another stage.
    #[must_use]
    pub fn at(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Whether the same call may succeed later without anything being changed.
    ///
    /// This is about success, not about safety: look at [`Self::outcome`] before repeating a call
    /// that has an effect.
    #[must_use]
    pub fn retryable(&self) -> bool {
        self.code.retryable()
    }

    /// What the person in front of the screen can do.
    #[must_use]
    pub fn user_action(&self) -> UserAction {
        self.code.user_action()
    }
}

/// The service answered without something that the operation always has.
pub(crate) fn incomplete() -> Error {
    Error::answered(
        ErrorCode::InvalidResponse,
        "the answer lacks what the operation always has",
    )
}

/// There is no session.
pub(crate) fn signed_out() -> Error {
    Error::not_sent(ErrorCode::SignedOut, "nobody is signed in")
}

impl From<Details> for Error {
    fn from(details: Details) -> Self {
        Self(Box::new(details))
    }
}

impl Deref for Error {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())?;
        f.write_str(": ")?;
        f.write_str(&self.message)
    }
}

impl core::error::Error for Error {}

impl Outcome {
    /// The name in JavaScript.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "notSent",
            Self::Unknown => "unknown",
            Self::Answered => "answered",
        }
    }
}

impl From<Unavailable> for Error {
    fn from(_: Unavailable) -> Self {
        Self::not_sent(
            ErrorCode::Unsupported,
            "the platform lacks secure randomness or RS256",
        )
    }
}

impl From<StoreBlocked> for Error {
    fn from(_: StoreBlocked) -> Self {
        Self::not_sent(
            ErrorCode::StorageBlocked,
            "the browser denies storage: use persistence 'memory', or allow site data",
        )
    }
}
