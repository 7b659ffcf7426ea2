//! The kinds of identity providers.

use serde::{Deserialize, Serialize};

/// Whose users they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProviderType {
    /// Any provider that speaks SAML 2.0
    #[serde(rename = "SAML")]
    Saml,
    /// Facebook
    Facebook,
    /// Google
    Google,
    /// Amazon
    LoginWithAmazon,
    /// Apple
    SignInWithApple,
    /// Any provider that speaks OpenID Connect
    #[serde(rename = "OIDC")]
    Oidc,
}

impl ProviderType {
    /// The word on the wire and in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Saml => "SAML",
            Self::Facebook => "Facebook",
            Self::Google => "Google",
            Self::LoginWithAmazon => "LoginWithAmazon",
            Self::SignInWithApple => "SignInWithApple",
            Self::Oidc => "OIDC",
        }
    }

    /// The type that this word is of.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }

    /// All of them.
    pub(super) const ALL: [Self; 6] = [
        Self::Saml,
        Self::Facebook,
        Self::Google,
        Self::LoginWithAmazon,
        Self::SignInWithApple,
        Self::Oidc,
    ];

    /// The details without which there is nothing to do.
    pub(super) fn required_details(self) -> &'static [&'static str] {
        match self {
            Self::Saml => &[],
            Self::Facebook | Self::Google | Self::LoginWithAmazon => {
                &["client_id", "client_secret", "authorize_scopes"]
            }
            Self::SignInWithApple => &[
                "client_id",
                "team_id",
                "key_id",
                "private_key",
                "authorize_scopes",
            ],
            Self::Oidc => &[
                "client_id",
                "attributes_request_method",
                "oidc_issuer",
                "authorize_scopes",
            ],
        }
    }

    /// Whether it is one of the four that have a name of their own. A pool has these at most once, under that name.
    #[must_use]
    pub fn is_social(self) -> bool {
        !matches!(self, Self::Saml | Self::Oidc)
    }
}
