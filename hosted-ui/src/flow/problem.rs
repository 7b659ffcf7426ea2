//! What is wrong with what was typed.

use cognate_core::password::policy::Violation;

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// Who somebody is.
    Username,
    /// The password somebody has.
    Password,
    /// The password somebody chooses.
    NewPassword,
    /// A one-time code.
    Code,
    /// An attribute of this name.
    Attribute(String),
}

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It is empty.
    Missing,
    /// A user name with white space, or too long.
    NotAName,
    /// It does not look like an e-mail address.
    NotAnEmail,
    /// It does not look like a phone number.
    NotAPhoneNumber,
    /// It is not a date.
    NotADate,
    /// It is not a number.
    NotANumber,
    /// It has fewer characters than this.
    TooShort(u32),
    /// It has more characters than this.
    TooLong(u32),
    /// The password lacks something.
    Lacks(Vec<Violation>),
    /// A code is made of digits.
    NotACode,
    /// The code is wrong.
    CodeWrong,
    /// The code is too old.
    CodeExpired,
    /// The service does not want this password.
    PasswordRefused,
    /// This password was used before.
    PasswordUsed,
    /// The user name is taken.
    NameTaken,
    /// The address or number is somebody else's.
    AliasTaken,
    /// No provider is known for the address's domain.
    NoOrganization,
}

impl Field {
    /// The element's id: stable, for tests and style sheets.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Username => "username".into(),
            Self::Password => "password".into(),
            Self::NewPassword => "new-password".into(),
            Self::Code => "code".into(),
            Self::Attribute(name) => ["attribute-", &name.replace(':', "-")].concat(),
        }
    }
}
