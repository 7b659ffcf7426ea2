//! JSON lines: everything.

use std::io::Write;

use base64ct::{Base64, Encoding};
use serde::Serialize;
use zeroize::Zeroizing;

use super::person::{ExportedGroup, Header, Passkey, Password, Person, Totp};
use super::{ExportError, users_after};
use crate::app::AppState;
use crate::error::ApiError;
use crate::mfa::{Enrolment, Factor};
use crate::passkeys;
use crate::pools::Pool;
use crate::users::User;

/// Writes all users of a pool. `seen` is told how many there are so far.
///
/// # Errors
/// [`ExportError`]
pub async fn write(
    state: &AppState,
    pool: &Pool,
    has_secrets: bool,
    out: &mut impl Write,
    mut seen: impl FnMut(usize),
) -> Result<usize, ExportError> {
    let groups = state.store.groups_after(&pool.id, "", i64::MAX).await;
    let groups = groups.map_err(ApiError::from)?.into_iter();
    let header = Header {
        format: Header::FORMAT.to_owned(),
        pool: pool.id.clone(),
        has_secrets,
        groups: groups
            .map(|group| ExportedGroup {
                name: group.name,
                description: group.description,
                role_arn: group.role_arn,
                precedence: group.precedence,
            })
            .collect(),
    };
    line(out, &header)?;
    let (mut count, mut after) = (0, String::new());
    loop {
        let users = users_after(state, pool, &after).await?;
        let Some(last) = users.last() else {
            return Ok(count);
        };
        after.clone_from(&last.username);
        count += users.len();
        for user in users {
            line(out, &person(state, pool, user, has_secrets).await?)?;
        }
        seen(count);
    }
}

async fn person(
    state: &AppState,
    pool: &Pool,
    user: User,
    has_secrets: bool,
) -> Result<Person, ApiError> {
    let enrolment = Enrolment::find(state, &user).await?;
    let groups = state
        .store
        .groups_of_user_after(&pool.id, &user.username, "", i64::MAX)
        .await?;
    let mut passkeys = Vec::new();
    for passkey in passkeys::list(state, pool, &user.username).await? {
        passkeys.push(Passkey {
            created_at: passkey.created_at_millis(),
            credential: passkey.to_json()?,
        });
    }
    let factors = Factor::ALL.into_iter();
    let credential = user.credential.as_ref();
    let totp = enrolment.totp().filter(|_| has_secrets);
    let base64 = |bytes: &[u8]| Zeroizing::new(Base64::encode_string(bytes));
    Ok(Person {
        groups: groups.into_iter().map(|group| group.name).collect(),
        second_factors: factors.filter(|factor| enrolment.is_on(*factor)).collect(),
        preferred_factor: enrolment.preferred(),
        passkeys,
        has_password: credential.is_some(),
        password: credential.filter(|_| has_secrets).map(|password| Password {
            salt: Base64::encode_string(&password.salt),
            verifier: base64(password.verifier.as_bytes()),
            set_at: password.set_at,
        }),
        totp: totp.map(|totp| Totp {
            secret: base64(totp.secret.secret()),
            device_name: totp.device_name.clone(),
        }),
        attributes: user
            .attributes
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        username: user.username,
        sub: user.sub,
        status: user.status,
        enabled: user.enabled,
        created_at: user.created_at,
        updated_at: user.updated_at,
    })
}

fn line(out: &mut impl Write, what: &impl Serialize) -> Result<(), ExportError> {
    let json = serde_json::to_vec(what).map_err(|error| ApiError::internal(&error))?;
    let mut json = Zeroizing::new(json);
    json.push(b'\n');
    Ok(out.write_all(&json)?)
}
