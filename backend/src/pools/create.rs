//! Making pools and clients.
//!
//! A setting this backend would have to break its word on is refused rather than stored: a pool that
//! says that a trigger decides must not sign people in without it.

use serde_json::{Map, Value};

use super::client::{Client, ClientSettings};
use super::client_secrets::{ClientSecret, ClientSecrets};
use super::mfa::{PoolMfa, PoolMfaChange};
use super::pool::Pool;
use super::{document, first_factor, oauth_settings, schema};
use crate::app::AppState;
use crate::error::ApiError;
use crate::random::{self, NoRandomness};
use crate::resource_servers;
use crate::store::{ClientRow, PoolRow, StoreError};

const DIGITS_AND_LETTERS: &[u8; 62] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS_AND_SMALL_LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A pool that is not stored yet: a name and settings (members of `CreateUserPoolRequest`, checked
/// against their shape).
#[derive(Debug)]
pub struct NewPool {
    name: String,
    document: Map<String, Value>,
    /// `None` leaves what a stored pool has.
    mfa: Option<PoolMfa>,
}

/// A client that is not stored yet (members of `CreateUserPoolClientRequest`).
#[derive(Debug)]
pub struct NewClient {
    name: String,
    document: Map<String, Value>,
    secret: Option<ClientSecret>,
}

/// Checks what a new pool and a changed one have alike.
pub(super) fn check_changeable(
    state: &AppState,
    settings: &Map<String, Value>,
) -> Result<(), ApiError> {
    if let Some(Value::Object(config)) = settings.get("LambdaConfig") {
        state.triggers.check(config)?;
    }
    first_factor::check(settings)
}

/// Checks a client's settings and completes them with the defaults.
pub(super) fn client_document(
    pool: &Pool,
    settings: Map<String, Value>,
    has_secret: bool,
) -> Result<Map<String, Value>, ApiError> {
    let document = document::of_client(settings);
    check_flows(&document)?;
    check_validity(&document)?;
    check_attributes(pool, &document)?;
    oauth_settings::check(&document, has_secret)?;
    let propagates = document.get("EnablePropagateAdditionalUserContextData");
    if propagates == Some(&Value::Bool(true)) && !has_secret {
        return Err(ApiError::invalid_parameter(
            "EnablePropagateAdditionalUserContextData needs a client with a secret.",
        ));
    }
    Ok(document)
}

impl NewPool {
    /// Checks the settings and completes them with the defaults.
    ///
    /// # Errors
    /// `InvalidParameterException` if settings contradict each other or cannot be kept here.
    pub fn new(state: &AppState, mut settings: Map<String, Value>) -> Result<Self, ApiError> {
        let name = take_text(&mut settings, "PoolName")?;
        if has_elements(&settings, "AliasAttributes")
            && has_elements(&settings, "UsernameAttributes")
        {
            return Err(ApiError::invalid_parameter(
                "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
            ));
        }
        check_changeable(state, &settings)?;
        schema::check(&settings, state.config.quotas.custom_attributes_per_pool)?;
        Ok(Self {
            name,
            mfa: PoolMfa::of_new_pool(&settings)?,
            document: document::of_pool(settings),
        })
    }

    /// With these settings of second factors (members of `SetUserPoolMfaConfigRequest`), of which
    /// `CreateUserPool` knows text messages only.
    ///
    /// # Errors
    /// `InvalidParameterException` if MFA is on without a factor.
    pub fn with_mfa(mut self, change: PoolMfaChange) -> Result<Self, ApiError> {
        self.mfa = Some(PoolMfa::default().changed(change)?);
        Ok(self)
    }

    /// Stores it under a new id with new signing keys.
    ///
    /// # Errors
    /// `LimitExceededException` for one pool too many.
    pub async fn store(self, state: &AppState) -> Result<Pool, ApiError> {
        if state.store.count_pools().await? >= state.config.quotas.user_pools {
            return Err(ApiError::limit_exceeded(
                "There are as many user pools as there may be.",
            ));
        }
        let id = format!("local_{}", random_text(DIGITS_AND_LETTERS, 9)?);
        Pool::read(self.store_as(state, &id).await?)
    }

    /// Stores it under this id: makes it with new signing keys, or changes the one that is there, whose
    /// custom attributes stay.
    pub(crate) async fn store_as(
        mut self,
        state: &AppState,
        id: &str,
    ) -> Result<PoolRow, ApiError> {
        let now = state.clock.now();
        if let Some(old) = state.store.pool(id).await? {
            schema::keep_custom(&mut self.document, &Pool::read(old)?.stored_document()?);
        }
        let mfa = self.mfa.as_ref().map(PoolMfa::to_json).transpose()?;
        let row = PoolRow {
            id: id.to_owned(),
            name: self.name,
            settings: Value::Object(self.document).to_string(),
            mfa: mfa.clone().unwrap_or_else(|| "{}".to_owned()),
            sessions: "{}".to_owned(),
            created_at: now,
            updated_at: now,
        };
        if state.store.update_pool(&row).await? {
            if let Some(mfa) = mfa {
                state.store.set_pool_mfa(id, &mfa, now).await?;
            }
            state.clients.forget();
            return Ok(state.store.pool(id).await?.unwrap_or(row));
        }
        let keys = state.keys.generate(id, now)?;
        state.store.insert_pool(&row, &keys).await?;
        Ok(row)
    }
}

impl NewClient {
    /// Checks the settings and completes them with the defaults.
    ///
    /// # Errors
    /// `InvalidParameterException` if settings contradict each other.
    pub fn new(pool: &Pool, mut settings: Map<String, Value>) -> Result<Self, ApiError> {
        let name = take_text(&mut settings, "ClientName")?;
        let secret = match settings.remove("ClientSecret") {
            Some(Value::String(secret)) => Some(ClientSecret::new(secret)),
            _ if settings.get("GenerateSecret") == Some(&Value::Bool(true)) => Some(new_secret()?),
            _ => None,
        };
        Ok(Self {
            name,
            document: client_document(pool, settings, secret.is_some())?,
            secret,
        })
    }

    /// Stores it under a new id.
    ///
    /// # Errors
    /// `LimitExceededException` for one client too many.
    pub async fn store(self, state: &AppState, pool: &Pool) -> Result<Client, ApiError> {
        if state.store.count_clients(&pool.id).await? >= state.config.quotas.clients_per_pool {
            return Err(ApiError::limit_exceeded(
                "The user pool has as many app clients as it may have.",
            ));
        }
        let id = random_text(DIGITS_AND_SMALL_LETTERS, 26)?;
        Client::read(&state.sealer, self.store_as(state, &pool.id, &id).await?)
    }

    /// Stores it under this id: makes it, or changes the one that is there. A secret that is one of that
    /// client's already takes none away that was added meanwhile.
    pub(crate) async fn store_as(
        self,
        state: &AppState,
        pool_id: &str,
        id: &str,
    ) -> Result<ClientRow, ApiError> {
        let scopes = oauth_settings::scopes_of(&self.document);
        resource_servers::check(state, pool_id, &scopes).await?;
        oauth_settings::check_providers(state, pool_id, &self.document).await?;
        let now = state.clock.now();
        let old = match state.store.client(id).await? {
            Some(row) if row.pool_id == pool_id => Client::read(&state.sealer, row)?.secrets,
            _ => ClientSecrets::default(),
        };
        let secrets = match self.secret {
            Some(secret) if old.match_any(secret.secret()) => old,
            Some(secret) => ClientSecrets::of_new(secret, now),
            None => ClientSecrets::default(),
        };
        let row = ClientRow {
            id: id.to_owned(),
            pool_id: pool_id.to_owned(),
            name: self.name,
            settings: Value::Object(self.document).to_string(),
            secret: secrets.seal(&state.sealer, pool_id, id)?,
            sessions: "{}".to_owned(),
            created_at: now,
            updated_at: now,
        };
        if state.store.update_client(&row).await? {
            state.clients.forget();
            return Ok(row);
        }
        match state.store.insert_client(&row).await {
            // The id belongs to a client of another pool.
            Err(StoreError::Exists(_)) => Err(ApiError::invalid_parameter(format!(
                "The client id {id} is taken by another pool."
            ))),
            stored => stored.map(|()| row).map_err(ApiError::from),
        }
    }
}

fn check_flows(document: &Map<String, Value>) -> Result<(), ApiError> {
    let Some(Value::Array(flows)) = document.get("ExplicitAuthFlows") else {
        return Ok(());
    };
    let is_new = |flow: &Value| flow.as_str().is_some_and(|flow| flow.starts_with("ALLOW_"));
    if flows.iter().any(is_new) && !flows.iter().all(is_new) {
        return Err(ApiError::invalid_parameter(
            "ExplicitAuthFlows cannot mix flows with and without the prefix ALLOW_.",
        ));
    }
    Ok(())
}

fn check_validity(document: &Map<String, Value>) -> Result<(), ApiError> {
    let settings: ClientSettings = serde_json::from_value(Value::Object(document.clone()))
        .map_err(|_| ApiError::invalid_parameter("The client's settings do not fit together."))?;
    let short = 5 * MINUTE..=DAY;
    for (name, seconds, range) in [
        (
            "AccessTokenValidity",
            settings.access_token_seconds(),
            short.clone(),
        ),
        ("IdTokenValidity", settings.id_token_seconds(), short),
        (
            "RefreshTokenValidity",
            settings.refresh_token_seconds(),
            HOUR..=3650 * DAY,
        ),
    ] {
        if !range.contains(&seconds) {
            return Err(ApiError::invalid_parameter(format!(
                "{name}: {seconds} seconds are not within {} and {}.",
                range.start(),
                range.end()
            )));
        }
    }
    Ok(())
}

fn check_attributes(pool: &Pool, document: &Map<String, Value>) -> Result<(), ApiError> {
    for (member, word) in [("ReadAttributes", "read"), ("WriteAttributes", "write")] {
        let Some(Value::Array(names)) = document.get(member) else {
            continue;
        };
        let is_known = |name: &Value| {
            pool.settings
                .schema()
                .iter()
                .any(|attribute| *name == attribute.name.as_str())
        };
        if !names.iter().all(is_known) {
            return Err(ApiError::invalid_parameter(format!(
                "Invalid {word} attributes specified while creating a client"
            )));
        }
    }
    let Some(Value::Array(names)) = document.get("WriteAttributes") else {
        return Ok(());
    };
    let never = [
        "sub",
        "email_verified",
        "phone_number_verified",
        "identities",
    ];
    let is_refused = |name: &str| never.contains(&name) || schema::is_developer_only(name);
    let lists = |wanted: &str| names.iter().any(|name| name == wanted);
    let required = pool.settings.schema().iter().filter(|attribute| {
        // Nobody could sign up.
        attribute.required && attribute.name != "sub"
    });
    if names.iter().filter_map(Value::as_str).any(is_refused)
        || (!names.is_empty() && !required.map(|a| a.name.as_str()).all(lists))
    {
        return Err(ApiError::invalid_parameter(
            "Invalid write attributes specified while creating a client",
        ));
    }
    Ok(())
}

fn has_elements(settings: &Map<String, Value>, member: &str) -> bool {
    settings
        .get(member)
        .and_then(Value::as_array)
        .is_some_and(|elements| !elements.is_empty())
}

fn take_text(settings: &mut Map<String, Value>, member: &str) -> Result<String, ApiError> {
    match settings.remove(member) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(ApiError::invalid_parameter(format!("{member} is missing."))),
    }
}

/// A client's new secret.
pub(super) fn new_secret() -> Result<ClientSecret, NoRandomness> {
    random_text(DIGITS_AND_SMALL_LETTERS, 51).map(ClientSecret::new)
}

/// Random characters of an alphabet, each as likely as the others.
fn random_text(alphabet: &[u8], length: usize) -> Result<String, NoRandomness> {
    (0..length)
        .map(|_| Ok(char::from(alphabet[random::below(alphabet.len())?])))
        .collect()
}
