//! What a pool says about second factors: the members of `SetUserPoolMfaConfig`.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Factor;
use crate::error::ApiError;

const DEFAULT_MESSAGE: &str = "Your authentication code is {####}.";
const DEFAULT_SUBJECT: &str = "Your authentication code";

/// Whether people need a second factor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Requirement {
    /// Nobody is asked for one, nobody can set one up.
    #[default]
    Off,
    /// Those who turned one on are asked.
    Optional,
    /// Everybody is asked, and whoever has none sets one up while signing in.
    On,
}

/// A pool's settings of second factors, as `GetUserPoolMfaConfig` answers them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PoolMfa {
    mfa_configuration: Requirement,
    #[serde(skip_serializing_if = "Option::is_none")]
    sms_mfa_configuration: Option<SmsMfa>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_token_mfa_configuration: Option<SoftwareTokenMfa>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_mfa_configuration: Option<EmailMfa>,
    #[serde(skip_serializing_if = "Option::is_none")]
    web_authn_configuration: Option<WebAuthn>,
}

/// A change of them (members of `SetUserPoolMfaConfigRequest`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PoolMfaChange {
    mfa_configuration: Option<Requirement>,
    sms_mfa_configuration: Option<SmsMfa>,
    software_token_mfa_configuration: Option<SoftwareTokenMfa>,
    email_mfa_configuration: Option<EmailMfa>,
    web_authn_configuration: Option<WebAuthn>,
}

/// Whether an authenticator must know the person (a fingerprint, a PIN), not only be there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserVerification {
    /// If it can.
    #[default]
    Preferred,
    /// Always.
    Required,
}

/// What a passkey with user verification counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum FactorConfiguration {
    SingleFactor,
    MultiFactorWithUserVerification,
}

/// Settings of passkeys.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WebAuthn {
    #[serde(skip_serializing_if = "Option::is_none")]
    relying_party_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_verification: Option<UserVerification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    factor_configuration: Option<FactorConfiguration>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SmsMfa {
    #[serde(skip_serializing_if = "Option::is_none")]
    sms_authentication_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sms_configuration: Option<Value>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SoftwareTokenMfa {
    #[serde(default)]
    enabled: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EmailMfa {
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
}

impl PoolMfa {
    /// What a new pool's settings say (members of `CreateUserPoolRequest`); `None` if they say
    /// nothing about MFA.
    ///
    /// # Errors
    /// `InvalidParameterException` if MFA is on and there is no factor: text messages are the only
    /// one that `CreateUserPool` knows.
    pub fn of_new_pool(settings: &Map<String, Value>) -> Result<Option<Self>, ApiError> {
        let Some(requirement) = settings.get("MfaConfiguration") else {
            return Ok(None);
        };
        let mfa_configuration = Requirement::deserialize(requirement)
            .map_err(|_| ApiError::serialization("MfaConfiguration does not fit."))?;
        let text = |name: &str| settings.get(name).and_then(Value::as_str);
        let is_off = mfa_configuration == Requirement::Off;
        let configuration = settings.get("SmsConfiguration").filter(|_| !is_off);
        let mfa = Self {
            mfa_configuration,
            sms_mfa_configuration: configuration.map(|configuration| SmsMfa {
                sms_authentication_message: text("SmsAuthenticationMessage").map(str::to_owned),
                sms_configuration: Some(configuration.clone()),
            }),
            ..Self::default()
        };
        mfa.check()?;
        Ok(Some(mfa))
    }

    /// The settings after a change. Factors that it does not name are off; a change that is about
    /// passkeys only leaves the factors as they are.
    ///
    /// # Errors
    /// `InvalidParameterException` if MFA would be on without a factor.
    pub fn changed(&self, change: PoolMfaChange) -> Result<Self, ApiError> {
        let mut mfa = self.clone();
        if let Some(passkeys) = change.web_authn_configuration {
            mfa.web_authn_configuration = Some(passkeys);
        }
        let names_factors = change.sms_mfa_configuration.is_some()
            || change.software_token_mfa_configuration.is_some()
            || change.email_mfa_configuration.is_some();
        if names_factors || change.mfa_configuration.is_some() {
            mfa.sms_mfa_configuration = change.sms_mfa_configuration;
            mfa.software_token_mfa_configuration = change.software_token_mfa_configuration;
            mfa.email_mfa_configuration = change.email_mfa_configuration;
            mfa.mfa_configuration = change.mfa_configuration.unwrap_or(mfa.mfa_configuration);
        }
        mfa.check()?;
        Ok(mfa)
    }

    /// The settings after an update of the whole pool (members of `UpdateUserPoolRequest`), which knows
    /// text messages only: the other factors stay, and without `MfaConfiguration` nobody is asked for one.
    ///
    /// # Errors
    /// `InvalidParameterException` if MFA would be on without a factor.
    pub fn updated_with_pool(&self, settings: &Map<String, Value>) -> Result<Self, ApiError> {
        let mut mfa = self.clone();
        mfa.mfa_configuration = match settings.get("MfaConfiguration") {
            Some(requirement) => Requirement::deserialize(requirement)
                .map_err(|_| ApiError::serialization("MfaConfiguration does not fit."))?,
            None => Requirement::Off,
        };
        if let Some(configuration) = settings.get("SmsConfiguration") {
            let message = settings.get("SmsAuthenticationMessage");
            mfa.sms_mfa_configuration = Some(SmsMfa {
                sms_authentication_message: message.and_then(Value::as_str).map(str::to_owned),
                sms_configuration: Some(configuration.clone()),
            });
        }
        mfa.check()?;
        Ok(mfa)
    }

    /// As it is stored and answered.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub fn to_json(&self) -> Result<String, ApiError> {
        serde_json::to_string(self).map_err(|error| ApiError::internal(&error))
    }

    /// Whether people need a second factor.
    #[must_use]
    pub fn requirement(&self) -> Requirement {
        self.mfa_configuration
    }

    /// Whether people can have this second factor.
    #[must_use]
    pub fn offers(&self, factor: Factor) -> bool {
        self.requirement() != Requirement::Off && self.has(factor)
    }

    /// The relying party of passkeys; `None` if none is set.
    #[must_use]
    pub fn relying_party(&self) -> Option<&str> {
        let passkeys = self.web_authn_configuration.as_ref()?;
        passkeys.relying_party_id.as_deref()
    }

    /// Whether passkeys must know the person. Default: if they can.
    #[must_use]
    pub fn user_verification(&self) -> UserVerification {
        let passkeys = self.web_authn_configuration.as_ref();
        passkeys
            .and_then(|passkeys| passkeys.user_verification)
            .unwrap_or_default()
    }

    /// Whether a passkey is enough for who needs a second factor. Default no.
    #[must_use]
    pub fn passkeys_are_two_factors(&self) -> bool {
        let passkeys = self.web_authn_configuration.as_ref();
        passkeys.and_then(|passkeys| passkeys.factor_configuration)
            == Some(FactorConfiguration::MultiFactorWithUserVerification)
    }

    /// Subject and text of the message with a code, whose place is `{####}`.
    #[must_use]
    pub fn template(&self, factor: Factor) -> (String, String) {
        let sms = self.sms_mfa_configuration.as_ref();
        let email = self.email_mfa_configuration.as_ref();
        let template = match factor {
            Factor::Email => email.and_then(|email| email.message.as_deref()),
            Factor::Sms | Factor::SoftwareToken => {
                sms.and_then(|sms| sms.sms_authentication_message.as_deref())
            }
        };
        let subject = email
            .filter(|_| factor == Factor::Email)
            .and_then(|email| email.subject.as_deref());
        (
            subject.unwrap_or(DEFAULT_SUBJECT).to_owned(),
            template.unwrap_or(DEFAULT_MESSAGE).to_owned(),
        )
    }

    /// The members of `UserPoolType` that these settings decide.
    pub fn describe(&self, pool: &mut Map<String, Value>) {
        let name = match self.requirement() {
            Requirement::Off => "OFF",
            Requirement::Optional => "OPTIONAL",
            Requirement::On => "ON",
        };
        pool.insert("MfaConfiguration".to_owned(), name.into());
        let Some(sms) = &self.sms_mfa_configuration else {
            return;
        };
        if let Some(message) = &sms.sms_authentication_message {
            pool.insert(
                "SmsAuthenticationMessage".to_owned(),
                message.as_str().into(),
            );
        }
        if let Some(configuration) = &sms.sms_configuration {
            pool.insert("SmsConfiguration".to_owned(), configuration.clone());
        }
    }

    fn has(&self, factor: Factor) -> bool {
        match factor {
            Factor::Sms => self.sms_mfa_configuration.is_some(),
            Factor::Email => self.email_mfa_configuration.is_some(),
            Factor::SoftwareToken => self
                .software_token_mfa_configuration
                .as_ref()
                .is_some_and(|totp| totp.enabled),
        }
    }

    fn check(&self) -> Result<(), ApiError> {
        if self.relying_party().is_some_and(|id| !is_relying_party(id)) {
            return Err(ApiError::invalid_parameter(
                "RelyingPartyId must be the name of a host in lower case, without scheme and port.",
            ));
        }
        let has_any = Factor::ALL.into_iter().any(|factor| self.has(factor));
        if self.requirement() != Requirement::Off && !has_any {
            return Err(ApiError::invalid_parameter(
                "Invalid MFA configuration given, MFA needs at least one factor that is enabled.",
            ));
        }
        Ok(())
    }
}

/// Whether a text can be a relying party: browsers take the name of a host and nothing else.
fn is_relying_party(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.split('.').all(is_label) && text.parse::<IpAddr>().is_err()
}

impl PoolMfaChange {
    /// Whether it turns on codes by e-mail, which not every tier has.
    #[must_use]
    pub fn has_email(&self) -> bool {
        self.email_mfa_configuration.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relying_party_is_a_name() {
        for good in ["localhost", "example.com", "xn--bcher-kva.example"] {
            assert!(is_relying_party(good), "{good}");
        }
        for bad in [
            "",
            "https://example.com",
            "example.com:443",
            "Example.com",
            "127.0.0.1",
            "example..com",
            "-a.com",
        ] {
            assert!(!is_relying_party(bad), "{bad}");
        }
    }
}
