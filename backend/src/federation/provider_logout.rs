//! Single logout with SAML providers that have `IDPSignout`: theirs ends what came by a person's session there, ours ends that.
//!
//! # Steps of theirs
//! 1. The request's issuer is one of the pool's SAML providers with `IDPSignout`.
//! 2. `saml` believes it, and it is good once in the whole pool, for all processes.
//! 3. Browsers' sessions and tokens of the person's sessions there end; then the browser goes back with a signed answer.
//!
//! # Steps of ours
//! 1. The browser's session has ended already, whatever becomes of the rest; what is kept of it says who is to be named.
//! 2. The browser goes to the provider with a signed request, which remembers where the app wants it next.
//! 3. It comes back with an answer to that request, and goes on. An answer that does not hold is written to the log: nothing of ours
//!    depends on it, and nobody is kept waiting for it.
//!
//! # Limits
//! A sign-in that waits for consent does not end. Who does not come back from the provider does not come back to the app.

use std::sync::Arc;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::Failure;
use super::assertion_flow::failed;
use super::saml_metadata::{metadata, newer, remembered};
use super::saml_parties::service_provider;
use crate::app::AppState;
use crate::error::ApiError;
use crate::identity_providers::{self, IdentityProvider, ProviderType};
use crate::opaque_secret::row_name;
use crate::pools::Pool;
use crate::saml::{Assertion, LogoutMessage, ProviderMetadata, SamlError};
use crate::seal::Place;
use crate::store::{SamlLogoutRow, SamlOrigin, SamlSession, StoreError};

/// Providers of a pool that are looked through.
const MOST: i64 = 300;

/// How long an answer is waited for, in seconds.
const WAIT: i64 = 600;

/// What the provider is told of the person who leaves.
#[derive(Serialize, Deserialize)]
struct Subject {
    name_id: String,
    session_index: Option<String>,
}

/// The session at the provider that an assertion is of.
///
/// # Errors
/// For no fault of the caller's.
pub(super) fn of_assertion(
    state: &AppState,
    provider: &IdentityProvider,
    assertion: &Assertion,
) -> Result<SamlSession, ApiError> {
    let index = assertion.session_index.as_deref();
    let name = name(state, provider, &assertion.subject);
    let told = Subject {
        name_id: assertion.subject.clone(),
        session_index: assertion.session_index.clone(),
    };
    let told = serde_json::to_vec(&told).map_err(|error| ApiError::internal(&error))?;
    let row = row_name(&name);
    Ok(SamlSession {
        subject: state.sealer.seal(place(&row, &provider.pool_id), &told)?,
        provider: provider.name.clone(),
        index: index.map(|index| session(state, provider, &assertion.subject, index)),
        name,
    })
}

/// The address at the provider that ends the session there, which a browser's session came by that has ended here. `None` where the provider
/// is not to be told, or cannot be. `next` is where the browser goes afterwards: an address that was checked.
pub async fn leave(
    state: &AppState,
    pool: &Pool,
    origin: &SamlOrigin,
    next: &str,
) -> Option<String> {
    match begin(state, pool, origin, next).await {
        Ok(location) => location,
        Err(failure) => {
            tracing::warn!(provider = %origin.provider, %failure, "a SAML provider is not told of a logout");
            None
        }
    }
}

async fn begin(
    state: &AppState,
    pool: &Pool,
    origin: &SamlOrigin,
    next: &str,
) -> Result<Option<String>, Failure> {
    let provider = identity_providers::find(state, pool, &origin.provider).await?;
    if !is_asked(&provider) {
        return Ok(None);
    }
    let row = row_name(&origin.name);
    let told = state.sealer.open(place(&row, &pool.id), &origin.subject);
    let told = told.map_err(|error| Failure::Internal(error.into()))?;
    let told: Subject = serde_json::from_slice(&told)
        .map_err(|error| Failure::Internal(ApiError::internal(&error)))?;
    let metadata = metadata(state, &provider).await?;
    let service = service_provider(state, &pool.id).await?;
    let begun = service
        .begin_logout(&metadata, &told.name_id, told.session_index.as_deref())
        .map_err(|error| failed(&provider, &error))?;
    let row = SamlLogoutRow {
        id: asked(state, pool, &begun.request_id),
        pool_id: pool.id.clone(),
        provider: provider.name.clone(),
        next: next.to_owned(),
        expires_at: state.clock.now() + WAIT,
    };
    let kept = state.store.insert_saml_logout(&row).await;
    kept.map_err(internal)?;
    Ok(Some(begun.location))
}

/// Where the browser goes that comes back from a provider which [`leave`] has sent it to.
///
/// # Errors
/// [`Failure::Unbelievable`] for an answer to nothing that was asked, or one that was answered before.
pub async fn left(
    state: &AppState,
    pool: &Pool,
    message: LogoutMessage<'_>,
) -> Result<String, Failure> {
    let unknown = || Failure::Unbelievable("no logout was asked for that this answers");
    let request_id = message.in_response_to().map_err(|_| unknown())?;
    let (id, now) = (asked(state, pool, &request_id), state.clock.now());
    let taken = state.store.take_saml_logout(&id, now).await;
    let row = taken.map_err(internal)?.ok_or_else(unknown)?;
    match believed(state, pool, &row.provider, message, &request_id).await {
        Ok(()) => tracing::info!(provider = %row.provider, "a SAML provider has ended a session"),
        Err(failure) => {
            tracing::warn!(provider = %row.provider, %failure, "whether a SAML provider has ended a session is not known");
        }
    }
    Ok(row.next)
}

async fn believed(
    state: &AppState,
    pool: &Pool,
    provider: &str,
    message: LogoutMessage<'_>,
    request_id: &str,
) -> Result<(), Failure> {
    let provider = identity_providers::find(state, pool, provider).await?;
    let metadata = metadata(state, &provider).await?;
    let service = service_provider(state, &pool.id).await?;
    let now = state.clock.now();
    let mut verified = service.verify_logout_answer(&metadata, message, request_id, now);
    if let Err(SamlError::Signature) = verified
        && let Some(newer) = newer(state, &provider).await
    {
        verified = service.verify_logout_answer(&newer, message, request_id, now);
    }
    verified.map_err(|error| failed(&provider, &error))
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
    let service = service_provider(state, &pool.id).await?;
    let now = state.clock.now();
    let mut refused = unknown();
    let mut believed = Vec::new();
    for (provider, mut metadata) in called(state, pool, &issuer).await? {
        let mut request = service.verify_logout(&metadata, message, now);
        if let Err(SamlError::Signature) = request
            && let Some(newer) = newer(state, &provider).await
        {
            metadata = newer;
            request = service.verify_logout(&metadata, message, now);
        }
        match request {
            Ok(request) => believed.push((provider, metadata, request)),
            Err(error) => refused = failed(&provider, &error),
        }
    }
    let Some((first, metadata, request)) = believed.first() else {
        return Err(refused);
    };
    let parts = [&pool.id, &issuer, &request.id].map(|part| part.as_bytes());
    let id = state.sealer.derive("saml logout request", &parts);
    if !state
        .store
        .spend_id(&id, request.expires_at)
        .await
        .map_err(internal)?
    {
        return Err(Failure::Unbelievable("the logout request was used before"));
    }
    // Two ways in to one organisation have the same key: the person may have come by either.
    for (provider, _, request) in &believed {
        let indexes = request.session_indexes.iter();
        let indexes: Vec<_> = indexes
            .map(|index| session(state, provider, &request.subject, index))
            .collect();
        let name = name(state, provider, &request.subject);
        let ended = state
            .store
            .end_saml_sessions(&pool.id, &name, &indexes, now)
            .await;
        let ended = ended.map_err(internal)?;
        tracing::info!(provider = %provider.name, ended, "a SAML provider ended sessions");
    }
    let answer = service.answer_logout(metadata, request);
    answer.map_err(|error| failed(first, &error))
}

/// The providers that call themselves so: one most often, several where an organisation has several ways in. Of those whose metadata
/// was read before, only these are asked for newer; the others are asked side by side, so that one that is down holds up nobody for long.
async fn called(
    state: &AppState,
    pool: &Pool,
    issuer: &str,
) -> Result<Vec<(IdentityProvider, Arc<ProviderMetadata>)>, Failure> {
    let mut providers = identity_providers::list_after(state, pool, "", MOST).await?;
    providers.retain(|provider| {
        let is_another = |known: Arc<ProviderMetadata>| known.entity_id() != issuer;
        is_asked(provider) && !remembered(state, provider).is_some_and(is_another)
    });
    let reading = providers.into_iter().map(async |provider| {
        // One that cannot be read now is not this one's fault.
        let metadata = metadata(state, &provider).await.ok()?;
        (metadata.entity_id() == issuer).then_some((provider, metadata))
    });
    Ok(join_all(reading).await.into_iter().flatten().collect())
}

/// Whether its sessions and ours end together.
fn is_asked(provider: &IdentityProvider) -> bool {
    provider.kind == ProviderType::Saml && provider.detail("IDPSignout") == "true"
}

fn internal(error: StoreError) -> Failure {
    Failure::Internal(error.into())
}

/// What a request of ours is found by.
fn asked(state: &AppState, pool: &Pool, request_id: &str) -> Vec<u8> {
    let parts = [pool.id.as_bytes(), request_id.as_bytes()];
    state.sealer.derive("saml logout asked", &parts).to_vec()
}

fn place<'a>(row: &'a str, pool: &'a str) -> Place<'a> {
    Place {
        table: "saml_sessions",
        column: "subject",
        row,
        pool,
    }
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
