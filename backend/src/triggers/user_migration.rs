//! `UserMigration`: knows people of another directory, who are made users here when they come.
//!
//! It gets the password that somebody typed, to check it there. What becomes of the answer is `migration`'s to say.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use super::Occasion;
use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::error::{ApiError, ErrorType};

/// Somebody whom nobody here knows.
#[derive(Clone, Copy)]
pub struct Stranger<'a> {
    /// The password; `None` if it was forgotten.
    pub password: Option<&'a str>,
    /// What the app sent along with a sign-in.
    pub validation_data: Option<&'a ClientMetadata>,
    /// What it sent along with another request.
    pub client_metadata: Option<&'a ClientMetadata>,
}

impl fmt::Debug for Stranger<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stranger(..)")
    }
}

/// Where a migrated user stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FinalStatus {
    /// Can sign in with the password.
    Confirmed,
    /// Has to choose a new password with a code.
    #[default]
    ResetRequired,
}

/// What the other directory knows.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Migrated {
    /// Attributes of the new user.
    pub user_attributes: Option<BTreeMap<String, String>>,
    /// Where the user stands.
    pub final_user_status: Option<FinalStatus>,
    /// Whether to take an address away from the user who has it as an alias.
    pub force_alias_creation: Option<bool>,
    /// Whether codes by text message are a second factor from now on.
    #[serde(rename = "enableSMSMFA")]
    pub enable_sms_mfa: Option<bool>,
}

impl fmt::Debug for Migrated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migrated")
            .field("final_user_status", &self.final_user_status)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_data: Option<&'a ClientMetadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_metadata: Option<&'a ClientMetadata>,
}

/// Asks the trigger; `None` if there is none, or it throws: it knows nobody with this name and password.
///
/// # Errors
/// What [`Occasion`] gives, apart from what the handler throws.
pub async fn user_migration(
    state: &AppState,
    occasion: Occasion<'_>,
    stranger: Stranger<'_>,
) -> Result<Option<Migrated>, ApiError> {
    let Stranger {
        password,
        validation_data,
        client_metadata,
    } = stranger;
    let request = Request {
        password,
        validation_data,
        client_metadata,
    };
    let empty = json!({
        "userAttributes": null, "finalUserStatus": null, "messageAction": null,
        "desiredDeliveryMediums": null, "forceAliasCreation": null, "enableSMSMFA": null,
    });
    let secrets = password.map(|password| Zeroizing::new(password.to_owned()));
    let secrets = secrets.into_iter().collect();
    match occasion.fire(state, &request, &empty, secrets).await {
        Err(error) if error.code == ErrorType::UserLambdaValidation => {
            tracing::info!("UserMigration knows nobody with this name and password");
            Ok(None)
        }
        other => other,
    }
}
