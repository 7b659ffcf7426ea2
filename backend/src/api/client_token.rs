//! `GetClientToken`: the grant `client_credentials` of the token endpoint, asked for by an administrator's signed request.

use serde::{Deserialize, Serialize};

use super::secret;
use crate::app::{AppState, Caller};
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::oauth::{self, OAuthError, OAuthErrorCode};
use crate::pools::{ClientSecret, find_client};
use crate::sign_in::check_client_secret;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    client_id: String,
    #[serde(deserialize_with = "secret::required")]
    secret: ClientSecret,
    #[serde(default)]
    scopes: Vec<String>,
    client_metadata: Option<ClientMetadata>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ClientAuthenticationResult {
    access_token: String,
    expires_in: i64,
    token_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answer {
    client_authentication_result: ClientAuthenticationResult,
}

/// `GetClientToken`. Without scopes: all that the client has.
pub(super) async fn get_client_token(
    state: &AppState,
    _: &Caller,
    request: Request,
) -> Result<Answer, ApiError> {
    let (pool, client) = find_client(state, &request.client_id).await?;
    if client.secrets.is_empty() {
        return Err(not_enabled());
    }
    check_client_secret(&client, Some(request.secret.secret()))?;
    let scopes = request.scopes.join(" ");
    let scopes = Some(scopes.as_str()).filter(|scopes| !scopes.is_empty());
    let metadata = request.client_metadata.as_ref();
    let pair = oauth::token_of_program(state, &pool, &client, scopes, metadata)
        .await
        .map_err(refusal)?;
    Ok(Answer {
        client_authentication_result: ClientAuthenticationResult {
            access_token: pair.access,
            expires_in: pair.expires_in,
            token_type: "Bearer",
        },
    })
}

fn refusal(error: OAuthError) -> ApiError {
    match error.code {
        OAuthErrorCode::UnauthorizedClient => not_enabled(),
        OAuthErrorCode::TemporarilyUnavailable => ApiError::too_many_requests(error.description),
        OAuthErrorCode::ServerError => ApiError::internal_error(error.description),
        _ => ApiError::invalid_parameter(error.description),
    }
}

fn not_enabled() -> ApiError {
    ApiError::operation_not_enabled("The grant client_credentials is not enabled for this client.")
}
