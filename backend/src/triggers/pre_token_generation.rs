//! `PreTokenGeneration`: changes what tokens say, before they are signed.
//!
//! Version 1 knows the ID token and texts only; version 2 also the access token, its scopes, and claims of
//! any JSON form; version 3 also the tokens that a client gets for itself. What may be changed is for
//! `tokens` to say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::event::user_attributes;
use super::{Occasion, Source, TokenOccasion};
use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::lambda_config::{Trigger, Version};
use crate::pools::Pool;
use crate::users::User;

/// The tokens that are to be made.
#[derive(Clone, Copy)]
pub struct Making<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// The client that gets them.
    pub client_id: &'a str,
    /// Whose they are; nobody's if a client gets them for itself.
    pub user: Option<&'a User>,
    /// Why.
    pub occasion: TokenOccasion,
    /// The groups they would tell.
    pub groups: &'a Groups,
    /// The scopes they would have.
    pub scopes: &'a [&'a str],
    /// What the app sent along.
    pub client_metadata: Option<&'a ClientMetadata>,
}

impl std::fmt::Debug for Making<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Making")
            .field("occasion", &self.occasion)
            .finish_non_exhaustive()
    }
}

/// Groups, and the roles they give.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Groups {
    /// `cognito:groups`
    #[serde(default, deserialize_with = "or_empty")]
    pub groups_to_override: Vec<String>,
    /// `cognito:roles`
    #[serde(default, deserialize_with = "or_empty")]
    pub iam_roles_to_override: Vec<String>,
    /// `cognito:preferred_role`
    #[serde(default)]
    pub preferred_role: Option<String>,
}

/// What the trigger wants of the tokens.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    /// Of the ID token.
    pub id: ClaimChanges,
    /// Of the access token.
    pub access: ClaimChanges,
    /// In the place of the groups that there are; `None` leaves them.
    pub groups: Option<Groups>,
    /// Scopes the access token has besides.
    pub scopes_to_add: Vec<String>,
    /// Scopes it is not to have.
    pub scopes_to_suppress: Vec<String>,
}

/// What is wanted of the claims of one token.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClaimChanges {
    /// Claims it has besides, or with another value.
    pub add: Map<String, Value>,
    /// Claims it is not to have.
    pub suppress: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    user_attributes: BTreeMap<&'a str, &'a str>,
    group_configuration: &'a Groups,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<&'a [&'a str]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_metadata: Option<&'a ClientMetadata>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct First {
    claims_override_details: Option<FirstDetails>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct FirstDetails {
    claims_to_add_or_override: Option<BTreeMap<String, String>>,
    claims_to_suppress: Option<Vec<String>>,
    group_override_details: Option<Groups>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Second {
    claims_and_scope_override_details: Option<SecondDetails>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SecondDetails {
    id_token_generation: Option<TokenDetails>,
    access_token_generation: Option<TokenDetails>,
    group_override_details: Option<Groups>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TokenDetails {
    claims_to_add_or_override: Option<Map<String, Value>>,
    claims_to_suppress: Option<Vec<String>>,
    scopes_to_add: Option<Vec<String>>,
    scopes_to_suppress: Option<Vec<String>>,
}

/// Asks the trigger. Without one, or for a client's own tokens one below version 3, nothing changes.
///
/// # Errors
/// What [`Occasion`] gives: there are no tokens then.
pub async fn pre_token_generation(
    state: &AppState,
    making: Making<'_>,
) -> Result<Changes, ApiError> {
    let hook = making.pool.settings.hook(Trigger::PreTokenGeneration);
    let Some(version) = hook.map(|hook| hook.version) else {
        return Ok(Changes::default());
    };
    if making.occasion == TokenOccasion::ClientCredentials && version < Version::V3 {
        return Ok(Changes::default());
    }
    let occasion = Occasion {
        pool: making.pool,
        client_id: making.client_id,
        username: making.user.map_or("", |user| &user.username),
        source: Source::Tokens(making.occasion),
    };
    let request = Request {
        user_attributes: making.user.map(user_attributes).unwrap_or_default(),
        group_configuration: making.groups,
        scopes: (version > Version::V1).then_some(making.scopes),
        client_metadata: making.client_metadata,
    };
    if version == Version::V1 {
        let empty = json!({ "claimsOverrideDetails": null });
        let response = occasion.fire(state, &request, &empty, Vec::new()).await?;
        return Ok(Changes::from_first(response.unwrap_or_default()));
    }
    let empty = json!({ "claimsAndScopeOverrideDetails": null });
    let response = occasion.fire(state, &request, &empty, Vec::new()).await?;
    Ok(Changes::from_second(response.unwrap_or_default()))
}

impl Changes {
    fn from_first(response: First) -> Self {
        let details = response.claims_override_details.unwrap_or_default();
        let add = details.claims_to_add_or_override.unwrap_or_default();
        Self {
            id: ClaimChanges {
                add: add
                    .into_iter()
                    .map(|(name, value)| (name, Value::String(value)))
                    .collect(),
                suppress: details.claims_to_suppress.unwrap_or_default(),
            },
            groups: details.group_override_details,
            ..Self::default()
        }
    }

    fn from_second(response: Second) -> Self {
        let details = response
            .claims_and_scope_override_details
            .unwrap_or_default();
        let (id, _, _) = details.id_token_generation.unwrap_or_default().parts();
        let access = details.access_token_generation.unwrap_or_default();
        let (access, scopes_to_add, scopes_to_suppress) = access.parts();
        Self {
            id,
            access,
            groups: details.group_override_details,
            scopes_to_add,
            scopes_to_suppress,
        }
    }
}

impl TokenDetails {
    fn parts(self) -> (ClaimChanges, Vec<String>, Vec<String>) {
        let claims = ClaimChanges {
            add: self.claims_to_add_or_override.unwrap_or_default(),
            suppress: self.claims_to_suppress.unwrap_or_default(),
        };
        let add = self.scopes_to_add.unwrap_or_default();
        (claims, add, self.scopes_to_suppress.unwrap_or_default())
    }
}

/// `null` for a list that says nothing.
fn or_empty<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
