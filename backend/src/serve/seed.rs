//! The pools of the configuration, brought about on start-up.
//!
//! Their settings are checked as if an administrator had sent them. For what the file names, the
//! file wins: settings that differ are changed on the next start. Pools it does not name stay.

use serde_json::{Map, Value, json};

use crate::app::AppState;
use crate::config::{ClientConfig, IdentityPoolConfig, IdentityProviderConfig, PoolConfig};
use crate::contract::{self, Service};
use crate::error::{ApiError, ErrorType};
use crate::identity::pool::IdentityPool;
use crate::identity::roles::PoolRoles;
use crate::identity_providers::{self, IdentityProvider};
use crate::pools::{self, NewClient, NewPool, Pool};
use crate::resource_servers::ResourceServer;
use crate::triggers;

/// Makes the configured pools and clients, or gives them the configured settings.
///
/// # Errors
/// If a setting is refused or the database fails; the error names the pool or client.
pub(super) async fn seed(state: &AppState) -> Result<(), SeedError> {
    for pool in &state.config.pools {
        let stored = seed_pool(state, pool).await.map_err(|error| SeedError {
            what: format!("pool {}", pool.id),
            error,
        })?;
        for server in &pool.resource_servers {
            seed_resource_server(state, &stored, server)
                .await
                .map_err(|error| SeedError {
                    what: format!("resource server of pool {}", pool.id),
                    error,
                })?;
        }
        for provider in &pool.identity_providers {
            seed_identity_provider(state, &stored, provider)
                .await
                .map_err(|error| SeedError {
                    what: format!("identity provider {} of pool {}", provider.name(), pool.id),
                    error,
                })?;
        }
        for client in &pool.clients {
            seed_client(state, &stored, client)
                .await
                .map_err(|error| SeedError {
                    what: format!("client {}", client.id),
                    error,
                })?;
        }
    }
    for pool in &state.config.identity_pools {
        seed_identity_pool(state, pool)
            .await
            .map_err(|error| SeedError {
                what: format!("identity pool {}", pool.id),
                error,
            })?;
        warn_of_unknown_clients(state, pool).await;
    }
    Ok(())
}

/// People of a client that is not there would be refused by an identity pool that names it, and only then.
async fn warn_of_unknown_clients(state: &AppState, pool: &IdentityPoolConfig) {
    let providers = pool.settings.get("CognitoIdentityProviders");
    for provider in providers.and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| provider.get(name).and_then(Value::as_str);
        let (name, client_id) = (text("ProviderName"), text("ClientId").unwrap_or_default());
        let Some((_, user_pool_id)) = name.and_then(|name| name.rsplit_once('/')) else {
            continue;
        };
        // One that is not here may be another service's.
        let is_ours = matches!(state.store.pool(user_pool_id).await, Ok(Some(_)));
        let known = pools::find_client(state, client_id).await;
        if is_ours && !known.is_ok_and(|(of, _)| of.id == user_pool_id) {
            tracing::warn!(
                identity_pool = %pool.id, user_pool = user_pool_id, client = client_id,
                "an identity pool names a client that its user pool does not have: nobody gets credentials by it"
            );
        }
    }
}

/// Why a configured pool or client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the configured {what} is refused: {error}")]
pub struct SeedError {
    what: String,
    error: ApiError,
}

async fn seed_pool(state: &AppState, pool: &PoolConfig) -> Result<Pool, ApiError> {
    checked(
        Service::UserPools,
        "DescribeUserPool",
        object(json!({ "UserPoolId": pool.id })),
    )?;
    let mut settings = pool.settings.clone();
    settings.insert(
        "PoolName".to_owned(),
        json!(pool.name.as_ref().unwrap_or(&pool.id)),
    );
    if !pool.triggers.is_empty() {
        let config = settings.entry("LambdaConfig").or_insert_with(|| json!({}));
        if let Value::Object(config) = config {
            config.extend(triggers::lambda_config(&pool.triggers)?);
        }
    }
    let mut new = NewPool::new(
        state,
        checked(Service::UserPools, "CreateUserPool", settings)?,
    )?;
    if let Some(mfa) = &pool.mfa {
        let mut settings = mfa.clone();
        settings.insert("UserPoolId".to_owned(), json!(pool.id));
        let settings = checked(Service::UserPools, "SetUserPoolMfaConfig", settings)?;
        let change = serde_json::from_value(Value::Object(settings))
            .map_err(|_| ApiError::serialization("The pool's mfa does not fit."))?;
        new = new.with_mfa(change)?;
    }
    Pool::read(new.store_as(state, &pool.id).await?)
}

async fn seed_resource_server(
    state: &AppState,
    pool: &Pool,
    settings: &Map<String, Value>,
) -> Result<(), ApiError> {
    let mut settings = settings.clone();
    settings.insert("UserPoolId".to_owned(), json!(pool.id));
    let settings = checked(Service::UserPools, "CreateResourceServer", settings)?;
    let server: ResourceServer = serde_json::from_value(Value::Object(settings))
        .map_err(|_| ApiError::serialization("The resource server does not fit."))?;
    match server.update(state).await {
        Err(error) if error.code == ErrorType::ResourceNotFound => server.create(state).await,
        updated => updated,
    }
}

async fn seed_identity_provider(
    state: &AppState,
    pool: &Pool,
    provider: &IdentityProviderConfig,
) -> Result<(), ApiError> {
    let mut settings = provider.0.clone();
    settings.insert("UserPoolId".to_owned(), json!(pool.id));
    let settings = checked(Service::UserPools, "CreateIdentityProvider", settings)?;
    let provider = IdentityProvider::asked(state, Value::Object(settings))?;
    identity_providers::store(state, pool, provider).await
}

async fn seed_client(state: &AppState, pool: &Pool, client: &ClientConfig) -> Result<(), ApiError> {
    let names = json!({ "UserPoolId": pool.id, "ClientId": client.id });
    checked(Service::UserPools, "DescribeUserPoolClient", object(names))?;
    let mut settings = client.settings.clone();
    settings.insert("UserPoolId".to_owned(), json!(pool.id));
    settings.insert(
        "ClientName".to_owned(),
        json!(client.name.as_ref().unwrap_or(&client.id)),
    );
    if let Some(secret) = &client.secret {
        settings.insert("ClientSecret".to_owned(), json!(secret.as_str()));
    }
    let new = NewClient::new(
        pool,
        checked(Service::UserPools, "CreateUserPoolClient", settings)?,
    )?;
    new.store_as(state, &pool.id, &client.id).await.map(drop)
}

async fn seed_identity_pool(state: &AppState, pool: &IdentityPoolConfig) -> Result<(), ApiError> {
    let service = Service::IdentityPools;
    let id = object(json!({ "IdentityPoolId": pool.id }));
    checked(service, "DescribeIdentityPool", id)?;
    let name = pool.name.as_deref().unwrap_or("identity pool").to_owned();
    let mut settings = pool.settings.clone();
    settings.insert("IdentityPoolName".to_owned(), json!(name));
    let settings = checked(service, "CreateIdentityPool", settings)?;
    let settings = serde_json::from_value(Value::Object(settings))
        .map_err(|_| ApiError::serialization("The settings do not fit."))?;
    let roles = match &pool.roles {
        Some(roles) => {
            let mut roles = roles.clone();
            roles.insert("IdentityPoolId".to_owned(), json!(pool.id));
            let roles = checked(service, "SetIdentityPoolRoles", roles)?;
            let roles: PoolRoles = serde_json::from_value(Value::Object(roles))
                .map_err(|_| ApiError::serialization("The roles do not fit."))?;
            roles.check(state.config.quotas.rules_per_role_mapping)?;
            Some(roles)
        }
        None => None,
    };
    match IdentityPool::find(state, &pool.id).await {
        Ok(mut stored) => {
            stored.set(state, name, settings)?;
            if let Some(roles) = roles {
                stored.roles = roles;
            }
            stored.save(state).await
        }
        Err(error) if error.code == ErrorType::ResourceNotFound => {
            let mut new = IdentityPool::new(state, name, settings)?.with_id(pool.id.clone());
            new.roles = roles.unwrap_or_default();
            new.create(state).await
        }
        Err(error) => Err(error),
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// Checks settings of the configuration as if they came in a request. What a request may hold
/// without effect is an error here: a misspelt setting would leave the pool less strict than
/// somebody believes.
fn checked(
    service: Service,
    operation: &str,
    settings: Map<String, Value>,
) -> Result<Map<String, Value>, ApiError> {
    let given = Value::Object(settings);
    let mut body = given.clone();
    contract::check(service, operation, &mut body)?;
    if let Some(name) = ignored(&given, &body) {
        return Err(ApiError::invalid_parameter(format!(
            "There is no setting named {name}."
        )));
    }
    match body {
        Value::Object(settings) => Ok(settings),
        _ => Err(ApiError::serialization("The settings must be an object.")),
    }
}

/// The first name in `given` that the check took out.
fn ignored(given: &Value, kept: &Value) -> Option<String> {
    match (given, kept) {
        (Value::Object(given), Value::Object(kept)) => {
            given.iter().find_map(|(name, value)| match kept.get(name) {
                None => Some(name.clone()),
                Some(kept) => ignored(value, kept).map(|inner| format!("{name}.{inner}")),
            })
        }
        (Value::Array(given), Value::Array(kept)) => given
            .iter()
            .zip(kept)
            .find_map(|(given, kept)| ignored(given, kept)),
        _ => None,
    }
}
