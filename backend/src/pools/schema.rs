//! A pool's schema: the standard attributes, changed as the pool wants, and its custom ones
//! (`CreateUserPool`, `AddCustomAttributes`).
//!
//! # Limits
//! A custom attribute is never removed or changed, and never required. Its name is 1 to 20 characters,
//! before the prefix: `custom:`, or `dev:custom:` for those that only administrators write.

use serde_json::{Map, Value, json};

use crate::error::ApiError;

/// What the names of custom attributes begin with.
const CUSTOM: &str = "custom:";
/// What those begin with that only administrators write.
const DEVELOPER_ONLY: &str = "dev:custom:";
/// Characters of a custom attribute's name, without the prefix.
const LONGEST_NAME: usize = 20;
/// The longest value of any attribute, in characters.
const LONGEST_VALUE: i64 = 2048;

/// Whether it is one of a pool's own attributes.
#[must_use]
pub fn is_custom(name: &str) -> bool {
    name.starts_with(CUSTOM) || is_developer_only(name)
}

/// Whether only administrators write it.
#[must_use]
pub fn is_developer_only(name: &str) -> bool {
    name.starts_with("dev:")
}

/// Checks the attributes that a new pool is to have (`Schema`).
///
/// # Errors
/// `InvalidParameterException` naming the first that cannot be.
pub(super) fn check(settings: &Map<String, Value>, most_custom: usize) -> Result<(), ApiError> {
    let Some(Value::Array(schema)) = settings.get("Schema") else {
        return Ok(());
    };
    let mut seen = Vec::new();
    for attribute in schema {
        let name = name_of(attribute)?;
        if seen.contains(&name) {
            return Err(ApiError::invalid_parameter(format!(
                "Schema: {name} is there twice."
            )));
        }
        seen.push(name);
        let Some(standard) = standard_type(name) else {
            check_custom(attribute)?;
            continue;
        };
        let kind = attribute.get("AttributeDataType").and_then(Value::as_str);
        if kind.is_some_and(|kind| kind != standard) {
            return Err(ApiError::invalid_parameter(format!(
                "You can not change AttributeDataType for standard schema attribute {name}"
            )));
        }
        if name == "sub" {
            return Err(ApiError::invalid_parameter(
                "The attribute sub cannot be changed.",
            ));
        }
        check_bounds(attribute, standard)?;
    }
    let custom = seen.iter().filter(|name| standard_type(name).is_none());
    check_count(custom.count(), most_custom)
}

/// All attributes of a new pool: the standard ones, changed as `given` says, and the custom ones.
pub(super) fn complete(given: Option<Value>) -> Value {
    let mut attributes: Vec<Map<String, Value>> = STANDARD_ATTRIBUTES
        .into_iter()
        .map(|(name, kind, min, max)| standard(name, kind, min, max))
        .collect();
    let Some(Value::Array(given)) = given else {
        return json!(attributes);
    };
    for attribute in given {
        let Value::Object(attribute) = attribute else {
            continue;
        };
        let Some(name) = attribute.get("Name").and_then(Value::as_str) else {
            continue;
        };
        match attributes
            .iter_mut()
            .find(|known| known.get("Name") == Some(&json!(name)))
        {
            Some(known) => known.extend(attribute),
            None => {
                let custom = custom(name, &attribute);
                attributes.push(custom);
            }
        }
    }
    json!(attributes)
}

/// Adds custom attributes to a pool's document.
///
/// # Errors
/// `InvalidParameterException` for one that cannot be or is there already, or too many.
pub(super) fn add(
    document: &mut Map<String, Value>,
    given: &[Value],
    most_custom: usize,
) -> Result<(), ApiError> {
    let Some(Value::Array(attributes)) = document.get_mut("SchemaAttributes") else {
        return Err(ApiError::internal_error("A stored pool has no schema."));
    };
    for attribute in given {
        check_custom(attribute)?;
        let Value::Object(members) = attribute else {
            continue;
        };
        let added = custom(name_of(attribute)?, members);
        let name = added
            .get("Name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if attributes
            .iter()
            .any(|known| known.get("Name") == added.get("Name"))
        {
            return Err(ApiError::invalid_parameter(format!(
                "{name}: Existing attribute already has name {name}."
            )));
        }
        attributes.push(Value::Object(added));
    }
    let names = attributes
        .iter()
        .filter_map(|known| known.get("Name")?.as_str());
    check_count(names.filter(|name| is_custom(name)).count(), most_custom)
}

/// Gives a pool's new document the custom attributes that the old one has: they are never removed.
pub(super) fn keep_custom(document: &mut Map<String, Value>, old: &Map<String, Value>) {
    let (Some(Value::Array(attributes)), Some(Value::Array(old))) = (
        document.get_mut("SchemaAttributes"),
        old.get("SchemaAttributes"),
    ) else {
        return;
    };
    for kept in old {
        let name = kept.get("Name").and_then(Value::as_str).unwrap_or_default();
        let is_there = attributes
            .iter()
            .any(|known| known.get("Name") == kept.get("Name"));
        if is_custom(name) && !is_there {
            attributes.push(kept.clone());
        }
    }
}

fn name_of(attribute: &Value) -> Result<&str, ApiError> {
    let name = attribute.get("Name").and_then(Value::as_str);
    name.ok_or_else(|| ApiError::invalid_parameter("Schema: every attribute needs a Name."))
}

fn check_custom(attribute: &Value) -> Result<(), ApiError> {
    let name = name_of(attribute)?;
    if name.chars().count() > LONGEST_NAME {
        return Err(ApiError::invalid_parameter(format!(
            "Schema: the name of a custom attribute has at most {LONGEST_NAME} characters."
        )));
    }
    if attribute.get("Required") == Some(&Value::Bool(true)) {
        return Err(ApiError::invalid_parameter(
            "Required custom attributes are not supported currently.",
        ));
    }
    let kind = attribute.get("AttributeDataType").and_then(Value::as_str);
    check_bounds(attribute, kind.unwrap_or("String"))
}

/// Bounds are numbers, written as text, and the lower one is not above the upper one.
fn check_bounds(attribute: &Value, kind: &str) -> Result<(), ApiError> {
    let (member, names) = match kind {
        "String" => ("StringAttributeConstraints", ["MinLength", "MaxLength"]),
        "Number" => ("NumberAttributeConstraints", ["MinValue", "MaxValue"]),
        _ => return Ok(()),
    };
    let refused = || ApiError::invalid_parameter(format!("Schema: the {member} do not fit."));
    let mut bounds = [f64::NEG_INFINITY, f64::INFINITY];
    for (bound, name) in bounds.iter_mut().zip(names) {
        let Some(text) = attribute.get(member).and_then(|of| of.get(name)) else {
            continue;
        };
        let text = text.as_str().unwrap_or_default();
        if kind == "String" {
            let length: i64 = text.parse().map_err(|_| refused())?;
            if !(0..=LONGEST_VALUE).contains(&length) {
                return Err(refused());
            }
        }
        *bound = number(text).ok_or_else(refused)?;
    }
    if bounds[0] > bounds[1] {
        Err(refused())
    } else {
        Ok(())
    }
}

/// A number as attributes have it: digits, perhaps a sign, perhaps a fraction.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let are_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if are_digits(whole) && are_digits(fraction) {
        text.parse().ok()
    } else {
        None
    }
}

fn check_count(custom: usize, most: usize) -> Result<(), ApiError> {
    if custom > most {
        return Err(ApiError::invalid_parameter(format!(
            "A user pool has at most {most} custom attributes."
        )));
    }
    Ok(())
}

/// The data type of a standard attribute.
fn standard_type(name: &str) -> Option<&'static str> {
    let listed = STANDARD_ATTRIBUTES
        .iter()
        .find(|attribute| attribute.0 == name);
    listed.map(|attribute| attribute.1)
}

fn standard(name: &str, kind: &str, min: u32, max: u32) -> Map<String, Value> {
    let mut attribute = Map::new();
    attribute.insert("Name".to_owned(), json!(name));
    attribute.insert("AttributeDataType".to_owned(), json!(kind));
    attribute.insert("DeveloperOnlyAttribute".to_owned(), json!(false));
    attribute.insert("Mutable".to_owned(), json!(name != "sub"));
    attribute.insert("Required".to_owned(), json!(name == "sub"));
    match kind {
        "String" => {
            let bounds = json!({ "MinLength": min.to_string(), "MaxLength": max.to_string() });
            attribute.insert("StringAttributeConstraints".to_owned(), bounds);
        }
        "Number" => {
            attribute.insert(
                "NumberAttributeConstraints".to_owned(),
                json!({ "MinValue": "0" }),
            );
        }
        _ => {}
    }
    attribute
}

/// With the defaults, and without bounds that are of another type.
fn custom(name: &str, given: &Map<String, Value>) -> Map<String, Value> {
    let mut attribute = given.clone();
    let developer_only = given.get("DeveloperOnlyAttribute") == Some(&json!(true));
    let prefix = if developer_only {
        DEVELOPER_ONLY
    } else {
        CUSTOM
    };
    attribute.insert("Name".to_owned(), json!(format!("{prefix}{name}")));
    for (member, default) in [
        ("AttributeDataType", json!("String")),
        ("DeveloperOnlyAttribute", json!(false)),
        ("Mutable", json!(true)),
        ("Required", json!(false)),
    ] {
        attribute.entry(member).or_insert(default);
    }
    for (member, kind) in [
        ("StringAttributeConstraints", "String"),
        ("NumberAttributeConstraints", "Number"),
    ] {
        if attribute.get("AttributeDataType") != Some(&json!(kind)) {
            attribute.remove(member);
        }
    }
    attribute
}

/// Name, data type, shortest and longest value of the standard attributes.
const STANDARD_ATTRIBUTES: [(&str, &str, u32, u32); 21] = [
    ("profile", "String", 0, 2048),
    ("address", "String", 0, 2048),
    ("birthdate", "String", 10, 10),
    ("gender", "String", 0, 2048),
    ("preferred_username", "String", 0, 2048),
    ("updated_at", "Number", 0, 0),
    ("website", "String", 0, 2048),
    ("picture", "String", 0, 2048),
    ("identities", "String", 0, 2048),
    ("sub", "String", 1, 2048),
    ("phone_number", "String", 0, 2048),
    ("phone_number_verified", "Boolean", 0, 0),
    ("zoneinfo", "String", 0, 2048),
    ("locale", "String", 0, 2048),
    ("email", "String", 0, 2048),
    ("email_verified", "Boolean", 0, 0),
    ("given_name", "String", 0, 2048),
    ("family_name", "String", 0, 2048),
    ("middle_name", "String", 0, 2048),
    ("name", "String", 0, 2048),
    ("nickname", "String", 0, 2048),
];
