//! Who is signed in.

use alloc::string::String;

use serde::{Deserialize, Serialize};

/// Who is signed in, from a verified ID token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The user's id in the pool, for ever.
    pub sub: String,
    /// The real user name: in pools that sign in by e-mail address it equals `sub`.
    pub username: String,
    /// All claims of the ID token, as the JSON text that was signed.
    pub claims: String,
}
