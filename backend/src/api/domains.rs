//! Administrators' operations on the domains of pools.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Empty;
use crate::app::{AppState, Caller};
use crate::domains::{self, Domain};
use crate::error::ApiError;
use crate::pools::find_pool;

/// The account of everything here.
const ACCOUNT: &str = "000000000000";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DomainSettingsRequest {
    domain: String,
    user_pool_id: String,
    #[serde(flatten)]
    settings: Map<String, Value>,
}

/// `CreateUserPoolDomain`
pub(super) async fn create_user_pool_domain(
    state: &AppState,
    _: &Caller,
    request: DomainSettingsRequest,
) -> Result<Map<String, Value>, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let domain = domains::create(state, &pool, request.domain, &request.settings).await?;
    changed(state, &domain)
}

/// `UpdateUserPoolDomain`
pub(super) async fn update_user_pool_domain(
    state: &AppState,
    _: &Caller,
    request: DomainSettingsRequest,
) -> Result<Map<String, Value>, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let domain = domains::update(state, &pool, &request.domain, &request.settings).await?;
    changed(state, &domain)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DomainRequest {
    domain: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DomainAnswer {
    domain_description: Map<String, Value>,
}

/// `DescribeUserPoolDomain`: nothing of a domain that is not there.
pub(super) async fn describe_user_pool_domain(
    state: &AppState,
    _: &Caller,
    request: DomainRequest,
) -> Result<DomainAnswer, ApiError> {
    let Some(domain) = state.store.domain(&request.domain).await? else {
        return Ok(DomainAnswer {
            domain_description: Map::new(),
        });
    };
    let mut description = domain.document()?;
    for (member, value) in [
        ("UserPoolId", json!(domain.pool_id)),
        ("AWSAccountId", json!(ACCOUNT)),
        ("Domain", json!(domain.domain)),
        ("Version", json!(domain.updated_at.to_string())),
        ("Status", json!("ACTIVE")),
    ] {
        description.insert(member.to_owned(), value);
    }
    description
        .entry("ManagedLoginVersion")
        .or_insert_with(|| json!(1));
    if domain.is_custom {
        let target = json!(host(state));
        description.insert("CloudFrontDistribution".to_owned(), target);
    }
    Ok(DomainAnswer {
        domain_description: description,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteDomainRequest {
    domain: String,
    user_pool_id: String,
}

/// `DeleteUserPoolDomain`
pub(super) async fn delete_user_pool_domain(
    state: &AppState,
    _: &Caller,
    request: DeleteDomainRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    domains::delete(state, &pool, &request.domain).await?;
    Ok(Empty {})
}

/// Where a name of the operator's own is to point, and what is kept of the settings.
fn changed(state: &AppState, domain: &Domain) -> Result<Map<String, Value>, ApiError> {
    let mut answer = domain.document()?;
    answer.remove("CustomDomainConfig");
    answer
        .entry("ManagedLoginVersion")
        .or_insert_with(|| json!(1));
    if domain.is_custom {
        answer.insert("CloudFrontDomain".to_owned(), json!(host(state)));
    }
    Ok(answer)
}

/// The host of this backend's public address.
fn host(state: &AppState) -> &str {
    let after_scheme = state.public_url.split_once("://");
    let rest = after_scheme.map_or(&*state.public_url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or_default()
}
