//! Requests of several operations.

use cognate_core::secret::AccessToken;
use serde::Deserialize;

use super::secret;
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::{Pool, find_pool};
use crate::users::{self, User};

/// Carries an access token and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TokenRequest {
    #[serde(deserialize_with = "secret::required")]
    pub(super) access_token: AccessToken,
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
