//! Why the service did not do what it was asked, as far as a page cares.

use cognate_core::{Error, ErrorCode, error::Outcome, login};

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of failure.
    pub code: ErrorCode,
    /// There is no such login transaction, or no more.
    pub transaction_is_gone: bool,
    /// Whether the request may have had an effect although no answer came.
    pub may_have_happened: bool,
    /// How long the service asks to wait, in seconds.
    pub retry_after_s: Option<u32>,
    /// The service's id of the request, for those who run it.
    pub request_id: Option<String>,
    /// What a trigger of the pool says to the person.
    pub reason: Option<String>,
}

/// A failure, and what it means for the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alert {
    /// What the form was for failed.
    Call(Failure),
    /// The service did not say what kind of login this is: nothing works before it has.
    Describing(Failure),
    /// What the page needs could not be had.
    Preparing(Failure),
    /// The sign-in asks something that the pages do not offer.
    Unsupported,
}

impl Failure {
    /// A failure of this kind, about which nothing else is known.
    #[must_use]
    pub fn of(code: ErrorCode) -> Self {
        Self {
            code,
            transaction_is_gone: false,
            may_have_happened: false,
            retry_after_s: None,
            request_id: None,
            reason: None,
        }
    }

    /// The login transaction is gone.
    #[must_use]
    pub fn transaction_gone() -> Self {
        Self {
            transaction_is_gone: true,
            ..Self::of(ErrorCode::InvalidResponse)
        }
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let answer = error.answer.as_ref();
        Self {
            code: error.code,
            transaction_is_gone: login::is_transaction_gone(error),
            may_have_happened: error.outcome == Outcome::Unknown,
            retry_after_s: error.retry_after_ms.map(|ms| ms.div_ceil(1000)),
            request_id: answer.and_then(|answer| answer.request_id.clone()),
            reason: (error.code == ErrorCode::TriggerFailed).then(|| error.message.to_string()),
        }
    }
}
