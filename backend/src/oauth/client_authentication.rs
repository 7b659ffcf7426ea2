//! Which client asks (RFC 6749, 2.3): `client_secret_basic`, `client_secret_post`, or, for clients
//! without a secret, `client_id` alone.

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::{OAuthError, Parameters};
use crate::app::AppState;
use crate::error::ErrorType;
use crate::pools::{self, Client, Pool};

/// The client of a request with this `Authorization` header and form.
///
/// # Errors
/// `invalid_client` for an unknown client, a wrong or missing secret, or a secret of a client that has
/// none; `invalid_request` if the request names two clients or proves itself in two ways.
pub(super) async fn authenticate(
    state: &AppState,
    authorization: Option<&str>,
    form: &Parameters,
) -> Result<(Pool, Client), OAuthError> {
    let in_form = form.get("client_id")?;
    let secret_in_form = form.get("client_secret")?;
    let basic = authorization.map(Basic::read).transpose()?;
    if basic.is_some() && secret_in_form.is_some() {
        return Err(OAuthError::invalid_request(
            "The client's secret must come in one way only.",
        ));
    }
    let id = match (&basic, in_form) {
        (Some(basic), Some(in_form)) if basic.id != in_form => {
            return Err(OAuthError::invalid_request(
                "The request names two different clients.",
            ));
        }
        (Some(basic), _) => basic.id.as_str(),
        (None, Some(in_form)) => in_form,
        (None, None) => return Err(OAuthError::invalid_client()),
    };
    let (pool, client) = match pools::find_client(state, id).await {
        Ok(found) => found,
        Err(error) if error.code == ErrorType::ResourceNotFound => {
            return Err(OAuthError::invalid_client());
        }
        Err(error) => return Err(error.into()),
    };
    let given: Vec<&str> = match &basic {
        Some(basic) => basic.secrets.iter().map(|secret| secret.as_str()).collect(),
        None => secret_in_form.into_iter().collect(),
    };
    let is_proved = if client.secrets.is_empty() {
        given.iter().all(|given| given.is_empty())
    } else {
        let secrets = &client.secrets;
        given
            .iter()
            .fold(false, |proved, given| secrets.match_any(given) | proved)
    };
    if is_proved {
        Ok((pool, client))
    } else {
        Err(OAuthError::invalid_client())
    }
}

/// What an `Authorization: Basic` header holds.
struct Basic {
    id: String,
    /// As it was sent, and form-decoded as RFC 6749 wants: clients in the field do either, and a
    /// secret with `+` differs.
    secrets: [Zeroizing<String>; 2],
}

impl Basic {
    fn read(header: &str) -> Result<Self, OAuthError> {
        let (scheme, encoded) = header.split_once(' ').unwrap_or((header, ""));
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(OAuthError::invalid_client());
        }
        let text = Base64::decode_vec(encoded.trim())
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .map(Zeroizing::new)
            .ok_or_else(OAuthError::invalid_client)?;
        let (id, secret) = text
            .split_once(':')
            .ok_or_else(OAuthError::invalid_client)?;
        let decoded = form_urlencoded::parse(secret.as_bytes())
            .next()
            .map(|(name, _)| name.into_owned());
        Ok(Self {
            id: id.to_owned(),
            secrets: [
                Zeroizing::new(secret.to_owned()),
                Zeroizing::new(decoded.unwrap_or_default()),
            ],
        })
    }
}
