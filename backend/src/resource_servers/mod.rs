//! Resource servers: APIs of others that a pool's tokens are for, and the scopes they know.
//!
//! A client may be given a scope only if a resource server of its pool has it. One that is taken away
//! later, alone or with its server, is in no token from then on; clients keep the word, and get the
//! scope back with its server.

mod scopes;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::app::AppState;
use crate::error::ApiError;
use crate::store::{ResourceServerRow, StoreError};

pub use scopes::{check, existing};

/// A resource server, in the words of the service's own JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceServer {
    /// The pool it belongs to.
    pub user_pool_id: String,
    /// What its scopes begin with; often a URL.
    pub identifier: String,
    /// Its name, for people.
    pub name: String,
    /// Its scopes. Default none.
    #[serde(default)]
    pub scopes: Vec<ScopeDescription>,
}

/// A scope of a resource server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScopeDescription {
    /// The part after the slash.
    pub scope_name: String,
    /// What it means, for people.
    pub scope_description: String,
}

impl ResourceServer {
    /// Stores a new one.
    ///
    /// # Errors
    /// `InvalidParameterException` if the pool has one with this identifier, or two scopes have the same
    /// name; `LimitExceededException` if the pool has as many as it may.
    pub async fn create(&self, state: &AppState) -> Result<(), ApiError> {
        let row = self.row(state.clock.now())?;
        let most = state.config.quotas.resource_servers_per_pool;
        match state.store.insert_resource_server(&row, most).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(ApiError::limit_exceeded(format!(
                "A user pool has {most} resource servers at most."
            ))),
            Err(StoreError::Exists(_)) => Err(ApiError::invalid_parameter(format!(
                "{} already exists in user pool {}.",
                self.identifier, self.user_pool_id
            ))),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives the one with this identifier this name and these scopes.
    ///
    /// # Errors
    /// `ResourceNotFoundException`, and `InvalidParameterException` as for a new one.
    pub async fn update(&self, state: &AppState) -> Result<(), ApiError> {
        if state
            .store
            .update_resource_server(&self.row(state.clock.now())?)
            .await?
        {
            Ok(())
        } else {
            Err(not_found(&self.identifier))
        }
    }

    /// Reads one as it is stored.
    ///
    /// # Errors
    /// If it is no longer JSON.
    pub fn read(row: ResourceServerRow) -> Result<Self, ApiError> {
        Ok(Self {
            user_pool_id: row.pool_id,
            identifier: row.identifier,
            name: row.name,
            scopes: serde_json::from_str(&row.scopes)
                .map_err(|error| ApiError::internal(&error))?,
        })
    }

    fn row(&self, now: i64) -> Result<ResourceServerRow, ApiError> {
        let names = self.scopes.iter().map(|scope| &scope.scope_name);
        if names.collect::<BTreeSet<_>>().len() < self.scopes.len() {
            return Err(ApiError::invalid_parameter(
                "Two scopes of a resource server cannot have the same name.",
            ));
        }
        Ok(ResourceServerRow {
            pool_id: self.user_pool_id.clone(),
            identifier: self.identifier.clone(),
            name: self.name.clone(),
            scopes: serde_json::to_string(&self.scopes)
                .map_err(|error| ApiError::internal(&error))?,
            created_at: now,
            updated_at: now,
        })
    }
}

/// The resource server with this identifier.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(
    state: &AppState,
    pool_id: &str,
    identifier: &str,
) -> Result<ResourceServer, ApiError> {
    let row = state.store.resource_server(pool_id, identifier).await?;
    ResourceServer::read(row.ok_or_else(|| not_found(identifier))?)
}

/// Deletes the resource server with this identifier; its scopes are in no new token.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn delete(state: &AppState, pool_id: &str, identifier: &str) -> Result<(), ApiError> {
    if state
        .store
        .delete_resource_server(pool_id, identifier)
        .await?
    {
        Ok(())
    } else {
        Err(not_found(identifier))
    }
}

fn not_found(identifier: &str) -> ApiError {
    ApiError::resource_not_found(format!("Resource server {identifier} does not exist."))
}
