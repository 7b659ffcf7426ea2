//! `CreateManagedLoginBranding` and its siblings: settings as a document, and pictures.
//!
//! # Limits
//! One of a client, 40 pictures, each with at most a million base64 characters, as published; a request of
//! 2 MB in all (`http::json_api`).

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::image;
use super::record::{Document, Record};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;

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

impl Document for Branding {
    const KIND: &'static str = "branding";

    /// Pictures must be what they are said to be, and there must be no settings beside `UseCognitoProvidedValues`.
    fn check(&self) -> Result<(), ApiError> {
        check(self)
    }

    fn not_found() -> ApiError {
        ApiError::resource_not_found("The managed login branding does not exist.")
    }

    fn exists() -> ApiError {
        ApiError::managed_login_branding_exists(
            "The app client has a managed login branding already.",
        )
    }
}

/// A client's branding, if it has one.
///
/// # Errors
/// For no fault of the caller's.
pub async fn of_client(
    state: &AppState,
    pool: &Pool,
    client_id: &str,
) -> Result<Option<Record<Branding>>, ApiError> {
    let found = Record::of(state, pool, Some(client_id)).await?;
    Ok(found.into_iter().next())
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
