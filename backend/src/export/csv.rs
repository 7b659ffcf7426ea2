//! The file that an import job takes (`import::csv_file`). It carries attributes, and users who come out of it
//! set a new password; users without a verified address are in it, and an import reports them.

use std::io::Write;

use super::header::{self, MFA_ENABLED, USERNAME};
use super::{ExportError, users_after};
use crate::app::AppState;
use crate::error::ApiError;
use crate::mfa::{Enrolment, Factor, Requirement};
use crate::pools::Pool;
use crate::users::User;

/// Writes all users of a pool. `seen` is told how many there are so far.
///
/// # Errors
/// [`ExportError`]
pub async fn write(
    state: &AppState,
    pool: &Pool,
    out: &mut impl Write,
    mut seen: impl FnMut(usize),
) -> Result<usize, ExportError> {
    let columns = header::columns(pool);
    out.write_all(format!("{}\n", columns.join(",")).as_bytes())?;
    let (mut count, mut after) = (0, String::new());
    loop {
        let users = users_after(state, pool, &after).await?;
        let Some(last) = users.last() else {
            return Ok(count);
        };
        after.clone_from(&last.username);
        count += users.len();
        for user in users {
            let has_mfa = has_mfa(state, pool, &user).await?;
            let values = columns.iter().map(|column| match *column {
                USERNAME => written(name(pool, &user)),
                MFA_ENABLED => has_mfa.to_string(),
                "birthdate" => written(&published_date(user.attributes.get("birthdate"))),
                attribute => written(user.attributes.get(attribute).unwrap_or_default()),
            });
            let values: Vec<String> = values.collect();
            out.write_all(format!("{}\n", values.join(",")).as_bytes())?;
        }
        seen(count);
    }
}

/// What somebody would sign up with.
fn name<'a>(pool: &Pool, user: &'a User) -> &'a str {
    let names = pool.settings.username_attributes().iter();
    let mut names = names.filter_map(|name| user.attributes.get(name.name()));
    names.next().unwrap_or(&user.username)
}

async fn has_mfa(state: &AppState, pool: &Pool, user: &User) -> Result<bool, ApiError> {
    Ok(match pool.mfa.requirement() {
        Requirement::Off => false,
        Requirement::On => true,
        Requirement::Optional => Enrolment::find(state, user).await?.is_on(Factor::Sms),
    })
}

/// `YYYY-MM-DD` as `MM/DD/YYYY`.
fn published_date(stored: Option<&str>) -> String {
    let parts: Vec<&str> = stored.unwrap_or_default().split('-').collect();
    match parts[..] {
        [year, month, day] => format!("{month}/{day}/{year}"),
        _ => String::new(),
    }
}

/// As published where that can carry the value, else in quotes.
fn written(value: &str) -> String {
    let needs_quotes = value.starts_with('"')
        || value.contains(['\n', '\r'])
        || value.contains("\\,")
        || value.ends_with('\\');
    if needs_quotes {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.replace(',', "\\,")
    }
}
