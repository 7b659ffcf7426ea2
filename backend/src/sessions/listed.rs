//! Sessions as people and administrators see them: `ListUserSessions`, `RevokeUserSession` and the
//! administrators' variants.
//!
//! # What there is
//! A session of tokens per sign-in of an app, and a browser's session on the login domain, from which
//! apps' sessions come. In pools that track them only (`SetUserPoolSessionConfiguration`).
//!
//! # Security model
//! - A session is found only together with its user: another's, an ended one and one that never was are answered
//!   in the same words.
//! - Where somebody signs in from is personal: the address is kept only in pools that write events down
//!   ([`audit::asks_for_events`]), sealed to its row, and forgotten with it.
//! - A session that was ended is refused at once, at refreshes as at operations with its access token.
//!
//! # Limits
//! When a session was last used is known to a minute, and for tokens means a refresh: who verifies access tokens by
//! themselves tells us nothing. Places are not looked up (`LastLocation` is absent).

use std::net::IpAddr;

use uuid::Uuid;

use super::SessionId;
use crate::app::AppState;
use crate::audit;
use crate::devices;
use crate::error::{ApiError, ErrorType};
use crate::pools::Pool;
use crate::seal::Place;
use crate::store::{FamilyRow, SessionRow, SessionsAfter};
use crate::users::User;

/// How much older than now the time of a session's last use may be before it is written again, in seconds.
const PRECISION_SECONDS: i64 = 60;

/// A session that is not over.
#[derive(Debug)]
pub struct Session {
    /// Its name.
    pub id: SessionId,
    /// The app client; `None` for a browser's, which is all clients'.
    pub client_id: Option<String>,
    /// Seconds since 1970.
    pub started_at: i64,
    /// When it was last used, seconds since 1970.
    pub last_active_at: i64,
    /// What its device is called.
    pub device_name: Option<String>,
    /// The address it was last used from.
    pub last_address: Option<String>,
    /// The browser's session that it came from.
    pub sso: Option<SessionId>,
}

/// A page of a user's sessions.
#[derive(Debug)]
pub struct Page {
    /// The newest first.
    pub sessions: Vec<Session>,
    /// Where the next page begins, unless this is the last.
    pub next: Option<SessionsAfter>,
}

/// Whether a session that is ended takes those along that it is linked to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Associated {
    /// It ends alone.
    #[default]
    None,
    /// A session of tokens with the browser's session that it came from, a browser's with those that came from it.
    Linked,
}

/// Up to `limit` of a user's sessions, after those of the page before.
///
/// # Errors
/// `OperationNotEnabledException` if the pool does not track sessions.
pub async fn list(
    state: &AppState,
    pool: &Pool,
    user: &User,
    after: Option<&SessionsAfter>,
    limit: usize,
) -> Result<Page, ApiError> {
    check_tracked(pool)?;
    let one_more = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let now = state.clock.now();
    let mut rows = state
        .store
        .sessions_of(&pool.id, &user.username, now, after, one_more)
        .await?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().map(SessionRow::position).filter(|_| has_more);
    let mut sessions = Vec::with_capacity(rows.len());
    for row in rows {
        sessions.push(read(state, user, row).await?);
    }
    Ok(Page { sessions, next })
}

/// Ends one of a user's sessions. `own` is the `origin_jti` of whoever asks, if it is the user.
///
/// # Errors
/// `OperationNotEnabledException` if the pool does not track sessions, `ResourceNotFoundException` if the user
/// has no such session (any more), `InvalidParameterException` for the one that asks.
pub async fn revoke_one(
    state: &AppState,
    pool: &Pool,
    user: &User,
    id: &str,
    own: Option<&str>,
    associated: Associated,
) -> Result<(), ApiError> {
    check_tracked(pool)?;
    let id = SessionId::parse(id).ok_or_else(unknown)?;
    let now = state.clock.now();
    let (pool_id, username) = (&pool.id, &user.username);
    match id {
        SessionId::Token(id) => {
            let jti = id.to_string();
            if own == Some(jti.as_str()) {
                return Err(not_itself());
            }
            let family = state.store.family(&jti).await?.filter(|family| {
                family.pool_id == *pool_id
                    && family.username == *username
                    && family.revoked_at.is_none()
                    && family.expires_at > now
            });
            let family = family.ok_or_else(unknown)?;
            state.store.revoke_family(&jti, now).await?;
            end_parent(state, pool, &family, associated).await
        }
        SessionId::Sso(id) => {
            let id = id.to_string();
            end_browsers(state, (pool_id, username), &id, None, associated).await
        }
    }
}

/// Ends a user's session of a browser, by its id in the database. `own` is the one of whoever asks, if it is the user.
///
/// # Errors
/// `ResourceNotFoundException` if the user has no such session (any more), `InvalidParameterException` for the one that asks.
pub async fn end_browsers(
    state: &AppState,
    (pool_id, username): (&str, &str),
    id: &str,
    own: Option<&str>,
    associated: Associated,
) -> Result<(), ApiError> {
    if own == Some(id) {
        return Err(not_itself());
    }
    let (store, now) = (&state.store, state.clock.now());
    if !store.end_sso_of(pool_id, username, id, now).await? {
        return Err(unknown());
    }
    if associated == Associated::Linked {
        store
            .end_sessions_of_sso(pool_id, username, id, now)
            .await?;
    }
    Ok(())
}

/// Ends the browser's session that a session came from, if that is to go along. Where sessions are not tracked
/// nothing is linked.
pub(super) async fn end_parent(
    state: &AppState,
    pool: &Pool,
    family: &FamilyRow,
    associated: Associated,
) -> Result<(), ApiError> {
    if let (Associated::Linked, true, Some(sso)) =
        (associated, pool.sessions.are_tracked(), &family.sso_id)
    {
        let now = state.clock.now();
        let (pool_id, username) = (&pool.id, &family.username);
        state.store.end_sso_of(pool_id, username, sso, now).await?;
    }
    Ok(())
}

/// The address of a session, sealed to it; `None` where the pool does not want it kept.
///
/// # Errors
/// If what is stored of the pool is no longer JSON.
pub(super) fn seal_address(
    state: &AppState,
    pool: &Pool,
    origin_jti: &str,
    address: Option<IpAddr>,
) -> Result<Option<Vec<u8>>, ApiError> {
    let Some(address) = address else {
        return Ok(None);
    };
    if !pool.sessions.are_tracked() || !audit::asks_for_events(pool)? {
        return Ok(None);
    }
    let place = place(origin_jti, &pool.id);
    let address = address.to_string();
    Ok(Some(state.sealer.seal(place, address.as_bytes())?))
}

/// Remembers that a session was used, where the pool tracks that.
pub(super) async fn touch(
    state: &AppState,
    pool: &Pool,
    family: &FamilyRow,
    address: Option<IpAddr>,
) -> Result<(), ApiError> {
    let now = state.clock.now();
    if !pool.sessions.are_tracked() || now - family.last_active_at < PRECISION_SECONDS {
        return Ok(());
    }
    let jti = &family.origin_jti;
    let sealed = seal_address(state, pool, jti, address)?;
    Ok(state.store.touch_family(jti, sealed, now).await?)
}

async fn read(state: &AppState, user: &User, row: SessionRow) -> Result<Session, ApiError> {
    let (pool_id, username) = (&user.pool_id, &user.username);
    let uuid = |text: &str| Uuid::parse_str(text).map_err(|error| ApiError::internal(&error));
    let device_name = match &row.device_key {
        None => None,
        Some(key) => match devices::find(state, pool_id, username, key).await {
            Ok(device) => Some(device.name).filter(|name| !name.is_empty()),
            // One that was never confirmed.
            Err(error) if error.code == ErrorType::ResourceNotFound => None,
            Err(error) => return Err(error),
        },
    };
    let last_address = match &row.last_address {
        None => None,
        Some(sealed) => {
            let plain = state.sealer.open(place(&row.id, pool_id), sealed)?;
            String::from_utf8(plain.to_vec()).ok()
        }
    };
    let id = uuid(&row.id)?;
    Ok(Session {
        id: if row.is_sso {
            SessionId::Sso(id)
        } else {
            SessionId::Token(id)
        },
        client_id: row.client_id,
        started_at: row.started_at,
        last_active_at: row.last_active_at,
        device_name,
        last_address,
        sso: row
            .sso_id
            .as_deref()
            .map(uuid)
            .transpose()?
            .map(SessionId::Sso),
    })
}

fn check_tracked(pool: &Pool) -> Result<(), ApiError> {
    pool.sessions
        .are_tracked()
        .then_some(())
        .ok_or_else(|| ApiError::operation_not_enabled("The user pool does not track sessions."))
}

fn not_itself() -> ApiError {
    ApiError::invalid_parameter("A session does not end itself: sign out instead.")
}

fn unknown() -> ApiError {
    ApiError::resource_not_found("The session does not exist.")
}

fn place<'a>(origin_jti: &'a str, pool: &'a str) -> Place<'a> {
    Place {
        table: "token_families",
        column: "last_address",
        row: origin_jti,
        pool,
    }
}
