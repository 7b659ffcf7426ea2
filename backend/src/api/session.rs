//! `GetTokensFromRefreshToken`, `RevokeToken`, `GlobalSignOut`.

use cognate_core::secret::{AccessToken, RefreshToken};
use serde::{Deserialize, Serialize};

use super::authentication_result::AuthenticationResult;
use super::{Empty, secret};
use crate::app::{AppState, Caller};
use crate::client_metadata::ClientMetadata;
use crate::error::{ApiError, ErrorType};
use crate::pools::find_client;
use crate::sessions::{self, Associated, Presented};
use crate::sign_in::check_client_secret;
use crate::tokens::verify_access;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RefreshRequest {
    client_id: String,
    client_secret: Option<String>,
    #[serde(deserialize_with = "secret::required")]
    refresh_token: RefreshToken,
    device_key: Option<String>,
    client_metadata: Option<ClientMetadata>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RefreshAnswer {
    authentication_result: AuthenticationResult,
}

/// `GetTokensFromRefreshToken`
pub(super) async fn get_tokens_from_refresh_token(
    state: &AppState,
    caller: &Caller,
    request: RefreshRequest,
) -> Result<RefreshAnswer, ApiError> {
    let (pool, client) = find_client(state, &request.client_id).await?;
    check_client_secret(&client, request.client_secret.as_deref())?;
    let presented = Presented {
        device_key: request.device_key.as_deref(),
        client_metadata: request.client_metadata.as_ref(),
        address: Some(caller.peer),
        ..Presented::default()
    };
    let tokens =
        sessions::refresh(state, &pool, &client, &request.refresh_token, presented).await?;
    Ok(RefreshAnswer {
        authentication_result: tokens.into(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RevokeTokenRequest {
    client_id: String,
    client_secret: Option<String>,
    #[serde(deserialize_with = "secret::required")]
    token: RefreshToken,
    #[serde(default)]
    revoke_associated_sessions: Associated,
}

/// `RevokeToken`
pub(super) async fn revoke_token(
    state: &AppState,
    _: &Caller,
    request: RevokeTokenRequest,
) -> Result<Empty, ApiError> {
    // This operation has neither ResourceNotFoundException nor NotAuthorizedException.
    let unauthorized = |error: ApiError| match error.code {
        ErrorType::ResourceNotFound | ErrorType::NotAuthorized => {
            ApiError::unauthorized(error.message)
        }
        _ => error,
    };
    let (pool, client) = find_client(state, &request.client_id)
        .await
        .map_err(unauthorized)?;
    check_client_secret(&client, request.client_secret.as_deref()).map_err(unauthorized)?;
    if !client.settings.enables_token_revocation() {
        return Err(ApiError::unsupported_operation(
            "Token revocation is not enabled for this client.",
        ));
    }
    let associated = request.revoke_associated_sessions;
    sessions::revoke(state, &pool, &client, &request.token, associated).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GlobalSignOutRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
}

/// `GlobalSignOut`
pub(super) async fn global_sign_out(
    state: &AppState,
    _: &Caller,
    request: GlobalSignOutRequest,
) -> Result<Empty, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    sessions::revoke_all(state, &access.user).await?;
    Ok(Empty {})
}
