//! A sign-in that a SAML provider began (SAML 2.0 profiles, 4.1.5): a response to no request of ours.
//!
//! # Steps
//! 1. `RelayState` is a request for authorization: `identity_provider`, `client_id`, `redirect_uri`, `response_type`, `scope`.
//!    It is checked as one of an app.
//! 2. The provider has `IDPInit`. Its response is believed, and must not name a request.
//! 3. From there on it is a transaction like any other, at the point where its provider has answered.
//!
//! # Security model
//! Nothing binds such a response to a browser: whoever has one can sign somebody else's browser in as themselves. That is why
//! it is off by default. A response that answers a request never counts here.
//!
//! # Limits
//! The post has no cookies of ours: a session that this browser had is replaced in the browser, and ends by itself.

use super::authorization_request::{self, Asked};
use super::authorize::{Target, too_many};
use super::provider_choice::{self, Choice};
use super::resource::Allowed;
use super::standing::Standing;
use super::transaction::not_found;
use super::with_provider;
use super::{LoginTransaction, NewTransaction, OAuthError, Parameters, Proceeding};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::federation;
use crate::identity_providers::IdentityProvider;
use crate::limits::{self, Hourly};

/// Where the browser goes, and what it is to remember.
#[derive(Debug)]
pub enum Unsolicited {
    /// On with the sign-in, for this transaction.
    Proceeding(NewTransaction, Proceeding),
    /// To the app, with an error.
    Refused(String),
}

/// The request in the `RelayState` of a form that brings a response, if there is one.
#[must_use]
pub fn request_in(form: &Parameters) -> Option<Parameters> {
    let relay_state = form.get("RelayState").ok()??;
    let request = Parameters::parse(relay_state.as_bytes());
    (form.has("SAMLResponse") && request.has("client_id")).then_some(request)
}

/// Takes a response that a provider sent of its own accord, for the `request` of [`request_in`].
///
/// # Errors
/// `LoginTransactionNotFoundException`, in the same words whether the client, its address, the provider or `IDPInit` is missing.
pub async fn unsolicited(
    state: &AppState,
    caller: &Caller,
    request: &Parameters,
    form: &Parameters,
) -> Result<Unsolicited, ApiError> {
    let target = Target::find(state, request).await;
    let target = target.map_err(|_| not_found())?;
    let provider = provider(state, &target, request).await;
    let (provider, authorization) = provider.ok_or_else(not_found)?;
    let refused = |error: &OAuthError| {
        tracing::warn!(provider = %provider.name, error = %error.description, "a sign-in that a provider began failed");
        let (address, _) = target.address();
        let issuer = state.issuer(&target.pool.id);
        authorization_request::refusal(address, request, &issuer, error)
    };
    match begin(state, caller, &target, (&provider, authorization), form).await {
        Ok((begun, next)) => Ok(Unsolicited::Proceeding(begun, next)),
        Err(error) => Ok(Unsolicited::Refused(refused(&error))),
    }
}

/// The provider that the request names, if it may begin, and the request.
async fn provider(
    state: &AppState,
    target: &Target,
    request: &Parameters,
) -> Option<(IdentityProvider, super::AuthorizationRequest)> {
    let allowed = Allowed::read(state, &target.client, request).await.ok()?;
    let asked = Asked::read(request, &target.client, allowed, target.address()).ok()?;
    let client = (&target.pool, &target.client);
    let choice = provider_choice::choose(state, client, &asked.wanted).await;
    match choice {
        Ok(Choice::Provider(provider)) if provider.detail("IDPInit") == "true" => {
            Some((*provider, asked.request))
        }
        _ => None,
    }
}

async fn begin(
    state: &AppState,
    caller: &Caller,
    target: &Target,
    (provider, request): (&IdentityProvider, super::AuthorizationRequest),
    form: &Parameters,
) -> Result<(NewTransaction, Proceeding), OAuthError> {
    let pool_id = &target.pool.id;
    let counted = limits::count(state, caller, Hourly::LoginTransaction, pool_id, "").await;
    counted.map_err(too_many)?;
    let failed = |failure| with_provider::error_of(&provider.name, failure);
    let response = form.required("SAMLResponse")?;
    let identity = federation::unsolicited(state, provider.clone(), response).await;
    let identity = identity.map_err(failed)?;
    let id = LoginTransaction::new_id();
    let begun = LoginTransaction::begin(state, &target.client, request, Standing::Open, id).await?;
    let transaction = LoginTransaction::of_nobody_yet(state, &begun.id).await?;
    let next = with_provider::proceed_as(state, caller, &transaction, identity, None).await;
    Ok((begun, next.map_err(failed)?))
}
