//! Factors: what proves who somebody is, under one name each. The service has up to two.

use alloc::vec::Vec;

/// What proves who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// The password, by SRP where that is offered.
    Password,
    /// A code by text message.
    Sms,
    /// A code by e-mail.
    Email,
    /// A code of an authenticator app.
    Totp,
    /// A passkey.
    Passkey,
}

impl Factor {
    /// The name in JavaScript.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Sms => "sms",
            Self::Email => "email",
            Self::Totp => "totp",
            Self::Passkey => "passkey",
        }
    }

    /// By the name in JavaScript.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut factors = NAMES.iter().map(|(_, factor)| *factor);
        factors.find(|factor| factor.name() == name)
    }

    /// By the service's name for it.
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        let known = NAMES.iter().find(|(known, _)| known.as_bytes() == name);
        known.map(|(_, factor)| *factor)
    }

    /// The factors of a list in whatever form, each once; names that nobody knows are left out.
    pub(crate) fn listed(list: &str) -> Vec<Self> {
        let mut factors = Vec::new();
        for factor in words(list).filter_map(Self::of) {
            if !factors.contains(&factor) {
                factors.push(factor);
            }
        }
        factors
    }

    /// The service's name for this factor that is in the list: the first of [`NAMES`].
    pub(super) fn offered(self, list: &str) -> Option<&'static str> {
        let offered = |name: &str| words(list).any(|word| word == name.as_bytes());
        self.names().find(|name| offered(name))
    }

    /// The name of this factor as the first one of a sign-in (`PREFERRED_CHALLENGE`).
    pub(super) fn preferred(self) -> Option<&'static str> {
        self.names().next().filter(|_| self != Self::Totp)
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        let of_this = move |(_, factor): &&(_, Self)| *factor == self;
        NAMES.iter().filter(of_this).map(|(name, _)| *name)
    }
}

/// What is better stands first: SRP before a password that is sent, the first factor's name before
/// the second's. For the code by e-mail the service's reference has two names, its clients one.
static NAMES: [(&str, Factor); 9] = [
    ("PASSWORD_SRP", Factor::Password),
    ("PASSWORD", Factor::Password),
    ("SMS_OTP", Factor::Sms),
    ("SMS_MFA", Factor::Sms),
    ("EMAIL_OTP", Factor::Email),
    ("EMAIL_MFA", Factor::Email),
    ("SOFTWARE_TOKEN_MFA", Factor::Totp),
    ("SOFTWARE_TOKEN", Factor::Totp),
    ("WEB_AUTHN", Factor::Passkey),
];

/// The names in a list: JSON in a string, or words.
fn words(list: &str) -> impl Iterator<Item = &[u8]> {
    let is_between = |byte: &u8| !(byte.is_ascii_uppercase() || *byte == b'_');
    list.as_bytes().split(is_between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_gives_each_factor_once_in_its_order_whatever_else_is_in_it() {
        use Factor::{Email, Password, Sms};
        let list = r#"["EMAIL_OTP", "NEW_KIND", "SMS_MFA","EMAIL_MFA"]"#;
        assert_eq!(Factor::listed(list), [Email, Sms]);
        assert_eq!(Factor::listed("PASSWORD PASSWORD_SRP"), [Password]);
        for list in ["", "[]", "null", "sms_mfa", "SMS_MFA2x", "é"] {
            let expected: &[Factor] = if list == "SMS_MFA2x" { &[Sms] } else { &[] };
            assert_eq!(Factor::listed(list), expected, "{list}");
        }
    }

    #[test]
    fn a_factor_is_answered_by_the_name_that_was_offered() {
        let offered = |factor: Factor, list| factor.offered(list);
        assert_eq!(offered(Factor::Email, "[\"EMAIL_MFA\"]"), Some("EMAIL_MFA"));
        let both = "PASSWORD PASSWORD_SRP";
        assert_eq!(offered(Factor::Password, both), Some("PASSWORD_SRP"));
        assert_eq!(offered(Factor::Password, "PASSWORD"), Some("PASSWORD"));
        assert_eq!(offered(Factor::Sms, "EMAIL_OTP"), None);
    }

    #[test]
    fn every_name_of_javascript_is_read_back() {
        for (_, factor) in NAMES {
            assert_eq!(Factor::parse(factor.name()), Some(factor));
        }
        assert_eq!(Factor::parse("SMS_MFA"), None);
    }
}
