//! Who is signed in.

use alloc::string::String;
use core::fmt;

use crate::json::{NotJson, Object, Value};

/// Who is signed in, from a verified ID token.
/// Its `Debug` shows the id alone.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The user's id in the pool, for ever.
    pub sub: String,
    /// The real user name: in pools that sign in by e-mail address it equals `sub`.
    pub username: String,
    /// All claims of the ID token, as the JSON text that was signed.
    pub claims: String,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("User").field(&self.sub).finish()
    }
}

impl User {
    /// As JSON: `sub`, `username`, and `claims` as a string.
    #[must_use]
    pub fn to_object(&self) -> Object {
        let mut object = Object::new();
        object
            .text("sub", &self.sub)
            .text("username", &self.username)
            .text("claims", &self.claims);
        object
    }

    pub(super) fn read(value: &impl Value) -> Result<Self, NotJson> {
        let text = |name| value.text_at(name)?.ok_or(NotJson);
        Ok(Self {
            sub: text("sub")?,
            username: text("username")?,
            claims: text("claims")?,
        })
    }
}
