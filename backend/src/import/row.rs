//! A row of a file and the user it makes.

use super::csv_file::Row;
use crate::app::AppState;
use crate::error::{ApiError, ErrorType};
use crate::export::header::{MFA_ENABLED, USERNAME};
use crate::mfa::{Enrolment, Factor, Requirement};
use crate::pools::{IdentifierAttribute, Pool};
use crate::store::{NewUserRow, RefusalRow};
use crate::users::{self, ProviderNames, Status, User, Writer};

/// Reports: the row's user is in the pool already.
pub const SKIPPED: &str = "SKIPPED";
/// Reports: the row cannot make a user.
pub const FAILED: &str = "FAILED";

/// The user that a row makes, to be stored, or why it makes none.
///
/// # Errors
/// For no fault of the row's.
pub fn user_of(
    state: &AppState,
    pool: &Pool,
    providers: &ProviderNames,
    row: Row,
) -> Result<Result<NewUserRow, RefusalRow>, ApiError> {
    let line = row.line;
    let made = row
        .values
        .map_err(ApiError::invalid_parameter)
        .and_then(|values| user(state, pool, values))
        .and_then(|made| providers.check(pool, &made.0.username).map(|()| made));
    let (user, has_mfa) = match made {
        Ok(made) => made,
        Err(error) if error.code == ErrorType::InternalError => return Err(error),
        Err(error) => {
            return Ok(Err(RefusalRow {
                line,
                verdict: FAILED.to_owned(),
                reason: error.message.into_owned(),
            }));
        }
    };
    let factors = (has_mfa && takes_codes_by_text_message(pool, &user)).then(|| {
        let mut enrolment = Enrolment::none(&user);
        enrolment.turn(Factor::Sms, true);
        enrolment.into_row(state)
    });
    let factors = factors.transpose()?;
    let (user, lookups) = user.to_be_stored(state, pool)?;
    Ok(Ok(NewUserRow {
        line,
        user,
        lookups,
        factors,
        groups: Vec::new(),
        devices: Vec::new(),
        passkeys: Vec::new(),
    }))
}

/// What the report says of a user who is found by what somebody else is found by, by the kind of that.
pub fn explain_taken(
    pool: &Pool,
) -> impl Fn(&'static str) -> (String, String) + Send + Sync + use<> {
    let names: Vec<_> = pool.settings.username_attributes().to_vec();
    move |kind| {
        let is_name = kind == "username" || names.iter().any(|name| name.name() == kind);
        let (verdict, reason) = if is_name {
            (SKIPPED, "The user already exists.".to_owned())
        } else {
            (FAILED, format!("The {kind} belongs to another user."))
        };
        (verdict.to_owned(), reason)
    }
}

/// Whether the pool can take a file at all: every user needs an address that the pool verifies.
#[must_use]
pub fn can_take_files(pool: &Pool) -> bool {
    verified(pool).next().is_some()
}

/// The user, and whether the row wants a second factor. Refusals name columns, never values.
fn user(
    state: &AppState,
    pool: &Pool,
    values: Vec<(String, String)>,
) -> Result<(User, bool), ApiError> {
    let mut chosen = None;
    let mut has_mfa = None;
    let (mut flags, mut attributes) = (Vec::new(), Vec::new());
    for (name, value) in values {
        match name.as_str() {
            USERNAME => chosen = Some(value),
            MFA_ENABLED => has_mfa = Some(flag(MFA_ENABLED, &value)?),
            "email_verified" | "phone_number_verified" => {
                let is_verified = flag(&name, &value)?;
                flags.push((name, is_verified.to_string()));
            }
            "birthdate" => attributes.push((name, iso_date(&value)?)),
            _ => attributes.push((name, value)),
        }
    }
    let chosen = chosen.ok_or_else(|| missing(USERNAME))?;
    let has_mfa = has_mfa.ok_or_else(|| missing(MFA_ENABLED))?;
    check_username(&chosen)?;
    check_mfa(pool, has_mfa)?;
    let mut user = users::new_user(state, pool, &chosen, Status::ResetRequired)?;
    attributes.append(&mut flags);
    users::writable(pool, Writer::AdminCreate, &attributes)?;
    for (name, value) in &attributes {
        let is_name = users::identifier_of(pool, &chosen).is_some_and(|a| a.name() == name);
        if is_name && users::normal(pool, value) != users::normal(pool, &chosen) {
            return Err(ApiError::invalid_parameter(format!(
                "The {name} is another one than the {USERNAME}."
            )));
        }
        user.set_attribute(name, value);
    }
    users::check_required(pool, &user.attributes)?;
    if !verified(pool).any(|attribute| user.has_verified(attribute)) {
        return Err(ApiError::invalid_parameter(
            "The row does not set any of the auto verified attributes to true.",
        ));
    }
    Ok((user, has_mfa))
}

fn verified(pool: &Pool) -> impl Iterator<Item = IdentifierAttribute> {
    pool.settings.auto_verified_attributes().iter().copied()
}

fn check_username(chosen: &str) -> Result<(), ApiError> {
    const LONGEST: usize = 128;
    if chosen.chars().any(char::is_whitespace) || chosen.chars().count() > LONGEST {
        return Err(ApiError::invalid_parameter(format!(
            "The {USERNAME} has blanks or more than {LONGEST} characters."
        )));
    }
    Ok(())
}

/// As published: true where everybody has a second factor, false where nobody has.
fn check_mfa(pool: &Pool, has_mfa: bool) -> Result<(), ApiError> {
    let wanted = match pool.mfa.requirement() {
        Requirement::Off => false,
        Requirement::On => true,
        Requirement::Optional => return Ok(()),
    };
    if has_mfa != wanted {
        return Err(ApiError::invalid_parameter(format!(
            "The {MFA_ENABLED} must be {wanted} in this user pool."
        )));
    }
    Ok(())
}

/// The one factor that a file can set up: the others need something that only the person has. In a pool where
/// everybody has one, an address counts without being turned on.
fn takes_codes_by_text_message(pool: &Pool, user: &User) -> bool {
    pool.mfa.requirement() == Requirement::Optional
        && pool.mfa.offers(Factor::Sms)
        && user.has_verified(IdentifierAttribute::PhoneNumber)
        // The number would be no way to recover the password any more, and that is what comes first.
        && user.has_verified(IdentifierAttribute::Email)
}

/// Spreadsheets write `TRUE`.
fn flag(name: &str, value: &str) -> Result<bool, ApiError> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(ApiError::invalid_parameter(format!(
            "The {name} must be true or false."
        ))),
    }
}

/// `MM/DD/YYYY` as `YYYY-MM-DD`.
fn iso_date(value: &str) -> Result<String, ApiError> {
    let wrong = || ApiError::invalid_parameter("The birthdate must be mm/dd/yyyy.");
    let mut parts = value.split('/');
    let mut next = |digits: usize, most: u32| {
        let part = parts.next().unwrap_or_default();
        let number = part.parse::<u32>().ok();
        let fits = part.len() == digits
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && number.is_some_and(|number| number <= most);
        fits.then_some(part).ok_or_else(wrong)
    };
    let (month, day, year) = (next(2, 12)?, next(2, 31)?, next(4, 9999)?);
    match parts.next() {
        None => Ok(format!("{year}-{month}-{day}")),
        Some(_) => Err(wrong()),
    }
}

fn missing(name: &str) -> ApiError {
    ApiError::invalid_parameter(format!("The {name} is missing."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birthdate_has_month_day_and_year_in_this_order() {
        assert_eq!(iso_date("02/29/2000").unwrap(), "2000-02-29");
        for wrong in [
            "2000-02-29",
            "13/01/2000",
            "1/1/2000",
            "01/01/00",
            "01/01/2000/1",
            "+1/01/2000",
        ] {
            assert!(iso_date(wrong).is_err(), "{wrong}");
        }
    }
}
