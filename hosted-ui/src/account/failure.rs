//! Why the service did not do what the account page asked, as far as a person can do something about it.

use crate::flow::ProviderProblem;

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How.
    pub kind: Kind,
    /// How long the service asks to wait, in seconds.
    pub retry_after_s: Option<u32>,
    /// The service's id of the request, for those who run it.
    pub request_id: Option<String>,
}

/// A kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nobody is signed in here, or their proof is too old for a change.
    NotAuthorized,
    /// What was to be changed is not there any more.
    Gone,
    /// The rules say no: the last way in stays, and a browser does not end its own session in the list.
    Refused,
    /// It is not the code that was sent.
    WrongCode,
    /// It was, or there is none.
    ExpiredCode,
    /// Too much was asked for.
    TooMany,
    /// There is no network.
    Offline,
    /// No answer came: nobody knows whether it happened.
    NoAnswer,
    /// Anything else is the service's fault.
    Service,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::NotAuthorized,
        Self::Gone,
        Self::Refused,
        Self::WrongCode,
        Self::ExpiredCode,
        Self::TooMany,
        Self::Offline,
        Self::NoAnswer,
        Self::Service,
    ];

    /// By the name of the service's error.
    #[must_use]
    pub fn of_error(name: &str) -> Self {
        match name {
            "NotAuthorizedException" => Self::NotAuthorized,
            "ResourceNotFoundException" => Self::Gone,
            "InvalidParameterException" => Self::Refused,
            "CodeMismatchException" => Self::WrongCode,
            "ExpiredCodeException" => Self::ExpiredCode,
            "LimitExceededException" | "TooManyRequestsException" => Self::TooMany,
            _ => Self::Service,
        }
    }
}

impl From<Kind> for Failure {
    fn from(kind: Kind) -> Self {
        Self {
            kind,
            retry_after_s: None,
            request_id: None,
        }
    }
}

/// Why a provider was not linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkProblem {
    /// There are as many links as one may have.
    TooMany,
    /// As for a sign-in.
    Provider(ProviderProblem),
}

impl LinkProblem {
    /// By the service's word (`problem` in the page's address).
    #[must_use]
    pub fn parse(name: &str) -> Self {
        match name {
            "provider_link_limit" => Self::TooMany,
            name => Self::Provider(ProviderProblem::parse(name)),
        }
    }
}
