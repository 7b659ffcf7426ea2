//! SAML 2.0 (Web Browser SSO profile): a request by redirect, the answer as a form that the provider lets the browser post.
//!
//! # Security model
//! What is believed is `saml`'s to say; what is added here: an answer names the request of this transaction, an assertion
//! is good once in the whole pool, for all processes, and one that is not encrypted is refused where the provider's
//! details ask for it. Whoever sits at the browser can take a signature out of the address, and `ForceAuthn` with it: that somebody
//! was asked for a proof is known only of a provider that refuses requests without one.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::provider_logout::of_assertion;
use super::saml_metadata::{metadata, newer};
use super::saml_parties::service_provider;
use super::{Ask, ExternalIdentity, Failure};
use crate::app::AppState;
use crate::identity_providers::IdentityProvider;
use crate::saml::{Assertion, Expected, Request, SamlError};

/// Where the provider lets the browser post its answers, behind the public URL.
pub const ANSWER_PATH: &str = "/saml2/idpresponse";

/// A request that is on its way.
pub(super) struct Begun {
    /// The address at the provider.
    pub(super) location: String,
    /// The request's id.
    pub(super) request_id: String,
    /// Whether the person has to prove anew who they are, and nobody on the way can change that.
    pub(super) is_fresh: bool,
}

/// The way to the provider.
pub(super) async fn begin(
    state: &AppState,
    provider: &IdentityProvider,
    ask: &Ask<'_>,
) -> Result<Begun, Failure> {
    let metadata = metadata(state, provider).await?;
    let pool = service_provider(state, &provider.pool_id).await?;
    let refuses_unsigned = provider.detail("RefusesUnsignedRequests") == "true";
    let refuses_unsigned = refuses_unsigned || metadata.wants_signed_requests();
    let request = Request {
        relay_state: ask.state,
        is_signed: refuses_unsigned || !provider.detail("RequestSigningAlgorithm").is_empty(),
        is_fresh: ask.is_for_proof(),
    };
    let begun = pool.begin(&metadata, request);
    let begun = begun.map_err(|error| failed(provider, &error))?;
    Ok(Begun {
        location: begun.location,
        request_id: begun.request_id,
        is_fresh: ask.is_for_proof() && refuses_unsigned,
    })
}

/// Whom a response (base64, as it was posted) is about.
pub(super) async fn answered(
    state: &AppState,
    provider: IdentityProvider,
    expected: Expected<'_>,
    response: &str,
) -> Result<ExternalIdentity, Failure> {
    let assertion = believed(state, &provider, expected, response).await?;
    let claims = assertion.claims();
    let session = of_assertion(state, &provider, &assertion)?;
    let told = Map::from_iter([("samlResponse".to_owned(), Value::Object(claims.clone()))]);
    Ok(ExternalIdentity {
        provider,
        subject: assertion.subject,
        issuer: Some(assertion.issuer),
        auth_time: assertion.proved_at,
        session: Some(Box::new(session)),
        ends_at: assertion.session_ends_at,
        claims,
        unsigned: BTreeSet::new(),
        told,
    })
}

/// The assertion, which nobody used before.
async fn believed(
    state: &AppState,
    provider: &IdentityProvider,
    expected: Expected<'_>,
    response: &str,
) -> Result<Assertion, Failure> {
    let metadata = metadata(state, provider).await?;
    let pool = service_provider(state, &provider.pool_id).await?;
    let now = state.clock.now();
    let mut assertion = pool.verify(&metadata, response, expected, now);
    if let Err(SamlError::Signature) = assertion
        && let Some(newer) = newer(state, provider).await
    {
        assertion = pool.verify(&newer, response, expected, now);
    }
    let assertion = assertion.map_err(|error| failed(provider, &error))?;
    if provider.detail("EncryptedResponses") == "true" && !assertion.was_encrypted {
        return Err(Failure::Unbelievable("the assertion is not encrypted"));
    }
    let parts = [&provider.pool_id, &assertion.issuer, &assertion.id].map(|part| part.as_bytes());
    let id = state.sealer.derive("saml assertion", &parts);
    match state.store.spend_id(&id, assertion.expires_at).await {
        Ok(true) => Ok(assertion),
        Ok(false) => Err(Failure::Unbelievable("the assertion was used before")),
        Err(error) => Err(Failure::Internal(error.into())),
    }
}

pub(super) fn failed(provider: &IdentityProvider, error: &SamlError) -> Failure {
    tracing::warn!(provider = %provider.name, %error, "a SAML message is not believed");
    match error {
        SamlError::Refused => Failure::Denied,
        SamlError::Internal => Failure::Internal(crate::error::ApiError::internal(error)),
        SamlError::TooLarge => Failure::Unbelievable("the provider's response is too long"),
        SamlError::Malformed | SamlError::Wrapped | SamlError::Protocol => {
            Failure::Unbelievable("the provider's answer is no SAML response that is accepted")
        }
        SamlError::Signature => Failure::Unbelievable("the provider's response is not signed"),
        SamlError::Issuer => Failure::Unbelievable("the response is another provider's"),
        SamlError::Audience => Failure::Unbelievable("the response is for somebody else"),
        SamlError::InResponseTo => Failure::Unbelievable("the response answers something else"),
        SamlError::Time => Failure::Unbelievable("the response is not good at this time"),
        SamlError::Subject => Failure::Unbelievable("the response names nobody for good"),
        SamlError::Metadata(why) => Failure::Unbelievable(why),
    }
}
