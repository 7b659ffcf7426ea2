//! Why an issuer, or a token that says to be of one, is not believed: a closed set.

use std::fmt;

/// What an issuer publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// Its document about itself.
    Metadata,
    /// Its public keys.
    Keys,
}

/// Why there are no claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenIdError {
    /// The issuer was not there, or took too long.
    Unreachable(Document),
    /// It refused, with this status.
    Refused(Document, u16),
    /// What it publishes is not what was asked for.
    Unbelievable(&'static str),
    /// The token does not hold.
    Token(TokenFault),
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFault {
    /// It is no signed JWT with an object of claims, or too long.
    Malformed,
    /// It is signed in a way that is not allowed, by us or by its issuer.
    Algorithm,
    /// It is another issuer's.
    Issuer,
    /// Its key is not published.
    Key,
    /// The signature is wrong.
    Signature,
    /// It ended at this time, in seconds since 1970; 0 if it does not say when.
    Expired(i64),
    /// It begins in the future, or does not say when it was made.
    Early,
    /// It names nobody.
    Nobody,
}

impl fmt::Display for OpenIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(document) => write!(f, "{document:?} cannot be reached"),
            Self::Refused(document, status) => write!(f, "{document:?} answered {status}"),
            Self::Unbelievable(why) => f.write_str(why),
            Self::Token(fault) => fault.fmt(f),
        }
    }
}

impl fmt::Display for TokenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl TokenFault {
    /// In words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Malformed => "the ID token is malformed",
            Self::Algorithm => "the ID token is signed with an algorithm that is not allowed",
            Self::Issuer => "the ID token is another issuer's",
            Self::Key => "the ID token is signed with a key that the provider does not publish",
            Self::Signature => "the ID token's signature is wrong",
            Self::Expired(_) => "the ID token has expired",
            Self::Early => "the ID token was issued in the future, or does not say when",
            Self::Nobody => "the ID token names nobody",
        }
    }
}

impl From<TokenFault> for OpenIdError {
    fn from(fault: TokenFault) -> Self {
        Self::Token(fault)
    }
}
