//! `/oauth2/userInfo`: what an access token's scopes tell about its person.

use cognate_core::secret::AccessToken;
use serde_json::{Map, Value, json};

use super::{OAuthError, OAuthErrorCode, Proof};
use crate::app::AppState;
use crate::error::ErrorType;
use crate::scope::Scope;
use crate::tokens::{self, verify_access_with};

/// The claims for an access token with the scope `openid`. The flags `email_verified` and
/// `phone_number_verified` are text here, as the service answers them.
///
/// # Errors
/// `invalid_token`, in the same words whatever is wrong with the token, also if it is bound to a key that was
/// not proved, or a key was proved that it is not bound to; `invalid_dpop_proof`.
pub async fn user_info(
    state: &AppState,
    token: &AccessToken,
    proof: Option<&Proof>,
) -> Result<Map<String, Value>, OAuthError> {
    let key = match proof {
        Some(proof) => Some(proof.key(state, Some(token)).await?),
        None => None,
    };
    let access = verify_access_with(state, token, &Scope::OpenId, key.as_deref())
        .await
        .map_err(|error| match error.code {
            ErrorType::InternalError => error.into(),
            _ => OAuthError::new(
                OAuthErrorCode::InvalidToken,
                "The access token is expired, revoked, without the scope openid, or not ours.",
            ),
        })?;
    let mut claims = tokens::profile(&access.client, &access.user, Some(&access.scopes));
    for name in ["email_verified", "phone_number_verified"] {
        if let Some(Value::Bool(flag)) = claims.get(name) {
            let text = flag.to_string();
            claims.insert(name.to_owned(), json!(text));
        }
    }
    claims.insert("sub".to_owned(), json!(access.user.sub));
    claims.insert("username".to_owned(), json!(access.user.username));
    Ok(claims)
}
