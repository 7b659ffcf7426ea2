//! An issuer's document about itself (OpenID Connect Discovery 1.0, section 3; RFC 8414).

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{Document, OpenIdError, Published};

/// What is read of the document.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// Its name for itself, character by character what was asked for.
    pub issuer: String,
    /// Where people are sent.
    pub authorization_endpoint: Option<Url>,
    /// Where codes are redeemed.
    pub token_endpoint: Option<Url>,
    /// Where it tells about people.
    pub userinfo_endpoint: Option<Url>,
    /// Its public keys.
    pub jwks_uri: Option<Url>,
    /// RFC 9207: its answers name it.
    pub authorization_response_iss_parameter_supported: bool,
    /// How clients may prove themselves; the standard's default is `client_secret_basic`.
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// The algorithms it signs ID tokens with.
    pub id_token_signing_alg_values_supported: Option<Vec<String>>,
}

impl Metadata {
    /// Of this issuer.
    ///
    /// # Errors
    /// [`OpenIdError::Unreachable`], [`OpenIdError::Refused`]; [`OpenIdError::Unbelievable`] for the document of another.
    pub async fn of(published: &Published, issuer: &str) -> Result<Self, OpenIdError> {
        let base = issuer.trim_end_matches('/');
        let address = Url::parse(&format!("{base}/.well-known/openid-configuration"))
            .map_err(|_| OpenIdError::Unbelievable("the provider's name is no address"))?;
        let own = |json: &Value| {
            let read = Self::deserialize(json).ok()?;
            (read.issuer == issuer).then_some(read)
        };
        let found = published.find(Document::Metadata, &address, own).await?;
        found.ok_or(OpenIdError::Unbelievable(
            "the provider's document is another issuer's, or has another form",
        ))
    }
}
