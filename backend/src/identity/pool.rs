//! Identity pools: what they are set to, made, changed, deleted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::login_providers::{LoginProviders, PUBLIC_PROVIDERS};
use super::open_id_token::PROVIDER;
use super::principal_tags::TagMap;
use super::roles::PoolRoles;
use super::{REGION, new_id};
use crate::app::AppState;
use crate::error::ApiError;
use crate::store::{Added, IdentityPoolRow, StoreError};

/// An identity pool.
#[derive(Debug, Clone)]
pub struct IdentityPool {
    /// Its id, `<region>:<uuid>`.
    pub id: String,
    /// Its name, which need not be unique.
    pub name: String,
    /// Its settings.
    pub settings: PoolSettings,
    /// Which roles its identities get.
    pub roles: PoolRoles,
    /// How claims of each provider become principal tags.
    pub tag_maps: BTreeMap<String, TagMap>,
    version: i64,
    created_at: i64,
}

/// The members of `IdentityPool` but id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PoolSettings {
    /// Whether there are guests.
    pub allow_unauthenticated_identities: bool,
    /// Whether tokens are given out. Default false.
    #[serde(default)]
    pub allow_classic_flow: bool,
    /// Public providers, and the app id there.
    #[serde(default, skip_serializing_if = "LoginProviders::is_empty")]
    pub supported_login_providers: LoginProviders,
    /// What the developer's own users are called. Never changed once it is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub developer_provider_name: Option<String>,
    /// OpenID Connect providers, as IAM names them.
    #[serde(
        default,
        rename = "OpenIdConnectProviderARNs",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub open_id_connect_provider_arns: Vec<String>,
    /// User pools and their clients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cognito_identity_providers: Vec<UserPoolProvider>,
    /// SAML providers, as IAM names them.
    #[serde(
        default,
        rename = "SamlProviderARNs",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub saml_provider_arns: Vec<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub identity_pool_tags: BTreeMap<String, String>,
}

/// A client of a user pool (`CognitoIdentityProvider`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserPoolProvider {
    /// `cognito-idp.<region>.amazonaws.com/<user pool id>`
    #[serde(default)]
    pub provider_name: String,
    /// The app client that tokens must be for.
    #[serde(default)]
    pub client_id: String,
    /// Whether the user and the sign-in are looked up, too. Default false.
    #[serde(default)]
    pub server_side_token_check: bool,
}

const ARN_PREFIX: &str = "arn:aws:cognito-identity:";
const ARN_RESOURCE: &str = ":000000000000:identitypool/";

impl IdentityPool {
    /// A new one, not yet stored.
    ///
    /// # Errors
    /// `InvalidParameterException`, `LimitExceededException` if settings are refused.
    pub fn new(state: &AppState, name: String, settings: PoolSettings) -> Result<Self, ApiError> {
        settings.check(state)?;
        Ok(Self {
            id: new_id(REGION),
            name,
            settings,
            roles: PoolRoles::default(),
            tag_maps: BTreeMap::new(),
            version: 0,
            created_at: state.clock.now(),
        })
    }

    /// The pool with this id.
    ///
    /// # Errors
    /// `ResourceNotFoundException`
    pub async fn find(state: &AppState, id: &str) -> Result<Self, ApiError> {
        let row = state.store.identity_pool(id).await?;
        Self::read(state, row.ok_or_else(|| not_found(id))?)
    }

    /// Up to `limit` pools with ids after `after`.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn list_after(
        state: &AppState,
        after: &str,
        limit: i64,
    ) -> Result<Vec<Self>, ApiError> {
        let rows = state.store.identity_pools_after(after, limit).await?;
        rows.into_iter().map(|row| Self::read(state, row)).collect()
    }

    /// Stores a new pool.
    ///
    /// # Errors
    /// `LimitExceededException` if there are as many as there may be, `ResourceConflictException` if
    /// the id is taken.
    pub async fn create(&self, state: &AppState) -> Result<(), ApiError> {
        let most = state.config.quotas.identity_pools;
        match state
            .store
            .insert_identity_pool(&self.row(state)?, most)
            .await
        {
            Ok(Added::TooMany) => Err(ApiError::limit_exceeded(
                "There are as many identity pools as there may be.",
            )),
            Err(StoreError::Exists(_)) => {
                Err(ApiError::resource_conflict("The identity pool exists."))
            }
            added => Ok(added.map(drop)?),
        }
    }

    /// Gives the pool another name and other settings.
    ///
    /// # Errors
    /// `InvalidParameterException`, `LimitExceededException` if settings are refused.
    pub fn set(
        &mut self,
        state: &AppState,
        name: String,
        settings: PoolSettings,
    ) -> Result<(), ApiError> {
        settings.check(state)?;
        let developers = &self.settings.developer_provider_name;
        if developers.is_some() && *developers != settings.developer_provider_name {
            return Err(ApiError::invalid_parameter(
                "DeveloperProviderName cannot be changed once it is set.",
            ));
        }
        (self.name, self.settings) = (name, settings);
        Ok(())
    }

    /// Stores what was changed.
    ///
    /// # Errors
    /// `ConcurrentModificationException` if somebody else changed the pool meanwhile.
    pub async fn save(&self, state: &AppState) -> Result<(), ApiError> {
        if state.store.replace_identity_pool(&self.row(state)?).await? {
            return Ok(());
        }
        Err(ApiError::concurrent_modification(
            "The identity pool was changed by another request.",
        ))
    }

    /// Deletes the pool with its identities.
    ///
    /// # Errors
    /// `ResourceNotFoundException`
    pub async fn delete(state: &AppState, id: &str) -> Result<(), ApiError> {
        if state.store.delete_identity_pool(id).await? {
            return Ok(());
        }
        Err(not_found(id))
    }

    /// The id in the ARN of a pool.
    #[must_use]
    pub fn id_of_arn(arn: &str) -> Option<&str> {
        let (region, id) = arn.strip_prefix(ARN_PREFIX)?.split_once(ARN_RESOURCE)?;
        id.split_once(':')
            .is_some_and(|(of, _)| of == region)
            .then_some(id)
    }

    /// This pool with an id of the configuration's.
    #[must_use]
    pub(crate) fn with_id(self, id: String) -> Self {
        Self { id, ..self }
    }

    fn row(&self, state: &AppState) -> Result<IdentityPoolRow, ApiError> {
        let mut settings = self.settings.clone();
        let providers = &mut settings.supported_login_providers;
        *providers = providers.sealed(&state.sealer, &self.id)?;
        let settings = serde_json::to_string(&settings);
        let roles = serde_json::to_string(&self.roles);
        let tag_maps = serde_json::to_string(&self.tag_maps);
        let internal = |error: serde_json::Error| ApiError::internal(&error);
        Ok(IdentityPoolRow {
            id: self.id.clone(),
            name: self.name.clone(),
            settings: settings.map_err(internal)?,
            roles: roles.map_err(internal)?,
            tag_maps: tag_maps.map_err(internal)?,
            version: self.version,
            created_at: self.created_at,
            updated_at: state.clock.now(),
        })
    }

    fn read(state: &AppState, row: IdentityPoolRow) -> Result<Self, ApiError> {
        let internal = |error: serde_json::Error| ApiError::internal(&error);
        let mut settings: PoolSettings = serde_json::from_str(&row.settings).map_err(internal)?;
        let providers = settings.supported_login_providers;
        settings.supported_login_providers = providers.opened(&state.sealer, &row.id)?;
        Ok(Self {
            settings,
            roles: serde_json::from_str(&row.roles).map_err(internal)?,
            tag_maps: serde_json::from_str(&row.tag_maps).map_err(internal)?,
            id: row.id,
            name: row.name,
            version: row.version,
            created_at: row.created_at,
        })
    }
}

impl PoolSettings {
    fn check(&self, state: &AppState) -> Result<(), ApiError> {
        let quotas = &state.config.quotas;
        if self.cognito_identity_providers.len() > quotas.user_pools_per_identity_pool {
            return Err(ApiError::limit_exceeded(
                "The identity pool would have more user pool providers than it may have.",
            ));
        }
        if self.identity_pool_tags.len() > quotas.tags_per_pool {
            return Err(ApiError::limit_exceeded(
                "The identity pool would have more tags than it may have.",
            ));
        }
        self.supported_login_providers.check()?;
        let developers = self.developer_provider_name.as_deref();
        let is_taken = |name: &str| {
            name == PROVIDER || PUBLIC_PROVIDERS.contains(&name) || name.starts_with("cognito-idp.")
        };
        if developers.is_some_and(is_taken) {
            return Err(ApiError::invalid_parameter(
                "DeveloperProviderName is the name of another provider.",
            ));
        }
        let pools = &self.cognito_identity_providers;
        for (position, provider) in pools.iter().enumerate() {
            if provider.provider_name.is_empty() || provider.client_id.is_empty() {
                return Err(ApiError::invalid_parameter(
                    "A user pool provider needs ProviderName and ClientId.",
                ));
            }
            let is_same = |other: &UserPoolProvider| {
                other.provider_name == provider.provider_name
                    && other.client_id == provider.client_id
            };
            if pools.iter().take(position).any(is_same) {
                return Err(ApiError::invalid_parameter(
                    "A client of a user pool is there twice.",
                ));
            }
        }
        let names = |arns: &[String], kind: &str| arns.iter().all(|arn| is_arn_of(arn, kind));
        if !names(&self.open_id_connect_provider_arns, ":oidc-provider/")
            || !names(&self.saml_provider_arns, ":saml-provider/")
        {
            return Err(ApiError::invalid_parameter(
                "An ARN is not that of an identity provider in IAM.",
            ));
        }
        Ok(())
    }
}

/// Whether this is an ARN of IAM with this in it.
pub(super) fn is_arn_of(arn: &str, kind: &str) -> bool {
    arn.starts_with("arn:aws") && arn.contains(":iam::") && arn.contains(kind)
}

fn not_found(id: &str) -> ApiError {
    ApiError::resource_not_found(format!("IdentityPool '{id}' not found."))
}
