//! Clients with a secret prove it with every request.

use aws_lc_rs::hmac;
use base64ct::{Base64, Encoding};

use crate::error::ApiError;
use crate::pools::{Client, ClientSecret};

/// Checks `SECRET_HASH` = Base64(HMAC-SHA256(client secret, user name and client id)) for the name
/// as it was sent. A client without a secret needs none, and one that comes anyway is ignored.
///
/// # Errors
/// `NotAuthorizedException` if it is missing or wrong.
pub fn check_secret_hash(
    client: &Client,
    username: &str,
    given: Option<&str>,
) -> Result<(), ApiError> {
    if client.secrets.is_empty() {
        return Ok(());
    }
    let Some(given) = given else {
        return Err(ApiError::not_authorized(format!(
            "Client {} is configured with secret but SECRET_HASH was not received",
            client.id
        )));
    };
    let message = [username, &client.id].concat();
    let given = Base64::decode_vec(given).unwrap_or_default();
    let is_made_with = |secret: &ClientSecret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.secret().as_bytes());
        // Compares in constant time.
        hmac::verify(&key, message.as_bytes(), &given).is_ok()
    };
    if client
        .secrets
        .iter()
        .fold(false, |any, stored| any | is_made_with(&stored.secret))
    {
        return Ok(());
    }
    Err(ApiError::not_authorized(format!(
        "Unable to verify secret hash for client {}",
        client.id
    )))
}

/// Checks the raw secret that operations with refresh tokens take.
///
/// # Errors
/// `NotAuthorizedException` if it is missing or wrong.
pub fn check_client_secret(client: &Client, given: Option<&str>) -> Result<(), ApiError> {
    if client.secrets.is_empty() {
        return Ok(());
    }
    if given.is_some_and(|given| client.secrets.match_any(given)) {
        return Ok(());
    }
    Err(ApiError::not_authorized(format!(
        "Unable to verify secret of client {}",
        client.id
    )))
}
