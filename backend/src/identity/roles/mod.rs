//! Which role an identity gets (the enhanced flow).
//!
//! A guest gets the role of guests, whoever signed in that of the signed in, unless there is a mapping for
//! the provider: by the roles in the token, or by rules over its claims.

mod rules;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::claims::Claims;
use super::pool::is_arn_of;
use crate::error::ApiError;

pub use rules::{MatchType, Rule};

const AUTHENTICATED: &str = "authenticated";
const UNAUTHENTICATED: &str = "unauthenticated";

/// The roles of a pool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PoolRoles {
    /// `authenticated` and `unauthenticated`.
    #[serde(default)]
    pub roles: BTreeMap<String, String>,
    /// For each provider (of a user pool `<provider>:<client id>`) how its people get theirs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub role_mappings: BTreeMap<String, RoleMapping>,
}

/// How people of a provider get their role (`RoleMapping`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RoleMapping {
    /// By what.
    #[serde(rename = "Type")]
    pub kind: MappingType,
    /// What if it is not clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ambiguous_role_resolution: Option<Ambiguous>,
    /// The rules, where it goes by rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules_configuration: Option<RulesConfiguration>,
}

/// `RoleMappingType`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MappingType {
    /// By `cognito:preferred_role` and `cognito:roles`.
    Token,
    /// By the first rule that matches.
    Rules,
}

/// `AmbiguousRoleResolutionType`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ambiguous {
    /// The pool's role for whoever signed in.
    AuthenticatedRole,
    /// None.
    Deny,
}

/// `RulesConfigurationType`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RulesConfiguration {
    /// In this order.
    pub rules: Vec<Rule>,
}

/// Who asks for a role.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// Somebody without a login.
    Guest,
    /// Somebody with a login of a provider for which there is this mapping, and these claims.
    SignedIn(Option<(&'a RoleMapping, &'a Claims)>),
}

impl PoolRoles {
    /// The role that somebody gets. `custom` is the one that was asked for by name.
    ///
    /// # Errors
    /// `InvalidIdentityPoolConfigurationException` if the pool has no role for them,
    /// `NotAuthorizedException` if the mapping denies one.
    pub fn choose(&self, who: Who<'_>, custom: Option<&str>) -> Result<String, ApiError> {
        let Who::SignedIn(mapping) = who else {
            return match custom {
                None => self.default_role(UNAUTHENTICATED),
                Some(_) => Err(denied()),
            };
        };
        match (mapping, custom) {
            (None, None) => self.default_role(AUTHENTICATED),
            (None, Some(_)) => Err(denied()),
            (Some((mapping, claims)), _) => match mapping.kind {
                MappingType::Token => self.by_token(mapping, claims, custom),
                MappingType::Rules => self.by_rules(mapping, claims, custom),
            },
        }
    }

    /// Whether the roles can be used.
    ///
    /// # Errors
    /// `InvalidParameterException`, `LimitExceededException` if there are more than `most` rules.
    pub fn check(&self, most: usize) -> Result<(), ApiError> {
        let is_role = |arn: &str| is_arn_of(arn, ":role/");
        if !self.roles.values().all(|arn| is_role(arn)) {
            return Err(ApiError::invalid_parameter("A role is no ARN of a role."));
        }
        for mapping in self.role_mappings.values() {
            if mapping.ambiguous_role_resolution.is_none() {
                return Err(ApiError::invalid_parameter(
                    "AmbiguousRoleResolution is required for role mappings.",
                ));
            }
            match (mapping.kind, &mapping.rules_configuration) {
                (MappingType::Token, None) => {}
                (MappingType::Token, Some(_)) => {
                    return Err(ApiError::invalid_parameter(
                        "A mapping of the type Token has no rules.",
                    ));
                }
                (MappingType::Rules, None) => {
                    return Err(ApiError::invalid_parameter(
                        "A mapping of the type Rules needs RulesConfiguration.",
                    ));
                }
                (MappingType::Rules, Some(RulesConfiguration { rules })) => {
                    if rules.len() > most {
                        return Err(ApiError::limit_exceeded(
                            "A provider would have more rules than it may have.",
                        ));
                    }
                    if !rules.iter().all(|rule| is_role(&rule.role_arn)) {
                        return Err(ApiError::invalid_parameter(
                            "A rule's role is no ARN of one.",
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    fn by_token(
        &self,
        mapping: &RoleMapping,
        claims: &Claims,
        custom: Option<&str>,
    ) -> Result<String, ApiError> {
        let roles = claims.get("cognito:roles").and_then(Value::as_array);
        let roles: Vec<&str> = roles
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if let Some(custom) = custom {
            return match roles.contains(&custom) {
                true => Ok(custom.to_owned()),
                false => Err(denied()),
            };
        }
        let preferred = claims.get("cognito:preferred_role").and_then(Value::as_str);
        match (preferred, roles.as_slice()) {
            (Some(role), _) | (None, &[role]) => Ok(role.to_owned()),
            _ => self.ambiguous(mapping),
        }
    }

    fn by_rules(
        &self,
        mapping: &RoleMapping,
        claims: &Claims,
        custom: Option<&str>,
    ) -> Result<String, ApiError> {
        let rules = mapping.rules_configuration.iter();
        let mut matching = rules
            .flat_map(|configuration| &configuration.rules)
            .filter(|rule| rule.matches(claims))
            .map(|rule| rule.role_arn.as_str());
        match custom {
            Some(custom) => match matching.any(|role| role == custom) {
                true => Ok(custom.to_owned()),
                false => Err(denied()),
            },
            None => matching
                .next()
                .map_or_else(|| self.ambiguous(mapping), |role| Ok(role.to_owned())),
        }
    }

    fn ambiguous(&self, mapping: &RoleMapping) -> Result<String, ApiError> {
        match mapping.ambiguous_role_resolution {
            Some(Ambiguous::AuthenticatedRole) => self.default_role(AUTHENTICATED),
            Some(Ambiguous::Deny) | None => Err(denied()),
        }
    }

    fn default_role(&self, kind: &str) -> Result<String, ApiError> {
        self.roles.get(kind).cloned().ok_or_else(unconfigured)
    }
}

/// The pool has no role, or none that can be taken.
pub(super) fn unconfigured() -> ApiError {
    ApiError::invalid_identity_pool_configuration(
        "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
    )
}

fn denied() -> ApiError {
    ApiError::not_authorized("Access to role denied.")
}

#[cfg(test)]
mod tests;
