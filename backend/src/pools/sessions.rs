//! What pools and clients say about sessions: the members of `SetUserPoolSessionConfiguration` and
//! `SetUserPoolClientSessionConfiguration`.

use serde::{Deserialize, Serialize};

use super::{Client, Pool};
use crate::app::AppState;
use crate::error::ApiError;

/// Sessions of tokens that a user of a pool has at a time, unless it says otherwise.
const DEFAULT_MAX_PER_USER: i64 = 20;

/// Minutes that a browser's session lasts, unless the client says otherwise.
const DEFAULT_VALIDITY_MINUTES: i64 = 60;

/// A pool's settings of sessions, as `GetUserPoolSessionConfiguration` answers them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PoolSessions {
    user_session_tracking: Tracking,
    token_session: TokenSessions,
}

/// Whether people's sessions are listed, counted and ended one by one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Tracking {
    Enabled,
    #[default]
    Disabled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TokenSessions {
    max_per_user: i64,
}

impl Default for TokenSessions {
    fn default() -> Self {
        Self {
            max_per_user: DEFAULT_MAX_PER_USER,
        }
    }
}

impl PoolSessions {
    pub(super) fn to_json(self) -> Result<String, ApiError> {
        serde_json::to_string(&self).map_err(|error| ApiError::internal(&error))
    }

    /// Whether people's sessions are tracked. Default false.
    #[must_use]
    pub fn are_tracked(&self) -> bool {
        self.user_session_tracking == Tracking::Enabled
    }

    /// How many sessions of tokens a user has at most; `None` where they are not tracked.
    #[must_use]
    pub fn most_per_user(&self) -> Option<i64> {
        self.are_tracked()
            .then_some(self.token_session.max_per_user)
    }
}

/// A client's settings of sessions, as `GetUserPoolClientSessionConfiguration` answers them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientSessions {
    #[serde(rename = "SSOSession")]
    sso: SsoSessions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SsoSessions {
    max_validity_minutes: i64,
}

impl Default for SsoSessions {
    fn default() -> Self {
        Self {
            max_validity_minutes: DEFAULT_VALIDITY_MINUTES,
        }
    }
}

impl ClientSessions {
    /// How long a browser is signed in to this client after somebody proved a password, in seconds. Default
    /// one hour; 0 asks every time.
    #[must_use]
    pub fn sso_seconds(&self) -> i64 {
        self.sso.max_validity_minutes.saturating_mul(60)
    }
}

/// How long a browser's session of a pool is kept, in seconds: as long as any of its clients may take it.
///
/// # Errors
/// For no fault of the caller's.
pub async fn longest_sso_seconds(state: &AppState, pool_id: &str) -> Result<i64, ApiError> {
    let mut longest = ClientSessions::default().sso_seconds();
    for json in state.store.client_sessions_of(pool_id).await? {
        let sessions: ClientSessions =
            serde_json::from_str(&json).map_err(|error| ApiError::internal(&error))?;
        longest = longest.max(sessions.sso_seconds());
    }
    Ok(longest)
}

/// Gives a pool these settings of sessions.
///
/// # Errors
/// `FeatureUnavailableInTierException` if sessions would be tracked in the tier `LITE`.
pub async fn set_pool_sessions(
    state: &AppState,
    pool: &Pool,
    sessions: PoolSessions,
) -> Result<(), ApiError> {
    if sessions.are_tracked() && pool.is_lite()? {
        return Err(ApiError::feature_unavailable_in_tier(
            "Session tracking is not available in the LITE tier.",
        ));
    }
    state
        .store
        .set_pool_sessions(&pool.id, &sessions.to_json()?)
        .await?;
    state.clients.forget();
    Ok(())
}

/// Gives a client these settings of sessions.
///
/// # Errors
/// `FeatureUnavailableInTierException` in a pool of the tier `LITE`, `OperationNotEnabledException` in one that does
/// not track sessions.
pub async fn set_client_sessions(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    sessions: ClientSessions,
) -> Result<(), ApiError> {
    if pool.is_lite()? {
        return Err(ApiError::feature_unavailable_in_tier(
            "The validity of sessions cannot be set in the LITE tier.",
        ));
    }
    if !pool.sessions.are_tracked() {
        return Err(ApiError::operation_not_enabled(
            "The user pool does not track sessions.",
        ));
    }
    let json = serde_json::to_string(&sessions).map_err(|error| ApiError::internal(&error))?;
    state
        .store
        .set_client_sessions(&pool.id, &client.id, &json)
        .await?;
    state.clients.forget();
    Ok(())
}
