//! What the account page says when something failed, and what went well.

use super::{Alert, Change, Failure, Kind, LinkProblem, Notice};
use crate::flow::ProviderProblem;
use crate::i18n::{AccountTexts, fill, wait_text};

/// What went wrong, and what the person can do.
pub(super) fn alert_text(texts: &AccountTexts, alert: &Alert) -> String {
    match alert {
        Alert::NotRecent(_) => texts.not_recent.to_owned(),
        Alert::Link(LinkProblem::TooMany) => texts.link_too_many.to_owned(),
        Alert::Link(LinkProblem::Provider(problem)) => link_text(texts, *problem).to_owned(),
        // A link is refused for no other reason to somebody who presses what the page offers.
        Alert::Change(Change::Unlink(_), failure) if failure.kind == Kind::Refused => {
            texts.only_way.to_owned()
        }
        Alert::Describing(failure) | Alert::SigningOut(failure) | Alert::Change(_, failure) => {
            failure_text(texts, failure)
        }
    }
}

/// The service's id of the request, where telling it to those who run the app may help them.
pub(super) fn reference(alert: &Alert) -> Option<&str> {
    match alert {
        Alert::Describing(failure) | Alert::SigningOut(failure) | Alert::Change(_, failure) => {
            let helps = matches!(failure.kind, Kind::Service | Kind::Refused);
            failure.request_id.as_deref().filter(|_| helps)
        }
        Alert::NotRecent(_) | Alert::Link(_) => None,
    }
}

/// What went well.
pub(super) fn notice_text(texts: &AccountTexts, notice: &Notice) -> String {
    match notice {
        Notice::Proved(_) => texts.proved.to_owned(),
        Notice::Linked(name) => fill(texts.linked, &[("name", name)]),
        Notice::Unlinked => texts.unlinked.to_owned(),
        Notice::SessionEnded => texts.session_ended.to_owned(),
        Notice::OthersEnded => texts.others_ended.to_owned(),
        Notice::Withdrawn => texts.withdrawn.to_owned(),
    }
}

pub(super) fn failure_text(texts: &AccountTexts, failure: &Failure) -> String {
    let text = match failure.kind {
        Kind::NotAuthorized => texts.not_recent,
        Kind::Gone => texts.gone,
        Kind::WrongCode => texts.problem_code_wrong,
        Kind::ExpiredCode => texts.problem_code_expired,
        Kind::TooMany => match failure.retry_after_s {
            Some(seconds) => {
                let units = [texts.time_seconds, texts.time_minutes];
                return wait_text(texts.alert_attempts_after, units, seconds);
            }
            None => texts.alert_attempts,
        },
        Kind::Offline => texts.alert_offline,
        Kind::NoAnswer => texts.no_answer,
        Kind::Refused | Kind::Service => texts.alert_service,
    };
    text.to_owned()
}

fn link_text(texts: &AccountTexts, problem: ProviderProblem) -> &'static str {
    match problem {
        ProviderProblem::Denied => texts.link_denied,
        ProviderProblem::Refused => texts.link_refused,
        ProviderProblem::Unreachable => texts.link_unreachable,
        ProviderProblem::Answer => texts.link_answer,
        ProviderProblem::UserRefused => texts.link_session_changed,
        ProviderProblem::UserTaken => texts.link_taken,
        ProviderProblem::Attributes | ProviderProblem::Trigger | ProviderProblem::Other => {
            texts.link_other
        }
    }
}
