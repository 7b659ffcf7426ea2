//! Names people type to say who they are.

use crate::pools::{IdentifierAttribute, Pool};
use crate::seal::Sealer;
use crate::store::LookupRow;

/// A name as it is compared: in lower case where the pool does not mind case.
#[must_use]
pub fn normal(pool: &Pool, name: &str) -> String {
    if pool.settings.is_case_sensitive() {
        name.to_owned()
    } else {
        lower_case(name)
    }
}

/// Lower case that never turns a foreign letter into an ASCII one, as Unicode does with the Kelvin
/// sign: `mi\u{212a}e@example.com` is another mailbox than `mike@example.com`.
fn lower_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        let mut lower = character.to_lowercase();
        match (lower.len(), lower.next()) {
            (1, Some(ascii)) if ascii.is_ascii() && !character.is_ascii() => out.push(character),
            (_, first) => out.extend(first.into_iter().chain(lower)),
        }
    }
    out
}

/// Everything in a pool that this name may stand for. The number depends on the pool's settings
/// only.
#[must_use]
pub fn lookups_of_name(sealer: &Sealer, pool: &Pool, name: &str) -> Vec<LookupRow> {
    let name = normal(pool, name);
    let identifiers = pool
        .settings
        .username_attributes()
        .iter()
        .chain(pool.settings.alias_attributes());
    ["username", "sub"]
        .into_iter()
        .chain(identifiers.map(|attribute| attribute.name()))
        .map(|kind| LookupRow {
            kind,
            hash: sealer.lookup(kind, &pool.id, &name),
        })
        .collect()
}

/// Whether a text has the form of an e-mail address: one `@`, something before it, a name with a
/// dot or one label after it, no white space.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    !local.is_empty()
        && local.len() <= 64
        && !local.contains('@')
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';'))
        && domain.split('.').all(label)
}

/// Whether a text is a phone number in the form of E.164: `+` and 2 to 15 digits, the first not 0.
#[must_use]
pub fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The attribute that a name is a value of, among those people sign up with in this pool.
#[must_use]
pub fn identifier_of(pool: &Pool, name: &str) -> Option<IdentifierAttribute> {
    pool.settings
        .username_attributes()
        .iter()
        .copied()
        .find(|attribute| match attribute {
            IdentifierAttribute::Email => is_email(name),
            IdentifierAttribute::PhoneNumber => is_phone_number(name),
            IdentifierAttribute::PreferredUsername => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_text() {
        for good in [
            "a@b.c",
            "first.last+tag@example.com",
            "user@localhost",
            "ü@example.org",
        ] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "", "a", "@b.c", "a@", "a@b..c", "a b@c.d", "a@b@c.d", "a@-b.c", "a@b.c\n", "<a@b.c>",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn letters_lose_their_case_and_no_other_letter_becomes_an_ascii_one() {
        assert_eq!(lower_case("Mike.ÄÖ@Example.COM"), "mike.äö@example.com");
        assert_eq!(lower_case("\u{212a}"), "\u{212a}");
        let others = ('\u{80}'..=char::MAX).map(String::from);
        for other in others {
            assert!(!lower_case(&other).is_ascii(), "{other}");
        }
    }

    #[test]
    fn phone_numbers_have_a_plus_and_digits_only() {
        assert!(is_phone_number("+14325551212"));
        for bad in [
            "14325551212",
            "+",
            "+1",
            "+0123456",
            "+1234567890123456",
            "+1 432",
            "+12a",
        ] {
            assert!(!is_phone_number(bad), "{bad}");
        }
    }
}
