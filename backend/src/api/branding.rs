//! Administrators' operations on the look of the hosted pages: managed login, and the classic customisation.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Empty;
use crate::app::{AppState, Caller};
use crate::branding::classic::{self, Customization};
use crate::branding::managed::{self, Asset, Branding};
use crate::branding::record::{Document as _, Record};
use crate::error::ApiError;
use crate::pools::{find_client_of, find_pool};

/// The client that stands for all of a pool.
const ALL: &str = "ALL";

/// `ManagedLoginBrandingType`
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct BrandingDescription {
    managed_login_branding_id: String,
    user_pool_id: String,
    #[serde(flatten)]
    branding: Branding,
    creation_date: i64,
    last_modified_date: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BrandingAnswer {
    managed_login_branding: BrandingDescription,
}

impl BrandingAnswer {
    fn of(user_pool_id: String, stored: Record<Branding>) -> Self {
        Self {
            managed_login_branding: BrandingDescription {
                managed_login_branding_id: stored.id,
                user_pool_id,
                branding: stored.content,
                creation_date: stored.created_at,
                last_modified_date: stored.updated_at,
            },
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateBrandingRequest {
    user_pool_id: String,
    client_id: String,
    #[serde(flatten)]
    branding: Branding,
}

/// `CreateManagedLoginBranding`
pub(super) async fn create_managed_login_branding(
    state: &AppState,
    _: &Caller,
    request: CreateBrandingRequest,
) -> Result<BrandingAnswer, ApiError> {
    let (pool, client) = find_client_of(state, &request.user_pool_id, &request.client_id).await?;
    let stored = Record::create(state, &pool, client.id, request.branding).await?;
    Ok(BrandingAnswer::of(pool.id, stored))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateBrandingRequest {
    // The contract requires neither, and there is nothing to change without them.
    #[serde(default)]
    user_pool_id: String,
    #[serde(default)]
    managed_login_branding_id: String,
    use_cognito_provided_values: Option<bool>,
    settings: Option<Value>,
    assets: Option<Vec<Asset>>,
}

/// `UpdateManagedLoginBranding`: what is not given stays as it is.
pub(super) async fn update_managed_login_branding(
    state: &AppState,
    _: &Caller,
    request: UpdateBrandingRequest,
) -> Result<BrandingAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let id = request.managed_login_branding_id;
    let stored = Record::<Branding>::find(state, &pool, &id).await?;
    let mut branding = stored.content.clone();
    match request.use_cognito_provided_values {
        // The pages' own values are instead of those from before.
        Some(true) => {
            branding = Branding {
                use_cognito_provided_values: true,
                ..Branding::default()
            }
        }
        _ if request.settings.is_some() || request.assets.is_some() => {
            branding.use_cognito_provided_values = false;
        }
        _ => {}
    }
    branding.settings = request.settings.or(branding.settings);
    branding.assets = request.assets.unwrap_or(branding.assets);
    let stored = stored.replace(state, &pool, branding).await?;
    Ok(BrandingAnswer::of(pool.id, stored))
}

/// Names a branding.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BrandingRequest {
    user_pool_id: String,
    managed_login_branding_id: String,
}

/// `DescribeManagedLoginBranding`
pub(super) async fn describe_managed_login_branding(
    state: &AppState,
    _: &Caller,
    request: BrandingRequest,
) -> Result<BrandingAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let stored = Record::find(state, &pool, &request.managed_login_branding_id).await?;
    Ok(BrandingAnswer::of(pool.id, stored))
}

/// `DeleteManagedLoginBranding`
pub(super) async fn delete_managed_login_branding(
    state: &AppState,
    _: &Caller,
    request: BrandingRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    Record::<Branding>::delete(state, &pool, &request.managed_login_branding_id).await?;
    Ok(Empty {})
}

/// Names a client.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ClientRequest {
    user_pool_id: String,
    client_id: String,
}

/// `DescribeManagedLoginBrandingByClient`
pub(super) async fn describe_managed_login_branding_by_client(
    state: &AppState,
    _: &Caller,
    request: ClientRequest,
) -> Result<BrandingAnswer, ApiError> {
    let (pool, client) = find_client_of(state, &request.user_pool_id, &request.client_id).await?;
    let stored = managed::of_client(state, &pool, &client.id).await?;
    let stored = stored.ok_or_else(Branding::not_found)?;
    Ok(BrandingAnswer::of(pool.id, stored))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CustomizationRequest {
    user_pool_id: String,
    client_id: Option<String>,
    #[serde(rename = "CSS")]
    css: Option<String>,
    image_file: Option<String>,
}

/// `UICustomizationType`
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct CustomizationDescription {
    user_pool_id: String,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
    #[serde(rename = "CSS", skip_serializing_if = "Option::is_none")]
    css: Option<String>,
    #[serde(rename = "CSSVersion", skip_serializing_if = "Option::is_none")]
    css_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified_date: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_date: Option<i64>,
}

#[derive(Debug, Serialize)]
pub(super) struct CustomizationAnswer {
    #[serde(rename = "UICustomization")]
    customization: CustomizationDescription,
}

/// `SetUICustomization`
pub(super) async fn set_ui_customization(
    state: &AppState,
    _: &Caller,
    request: CustomizationRequest,
) -> Result<CustomizationAnswer, ApiError> {
    let (pool_id, client_id) = named(state, &request).await?;
    let pool = find_pool(state, &pool_id).await?;
    let client = client_id.as_deref();
    let given = Customization {
        css: request.css,
        image: request.image_file,
    };
    let stored = classic::set(state, &pool, client, given).await?;
    Ok(described(state, pool.id, client_id, Some(stored)))
}

/// `GetUICustomization`: the client's, or the pool's if it has none of its own.
pub(super) async fn get_ui_customization(
    state: &AppState,
    _: &Caller,
    request: CustomizationRequest,
) -> Result<CustomizationAnswer, ApiError> {
    let (pool_id, client_id) = named(state, &request).await?;
    let pool = find_pool(state, &pool_id).await?;
    let stored = classic::find(state, &pool, client_id.as_deref()).await?;
    Ok(described(state, pool.id, client_id, stored))
}

/// The pool, and the client unless it is all of them.
async fn named(
    state: &AppState,
    request: &CustomizationRequest,
) -> Result<(String, Option<String>), ApiError> {
    match request.client_id.as_deref().filter(|id| *id != ALL) {
        Some(id) => {
            let (pool, client) = find_client_of(state, &request.user_pool_id, id).await?;
            Ok((pool.id, Some(client.id)))
        }
        None => Ok((request.user_pool_id.clone(), None)),
    }
}

fn described(
    state: &AppState,
    pool_id: String,
    client_id: Option<String>,
    stored: Option<Record<Customization>>,
) -> CustomizationAnswer {
    let client_id = client_id.unwrap_or_else(|| ALL.to_owned());
    let Some(stored) = stored else {
        return CustomizationAnswer {
            customization: CustomizationDescription {
                user_pool_id: pool_id,
                client_id,
                ..CustomizationDescription::default()
            },
        };
    };
    // Pages are a client's: the address of a picture is, too.
    let of = stored
        .client_id
        .clone()
        .or_else(|| Some(client_id.clone()).filter(|id| id != ALL));
    let has_image = stored.content.image.is_some();
    let image_url = of.filter(|_| has_image).map(|id| {
        let path = crate::branding::look::logo_path(&id, stored.updated_at);
        format!("{}{path}", state.public_url)
    });
    CustomizationAnswer {
        customization: CustomizationDescription {
            user_pool_id: pool_id,
            client_id: stored.client_id.unwrap_or_else(|| ALL.to_owned()),
            image_url,
            css_version: stored
                .content
                .css
                .as_ref()
                .map(|_| stored.updated_at.to_string()),
            css: stored.content.css,
            last_modified_date: Some(stored.updated_at),
            creation_date: Some(stored.created_at),
        },
    }
}
