//! Identities of a developer's own users: the developer's backend vouches for them, with signed requests.

use std::collections::BTreeMap;

use super::linking::{Authority, developer_place, merge, resolve, unlink};
use super::logins::{Logins, VerifiedLogin, verify};
use super::open_id_token::{self, Subject};
use super::pool::IdentityPool;
use super::{claims::Claims, find, not_found, principal_tags};
use crate::app::{AppState, Caller};
use crate::error::{ApiError, ErrorType};
use crate::store::IdentityRow;

/// Characters of a developer's id of a user.
const LONGEST_USER: usize = 1024;

/// A token for a user of the developer's, and the identity that it is for.
///
/// # Errors
/// `DeveloperUserAlreadyRegisteredException` if the user has another identity.
pub async fn token(
    state: &AppState,
    caller: &Caller,
    pool: &IdentityPool,
    identity_id: Option<&str>,
    mut logins: Logins,
    tags: &BTreeMap<String, String>,
    lifetime: i64,
) -> Result<(String, String), ApiError> {
    principal_tags::check(tags)?;
    let provider = provider(pool)?;
    let user = logins.remove(provider).ok_or_else(|| {
        ApiError::invalid_parameter("Logins must have the developer provider of the identity pool.")
    })?;
    let mut verified = vec![login(provider, user.secret())?];
    verified.extend(verify(state, caller, pool, &logins).await?);
    let resolved = resolve(
        state,
        pool,
        identity_id,
        &verified,
        Authority::Administrator,
    )
    .await;
    let is_only = verified.len() == 1;
    let identity_id = resolved.map_err(|error| match error.code {
        ErrorType::ResourceConflict if is_only => ApiError::developer_user_already_registered(
            "The developer user identifier is already registered with another identity.",
        ),
        _ => error,
    })?;
    let amr = open_id_token::amr(&pool.id, &verified);
    let subject = Subject {
        pool_id: &pool.id,
        identity_id: &identity_id,
        amr: &amr,
        tags,
        is_developers: true,
    };
    let token = open_id_token::issue(state, subject, lifetime).await?;
    Ok((identity_id, token))
}

/// What is to be looked up: one of them, or both.
#[derive(Debug, Clone, Copy)]
pub struct Looked<'a> {
    /// An identity.
    pub identity_id: Option<&'a str>,
    /// A user of the developer's.
    pub user: Option<&'a str>,
}

/// The identity, and all of the developer's users that it is, in order.
///
/// # Errors
/// `ResourceConflictException` if user and identity do not belong together, `ResourceNotFoundException`
/// if there is none.
pub async fn look_up(
    state: &AppState,
    pool: &IdentityPool,
    looked: Looked<'_>,
) -> Result<(String, Vec<String>), ApiError> {
    let of_user = match looked.user {
        Some(user) => Some(identity_of(state, pool, user).await?),
        None => None,
    };
    let identity_id = match (looked.identity_id, of_user) {
        (None, None) => {
            return Err(ApiError::invalid_parameter(
                "IdentityId or DeveloperUserIdentifier is required.",
            ));
        }
        (Some(given), None) => {
            let identity = find(state, given).await?;
            of_pool(pool, &identity)?;
            identity.id
        }
        (Some(given), Some(of_user)) if given != of_user => {
            return Err(ApiError::resource_conflict(
                "The developer user identifier is that of another identity.",
            ));
        }
        (_, Some(of_user)) => of_user,
    };
    let mut users = Vec::new();
    for login in state.store.identity_logins(&identity_id).await? {
        if let Some(sealed) = &login.developer_user {
            let place = developer_place(&pool.id, &login.provider);
            let user = state.sealer.open(place, sealed)?;
            users.push(String::from_utf8_lossy(&user).into_owned());
        }
    }
    users.sort();
    Ok((identity_id, users))
}

/// Makes two users of the developer's one: the identity of the first becomes that of the second.
///
/// # Errors
/// `ResourceNotFoundException` if one has none, `ResourceConflictException` as [`merge`] says.
pub async fn merge_users(
    state: &AppState,
    pool: &IdentityPool,
    provider_name: &str,
    source: &str,
    destination: &str,
) -> Result<String, ApiError> {
    check_provider(pool, provider_name)?;
    let source = identity_of(state, pool, source).await?;
    let destination = identity_of(state, pool, destination).await?;
    if source != destination {
        merge(state, pool, &source, &destination).await?;
    }
    Ok(destination)
}

/// Takes a user of the developer's off an identity.
///
/// # Errors
/// `ResourceNotFoundException` if it is not that identity's.
pub async fn unlink_user(
    state: &AppState,
    pool: &IdentityPool,
    provider_name: &str,
    identity_id: &str,
    user: &str,
) -> Result<(), ApiError> {
    check_provider(pool, provider_name)?;
    let identity = find(state, identity_id).await?;
    of_pool(pool, &identity)?;
    let login = login(provider_name, user)?;
    let subject = login.subject_hash(state, &pool.id);
    let is_meant = |row: &crate::store::IdentityLoginRow| {
        row.provider == provider_name && row.subject == subject
    };
    match unlink(state, &identity, is_meant).await {
        Err(error) if error.code == ErrorType::NotAuthorized => Err(user_not_found()),
        done => done,
    }
}

async fn identity_of(
    state: &AppState,
    pool: &IdentityPool,
    user: &str,
) -> Result<String, ApiError> {
    let login = login(provider(pool)?, user)?;
    let subject = login.subject_hash(state, &pool.id);
    let row = state
        .store
        .identity_login(&pool.id, &login.provider, &subject)
        .await?;
    Ok(row.ok_or_else(user_not_found)?.identity_id)
}

fn provider(pool: &IdentityPool) -> Result<&str, ApiError> {
    let name = pool.settings.developer_provider_name.as_deref();
    name.ok_or_else(|| ApiError::invalid_parameter("The identity pool has no developer provider."))
}

fn check_provider(pool: &IdentityPool, name: &str) -> Result<(), ApiError> {
    match provider(pool)? == name {
        true => Ok(()),
        false => Err(ApiError::invalid_parameter(
            "It is not the developer provider of the identity pool.",
        )),
    }
}

fn of_pool(pool: &IdentityPool, identity: &IdentityRow) -> Result<(), ApiError> {
    match identity.pool_id == pool.id {
        true => Ok(()),
        false => Err(not_found(&identity.id)),
    }
}

fn login(provider: &str, user: &str) -> Result<VerifiedLogin, ApiError> {
    if user.chars().count() > LONGEST_USER {
        return Err(ApiError::invalid_parameter(
            "The developer user identifier is too long.",
        ));
    }
    Ok(VerifiedLogin {
        provider: provider.to_owned(),
        subject: user.to_owned(),
        client: String::new(),
        claims: Claims::new(),
        is_developer: true,
    })
}

fn user_not_found() -> ApiError {
    ApiError::resource_not_found("The developer user identifier is not registered.")
}
