//! SAML 2.0, the service provider's side: a port over a library, so that the rest knows neither XML nor the library.
//!
//! # Steps
//! 1. [`ProviderMetadata::parse`] reads what an identity provider publishes.
//! 2. [`ServiceProvider::begin`] makes the address at the provider (`AuthnRequest`, HTTP-Redirect) and the id that the
//!    answer has to name.
//! 3. [`ServiceProvider::verify`] believes a response (HTTP-POST), or says why not: an [`Assertion`].
//! 4. [`ServiceProvider::verify_logout`] believes a [`LogoutRequest`] of the provider's, and
//!    [`ServiceProvider::answer_logout`] answers it.
//!
//! # Security model
//! - Before anything is believed a response must have the shape of one ([`document`]): bounded, without a document type, one
//!   assertion, signatures where they belong, no id twice.
//! - The assertion or the response around it is signed, with RSA and SHA-2, by a certificate of the provider's
//!   metadata; a certificate in the message counts for nothing. What is returned is read from what the signature covers.
//! - Issuer, audience, recipient, destination, times and what it answers are checked, all of them always.
//! - An assertion is good once: the caller keeps [`Assertion::id`] until [`Assertion::expires_at`].
//!
//! # Limits
//! No ECDSA, no SHA-1, no HMAC. No artifacts, no SOAP. No transient name identifiers: they would make a user of each
//! sign-in. The bounds are constants of [`document`].

mod assertion;
mod certificate;
pub mod document;
mod logout;
mod provider;
mod service_provider;

pub use assertion::Assertion;
pub use certificate::KeyAndCertificate;
pub use logout::{LogoutMessage, LogoutRequest};

pub use provider::{LONGEST_METADATA, ProviderMetadata};
pub use service_provider::{Begun, Expected, Request, SKEW_SECONDS, ServiceProvider, entity_id};

/// Why nothing is believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SamlError {
    /// Longer than [`LONGEST_MESSAGE`] or [`LONGEST_METADATA`].
    #[error("the document is too long")]
    TooLarge,
    /// No base64, no XML, or XML that no provider sends.
    #[error("the message is not a SAML response")]
    Malformed,
    /// Something is where it does not belong, or there twice.
    #[error("the message is not put together as a SAML response is")]
    Wrapped,
    /// The signature is missing, is not the provider's, does not fit, or is of an algorithm that is not accepted.
    #[error("the message is not signed by the provider")]
    Signature,
    /// It is another provider's.
    #[error("the message is another provider's")]
    Issuer,
    /// It is for somebody else, or for another address.
    #[error("the message is not for this pool")]
    Audience,
    /// It answers another request, or none.
    #[error("the message answers another request")]
    InResponseTo,
    /// It is not good yet, or no longer.
    #[error("the message is not good at this time")]
    Time,
    /// The provider, or the person there, said no.
    #[error("the provider refused")]
    Refused,
    /// The name identifier is missing, empty or transient.
    #[error("the message does not name a person that can be known again")]
    Subject,
    /// The metadata cannot be used.
    #[error("the provider's metadata cannot be used: {0}")]
    Metadata(&'static str),
    /// Whatever else does not fit.
    #[error("the message does not follow the protocol")]
    Protocol,
    /// A fault of ours, such as a key that cannot be read.
    #[error("SAML cannot be spoken with this pool's key")]
    Internal,
}

impl From<saml_rs::SamlError> for SamlError {
    fn from(error: saml_rs::SamlError) -> Self {
        use saml_rs::SamlError as Theirs;
        tracing::debug!(%error, "a SAML message is refused");
        match error {
            Theirs::Base64(_) | Theirs::Xml(_) | Theirs::Deflate(_) => Self::Malformed,
            Theirs::SignatureMissing
            | Theirs::SignatureVerification { .. }
            | Theirs::ReferenceResolution { .. }
            | Theirs::AssertionSignatureRequired
            | Theirs::NoTrustedCertificate
            | Theirs::AlgorithmUnsupported
            | Theirs::CertificateMismatch
            | Theirs::Crypto(_) => Self::Signature,
            Theirs::SignedReferenceMismatch => Self::Wrapped,
            Theirs::IssuerMismatch { .. } => Self::Issuer,
            Theirs::DestinationMismatch { .. } | Theirs::AudienceMismatch { .. } => Self::Audience,
            Theirs::InResponseToMismatch { .. } => Self::InResponseTo,
            Theirs::TimeWindowInvalid { .. } => Self::Time,
            Theirs::StatusNotSuccess { .. } => Self::Refused,
            Theirs::SubjectConfirmationInvalid { reason } => confirmation(reason),
            Theirs::MissingKey(_) => Self::Internal,
            _ => Self::Protocol,
        }
    }
}

fn confirmation(reason: saml_rs::error::SubjectConfirmationReason) -> SamlError {
    use saml_rs::error::SubjectConfirmationReason as Reason;
    match reason {
        Reason::RecipientMismatch => SamlError::Audience,
        Reason::InResponseToMismatch => SamlError::InResponseTo,
        Reason::TimeWindowInvalid | Reason::MissingNotOnOrAfter => SamlError::Time,
        _ => SamlError::Subject,
    }
}
