//! Claims of a login.

use serde_json::Value;

pub use crate::openid::Claims;

/// A claim as text; flags and numbers as JSON writes them.
#[must_use]
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
