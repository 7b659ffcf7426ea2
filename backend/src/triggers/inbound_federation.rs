//! `InboundFederation`: may change what another provider says of a person, before any of it is mapped.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::Occasion;
use crate::app::AppState;
use crate::error::ApiError;

/// Who says what of a person.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The provider's name.
    pub provider_name: &'a str,
    /// `ProviderType`
    pub provider_type: &'a str,
    /// What came back from it, by where from: `tokenResponse`, `idToken`, `userInfo`, `samlResponse`.
    pub attributes: &'a Map<String, Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    provider_name: &'a str,
    provider_type: &'a str,
    attributes: &'a Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Response {
    user_attributes_to_map: Option<Map<String, Value>>,
}

/// Fires the trigger. `None`: what the provider says stays as it is.
///
/// # Errors
/// What [`Occasion`] gives.
pub async fn inbound_federation(
    state: &AppState,
    occasion: Occasion<'_>,
    said: Said<'_>,
) -> Result<Option<Map<String, Value>>, ApiError> {
    let request = Request {
        provider_name: said.provider_name,
        provider_type: said.provider_type,
        attributes: said.attributes,
    };
    let tokens = said.attributes.get("tokenResponse").into_iter();
    let tokens = tokens.flat_map(|tokens| {
        ["access_token", "id_token"].map(|name| tokens.get(name).and_then(Value::as_str))
    });
    let secrets = tokens
        .flatten()
        .map(|token| Zeroizing::new(token.to_owned()))
        .collect();
    let empty = json!({ "userAttributesToMap": {} });
    let response: Option<Response> = occasion.fire(state, &request, &empty, secrets).await?;
    let changed = response.unwrap_or_default().user_attributes_to_map;
    Ok(changed.filter(|changed| !changed.is_empty()))
}
