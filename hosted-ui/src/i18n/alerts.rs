//! What is said when something failed.

use cognate_core::ErrorCode;

use super::{Texts, fill};
use crate::flow::{Alert, Failure, Page, ProviderProblem};

/// What to tell the person, and what they can do.
#[must_use]
pub fn alert_text(texts: &Texts, alert: &Alert, page: &Page) -> String {
    match alert {
        Alert::Unsupported => texts.alert_unsupported.to_owned(),
        Alert::Provider(problem) => provider_text(texts, *problem).to_owned(),
        Alert::Call(failure) | Alert::Describing(failure) | Alert::Preparing(failure) => {
            failure_text(texts, failure, page)
        }
    }
}

/// The service's id of the request, where telling it to those who run the app may help them.
#[must_use]
pub fn reference(alert: &Alert) -> Option<&str> {
    let (Alert::Call(failure) | Alert::Describing(failure) | Alert::Preparing(failure)) = alert
    else {
        return None;
    };
    let helps = matches!(
        failure.code,
        ErrorCode::ServiceUnavailable
            | ErrorCode::InvalidResponse
            | ErrorCode::InvalidConfiguration
            | ErrorCode::TriggerFailed
            | ErrorCode::Internal
    );
    failure.request_id.as_deref().filter(|_| helps)
}

/// What the page for refused requests of apps says, by the protocol's error code.
#[must_use]
pub fn error_text(texts: &Texts, code: &str) -> &'static str {
    match code {
        "invalid_client" => texts.error_invalid_client,
        "redirect_mismatch" => texts.error_redirect_mismatch,
        "unauthorized_client" | "unsupported_response_type" => texts.error_unauthorized_client,
        "invalid_request" | "invalid_scope" => texts.error_invalid_request,
        "server_error" | "temporarily_unavailable" => texts.error_server,
        _ => texts.error_unknown,
    }
}

/// Why a provider's word did not sign anybody in, and what to do next.
fn provider_text(texts: &Texts, problem: ProviderProblem) -> &'static str {
    match problem {
        ProviderProblem::Denied => texts.provider_denied,
        ProviderProblem::Refused => texts.provider_refused,
        ProviderProblem::Unreachable => texts.provider_unreachable,
        ProviderProblem::Answer => texts.provider_answer,
        ProviderProblem::Attributes => texts.provider_attributes,
        ProviderProblem::UserRefused => texts.provider_user_refused,
        ProviderProblem::UserTaken => texts.provider_user_taken,
        ProviderProblem::Trigger => texts.alert_trigger,
        ProviderProblem::Other => texts.provider_other,
    }
}

fn failure_text(texts: &Texts, failure: &Failure, page: &Page) -> String {
    let text = match failure.code {
        ErrorCode::IncorrectCredentials | ErrorCode::UserNotFound => texts.alert_credentials,
        ErrorCode::NotAuthorized => match page {
            Page::Confirm { .. } => texts.alert_not_confirmable,
            Page::SignUp => texts.sign_up_closed,
            Page::Forgot | Page::Reset { .. } => texts.alert_cannot_reset,
            _ => texts.alert_not_authorized,
        },
        ErrorCode::AttemptsExceeded => match failure.retry_after_s {
            Some(seconds) => {
                let units = [texts.time_seconds, texts.time_minutes];
                return wait_text(texts.alert_attempts_after, units, seconds);
            }
            None => texts.alert_attempts,
        },
        ErrorCode::RateLimited => texts.alert_rate,
        ErrorCode::Offline => texts.alert_offline,
        ErrorCode::Network | ErrorCode::Timeout | ErrorCode::Aborted => {
            match failure.may_have_happened {
                true => texts.alert_network_unknown,
                false => texts.alert_network,
            }
        }
        ErrorCode::CodeDeliveryFailed => texts.alert_delivery,
        ErrorCode::CodeMismatch => texts.problem_code_wrong,
        ErrorCode::CodeExpired => texts.problem_code_expired,
        ErrorCode::ChallengeExpired
        | ErrorCode::SessionLost
        | ErrorCode::SignedOut
        | ErrorCode::LoginRequired
        | ErrorCode::RedirectUnknown => texts.alert_expired,
        ErrorCode::ServerUntrusted | ErrorCode::TokenRejected | ErrorCode::RedirectRejected => {
            texts.alert_untrusted
        }
        ErrorCode::AccessDenied => texts.alert_not_authorized,
        // The login domain asks for no passkeys: these are an app's own.
        ErrorCode::Unsupported
        | ErrorCode::UnknownOperation
        | ErrorCode::PasskeyCancelled
        | ErrorCode::PasskeyUnsupported
        | ErrorCode::PasskeyAlreadyRegistered
        | ErrorCode::PasskeyRelyingPartyMismatch => texts.alert_unsupported,
        ErrorCode::TriggerFailed => match failure.reason.as_deref().filter(|r| !r.is_empty()) {
            Some(reason) => return fill(texts.alert_trigger_reason, &[("reason", reason)]),
            None => texts.alert_trigger,
        },
        ErrorCode::InvalidParameter => match page {
            Page::Forgot => texts.alert_cannot_reset,
            _ => texts.alert_invalid,
        },
        ErrorCode::InvalidPassword => texts.problem_password_refused,
        ErrorCode::PasswordHistory => texts.problem_password_used,
        ErrorCode::UsernameExists => texts.problem_name_taken,
        ErrorCode::AliasExists => texts.problem_alias_taken,
        ErrorCode::UserNotConfirmed => texts.confirm_sent,
        ErrorCode::PasswordResetRequired => texts.reset_required,
        ErrorCode::InvalidConfiguration | ErrorCode::MissingScope => texts.alert_misconfigured,
        ErrorCode::ServiceUnavailable
        | ErrorCode::InvalidResponse
        | ErrorCode::StorageBlocked
        | ErrorCode::WasmBlocked
        | ErrorCode::WorkerBlocked
        | ErrorCode::Internal => texts.alert_service,
    };
    text.to_owned()
}

/// The sentence with how long to wait: seconds up to two minutes, whole minutes after.
pub(crate) fn wait_text(sentence: &str, units: [&str; 2], seconds: u32) -> String {
    let [in_seconds, in_minutes] = units;
    let (unit, count) = match seconds {
        0..=120 => (in_seconds, seconds.max(2)),
        _ => (in_minutes, seconds.div_ceil(60)),
    };
    let time = fill(unit, &[("count", &count.to_string())]);
    fill(sentence, &[("time", &time)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn every_failure_has_a_text_in_every_language() {
        for lang in Lang::ALL {
            for code in ErrorCode::ALL {
                let alert = Alert::Call(Failure::of(code));
                assert!(!alert_text(lang.texts(), &alert, &Page::SignIn).is_empty());
            }
        }
    }

    #[test]
    fn a_wait_is_said_in_seconds_or_minutes() {
        let texts = Lang::En.texts();
        let units = [texts.time_seconds, texts.time_minutes];
        let wait = |seconds| wait_text(texts.alert_attempts_after, units, seconds);
        assert!(wait(90).contains("90 seconds"));
        assert!(wait(121).contains("3 minutes"));
        assert!(wait(1).contains("2 seconds"));
    }

    #[test]
    fn an_unknown_protocol_error_is_explained_all_the_same() {
        let texts = Lang::De.texts();
        assert_eq!(error_text(texts, "<script>"), texts.error_unknown);
        assert_eq!(
            error_text(texts, "redirect_mismatch"),
            texts.error_redirect_mismatch
        );
    }
}
