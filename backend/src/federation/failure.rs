//! Why a sign-in with another provider came to nothing: a closed set.

use std::fmt;

use crate::error::ApiError;
use crate::openid::{Document, OpenIdError};
use crate::outgoing::OutgoingError;
use crate::random::NoRandomness;

/// What the provider was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Its document about itself.
    Discovery,
    /// Its SAML metadata.
    Metadata,
    /// Its public keys.
    Keys,
    /// Tokens for its code.
    Token,
    /// What it knows of the person.
    UserInfo,
}

/// Why nobody is signed in.
#[derive(Debug)]
pub enum Failure {
    /// The person, or the provider for them, said no.
    Denied,
    /// The provider answered with another error.
    Declined,
    /// The provider was not there, or took too long.
    Unreachable(Step),
    /// The provider's endpoint refused, with this status.
    Refused(Step, u16),
    /// What came back is not what was asked for, or cannot be believed.
    Unbelievable(&'static str),
    /// What the provider says of the person does not fit the pool's schema or the client's permissions.
    Attributes(String),
    /// The user is disabled, or may not sign in yet.
    NotAllowed,
    /// Another user has this name: one who was linked while this sign-in was under way, for example.
    Taken(String),
    /// A trigger refused, with what it says.
    Trigger(ApiError),
    /// A fault of ours.
    Internal(ApiError),
}

impl Failure {
    /// The word for our pages (`problem` in their address).
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Denied => "provider_denied",
            Self::Declined | Self::Refused(..) => "provider_refused",
            Self::Unreachable(_) => "provider_unreachable",
            Self::Unbelievable(_) => "provider_answer",
            Self::Attributes(_) => "provider_attributes",
            Self::NotAllowed => "provider_user_refused",
            Self::Taken(_) => "provider_user_taken",
            Self::Trigger(_) => "provider_trigger",
            Self::Internal(_) => "server_error",
        }
    }

    /// The failure that a request to the provider met.
    pub(super) fn of_request(step: Step, error: &OutgoingError) -> Self {
        tracing::warn!(?step, %error, "an identity provider does not answer");
        Self::Unreachable(step)
    }

    /// A trigger's word, or a fault of ours.
    pub(super) fn of_trigger(error: ApiError) -> Self {
        use crate::error::ErrorType as Type;
        match error.code {
            Type::UserLambdaValidation | Type::UnexpectedLambda | Type::InvalidLambdaResponse => {
                Self::Trigger(error)
            }
            _ => Self::Internal(error),
        }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Internal(error)
    }
}

impl From<OpenIdError> for Failure {
    fn from(error: OpenIdError) -> Self {
        let step = |document| match document {
            Document::Metadata => Step::Discovery,
            Document::Keys => Step::Keys,
        };
        match error {
            OpenIdError::Unreachable(document) => Self::Unreachable(step(document)),
            OpenIdError::Refused(document, status) => Self::Refused(step(document), status),
            OpenIdError::Unbelievable(why) => Self::Unbelievable(why),
            OpenIdError::Token(fault) => Self::Unbelievable(fault.text()),
        }
    }
}

impl From<NoRandomness> for Failure {
    fn from(error: NoRandomness) -> Self {
        Self::Internal(error.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(step, status) => write!(f, "{step:?} answered {status}"),
            Self::Unreachable(step) => write!(f, "{step:?} cannot be reached"),
            Self::Unbelievable(why) => f.write_str(why),
            other => f.write_str(other.name()),
        }
    }
}
