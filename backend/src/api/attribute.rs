//! `AttributeType`: a name and a value.

use serde::{Deserialize, Serialize};

use crate::pools::Client;
use crate::users::{self, User};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Attribute {
    name: String,
    #[serde(default)]
    value: String,
}

impl Attribute {
    pub(super) fn new(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// Names and values, as the domain takes them.
pub(super) fn pairs(attributes: Option<Vec<Attribute>>) -> Vec<(String, String)> {
    attributes
        .unwrap_or_default()
        .into_iter()
        .map(|given| (given.name, given.value))
        .collect()
}

/// `sub` and the attributes that a client may read; all of them for an administrator (`None`).
pub(super) fn of_user(user: &User, reader: Option<&Client>) -> Vec<Attribute> {
    let sub = Attribute {
        name: "sub".to_owned(),
        value: user.sub.clone(),
    };
    let others = user
        .attributes
        .iter()
        .filter(|(name, _)| reader.is_none_or(|client| users::readable(client, name)))
        .map(|(name, value)| Attribute {
            name: name.to_owned(),
            value: value.to_owned(),
        });
    std::iter::once(sub).chain(others).collect()
}
