//! Which scopes exist.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::app::AppState;
use crate::error::ApiError;
use crate::scope::{CustomScope, Scope, Scopes};

/// Those of these scopes that exist in the pool now.
///
/// # Errors
/// For no fault of the caller's.
pub async fn existing(
    state: &AppState,
    pool_id: &str,
    scopes: &Scopes,
) -> Result<Scopes, ApiError> {
    // Most clients have none: no question to the database for them.
    let identifiers: BTreeSet<&str> = scopes.custom().map(CustomScope::resource_server).collect();
    let mut words = BTreeSet::new();
    for identifier in identifiers {
        if let Some(row) = state.store.resource_server(pool_id, identifier).await? {
            let named: Vec<Named> =
                serde_json::from_str(&row.scopes).map_err(|error| ApiError::internal(&error))?;
            let word = |scope: Named| format!("{identifier}/{}", scope.scope_name);
            words.extend(named.into_iter().map(word));
        }
    }
    let exists = |scope: &&Scope| match scope {
        Scope::Custom(_) => words.contains(scope.name()),
        _ => true,
    };
    Ok(scopes.iter().filter(exists).cloned().collect())
}

/// Checks that a client may be given these scopes.
///
/// # Errors
/// `ScopeDoesNotExistException`
pub async fn check(state: &AppState, pool_id: &str, scopes: &Scopes) -> Result<(), ApiError> {
    let existing = existing(state, pool_id, scopes).await?;
    match scopes.iter().find(|scope| !existing.has(scope)) {
        None => Ok(()),
        Some(scope) => Err(ApiError::scope_does_not_exist(format!(
            "The resource server of scope {} does not exist or has no such scope.",
            scope.name()
        ))),
    }
}

/// What matters here of a stored scope.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    scope_name: String,
}
