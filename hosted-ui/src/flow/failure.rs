//! Why the service did not do what it was asked, as far as a page cares.

use cognate_core::{Error, ErrorCode, error::Outcome, login};

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of failure.
    pub code: ErrorCode,
    /// There is no such login transaction, or no more.
    pub transaction_is_gone: bool,
    /// The app has no identity provider of this name, or none for this address.
    pub provider_is_unknown: bool,
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
    /// A sign-in with another identity provider came to nothing.
    Provider(ProviderProblem),
}

/// Why a sign-in with another identity provider came to nothing, as far as a person can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderProblem {
    /// The person, or the provider for them, said no.
    Denied,
    /// The provider does not do what it was asked for.
    Refused,
    /// The provider does not answer.
    Unreachable,
    /// The provider's answer cannot be believed.
    Answer,
    /// The provider does not tell what the app needs to know of the person.
    Attributes,
    /// The person may not sign in.
    UserRefused,
    /// Another account stands in the way.
    UserTaken,
    /// The app did not want it.
    Trigger,
    /// Anything else.
    Other,
}

impl ProviderProblem {
    /// The words of the service (`problem` in the page's address).
    pub const NAMED: [(&'static str, Self); 9] = [
        ("provider_denied", Self::Denied),
        ("provider_refused", Self::Refused),
        ("provider_unreachable", Self::Unreachable),
        ("provider_answer", Self::Answer),
        ("provider_attributes", Self::Attributes),
        ("provider_user_refused", Self::UserRefused),
        ("provider_user_taken", Self::UserTaken),
        ("provider_trigger", Self::Trigger),
        ("server_error", Self::Other),
    ];

    /// By the service's word; one that is not known is [`Self::Other`].
    #[must_use]
    pub fn parse(name: &str) -> Self {
        let found = Self::NAMED.iter().find(|(known, _)| *known == name);
        found.map_or(Self::Other, |(_, problem)| *problem)
    }
}

impl Failure {
    /// A failure of this kind, about which nothing else is known.
    #[must_use]
    pub fn of(code: ErrorCode) -> Self {
        Self {
            code,
            transaction_is_gone: false,
            provider_is_unknown: false,
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
            provider_is_unknown: login::is_unknown_provider(error),
            may_have_happened: error.outcome == Outcome::Unknown,
            retry_after_s: error.retry_after_ms.map(|ms| ms.div_ceil(1000)),
            request_id: answer.and_then(|answer| answer.request_id.clone()),
            reason: (error.code == ErrorCode::TriggerFailed).then(|| error.message.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_word_of_the_service_for_a_failed_provider_is_known_here_and_no_other() {
        let backend =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/src/federation/failure.rs");
        let source = std::fs::read_to_string(backend).unwrap();
        let (_, names) = source.split_once("pub fn name(&self)").unwrap();
        let (names, _) = names.split_once("\n    }\n").unwrap();
        let theirs: BTreeSet<&str> = names.split('"').skip(1).step_by(2).collect();
        let ours: BTreeSet<&str> = ProviderProblem::NAMED
            .iter()
            .map(|(name, _)| *name)
            .collect();
        assert!(theirs.len() > 5, "{theirs:?}");
        assert_eq!(ours, theirs);
        assert_eq!(ProviderProblem::parse("<script>"), ProviderProblem::Other);
    }
}
