//! `CreateTerms` and its siblings: where a client's terms of use and privacy policy are, by language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;
use crate::store::{PoolRecordRow, StoreError};

const KIND: &str = "terms";

/// Terms, in the words of the service's own JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Terms {
    /// `terms-of-use` or `privacy-policy`.
    pub terms_name: String,
    /// `LINK`
    pub terms_source: String,
    /// `NONE`
    pub enforcement: String,
    /// Addresses by language, `cognito:default` among them.
    #[serde(default)]
    pub links: BTreeMap<String, String>,
}

/// Terms and when they were made.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Their id.
    pub id: String,
    /// The client they are for.
    pub client_id: String,
    /// What they say.
    pub terms: Terms,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
}

/// The languages that pages have, by the names of links.
const LANGUAGES: [(&str, &str); 3] = [
    ("cognito:default", ""),
    ("cognito:english", "en"),
    ("cognito:german", "de"),
];

impl Terms {
    /// The links that the pages can show, by language; `""` is any other one.
    pub fn shown(&self) -> impl Iterator<Item = (&'static str, &str)> {
        LANGUAGES
            .into_iter()
            .filter_map(|(name, lang)| Some((lang, self.links.get(name)?.as_str())))
    }
}

/// Stores terms of a client that has none of this name.
///
/// # Errors
/// `TermsExistsException`; `InvalidParameterException` without a link for any language, or for an address that is
/// not https.
pub async fn create(
    state: &AppState,
    pool: &Pool,
    client_id: String,
    terms: Terms,
) -> Result<Stored, ApiError> {
    check(&terms)?;
    let now = state.clock.now();
    let stored = Stored {
        id: Uuid::new_v4().to_string(),
        client_id,
        terms,
        created_at: now,
        updated_at: now,
    };
    let inserted = state.store.insert_pool_record(&row(pool, &stored)?).await;
    inserted.map(|()| stored).map_err(exists)
}

/// Replaces terms.
///
/// # Errors
/// `ResourceNotFoundException`, and as [`create`].
pub async fn update(state: &AppState, pool: &Pool, changed: &Stored) -> Result<(), ApiError> {
    check(&changed.terms)?;
    let updated = state.store.update_pool_record(&row(pool, changed)?).await;
    let is_there = updated.map_err(exists)?;
    is_there.then_some(()).ok_or_else(not_found)
}

/// The pool's terms with this id.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(state: &AppState, pool: &Pool, id: &str) -> Result<Stored, ApiError> {
    let row = state.store.pool_record(&pool.id, KIND, id).await?;
    read(row.ok_or_else(not_found)?)
}

/// All terms of a client, in the order of their names.
///
/// # Errors
/// For no fault of the caller's.
pub async fn of_client(
    state: &AppState,
    pool: &Pool,
    client_id: &str,
) -> Result<Vec<Stored>, ApiError> {
    let rows = state.store.pool_records_of(&pool.id, KIND, Some(client_id));
    rows.await?.into_iter().map(read).collect()
}

/// Up to `limit` terms of a pool with ids after `after`.
///
/// # Errors
/// For no fault of the caller's.
pub async fn after(
    state: &AppState,
    pool: &Pool,
    after: &str,
    limit: i64,
) -> Result<Vec<Stored>, ApiError> {
    let rows = state.store.pool_records_after(&pool.id, KIND, after, limit);
    rows.await?.into_iter().map(read).collect()
}

/// Deletes the terms with this id.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn delete(state: &AppState, pool: &Pool, id: &str) -> Result<(), ApiError> {
    let was_there = state.store.delete_pool_record(&pool.id, KIND, id).await?;
    was_there.then_some(()).ok_or_else(not_found)
}

/// `ResourceNotFoundException`
#[must_use]
pub fn not_found() -> ApiError {
    ApiError::resource_not_found("The terms do not exist.")
}

fn check(terms: &Terms) -> Result<(), ApiError> {
    if !terms.links.contains_key("cognito:default") {
        return Err(ApiError::invalid_parameter(
            "Links: there must be one for cognito:default.",
        ));
    }
    if !terms.links.values().all(|link| is_safe(link)) {
        return Err(ApiError::invalid_parameter(
            "Links: an address must be https, or http on this machine.",
        ));
    }
    Ok(())
}

fn is_safe(link: &str) -> bool {
    let Ok(url) = Url::parse(link) else {
        return false;
    };
    // Who reads an address takes what stands before an @ for the host.
    let names_nobody = url.username().is_empty() && url.password().is_none();
    let is_local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    names_nobody && (url.scheme() == "https" || (url.scheme() == "http" && is_local))
}

fn exists(error: StoreError) -> ApiError {
    match error {
        StoreError::Exists(_) => {
            ApiError::terms_exists("The app client has terms of this name already.")
        }
        other => other.into(),
    }
}

fn row(pool: &Pool, stored: &Stored) -> Result<PoolRecordRow, ApiError> {
    let document = serde_json::to_string(&stored.terms);
    Ok(PoolRecordRow {
        pool_id: pool.id.clone(),
        kind: KIND,
        id: stored.id.clone(),
        client_id: Some(stored.client_id.clone()),
        name: stored.terms.terms_name.clone(),
        document: document.map_err(|error| ApiError::internal(&error))?,
        created_at: stored.created_at,
        updated_at: stored.updated_at,
    })
}

fn read(row: PoolRecordRow) -> Result<Stored, ApiError> {
    let terms = serde_json::from_str(&row.document);
    Ok(Stored {
        id: row.id,
        client_id: row.client_id.unwrap_or_default(),
        terms: terms.map_err(|error| ApiError::internal(&error))?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
