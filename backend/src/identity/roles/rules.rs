//! Rules over claims (`MappingRule`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identity::claims::{Claims, text};

/// A rule: whose claim is so gets the role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rule {
    /// The claim's name.
    pub claim: String,
    /// How it is compared.
    pub match_type: MatchType,
    /// What with.
    pub value: String,
    /// The role.
    #[serde(rename = "RoleARN")]
    pub role_arn: String,
}

/// `MappingRuleMatchType`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MatchType {
    /// It is the value.
    Equals,
    /// It has the value in it.
    Contains,
    /// It begins with the value.
    StartsWith,
    /// It is there, and not the value.
    NotEqual,
}

impl Rule {
    /// Whether the claims are as the rule says. A claim that is not there matches nothing, `NotEqual`
    /// neither. Of a list each text counts, for `NotEqual` all of them.
    #[must_use]
    pub fn matches(&self, claims: &Claims) -> bool {
        let texts = match claims.get(&self.claim) {
            None | Some(Value::Null | Value::Object(_)) => return false,
            Some(Value::Array(list)) => list.iter().filter_map(text).collect(),
            Some(value) => text(value).into_iter().collect::<Vec<_>>(),
        };
        let value = self.value.as_str();
        match self.match_type {
            MatchType::Equals => texts.iter().any(|text| text == value),
            MatchType::Contains => texts.iter().any(|text| text.contains(value)),
            MatchType::StartsWith => texts.iter().any(|text| text.starts_with(value)),
            MatchType::NotEqual => texts.iter().all(|text| text != value),
        }
    }
}
