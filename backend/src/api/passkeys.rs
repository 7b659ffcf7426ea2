//! `StartWebAuthnRegistration`, `CompleteWebAuthnRegistration`, `ListWebAuthnCredentials`,
//! `DeleteWebAuthnCredential`.

use cognate_core::secret::AccessToken;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::requests::TokenRequest;
use super::{Empty, secret};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::limits::{self, Hourly};
use crate::passkeys::{self, Passkey, registration};
use crate::tokens::verify_access;

/// Passkeys on a page of the list if the request does not say.
const PAGE: usize = 20;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StartAnswer {
    credential_creation_options: Value,
}

/// `StartWebAuthnRegistration`
pub(super) async fn start_web_authn_registration(
    state: &AppState,
    caller: &Caller,
    request: TokenRequest,
) -> Result<StartAnswer, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    let (action, user) = (Hourly::PasskeyRegistration, &access.user);
    limits::count(state, caller, action, &user.pool_id, &user.username).await?;
    let options = registration::start(state, &access).await?;
    Ok(StartAnswer {
        credential_creation_options: serde_json::to_value(options)
            .map_err(|error| ApiError::internal(&error))?,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CompleteRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    credential: Value,
}

/// `CompleteWebAuthnRegistration`
pub(super) async fn complete_web_authn_registration(
    state: &AppState,
    _: &Caller,
    request: CompleteRequest,
) -> Result<Empty, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    registration::complete(state, &access, &request.credential).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    next_token: Option<String>,
    #[serde(default)]
    max_results: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListAnswer {
    credentials: Vec<Description>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `WebAuthnCredentialDescription`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    credential_id: String,
    friendly_credential_name: &'static str,
    relying_party_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticator_attachment: Option<String>,
    authenticator_transports: Vec<String>,
    created_at: f64,
}

/// `ListWebAuthnCredentials`. `NextToken` is the last passkey of the page before.
pub(super) async fn list_web_authn_credentials(
    state: &AppState,
    _: &Caller,
    request: ListRequest,
) -> Result<ListAnswer, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    let all = passkeys::list(state, &access.pool, &access.user.username).await?;
    let begin = match &request.next_token {
        None => 0,
        Some(last) => all
            .iter()
            .position(|passkey| passkey.id() == *last)
            .map(|index| index + 1)
            .ok_or_else(|| ApiError::invalid_parameter("NextToken is not of this list."))?,
    };
    let size = match request.max_results {
        0 => PAGE,
        size => size,
    };
    let page: Vec<&Passkey> = all.iter().skip(begin).take(size).collect();
    let has_more = begin + page.len() < all.len();
    let last = page.last().filter(|_| has_more);
    Ok(ListAnswer {
        next_token: last.map(|passkey| passkey.id()),
        credentials: page.into_iter().map(Description::of).collect(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    credential_id: String,
}

/// `DeleteWebAuthnCredential`
pub(super) async fn delete_web_authn_credential(
    state: &AppState,
    _: &Caller,
    request: DeleteRequest,
) -> Result<Empty, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    passkeys::delete(state, &access.user, &request.credential_id).await?;
    Ok(Empty {})
}

impl Description {
    fn of(passkey: &Passkey) -> Self {
        Self {
            credential_id: passkey.id(),
            friendly_credential_name: passkey.friendly_name(),
            relying_party_id: passkey.relying_party().to_owned(),
            authenticator_attachment: passkey.attachment().map(str::to_owned),
            authenticator_transports: passkey.transports().to_vec(),
            created_at: passkey.created_at(),
        }
    }
}
