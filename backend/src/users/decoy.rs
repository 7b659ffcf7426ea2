//! Users who do not exist, as they look from outside: always the same salt, user id, verifier and
//! masked address for the same name, made with a keyed function. Nobody without the master key can
//! tell them from real ones.
//!
//! A name leads to one user name (`decoy_id` where it is not the name itself), and everything else
//! follows from that: so a decoy's id, which sign-in tells, leads to the same answers as the name.

use super::{Attributes, Destination, decoy_id};
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
    let username = if is_chosen || decoy_id::is_id(&name) {
        name
    } else {
        decoy_id::id_of(sealer, pool, &name)
    };
    let credential = credential(sealer, pool, &username);
    Decoy {
        username,
        credential,
    }
}

/// The address that somebody who does not exist signs in with, or one that shows the same.
#[must_use]
pub fn decoy_address(sealer: &Sealer, pool: &Pool, username: &str) -> Option<Destination> {
    let attribute = if is_phone_number(username) {
        IdentifierAttribute::PhoneNumber
    } else if is_email(username) {
        IdentifierAttribute::Email
    } else {
        return decoy_id::address_of(sealer, pool, username);
    };
    Some(Destination {
        attribute,
        value: username.to_owned(),
    })
}

/// Where a code would have been sent that nobody gets, of the attributes that it could be sent to, the
/// first choice first. `username` is the real user name with the `attributes` of that user, or the
/// decoy's. Somebody who signs in with an address has it; whether they have another one is drawn by the
/// user name, so that no medium says that there is a user.
#[must_use]
pub fn decoy_destination(
    sealer: &Sealer,
    pool: &Pool,
    username: &str,
    attributes: Option<&Attributes>,
    choices: &[IdentifierAttribute],
) -> Destination {
    let own = match attributes {
        Some(attributes) => match real_address(attributes, choices) {
            Some(real) => return real,
            None => None,
        },
        None => decoy_address(sealer, pool, username),
    };
    let own_attribute = own.as_ref().map(|own| own.attribute);
    let parts = [pool.id.as_bytes(), username.as_bytes()];
    let has_another = sealer.derive("decoy medium", &parts)[0] & 1 == 0;
    let attribute = match choices {
        [first, _, ..] if Some(*first) == own_attribute || has_another => *first,
        [_, second, ..] => *second,
        [only] => *only,
        [] => own_attribute.unwrap_or(IdentifierAttribute::Email),
    };
    if let Some(own) = own.filter(|own| own.attribute == attribute) {
        return own;
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

/// The first of the choices that somebody has a value of; without choices, of all.
fn real_address(attributes: &Attributes, choices: &[IdentifierAttribute]) -> Option<Destination> {
    const ALL: [IdentifierAttribute; 2] =
        [IdentifierAttribute::Email, IdentifierAttribute::PhoneNumber];
    let choices = if choices.is_empty() { &ALL } else { choices };
    choices
        .iter()
        .find_map(|attribute| Destination::of(*attribute, attributes))
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
