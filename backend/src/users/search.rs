//! `ListUsers`: pages of users, filtered by one attribute.
//!
//! Attributes are sealed. What they are searched by is a keyed hash of the whole value, of its first six
//! and of its first three letters: a page comes from an index, and every user on it was opened and compared.
//!
//! # Limits
//! A beginning of one or two letters, and one of a `sub`, is looked for by opening one user after another. A
//! page opens [`MOST_OPENED`] users at most and may come back short with a token to go on.

use super::{Status, User, find_by_username, normal, read_all};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::{Pool, find_pool};
use crate::seal::Sealer;
use crate::store::{LookupRow, UserRow, Users};

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
    let which = match filter.map(|filter| filter.plan(&state.sealer, pool)) {
        None => Users::All,
        Some(Plan::Lookup(lookup)) => {
            let row = state.store.user_by(&pool.id, &[lookup]).await?;
            let users = read_all(state, row.into_iter().collect())?;
            return Ok(Page { users, next: None });
        }
        Some(Plan::Username(name)) => {
            let user = find_by_username(state, pool, &name).await?;
            let users = user.into_iter().collect();
            return Ok(Page { users, next: None });
        }
        Some(Plan::Walk(which)) => which,
    };
    let batch_size = match &filter {
        // All of these are on the page, and one more says whether there is another.
        None => i64::try_from(limit).unwrap_or(BATCH).saturating_add(1),
        Some(_) => BATCH,
    };
    let mut page = Vec::new();
    let mut after = after.to_owned();
    let mut opened = 0;
    while opened < MOST_OPENED {
        let store = &state.store;
        let batch = store
            .users_after(&pool.id, &which, &after, batch_size)
            .await?;
        let mut is_last = i64::try_from(batch.len()).unwrap_or(batch_size) < batch_size;
        for user in read_all(state, batch)? {
            // In the order of the index: none of those behind this one begins so either.
            if matches!(&which, Users::From(first) if !user.username.starts_with(first)) {
                is_last = true;
                break;
            }
            if page.len() == limit {
                return Ok(Page {
                    users: page,
                    next: Some(after),
                });
            }
            opened += 1;
            after.clone_from(&user.username);
            if filter.is_none_or(|filter| filter.matches(pool, &user)) {
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

/// Makes users searchable whom an older version stored.
///
/// # Errors
/// If the database fails.
pub async fn make_all_searchable(state: &AppState) -> Result<(), ApiError> {
    const AT_ONCE: i64 = 500;
    loop {
        let rows = state.store.users_not_searchable(AT_ONCE).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut searchable: Vec<(UserRow, Vec<LookupRow>)> = Vec::new();
        for row in rows {
            let pool = find_pool(state, &row.pool_id).await?;
            let user = User::read(state, row.clone())?;
            searchable.push((row, searched(&state.sealer, &pool, &user)));
        }
        state.store.make_searchable(&searchable).await?;
    }
}

/// What a user is searched by.
pub(super) fn searched(sealer: &Sealer, pool: &Pool, user: &User) -> Vec<LookupRow> {
    let mut rows = Vec::new();
    for (name, [whole, six, three]) in INDEXED {
        let Some(value) = user.attributes.get(name) else {
            continue;
        };
        let value = compared(pool, name, value);
        rows.push(lookup(sealer, pool, whole, &value));
        let (first_six, first_three) = (beginning(&value, SIX), beginning(&value, THREE));
        rows.extend(first_six.map(|text| lookup(sealer, pool, six, text)));
        rows.extend(first_three.map(|text| lookup(sealer, pool, three, text)));
    }
    rows
}

/// How the users of a filter are found.
enum Plan {
    Lookup(LookupRow),
    Username(String),
    Walk(Users),
}

impl Filter {
    fn plan(&self, sealer: &Sealer, pool: &Pool) -> Plan {
        let value = compared(pool, &self.name, &self.value);
        match (self.name.as_str(), self.is_prefix) {
            ("username", false) => return Plan::Username(value),
            ("username", true) => return Plan::Walk(Users::From(value)),
            // The lookup is of the name as it is compared in this pool.
            ("sub", false) => {
                return Plan::Lookup(lookup(sealer, pool, "sub", &normal(pool, &value)));
            }
            ("status", _) => {
                let one = one_of([true, false], |is| self.fits(enabled_word(*is), &value));
                return Plan::Walk(one.map_or(Users::All, Users::Enabled));
            }
            ("cognito:user_status", _) => {
                let fits = |status: &Status| self.fits(&status.as_str().to_lowercase(), &value);
                let one = one_of(Status::ALL, fits);
                let one = one.map(|status| Users::OfStatus(status.as_str()));
                return Plan::Walk(one.unwrap_or(Users::All));
            }
            _ => {}
        }
        let indexed = INDEXED.iter().find(|(name, _)| *name == self.name);
        let Some((_, [whole, six, three])) = indexed else {
            return Plan::Walk(Users::All);
        };
        let (first_six, first_three) = (beginning(&value, SIX), beginning(&value, THREE));
        let hash = match (self.is_prefix, first_six, first_three) {
            (false, _, _) => Some((whole, value.as_str())),
            (true, Some(text), _) => Some((six, text)),
            (true, None, Some(text)) => Some((three, text)),
            (true, None, None) => None,
        };
        Plan::Walk(hash.map_or(Users::All, |(kind, text)| {
            Users::Having(lookup(sealer, pool, kind, text))
        }))
    }

    fn matches(&self, pool: &Pool, user: &User) -> bool {
        let value = match self.name.as_str() {
            "username" => Some(user.username.as_str()),
            "sub" => Some(user.sub.as_str()),
            "cognito:user_status" => Some(user.status.as_str()),
            "status" => Some(enabled_word(user.enabled)),
            attribute => user.attributes.get(attribute),
        };
        let wanted = compared(pool, &self.name, &self.value);
        value.is_some_and(|value| self.fits(&compared(pool, &self.name, value), &wanted))
    }

    fn fits(&self, value: &str, wanted: &str) -> bool {
        if self.is_prefix {
            value.starts_with(wanted)
        } else {
            value == wanted
        }
    }
}

/// The attributes that have hashes, with the kinds of the whole value and of its beginnings.
const INDEXED: [(&str, [&str; 3]); 6] = [
    ("email", ["email", "email^6", "email^3"]),
    (
        "phone_number",
        ["phone_number", "phone_number^6", "phone_number^3"],
    ),
    ("name", ["name", "name^6", "name^3"]),
    ("given_name", ["given_name", "given_name^6", "given_name^3"]),
    (
        "family_name",
        ["family_name", "family_name^6", "family_name^3"],
    ),
    (
        "preferred_username",
        [
            "preferred_username",
            "preferred_username^6",
            "preferred_username^3",
        ],
    ),
];
const SIX: usize = 6;
const THREE: usize = 3;

fn lookup(sealer: &Sealer, pool: &Pool, kind: &'static str, value: &str) -> LookupRow {
    LookupRow {
        kind,
        hash: sealer.lookup(kind, &pool.id, value),
    }
}

/// A value as it is compared: names that people sign in with as the pool compares those.
fn compared(pool: &Pool, name: &str, value: &str) -> String {
    match name {
        "username" | "email" | "preferred_username" => normal(pool, value),
        "status" | "cognito:user_status" => value.to_lowercase(),
        _ => value.to_owned(),
    }
}

/// The first letters; `None` if there are not so many.
fn beginning(value: &str, letters: usize) -> Option<&str> {
    let (last, character) = value.char_indices().nth(letters - 1)?;
    value.get(..last + character.len_utf8())
}

/// The one that fits, if no other does.
fn one_of<T, const N: usize>(all: [T; N], fits: impl Fn(&T) -> bool) -> Option<T> {
    let mut fitting = all.into_iter().filter(fits);
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}

fn enabled_word(is_enabled: bool) -> &'static str {
    if is_enabled { "enabled" } else { "disabled" }
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
