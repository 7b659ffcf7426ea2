//! Users who do not exist, as they look from outside: always the same salt, user id, verifier and
//! masked address for the same name, made with a keyed function. Nobody without the master key can
//! tell them from real ones.

use uuid::Uuid;

use super::Destination;
use super::{is_email, is_phone_number, normal};
use crate::pools::{IdentifierAttribute, Pool};
use crate::seal::Sealer;
use crate::srp::SALT_LENGTH;
use crate::srp::group::{Element, LENGTH};
use crate::users::Credential;

/// What sign-in answers with for a user who does not exist.
#[derive(Debug)]
pub struct Decoy {
    /// What a real user would have as user name.
    pub username: String,
    /// Salt and verifier; no password fits.
    pub credential: Credential,
}

/// The decoy of a name. Its own user name gives the same decoy again.
#[must_use]
pub fn decoy(sealer: &Sealer, pool: &Pool, name: &str) -> Decoy {
    let name = normal(pool, name);
    let is_chosen = pool.settings.username_attributes().is_empty()
        && !(pool
            .settings
            .alias_attributes()
            .iter()
            .any(|_| is_email(&name) || is_phone_number(&name)));
    let username = if is_chosen || Uuid::parse_str(&name).is_ok() {
        name
    } else {
        let seed = sealer.derive("decoy user name", &[pool.id.as_bytes(), name.as_bytes()]);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&seed[..16]);
        uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .to_string()
    };
    let credential = credential(sealer, pool, &username);
    Decoy {
        username,
        credential,
    }
}

/// Where a code for this name would have been sent, of the attributes that it could be sent to, the
/// first choice first. Somebody who signs in with an address has it; whether they have another one is
/// drawn by the name, so that no medium says that there is a user.
#[must_use]
pub fn decoy_destination(
    sealer: &Sealer,
    pool: &Pool,
    name: &str,
    choices: &[IdentifierAttribute],
) -> Destination {
    let name = normal(pool, name);
    let own = if is_phone_number(&name) {
        Some(IdentifierAttribute::PhoneNumber)
    } else {
        is_email(&name).then_some(IdentifierAttribute::Email)
    };
    let parts = [pool.id.as_bytes(), name.as_bytes()];
    let has_another = sealer.derive("decoy medium", &parts)[0] & 1 == 0;
    let attribute = match choices {
        [first, _, ..] if Some(*first) == own || has_another => *first,
        [_, second, ..] => *second,
        [only] => *only,
        [] => own.unwrap_or(IdentifierAttribute::Email),
    };
    if Some(attribute) == own {
        return Destination {
            attribute,
            value: name,
        };
    }
    let seed = sealer.derive("decoy address", &parts);
    let letter = |byte: u8| char::from(b'a' + byte % 26);
    let digit = |byte: &u8| char::from(b'0' + byte % 10);
    let value = match attribute {
        IdentifierAttribute::PhoneNumber => {
            format!("+1{}", seed[..10].iter().map(digit).collect::<String>())
        }
        IdentifierAttribute::Email | IdentifierAttribute::PreferredUsername => {
            format!("{}@{}.example", letter(seed[0]), letter(seed[1]))
        }
    };
    Destination { attribute, value }
}

fn credential(sealer: &Sealer, pool: &Pool, username: &str) -> Credential {
    let derive = |label: &str, counter: u8| {
        sealer.derive(
            label,
            &[pool.id.as_bytes(), username.as_bytes(), &[counter]],
        )
    };
    let salt = derive("decoy salt", 0)[..SALT_LENGTH].to_vec();
    let mut verifier = [0; LENGTH];
    for (counter, chunk) in (0..).zip(verifier.chunks_mut(32)) {
        chunk.copy_from_slice(&derive("decoy verifier", counter));
    }
    // Below N, whose first 64 bits are ones.
    verifier[0] &= 0x7f;
    let verifier = Element::from_bytes(&verifier).unwrap_or_else(Element::one);
    Credential {
        salt,
        verifier,
        set_at: 0,
    }
}
