//! The JSON lines that an export writes (`export::json`), as users again, with all they had.
//!
//! # Security model
//! Verifiers of passwords are made with the pool's name: a file with them is taken by a pool of the same name
//! only. Links to other providers are believed, as passwords are, to providers that the pool has; and who is called
//! like a person of a provider has to be linked to it. A user whose password is not in the file has to set a new one. What the schema does not let be is
//! refused, as from anybody.

use std::io::{BufRead, BufReader, Read};

use base64ct::{Base64, Encoding};
use uuid::Uuid;

use super::job::Failure;
use super::row::FAILED;
use crate::app::AppState;
use crate::error::{ApiError, ErrorType};
use crate::export::{ExportedGroup, Header, Password, Person};
use crate::mfa::{Enrolment, Factor, Totp, TotpSecret};
use crate::passkeys::Passkey;
use crate::pools::Pool;
use crate::srp::{self, group::Element};
use crate::store::{LookupRow, NewUserRow, PasskeyRow, RefusalRow};
use crate::users::identities::Links;
use crate::users::{self, Credential, ProviderNames, Status, User, Writer};

/// The most bytes of a line: attributes and passkeys of one user.
const LONGEST_LINE: u64 = 1024 * 1024;
/// An attribute that nobody writes: links to other providers.
const LINKS: &str = "identities";

/// A file that is being read.
pub struct JsonLines<R> {
    reader: BufReader<R>,
    line: i64,
    /// Whether the first line says that there are passwords.
    has_secrets: bool,
    /// The groups that the file names.
    pub groups: Vec<ExportedGroup>,
}

impl<R: Read> JsonLines<R> {
    /// Reads the first line.
    ///
    /// # Errors
    /// If it is not the one of an export, or one with passwords of a pool of another name.
    pub fn open(pool: &Pool, source: R) -> Result<Self, Failure> {
        let mut lines = Self {
            reader: BufReader::new(source),
            line: 0,
            has_secrets: false,
            groups: Vec::new(),
        };
        let first = lines.next_line()?.ok_or(Failure::WrongHeader)?;
        let header: Header = serde_json::from_slice(&first).map_err(|_| Failure::WrongHeader)?;
        if header.format != Header::FORMAT {
            return Err(Failure::WrongHeader);
        }
        if header.has_secrets && srp::pool_name(&header.pool) != srp::pool_name(&pool.id) {
            return Err(Failure::OtherPool);
        }
        lines.groups = header.groups;
        lines.has_secrets = header.has_secrets;
        Ok(lines)
    }

    /// The user of the next line, or why there is none; `None` at the end.
    ///
    /// # Errors
    /// If the file cannot be read on.
    pub fn next_user(
        &mut self,
        state: &AppState,
        pool: &Pool,
        providers: &ProviderNames,
    ) -> Result<Option<Result<NewUserRow, RefusalRow>>, Failure> {
        let Some(bytes) = self.next_line()? else {
            return Ok(None);
        };
        let made = serde_json::from_slice(&bytes)
            .map_err(|_| ApiError::invalid_parameter("The line is not a user of an export."))
            .and_then(|person| self.announced(person))
            .and_then(|person| new_user(state, pool, providers, self.line, person));
        match made {
            Ok(user) => Ok(Some(Ok(user))),
            Err(error) if error.code == ErrorType::InternalError => Err(Failure::Internal),
            Err(error) => Ok(Some(Err(RefusalRow {
                line: self.line,
                verdict: FAILED.to_owned(),
                reason: error.message.into_owned(),
            }))),
        }
    }

    /// Whether its pool was compared is up to the first line: a password that it does not speak of was not.
    fn announced(&self, person: Person) -> Result<Person, ApiError> {
        if !self.has_secrets && (person.password.is_some() || person.totp.is_some()) {
            return Err(ApiError::invalid_parameter(
                "The user has secrets, and the first line says that there are none.",
            ));
        }
        Ok(person)
    }

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let mut bytes = Vec::new();
        let mut limited = self.reader.by_ref().take(LONGEST_LINE);
        let count = limited.read_until(b'\n', &mut bytes);
        self.line += 1;
        match count.map_err(|_| Failure::Internal)? {
            0 => Ok(None),
            _ if bytes.len() as u64 == LONGEST_LINE => Err(Failure::UnreadableFile),
            _ => Ok(Some(bytes)),
        }
    }
}

impl<R> std::fmt::Debug for JsonLines<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JsonLines").finish_non_exhaustive()
    }
}

fn new_user(
    state: &AppState,
    pool: &Pool,
    providers: &ProviderNames,
    line: i64,
    person: Person,
) -> Result<NewUserRow, ApiError> {
    let user = user(pool, &person)?;
    let links = user.attributes.get(LINKS);
    let links = links.map(|text| Links::read(state, text)).transpose()?;
    providers.check_linked(pool, &user.username, &links.unwrap_or_default())?;
    let factors = factors(state, &user, &person)?;
    let mut passkeys = Vec::new();
    for passkey in person.passkeys {
        passkeys.push(passkey_row(state, &user, passkey)?);
    }
    let (row, mut lookups) = user.to_be_stored(state, pool)?;
    // A sub that nobody drew here must not be what somebody else is called.
    let named = users::normal(pool, &row.sub);
    lookups.shadowed.push(LookupRow {
        kind: "username",
        hash: state.sealer.lookup("username", &pool.id, &named),
    });
    Ok(NewUserRow {
        line,
        user: row,
        lookups,
        factors,
        groups: person.groups,
        devices: Vec::new(),
        passkeys,
    })
}

fn user(pool: &Pool, person: &Person) -> Result<User, ApiError> {
    let is_name = (1..=128).contains(&person.username.chars().count());
    // In the one form that subs have: others would be other names for the same.
    let is_sub = Uuid::parse_str(&person.sub).is_ok_and(|sub| sub.to_string() == person.sub);
    if !is_name || !is_sub {
        return Err(ApiError::invalid_parameter(
            "The user has no user name or no sub.",
        ));
    }
    let attributes = person.attributes.iter();
    let attributes = attributes.map(|(name, value)| (name.clone(), value.clone()));
    let (links, attributes): (Vec<_>, Vec<_>) = attributes.partition(|(name, _)| name == LINKS);
    users::writable(pool, Writer::AdminCreate, &attributes)?;
    let (username, sub) = (person.username.clone(), person.sub.clone());
    let mut user = User::new(pool, username, sub, person.status, person.created_at);
    for (name, value) in attributes.iter().chain(&links) {
        user.attributes.set(name, value);
    }
    user.updated_at = person.updated_at;
    user.enabled = person.enabled;
    user.credential = person.password.as_ref().map(credential).transpose()?;
    user.verifier_version = i64::from(person.has_password);
    let could_sign_in = matches!(user.status, Status::Confirmed | Status::ForceChangePassword);
    if person.has_password && user.credential.is_none() && could_sign_in {
        user.status = Status::ResetRequired;
    }
    Ok(user)
}

fn credential(password: &Password) -> Result<Credential, ApiError> {
    let damaged = || ApiError::invalid_parameter("The password's verifier is damaged.");
    let verifier = Base64::decode_vec(&password.verifier).map_err(|_| damaged())?;
    let element = Element::from_bytes(&verifier).filter(|verifier| !verifier.is_trivial());
    Ok(Credential {
        salt: Base64::decode_vec(&password.salt).map_err(|_| damaged())?,
        verifier: element.ok_or_else(damaged)?,
        set_at: password.set_at,
    })
}

/// An authenticator app without its secret is not on: the person could not sign in.
fn factors(
    state: &AppState,
    user: &User,
    person: &Person,
) -> Result<Option<crate::store::FactorsRow>, ApiError> {
    let mut enrolment = Enrolment::none(user);
    if let Some(totp) = &person.totp {
        let secret = Base64::decode_vec(&totp.secret)
            .map_err(|_| ApiError::invalid_parameter("The authenticator's secret is damaged."))?;
        let totp = Totp {
            secret: TotpSecret::from_bytes(&secret),
            device_name: totp.device_name.clone(),
        };
        enrolment.set_totp(totp, 0);
    }
    for factor in &person.second_factors {
        let can_be_on = *factor != Factor::SoftwareToken || person.totp.is_some();
        enrolment.turn(*factor, can_be_on);
    }
    if let Some(preferred) = person.preferred_factor.filter(|one| enrolment.is_on(*one)) {
        enrolment.prefer(preferred, true);
    }
    let has_any = person.totp.is_some() || !enrolment.names().is_empty();
    has_any.then(|| enrolment.into_row(state)).transpose()
}

fn passkey_row(
    state: &AppState,
    user: &User,
    passkey: crate::export::Passkey,
) -> Result<PasskeyRow, ApiError> {
    let row = Passkey::row_of_json(state, user, passkey.created_at, passkey.credential)?;
    row.ok_or_else(|| ApiError::invalid_parameter("A passkey of the user is damaged."))
}
