//! `GET /logout`: ends the browser's session on the login domain, and sends it on.
//!
//! The app's tokens are the app's to forget and to revoke. A session that came by a SAML provider with `IDPSignout` ends there, too: the browser
//! goes there first.

use super::{Browser, OAuthError, OAuthErrorCode, Parameters, sso};
use crate::app::AppState;
use crate::error::ErrorType;
use crate::federation;
use crate::pools;

/// What came of it.
#[derive(Debug)]
pub struct SignedOut {
    /// Where the browser goes: an address of the app or of the provider that the person came by, or a path of ours.
    pub location: Result<String, OAuthErrorCode>,
    /// The pool whose cookie the browser is to forget.
    pub pool_id: Option<String>,
}

/// Ends the session in the pool of `client_id`. With `logout_uri` (or OpenID Connect's
/// `post_logout_redirect_uri`), which the client must have registered, the browser goes there; with
/// `redirect_uri` and `response_type` it is asked to sign in again; with neither, to our own page.
/// Only a navigation of a whole page ends a session: another page's image or frame must not.
///
/// # Errors
/// For no fault of the caller's.
pub async fn log_out(
    state: &AppState,
    given: &Parameters,
    browser: &Browser,
) -> Result<SignedOut, OAuthError> {
    let refused = |code| SignedOut {
        location: Err(code),
        pool_id: None,
    };
    let Ok(client_id) = given.required("client_id") else {
        return Ok(refused(OAuthErrorCode::InvalidClient));
    };
    let (pool, client) = match pools::find_client(state, client_id).await {
        Ok(found) => found,
        Err(error) if error.code == ErrorType::ResourceNotFound => {
            return Ok(refused(OAuthErrorCode::InvalidClient));
        }
        Err(error) => return Err(error.into()),
    };
    // First forget, whatever is wrong with the rest.
    let mut origin = None;
    if browser.is_top_level
        && let Some(value) = browser.sso.get(&pool.id)
    {
        origin = sso::saml_origin(state, &pool, value).await?;
        sso::end(state, &pool, value).await?;
    }
    let mut location = next(given, &client.settings).map_err(|error| error.code);
    if let (Ok(next), Some(origin)) = (&location, origin)
        && let Some(there) = federation::leave(state, &pool, &origin, next).await
    {
        location = Ok(there);
    }
    Ok(SignedOut {
        location,
        pool_id: browser.is_top_level.then_some(pool.id),
    })
}

fn next(given: &Parameters, settings: &pools::ClientSettings) -> Result<String, OAuthError> {
    let mismatch = || {
        OAuthError::new(
            OAuthErrorCode::RedirectMismatch,
            "The address is not one of the client's.",
        )
    };
    if let Some(uri) = given.get("logout_uri")? {
        let uri = settings.oauth.logout_url(uri).ok_or_else(mismatch)?;
        return Ok(uri.as_str().to_owned());
    }
    if let Some(uri) = given.get("post_logout_redirect_uri")? {
        let uri = settings.oauth.logout_url(uri).ok_or_else(mismatch)?;
        let app_state = given.get("state")?.map(|value| ("state", value));
        return Ok(uri.with(app_state.as_slice()));
    }
    if given.get("redirect_uri")?.is_some() {
        // Checked there, as any request for authorization.
        return Ok(format!("/login?{}", given.without("txn").encoded()));
    }
    Ok("/signedOut".to_owned())
}
