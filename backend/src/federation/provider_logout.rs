//! A SAML provider ends what came by a person's session there (`LogoutRequest`), and gets an answer.
//!
//! # Steps
//! 1. The request's issuer is one of the pool's SAML providers with `IDPSignout`.
//! 2. `saml` believes it, and it is good once in the whole pool, for all processes.
//! 3. Browsers' sessions and tokens of the person's sessions there end; then the browser goes back with a signed answer.
//!
//! # Limits
//! Logouts that an app begins (`/logout`) do not go to the provider yet. A sign-in that waits for consent does not end.

use super::Failure;
use super::assertion_flow::failed;
use super::saml_parties::{metadata, service_provider};
use crate::app::AppState;
use crate::identity_providers::{self, IdentityProvider, ProviderType};
use crate::pools::Pool;
use crate::saml::{Assertion, LogoutMessage, ProviderMetadata};
use crate::store::SamlSession;
use std::sync::Arc;

/// Providers of a pool that are looked through.
const MOST: i64 = 300;

/// The session at the provider that an assertion is of.
pub(super) fn of_assertion(
    state: &AppState,
    provider: &IdentityProvider,
    assertion: &Assertion,
) -> SamlSession {
    let index = assertion.session_index.as_deref();
    SamlSession {
        name: name(state, provider, &assertion.subject),
        index: index.map(|index| session(state, provider, &assertion.subject, index)),
    }
}

/// Ends what a provider's request says. Where the browser goes then: back to the provider.
///
/// # Errors
/// [`Failure::Unbelievable`] for a request that does not count.
pub async fn log_out(
    state: &AppState,
    pool: &Pool,
    message: LogoutMessage<'_>,
) -> Result<String, Failure> {
    let unknown = || Failure::Unbelievable("no provider of the pool sends such logout requests");
    let issuer = message.issuer().map_err(|_| unknown())?;
    let found = find(state, pool, &issuer).await?;
    let (provider, metadata) = found.ok_or_else(unknown)?;
    let service = service_provider(state, &pool.id).await?;
    let now = state.clock.now();
    let request = service.verify_logout(&metadata, message, now);
    let request = request.map_err(|error| failed(&provider, &error))?;
    let parts = [&pool.id, &issuer, &request.id].map(|part| part.as_bytes());
    let id = state.sealer.derive("saml logout request", &parts);
    let internal = |error: crate::store::StoreError| Failure::Internal(error.into());
    if !state
        .store
        .spend_id(&id, request.expires_at)
        .await
        .map_err(internal)?
    {
        return Err(Failure::Unbelievable("the logout request was used before"));
    }
    let indexes = request.session_indexes.iter();
    let indexes: Vec<_> = indexes
        .map(|index| session(state, &provider, &request.subject, index))
        .collect();
    let name = name(state, &provider, &request.subject);
    let ended = state
        .store
        .end_saml_sessions(&pool.id, &name, &indexes, now)
        .await;
    let ended = ended.map_err(internal)?;
    tracing::info!(provider = %provider.name, ended, "a SAML provider ended sessions");
    let answer = service.answer_logout(&metadata, &request);
    answer.map_err(|error| failed(&provider, &error))
}

/// The provider that calls itself so.
async fn find(
    state: &AppState,
    pool: &Pool,
    issuer: &str,
) -> Result<Option<(IdentityProvider, Arc<ProviderMetadata>)>, Failure> {
    for provider in identity_providers::list_after(state, pool, "", MOST).await? {
        let is_asked =
            provider.kind == ProviderType::Saml && provider.detail("IDPSignout") == "true";
        if !is_asked {
            continue;
        }
        // One that cannot be read now is not this one's fault.
        if let Ok(metadata) = metadata(state, &provider).await
            && metadata.entity_id() == issuer
        {
            return Ok(Some((provider, metadata)));
        }
    }
    Ok(None)
}

fn name(state: &AppState, provider: &IdentityProvider, subject: &str) -> [u8; 32] {
    let parts = [
        &*provider.pool_id,
        &*provider.name,
        &*provider.generation,
        subject,
    ];
    state
        .sealer
        .derive("saml session name", &parts.map(str::as_bytes))
}

fn session(state: &AppState, provider: &IdentityProvider, subject: &str, index: &str) -> [u8; 32] {
    let name = name(state, provider, subject);
    state
        .sealer
        .derive("saml session index", &[&name, index.as_bytes()])
}
