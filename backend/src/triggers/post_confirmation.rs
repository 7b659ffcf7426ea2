//! `PostConfirmation`: is told that somebody confirmed a sign-up, or a new password by a code. What
//! it throws reaches the caller; what was confirmed stays confirmed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::event::user_attributes;
use super::{Occasion, Source};
use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::pools::Pool;
use crate::users::User;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    user_attributes: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_metadata: Option<&'a ClientMetadata>,
}

/// Nothing of it counts.
#[derive(Deserialize)]
struct Response {}

/// Fires the trigger for a user who was stored. `client_id` may be [`super::NO_CLIENT`].
///
/// # Errors
/// What [`Occasion`] gives.
pub async fn post_confirmation(
    state: &AppState,
    pool: &Pool,
    client_id: &str,
    source: Source,
    user: &User,
    client_metadata: Option<&ClientMetadata>,
) -> Result<(), ApiError> {
    let occasion = Occasion {
        pool,
        client_id,
        username: &user.username,
        source,
    };
    let request = Request {
        user_attributes: user_attributes(user),
        client_metadata,
    };
    let _: Option<Response> = occasion
        .fire(state, &request, &json!({}), Vec::new())
        .await?;
    Ok(())
}
