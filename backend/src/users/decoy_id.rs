//! The user ids of people who do not exist, in pools where a name does not have to be the user name.
//!
//! A sign-in answers with the id of whoever an address stands for, and that id is a name, too. What other
//! answers show of the address (`Destination::masked`) must be the same for both, so it is in the id: in
//! the 122 free bits of a random UUID are 48 drawn by the name, 44 of what is shown, and 30 zeros, under a
//! permutation with a key (a Feistel network of HMACs, after Luby and Rackoff).
//!
//! # Security model
//! Nobody without the master key can tell such an id from a random one, read it, or make another one that
//! shows something chosen: of changed ids one in 2^30 has the zeros.

use uuid::Uuid;

use super::{Destination, is_email, is_phone_number};
use crate::pools::{IdentifierAttribute, Pool};
use crate::seal::Sealer;

/// Luby and Rackoff need four against somebody who asks in both directions; two more leave the bounds that
/// short halves would have far away.
const ROUNDS: u8 = 6;
const HALF_BITS: u32 = 61;
const HALF: u128 = (1 << HALF_BITS) - 1;
const SHOWN_BITS: u32 = 44;
const CHECK_BITS: u32 = 30;
const CHAR_BITS: u32 = 21;
const CHAR: u128 = (1 << CHAR_BITS) - 1;
const DIGITS_BITS: u32 = 14;
const EMAIL: u128 = 1;
const PHONE_NUMBER: u128 = 2;

/// The id of a name, which is in its normal form.
pub(super) fn id_of(sealer: &Sealer, pool: &Pool, name: &str) -> String {
    let seed = sealer.derive("decoy user name", &[pool.id.as_bytes(), name.as_bytes()]);
    let draw = seed[..6]
        .iter()
        .fold(0, |bits, byte| bits << 8 | u128::from(*byte));
    let plain = (draw << SHOWN_BITS | shown(name)) << CHECK_BITS;
    let (mut left, mut right) = (plain >> HALF_BITS, plain & HALF);
    for round in 0..ROUNDS {
        (left, right) = (right, left ^ mix(sealer, pool, round, right));
    }
    to_uuid(left << HALF_BITS | right).to_string()
}

/// What answers show of the address that an id was made of, as an address that shows the same; `None` for
/// ids of names that are no addresses, of real users, and of nobody at all.
pub(super) fn address_of(sealer: &Sealer, pool: &Pool, id: &str) -> Option<Destination> {
    let bits = bits_of(Uuid::parse_str(id).ok()?)?;
    let (mut left, mut right) = (bits >> HALF_BITS, bits & HALF);
    for round in (0..ROUNDS).rev() {
        (left, right) = (right ^ mix(sealer, pool, round, left), left);
    }
    let plain = left << HALF_BITS | right;
    if plain & ((1 << CHECK_BITS) - 1) != 0 {
        return None;
    }
    address(plain >> CHECK_BITS & ((1 << SHOWN_BITS) - 1))
}

/// Whether a name has the form of such an id, which is the only one that users are found by.
pub(super) fn is_id(name: &str) -> bool {
    Uuid::parse_str(name).is_ok_and(|id| id.hyphenated().to_string() == name)
}

/// The first letters of an e-mail address and of its host, or length and last digits of a phone number.
fn shown(name: &str) -> u128 {
    let (kind, data) = if is_phone_number(name) {
        let digits = name.len() - 1;
        let last = name.bytes().skip(1 + digits.saturating_sub(4));
        let last = last.fold(0, |number, digit| number * 10 + u128::from(digit - b'0'));
        (PHONE_NUMBER, (digits as u128) << DIGITS_BITS | last)
    } else if let Some((local, host)) = name.rsplit_once('@').filter(|_| is_email(name)) {
        let first = |text: &str| text.chars().next().map_or(0, |c| u128::from(u32::from(c)));
        (EMAIL, first(local) << CHAR_BITS | first(host))
    } else {
        (0, 0)
    };
    kind << (2 * CHAR_BITS) | data
}

fn address(shown: u128) -> Option<Destination> {
    let data = shown & ((1 << (2 * CHAR_BITS)) - 1);
    match shown >> (2 * CHAR_BITS) {
        EMAIL => {
            let letter = |bits: u128| char::from_u32(u32::try_from(bits).ok()?);
            let (local, host) = (letter(data >> CHAR_BITS)?, letter(data & CHAR)?);
            Some(Destination {
                attribute: IdentifierAttribute::Email,
                value: format!("{local}@{host}"),
            })
        }
        PHONE_NUMBER => {
            let length = usize::try_from(data >> DIGITS_BITS).ok()?;
            let last = data & ((1 << DIGITS_BITS) - 1);
            Some(Destination {
                attribute: IdentifierAttribute::PhoneNumber,
                value: format!("+{last:0>length$}"),
            })
        }
        _ => None,
    }
}

fn mix(sealer: &Sealer, pool: &Pool, round: u8, half: u128) -> u128 {
    let parts: [&[u8]; 3] = [pool.id.as_bytes(), &[round], &half.to_be_bytes()];
    let mixed = sealer.derive("decoy user id", &parts);
    mixed[..8]
        .iter()
        .fold(0, |bits, byte| bits << 8 | u128::from(*byte))
        & HALF
}

/// RFC 9562, 5.4: 48 bits, version 4, 12 bits, variant 2, 62 bits.
fn to_uuid(bits: u128) -> Uuid {
    let (high, middle, low) = (bits >> 74, bits >> 62 & 0xfff, bits & ((1 << 62) - 1));
    Uuid::from_u128(high << 80 | 4 << 76 | middle << 64 | 2 << 62 | low)
}

fn bits_of(id: Uuid) -> Option<u128> {
    let id = id.as_u128();
    let (high, middle, low) = (id >> 80, id >> 64 & 0xfff, id & ((1 << 62) - 1));
    (id >> 76 & 0xf == 4 && id >> 62 & 0b11 == 2).then_some(high << 74 | middle << 62 | low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_an_address_is_kept() {
        for (name, attribute) in [
            ("jane@example.com", IdentifierAttribute::Email),
            ("é@ü.org", IdentifierAttribute::Email),
            ("\u{1f600}@\u{20000}", IdentifierAttribute::Email),
            ("+14325550123", IdentifierAttribute::PhoneNumber),
            ("+999999999999999", IdentifierAttribute::PhoneNumber),
            ("+100", IdentifierAttribute::PhoneNumber),
            ("+12", IdentifierAttribute::PhoneNumber),
        ] {
            let kept = address(shown(name)).unwrap();
            let value = name.to_owned();
            assert_eq!(kept.attribute, attribute, "{name}");
            assert_eq!(kept.masked(), Destination { attribute, value }.masked());
        }
        assert_eq!(address(shown("somebody")), None);
    }

    #[test]
    fn the_free_bits_of_a_uuid_are_all_used() {
        for bits in [0, 1, (1 << 122) - 1, 0x5555 << 60, 0xabc << 70] {
            let id = to_uuid(bits);
            assert_eq!(id.get_version_num(), 4);
            assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
            assert_eq!(bits_of(id), Some(bits));
        }
        assert_eq!(bits_of(Uuid::nil()), None);
    }
}
