//! Administrators' operations on terms of use and privacy policies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Empty;
use super::page::{PageRequest, next_token};
use crate::app::{AppState, Caller};
use crate::branding::record::{Document as _, Record};
use crate::branding::terms::Terms;
use crate::error::ApiError;
use crate::pools::{find_client_of, find_pool};

/// `TermsType`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TermsDescription {
    terms_id: String,
    user_pool_id: String,
    client_id: String,
    #[serde(flatten)]
    terms: Terms,
    creation_date: i64,
    last_modified_date: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TermsAnswer {
    terms: TermsDescription,
}

impl TermsAnswer {
    fn of(user_pool_id: String, stored: Record<Terms>) -> Self {
        Self {
            terms: TermsDescription {
                terms_id: stored.id,
                user_pool_id,
                client_id: stored.client_id.unwrap_or_default(),
                terms: stored.content,
                creation_date: stored.created_at,
                last_modified_date: stored.updated_at,
            },
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateTermsRequest {
    user_pool_id: String,
    client_id: String,
    #[serde(flatten)]
    terms: Terms,
}

/// `CreateTerms`
pub(super) async fn create_terms(
    state: &AppState,
    _: &Caller,
    request: CreateTermsRequest,
) -> Result<TermsAnswer, ApiError> {
    let (pool, client) = find_client_of(state, &request.user_pool_id, &request.client_id).await?;
    let stored = Record::create(state, &pool, client.id, request.terms).await?;
    Ok(TermsAnswer::of(pool.id, stored))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateTermsRequest {
    user_pool_id: String,
    terms_id: String,
    terms_name: Option<String>,
    links: Option<BTreeMap<String, String>>,
}

/// `UpdateTerms`: what is not given stays as it is. Source and enforcement have one value each.
pub(super) async fn update_terms(
    state: &AppState,
    _: &Caller,
    request: UpdateTermsRequest,
) -> Result<TermsAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let stored = Record::<Terms>::find(state, &pool, &request.terms_id).await?;
    let before = stored.content.clone();
    let terms = Terms {
        terms_name: request.terms_name.unwrap_or(before.terms_name),
        links: request.links.unwrap_or(before.links),
        ..before
    };
    let stored = stored.replace(state, &pool, terms).await?;
    Ok(TermsAnswer::of(pool.id, stored))
}

/// Names terms.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TermsRequest {
    user_pool_id: String,
    terms_id: String,
}

/// `DescribeTerms`
pub(super) async fn describe_terms(
    state: &AppState,
    _: &Caller,
    request: TermsRequest,
) -> Result<TermsAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let stored = Record::find(state, &pool, &request.terms_id).await?;
    Ok(TermsAnswer::of(pool.id, stored))
}

/// `DeleteTerms`
pub(super) async fn delete_terms(
    state: &AppState,
    _: &Caller,
    request: TermsRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    Record::<Terms>::delete(state, &pool, &request.terms_id).await?;
    Ok(Empty {})
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ClientTermsRequest {
    user_pool_id: String,
    client_id: String,
    terms_name: String,
}

/// `DescribeTermsByClient`
pub(super) async fn describe_terms_by_client(
    state: &AppState,
    _: &Caller,
    request: ClientTermsRequest,
) -> Result<TermsAnswer, ApiError> {
    let (pool, client) = find_client_of(state, &request.user_pool_id, &request.client_id).await?;
    let all = Record::<Terms>::of(state, &pool, Some(&client.id)).await?;
    let mut all = all.into_iter();
    let found = all.find(|stored| stored.content.terms_name == request.terms_name);
    Ok(TermsAnswer::of(
        pool.id,
        found.ok_or_else(Terms::not_found)?,
    ))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListTermsRequest {
    user_pool_id: String,
    #[serde(flatten)]
    page: PageRequest,
}

/// `TermsDescriptionType`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListedTerms {
    terms_id: String,
    terms_name: String,
    enforcement: String,
    creation_date: i64,
    last_modified_date: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListTermsAnswer {
    terms: Vec<ListedTerms>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListTerms`
pub(super) async fn list_terms(
    state: &AppState,
    _: &Caller,
    request: ListTermsRequest,
) -> Result<ListTermsAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let (after, limit) = request.page.read()?;
    let mut all = Record::<Terms>::after(state, &pool, &after, limit + 1).await?;
    let next_token = next_token(&mut all, limit, |stored| &stored.id);
    let terms = all.into_iter().map(|stored| ListedTerms {
        terms_id: stored.id,
        terms_name: stored.content.terms_name,
        enforcement: stored.content.enforcement,
        creation_date: stored.created_at,
        last_modified_date: stored.updated_at,
    });
    Ok(ListTermsAnswer {
        terms: terms.collect(),
        next_token,
    })
}
