//! Logins and identities: which one logins lead to, new ones, merging, unlinking.
//!
//! [`plan`] decides from what was read, the database carries it out if nothing changed meanwhile, else it is
//! read and decided again.

mod plan;

use serde::Serialize;

use super::logins::VerifiedLogin;
use super::pool::IdentityPool;
use super::{REGION, find, new_id, not_found};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::limits::{self, Hourly};
use crate::seal::Place;
use crate::store::{IdentityChange, IdentityLoginRow, IdentityRow};
use plan::{Given, Known, Refusal, plan};

pub use plan::Authority;

/// How often a change is decided again because of others.
const TRIES: u32 = 5;

/// An identity as it is described.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct IdentityDescription {
    identity_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logins: Vec<String>,
    creation_date: i64,
    last_modified_date: i64,
}

/// A new guest.
///
/// # Errors
/// `NotAuthorizedException` if the pool has no guests, `LimitExceededException` if this caller made as many
/// as one address may.
pub async fn new_guest(
    state: &AppState,
    caller: &Caller,
    pool: &IdentityPool,
) -> Result<String, ApiError> {
    check_guests(pool)?;
    limits::count(state, caller, Hourly::Guest, &pool.id, "").await?;
    let new = new_identity(state, &pool.id);
    let id = new.id.clone();
    let change = IdentityChange {
        new: Some(new),
        ..IdentityChange::default()
    };
    let now = state.clock.now();
    state
        .store
        .change_identities(&pool.id, &change, now)
        .await?;
    Ok(id)
}

/// Whether the pool has guests.
///
/// # Errors
/// `NotAuthorizedException`
pub fn check_guests(pool: &IdentityPool) -> Result<(), ApiError> {
    match pool.settings.allow_unauthenticated_identities {
        true => Ok(()),
        false => Err(ApiError::not_authorized(
            "Unauthenticated access is not supported for this identity pool.",
        )),
    }
}

/// The identity that these logins lead to, one at least; they lead there from now on. `wanted` is the identity
/// that somebody says it is.
///
/// # Errors
/// `ResourceConflictException` if they lead to several, `NotAuthorizedException` if they do not lead to
/// the one that is wanted, `ResourceNotFoundException` if that is none of the pool's.
pub async fn resolve(
    state: &AppState,
    pool: &IdentityPool,
    wanted: Option<&str>,
    logins: &[VerifiedLogin],
    authority: Authority,
) -> Result<String, ApiError> {
    for _ in 0..TRIES {
        let wanted = match wanted {
            Some(id) => Some(known(state, pool, id).await?),
            None => None,
        };
        let mut given = Vec::with_capacity(logins.len());
        for login in logins {
            given.push(read(state, pool, login).await?);
        }
        let most = state.config.quotas.logins_per_identity;
        let decided = plan(wanted.as_ref(), &given, authority, most).map_err(refused)?;
        let new = match decided.target {
            Some(_) => None,
            None => Some(new_identity(state, &pool.id)),
        };
        let target = decided.target.or_else(|| Some(new.as_ref()?.id.clone()));
        let target = target.unwrap_or_default();
        let link = decided.link.into_iter().map(|login| IdentityLoginRow {
            identity_id: target.clone(),
            ..login
        });
        let change = IdentityChange {
            new,
            link: link.collect(),
            unlink: Vec::new(),
            disable: decided.disable,
        };
        let now = state.clock.now();
        if change == IdentityChange::default()
            || state
                .store
                .change_identities(&pool.id, &change, now)
                .await?
        {
            return Ok(target);
        }
    }
    Err(busy())
}

/// Takes these logins off an identity; who took the last one off has left it for good.
///
/// # Errors
/// `NotAuthorizedException` if one does not lead there.
pub async fn unlink(
    state: &AppState,
    identity: &IdentityRow,
    is_meant: impl Fn(&IdentityLoginRow) -> bool + Send + Sync,
) -> Result<(), ApiError> {
    for _ in 0..TRIES {
        let logins = state.store.identity_logins(&identity.id).await?;
        let (unlink, left): (Vec<_>, Vec<_>) = logins.into_iter().partition(&is_meant);
        if unlink.is_empty() {
            return Err(forbidden());
        }
        let change = IdentityChange {
            unlink,
            disable: left.is_empty().then(|| identity.id.clone()),
            ..IdentityChange::default()
        };
        let now = state.clock.now();
        if state
            .store
            .change_identities(&identity.pool_id, &change, now)
            .await?
        {
            return Ok(());
        }
    }
    Err(busy())
}

/// Gives all logins of one identity to another, which the first is from now on.
///
/// # Errors
/// `ResourceConflictException` if both have a login of the same public provider, or one would have more than
/// it may have.
pub async fn merge(
    state: &AppState,
    pool: &IdentityPool,
    source: &str,
    destination: &str,
) -> Result<(), ApiError> {
    for _ in 0..TRIES {
        let moved = state.store.identity_logins(source).await?;
        let kept = state.store.identity_logins(destination).await?;
        let is_public = |login: &&IdentityLoginRow| login.developer_user.is_none();
        let mut both = moved.iter().filter(is_public);
        let is_in_both = |login: &IdentityLoginRow| {
            let mut kept = kept.iter().filter(is_public);
            kept.any(|other| other.provider == login.provider)
        };
        if both.any(is_in_both) {
            return Err(refused(Refusal::Conflict));
        }
        if moved.len() + kept.len() > state.config.quotas.logins_per_identity {
            return Err(refused(Refusal::TooMany));
        }
        let link = moved.iter().map(|login| IdentityLoginRow {
            identity_id: destination.to_owned(),
            ..login.clone()
        });
        let change = IdentityChange {
            new: None,
            link: link.collect(),
            unlink: moved,
            disable: Some(source.to_owned()),
        };
        let now = state.clock.now();
        if state
            .store
            .change_identities(&pool.id, &change, now)
            .await?
        {
            return Ok(());
        }
    }
    Err(busy())
}

/// What is known of an identity.
///
/// # Errors
/// For no fault of the caller's.
pub async fn describe(
    state: &AppState,
    identity: IdentityRow,
) -> Result<IdentityDescription, ApiError> {
    let logins = state.store.identity_logins(&identity.id).await?;
    let mut logins: Vec<_> = logins.into_iter().map(|login| login.provider).collect();
    logins.dedup();
    Ok(IdentityDescription {
        identity_id: identity.id,
        logins,
        creation_date: identity.created_at,
        last_modified_date: identity.updated_at,
    })
}

/// Where a developer's id of a user is sealed.
pub(super) fn developer_place<'a>(pool_id: &'a str, provider: &'a str) -> Place<'a> {
    Place {
        table: "identity_logins",
        column: "developer_user",
        row: provider,
        pool: pool_id,
    }
}

async fn known(state: &AppState, pool: &IdentityPool, id: &str) -> Result<Known, ApiError> {
    let identity = find(state, id).await?;
    if identity.pool_id != pool.id {
        return Err(not_found(id));
    }
    let logins = state.store.identity_logins(id).await?;
    Ok(Known { identity, logins })
}

async fn read(
    state: &AppState,
    pool: &IdentityPool,
    login: &VerifiedLogin,
) -> Result<Given, ApiError> {
    let subject = login.subject_hash(state, &pool.id);
    let stored = state
        .store
        .identity_login(&pool.id, &login.provider, &subject);
    let owner = stored.await?.map(|row| row.identity_id);
    let developer_user = match login.is_developer {
        true => {
            let place = developer_place(&pool.id, &login.provider);
            Some(state.sealer.seal(place, login.subject.as_bytes())?)
        }
        false => None,
    };
    let login = IdentityLoginRow {
        provider: login.provider.clone(),
        subject,
        identity_id: String::new(),
        developer_user,
    };
    Ok(Given { login, owner })
}

fn new_identity(state: &AppState, pool_id: &str) -> IdentityRow {
    let now = state.clock.now();
    // Clients take the region from the id, of the pool and of the identity alike.
    let region = pool_id.split(':').next().unwrap_or(REGION);
    IdentityRow {
        id: new_id(region),
        pool_id: pool_id.to_owned(),
        disabled: false,
        created_at: now,
        updated_at: now,
        guest_seen_at: Some(now),
    }
}

fn refused(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::Conflict => {
            ApiError::resource_conflict("A login is already linked to another identity.")
        }
        Refusal::TooMany => {
            ApiError::resource_conflict("The identity would have more logins than it may have.")
        }
        Refusal::Forbidden => forbidden(),
        Refusal::Gone(id) => not_found(&id),
    }
}

fn forbidden() -> ApiError {
    ApiError::not_authorized(
        "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    )
}

fn busy() -> ApiError {
    ApiError::too_many_requests("The identity is being changed by other requests.")
}
