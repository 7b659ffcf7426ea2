//! Which of a client's identity providers a sign-in is with: by name, by identifier, by the domain of an address, or because there is no other.

use serde::Deserialize;

use super::OAuthError;
use super::authorization_request::Wanted;
use crate::app::AppState;
use crate::error::{ApiError, ErrorType};
use crate::identity_providers::{self, IdentityProvider};
use crate::pools::{Client, Pool};

/// Whom a sign-in is to be with.
pub(super) enum Choice {
    /// The person chooses on our page.
    Open,
    /// The pool itself.
    Pool,
    /// Another provider.
    Provider(Box<IdentityProvider>),
}

impl Choice {
    /// Whether a session counts in which this provider vouched for the person, or none.
    pub(super) fn takes(&self, provider: Option<&str>) -> bool {
        match self {
            Self::Open => true,
            Self::Pool => provider.is_none(),
            Self::Provider(chosen) => provider == Some(chosen.name.as_str()),
        }
    }
}

/// Which of the client's providers is meant. A client with one provider that is not the pool has no other.
///
/// # Errors
/// `invalid_request` for one that the client does not have, in the same words whether the pool does.
pub(super) async fn choose(
    state: &AppState,
    (pool, client): (&Pool, &Client),
    wanted: &Wanted,
) -> Result<Choice, OAuthError> {
    let oauth = &client.settings.oauth;
    let others = oauth.other_providers();
    let found = match wanted {
        Wanted::Anyone => match others.as_slice() {
            [only] if !oauth.supports_pool_users() => {
                identity_providers::find(state, pool, only).await
            }
            _ => return Ok(Choice::Open),
        },
        Wanted::Pool if oauth.supports_pool_users() => return Ok(Choice::Pool),
        Wanted::Pool => return Err(unknown()),
        Wanted::Named(name) => identity_providers::find(state, pool, name).await,
        Wanted::Identified(text) => by_identifier(state, pool, text).await,
    };
    match found {
        Ok(provider) if others.contains(&provider.name.as_str()) => {
            Ok(Choice::Provider(Box::new(provider)))
        }
        Ok(_) => Err(unknown()),
        Err(error) if error.code == ErrorType::ResourceNotFound => Err(unknown()),
        Err(error) => Err(error.into()),
    }
}

/// By an identifier, or by the e-mail address of somebody whose domain is one.
async fn by_identifier(
    state: &AppState,
    pool: &Pool,
    text: &str,
) -> Result<IdentityProvider, ApiError> {
    let found = identity_providers::find_by_identifier(state, pool, text).await;
    match (found, text.rsplit_once('@')) {
        (Err(error), Some((_, domain))) if error.code == ErrorType::ResourceNotFound => {
            let domain = domain.to_lowercase();
            identity_providers::find_by_identifier(state, pool, &domain).await
        }
        (found, _) => found,
    }
}

/// A provider, as a person chooses it.
#[derive(Debug, Deserialize)]
pub enum Chosen {
    /// By its name.
    Provider(String),
    /// By another name of it, or an e-mail address.
    Identifier(String),
}

impl Chosen {
    /// What a request would have said.
    pub(super) fn wanted(&self) -> Wanted {
        match self {
            Self::Provider(name) => Wanted::Named(name.clone()),
            Self::Identifier(text) => Wanted::Identified(text.clone()),
        }
    }
}

/// What is said of a provider that the client does not have.
pub(super) fn unknown() -> OAuthError {
    OAuthError::invalid_request("There is no identity provider with this name.")
}
