//! Claims of a login.

use serde_json::{Map, Value};

/// What a provider says of somebody.
pub type Claims = Map<String, Value>;

/// A claim as text; flags and numbers as JSON writes them.
#[must_use]
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
