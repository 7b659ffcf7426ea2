//! `CreateManagedLoginBranding` and its siblings: settings as a document, and pictures.
//!
//! # Limits
//! One of a client, 40 pictures, each with at most a million base64 characters, as published; a request of
//! 2 MB in all (`http::json_api`).

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::image;
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;
use crate::store::{PoolRecordRow, StoreError};

const KIND: &str = "branding";

/// What is stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Branding {
    /// Whether the pages look as they do without it.
    pub use_cognito_provided_values: bool,
    /// The settings, as they were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Value>,
    /// The pictures, as they were given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<Asset>,
}

/// A picture (`AssetType`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Asset {
    /// What it is for, such as `FORM_LOGO`.
    pub category: String,
    /// `LIGHT`, `DARK` or `DYNAMIC`.
    pub color_mode: String,
    /// What kind it is.
    pub extension: String,
    /// Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
    /// A name of the caller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
}

/// A branding and when it was made.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: String,
    /// The client it is for.
    pub client_id: String,
    /// What it says.
    pub branding: Branding,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
}

/// Stores a branding for a client that has none.
///
/// # Errors
/// `ManagedLoginBrandingExistsException`; `InvalidParameterException` for pictures that are not what they are
/// said to be, or settings beside `UseCognitoProvidedValues`.
pub async fn create(
    state: &AppState,
    pool: &Pool,
    client_id: String,
    branding: Branding,
) -> Result<Stored, ApiError> {
    check(&branding)?;
    let now = state.clock.now();
    let stored = Stored {
        id: Uuid::new_v4().to_string(),
        client_id,
        branding,
        created_at: now,
        updated_at: now,
    };
    match state.store.insert_pool_record(&row(pool, &stored)?).await {
        Err(StoreError::Exists(_)) => Err(ApiError::managed_login_branding_exists(
            "The app client has a managed login branding already.",
        )),
        outcome => outcome.map(|()| stored).map_err(ApiError::from),
    }
}

/// Replaces a branding.
///
/// # Errors
/// `ResourceNotFoundException`, and as [`create`].
pub async fn update(
    state: &AppState,
    pool: &Pool,
    id: &str,
    branding: Branding,
) -> Result<Stored, ApiError> {
    check(&branding)?;
    let mut stored = find(state, pool, id).await?;
    stored.branding = branding;
    stored.updated_at = state.clock.now();
    let is_there = state.store.update_pool_record(&row(pool, &stored)?).await?;
    is_there.then_some(stored).ok_or_else(not_found)
}

/// The pool's branding with this id.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(state: &AppState, pool: &Pool, id: &str) -> Result<Stored, ApiError> {
    let row = state.store.pool_record(&pool.id, KIND, id).await?;
    read(row.ok_or_else(not_found)?)
}

/// A client's branding, if it has one.
///
/// # Errors
/// For no fault of the caller's.
pub async fn of_client(
    state: &AppState,
    pool: &Pool,
    client_id: &str,
) -> Result<Option<Stored>, ApiError> {
    let rows = state
        .store
        .pool_records_of(&pool.id, KIND, Some(client_id))
        .await?;
    rows.into_iter().next().map(read).transpose()
}

/// Deletes the branding with this id.
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
    ApiError::resource_not_found("The managed login branding does not exist.")
}

fn check(branding: &Branding) -> Result<(), ApiError> {
    let has_own = branding.settings.is_some() || !branding.assets.is_empty();
    if branding.use_cognito_provided_values && has_own {
        return Err(ApiError::invalid_parameter(
            "UseCognitoProvidedValues: there must be no Settings and Assets beside it.",
        ));
    }
    if branding
        .settings
        .as_ref()
        .is_some_and(|settings| !settings.is_object())
    {
        return Err(ApiError::invalid_parameter(
            "Settings must be a JSON object.",
        ));
    }
    for asset in &branding.assets {
        let bytes = asset.bytes.as_deref().unwrap_or_default();
        let bytes = Base64::decode_vec(bytes)
            .map_err(|_| ApiError::invalid_parameter("Assets: the bytes are not base64."))?;
        // A picture that is kept elsewhere is named by its id alone.
        let is_named = asset.bytes.is_none() && asset.resource_id.is_some();
        if !is_named && !image::is_of(&asset.extension, &bytes) {
            return Err(ApiError::invalid_parameter(
                "Assets: the bytes are not a picture of the kind that Extension says.",
            ));
        }
    }
    Ok(())
}

fn row(pool: &Pool, stored: &Stored) -> Result<PoolRecordRow, ApiError> {
    let document = serde_json::to_string(&stored.branding);
    Ok(PoolRecordRow {
        pool_id: pool.id.clone(),
        kind: KIND,
        id: stored.id.clone(),
        client_id: Some(stored.client_id.clone()),
        name: String::new(),
        document: document.map_err(|error| ApiError::internal(&error))?,
        created_at: stored.created_at,
        updated_at: stored.updated_at,
    })
}

fn read(row: PoolRecordRow) -> Result<Stored, ApiError> {
    let branding = serde_json::from_str(&row.document);
    Ok(Stored {
        id: row.id,
        client_id: row.client_id.unwrap_or_default(),
        branding: branding.map_err(|error| ApiError::internal(&error))?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
