//! `PreSignUp`: may refuse a sign-up by throwing, confirm it, or take an address as verified.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Occasion;
use super::event::unreadable;
use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::users::User;

/// What the trigger decided. Without a trigger: nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Decision {
    /// The user needs no code.
    pub confirms: bool,
    /// The e-mail address counts as verified.
    pub verifies_email: bool,
    /// The phone number counts as verified.
    pub verifies_phone: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    user_attributes: BTreeMap<&'a str, &'a str>,
    validation_data: Option<&'a BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_metadata: Option<&'a ClientMetadata>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Response {
    auto_confirm_user: Option<bool>,
    auto_verify_email: Option<bool>,
    auto_verify_phone: Option<bool>,
}

/// Fires the trigger for a user who is not stored yet. `validation_data` goes to it and nowhere
/// else.
///
/// # Errors
/// What [`Occasion`] gives, and `InvalidLambdaResponseException` if it verifies an address that the
/// user does not have.
pub async fn pre_sign_up(
    state: &AppState,
    occasion: Occasion<'_>,
    user: &User,
    validation_data: Option<&BTreeMap<String, String>>,
    client_metadata: Option<&ClientMetadata>,
) -> Result<Decision, ApiError> {
    let request = Request {
        // What was given; that a new address is not verified is said by nobody.
        user_attributes: user
            .attributes
            .iter()
            .filter(|(name, value)| !name.ends_with("_verified") || *value != "false")
            .collect(),
        validation_data,
        client_metadata,
    };
    let empty = json!({
        "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false,
    });
    let response: Option<Response> = occasion.fire(state, &request, &empty, Vec::new()).await?;
    let response = response.unwrap_or_default();
    let decision = Decision {
        confirms: response.auto_confirm_user.unwrap_or(false),
        verifies_email: response.auto_verify_email.unwrap_or(false),
        verifies_phone: response.auto_verify_phone.unwrap_or(false),
    };
    for (verifies, name) in [
        (decision.verifies_email, "email"),
        (decision.verifies_phone, "phone_number"),
    ] {
        if verifies && user.attributes.get(name).is_none() {
            let trigger = occasion.source.trigger();
            let why = format!("it verifies {name}, which the user does not have");
            return Err(unreadable(trigger, &occasion.pool.id, &why));
        }
    }
    Ok(decision)
}
