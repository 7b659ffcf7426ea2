//! ID tokens of user pools: ours by their own keys, others by what they publish.

use serde_json::Value;

use super::name::user_pool_id;
use super::{LoginToken, VerifiedLogin, expired, invalid, issuers};
use crate::app::AppState;
use crate::error::ApiError;
use crate::identity::claims::Claims;
use crate::identity::pool::UserPoolProvider;
use crate::keys::{KeyError, TokenUse};
use crate::pools::find_pool;
use crate::users;

/// Verifies a token of the pool with this canonical name; `clients` are those that the identity pool
/// takes.
pub(super) async fn verify(
    state: &AppState,
    name: &str,
    clients: &[&UserPoolProvider],
    token: &LoginToken,
) -> Result<VerifiedLogin, ApiError> {
    let own = match user_pool_id(name) {
        Some(id) if state.store.pool(id).await?.is_some() => Some(id),
        _ => None,
    };
    let claims = match own {
        Some(pool_id) => of_own(state, pool_id, token).await?,
        None => issuers::verify(state, &format!("https://{name}"), None, token).await?,
    };
    if text(&claims, "token_use") != Some("id") {
        return Err(invalid("Not a valid OpenId Connect identity token."));
    }
    let audience = text(&claims, "aud").unwrap_or_default().to_owned();
    let provider = clients.iter().find(|client| client.client_id == audience);
    let provider = provider.ok_or_else(|| invalid("Incorrect token audience."))?;
    if provider.server_side_token_check {
        let Some(pool_id) = own else {
            // Another service's pool cannot be asked with an ID token.
            return Err(ApiError::invalid_parameter(
                "ServerSideTokenCheck is for user pools of this backend.",
            ));
        };
        check_sign_in(state, pool_id, &claims).await?;
    }
    Ok(VerifiedLogin {
        provider: name.to_owned(),
        subject: text(&claims, "sub").unwrap_or_default().to_owned(),
        client: audience,
        claims,
        is_developer: false,
    })
}

async fn of_own(state: &AppState, pool_id: &str, token: &LoginToken) -> Result<Claims, ApiError> {
    let read = state
        .keys
        .verify(pool_id, TokenUse::Id, token.secret())
        .await;
    let claims: Claims = match read {
        Ok(claims) => claims,
        Err(KeyError::NoPool | KeyError::Token) => {
            return Err(invalid("Not a valid OpenId Connect identity token."));
        }
        Err(error) => return Err(error.into()),
    };
    if text(&claims, "iss") != Some(&state.issuer(pool_id)) {
        return Err(invalid("Issuer doesn't match providerName"));
    }
    let now = state.clock.now();
    match claims.get("exp").and_then(Value::as_i64) {
        Some(exp) if exp > now => Ok(claims),
        exp => Err(expired(exp.unwrap_or_default(), now)),
    }
}

/// Whether the person is still there, and was not signed out.
async fn check_sign_in(state: &AppState, pool_id: &str, claims: &Claims) -> Result<(), ApiError> {
    let ended = || invalid("The user was signed out, disabled or deleted.");
    let username = text(claims, "cognito:username").ok_or_else(ended)?;
    let pool = find_pool(state, pool_id).await?;
    let user = users::find_by_username(state, &pool, username).await?;
    let is_there =
        user.is_some_and(|user| user.enabled && Some(user.sub.as_str()) == text(claims, "sub"));
    let sign_in = text(claims, "origin_jti").or_else(|| text(claims, "event_id"));
    let family = state.store.family(sign_in.ok_or_else(ended)?).await?;
    let is_on =
        family.is_some_and(|family| family.revoked_at.is_none() && family.username == username);
    match is_there && is_on {
        true => Ok(()),
        false => Err(ended()),
    }
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}
