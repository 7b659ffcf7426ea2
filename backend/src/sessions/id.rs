//! The names of sessions in lists: `tkn` or `sso`, and 25 digits of base 36, which hold a UUID.
//!
//! They open nothing: a session of tokens is named by its `origin_jti`, which its tokens say anyway, a
//! browser's by its row. Somebody else's session is found by nobody, whatever they name.

use std::fmt;

use uuid::Uuid;

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 25;

/// The name of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionId {
    /// Of tokens, by their `origin_jti`.
    Token(Uuid),
    /// Of a browser on the login domain.
    Sso(Uuid),
}

impl SessionId {
    /// Reads a name; `None` if no session has it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, digits) = text.split_at_checked(3)?;
        let digits = Some(digits).filter(|digits| digits.len() == LENGTH)?;
        let value = digits.bytes().try_fold(0_u128, |value, byte| {
            let digit = DIGITS.iter().position(|digit| *digit == byte)?;
            value
                .checked_mul(36)?
                .checked_add(u128::try_from(digit).ok()?)
        })?;
        let id = Uuid::from_u128(value);
        match kind {
            "tkn" => Some(Self::Token(id)),
            "sso" => Some(Self::Sso(id)),
            _ => None,
        }
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, id) = match self {
            Self::Token(id) => ("tkn", id),
            Self::Sso(id) => ("sso", id),
        };
        let mut rest = id.as_u128();
        let mut digits = [b'0'; LENGTH];
        for place in digits.iter_mut().rev() {
            let digit = usize::try_from(rest % 36).unwrap_or_default();
            *place = DIGITS.get(digit).copied().unwrap_or(b'0');
            rest /= 36;
        }
        f.write_str(kind)?;
        digits
            .iter()
            .try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_every_uuid_and_nothing_else() {
        for value in [0, 1, 35, 36, 0x1234_5678_9abc_def0, u128::MAX] {
            let id = SessionId::Token(Uuid::from_u128(value));
            let name = id.to_string();
            assert_eq!(name.len(), 28, "{name}");
            assert_eq!(SessionId::parse(&name), Some(id));
        }
        let sso = SessionId::Sso(Uuid::from_u128(7));
        assert_eq!(sso.to_string(), "sso0000000000000000000000007");
        for wrong in [
            "",
            "tkn",
            "tkn000000000000000000000000",
            "tkn00000000000000000000000000",
            "abc0000000000000000000000000",
            "tknzzzzzzzzzzzzzzzzzzzzzzzzz",
            "tkn000000000000000000000000A",
            "tkn000000000000000000000000é",
            "téx0000000000000000000000000",
        ] {
            assert_eq!(SessionId::parse(wrong), None, "{wrong}");
        }
    }
}
