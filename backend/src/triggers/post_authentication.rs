//! `PostAuthentication`: is told that somebody has proved everything. If it throws, nobody is signed in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Occasion;
use super::event::user_attributes;
use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::users::User;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    user_attributes: BTreeMap<&'a str, &'a str>,
    new_device_used: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_metadata: Option<&'a ClientMetadata>,
}

/// Nothing of it counts.
#[derive(Deserialize)]
struct Response {}

/// Fires the trigger, before there are tokens or a code.
///
/// # Errors
/// What [`Occasion`] gives.
pub async fn post_authentication(
    state: &AppState,
    occasion: Occasion<'_>,
    user: &User,
    new_device_used: bool,
    client_metadata: Option<&ClientMetadata>,
) -> Result<(), ApiError> {
    let request = Request {
        user_attributes: user_attributes(user),
        new_device_used,
        client_metadata,
    };
    let _: Option<Response> = occasion
        .fire(state, &request, &json!({}), Vec::new())
        .await?;
    Ok(())
}
