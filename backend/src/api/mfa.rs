//! `SetUserPoolMfaConfig`, `GetUserPoolMfaConfig`, `AssociateSoftwareToken`, `VerifySoftwareToken`,
//! `SetUserMFAPreference`, `AdminSetUserMFAPreference`, `SetUserSettings`, `AdminSetUserSettings`, `AdminDeleteSoftwareToken`,
//! `GetUserAuthFactors`, `AdminGetUserAuthFactors`.

use cognate_core::secret::{AccessToken, Code};
use serde::{Deserialize, Serialize};

use super::requests::{TokenRequest, UserRequest};
use super::{Empty, secret};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::mfa::preference::{self, Setting};
use crate::mfa::{Enrolment, Factor, PoolMfa, PoolMfaChange, TotpSecret, set_up};
use crate::opaque_secret::OpaqueSecret;
use crate::pools::{self, FirstFactor, Pool, find_pool};
use crate::sign_in::{PendingStep, Through, first_factors};
use crate::tokens::verify_access;
use crate::users::User;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetPoolMfaRequest {
    user_pool_id: String,
    #[serde(flatten)]
    change: PoolMfaChange,
}

/// `SetUserPoolMfaConfig`
pub(super) async fn set_user_pool_mfa_config(
    state: &AppState,
    _: &Caller,
    request: SetPoolMfaRequest,
) -> Result<PoolMfa, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    pools::set_mfa(state, &pool, request.change).await
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetPoolMfaRequest {
    user_pool_id: String,
}

/// `GetUserPoolMfaConfig`
pub(super) async fn get_user_pool_mfa_config(
    state: &AppState,
    _: &Caller,
    request: GetPoolMfaRequest,
) -> Result<PoolMfa, ApiError> {
    Ok(find_pool(state, &request.user_pool_id).await?.mfa)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssociateRequest {
    #[serde(default, deserialize_with = "secret::optional")]
    access_token: Option<AccessToken>,
    session: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssociateAnswer {
    secret_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
}

/// `AssociateSoftwareToken`
pub(super) async fn associate_software_token(
    state: &AppState,
    _: &Caller,
    request: AssociateRequest,
) -> Result<AssociateAnswer, ApiError> {
    match (&request.access_token, &request.session) {
        (Some(token), None) => {
            let access = verify_access(state, token).await?;
            let secret = set_up::associate_signed_in(state, &access).await?;
            Ok(associated(&secret, None))
        }
        (None, Some(session)) => {
            let found = PendingStep::client_of(state, Some(session)).await?;
            associate_through(state, (&found).into(), &request).await
        }
        _ => Err(one_of_two()),
    }
}

/// The same within a sign-in, through a certain client.
pub(super) async fn associate_through(
    state: &AppState,
    through: Through<'_>,
    request: &AssociateRequest,
) -> Result<AssociateAnswer, ApiError> {
    let (secret, next) = set_up::associate(state, through, request.session.as_deref()).await?;
    Ok(associated(&secret, Some(&next)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VerifyRequest {
    #[serde(default, deserialize_with = "secret::optional")]
    access_token: Option<AccessToken>,
    session: Option<String>,
    #[serde(deserialize_with = "secret::required")]
    user_code: Code,
    #[serde(default)]
    friendly_device_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VerifyAnswer {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
}

/// `VerifySoftwareToken`
pub(super) async fn verify_software_token(
    state: &AppState,
    caller: &Caller,
    request: VerifyRequest,
) -> Result<VerifyAnswer, ApiError> {
    match (&request.access_token, &request.session) {
        (Some(token), None) => {
            let access = verify_access(state, token).await?;
            let (code, name) = (request.user_code.secret(), &request.friendly_device_name);
            set_up::verify_signed_in(state, caller, &access, code, name).await?;
            Ok(verified(None))
        }
        (None, Some(session)) => {
            let found = PendingStep::client_of(state, Some(session)).await?;
            verify_through(state, caller, (&found).into(), &request).await
        }
        _ => Err(one_of_two()),
    }
}

/// The same within a sign-in, through a certain client.
pub(super) async fn verify_through(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    request: &VerifyRequest,
) -> Result<VerifyAnswer, ApiError> {
    let (code, name) = (request.user_code.secret(), &request.friendly_device_name);
    let session = request.session.as_deref();
    let next = set_up::verify(state, caller, through, session, code, name).await?;
    Ok(verified(Some(&next)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    #[serde(default, rename = "SMSMfaSettings")]
    sms: Option<Setting>,
    #[serde(default, rename = "SoftwareTokenMfaSettings")]
    software_token: Option<Setting>,
    #[serde(default, rename = "EmailMfaSettings")]
    email: Option<Setting>,
    #[serde(default, rename = "WebAuthnMfaSettings")]
    web_authn: Option<Setting>,
}

impl Settings {
    fn list(&self) -> Result<Vec<(Factor, Setting)>, ApiError> {
        if self
            .web_authn
            .is_some_and(|setting| setting.enabled == Some(true))
        {
            return Err(ApiError::invalid_parameter(
                "WebAuthnMfaSettings: passkeys are not a second factor in this user pool.",
            ));
        }
        Ok([
            (Factor::Sms, self.sms),
            (Factor::SoftwareToken, self.software_token),
            (Factor::Email, self.email),
        ]
        .into_iter()
        .filter_map(|(factor, setting)| Some((factor, setting?)))
        .collect())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetPreferenceRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    #[serde(flatten)]
    settings: Settings,
}

/// `SetUserMFAPreference`
pub(super) async fn set_user_mfa_preference(
    state: &AppState,
    _: &Caller,
    request: SetPreferenceRequest,
) -> Result<Empty, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    preference::set(state, &access.pool, &access.user, &request.settings.list()?).await?;
    Ok(Empty {})
}

/// `MFAOptionType`, from the time when text messages were the only second factor.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MfaOption {
    delivery_medium: Option<String>,
    attribute_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetSettingsRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    #[serde(rename = "MFAOptions")]
    options: Vec<MfaOption>,
}

/// `SetUserSettings`: text messages on, or, without options, off.
pub(super) async fn set_user_settings(
    state: &AppState,
    _: &Caller,
    request: SetSettingsRequest,
) -> Result<Empty, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    let sms = (Factor::Sms, text_messages(&request.options)?);
    preference::set(state, &access.pool, &access.user, &[sms]).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminSetSettingsRequest {
    #[serde(flatten)]
    user: UserRequest,
    #[serde(rename = "MFAOptions")]
    options: Vec<MfaOption>,
}

/// `AdminSetUserSettings`
pub(super) async fn admin_set_user_settings(
    state: &AppState,
    _: &Caller,
    request: AdminSetSettingsRequest,
) -> Result<Empty, ApiError> {
    let (pool, user) = request.user.find_in_pool(state).await?;
    let sms = (Factor::Sms, text_messages(&request.options)?);
    preference::set(state, &pool, &user, &[sms]).await?;
    Ok(Empty {})
}

fn text_messages(options: &[MfaOption]) -> Result<Setting, ApiError> {
    let is_sms = |option: &MfaOption| {
        option.delivery_medium.as_deref() == Some("SMS")
            && option.attribute_name.as_deref() == Some("phone_number")
    };
    if !options.iter().all(is_sms) {
        return Err(ApiError::invalid_parameter(
            "MFAOptions: only SMS to phone_number can be set here; SetUserMFAPreference sets the others.",
        ));
    }
    Ok(Setting {
        enabled: Some(!options.is_empty()),
        preferred_mfa: None,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminSetPreferenceRequest {
    #[serde(flatten)]
    user: UserRequest,
    #[serde(flatten)]
    settings: Settings,
}

/// `AdminSetUserMFAPreference`
pub(super) async fn admin_set_user_mfa_preference(
    state: &AppState,
    _: &Caller,
    request: AdminSetPreferenceRequest,
) -> Result<Empty, ApiError> {
    let (pool, user) = request.user.find_in_pool(state).await?;
    preference::set(state, &pool, &user, &request.settings.list()?).await?;
    Ok(Empty {})
}

/// `AdminDeleteSoftwareToken`: the authenticator app is forgotten.
pub(super) async fn admin_delete_software_token(
    state: &AppState,
    _: &Caller,
    request: UserRequest,
) -> Result<Empty, ApiError> {
    let (_, user) = request.find_in_pool(state).await?;
    let mut enrolment = Enrolment::find(state, &user).await?;
    enrolment.remove_totp();
    enrolment.save(state, None).await?;
    Ok(Empty {})
}

/// What answers tell of a user's second factors.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MfaMembers {
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_mfa_setting: Option<&'static str>,
    #[serde(rename = "UserMFASettingList", skip_serializing_if = "Vec::is_empty")]
    user_mfa_setting_list: Vec<&'static str>,
}

impl MfaMembers {
    pub(super) async fn of(state: &AppState, user: &User) -> Result<Self, ApiError> {
        let enrolment = Enrolment::find(state, user).await?;
        Ok(Self {
            preferred_mfa_setting: enrolment.preferred().map(Factor::name),
            user_mfa_setting_list: enrolment.names(),
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AuthFactorsAnswer {
    username: String,
    #[serde(flatten)]
    mfa: MfaMembers,
    configured_user_auth_factors: Vec<&'static str>,
}

/// `GetUserAuthFactors`
pub(super) async fn get_user_auth_factors(
    state: &AppState,
    _: &Caller,
    request: TokenRequest,
) -> Result<AuthFactorsAnswer, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    auth_factors(state, &access.pool, access.user).await
}

/// `AdminGetUserAuthFactors`
pub(super) async fn admin_get_user_auth_factors(
    state: &AppState,
    _: &Caller,
    request: UserRequest,
) -> Result<AuthFactorsAnswer, ApiError> {
    let (pool, user) = request.find_in_pool(state).await?;
    auth_factors(state, &pool, user).await
}

async fn auth_factors(
    state: &AppState,
    pool: &Pool,
    user: User,
) -> Result<AuthFactorsAnswer, ApiError> {
    Ok(AuthFactorsAnswer {
        mfa: MfaMembers::of(state, &user).await?,
        configured_user_auth_factors: first_factors::configured(state, pool, &user)
            .await?
            .into_iter()
            .map(FirstFactor::name)
            .collect(),
        username: user.username,
    })
}

fn associated(secret: &TotpSecret, next: Option<&OpaqueSecret>) -> AssociateAnswer {
    AssociateAnswer {
        secret_code: secret.to_base32().to_string(),
        session: next.map(|handle| handle.secret().to_owned()),
    }
}

fn verified(next: Option<&OpaqueSecret>) -> VerifyAnswer {
    VerifyAnswer {
        status: "SUCCESS",
        session: next.map(|handle| handle.secret().to_owned()),
    }
}

fn one_of_two() -> ApiError {
    ApiError::invalid_parameter("Either AccessToken or Session is needed, and not both.")
}
