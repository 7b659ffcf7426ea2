//! Changing pools and clients: `UpdateUserPool`, `AddCustomAttributes`, tags, `UpdateUserPoolClient`.
//!
//! An update replaces all settings: what a request does not name gets the service's default, except the
//! name and the tags (`docs/decisions/0023`). What a pool was made with stays: schema, what people sign in
//! with, whether case counts.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::create::{check_changeable, client_document};
use super::{Client, Pool, PoolMfa, document, find_pool, oauth_settings, schema};
use crate::app::AppState;
use crate::error::ApiError;
use crate::resource_servers;
use crate::store::PoolRow;

/// What no update changes.
const FIXED: [&str; 4] = [
    "SchemaAttributes",
    "UsernameAttributes",
    "AliasAttributes",
    "UsernameConfiguration",
];
const TAGS: &str = "UserPoolTags";
/// What tags must not begin with: these are the service's.
const RESERVED_TAG: &str = "aws:";

/// `UpdateUserPool` (members of its request).
///
/// # Errors
/// `InvalidParameterException` if settings cannot be kept here, `ConcurrentModificationException` if somebody
/// else changes the pool.
pub async fn update(
    state: &AppState,
    pool: &Pool,
    mut settings: Map<String, Value>,
) -> Result<(), ApiError> {
    settings.remove("UserPoolId");
    let name = match settings.remove("PoolName") {
        Some(Value::String(name)) => name,
        _ => pool.name.clone(),
    };
    check_changeable(state, &settings)?;
    check_tags(state, settings.get(TAGS))?;
    let mfa = pool.mfa.updated_with_pool(&settings)?;
    let old = pool.stored_document()?;
    let mut document = document::of_pool(settings);
    for member in FIXED {
        match old.get(member) {
            Some(value) => document.insert(member.to_owned(), value.clone()),
            None => document.remove(member),
        };
    }
    if let (None, Some(tags)) = (document.get(TAGS), old.get(TAGS)) {
        document.insert(TAGS.to_owned(), tags.clone());
    }
    if replace(state, pool, name, &document, &mfa).await? {
        return Ok(());
    }
    Err(ApiError::concurrent_modification(
        "The user pool is being changed by another request.",
    ))
}

/// `AddCustomAttributes`
///
/// # Errors
/// `InvalidParameterException` for one that cannot be or is there already, or too many.
pub async fn add_custom_attributes(
    state: &AppState,
    pool_id: &str,
    attributes: &[Value],
) -> Result<(), ApiError> {
    let most = state.config.quotas.custom_attributes_per_pool;
    change(state, pool_id, |document| {
        schema::add(document, attributes, most)
    })
    .await
}

/// `TagResource`: adds tags, replacing those of the same name.
///
/// # Errors
/// `InvalidParameterException` for names that are the service's, or too many tags.
pub async fn tag(
    state: &AppState,
    pool_id: &str,
    tags: &BTreeMap<String, String>,
) -> Result<(), ApiError> {
    change(state, pool_id, |document| {
        let mut all = tags_of(document);
        all.extend(tags.clone());
        check_tags(state, Some(&json!(all)))?;
        document.insert(TAGS.to_owned(), json!(all));
        Ok(())
    })
    .await
}

/// `UntagResource`: takes tags away; those that are not there are no error.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn untag(state: &AppState, pool_id: &str, names: &[String]) -> Result<(), ApiError> {
    change(state, pool_id, |document| {
        let mut all = tags_of(document);
        all.retain(|name, _| !names.contains(name));
        document.insert(TAGS.to_owned(), json!(all));
        Ok(())
    })
    .await
}

/// A pool's tags.
///
/// # Errors
/// If what is stored is no longer JSON.
pub fn tags(pool: &Pool) -> Result<BTreeMap<String, String>, ApiError> {
    Ok(tags_of(&pool.stored_document()?))
}

/// `UpdateUserPoolClient` (members of its request). Its secrets stay.
///
/// # Errors
/// `InvalidParameterException` if settings contradict each other.
pub async fn update_client(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    mut settings: Map<String, Value>,
) -> Result<(), ApiError> {
    settings.remove("ClientId");
    let name = match settings.remove("ClientName") {
        Some(Value::String(name)) => name,
        _ => client.name.clone(),
    };
    let document = client_document(pool, settings, !client.secrets.is_empty())?;
    let scopes = oauth_settings::scopes_of(&document);
    resource_servers::check(state, &pool.id, &scopes).await?;
    oauth_settings::check_providers(state, &pool.id, &document).await?;
    let settings = Value::Object(document).to_string();
    let now = state.clock.now();
    let store = &state.store;
    let is_there = store
        .set_client_settings(&pool.id, &client.id, &name, &settings, now)
        .await?;
    state.clients.forget();
    if is_there {
        Ok(())
    } else {
        Err(super::client_not_found(&client.id))
    }
}

/// Changes a pool's document; read again and tried again if somebody else changed it meanwhile.
async fn change(
    state: &AppState,
    pool_id: &str,
    change: impl Fn(&mut Map<String, Value>) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    const TRIES: u32 = 5;
    for _ in 0..TRIES {
        let pool = find_pool(state, pool_id).await?;
        let mut document = pool.stored_document()?;
        change(&mut document)?;
        if replace(state, &pool, pool.name.clone(), &document, &pool.mfa).await? {
            return Ok(());
        }
    }
    Err(ApiError::too_many_requests(
        "The user pool is being changed by other requests.",
    ))
}

/// Whether the pool was still as it was read.
async fn replace(
    state: &AppState,
    pool: &Pool,
    name: String,
    document: &Map<String, Value>,
    mfa: &PoolMfa,
) -> Result<bool, ApiError> {
    let row = PoolRow {
        id: pool.id.clone(),
        name,
        settings: serde_json::to_string(document).map_err(|error| ApiError::internal(&error))?,
        mfa: mfa.to_json()?,
        sessions: pool.sessions.to_json()?,
        created_at: pool.created_at,
        updated_at: state.clock.now(),
    };
    let is_replaced = state.store.replace_pool(&row, pool.stored_text()).await?;
    state.clients.forget();
    Ok(is_replaced)
}

fn tags_of(document: &Map<String, Value>) -> BTreeMap<String, String> {
    let tags = document.get(TAGS).and_then(Value::as_object);
    let texts = tags.into_iter().flatten();
    texts
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn check_tags(state: &AppState, tags: Option<&Value>) -> Result<(), ApiError> {
    let Some(Value::Object(tags)) = tags else {
        return Ok(());
    };
    if tags.len() > state.config.quotas.tags_per_pool {
        return Err(ApiError::invalid_parameter(
            "The user pool would have more tags than it may have.",
        ));
    }
    if tags.keys().any(|name| name.starts_with(RESERVED_TAG)) {
        return Err(ApiError::invalid_parameter(
            "Names of tags must not begin with aws:.",
        ));
    }
    Ok(())
}
