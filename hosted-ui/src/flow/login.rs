//! What the service says about a login: `DescribeLogin`.

use cognate_core::password::policy::Policy;
use serde::Deserialize;

/// What the pages must know of the pool and the app. The answer of `DescribeLogin`, as it is written
/// there; what is absent has its default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Login {
    /// The app's name, for people.
    pub client_name: String,
    /// The pool: SRP proves the password for one pool only. Without it the password is sent.
    pub user_pool_id: Option<String>,
    /// Who is expected to sign in.
    pub login_hint: Option<String>,
    /// The language that the app asked for.
    pub lang: Option<String>,
    /// Attributes that are user names: `email`, `phone_number`.
    pub username_attributes: Vec<String>,
    /// Attributes that one can also sign in with.
    pub alias_attributes: Vec<String>,
    /// Signing up.
    pub sign_up: SignUpRules,
    /// What a new password must have.
    pub password_policy: PasswordPolicy,
}

/// Who may sign up, and with what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SignUpRules {
    /// Whether anybody may.
    pub allowed: bool,
    /// What is required besides user name and password.
    pub attributes: Vec<Attribute>,
}

/// An attribute to ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Attribute {
    /// Its name, such as `given_name` or `custom:team`.
    pub name: String,
    /// Whether it must be given.
    pub required: bool,
    /// `String`, `Number`, `DateTime` or `Boolean`.
    pub data_type: String,
    /// Fewest characters.
    pub min_length: Option<u32>,
    /// Most characters.
    pub max_length: Option<u32>,
}

/// The pool's password policy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PasswordPolicy {
    /// Fewest characters.
    pub minimum_length: usize,
    /// A to Z.
    pub require_uppercase: bool,
    /// a to z.
    pub require_lowercase: bool,
    /// 0 to 9.
    pub require_numbers: bool,
    /// Symbols.
    pub require_symbols: bool,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        let policy = Policy::default();
        Self {
            minimum_length: policy.minimum_length,
            require_uppercase: policy.uppercase,
            require_lowercase: policy.lowercase,
            require_numbers: policy.numbers,
            require_symbols: policy.symbols,
        }
    }
}

impl Login {
    /// The password policy, as the core checks it.
    #[must_use]
    pub fn policy(&self) -> Policy {
        let policy = &self.password_policy;
        Policy {
            minimum_length: policy.minimum_length,
            uppercase: policy.require_uppercase,
            lowercase: policy.require_lowercase,
            numbers: policy.require_numbers,
            symbols: policy.require_symbols,
        }
    }

    /// Whether a new user name is an e-mail address, and nothing else.
    #[must_use]
    pub fn username_is_email(&self) -> bool {
        self.username_attributes == ["email"]
    }

    /// Whether a new user name is a phone number, and nothing else.
    #[must_use]
    pub fn username_is_phone(&self) -> bool {
        self.username_attributes == ["phone_number"]
    }
}

impl Attribute {
    /// A required attribute of which only the name is known.
    #[must_use]
    pub fn required(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            required: true,
            ..Self::default()
        }
    }
}
