//! Administrators' operations on identity providers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Empty;
use super::page::{PageRequest, next_token};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::federation::saml_metadata::read_back;
use crate::identity_providers::{self, IdentityProvider, ProviderType, Settings};
use crate::pools::find_pool;

/// `IdentityProviderType`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProviderDescription {
    user_pool_id: String,
    provider_name: String,
    provider_type: ProviderType,
    provider_details: BTreeMap<String, String>,
    #[serde(flatten)]
    settings: Settings,
    creation_date: i64,
    last_modified_date: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ProviderAnswer {
    identity_provider: ProviderDescription,
}

/// `CreateIdentityProvider`
pub(super) async fn create_identity_provider(
    state: &AppState,
    _: &Caller,
    request: Value,
) -> Result<ProviderAnswer, ApiError> {
    let mut provider = IdentityProvider::asked(state, request)?;
    let pool = find_pool(state, &provider.pool_id).await?;
    if provider.kind == ProviderType::Saml {
        read_back(state, &pool.id, &mut provider.details).await?;
    }
    identity_providers::create(state, &pool, &provider).await?;
    Ok(provider.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateProviderRequest {
    user_pool_id: String,
    provider_name: String,
    provider_details: Option<BTreeMap<String, String>>,
    #[serde(flatten)]
    settings: Settings,
}

/// `UpdateIdentityProvider`
pub(super) async fn update_identity_provider(
    state: &AppState,
    _: &Caller,
    request: UpdateProviderRequest,
) -> Result<ProviderAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let (name, mut details) = (&request.provider_name, request.provider_details);
    if let Some(details) = &mut details {
        let provider = identity_providers::find(state, &pool, name).await?;
        if provider.kind == ProviderType::Saml {
            read_back(state, &pool.id, details).await?;
        }
    }
    let provider =
        identity_providers::update(state, &pool, name, details, request.settings).await?;
    Ok(provider.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ProviderRequest {
    user_pool_id: String,
    provider_name: String,
}

/// `DescribeIdentityProvider`
pub(super) async fn describe_identity_provider(
    state: &AppState,
    _: &Caller,
    request: ProviderRequest,
) -> Result<ProviderAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let provider = identity_providers::find(state, &pool, &request.provider_name).await?;
    Ok(provider.into())
}

/// `DeleteIdentityProvider`
pub(super) async fn delete_identity_provider(
    state: &AppState,
    _: &Caller,
    request: ProviderRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    identity_providers::delete(state, &pool, &request.provider_name).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ProviderByIdentifierRequest {
    user_pool_id: String,
    idp_identifier: String,
}

/// `GetIdentityProviderByIdentifier`
pub(super) async fn get_identity_provider_by_identifier(
    state: &AppState,
    _: &Caller,
    request: ProviderByIdentifierRequest,
) -> Result<ProviderAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let identifier = &request.idp_identifier;
    let provider = identity_providers::find_by_identifier(state, &pool, identifier).await?;
    Ok(provider.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListProvidersRequest {
    user_pool_id: String,
    #[serde(flatten)]
    page: PageRequest,
}

/// `ProviderDescription`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProviderSummary {
    provider_name: String,
    provider_type: ProviderType,
    creation_date: i64,
    last_modified_date: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListProvidersAnswer {
    providers: Vec<ProviderSummary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListIdentityProviders`: 50 a page at most, by the shape of the answer.
pub(super) async fn list_identity_providers(
    state: &AppState,
    _: &Caller,
    request: ListProvidersRequest,
) -> Result<ListProvidersAnswer, ApiError> {
    const LARGEST_PAGE: i64 = 50;
    let pool = find_pool(state, &request.user_pool_id).await?;
    let (after, limit) = request.page.read()?;
    let limit = limit.min(LARGEST_PAGE);
    let mut providers = identity_providers::list_after(state, &pool, &after, limit + 1).await?;
    let next_token = next_token(&mut providers, limit, |provider| &provider.name);
    let providers = providers.into_iter().map(|provider| ProviderSummary {
        provider_name: provider.name,
        provider_type: provider.kind,
        creation_date: provider.created_at,
        last_modified_date: provider.updated_at,
    });
    Ok(ListProvidersAnswer {
        providers: providers.collect(),
        next_token,
    })
}

impl From<IdentityProvider> for ProviderAnswer {
    fn from(provider: IdentityProvider) -> Self {
        Self {
            identity_provider: ProviderDescription {
                user_pool_id: provider.pool_id,
                provider_name: provider.name,
                provider_type: provider.kind,
                provider_details: provider.details,
                settings: provider.settings,
                creation_date: provider.created_at,
                last_modified_date: provider.updated_at,
            },
        }
    }
}
