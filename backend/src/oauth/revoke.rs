//! `POST /oauth2/revoke` (RFC 7009): ends the sign-in of a refresh token.

use cognate_core::secret::RefreshToken;

use super::client_authentication::authenticate;
use super::{Credentials, OAuthError, OAuthErrorCode, Parameters};
use crate::app::AppState;
use crate::error::ErrorType;
use crate::sessions::{self, Associated};

/// Answers a form. A token that is unknown or was revoked already is fine.
///
/// # Errors
/// `invalid_client`, `invalid_request` (no token, or revocation is off for the client),
/// `unsupported_token_type` for an ID or access token, `invalid_grant` for another client's.
pub async fn revoke(
    state: &AppState,
    credentials: &Credentials,
    form: &Parameters,
) -> Result<(), OAuthError> {
    let (pool, client) = authenticate(state, credentials.authorization.as_deref(), form).await?;
    let token = RefreshToken::new(form.required("token")?.to_owned());
    if !client.settings.enables_token_revocation() {
        return Err(OAuthError::invalid_request(
            "Token revocation is not enabled for this client.",
        ));
    }
    sessions::revoke(state, &pool, &client, &token, Associated::None)
        .await
        .map_err(|error| match error.code {
            ErrorType::UnsupportedTokenType => OAuthError::new(
                OAuthErrorCode::UnsupportedTokenType,
                "Only refresh tokens can be revoked.",
            ),
            ErrorType::Unauthorized => OAuthError::invalid_grant(),
            _ => error.into(),
        })
}
