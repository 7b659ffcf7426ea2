//! Attributes: what is stored about a person, checked against the pool's schema and the client's
//! permissions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{is_email, is_phone_number};
use crate::error::ApiError;
use crate::pools::{Client, IdentifierAttribute, Pool, SchemaAttribute, schema};

/// Attribute names and values of one user. `sub` is not among them: it never changes.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Attributes(BTreeMap<String, String>);

impl Attributes {
    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Sets an attribute; an empty value removes it.
    pub fn set(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    /// All of them, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(super) fn to_json(&self) -> Result<Vec<u8>, ApiError> {
        serde_json::to_vec(&self.0).map_err(|error| ApiError::internal(&error))
    }

    pub(super) fn from_json(json: &[u8]) -> Result<Self, ApiError> {
        serde_json::from_slice(json)
            .map(Self)
            .map_err(|error| ApiError::internal(&error))
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Who sets attributes, and when: decides which ones may be set.
#[derive(Debug, Clone, Copy)]
pub enum Writer<'a> {
    /// Somebody who signs up through this client.
    SignUp(&'a Client),
    /// A user through this client.
    User(&'a Client),
    /// Another identity provider, through the client that its user signs in to.
    Provider {
        /// The client.
        client: &'a Client,
        /// Whether the user is made now.
        is_new: bool,
    },
    /// An administrator who makes a user.
    AdminCreate,
    /// An administrator who changes a user.
    AdminUpdate,
}

/// Checks attributes that somebody wants to set. Empty values (removals) are taken only from users
/// and administrators who change a user.
///
/// # Errors
/// `NotAuthorizedException` if the client may not write one of them, `InvalidParameterException` if
/// the schema has no such attribute, does not let it change, the value does not fit it, or an
/// attribute is there twice (each address would be sent a code).
pub fn writable(
    pool: &Pool,
    writer: Writer<'_>,
    attributes: &[(String, String)],
) -> Result<(), ApiError> {
    let mut seen = BTreeSet::new();
    for (name, value) in attributes {
        if !seen.insert(name) {
            return Err(ApiError::invalid_parameter(
                "An attribute may be given only once.",
            ));
        }
        if let Writer::SignUp(client) | Writer::User(client) = writer
            && (schema::is_developer_only(name) || !may_write(client, name))
        {
            return Err(ApiError::not_authorized(
                "A client attempted to write unauthorized attribute",
            ));
        }
        if let Writer::Provider { client, .. } = writer
            && (schema::is_developer_only(name) || !(is_flag(name) || may_write(client, name)))
        {
            return Err(ApiError::not_authorized(format!(
                "The client may not write the mapped attribute {name}."
            )));
        }
        let attribute = pool
            .settings
            .schema()
            .iter()
            .find(|attribute| attribute.name == *name)
            .filter(|_| !matches!(name.as_str(), "sub" | "identities"))
            .ok_or_else(|| nonconforming(name, "Attribute does not exist in the schema."))?;
        let is_change = matches!(
            writer,
            Writer::User(_) | Writer::AdminUpdate | Writer::Provider { is_new: false, .. }
        );
        if is_change && !attribute.mutable {
            return Err(nonconforming(name, "Attribute cannot be updated."));
        }
        if value.is_empty() && is_change {
            if attribute.required
                || pool
                    .settings
                    .username_attributes()
                    .iter()
                    .any(|a| a.name() == name)
            {
                return Err(nonconforming(name, "The attribute is required"));
            }
            continue;
        }
        fits(attribute, value)?;
        if name == "preferred_username" && names_by_another_alias(pool, value) {
            return Err(nonconforming(
                name,
                "It must not have the form of an email address or phone number.",
            ));
        }
    }
    Ok(())
}

/// Where people sign in with addresses too, a preferred user name that is one would stand for
/// whoever has that address.
fn names_by_another_alias(pool: &Pool, value: &str) -> bool {
    let aliases = pool.settings.alias_attributes();
    aliases.contains(&IdentifierAttribute::PreferredUsername)
        && ((aliases.contains(&IdentifierAttribute::Email) && is_email(value))
            || (aliases.contains(&IdentifierAttribute::PhoneNumber) && is_phone_number(value)))
}

/// Checks that a new user has what the pool requires.
///
/// # Errors
/// `InvalidParameterException` naming the first attribute that is missing.
pub fn check_required(pool: &Pool, attributes: &Attributes) -> Result<(), ApiError> {
    match missing(pool, attributes).next() {
        Some(name) => Err(nonconforming(name, "The attribute is required")),
        None => Ok(()),
    }
}

/// The names of the attributes that the pool requires and a user does not have.
pub(crate) fn missing<'a>(
    pool: &'a Pool,
    attributes: &'a Attributes,
) -> impl Iterator<Item = &'a str> {
    let required = pool
        .settings
        .schema()
        .iter()
        .filter(|schema| schema.required);
    required
        .map(|schema| schema.name.as_str())
        .filter(move |name| *name != "sub" && attributes.get(name).is_none())
}

/// Whether a client's users may read an attribute. Unset: all standard ones.
#[must_use]
pub fn readable(client: &Client, name: &str) -> bool {
    match client.settings.read_attributes() {
        Some(list) if !list.is_empty() => name == "sub" || list.iter().any(|listed| listed == name),
        _ => is_standard(name),
    }
}

/// Unset: all standard ones. The flags that say what was verified are never a client's to write.
fn may_write(client: &Client, name: &str) -> bool {
    if is_flag(name) {
        return false;
    }
    match client.settings.write_attributes() {
        Some(list) if !list.is_empty() => list.iter().any(|listed| listed == name),
        _ => is_standard(name),
    }
}

fn is_flag(name: &str) -> bool {
    matches!(name, "email_verified" | "phone_number_verified")
}

fn is_standard(name: &str) -> bool {
    !schema::is_custom(name)
}

fn fits(attribute: &SchemaAttribute, value: &str) -> Result<(), ApiError> {
    let name = attribute.name.as_str();
    let well_formed = match name {
        "email" => is_email(value),
        "phone_number" => is_phone_number(value),
        "birthdate" => is_date(value),
        _ => match attribute.attribute_data_type.as_str() {
            "Number" => schema::number(value).is_some(),
            "DateTime" => is_date_time(value),
            "Boolean" => matches!(value, "true" | "false"),
            _ => true,
        },
    };
    if !well_formed {
        return Err(nonconforming(
            name,
            match name {
                "email" => "Invalid email address format.",
                "phone_number" => "Invalid phone number format.",
                "birthdate" => "Invalid birthdate format.",
                _ => "Value does not have the attribute's type.",
            },
        ));
    }
    if let Some(bounds) = &attribute.string_attribute_constraints {
        let length = u32::try_from(value.chars().count()).map_or(f64::INFINITY, f64::from);
        check_bounds(
            name,
            length,
            bounds.min_length.as_deref(),
            bounds.max_length.as_deref(),
        )?;
    }
    if let Some(bounds) = &attribute.number_attribute_constraints
        && let Some(number) = schema::number(value)
    {
        check_bounds(
            name,
            number,
            bounds.min_value.as_deref(),
            bounds.max_value.as_deref(),
        )?;
    }
    Ok(())
}

fn check_bounds(
    name: &str,
    value: f64,
    min: Option<&str>,
    max: Option<&str>,
) -> Result<(), ApiError> {
    let bound = |text: Option<&str>| text.and_then(schema::number);
    if bound(min).is_some_and(|min| value < min) || bound(max).is_some_and(|max| value > max) {
        return Err(nonconforming(
            name,
            "Value is outside of the attribute's bounds.",
        ));
    }
    Ok(())
}

/// `YYYY-MM-DD`
fn is_date(text: &str) -> bool {
    let digits = |from: usize, to: usize| {
        text.get(from..to)
            .is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    text.len() == 10
        && digits(0, 4)
        && text.get(4..5) == Some("-")
        && digits(5, 7)
        && text.get(7..8) == Some("-")
        && digits(8, 10)
}

/// `YYYY-MM-DD`, perhaps with `THH:MM:SS`, a fraction, and `Z` or an offset; or seconds since 1970.
fn is_date_time(text: &str) -> bool {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    is_date(date) && time.is_none_or(is_time)
}

/// `HH:MM:SS`, perhaps with a fraction, and `Z` or an offset.
fn is_time(text: &str) -> bool {
    let two = |part: &str, below: u8| {
        part.len() == 2 && part.parse::<u8>().is_ok_and(|number| number < below)
    };
    let (clock, zone) = match text.find(['Z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, "Z"),
    };
    let is_zone = zone == "Z"
        || zone
            .get(1..)
            .and_then(|offset| offset.split_once(':'))
            .is_some_and(|(hours, minutes)| two(hours, 24) && two(minutes, 60));
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = clock.split(':');
    let fits = |part: Option<&str>, below| part.is_some_and(|part| two(part, below));
    is_zone
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && fits(parts.next(), 24)
        && fits(parts.next(), 60)
        && fits(parts.next(), 61)
        && parts.next().is_none()
}

fn nonconforming(name: &str, why: &str) -> ApiError {
    ApiError::invalid_parameter(format!(
        "Attributes did not conform to the schema: {name}: {why}"
    ))
}
