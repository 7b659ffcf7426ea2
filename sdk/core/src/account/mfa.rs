//! Factors: what somebody can sign in with (`GetUserAuthFactors`), which second factors are asked for
//! (`GetUser`, `SetUserMFAPreference`), and an authenticator app for who is signed in
//! (`AssociateSoftwareToken`, `VerifySoftwareToken`).
//!
//! # Security model
//! The secret of an authenticator app is shown, never kept: asking again gives a new one, which
//! replaces it. An app that is set up is asked for only once it is on in the preference.

use alloc::vec::Vec;

use crate::client::Options;
use crate::error::{Error, ErrorCode, incomplete};
use crate::json::Object;
use crate::ports::Network;
use crate::secret::{AccessToken, Code, TotpSecret};
use crate::service::Service;
use crate::sign_in::Factor;
use crate::transport::Repeat;

/// Which second factors are on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaPreference {
    /// Those that are on.
    pub enabled: Vec<Factor>,
    /// The one that is asked for without a choice.
    pub preferred: Option<Factor>,
}

/// What a second factor is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MfaSetting {
    /// Not asked for.
    Off,
    /// To be chosen.
    On,
    /// Asked for without a choice. At most one factor is.
    Preferred,
}

/// What is to change; a factor without a setting stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct MfaSettings {
    /// Codes by text message, to the verified phone number.
    pub sms: Option<MfaSetting>,
    /// Codes of an authenticator app that is set up.
    pub totp: Option<MfaSetting>,
    /// Codes by e-mail, to the verified address.
    pub email: Option<MfaSetting>,
}

impl MfaSetting {
    /// By the name in JavaScript.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "off" => Self::Off,
            "on" => Self::On,
            "preferred" => Self::Preferred,
            _ => return None,
        })
    }
}

impl<P: Network> Service<P> {
    /// The factors that the person can sign in with.
    ///
    /// # Errors
    /// Those of every operation on the account, and of every call.
    pub async fn auth_factors(
        &self,
        token: &AccessToken,
        options: &Options<P>,
    ) -> Result<Vec<Factor>, Error> {
        let (name, call) = ("GetUserAuthFactors", Object::new());
        let reply = self.open(name, Repeat::Safe, token, call, options).await?;
        let names = reply.words("ConfiguredUserAuthFactors")?;
        Ok(Factor::listed(&names.unwrap_or_default()))
    }

    /// The second factors of the person.
    ///
    /// # Errors
    /// Those of every operation on the account, and of every call.
    pub async fn mfa_preference(
        &self,
        token: &AccessToken,
        options: &Options<P>,
    ) -> Result<MfaPreference, Error> {
        let reply = self.user(token, options).await?;
        let enabled = reply.words("UserMFASettingList")?.unwrap_or_default();
        let preferred = reply.text("PreferredMfaSetting")?.unwrap_or_default();
        Ok(MfaPreference {
            enabled: Factor::listed(&enabled),
            preferred: Factor::listed(&preferred).pop(),
        })
    }

    /// Changes which second factors are on.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidParameter`] for a factor that is not set up or verified, and for the last one where the
    /// pool wants one; those of every operation on the account, and of every call.
    pub async fn set_mfa_preference(
        &self,
        token: &AccessToken,
        settings: MfaSettings,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let mut call = Object::new();
        for (name, setting) in [
            ("SMSMfaSettings", settings.sms),
            ("SoftwareTokenMfaSettings", settings.totp),
            ("EmailMfaSettings", settings.email),
        ] {
            if let Some(setting) = setting {
                let mut given = Object::new();
                given
                    .boolean("Enabled", setting != MfaSetting::Off)
                    .boolean("PreferredMfa", setting == MfaSetting::Preferred);
                call.object(name, &given);
            }
        }
        let call = self.open("SetUserMFAPreference", Repeat::Safe, token, call, options);
        call.await.map(drop)
    }

    /// Asks for the secret of a new authenticator app.
    ///
    /// # Errors
    /// [`ErrorCode::Unsupported`] where the pool has no authenticator apps, those of every operation on the
    /// account, and of every call.
    pub async fn associate_totp(
        &self,
        token: &AccessToken,
        options: &Options<P>,
    ) -> Result<TotpSecret, Error> {
        let (name, call) = ("AssociateSoftwareToken", Object::new());
        let reply = self.open(name, Repeat::Never, token, call, options).await?;
        let secret = reply.text("SecretCode")?.ok_or_else(incomplete)?;
        Ok(TotpSecret::new(secret))
    }

    /// Proves the authenticator app by a code of it. `name`: what the person calls it.
    ///
    /// # Errors
    /// [`ErrorCode::CodeMismatch`], [`ErrorCode::Unsupported`] where no secret was asked for, those of every
    /// operation on the account, and of every call.
    pub async fn verify_totp(
        &self,
        token: &AccessToken,
        code: &Code,
        name: Option<&str>,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let mut call = Object::new();
        call.text("UserCode", code.secret())
            .text_if("FriendlyDeviceName", name);
        let call = self.open("VerifySoftwareToken", Repeat::Never, token, call, options);
        match call.await?.text("Status")?.as_deref() {
            Some("SUCCESS") => Ok(()),
            _ => Err(Error::answered(
                ErrorCode::CodeMismatch,
                "the code does not belong to the secret",
            )),
        }
    }
}
