//! Requests of several operations.

use cognate_core::secret::AccessToken;
use serde::Deserialize;

use super::secret;
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::{Client, Pool, find_client, find_pool};
use crate::sign_in::check_secret_hash;
use crate::users::{self, User};

/// Carries an access token and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TokenRequest {
    #[serde(deserialize_with = "secret::required")]
    pub(super) access_token: AccessToken,
}

/// The client that a public request names, and its pool.
///
/// # Errors
/// `ResourceNotFoundException` if there is no such client, `NotAuthorizedException` if it has a secret
/// and the request does not prove it for this user name.
pub(super) async fn client_for(
    state: &AppState,
    client_id: &str,
    username: &str,
    secret_hash: Option<&str>,
) -> Result<(Pool, Client), ApiError> {
    let found = find_client(state, client_id).await?;
    check_secret_hash(&found.1, username, secret_hash)?;
    Ok(found)
}

/// Names a user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UserRequest {
    pub(super) user_pool_id: String,
    pub(super) username: String,
}

impl UserRequest {
    /// The user.
    pub(super) async fn find(&self, state: &AppState) -> Result<User, ApiError> {
        self.find_in_pool(state).await.map(|(_, user)| user)
    }

    /// The user and the pool.
    pub(super) async fn find_in_pool(&self, state: &AppState) -> Result<(Pool, User), ApiError> {
        let pool = find_pool(state, &self.user_pool_id).await?;
        let user = users::find_existing(state, &pool, &self.username).await?;
        Ok((pool, user))
    }
}
