//! Pools and clients as a configuration file describes them.
//!
//! They are turned into the service's own JSON, as if an administrator had called `CreateUserPool`
//! and `CreateUserPoolClient`, so that there is one meaning of every setting.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::HandlerConfig;
use crate::lambda_config::Trigger;

/// A pool.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolConfig {
    /// The id, `<region>_<letters and digits>`.
    pub id: String,
    /// The name. Default: the id.
    pub name: Option<String>,
    /// Members of `CreateUserPoolRequest`, in the service's spelling.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// Members of `SetUserPoolMfaConfigRequest`. Default: what was set before, at first no MFA.
    pub mfa: Option<Map<String, Value>>,
    /// Days after which a password has to be replaced, which the service does not have. Default never.
    pub password_expires_after_days: Option<NonZeroU32>,
    /// The handler of each trigger; files are relative to the configuration's folder. Default none.
    #[serde(default)]
    pub triggers: BTreeMap<Trigger, HandlerConfig>,
    /// Its resource servers: members of `CreateResourceServerRequest`.
    #[serde(default)]
    pub resource_servers: Vec<Map<String, Value>>,
    /// Other providers that its people may come from.
    #[serde(default)]
    pub identity_providers: Vec<IdentityProviderConfig>,
    /// Its clients.
    #[serde(default)]
    pub clients: Vec<ClientConfig>,
}

/// An identity provider: members of `CreateIdentityProviderRequest`, secrets among them: not printed.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct IdentityProviderConfig(pub Map<String, Value>);

impl IdentityProviderConfig {
    /// What it is called, if it says so.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = self.0.get("ProviderName");
        name.and_then(Value::as_str).unwrap_or("without a name")
    }
}

impl std::fmt::Debug for IdentityProviderConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentityProviderConfig(..)")
    }
}

/// An app client.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientConfig {
    /// The id.
    pub id: String,
    /// The name. Default: the id.
    pub name: Option<String>,
    /// The secret, 24 to 64 characters. Default: none, a public client.
    pub secret: Option<Zeroizing<String>>,
    /// Members of `CreateUserPoolClientRequest`, in the service's spelling.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// Whether people are asked before the app gets what it asks for, which the service does not have.
    /// Default false.
    #[serde(default)]
    pub ask_for_consent: bool,
}

impl std::fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientConfig")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl PoolConfig {
    /// The pool that exists when there is no file: people sign up with their e-mail address, and can sign
    /// in with a code instead of the password. Its client's app is at this origin.
    #[must_use]
    pub fn demo(app: &str) -> Self {
        let home = format!("{}/", app.trim_end_matches('/'));
        Self {
            id: "local_demo".to_owned(),
            name: Some("Demo".to_owned()),
            settings: object(json!({
                "UsernameAttributes": ["email"],
                "AutoVerifiedAttributes": ["email"],
                "UsernameConfiguration": { "CaseSensitive": false },
                "Policies": {
                    "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"] },
                },
                "AccountRecoverySetting": {
                    "RecoveryMechanisms": [{ "Priority": 1, "Name": "verified_email" }],
                },
                "DeviceConfiguration": {
                    "ChallengeRequiredOnNewDevice": true,
                    "DeviceOnlyRememberedOnUserPrompt": true,
                },
            })),
            mfa: Some(object(json!({
                "MfaConfiguration": "OPTIONAL",
                "SoftwareTokenMfaConfiguration": { "Enabled": true },
                "WebAuthnConfiguration": {
                    "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
                    "UserVerification": "required",
                },
            }))),
            password_expires_after_days: None,
            triggers: BTreeMap::new(),
            resource_servers: Vec::new(),
            identity_providers: Vec::new(),
            clients: vec![ClientConfig {
                id: "demowebclient".to_owned(),
                name: Some("Demo web client".to_owned()),
                secret: None,
                ask_for_consent: false,
                settings: object(json!({
                    "ExplicitAuthFlows": [
                        "ALLOW_USER_SRP_AUTH",
                        "ALLOW_USER_PASSWORD_AUTH",
                        "ALLOW_USER_AUTH",
                        "ALLOW_REFRESH_TOKEN_AUTH",
                    ],
                    "PreventUserExistenceErrors": "ENABLED",
                    "AllowedOAuthFlowsUserPoolClient": true,
                    "AllowedOAuthFlows": ["code"],
                    "AllowedOAuthScopes":
                        ["openid", "email", "profile", "aws.cognito.signin.user.admin"],
                    "CallbackURLs": [home],
                    "LogoutURLs": [home],
                })),
            }],
        }
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
