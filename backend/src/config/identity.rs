//! Identity pools as a configuration file describes them, and whom they ask.

use std::num::NonZeroU32;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

/// The section `[identity]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdentityConfig {
    /// Who issues tokens of identities. Default `<public url>/identity`.
    pub issuer: Option<String>,
    /// Who gives credentials. Default: signed here, for development.
    pub sts: Option<StsConfig>,
    /// What IAM would know of OpenID Connect providers. Default none.
    pub oidc: Vec<OidcProviderConfig>,
    /// What IAM would know of SAML providers. Default none.
    pub saml: Vec<SamlProviderConfig>,
    /// Where public providers are.
    pub endpoints: EndpointsConfig,
    /// After how many days without a sign of a guest it is forgotten. Default never.
    pub forget_guests_after_days: Option<NonZeroU32>,
}

/// Who gives credentials.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StsConfig {
    /// For example `https://sts.eu-central-1.amazonaws.com/`.
    pub endpoint: Url,
    /// What guests may do at most, a policy in JSON. Default: the service's list.
    pub guest_policy: Option<String>,
}

/// An OpenID Connect provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcProviderConfig {
    /// The ARN that identity pools name it by, which ends in its address without `https://`.
    pub arn: String,
    /// The clients that tokens may be for.
    pub client_ids: Vec<String>,
    /// The issuer, where it is not `https://` and the end of the ARN: for a provider on this machine.
    pub issuer: Option<String>,
}

/// A SAML provider, whose responses are logins.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamlProviderConfig {
    /// The ARN that identity pools name it by.
    pub arn: String,
    /// The provider's metadata, or
    pub metadata: Option<String>,
    /// where it is.
    pub metadata_url: Option<Url>,
    /// The audience of its assertions. Default `urn:amazon:webservices`.
    pub audience: Option<String>,
    /// The recipient of its assertions. Default `https://signin.aws.amazon.com/saml`.
    pub recipient: Option<String>,
}

/// Where public providers are. The defaults are theirs; others are for tests.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EndpointsConfig {
    /// Google's issuer. Default `https://accounts.google.com`.
    pub google: String,
    /// Apple's issuer. Default `https://appleid.apple.com`.
    pub apple: String,
    /// Facebook's Graph API. Default `https://graph.facebook.com`.
    pub facebook: String,
    /// Amazon's API. Default `https://api.amazon.com`.
    pub amazon: String,
    /// Twitter's API. Default `https://api.twitter.com`.
    pub twitter: String,
}

impl Default for EndpointsConfig {
    fn default() -> Self {
        Self {
            google: "https://accounts.google.com".to_owned(),
            apple: "https://appleid.apple.com".to_owned(),
            facebook: "https://graph.facebook.com".to_owned(),
            amazon: "https://api.amazon.com".to_owned(),
            twitter: "https://api.twitter.com".to_owned(),
        }
    }
}

/// An identity pool.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityPoolConfig {
    /// The id, `<region>:<uuid>`.
    pub id: String,
    /// The name. Default: `identity pool`.
    pub name: Option<String>,
    /// Members of `CreateIdentityPoolInput`, in the service's spelling.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// Members of `SetIdentityPoolRolesInput`. Default: what was set before, at first no roles.
    pub roles: Option<Map<String, Value>>,
}

impl IdentityPoolConfig {
    /// The pool that exists when there is no file: for people of the demo user pool, and guests.
    #[must_use]
    pub fn demo() -> Self {
        let object = |value: Value| value.as_object().cloned().unwrap_or_default();
        Self {
            id: "local:00000000-0000-4000-8000-000000000001".to_owned(),
            name: Some("Demo".to_owned()),
            settings: object(json!({
                "AllowUnauthenticatedIdentities": true,
                "CognitoIdentityProviders": [{
                    "ProviderName": "cognito-idp.local.amazonaws.com/local_demo",
                    "ClientId": "demowebclient",
                    "ServerSideTokenCheck": true,
                }],
            })),
            roles: Some(object(json!({
                "Roles": {
                    "authenticated": "arn:aws:iam::000000000000:role/demo-signed-in",
                    "unauthenticated": "arn:aws:iam::000000000000:role/demo-guest",
                },
            }))),
        }
    }
}
