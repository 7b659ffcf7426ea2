//! `PreAuthentication`: may refuse a sign-in before anything is proved.
//!
//! Where answers hide who exists, it is asked about names that nobody has, too, and told so: what a handler
//! says to them is for it to keep the same.

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
    validation_data: Option<&'a ClientMetadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_not_found: Option<bool>,
}

/// Nothing of it counts.
#[derive(Deserialize)]
struct Response {}

/// Fires the trigger for a user, or for the decoy of a name that nobody has, which it is told where answers hide
/// who exists.
///
/// # Errors
/// What [`Occasion`] gives.
pub async fn pre_authentication(
    state: &AppState,
    occasion: Occasion<'_>,
    user: Option<&User>,
    hides_existence: bool,
    validation_data: Option<&ClientMetadata>,
) -> Result<(), ApiError> {
    let request = Request {
        user_attributes: user.map(user_attributes).unwrap_or_default(),
        validation_data,
        user_not_found: hides_existence.then_some(user.is_none()),
    };
    let _: Option<Response> = occasion
        .fire(state, &request, &json!({}), Vec::new())
        .await?;
    Ok(())
}
