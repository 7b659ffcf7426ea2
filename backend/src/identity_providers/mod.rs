//! Identity providers of a pool, as they are set up (`federation` speaks with them): `CreateIdentityProvider` and its siblings.
//!
//! # Security model
//! What a provider gave us to prove ourselves with (`client_secret`, `private_key`) is among the details,
//! which are sealed, bound to pool and name. Only signed requests read them.
//!
//! # Limits
//! What a type needs is checked, addresses are not visited here: a provider that is down can be configured. The API reads SAML's
//! `MetadataURL` before it comes here (`federation::saml_metadata::read_back`); a configuration file's is read when it is first needed.

mod provider_type;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

pub use provider_type::ProviderType;

use crate::app::AppState;
use crate::error::{ApiError, ErrorType};
use crate::pools::Pool;
use crate::saml::ProviderMetadata;
use crate::seal::Place;
use crate::store::{Added, IdentityProviderRow, StoreError};
use crate::this_machine;

/// An identity provider.
#[derive(Clone)]
pub struct IdentityProvider {
    /// The pool it belongs to.
    pub pool_id: String,
    /// Its name, unique in the pool.
    pub name: String,
    /// Its type.
    pub kind: ProviderType,
    /// `ProviderDetails`; secrets are among them.
    pub details: BTreeMap<String, String>,
    /// Everything else.
    pub settings: Settings,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
    /// A random name for who answers for the provider's people: who was vouched for under another is vouched for no more.
    pub generation: String,
}

impl std::fmt::Debug for IdentityProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdentityProvider")
            .field("pool_id", &self.pool_id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What is not secret.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Settings {
    /// The pool's attributes, and which of the provider's each is taken from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_mapping: Option<BTreeMap<String, String>>,
    /// Other names of the provider, such as the domain of its people's addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idp_identifiers: Option<Vec<String>>,
    /// Levels of assurance, and what the provider calls them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr_mapping: Option<BTreeMap<String, String>>,
}

/// The members of `CreateIdentityProviderRequest`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct New {
    user_pool_id: String,
    provider_name: String,
    provider_type: ProviderType,
    provider_details: BTreeMap<String, String>,
    #[serde(flatten)]
    settings: Settings,
}

impl IdentityProvider {
    /// One of its details, of those that every provider of its type has.
    #[must_use]
    pub fn detail(&self, name: &str) -> &str {
        self.details.get(name).map_or("", String::as_str)
    }

    /// Whether its answers come to an address that no other provider has (`own_redirect_uri`, which the service does not know). SAML's
    /// name who they are for.
    #[must_use]
    pub fn has_own_address(&self) -> bool {
        self.kind != ProviderType::Saml && self.detail("own_redirect_uri") == "true"
    }

    /// Reads a `CreateIdentityProviderRequest` that fits its shape.
    ///
    /// # Errors
    /// `SerializationException` if it does not.
    pub fn asked(state: &AppState, request: Value) -> Result<Self, ApiError> {
        let new: New = serde_json::from_value(request)
            .map_err(|_| ApiError::serialization("The identity provider does not fit."))?;
        let now = state.clock.now();
        Ok(Self {
            pool_id: new.user_pool_id,
            name: new.provider_name,
            kind: new.provider_type,
            details: new.provider_details,
            settings: new.settings,
            created_at: now,
            updated_at: now,
            generation: Uuid::new_v4().to_string(),
        })
    }
}

/// Makes a provider, or gives the one of its name these details and settings and no others.
///
/// # Errors
/// As [`create`]; `InvalidParameterException` if there is one of another type.
pub async fn store(
    state: &AppState,
    pool: &Pool,
    provider: IdentityProvider,
) -> Result<(), ApiError> {
    let stored = match find(state, pool, &provider.name).await {
        Err(error) if error.code == ErrorType::ResourceNotFound => {
            return create(state, pool, &provider).await;
        }
        found => found?,
    };
    if stored.kind != provider.kind {
        return Err(ApiError::invalid_parameter(format!(
            "The provider {} is of another type.",
            provider.name
        )));
    }
    let settings = Settings {
        attribute_mapping: provider
            .settings
            .attribute_mapping
            .or(Some(BTreeMap::new())),
        idp_identifiers: provider.settings.idp_identifiers.or(Some(Vec::new())),
        acr_mapping: provider.settings.acr_mapping.or(Some(BTreeMap::new())),
    };
    let details = Some(provider.details);
    update(state, pool, &provider.name, details, settings)
        .await
        .map(drop)
}

/// `CreateIdentityProvider`
///
/// # Errors
/// `DuplicateProviderException`, `LimitExceededException`; `InvalidParameterException` for what the type
/// lacks, attributes that the pool does not have, and other names that are taken.
pub async fn create(
    state: &AppState,
    pool: &Pool,
    provider: &IdentityProvider,
) -> Result<(), ApiError> {
    provider.check_name()?;
    provider.check(pool)?;
    let most = state.config.quotas.identity_providers_per_pool;
    let row = provider.row(state)?;
    let stored = state
        .store
        .insert_identity_provider(&row, provider.identifiers(), most)
        .await;
    match stored {
        Ok(Added::TooMany) => Err(ApiError::limit_exceeded(
            "The user pool has as many identity providers as it may have.",
        )),
        Err(StoreError::Exists(_)) => Err(ApiError::duplicate_provider(format!(
            "A provider with the name {} already exists.",
            provider.name
        ))),
        Err(StoreError::Taken) => Err(identifier_taken()),
        outcome => outcome.map(|_| ()).map_err(ApiError::from),
    }
}

/// `UpdateIdentityProvider`: what is not given stays as it is. If somebody else answers for its people from now on, whoever
/// came by it is signed out.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` as [`create`].
pub async fn update(
    state: &AppState,
    pool: &Pool,
    name: &str,
    details: Option<BTreeMap<String, String>>,
    settings: Settings,
) -> Result<IdentityProvider, ApiError> {
    let mut provider = find(state, pool, name).await?;
    let details = details.unwrap_or_else(|| provider.details.clone());
    if ANSWERS
        .iter()
        .any(|name| details.get(*name) != provider.details.get(*name))
    {
        provider.generation = Uuid::new_v4().to_string();
    }
    provider.details = details;
    let old = provider.settings;
    provider.settings = Settings {
        attribute_mapping: settings.attribute_mapping.or(old.attribute_mapping),
        idp_identifiers: settings.idp_identifiers.or(old.idp_identifiers),
        acr_mapping: settings.acr_mapping.or(old.acr_mapping),
    };
    provider.updated_at = state.clock.now();
    provider.check(pool)?;
    let row = provider.row(state)?;
    let stored = state
        .store
        .update_identity_provider(&row, provider.identifiers())
        .await;
    match stored {
        Err(StoreError::Taken) => Err(identifier_taken()),
        Ok(false) => Err(not_found()),
        outcome => outcome.map(|_| provider).map_err(ApiError::from),
    }
}

/// The provider with this name.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(state: &AppState, pool: &Pool, name: &str) -> Result<IdentityProvider, ApiError> {
    let row = state.store.identity_provider(&pool.id, name).await?;
    IdentityProvider::read(state, row.ok_or_else(not_found)?)
}

/// The provider with this other name.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find_by_identifier(
    state: &AppState,
    pool: &Pool,
    identifier: &str,
) -> Result<IdentityProvider, ApiError> {
    let store = &state.store;
    let row = store
        .identity_provider_by_identifier(&pool.id, identifier)
        .await?;
    IdentityProvider::read(state, row.ok_or_else(not_found)?)
}

/// Up to `limit` providers of a pool with names after `after`.
///
/// # Errors
/// For no fault of the caller's.
pub async fn list_after(
    state: &AppState,
    pool: &Pool,
    after: &str,
    limit: i64,
) -> Result<Vec<IdentityProvider>, ApiError> {
    let store = &state.store;
    let rows = store
        .identity_providers_after(&pool.id, after, limit)
        .await?;
    rows.into_iter()
        .map(|row| IdentityProvider::read(state, row))
        .collect()
}

/// `DeleteIdentityProvider`. Whoever came by it is signed out.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn delete(state: &AppState, pool: &Pool, name: &str) -> Result<(), ApiError> {
    let (store, now) = (&state.store, state.clock.now());
    if store.delete_identity_provider(&pool.id, name, now).await? {
        Ok(())
    } else {
        Err(not_found())
    }
}

impl IdentityProvider {
    fn check_name(&self) -> Result<(), ApiError> {
        let is_taken = self.name == "COGNITO"
            || ProviderType::ALL
                .iter()
                .any(|kind| kind.is_social() && kind.name() == self.name);
        if self.kind.is_social() != is_taken || (is_taken && self.name != self.kind.name()) {
            return Err(ApiError::invalid_parameter(format!(
                "ProviderName {} cannot be used for ProviderType {}.",
                self.name,
                self.kind.name()
            )));
        }
        Ok(())
    }

    fn check(&self, pool: &Pool) -> Result<(), ApiError> {
        let has = |name: &str| {
            let value = self.details.get(name);
            value.is_some_and(|value| !value.is_empty())
        };
        let required = self.kind.required_details();
        if let Some(missing) = required.iter().find(|name| !has(name)) {
            return Err(ApiError::invalid_parameter(format!(
                "ProviderDetails: {missing} is required for {}.",
                self.kind.name()
            )));
        }
        if self.kind == ProviderType::Saml && has("MetadataFile") == has("MetadataURL") {
            return Err(ApiError::invalid_parameter(
                "ProviderDetails: SAML needs either MetadataFile or MetadataURL.",
            ));
        }
        if self.kind == ProviderType::Saml
            && let Some(file) = self.details.get("MetadataFile").filter(|it| !it.is_empty())
            && let Err(error) = ProviderMetadata::parse(file)
        {
            return Err(ApiError::invalid_parameter(format!(
                "ProviderDetails: {error}."
            )));
        }
        for address in ADDRESSES {
            let address = self.details.get(address);
            if address.is_some_and(|address| !is_safe_address(address)) {
                return Err(ApiError::invalid_parameter(
                    "ProviderDetails: addresses must begin with https://.",
                ));
            }
        }
        let mapped = self.settings.attribute_mapping.iter().flatten();
        for (name, _) in mapped {
            let schema = pool.settings.schema();
            if name != "username" && !schema.iter().any(|attribute| attribute.name == *name) {
                return Err(ApiError::invalid_parameter(format!(
                    "AttributeMapping: the attribute {name} does not exist in the schema."
                )));
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        if self.identifiers().iter().all(|name| seen.insert(name)) {
            Ok(())
        } else {
            Err(identifier_taken())
        }
    }

    fn identifiers(&self) -> &[String] {
        self.settings.idp_identifiers.as_deref().unwrap_or_default()
    }

    fn row(&self, state: &AppState) -> Result<IdentityProviderRow, ApiError> {
        let details = zeroize::Zeroizing::new(
            serde_json::to_vec(&self.details).map_err(|error| ApiError::internal(&error))?,
        );
        Ok(IdentityProviderRow {
            details: state
                .sealer
                .seal(details_place(&self.pool_id, &self.name), &details)?,
            settings: serde_json::to_string(&self.settings)
                .map_err(|error| ApiError::internal(&error))?,
            pool_id: self.pool_id.clone(),
            name: self.name.clone(),
            kind: self.kind.name().to_owned(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            generation: self.generation.clone(),
        })
    }

    fn read(state: &AppState, row: IdentityProviderRow) -> Result<Self, ApiError> {
        let details = state
            .sealer
            .open(details_place(&row.pool_id, &row.name), &row.details)?;
        Ok(Self {
            details: serde_json::from_slice(&details)
                .map_err(|error| ApiError::internal(&error))?,
            settings: serde_json::from_str(&row.settings)
                .map_err(|error| ApiError::internal(&error))?,
            kind: ProviderType::named(&row.kind).ok_or_else(|| {
                ApiError::internal_error("A stored provider is of an unknown type.")
            })?,
            pool_id: row.pool_id,
            name: row.name,
            created_at: row.created_at,
            updated_at: row.updated_at,
            generation: row.generation,
        })
    }
}

/// The details that are addresses.
const ADDRESSES: [&str; 6] = [
    "oidc_issuer",
    "MetadataURL",
    "authorize_url",
    "token_url",
    "attributes_url",
    "jwks_uri",
];

/// The details that say who answers for the provider's people.
const ANSWERS: [&str; 8] = [
    "oidc_issuer",
    "authorize_url",
    "token_url",
    "attributes_url",
    "jwks_uri",
    "team_id",
    "MetadataURL",
    "MetadataFile",
];

fn details_place<'a>(pool_id: &'a str, name: &'a str) -> Place<'a> {
    Place {
        table: "identity_providers",
        column: "details",
        row: name,
        pool: pool_id,
    }
}

/// https, or this machine.
fn is_safe_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| this_machine::is_private(&url))
}

fn identifier_taken() -> ApiError {
    ApiError::invalid_parameter("An IdpIdentifier is used by another provider, or given twice.")
}

fn not_found() -> ApiError {
    ApiError::resource_not_found("Identity provider does not exist.")
}
