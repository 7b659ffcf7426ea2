//! A user pool and its settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::devices::DeviceConfiguration;
use super::first_factor::FirstFactor;
use super::mfa::PoolMfa;
use super::sessions::PoolSessions;
use super::texts::PoolTexts;
use crate::error::ApiError;
use crate::lambda_config::{Hook, Trigger};
use crate::store::PoolRow;

/// A user pool.
#[derive(Debug, Clone)]
pub struct Pool {
    /// Its id, for example `local_demo`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its settings, typed: what operations decide by.
    pub settings: PoolSettings,
    /// Its settings of second factors.
    pub mfa: PoolMfa,
    /// Its settings of sessions.
    pub sessions: PoolSessions,
    texts: PoolTexts,
    document: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
}

/// What the ARNs of pools begin with.
const ARN_PREFIX: &str = "arn:aws:cognito-idp:local:000000000000:userpool/";

/// The settings of a pool that this backend acts on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PoolSettings {
    policies: Policies,
    username_attributes: Vec<IdentifierAttribute>,
    alias_attributes: Vec<IdentifierAttribute>,
    auto_verified_attributes: Vec<IdentifierAttribute>,
    username_configuration: UsernameConfiguration,
    admin_create_user_config: AdminCreateUserConfig,
    account_recovery_setting: AccountRecoverySetting,
    user_attribute_update_settings: UserAttributeUpdateSettings,
    schema_attributes: Vec<SchemaAttribute>,
    deletion_protection: Option<String>,
    lambda_config: BTreeMap<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_configuration: Option<DeviceConfiguration>,
}

/// An attribute that can identify a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierAttribute {
    /// `email`
    Email,
    /// `phone_number`
    PhoneNumber,
    /// `preferred_username`, as an alias only
    PreferredUsername,
}

impl IdentifierAttribute {
    /// The attribute's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::PreferredUsername => "preferred_username",
        }
    }
}

/// What a new password must be like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PasswordPolicy {
    /// Characters at least, 6 to 99. Default 8.
    pub minimum_length: u32,
    /// Needs a letter A to Z. Default true.
    pub require_uppercase: bool,
    /// Needs a letter a to z. Default true.
    pub require_lowercase: bool,
    /// Needs a digit. Default true.
    pub require_numbers: bool,
    /// Needs a special character. Default true.
    pub require_symbols: bool,
    /// Days until a temporary password expires. Default 7.
    pub temporary_password_validity_days: u32,
    /// How many of a user's newest passwords may not be set again, the one in use among them. Default 0.
    pub password_history_size: u32,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_length: 8,
            require_uppercase: true,
            require_lowercase: true,
            require_numbers: true,
            require_symbols: true,
            temporary_password_validity_days: 7,
            password_history_size: 0,
        }
    }
}

/// How somebody who forgot the password is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryMechanism {
    /// A code to the verified e-mail address.
    VerifiedEmail,
    /// A code to the verified phone number.
    VerifiedPhoneNumber,
    /// Only an administrator can help.
    AdminOnly,
}

/// An attribute of the pool's schema, standard or custom.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SchemaAttribute {
    /// The whole name, for example `email` or `custom:plan`.
    pub name: String,
    /// `String`, `Number`, `DateTime` or `Boolean`.
    pub attribute_data_type: String,
    /// Whether it may change after the user was made.
    pub mutable: bool,
    /// Whether a user must have it.
    pub required: bool,
    /// Bounds of a string's length, numbers as strings.
    pub string_attribute_constraints: Option<StringConstraints>,
    /// Bounds of a number, numbers as strings.
    pub number_attribute_constraints: Option<NumberConstraints>,
}

/// Bounds of a string attribute, in characters.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StringConstraints {
    /// At least.
    pub min_length: Option<String>,
    /// At most.
    pub max_length: Option<String>,
}

/// Bounds of a number attribute.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NumberConstraints {
    /// At least.
    pub min_value: Option<String>,
    /// At most.
    pub max_value: Option<String>,
}

impl PoolSettings {
    /// What a new password must be like.
    #[must_use]
    pub fn password_policy(&self) -> &PasswordPolicy {
        &self.policies.password_policy
    }

    /// Seconds until a temporary password expires. 0 days stand for the default.
    #[must_use]
    pub fn temporary_password_seconds(&self) -> i64 {
        let days = self.password_policy().temporary_password_validity_days;
        let days = if days == 0 { 7 } else { days };
        i64::from(days) * 24 * 3600
    }

    /// Whether people may begin a sign-in with this. Default the password only.
    #[must_use]
    pub fn allows_first_factor(&self, factor: FirstFactor) -> bool {
        let allowed = &self.policies.sign_in_policy.allowed_first_auth_factors;
        allowed.iter().any(|allowed| allowed == factor.name())
    }

    /// Whether people can do without a password, because codes can be sent to them instead.
    #[must_use]
    pub fn allows_users_without_password(&self) -> bool {
        [FirstFactor::EmailOtp, FirstFactor::SmsOtp]
            .into_iter()
            .any(|factor| self.allows_first_factor(factor))
    }

    /// What people sign up with instead of a user name; empty if they choose a user name.
    #[must_use]
    pub fn username_attributes(&self) -> &[IdentifierAttribute] {
        &self.username_attributes
    }

    /// What people can sign in with besides their user name, once verified.
    #[must_use]
    pub fn alias_attributes(&self) -> &[IdentifierAttribute] {
        &self.alias_attributes
    }

    /// What a sign-up sends a code to.
    #[must_use]
    pub fn auto_verified_attributes(&self) -> &[IdentifierAttribute] {
        &self.auto_verified_attributes
    }

    /// Whether `Alice` and `alice` are two user names. Default true.
    #[must_use]
    pub fn is_case_sensitive(&self) -> bool {
        self.username_configuration.case_sensitive
    }

    /// Whether people cannot sign up themselves. Default false.
    #[must_use]
    pub fn allows_admin_create_user_only(&self) -> bool {
        self.admin_create_user_config.allow_admin_create_user_only
    }

    /// How forgotten passwords are recovered, the first choice first. Unset: phone, then e-mail.
    #[must_use]
    pub fn recovery_mechanisms(&self) -> Vec<RecoveryMechanism> {
        let mut options = self.account_recovery_setting.recovery_mechanisms.clone();
        if options.is_empty() {
            return vec![
                RecoveryMechanism::VerifiedPhoneNumber,
                RecoveryMechanism::VerifiedEmail,
            ];
        }
        options.sort_by_key(|option| option.priority);
        options.into_iter().map(|option| option.name).collect()
    }

    /// Attributes that keep their old value until the new one is verified.
    #[must_use]
    pub fn verified_before_update(&self) -> &[IdentifierAttribute] {
        &self
            .user_attribute_update_settings
            .attributes_require_verification_before_update
    }

    /// Every attribute users can have, standard ones included.
    #[must_use]
    pub fn schema(&self) -> &[SchemaAttribute] {
        &self.schema_attributes
    }

    /// What handles a trigger. Default nothing.
    #[must_use]
    pub fn hook(&self, trigger: Trigger) -> Option<Hook> {
        trigger.hook(&self.lambda_config)
    }

    /// How the pool tracks devices. Default not at all.
    #[must_use]
    pub fn device_configuration(&self) -> Option<DeviceConfiguration> {
        self.device_configuration
    }

    /// Whether the pool cannot be deleted. Default false.
    #[must_use]
    pub fn is_protected_from_deletion(&self) -> bool {
        self.deletion_protection.as_deref() == Some("ACTIVE")
    }
}

impl Pool {
    /// The texts of its messages.
    #[must_use]
    pub fn texts(&self) -> &PoolTexts {
        &self.texts
    }

    /// Its settings, all of them, as the service answers them.
    ///
    /// # Errors
    /// If what is stored is no longer JSON.
    pub fn document(&self) -> Result<Map<String, Value>, ApiError> {
        let mut document = self.stored_document()?;
        self.mfa.describe(&mut document);
        Ok(document)
    }

    /// Whether it is of the tier `LITE`, in which some features are missing. Default false.
    ///
    /// # Errors
    /// If what is stored is no longer JSON.
    pub(super) fn is_lite(&self) -> Result<bool, ApiError> {
        Ok(self.stored_document()?.get("UserPoolTier") == Some(&json!("LITE")))
    }

    /// Its name in the form of an ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        format!("{ARN_PREFIX}{}", self.id)
    }

    /// The id of the pool that an ARN names; `None` if it names none of this backend.
    #[must_use]
    pub fn id_of_arn(arn: &str) -> Option<&str> {
        arn.strip_prefix(ARN_PREFIX)
    }

    pub(super) fn stored_document(&self) -> Result<Map<String, Value>, ApiError> {
        serde_json::from_str(&self.document).map_err(|error| ApiError::internal(&error))
    }

    /// The text of it, to be replaced only while it is this.
    pub(super) fn stored_text(&self) -> &str {
        &self.document
    }

    pub(crate) fn read(row: PoolRow) -> Result<Self, ApiError> {
        let settings =
            serde_json::from_str(&row.settings).map_err(|error| ApiError::internal(&error))?;
        let texts =
            serde_json::from_str(&row.settings).map_err(|error| ApiError::internal(&error))?;
        let mfa = serde_json::from_str(&row.mfa).map_err(|error| ApiError::internal(&error))?;
        let sessions =
            serde_json::from_str(&row.sessions).map_err(|error| ApiError::internal(&error))?;
        Ok(Self {
            mfa,
            sessions,
            texts,
            id: row.id,
            name: row.name,
            settings,
            document: row.settings,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Policies {
    password_policy: PasswordPolicy,
    sign_in_policy: SignInPolicy,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct SignInPolicy {
    allowed_first_auth_factors: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct UsernameConfiguration {
    case_sensitive: bool,
}

impl Default for UsernameConfiguration {
    fn default() -> Self {
        Self {
            case_sensitive: true,
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AdminCreateUserConfig {
    allow_admin_create_user_only: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AccountRecoverySetting {
    recovery_mechanisms: Vec<RecoveryOption>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RecoveryOption {
    priority: u32,
    name: RecoveryMechanism,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct UserAttributeUpdateSettings {
    attributes_require_verification_before_update: Vec<IdentifierAttribute>,
}
