//! The contract's shapes, and requests checked against them.
//!
//! The shapes are the services' own (`backend/contract/api-shapes-*.json`, with their source in them),
//! inside the binary and read when the first request comes. Every request is checked before its
//! operation sees it: required members, types, lengths, patterns, enumerations. A member that is
//! null counts as absent, and so does a member the shape does not know.
//!
//! # Security model
//! A refusal names the member and the constraint, never the value: many are secret.
//!
//! # Limits
//! Patterns are the service's for Java, where `\w` and `\s` mean ASCII; [`Pattern`] keeps that.

mod pattern;
mod shapes;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::ApiError;
pub use pattern::Pattern;
pub use shapes::Auth;
use shapes::{Node, Shape, ShapeType, model};

/// Broken constraints that a refusal names: a request of one page must not get an answer of a
/// hundred.
const MOST_NAMED: usize = 20;

/// Whose API an operation is of: the two have a contract each, and three operations with the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// `AWSCognitoIdentityProviderService`
    UserPools,
    /// `AWSCognitoIdentityService`
    IdentityPools,
}

impl Service {
    /// Both.
    pub const ALL: [Self; 2] = [Self::UserPools, Self::IdentityPools];

    /// What stands before the point in `X-Amz-Target`.
    #[must_use]
    pub fn target(self) -> &'static str {
        match self {
            Self::UserPools => "AWSCognitoIdentityProviderService",
            Self::IdentityPools => "AWSCognitoIdentityService",
        }
    }

    /// The service in the scope of a signature.
    #[must_use]
    pub fn signing_name(self) -> &'static str {
        match self {
            Self::UserPools => "cognito-idp",
            Self::IdentityPools => "cognito-identity",
        }
    }
}

/// Every operation of a service's contract, in the order of their names.
#[must_use]
pub fn operations(service: Service) -> BTreeMap<&'static str, Auth> {
    model(service).operations().collect()
}

/// Checks a request's body against the operation's input shape and removes members that are null or
/// unknown.
///
/// # Errors
/// `SerializationException` if a value has the wrong type, `InvalidParameterException` if
/// constraints are not satisfied: they are named, the first twenty or so of them.
pub fn check(service: Service, operation: &str, body: &mut Value) -> Result<(), ApiError> {
    let Some(shape) = model(service).input(operation) else {
        return Ok(());
    };
    let mut failures = Vec::new();
    check_value(shape, body, "", &mut failures)?;
    if failures.is_empty() {
        return Ok(());
    }
    let noun = if failures.len() == 1 {
        "error"
    } else {
        "errors"
    };
    let count = failures.len();
    Err(ApiError::invalid_parameter(format!(
        "{count} validation {noun} detected: {}",
        failures.join("; ")
    )))
}

/// Checks an answer against the operation's output shape: whatever the operation answers must be in it.
///
/// # Errors
/// What is not in it, or not as it says.
pub fn check_answer(service: Service, operation: &str, answer: &Value) -> Result<(), ApiError> {
    let Some(shape) = model(service).output(operation) else {
        return match answer {
            Value::Object(members) if members.is_empty() => Ok(()),
            _ => Err(ApiError::serialization("The operation answers nothing.")),
        };
    };
    let mut known = answer.clone();
    let mut failures = Vec::new();
    check_value(shape, &mut known, "", &mut failures)?;
    // The names of standard attributes are longer than the shape has it (`phone_number_verified`).
    failures.retain(|failure| !failure.contains("schemaAttributes."));
    if known != *answer {
        failures
            .push("There are members that the shape does not have, or that are null".to_owned());
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(ApiError::serialization(failures.join("; ")))
    }
}

fn check_value(
    shape: Node,
    value: &mut Value,
    path: &str,
    failures: &mut Vec<String>,
) -> Result<(), ApiError> {
    if shape.document {
        return Ok(());
    }
    match (shape.kind, value) {
        (ShapeType::Structure, Value::Object(members)) => {
            check_structure(shape, members, path, failures)
        }
        (ShapeType::Map, Value::Object(entries)) => check_map(shape, entries, path, failures),
        (ShapeType::List, Value::Array(elements)) => {
            check_length(&shape, elements.len(), path, failures);
            let Some(element_shape) = shape.member() else {
                return Ok(());
            };
            for (index, element) in elements.iter_mut().enumerate() {
                if failures.len() >= MOST_NAMED {
                    break;
                }
                let path = format!("{path}.{}.member", index + 1);
                check_value(element_shape, element, &path, failures)?;
            }
            Ok(())
        }
        (ShapeType::String | ShapeType::Blob, Value::String(text)) => {
            check_string(&shape, text, path, failures);
            Ok(())
        }
        (ShapeType::Integer | ShapeType::Long, Value::Number(number)) => {
            let number = number.as_i64().ok_or_else(|| wrong_type(path))?;
            check_number(&shape, number, path, failures);
            Ok(())
        }
        (ShapeType::Timestamp, Value::Number(_)) | (ShapeType::Boolean, Value::Bool(_)) => Ok(()),
        _ => Err(wrong_type(path)),
    }
}

fn check_structure(
    shape: Node,
    members: &mut Map<String, Value>,
    path: &str,
    failures: &mut Vec<String>,
) -> Result<(), ApiError> {
    members.retain(|name, value| !value.is_null() && shape.member_named(name).is_some());
    for name in &shape.required {
        if !members.contains_key(name.as_ref()) {
            failures.push(failure(&join(path, name), "Member must not be null"));
        }
    }
    for (name, value) in members.iter_mut() {
        if let Some(member) = shape.member_named(name) {
            check_value(member, value, &join(path, name), failures)?;
        }
    }
    Ok(())
}

fn check_map(
    shape: Node,
    entries: &mut Map<String, Value>,
    path: &str,
    failures: &mut Vec<String>,
) -> Result<(), ApiError> {
    entries.retain(|_, value| !value.is_null());
    check_length(&shape, entries.len(), path, failures);
    for (name, value) in entries.iter_mut() {
        if failures.len() >= MOST_NAMED {
            break;
        }
        // The key may be anything the caller made up: the path does not repeat it.
        if let Some(key) = shape.key() {
            check_string(&key, name, &format!("{path}.key"), failures);
        }
        if let Some(value_shape) = shape.value() {
            check_value(value_shape, value, &format!("{path}.value"), failures)?;
        }
    }
    Ok(())
}

fn check_string(shape: &Shape, text: &str, path: &str, failures: &mut Vec<String>) {
    check_length(shape, text.chars().count(), path, failures);
    if let Some(pattern) = &shape.pattern
        && !pattern.matches(text)
    {
        failures.push(failure(
            path,
            &format!(
                "Member must satisfy regular expression pattern: {}",
                pattern.source()
            ),
        ));
    }
    if !shape.values.is_empty() && !shape.values.iter().any(|value| **value == *text) {
        failures.push(failure(
            path,
            &format!(
                "Member must satisfy enum value set: [{}]",
                shape.values.join(", ")
            ),
        ));
    }
}

fn check_length(shape: &Shape, length: usize, path: &str, failures: &mut Vec<String>) {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    if let Some(min) = shape.min.filter(|min| length < *min) {
        let constraint = format!("Member must have length greater than or equal to {min}");
        failures.push(failure(path, &constraint));
    }
    if let Some(max) = shape.max.filter(|max| length > *max) {
        let constraint = format!("Member must have length less than or equal to {max}");
        failures.push(failure(path, &constraint));
    }
}

fn check_number(shape: &Shape, number: i64, path: &str, failures: &mut Vec<String>) {
    if let Some(min) = shape.min.filter(|min| number < *min) {
        let constraint = format!("Member must have value greater than or equal to {min}");
        failures.push(failure(path, &constraint));
    }
    if let Some(max) = shape.max.filter(|max| number > *max) {
        let constraint = format!("Member must have value less than or equal to {max}");
        failures.push(failure(path, &constraint));
    }
}

fn failure(path: &str, constraint: &str) -> String {
    format!("Value at '{path}' failed to satisfy constraint: {constraint}")
}

fn wrong_type(path: &str) -> ApiError {
    if path.is_empty() {
        return ApiError::serialization("The request must be a JSON object.");
    }
    ApiError::serialization(format!("The value at '{path}' has the wrong type."))
}

/// The service writes members in a message with a small first letter.
fn join(path: &str, member: &str) -> String {
    let mut characters = member.chars();
    let name: String = characters
        .next()
        .into_iter()
        .flat_map(char::to_lowercase)
        .chain(characters)
        .collect();
    if path.is_empty() {
        name
    } else {
        format!("{path}.{name}")
    }
}

#[cfg(test)]
mod tests;
