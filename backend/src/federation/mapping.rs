//! The provider's attribute mapping: which of the pool's attributes is taken from which claim.
//!
//! A claim that is missing, null or empty says nothing: the attribute keeps its value. Several values are a list in
//! brackets, each encoded as in a form.

use serde_json::{Map, Value};

use super::Failure;
use crate::identity_providers::IdentityProvider;

/// The longest value of an attribute, in bytes (the service's developer guide, "Attribute mapping").
pub(super) const LONGEST_VALUE: usize = 2048;

/// The pool's attributes that the claims give values. Flags come last, because a new address takes its own away.
///
/// # Errors
/// [`Failure::Attributes`] for a value that is too long.
pub(super) fn attributes(
    provider: &IdentityProvider,
    claims: &Map<String, Value>,
) -> Result<Vec<(String, String)>, Failure> {
    let mut attributes = Vec::new();
    for (name, claim) in provider.settings.attribute_mapping.iter().flatten() {
        // The user name is made of the provider's id, whatever is mapped to it.
        if name == "username" {
            continue;
        }
        let Some(value) = claims.get(claim).and_then(text) else {
            continue;
        };
        if value.len() > LONGEST_VALUE {
            return Err(Failure::Attributes(format!(
                "{name} is longer than {LONGEST_VALUE} bytes"
            )));
        }
        attributes.push((name.clone(), value));
    }
    attributes.sort_by_key(|(name, _)| name.ends_with("_verified"));
    Ok(attributes)
}

/// A claim as the text of an attribute.
fn text(claim: &Value) -> Option<String> {
    let text = match claim {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => claim.to_string(),
        Value::Array(values) => {
            let values = values.iter().filter_map(text);
            let encoded = values
                .map(|value| form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>());
            format!("[{}]", encoded.collect::<Vec<_>>().join(","))
        }
        // OpenID Connect Core, 5.1.1
        Value::Object(members) => match members.get("formatted").and_then(Value::as_str) {
            Some(formatted) => formatted.to_owned(),
            None => claim.to_string(),
        },
    };
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::identity_providers::{ProviderType, Settings};

    fn mapped(mapping: &[(&str, &str)], claims: &Value) -> Result<Vec<(String, String)>, Failure> {
        let pairs = mapping.iter();
        let mapping = pairs.map(|(name, claim)| ((*name).to_owned(), (*claim).to_owned()));
        let provider = IdentityProvider {
            pool_id: "p".to_owned(),
            name: "Acme".to_owned(),
            kind: ProviderType::Oidc,
            details: std::collections::BTreeMap::new(),
            settings: Settings {
                attribute_mapping: Some(mapping.collect()),
                ..Settings::default()
            },
            created_at: 0,
            updated_at: 0,
            generation: String::new(),
        };
        attributes(&provider, claims.as_object().unwrap())
    }

    #[test]
    fn claims_become_texts_and_missing_ones_nothing() {
        let claims = json!({
            "email": "a@b.example", "email_verified": true, "groups": ["a b", "c,d"], "age": 42,
            "address": { "formatted": "Weg 1" }, "empty": "", "null": null, "sub": "7",
        });
        let mapping = [
            ("email_verified", "email_verified"),
            ("email", "email"),
            ("custom:groups", "groups"),
            ("custom:age", "age"),
            ("address", "address"),
            ("name", "empty"),
            ("nickname", "null"),
            ("locale", "absent"),
            ("username", "sub"),
        ];
        let mapped = mapped(&mapping, &claims).unwrap();
        let mapped: Vec<(&str, &str)> = mapped
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(
            mapped,
            [
                ("address", "Weg 1"),
                ("custom:age", "42"),
                ("custom:groups", "[a+b,c%2Cd]"),
                ("email", "a@b.example"),
                ("email_verified", "true"),
            ]
        );
    }

    #[test]
    fn a_value_has_2048_bytes_at_most() {
        let mapping = [("name", "name")];
        assert!(mapped(&mapping, &json!({ "name": "x".repeat(2048) })).is_ok());
        assert!(matches!(
            mapped(&mapping, &json!({ "name": "x".repeat(2049) })),
            Err(Failure::Attributes(_))
        ));
    }
}
