//! What tokens allow and tell.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A scope.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// One of a resource server, which knows what it means.
    Custom(CustomScope),
}

/// `identifier/name`: the identifier of a resource server, which may have slashes, and the name of one
/// of its scopes, which has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomScope {
    word: String,
    slash: usize,
}

impl CustomScope {
    /// The identifier of its resource server.
    #[must_use]
    pub fn resource_server(&self) -> &str {
        self.word.get(..self.slash).unwrap_or_default()
    }

    /// Its name among those of its resource server.
    #[must_use]
    pub fn name(&self) -> &str {
        self.word.get(self.slash + 1..).unwrap_or_default()
    }

    /// Words of the form of the contract's `ScopeType`; those in the service's own name are its own.
    fn find(word: &str) -> Option<Self> {
        let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        let slash = word.rfind('/')?;
        let is_whole = slash > 0 && slash + 1 < word.len() && word.len() <= LONGEST_WORD;
        (is_whole && word.bytes().all(allowed) && !word.starts_with(RESERVED)).then(|| Self {
            word: word.to_owned(),
            slash,
        })
    }
}

/// 256 characters of identifier and of name, and the slash.
const LONGEST_WORD: usize = 513;

/// What the service calls its own scopes.
const RESERVED: &str = "aws.cognito";

impl Scope {
    /// Those that every pool has.
    pub const STANDARD: [Self; 5] = [
        Self::OpenId,
        Self::Email,
        Self::Phone,
        Self::Profile,
        Self::Account,
    ];

    /// The word on the wire.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::OpenId => "openid",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Profile => "profile",
            Self::Account => "aws.cognito.signin.user.admin",
            Self::Custom(custom) => &custom.word,
        }
    }

    /// The scope with this word. Whether there is such a resource server is another question
    /// (`resource_servers`).
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::STANDARD
            .into_iter()
            .find(|scope| scope.name() == name)
            .or_else(|| CustomScope::find(name).map(Self::Custom))
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

    /// Those of our own among scopes separated by spaces. A trigger may have put others there.
    #[must_use]
    pub fn known_among(text: &str) -> Self {
        text.split(' ').filter_map(Scope::find).collect()
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn has(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// Those of resource servers.
    pub fn custom(&self) -> impl Iterator<Item = &CustomScope> {
        self.0.iter().filter_map(|scope| match scope {
            Scope::Custom(custom) => Some(custom),
            _ => None,
        })
    }

    /// Whether all of them are among others.
    #[must_use]
    pub fn are_within(&self, others: &Self) -> bool {
        self.0.iter().all(|scope| others.has(scope))
    }

    /// Whether an attribute may be told. `openid` alone tells all that the client may read; with
    /// `email`, `phone` or `profile`, only theirs, and who vouched for the person.
    #[must_use]
    pub fn tell(&self, attribute: &str) -> bool {
        if !self.tells_about_the_person() {
            return self.has(&Scope::OpenId);
        }
        self.has(match attribute {
            "email" | "email_verified" => &Scope::Email,
            "phone_number" | "phone_number_verified" => &Scope::Phone,
            // Who vouched for the person is about the sign-in.
            "identities" => &Scope::OpenId,
            _ => &Scope::Profile,
        })
    }

    /// Whether one of them is about the person beyond who it is: `email`, `phone`, `profile`.
    #[must_use]
    pub fn tells_about_the_person(&self) -> bool {
        [Scope::Email, Scope::Phone, Scope::Profile]
            .into_iter()
            .any(|scope| self.has(&scope))
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
        let names: Vec<&str> = self.0.iter().map(Scope::name).collect();
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

    #[test]
    fn a_scope_of_a_resource_server_is_split_at_its_last_slash() {
        let Some(Scope::Custom(custom)) = Scope::find("https://shop.example/api/read") else {
            panic!("not a scope of a resource server");
        };
        assert_eq!(custom.resource_server(), "https://shop.example/api");
        assert_eq!(custom.name(), "read");
        for no_scope in [
            "read",
            "/read",
            "shop/",
            "sh\"op/read",
            "shöp/read",
            "aws.cognito/dcr/register",
        ] {
            assert_eq!(Scope::find(no_scope), None, "{no_scope}");
        }
    }
}
