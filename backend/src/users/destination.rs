//! Where a code goes, and what the person who asked for it may see of that.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Attributes, User};
use crate::pools::{IdentifierAttribute, Pool, RecoveryMechanism};

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Medium {
    /// By e-mail.
    Email,
    /// By text message.
    Sms,
}

/// An address a code is sent to.
#[derive(Clone, PartialEq, Eq)]
pub struct Destination {
    /// Which attribute it is the value of: e-mail address or phone number.
    pub attribute: IdentifierAttribute,
    /// The address.
    pub value: String,
}

/// `CodeDeliveryDetailsType` of the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CodeDeliveryDetails {
    attribute_name: &'static str,
    delivery_medium: &'static str,
    destination: String,
}

impl Destination {
    /// Where a sign-up code goes: of the attributes the pool verifies by itself, the phone number
    /// if there is one, else the e-mail address.
    #[must_use]
    pub fn of_sign_up(pool: &Pool, attributes: &Attributes) -> Option<Self> {
        Self::choices_of_sign_up(pool)
            .into_iter()
            .find_map(|attribute| Self::of(attribute, attributes))
    }

    /// The attributes that sign-up codes go to in this pool, the first choice first.
    #[must_use]
    pub fn choices_of_sign_up(pool: &Pool) -> Vec<IdentifierAttribute> {
        let verified = pool.settings.auto_verified_attributes();
        [IdentifierAttribute::PhoneNumber, IdentifierAttribute::Email]
            .into_iter()
            .filter(|attribute| verified.contains(attribute))
            .collect()
    }

    /// The attributes that people of this pool are likely to recover by, the first choice first: where
    /// people neither sign in with phone numbers nor have them verified by the pool, few have a verified
    /// one.
    #[must_use]
    pub fn choices_of_recovery(pool: &Pool) -> Vec<IdentifierAttribute> {
        const PHONE: IdentifierAttribute = IdentifierAttribute::PhoneNumber;
        let settings = &pool.settings;
        let has_phones = settings.auto_verified_attributes().contains(&PHONE)
            || settings.username_attributes().contains(&PHONE)
            || settings.alias_attributes().contains(&PHONE);
        let mechanisms = settings.recovery_mechanisms();
        let is_only = mechanisms.len() == 1;
        let attributes = mechanisms.into_iter().filter_map(attribute_of_recovery);
        attributes
            .filter(|attribute| is_only || has_phones || *attribute != PHONE)
            .collect()
    }

    /// Where a recovery code goes: the first of the pool's recovery mechanisms for which the user
    /// has a verified address that is not one of `excluded`.
    #[must_use]
    pub fn of_recovery(pool: &Pool, user: &User, excluded: &[IdentifierAttribute]) -> Option<Self> {
        pool.settings
            .recovery_mechanisms()
            .into_iter()
            .find_map(|mechanism| {
                let attribute = attribute_of_recovery(mechanism)?;
                (user.has_verified(attribute) && !excluded.contains(&attribute))
                    .then(|| Self::of(attribute, &user.attributes))?
            })
    }

    /// The value of one attribute.
    #[must_use]
    pub fn of(attribute: IdentifierAttribute, attributes: &Attributes) -> Option<Self> {
        let value = attributes.get(attribute.name())?.to_owned();
        Some(Self { attribute, value })
    }

    /// How messages travel there.
    #[must_use]
    pub fn medium(&self) -> Medium {
        match self.attribute {
            IdentifierAttribute::PhoneNumber => Medium::Sms,
            IdentifierAttribute::Email | IdentifierAttribute::PreferredUsername => Medium::Email,
        }
    }

    /// What the person may see: enough to recognise an own address, too little to learn another's.
    #[must_use]
    pub fn details(&self) -> CodeDeliveryDetails {
        CodeDeliveryDetails {
            attribute_name: self.attribute.name(),
            delivery_medium: self.medium_name(),
            destination: self.masked(),
        }
    }

    /// The word for it on the wire.
    #[must_use]
    pub fn medium_name(&self) -> &'static str {
        match self.medium() {
            Medium::Email => "EMAIL",
            Medium::Sms => "SMS",
        }
    }

    pub(crate) fn to_text(&self) -> String {
        format!("{}={}", self.attribute.name(), self.value)
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let (name, value) = text.split_once('=')?;
        let attribute = [IdentifierAttribute::Email, IdentifierAttribute::PhoneNumber]
            .into_iter()
            .find(|attribute| attribute.name() == name)?;
        Some(Self {
            attribute,
            value: value.to_owned(),
        })
    }

    /// The address as the person may see it.
    #[must_use]
    pub fn masked(&self) -> String {
        if let Some((local, domain)) = self.value.rsplit_once('@') {
            // In lower case: a stored address may have other letters than a decoy, which has
            // only what was typed to go by.
            let first = |text: &str| -> String {
                text.chars().take(1).flat_map(char::to_lowercase).collect()
            };
            return format!("{}***@{}***", first(local), first(domain));
        }
        let length = self.value.chars().count();
        let shown = self
            .value
            .chars()
            .skip(length.saturating_sub(4))
            .collect::<String>();
        format!("+{}{shown}", "*".repeat(length.saturating_sub(5)))
    }
}

fn attribute_of_recovery(mechanism: RecoveryMechanism) -> Option<IdentifierAttribute> {
    match mechanism {
        RecoveryMechanism::VerifiedEmail => Some(IdentifierAttribute::Email),
        RecoveryMechanism::VerifiedPhoneNumber => Some(IdentifierAttribute::PhoneNumber),
        RecoveryMechanism::AdminOnly => None,
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Destination")
            .field("attribute", &self.attribute)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(attribute: IdentifierAttribute, value: &str) -> String {
        Destination {
            attribute,
            value: value.to_owned(),
        }
        .masked()
    }

    #[test]
    fn addresses_show_two_letters_and_numbers_four_digits() {
        assert_eq!(
            masked(IdentifierAttribute::Email, "jane@example.com"),
            "j***@e***"
        );
        assert_eq!(
            masked(IdentifierAttribute::PhoneNumber, "+14325551212"),
            "+*******1212"
        );
        assert_eq!(masked(IdentifierAttribute::Email, "é@ü.org"), "é***@ü***");
    }
}
