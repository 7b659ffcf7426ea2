//! `ListUsers`: pages of users, filtered by one attribute.
//!
//! # Limits
//! Attributes are sealed, so a filter opens one user after another; user name and sub are looked up
//! directly. A page looks at [`MOST_OPENED`] users at most and may come back short with a token to
//! go on.

use super::{User, find_by_username, list_after};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;

const MOST_OPENED: usize = 2000;
const BATCH: i64 = 200;

/// A filter: `name = "value"` (equal) or `name ^= "value"` (begins with).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    name: String,
    is_prefix: bool,
    value: String,
}

const SEARCHABLE: [&str; 10] = [
    "username",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "cognito:user_status",
    "status",
    "sub",
];

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// `InvalidParameterException` if it is not one, or the attribute is not searchable.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let invalid = || ApiError::invalid_parameter("Error while parsing filter.");
        let (left, quoted) = text.trim().split_once('=').ok_or_else(invalid)?;
        let (name, is_prefix) = match left.trim_end().strip_suffix('^') {
            Some(name) => (name, true),
            None => (left, false),
        };
        let name = name.trim().trim_matches('"').to_owned();
        if !SEARCHABLE.contains(&name.as_str()) {
            return Err(ApiError::invalid_parameter(
                "The attribute cannot be searched by.",
            ));
        }
        let quoted = quoted.trim();
        let inner = quoted
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let value = unescaped(inner.ok_or_else(invalid)?).ok_or_else(invalid)?;
        Ok(Self {
            name,
            is_prefix,
            value,
        })
    }

    fn matches(&self, user: &User) -> bool {
        let value = match self.name.as_str() {
            "username" => Some(user.username.as_str()),
            "sub" => Some(user.sub.as_str()),
            "cognito:user_status" => Some(user.status.as_str()),
            "status" => Some(if user.enabled { "Enabled" } else { "Disabled" }),
            attribute => user.attributes.get(attribute),
        };
        let fits = |value: &str, wanted: &str| {
            if self.is_prefix {
                value.starts_with(wanted)
            } else {
                value == wanted
            }
        };
        value.is_some_and(|value| match self.name.as_str() {
            "status" | "cognito:user_status" => {
                fits(&value.to_lowercase(), &self.value.to_lowercase())
            }
            _ => fits(value, &self.value),
        })
    }
}

/// A page of users.
#[derive(Debug)]
pub struct Page {
    /// The users, in the order of their user names.
    pub users: Vec<User>,
    /// Where the next page begins (after this user name), unless this is the last.
    pub next: Option<String>,
}

/// Up to `limit` users with user names after `after` whom the filter lets through.
///
/// # Errors
/// For no fault of the caller's.
pub async fn list(
    state: &AppState,
    pool: &Pool,
    filter: Option<&Filter>,
    after: &str,
    limit: usize,
) -> Result<Page, ApiError> {
    if let Some(filter) = filter.filter(|filter| filter.name == "username" && !filter.is_prefix) {
        let user = find_by_username(state, pool, &filter.value).await?;
        return Ok(Page {
            users: user.into_iter().collect(),
            next: None,
        });
    }
    let mut page = Vec::new();
    let mut after = after.to_owned();
    let mut opened = 0;
    while opened < MOST_OPENED {
        let batch = list_after(state, pool, &after, BATCH).await?;
        let is_last = i64::try_from(batch.len()).unwrap_or(BATCH) < BATCH;
        for user in batch {
            if page.len() == limit {
                return Ok(Page {
                    users: page,
                    next: Some(after),
                });
            }
            opened += 1;
            after.clone_from(&user.username);
            if filter.is_none_or(|filter| filter.matches(&user)) {
                page.push(user);
            }
        }
        if is_last {
            return Ok(Page {
                users: page,
                next: None,
            });
        }
    }
    Ok(Page {
        users: page,
        next: Some(after),
    })
}

/// Backslashes escape quotes and themselves; a bare quote ends nothing and is refused.
fn unescaped(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return None,
            '\\' => value.push(characters.next()?),
            other => value.push(other),
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::Status;

    fn filter(name: &str, is_prefix: bool, value: &str) -> Filter {
        Filter {
            name: name.to_owned(),
            is_prefix,
            value: value.to_owned(),
        }
    }

    #[test]
    fn both_operators_spaces_and_escaped_quotes_are_read() {
        assert_eq!(
            Filter::parse("email = \"a@b.c\"").unwrap(),
            filter("email", false, "a@b.c")
        );
        assert_eq!(
            Filter::parse("email^=\"a\"").unwrap(),
            filter("email", true, "a")
        );
        assert_eq!(
            Filter::parse("\"sub\" = \"1=2\"").unwrap(),
            filter("sub", false, "1=2")
        );
        assert_eq!(
            Filter::parse("name = \"a\\\"b\\\\\"").unwrap(),
            filter("name", false, "a\"b\\")
        );
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "email",
            "email = a",
            "email = \"a",
            "email = \"a\"b\"",
            "custom:x = \"a\"",
            "email ~ \"a\"",
        ] {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_statuses_are_words() {
        assert_eq!(Status::parse("CONFIRMED"), Some(Status::Confirmed));
        assert_eq!(Status::parse("confirmed"), None);
    }
}
