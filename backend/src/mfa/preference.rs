//! Turning factors on and off: `SetUserMFAPreference` and its admin variant.

use serde::Deserialize;

use super::{Enrolment, Factor, Requirement, is_usable};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;
use crate::users::User;

/// What is wanted of one factor. Members that are absent leave what is.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Setting {
    /// Whether it is on.
    pub enabled: Option<bool>,
    /// Whether it is preferred to the others.
    pub preferred_mfa: Option<bool>,
}

/// Sets what a user wants.
///
/// # Errors
/// `InvalidParameterException` if the pool does not have a factor that is to be on, the user cannot
/// use it yet, two are preferred, or nothing is left where the pool demands MFA.
pub async fn set(
    state: &AppState,
    pool: &Pool,
    user: &User,
    settings: &[(Factor, Setting)],
) -> Result<(), ApiError> {
    let mut enrolment = Enrolment::find(state, user).await?;
    let had_any = !enrolment.names().is_empty();
    let preferred = settings
        .iter()
        .filter(|(_, setting)| setting.preferred_mfa == Some(true));
    if preferred.count() > 1 {
        return Err(ApiError::invalid_parameter(
            "Only one MFA method can be preferred.",
        ));
    }
    for (factor, setting) in settings {
        if let Some(is_on) = setting.enabled {
            if is_on {
                check_can_be_on(pool, user, &enrolment, *factor)?;
            }
            enrolment.turn(*factor, is_on);
        }
        if let Some(is_preferred) = setting.preferred_mfa {
            if is_preferred && !enrolment.is_on(*factor) {
                return Err(ApiError::invalid_parameter(
                    "An MFA method that is not enabled cannot be preferred.",
                ));
            }
            enrolment.prefer(*factor, is_preferred);
        }
    }
    let is_required = pool.mfa.requirement() == Requirement::On;
    if is_required && had_any && enrolment.names().is_empty() {
        return Err(ApiError::invalid_parameter(
            "The user pool requires MFA: the last method cannot be disabled.",
        ));
    }
    enrolment.save(state, None).await
}

fn check_can_be_on(
    pool: &Pool,
    user: &User,
    enrolment: &Enrolment,
    factor: Factor,
) -> Result<(), ApiError> {
    if !pool.mfa.offers(factor) {
        return Err(ApiError::invalid_parameter(format!(
            "{} is not enabled for the user pool.",
            factor.name()
        )));
    }
    if is_usable(factor, user, enrolment) {
        return Ok(());
    }
    Err(ApiError::invalid_parameter(match factor {
        Factor::Sms => "User does not have a phone number.",
        Factor::SoftwareToken => "User has not verified software token mfa",
        Factor::Email => "User does not have a verified email address.",
    }))
}
