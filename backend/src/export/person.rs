//! The lines of an export: the first is a [`Header`], every other one a [`Person`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::mfa::Factor;
use crate::users::Status;

/// What the file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    /// `cognate-users-1`
    pub format: String,
    /// The id of the pool that the users are of.
    pub pool: String,
    /// Whether passwords and secrets of second factors are in it.
    pub has_secrets: bool,
    /// The pool's groups, which an import makes if they are not there.
    pub groups: Vec<ExportedGroup>,
}

impl Header {
    /// The only format there is.
    pub const FORMAT: &str = "cognate-users-1";
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportedGroup {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The role its members may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// The group with the lowest counts most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precedence: Option<i64>,
}

/// A user. Times are seconds since 1970.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Person {
    /// The real user name.
    pub username: String,
    /// The user's UUID.
    pub sub: String,
    /// Where the user stands.
    pub status: Status,
    /// Whether the user may do anything.
    pub enabled: bool,
    /// When the user came.
    pub created_at: i64,
    /// When the user last changed.
    pub updated_at: i64,
    /// Names and values, without `sub`.
    pub attributes: BTreeMap<String, String>,
    /// Names of the user's groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Second factors that are on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub second_factors: Vec<Factor>,
    /// The one that is asked for first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_factor: Option<Factor>,
    /// Public keys; the private ones are with the authenticators.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passkeys: Vec<Passkey>,
    /// Whether there is a password; it is in the file only with secrets.
    pub has_password: bool,
    /// The password's verifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// The secret of the authenticator app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<Totp>,
}

/// What is kept of a password, base64.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Password {
    /// SRP's salt.
    pub salt: String,
    /// SRP's verifier, 384 bytes, made with the pool's name and the user name.
    pub verifier: Zeroizing<String>,
    /// When it was set.
    pub set_at: i64,
}

/// An authenticator app.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Totp {
    /// The shared secret, base64.
    pub secret: Zeroizing<String>,
    /// What the person calls it.
    pub device_name: String,
}

/// A passkey.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Passkey {
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// The credential as this backend keeps it.
    pub credential: Value,
}

macro_rules! redacted {
    ($($name:ident)*) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })*
    };
}

redacted! { Person Password Totp Passkey }
