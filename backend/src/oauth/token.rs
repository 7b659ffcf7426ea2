//! `POST /oauth2/token`: a code, a refresh token or a client's secret for tokens.

use std::fmt;

use cognate_core::secret::RefreshToken;
use serde::Serialize;

use super::client_authentication::authenticate;
use super::client_credentials;
use super::code::{self, Redemption, Verifier};
use super::{Credentials, OAuthError, OAuthErrorCode, Parameters, resource};
use crate::app::AppState;
use crate::error::ErrorType;
use crate::opaque_secret::OpaqueSecret;
use crate::pools::{Client, OAuthFlow, Pool};
use crate::sessions::{self, Presented, Tokens};

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

/// Answers a form. A proof of possession binds the tokens to its key.
///
/// # Errors
/// As RFC 6749, 5.2.
pub async fn token(
    state: &AppState,
    credentials: &Credentials,
    form: &Parameters,
) -> Result<TokenAnswer, OAuthError> {
    let grant_type = form.required("grant_type")?;
    let (pool, client) = authenticate(state, credentials.authorization.as_deref(), form).await?;
    let key = match &credentials.proof {
        Some(proof) => Some(proof.key(state, None).await?),
        None => None,
    };
    let key = key.as_deref();
    let (pair, refresh) = match grant_type {
        "authorization_code" => {
            let tokens = from_code(state, &pool, &client, form, (credentials, key)).await?;
            (tokens.pair, tokens.refresh)
        }
        "refresh_token" => {
            let tokens =
                from_refresh_token(state, &pool, &client, form, (credentials, key)).await?;
            (tokens.pair, tokens.refresh)
        }
        "client_credentials" => {
            let pair = client_credentials::grant(state, &pool, &client, form, key).await?;
            (pair, None)
        }
        _ => {
            return Err(OAuthError::new(
                OAuthErrorCode::UnsupportedGrantType,
                "Only authorization_code, refresh_token and client_credentials are supported.",
            ));
        }
    };
    Ok(TokenAnswer {
        access_token: pair.access,
        id_token: pair.id,
        refresh_token: refresh.map(|token| token.secret().to_owned()),
        token_type: if key.is_some() { "DPoP" } else { "Bearer" },
        expires_in: pair.expires_in,
        scope: pair.scope,
    })
}

async fn from_code(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    form: &Parameters,
    (credentials, key): (&Credentials, Option<&str>),
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
        resource: resource::named(form)?,
        key,
        address: credentials.address,
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
    (credentials, key): (&Credentials, Option<&str>),
) -> Result<Tokens, OAuthError> {
    let token = RefreshToken::new(form.required("refresh_token")?.to_owned());
    let presented = Presented {
        resource: resource::named(form)?,
        key,
        address: credentials.address,
        ..Presented::default()
    };
    let tokens = sessions::refresh(state, pool, client, &token, presented)
        .await
        .map_err(|error| match error.code {
            ErrorType::InvalidParameter => resource::invalid(),
            ErrorType::NotAuthorized | ErrorType::RefreshTokenReuse => OAuthError::invalid_grant(),
            _ => error.into(),
        })?;
    Ok(tokens)
}
