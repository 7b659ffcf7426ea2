//! What tokens allow and tell.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// An ID token, and userInfo.
    OpenId,
    /// The e-mail address.
    Email,
    /// The phone number.
    Phone,
    /// All other attributes that the client may read.
    Profile,
    /// The account's own operations of the JSON API; every token of the JSON API has it.
    Account,
}

impl Scope {
    /// All there are.
    pub const ALL: [Self; 5] = [
        Self::OpenId,
        Self::Email,
        Self::Phone,
        Self::Profile,
        Self::Account,
    ];

    /// The word on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenId => "openid",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Profile => "profile",
            Self::Account => "aws.cognito.signin.user.admin",
        }
    }

    /// The scope with this word.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// Scopes, each once, in the order they were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Scopes separated by spaces; `None` if a word is no scope.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        words.map(Scope::find).collect()
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Whether all of them are among others.
    #[must_use]
    pub fn are_within(&self, others: &Self) -> bool {
        self.0.iter().all(|scope| others.has(*scope))
    }

    /// Whether an attribute may be told. `openid` alone tells all that the client may read; with
    /// `email`, `phone` or `profile`, only theirs.
    #[must_use]
    pub fn tell(&self, attribute: &str) -> bool {
        if !self.tells_about_the_person() {
            return self.has(Scope::OpenId);
        }
        self.has(match attribute {
            "email" | "email_verified" => Scope::Email,
            "phone_number" | "phone_number_verified" => Scope::Phone,
            _ => Scope::Profile,
        })
    }

    /// Whether one of them is about the person beyond who it is: `email`, `phone`, `profile`.
    #[must_use]
    pub fn tells_about_the_person(&self) -> bool {
        [Scope::Email, Scope::Phone, Scope::Profile]
            .into_iter()
            .any(|scope| self.has(scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut once = Vec::new();
        for scope in scopes {
            if !once.contains(&scope) {
                once.push(scope);
            }
        }
        Self(once)
    }
}

impl TryFrom<String> for Scopes {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        Self::parse(&text).ok_or("not a list of scopes")
    }
}

impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.to_string()
    }
}

/// Separated by spaces, as in requests, tokens and the database.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|scope| scope.name()).collect();
        f.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openid_alone_tells_everything_and_beside_others_nothing_by_itself() {
        let tells = |scopes: &str, name: &str| Scopes::parse(scopes).unwrap().tell(name);
        assert!(tells("openid", "email") && tells("openid", "custom:plan"));
        assert!(tells("openid email", "email_verified") && !tells("openid email", "name"));
        assert!(tells("openid profile", "custom:plan") && !tells("openid profile", "email"));
        assert!(tells("openid phone", "phone_number") && !tells("openid phone", "email"));
        assert!(!tells("aws.cognito.signin.user.admin", "name"));
    }
}
