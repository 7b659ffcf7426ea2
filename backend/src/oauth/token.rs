//! `POST /oauth2/token`: a code or a refresh token for tokens.

use std::fmt;

use cognate_core::secret::RefreshToken;
use serde::Serialize;

use super::client_authentication::authenticate;
use super::code::{self, Redemption, Verifier};
use super::{OAuthError, OAuthErrorCode, Parameters};
use crate::app::AppState;
use crate::error::ErrorType;
use crate::opaque_secret::OpaqueSecret;
use crate::pools::{Client, OAuthFlow, Pool};
use crate::sessions::{self, Tokens};

/// The answer (RFC 6749, 5.1).
#[derive(Serialize)]
pub struct TokenAnswer {
    access_token: String,
    /// With the scope `openid` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    /// At the sign-in, and from a refresh if the client rotates.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    token_type: &'static str,
    expires_in: i64,
    scope: String,
}

impl fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenAnswer")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// Answers a form, with the `Authorization` header if there is one.
///
/// # Errors
/// As RFC 6749, 5.2.
pub async fn token(
    state: &AppState,
    authorization: Option<&str>,
    form: &Parameters,
) -> Result<TokenAnswer, OAuthError> {
    let grant_type = form.required("grant_type")?;
    let (pool, client) = authenticate(state, authorization, form).await?;
    let tokens = match grant_type {
        "authorization_code" => from_code(state, &pool, &client, form).await?,
        "refresh_token" => from_refresh_token(state, &pool, &client, form).await?,
        // A grant that the service has. No client can be given it here.
        "client_credentials" => {
            return Err(OAuthError::new(
                OAuthErrorCode::UnauthorizedClient,
                "The grant client_credentials is not enabled for this client.",
            ));
        }
        _ => {
            return Err(OAuthError::new(
                OAuthErrorCode::UnsupportedGrantType,
                "Only authorization_code and refresh_token are supported.",
            ));
        }
    };
    Ok(TokenAnswer {
        access_token: tokens.pair.access,
        id_token: tokens.pair.id,
        refresh_token: tokens.refresh.map(|token| token.secret().to_owned()),
        token_type: "Bearer",
        expires_in: tokens.pair.expires_in,
        scope: tokens.pair.scope,
    })
}

async fn from_code(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    form: &Parameters,
) -> Result<Tokens, OAuthError> {
    if !client.settings.oauth.allows(OAuthFlow::Code) {
        return Err(OAuthError::new(
            OAuthErrorCode::UnauthorizedClient,
            "The code flow is not enabled for this client.",
        ));
    }
    let redemption = Redemption {
        code: OpaqueSecret::new(form.required("code")?.to_owned()),
        redirect_uri: form.get("redirect_uri")?,
        verifier: form.get("code_verifier")?.map(Verifier),
    };
    code::redeem(state, pool, client, &redemption).await
}

/// The scopes stay those of the sign-in: `scope` is not read, and the answer says which they are
/// (RFC 6749, 6).
async fn from_refresh_token(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    form: &Parameters,
) -> Result<Tokens, OAuthError> {
    let token = RefreshToken::new(form.required("refresh_token")?.to_owned());
    let tokens = sessions::refresh(state, pool, client, &token, None)
        .await
        .map_err(|error| match error.code {
            ErrorType::NotAuthorized | ErrorType::RefreshTokenReuse => OAuthError::invalid_grant(),
            _ => error.into(),
        })?;
    Ok(tokens)
}
