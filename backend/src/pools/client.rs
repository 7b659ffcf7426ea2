//! An app client and its settings.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::client_secrets::ClientSecrets;
use super::oauth_settings::OAuthSettings;
use super::sessions::ClientSessions;
use crate::error::ApiError;
use crate::seal::Sealer;
use crate::store::ClientRow;

/// An app client.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its id.
    pub id: String,
    /// The pool it belongs to.
    pub pool_id: String,
    /// Its name.
    pub name: String,
    /// Its settings, typed: what operations decide by.
    pub settings: ClientSettings,
    /// Its settings of browsers' sessions.
    pub sessions: ClientSessions,
    document: String,
    /// Its secrets; none for a public client.
    pub secrets: ClientSecrets,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
}

/// A way to sign in that a client may be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExplicitAuthFlow {
    /// Legacy name of `ALLOW_ADMIN_USER_PASSWORD_AUTH`
    AdminNoSrpAuth,
    /// Legacy name of `ALLOW_CUSTOM_AUTH` without SRP
    CustomAuthFlowOnly,
    /// Legacy name of `ALLOW_USER_PASSWORD_AUTH`
    UserPasswordAuth,
    /// `AdminInitiateAuth` with a password
    AllowAdminUserPasswordAuth,
    /// Custom challenges
    AllowCustomAuth,
    /// `InitiateAuth` with a password
    AllowUserPasswordAuth,
    /// SRP
    AllowUserSrpAuth,
    /// Refresh tokens
    AllowRefreshTokenAuth,
    /// The choice of a first factor
    AllowUserAuth,
}

/// The settings of a client that this backend acts on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ClientSettings {
    explicit_auth_flows: Vec<ExplicitAuthFlow>,
    access_token_validity: Option<i64>,
    id_token_validity: Option<i64>,
    refresh_token_validity: Option<i64>,
    token_validity_units: TokenValidityUnits,
    auth_session_validity: Option<i64>,
    prevent_user_existence_errors: Option<String>,
    enable_token_revocation: Option<bool>,
    refresh_token_rotation: Option<RefreshTokenRotation>,
    read_attributes: Option<Vec<String>>,
    write_attributes: Option<Vec<String>>,
    /// What it may do with OAuth.
    #[serde(flatten)]
    pub oauth: OAuthSettings,
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

impl ClientSettings {
    /// Whether this flow is on. Nothing set: SRP, custom and refresh.
    #[must_use]
    pub fn allows(&self, flow: ExplicitAuthFlow) -> bool {
        use ExplicitAuthFlow as Flow;
        if self.explicit_auth_flows.is_empty() {
            return matches!(
                flow,
                Flow::AllowUserSrpAuth | Flow::AllowCustomAuth | Flow::AllowRefreshTokenAuth
            );
        }
        let legacy = match flow {
            Flow::AllowAdminUserPasswordAuth => Flow::AdminNoSrpAuth,
            Flow::AllowCustomAuth => Flow::CustomAuthFlowOnly,
            Flow::AllowUserPasswordAuth => Flow::UserPasswordAuth,
            other => other,
        };
        // Clients with legacy names have SRP (unless custom only) and refresh always.
        let has_legacy = self.explicit_auth_flows.iter().any(|flow| {
            matches!(
                flow,
                Flow::AdminNoSrpAuth | Flow::CustomAuthFlowOnly | Flow::UserPasswordAuth
            )
        });
        let is_custom_only = self.explicit_auth_flows.contains(&Flow::CustomAuthFlowOnly);
        self.explicit_auth_flows
            .iter()
            .any(|on| *on == flow || *on == legacy)
            || (has_legacy && flow == Flow::AllowRefreshTokenAuth)
            || (has_legacy && !is_custom_only && flow == Flow::AllowUserSrpAuth)
    }

    /// How long an access token lives, in seconds. Default one hour.
    #[must_use]
    pub fn access_token_seconds(&self) -> i64 {
        seconds(
            self.access_token_validity,
            self.token_validity_units.access_token,
            HOUR,
            HOUR,
        )
    }

    /// How long an ID token lives, in seconds. Default one hour.
    #[must_use]
    pub fn id_token_seconds(&self) -> i64 {
        seconds(
            self.id_token_validity,
            self.token_validity_units.id_token,
            HOUR,
            HOUR,
        )
    }

    /// How long a refresh token lives, in seconds. Default (and 0) 30 days.
    #[must_use]
    pub fn refresh_token_seconds(&self) -> i64 {
        seconds(
            self.refresh_token_validity,
            self.token_validity_units.refresh_token,
            DAY,
            30 * DAY,
        )
    }

    /// How long a sign-in that was begun may take, in seconds. Default three minutes.
    #[must_use]
    pub fn auth_session_seconds(&self) -> i64 {
        self.auth_session_validity.unwrap_or(3) * 60
    }

    /// Whether answers hide which users exist. Default false, as in the service's API.
    #[must_use]
    pub fn prevents_user_existence_errors(&self) -> bool {
        self.prevent_user_existence_errors.as_deref() == Some("ENABLED")
    }

    /// Whether refresh tokens can be revoked and tokens carry `origin_jti`. Default true.
    #[must_use]
    pub fn enables_token_revocation(&self) -> bool {
        self.enable_token_revocation.unwrap_or(true)
    }

    /// `Some(grace period in seconds)` if a refresh gives a new refresh token. Default `None`.
    #[must_use]
    pub fn refresh_token_rotation(&self) -> Option<i64> {
        let rotation = self.refresh_token_rotation.as_ref()?;
        (rotation.feature == "ENABLED").then(|| rotation.retry_grace_period_seconds.unwrap_or(0))
    }

    /// The attributes the client's users may read; `None` for the default, all standard ones.
    #[must_use]
    pub fn read_attributes(&self) -> Option<&[String]> {
        self.read_attributes.as_deref()
    }

    /// The attributes the client's users may write; `None` for the default, all standard ones.
    #[must_use]
    pub fn write_attributes(&self) -> Option<&[String]> {
        self.write_attributes.as_deref()
    }
}

impl Client {
    /// Its settings, all of them, as the service answers them; without the secret.
    ///
    /// # Errors
    /// If what is stored is no longer JSON.
    pub fn document(&self) -> Result<Map<String, Value>, ApiError> {
        serde_json::from_str(&self.document).map_err(|error| ApiError::internal(&error))
    }

    pub(super) fn read(sealer: &Sealer, row: ClientRow) -> Result<Self, ApiError> {
        let settings =
            serde_json::from_str(&row.settings).map_err(|error| ApiError::internal(&error))?;
        let sessions =
            serde_json::from_str(&row.sessions).map_err(|error| ApiError::internal(&error))?;
        let secrets = ClientSecrets::open(sealer, &row)?;
        Ok(Self {
            sessions,
            id: row.id,
            pool_id: row.pool_id,
            name: row.name,
            settings,
            document: row.settings,
            secrets,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct TokenValidityUnits {
    access_token: Option<Unit>,
    id_token: Option<Unit>,
    refresh_token: Option<Unit>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RefreshTokenRotation {
    feature: String,
    #[serde(default)]
    retry_grace_period_seconds: Option<i64>,
}

fn seconds(count: Option<i64>, unit: Option<Unit>, default_unit: i64, default: i64) -> i64 {
    let unit = match unit {
        None => default_unit,
        Some(Unit::Seconds) => 1,
        Some(Unit::Minutes) => 60,
        Some(Unit::Hours) => HOUR,
        Some(Unit::Days) => DAY,
    };
    match count {
        None | Some(0) => default,
        Some(count) => count.saturating_mul(unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ExplicitAuthFlow as Flow;

    fn settings(json: Value) -> ClientSettings {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn nothing_set_means_srp_custom_and_refresh() {
        let unset = settings(serde_json::json!({}));
        assert!(unset.allows(Flow::AllowUserSrpAuth));
        assert!(unset.allows(Flow::AllowRefreshTokenAuth));
        assert!(!unset.allows(Flow::AllowUserPasswordAuth));
        assert_eq!(unset.access_token_seconds(), 3600);
        assert_eq!(unset.refresh_token_seconds(), 30 * 86400);
        assert_eq!(unset.auth_session_seconds(), 180);
        assert!(unset.enables_token_revocation());
        assert!(!unset.prevents_user_existence_errors());
        assert_eq!(unset.refresh_token_rotation(), None);
    }

    #[test]
    fn only_the_flows_that_are_set_are_on() {
        let one = settings(serde_json::json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}));
        assert!(one.allows(Flow::AllowUserPasswordAuth));
        assert!(!one.allows(Flow::AllowUserSrpAuth));
        assert!(!one.allows(Flow::AllowRefreshTokenAuth));
        let legacy = settings(serde_json::json!({"ExplicitAuthFlows": ["USER_PASSWORD_AUTH"]}));
        assert!(legacy.allows(Flow::AllowUserPasswordAuth));
        assert!(legacy.allows(Flow::AllowUserSrpAuth));
        assert!(!legacy.allows(Flow::AllowAdminUserPasswordAuth));
        let custom = settings(serde_json::json!({"ExplicitAuthFlows": ["CUSTOM_AUTH_FLOW_ONLY"]}));
        assert!(custom.allows(Flow::AllowCustomAuth));
        assert!(custom.allows(Flow::AllowRefreshTokenAuth));
        assert!(!custom.allows(Flow::AllowUserSrpAuth));
    }

    #[test]
    fn validity_counts_in_its_unit() {
        let set = settings(serde_json::json!({
            "AccessTokenValidity": 5, "IdTokenValidity": 2, "RefreshTokenValidity": 0,
            "TokenValidityUnits": {"AccessToken": "minutes"},
            "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
        }));
        assert_eq!(set.access_token_seconds(), 300);
        assert_eq!(set.id_token_seconds(), 7200);
        assert_eq!(set.refresh_token_seconds(), 30 * 86400);
        assert_eq!(set.refresh_token_rotation(), Some(10));
    }
}
