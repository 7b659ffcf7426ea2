//! Attributes for access control: claims of a login as principal tags of the session.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::claims::{Claims, text};
use crate::error::ApiError;

/// Bytes of all tags together, names and values (the developer guide, "Using attributes for access
/// control").
const MOST_BYTES: usize = 460;

/// The defaults: the app's client, and who the person is.
const DEFAULTS: [(&str, &str); 2] = [("client", "aud"), ("username", "sub")];

/// How claims of a provider become tags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagMap {
    /// Whether the tags are `client` and `username`.
    #[serde(default)]
    pub use_defaults: bool,
    /// The tags, and the claims they come from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub principal_tags: BTreeMap<String, String>,
}

impl TagMap {
    /// The tags of somebody with these claims; claims that are not there give none.
    ///
    /// # Errors
    /// `InvalidParameterException` if they are longer than tags may be.
    pub fn tags(&self, claims: &Claims) -> Result<BTreeMap<String, String>, ApiError> {
        let defaults = DEFAULTS.into_iter().filter(|_| self.use_defaults);
        let own = self.principal_tags.iter().filter(|_| !self.use_defaults);
        let own = own.map(|(tag, claim)| (tag.as_str(), claim.as_str()));
        let tags = defaults
            .chain(own)
            .filter_map(|(tag, claim)| Some((tag.to_owned(), text(claims.get(claim)?)?)))
            .collect();
        check(&tags)?;
        Ok(tags)
    }
}

/// Whether tags are not longer than they may be together.
///
/// # Errors
/// `InvalidParameterException`
pub fn check(tags: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let bytes: usize = tags
        .iter()
        .map(|(tag, value)| tag.len() + value.len())
        .sum();
    if bytes > MOST_BYTES {
        return Err(ApiError::invalid_parameter(format!(
            "The principal tags have more than {MOST_BYTES} bytes together."
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims() -> Claims {
        let claims =
            json!({ "sub": "s", "aud": "c", "department": "sales", "level": 3, "list": [1] });
        claims.as_object().unwrap().clone()
    }

    #[test]
    fn tags_come_from_the_claims_that_are_there() {
        let map = TagMap {
            use_defaults: false,
            principal_tags: [
                ("team", "department"),
                ("l", "level"),
                ("x", "list"),
                ("y", "no"),
            ]
            .map(|(tag, claim)| (tag.to_owned(), claim.to_owned()))
            .into(),
        };
        let tags = map.tags(&claims()).unwrap();
        assert_eq!(json!(tags), json!({ "team": "sales", "l": "3" }));
    }

    #[test]
    fn the_defaults_are_the_client_and_the_person() {
        let map = TagMap {
            use_defaults: true,
            principal_tags: [("team".to_owned(), "department".to_owned())].into(),
        };
        let tags = map.tags(&claims()).unwrap();
        assert_eq!(json!(tags), json!({ "client": "c", "username": "s" }));
    }

    #[test]
    fn tags_have_460_bytes_together() {
        let of = |bytes: usize| BTreeMap::from([("t".to_owned(), "x".repeat(bytes - 1))]);
        assert!(check(&of(460)).is_ok());
        assert!(check(&of(461)).is_err());
    }
}
