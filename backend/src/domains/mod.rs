//! Domains: `CreateUserPoolDomain` and its siblings. A pool has one prefix and one host name of the
//! operator's own at most.
//!
//! # Limits
//! They are records: this backend's login domain is its public address, whatever the pools' domains
//! are called. Certificates and routes are kept and not used.

use serde_json::{Map, Value};

use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;
pub use crate::store::DomainRow as Domain;
use crate::store::StoreError;

/// Words that a prefix must not have.
const RESERVED: [&str; 3] = ["aws", "amazon", "cognito"];

/// `CreateUserPoolDomain`. `settings` are its members besides the names.
///
/// # Errors
/// `InvalidParameterException` for a name that is taken or not allowed, or a second domain of a kind.
pub async fn create(
    state: &AppState,
    pool: &Pool,
    domain: String,
    settings: &Map<String, Value>,
) -> Result<Domain, ApiError> {
    let is_custom = settings.contains_key("CustomDomainConfig");
    check_name(&domain, is_custom)?;
    check(settings)?;
    let of_pool = state.store.domains_of_pool(&pool.id).await?;
    if of_pool.iter().any(|other| other.is_custom == is_custom) {
        return Err(ApiError::invalid_parameter(
            "User pool already has a domain configured.",
        ));
    }
    let now = state.clock.now();
    let row = Domain {
        domain,
        pool_id: pool.id.clone(),
        is_custom,
        settings: Value::Object(settings.clone()).to_string(),
        created_at: now,
        updated_at: now,
    };
    match state.store.insert_domain(&row).await {
        Err(StoreError::Exists(_)) => Err(ApiError::invalid_parameter(
            "Domain already associated with another user pool.",
        )),
        outcome => outcome.map(|()| row).map_err(ApiError::from),
    }
}

/// `UpdateUserPoolDomain`: what is not given stays as it is.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` if a prefix would become a host name.
pub async fn update(
    state: &AppState,
    pool: &Pool,
    domain: &str,
    settings: &Map<String, Value>,
) -> Result<Domain, ApiError> {
    check(settings)?;
    let row = state.store.domain(domain).await?;
    let mut row = row
        .filter(|row| row.pool_id == pool.id)
        .ok_or_else(not_found)?;
    if settings.contains_key("CustomDomainConfig") && !row.is_custom {
        return Err(ApiError::invalid_parameter(
            "CustomDomainConfig cannot be given to a domain prefix.",
        ));
    }
    let mut kept = row.document()?;
    kept.extend(settings.clone());
    row.settings = Value::Object(kept).to_string();
    row.updated_at = state.clock.now();
    if state.store.update_domain(&row).await? {
        Ok(row)
    } else {
        Err(not_found())
    }
}

/// `DeleteUserPoolDomain`
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn delete(state: &AppState, pool: &Pool, domain: &str) -> Result<(), ApiError> {
    if state.store.delete_domain(&pool.id, domain).await? {
        Ok(())
    } else {
        Err(not_found())
    }
}

impl Domain {
    /// Its settings, as they are answered.
    ///
    /// # Errors
    /// If what is stored is no longer JSON.
    pub fn document(&self) -> Result<Map<String, Value>, ApiError> {
        serde_json::from_str(&self.settings).map_err(|error| ApiError::internal(&error))
    }
}

fn check_name(domain: &str, is_custom: bool) -> Result<(), ApiError> {
    if is_custom != domain.contains('.') {
        return Err(ApiError::invalid_parameter(
            "A domain of your own is a host name and has CustomDomainConfig; a prefix has neither dots nor that.",
        ));
    }
    match RESERVED.iter().find(|word| domain.contains(*word)) {
        Some(word) if !is_custom => Err(ApiError::invalid_parameter(format!(
            "Domain cannot contain reserved word: {word}"
        ))),
        _ => Ok(()),
    }
}

fn check(settings: &Map<String, Value>) -> Result<(), ApiError> {
    match settings.get("ManagedLoginVersion").and_then(Value::as_i64) {
        None | Some(1 | 2) => Ok(()),
        Some(_) => Err(ApiError::invalid_parameter(
            "ManagedLoginVersion must be 1 or 2.",
        )),
    }
}

fn not_found() -> ApiError {
    ApiError::resource_not_found("No such domain or user pool exists.")
}
